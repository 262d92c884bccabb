package contacts_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestCreateKeepsEverything(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		define(t, d, contacts.FieldDef{Key: "tier", Type: contacts.ChoiceField, Choices: []string{"Gold", "Silver"}}, contacts.FieldDef{Key: "size", Type: contacts.NumberField})
		got := make1(t, d, contacts.NewContact{
			FirstName: " Ana ", LastName: "Díaz", DisplayName: "Ana D.", Email: "Ana@Example.com",
			Emails:      []contacts.Email{{Label: "home", Value: "ana@home.example"}, {Label: "twice", Value: "ANA@example.com"}},
			Phones:      []contacts.Phone{{Label: "work", Value: "+49 30 901820"}, {Label: "mobile", Value: "+44 20 7946 0958", Primary: true}},
			CompanyName: "Acme", LockedToCompany: true, JobTitle: "Head", Division: "North",
			Address: contacts.Address{Street: "1 High St\r\nRear", City: "Bristol", Region: "Avon", PostalCode: "BS1", Country: "gb"},
			Notes:   "first\nsecond", Inactive: true, Kind: contacts.Vendor, Status: "Open", MarketingOptOut: true, Owner: "m7",
			TimeZone: "Europe/London", Language: "en_gb", DoNotCall: true, CallHours: contacts.CallHours{From: 540, Until: 1020},
			PortalAccess: true, Custom: map[string]string{"tier": "gold", "size": "012.50"}, External: map[string]string{"crm": "42"},
		})
		at := d.Clock.Now()
		want := contacts.Contact{
			ID: got.ID, Version: 1, FirstName: "Ana", LastName: "Díaz", DisplayName: "Ana D.", Email: "Ana@Example.com",
			Emails: []contacts.Email{{Label: "home", Value: "ana@home.example"}},
			Phones: []contacts.Phone{
				{Label: "work", Value: "+49 30 901820", E164: "+4930901820"},
				{Label: "mobile", Value: "+44 20 7946 0958", E164: "+442079460958", Primary: true},
			},
			CompanyID: got.CompanyID, Company: "Acme", LockedToCompany: true, JobTitle: "Head", Division: "North",
			Address: contacts.Address{Street: "1 High St\nRear", City: "Bristol", Region: "Avon", PostalCode: "BS1", Country: "GB"},
			Notes:   "first\nsecond", Kind: contacts.Vendor, Status: "Open", MarketingOptOut: true, Owner: "m7",
			TimeZone: "Europe/London", Language: "en-GB", DoNotCall: true, CallHours: contacts.CallHours{From: 540, Until: 1020},
			PortalAccess: true, LoginSource: contacts.NotInstalled, Custom: map[string]string{"tier": "Gold", "size": "12.5"},
			External: map[string]string{"crm": "42"}, Source: contacts.ByPerson, CreatedAt: at, CreatedBy: "manager", UpdatedAt: at,
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Error(diff)
		}
		read, err := d.Contacts.Get(ctx, d.Manager, got.ID)
		is.NoErr(err)
		if diff := cmp.Diff(want, read); diff != "" {
			t.Error(diff)
		}
		byEmail, err := d.Contacts.GetByEmail(ctx, d.Viewer, "ANA@EXAMPLE.COM")
		is.NoErr(err)
		is.Equal(byEmail.ID, got.ID)
		byKey, err := d.Contacts.GetByExternal(ctx, d.Viewer, "crm", "42")
		is.NoErr(err)
		is.Equal(byKey.ID, got.ID)
		_, err = d.Contacts.GetByEmail(ctx, d.Viewer, "ana@home.example")
		wants(t, err, desk.NotFound, "") // only the main address
		is.Equal(read.ProvenanceOf("email"), contacts.Provenance{Source: contacts.ByPerson, By: "manager", At: at})
	})
}

func TestRequiredNames(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		for _, c := range []struct {
			rule  contacts.Required
			n     contacts.NewContact
			field string
		}{
			{"", contacts.NewContact{}, "last_name"},
			{"", contacts.NewContact{Notes: "x", CompanyName: "Acme"}, "last_name"},
			{"", contacts.NewContact{FirstName: "A"}, ""},
			{"", contacts.NewContact{Emails: []contacts.Email{{Value: "a@b.co"}}}, ""},
			{"", contacts.NewContact{Phones: []contacts.Phone{{Value: "call reception"}}}, ""},
			{"", contacts.NewContact{External: map[string]string{"crm": "1"}}, ""},
			{contacts.LastName, contacts.NewContact{FirstName: "A", Email: "x@y.co"}, "last_name"},
			{contacts.LastName, contacts.NewContact{LastName: "A"}, ""},
			{contacts.FirstAndLastName, contacts.NewContact{LastName: "A"}, "first_name"},
			{contacts.FirstAndLastName, contacts.NewContact{FirstName: "A"}, "last_name"},
			{contacts.FirstAndLastName, contacts.NewContact{FirstName: "A", LastName: "B"}, ""},
		} {
			set, err := d.Contacts.Settings(ctx, d.Manager)
			if err != nil {
				t.Fatal(err)
			}
			set.Required = c.rule
			if _, err := d.Contacts.SaveSettings(ctx, d.Manager, set); err != nil {
				t.Fatal(err)
			}
			before := total(t, d)
			_, err = d.Contacts.Create(ctx, d.Manager, c.n)
			if c.field != "" {
				wants(t, err, desk.Invalid, c.field)
				is.New(t).Equal(total(t, d), before)
			} else if err != nil {
				t.Errorf("%+v under %q: %v", c.n, c.rule, err)
			}
		}
	})
}

func TestBadValues(t *testing.T) {
	d := desktest.New(t)
	long := strings.Repeat("x", 100_001)
	for _, c := range []struct {
		n     contacts.NewContact
		field string
	}{
		{contacts.NewContact{FirstName: "a\x00b"}, "first_name"},
		{contacts.NewContact{LastName: "a\xffb"}, "last_name"},
		{contacts.NewContact{DisplayName: "a\nb"}, "display_name"},
		{contacts.NewContact{DisplayName: "a\u2028b"}, "display_name"},
		{contacts.NewContact{FirstName: long}, "first_name"},
		{contacts.NewContact{Email: "nobody"}, "email"},
		{contacts.NewContact{Emails: []contacts.Email{{Value: "nobody"}}}, "emails"},
		{contacts.NewContact{Emails: []contacts.Email{{Label: long, Value: "a@b.co"}}}, "emails"},
		{contacts.NewContact{Emails: make([]contacts.Email, 51)}, "emails"},
		{contacts.NewContact{Phones: []contacts.Phone{{Value: "1\x1b2"}}}, "phones"},
		{contacts.NewContact{Phones: []contacts.Phone{{Value: long}}}, "phones"},
		{contacts.NewContact{CompanyName: long}, "company"},
		{contacts.NewContact{CompanyID: "company_1", CompanyName: "x"}, "company"},
		{contacts.NewContact{CompanyID: "company_1"}, "company"},
		{contacts.NewContact{JobTitle: "\xc3("}, "job_title"},
		{contacts.NewContact{Address: contacts.Address{Street: "a\x07"}}, "street"},
		{contacts.NewContact{Address: contacts.Address{Country: "Atlantis"}}, "country"},
		{contacts.NewContact{Notes: long}, "notes"},
		{contacts.NewContact{Kind: "king"}, "kind"},
		{contacts.NewContact{Owner: long}, "owner"},
		{contacts.NewContact{TimeZone: "Mars/Olympus"}, "time_zone"},
		{contacts.NewContact{TimeZone: "../etc/passwd"}, "time_zone"},
		{contacts.NewContact{TimeZone: "Local"}, "time_zone"},
		{contacts.NewContact{Language: "klingonish-x-%"}, "language"},
		{contacts.NewContact{CallHours: contacts.CallHours{From: -1, Until: 5}}, "call_hours"},
		{contacts.NewContact{CallHours: contacts.CallHours{From: 5, Until: 2000}}, "call_hours"},
		{contacts.NewContact{LastName: "A", PortalAccess: true}, "portal_access"},
		{contacts.NewContact{Custom: map[string]string{"nothing": "1"}}, "custom.nothing"},
		{contacts.NewContact{Custom: map[string]string{"a'b": "1"}}, "custom.?"},
		{contacts.NewContact{External: map[string]string{"a b": "1"}}, "external_id"},
		{contacts.NewContact{External: map[string]string{"crm": "a\x00"}}, "external_id"},
		{contacts.NewContact{LastName: "A", Source: "magic"}, "source"},
	} {
		_, err := d.Contacts.Create(ctx, d.Manager, c.n)
		wants(t, err, desk.Invalid, c.field)
	}
	is.New(t).Equal(total(t, d), 0)
}

func TestCustomFields(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		define(t, d,
			contacts.FieldDef{Key: "text", Type: contacts.TextField, Searchable: true}, contacts.FieldDef{Key: "num", Type: contacts.NumberField},
			contacts.FieldDef{Key: "flag", Type: contacts.BoolField}, contacts.FieldDef{Key: "day", Type: contacts.DateField},
			contacts.FieldDef{Key: "tier", Type: contacts.ChoiceField, Choices: []string{"Gold", "Silver"}})
		c := make1(t, d, contacts.NewContact{LastName: "A"})
		for _, v := range []struct{ key, in, want string }{
			{"text", " a b ", "a b"}, {"num", "-007.10", "-7.1"}, {"num", "0.0", "0"}, {"num", "+5", "5"}, {"flag", "YES", "true"}, {"flag", "0", "false"},
			{"day", "2026-02-28", "2026-02-28"}, {"tier", "SILVER", "Silver"},
		} {
			var err error
			c, err = d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{Custom: map[string]string{v.key: v.in}})
			is.NoErr(err)
			is.Equal(c.Custom[v.key], v.want)
		}
		for _, v := range []struct{ key, in string }{
			{"num", "1,5"}, {"num", "1e9"}, {"num", "."}, {"flag", "perhaps"}, {"day", "2026-02-30"}, {"day", "1.2.2026"}, {"tier", "Bronze"}, {"other", "x"}, {"text", "\x00"},
		} {
			_, err := d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{Custom: map[string]string{v.key: v.in}})
			wants(t, err, desk.Invalid, "custom."+v.key)
			is.True(errors.Is(err, contacts.ErrCustomField))
		}
		other := make1(t, d, contacts.NewContact{LastName: "B"})
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Filter: contacts.Filter{Custom: map[string]string{"tier": "silver"}}}), []string{"A"})
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Filter: contacts.Filter{Custom: map[string]string{"tier": ""}}}), []string{"B"})
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: "a b"}), []string{"A"})
		is.Equal(len(listed(t, d, d.Viewer, contacts.Query{Text: "silver"})), 0) // not searchable
		c, err := d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{Custom: map[string]string{"tier": ""}})
		is.NoErr(err)
		_, has := c.Custom["tier"]
		is.True(!has)
		// A field that is made searchable later is searched in what was there before.
		define(t, d, contacts.FieldDef{Key: "day", Type: contacts.DateField, Searchable: true})
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: "2026-02"}), []string{"A"})
		// A field that is removed is shown and searched no more, and its values wait.
		is.NoErr(d.Contacts.RemoveField(ctx, d.Manager, "text"))
		c, err = d.Contacts.Get(ctx, d.Manager, c.ID)
		is.NoErr(err)
		_, has = c.Custom["text"]
		is.True(!has)
		is.Equal(len(listed(t, d, d.Viewer, contacts.Query{Text: "a b"})), 0)
		_, err = d.Contacts.List(ctx, d.Viewer, contacts.Query{Filter: contacts.Filter{Custom: map[string]string{"text": "x"}}}, desk.Page{})
		wants(t, err, desk.Invalid, "custom.text")
		define(t, d, contacts.FieldDef{Key: "text", Type: contacts.TextField, Searchable: true})
		is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: "a b"}), []string{"A"})
		is.Equal(len(other.Custom), 0)
	})
}

func TestFieldDefinitions(t *testing.T) {
	d := desktest.New(t)
	is := is.New(t)
	for _, c := range []struct {
		f     contacts.FieldDef
		field string
	}{
		{contacts.FieldDef{Key: "Big", Type: contacts.TextField}, "key"}, {contacts.FieldDef{Key: "", Type: contacts.TextField}, "key"},
		{contacts.FieldDef{Key: "a", Type: "blob"}, "type"}, {contacts.FieldDef{Key: "a", Type: contacts.ChoiceField}, "choices"},
		{contacts.FieldDef{Key: "a", Type: contacts.ChoiceField, Choices: []string{"x", "X"}}, "choices"},
		{contacts.FieldDef{Key: "a", Type: contacts.TextField, Choices: []string{"x"}}, "choices"},
		{contacts.FieldDef{Key: "a", Type: contacts.TextField, Label: "\x00"}, "label"},
	} {
		wants(t, d.Contacts.DefineField(ctx, d.Manager, c.f), desk.Invalid, c.field)
	}
	define(t, d, contacts.FieldDef{Key: "a", Type: contacts.TextField})
	wants(t, d.Contacts.DefineField(ctx, d.Manager, contacts.FieldDef{Key: "a", Type: contacts.DateField}), desk.Invalid, "type")
	wants(t, d.Contacts.RemoveField(ctx, d.Manager, "b"), desk.NotFound, "key")
	for i := range 10 {
		define(t, d, contacts.FieldDef{Key: "s" + string(rune('a'+i)), Type: contacts.TextField, Searchable: true})
	}
	wants(t, d.Contacts.DefineField(ctx, d.Manager, contacts.FieldDef{Key: "x", Type: contacts.TextField, Searchable: true}), desk.Limited, "searchable")
	defs, err := d.Contacts.Fields(ctx, d.Viewer)
	is.NoErr(err)
	is.Equal(len(defs), 11)
	is.Equal(defs[0].Label, "a")
}

func TestUpdate(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{FirstName: "Ana", LastName: "Díaz", Email: "ana@x.co", Emails: []contacts.Email{{Value: "b@x.co"}}})
		d.Clock.Turn(time.Hour)
		next, err := d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{JobTitle: ptr("Head"), Email: ptr("B@x.co"), TimeZone: ptr("Asia/Tokyo")})
		is.NoErr(err)
		is.Equal(next.Version, int64(2))
		is.Equal(next.JobTitle, "Head")
		is.Equal(next.Email, "B@x.co")
		is.Equal(len(next.Emails), 0) // the new main address is no labelled one any more
		is.Equal(next.UpdatedAt, d.Clock.Now())
		is.Equal(next.ProvenanceOf("job_title").At, d.Clock.Now())
		is.Equal(next.ProvenanceOf("last_name").At, c.CreatedAt)

		es := events(t, d, c.ID)
		is.Equal(len(es), 3)
		byVerb := map[string]desk.Event{}
		for _, e := range es {
			byVerb[e.Verb] = e
		}
		is.True(byVerb[contacts.VerbCallPrefs].Compliance)
		is.Equal(byVerb[contacts.VerbCallPrefs].Changes, []desk.Change{{Field: "time_zone", New: "Asia/Tokyo"}})
		is.Equal(byVerb[contacts.VerbUpdated].Changes, []desk.Change{
			{Field: "email", Old: "ana@x.co", New: "B@x.co"}, {Field: "emails", Old: ":b@x.co"}, {Field: "job_title", New: "Head"},
		})
		is.Equal(byVerb[contacts.VerbUpdated].Summary, "Contact changed: email, emails, job title.")

		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{JobTitle: ptr("Lost")})
		wants(t, err, desk.Conflict, "version")
		is.True(errors.Is(err, contacts.ErrStale))
		same, err := d.Contacts.Update(ctx, d.Manager, c.ID, 2, contacts.Patch{JobTitle: ptr(" Head ")})
		is.NoErr(err)
		is.Equal(same.Version, int64(2))
		is.Equal(len(events(t, d, c.ID)), 3)
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, 2, contacts.Patch{Email: ptr(""), FirstName: ptr(""), LastName: ptr("")})
		wants(t, err, desk.Invalid, "last_name")
	})
}

func TestUniqueAmongLiveContacts(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		a := make1(t, d, contacts.NewContact{LastName: "Ana", Email: "ana@x.co", External: map[string]string{"crm": "1"}})
		_, err := d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "B", Email: "ANA@x.co"})
		wants(t, err, desk.Conflict, "email")
		is.True(strings.Contains(desk.MessageOf(err), "Ana "))
		_, err = d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "B", External: map[string]string{"crm": "1"}})
		wants(t, err, desk.Conflict, "external_id")
		b := make1(t, d, contacts.NewContact{LastName: "B", Emails: []contacts.Email{{Value: "ana@x.co"}}, External: map[string]string{"erp": "1"}})
		_, err = d.Contacts.Update(ctx, d.Manager, b.ID, 1, contacts.Patch{Email: ptr("ana@X.co")})
		wants(t, err, desk.Conflict, "email")

		is.NoErr(d.Contacts.Delete(ctx, d.Manager, a.ID))
		c := make1(t, d, contacts.NewContact{LastName: "C", Email: "ana@x.co", External: map[string]string{"crm": "1"}})
		back, err := d.Contacts.Restore(ctx, d.Manager, a.ID)
		is.NoErr(err)
		is.Equal(back.Replaced, []string{"email", "external_id"})
		is.Equal(back.Contact.Email, "")
		is.Equal(len(back.Contact.External), 0)
		is.True(c.ID != a.ID)
	})
}

func TestProvenanceAndPins(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		allowImport(t, d)
		c := make1(t, d, contacts.NewContact{LastName: "A", Email: "a@x.co", JobTitle: "Old"})
		c, err := d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{Pin: []string{"job_title", "phone"}})
		is.NoErr(err)
		is.True(c.ProvenanceOf("job_title").Pinned && c.ProvenanceOf("phones").Pinned)
		outs, err := d.Contacts.Apply(ctx, d.Manager, []contacts.Incoming{{Line: 2, Contact: contacts.NewContact{Email: "a@x.co", JobTitle: "New", Division: "North"}}},
			contacts.ApplyOptions{OnDuplicate: contacts.Update, Cause: "import_1"})
		is.NoErr(err)
		is.Equal(outs[0].Kind, contacts.Updated)
		is.Equal(outs[0].Warnings, []string{"The job title is pinned and was left as it is."})
		c, err = d.Contacts.Get(ctx, d.Manager, c.ID)
		is.NoErr(err)
		is.Equal(c.JobTitle, "Old")
		is.Equal(c.Division, "North")
		is.Equal(c.ProvenanceOf("division").Source, contacts.ByImport)
		c, err = d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{JobTitle: ptr("Mine"), Unpin: []string{"job_title"}})
		is.NoErr(err)
		is.True(!c.ProvenanceOf("job_title").Pinned)
		is.Equal(c.JobTitle, "Mine")
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, c.Version, contacts.Patch{Pin: []string{"id"}})
		wants(t, err, desk.Invalid, "pin")
	})
}
