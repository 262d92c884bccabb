package contacts_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/desktest"
)

func TestB16_AddressThatSplitsIsTakenNowhere(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	allowImport(t, d)
	c := make1(t, d, contacts.NewContact{LastName: "A"})
	for _, s := range contacts.Splitting {
		if strings.TrimSpace(s) == "" {
			continue // no address at all
		}
		_, err := d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "B", Email: s})
		wants(t, err, desk.Invalid, "email")
		_, err = d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "B", Emails: []contacts.Email{{Value: s}}})
		wants(t, err, desk.Invalid, "emails")
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{Email: &s})
		wants(t, err, desk.Invalid, "email")
		_, _, err = d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: s})
		wants(t, err, desk.Invalid, "email")
		outs, err := d.Contacts.Apply(ctx, d.Manager, rows(contacts.NewContact{LastName: "B", Email: s}), contacts.ApplyOptions{})
		if err != nil {
			t.Fatal(err)
		}
		wants(t, outs[0].Err, desk.Invalid, "email")
	}
	is.New(t).Equal(total(t, d), 1)
}

// What a caller can write has no field for what is the library's to say.
func TestB57_MassAssignment(t *testing.T) {
	t.Parallel()
	for _, typ := range []reflect.Type{reflect.TypeFor[contacts.NewContact](), reflect.TypeFor[contacts.Patch](), reflect.TypeFor[contacts.CompanyPatch](), reflect.TypeFor[contacts.Action]()} {
		for i := range typ.NumField() {
			name := strings.ToLower(typ.Field(i).Name)
			for _, bad := range []string{"workspace", "version", "state", "created", "updated", "deleted", "merged", "verified", "provenance", "author"} {
				if strings.Contains(name, bad) {
					t.Errorf("%s.%s can be written", typ.Name(), typ.Field(i).Name)
				}
			}
			if name == "id" || name == "by" || name == "at" {
				t.Errorf("%s.%s can be written", typ.Name(), typ.Field(i).Name)
			}
		}
	}
}

func TestB57_PortalFlagNeedsItsGrant(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		agent := member(d, "agent", contacts.MayView, contacts.MayCreate, contacts.MayModify)
		_, err := d.Contacts.Create(ctx, agent, contacts.NewContact{Email: "a@x.co", PortalAccess: true})
		wants(t, err, desk.Denied, "portal_access")
		c := make1(t, d, contacts.NewContact{Email: "a@x.co"})
		_, err = d.Contacts.Update(ctx, agent, c.ID, 1, contacts.Patch{PortalAccess: ptr(true)})
		wants(t, err, desk.Denied, "portal_access")
	})
}

var injections = []string{
	"'", `"`, "?0", "?", "$1", "--", ";", `\'`, "' OR '1'='1", "1-?", "-?", "1; DROP TABLE desk_contacts", "%", "_", `\`, "100%_", "{}", `{"a":"\'"}`,
	"-9223372036854775808", "99999999999999999999", "NaN", "x'--", "/*", "*/", "\u2019", "::text", "ana' COLLATE NOCASE --",
}

func TestB59_SQLInFilters(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		define(t, d, contacts.FieldDef{Key: "tier", Type: contacts.TextField, Searchable: true}, contacts.FieldDef{Key: "num", Type: contacts.NumberField})
		want := map[string][]string{}
		for i, s := range injections {
			name := fmt.Sprintf("N%02d", i)
			make1(t, d, contacts.NewContact{LastName: name, Status: s, Owner: s, JobTitle: s, CompanyName: "C" + s, Custom: map[string]string{"tier": s, "num": "-1"}})
			want[contacts.Fold(s)] = append(want[contacts.Fold(s)], name)
		}
		for i, s := range injections {
			model := want[contacts.Fold(s)]
			for _, q := range []contacts.Query{{Filter: contacts.Filter{Statuses: []string{s}}}, {Filter: contacts.Filter{Custom: map[string]string{"tier": s}}}} {
				if got := listed(t, d, d.Viewer, q); !slices.Equal(got, model) {
					t.Errorf("%q: %v, want %v", s, got, model)
				}
			}
			if got := listed(t, d, d.Viewer, contacts.Query{Filter: contacts.Filter{Owners: []string{s}}}); !slices.Contains(got, fmt.Sprintf("N%02d", i)) {
				t.Errorf("owner %q: %v", s, got)
			}
			for _, name := range append([]string{"custom.num", "custom." + s, s, "sort", "desc", "active", "kind", "company", "id", "created_from", "login", "source"}, contacts.FilterNames...) {
				q, err := contacts.ParseQuery(url.Values{name: {s}})
				if err == nil {
					_, err = d.Contacts.List(ctx, d.Viewer, q, desk.Page{})
				}
				if err != nil && desk.KindOf(err) != desk.Invalid && desk.KindOf(err) != desk.Denied {
					t.Errorf("%s=%q: %v", name, s, err)
				}
			}
			_, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{Sort: contacts.Sort(s)}, desk.Page{})
			wants(t, err, desk.Invalid, "sort")
			if _, err := d.Contacts.Get(ctx, d.Viewer, desk.ContactID(s)); desk.KindOf(err) != desk.NotFound {
				t.Errorf("%q: %v", s, err)
			}
			if _, err := d.Contacts.Activity(ctx, d.Manager, desk.ContactID(s), contacts.ActivityFilter{Verbs: []string{s}}, desk.Page{}); desk.KindOf(err) != desk.NotFound {
				t.Errorf("%q: %v", s, err)
			}
			if _, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{Verbs: []string{s}, ActorID: s}, desk.Page{}); err != nil {
				t.Errorf("%q: %v", s, err)
			}
		}
		is.New(t).Equal(total(t, d), len(injections))
	})
}

func TestB60_LikeWildcards(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		for _, n := range []string{"plain", "100%_x", "a_b", `back\slash`, "50%", "ÄÖÜ straße"} {
			make1(t, d, contacts.NewContact{LastName: n})
		}
		for text, want := range map[string][]string{
			"%": {"100%_x", "50%"}, "_": {"100%_x", "a_b"}, `\`: {`back\slash`}, "100%_": {"100%_x"}, "%%": nil, "a%b": nil, "a_b": {"a_b"}, "axb": nil,
			"äöü": {"ÄÖÜ straße"}, "STRASSE": {"ÄÖÜ straße"}, "aou": {"ÄÖÜ straße"},
		} {
			is.Equal(listed(t, d, d.Viewer, contacts.Query{Text: text}), want)
		}
		_, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{Text: strings.Repeat("%", 10_000)}, desk.Page{})
		wants(t, err, desk.Invalid, "text")
	})
}

func TestB61_CursorForging(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		for i := range 6 {
			make1(t, d, contacts.NewContact{LastName: fmt.Sprint("N", i), Status: "open"})
		}
		page := desk.Page{Limit: 2}
		l, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{}, page)
		is.NoErr(err)
		page.Cursor = l.Next
		refused := func(s *contacts.Service, a desk.Actor, q contacts.Query, c desk.Cursor) {
			t.Helper()
			_, err := s.List(ctx, a, q, desk.Page{Limit: 2, Cursor: c})
			wants(t, err, desk.Expired, "cursor")
		}
		elsewhere := d.Viewer
		elsewhere.Workspace = "other"
		robot := d.Viewer
		robot.Kind = desk.SystemActor
		refused(d.Contacts, elsewhere, contacts.Query{}, l.Next)
		refused(d.Contacts, robot, contacts.Query{}, l.Next)
		refused(d.Contacts, d.Viewer, contacts.Query{Desc: true}, l.Next)
		refused(d.Contacts, d.Viewer, contacts.Query{Sort: contacts.SortEmail}, l.Next)
		refused(d.Contacts, d.Viewer, contacts.Query{Text: "n"}, l.Next)
		refused(d.Contacts, d.Viewer, contacts.Query{Filter: contacts.Filter{Statuses: []string{"open"}}}, l.Next)
		refused(contacts.New(d.Store, nil), d.Viewer, contacts.Query{}, l.Next) // another key
		for i := range len(l.Next) {
			b := []byte(l.Next)
			b[i] ^= 1
			if _, err := base64.RawURLEncoding.Strict().DecodeString(string(b)); err == nil {
				refused(d.Contacts, d.Viewer, contacts.Query{}, desk.Cursor(b))
			}
		}
		for _, c := range []desk.Cursor{"x", "AAAA", l.Next[:10], l.Next + "AAAA", desk.Cursor(strings.Repeat("A", 5000))} {
			refused(d.Contacts, d.Viewer, contacts.Query{}, c)
		}
		// A log's cursor is no list's.
		make1(t, d, contacts.NewContact{LastName: "N7"})
		log, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{}, desk.Page{Limit: 1})
		is.NoErr(err)
		refused(d.Contacts, d.Manager, contacts.Query{}, log.Next)
		// Old keys are accepted as long as they are listed.
		k1, k2 := []byte("0123456789abcdef"), []byte("fedcba9876543210")
		old := contacts.New(d.Store, &contacts.Options{CursorKeys: desk.CursorKeys{k1}})
		l, err = old.List(ctx, d.Viewer, contacts.Query{}, desk.Page{Limit: 2})
		is.NoErr(err)
		_, err = contacts.New(d.Store, &contacts.Options{CursorKeys: desk.CursorKeys{k2, k1}}).List(ctx, d.Viewer, contacts.Query{Count: true}, desk.Page{Limit: 2, Cursor: l.Next})
		is.NoErr(err)
		refused(contacts.New(d.Store, &contacts.Options{CursorKeys: desk.CursorKeys{k2}}), d.Viewer, contacts.Query{}, l.Next)
	})
}

func TestB64_ExistenceOracle(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		other := d.Manager
		other.Workspace = "other"
		stranger(t, d, other)
		make1(t, d, contacts.NewContact{Email: "secret@other.example"}) // only there: not taken here
		hidden := make1(t, d, contacts.NewContact{FirstName: "Hidden", LastName: "Person", Email: "hidden@x.co", Owner: "boss", External: map[string]string{"crm": "1"}})
		me := member(d, "me", contacts.MayViewOwn, contacts.MayCreate, contacts.MayModify, contacts.MayImport)
		_, err := d.Contacts.Create(ctx, me, contacts.NewContact{LastName: "A", Email: "HIDDEN@x.co"})
		wants(t, err, desk.Conflict, "email")
		mine, cerr := d.Contacts.Create(ctx, me, contacts.NewContact{LastName: "A"})
		is.NoErr(cerr)
		_, err2 := d.Contacts.Update(ctx, me, mine.ID, 1, contacts.Patch{Email: ptr("hidden@x.co")})
		wants(t, err2, desk.Conflict, "email")
		_, err3 := d.Contacts.Create(ctx, me, contacts.NewContact{LastName: "A", External: map[string]string{"crm": "1"}})
		wants(t, err3, desk.Conflict, "external_id")
		_, _, err4 := d.Contacts.FromSender(ctx, me, contacts.Sender{Email: "hidden@x.co"})
		wants(t, err4, desk.Denied, "")
		allowImport(t, d)
		outs, err := d.Contacts.Apply(ctx, me, rows(contacts.NewContact{LastName: "A", Email: "hidden@x.co"}), contacts.ApplyOptions{OnDuplicate: contacts.Update})
		is.NoErr(err)
		wants(t, outs[0].Err, desk.Conflict, "email")
		for _, err := range []error{err, err2, err3, err4, outs[0].Err} {
			if s := fmt.Sprint(desk.MessageOf(err), outs[0]); strings.Contains(s, "Hidden") || strings.Contains(s, string(hidden.ID)) || strings.Contains(desk.MessageOf(err), "@") {
				t.Errorf("the error tells too much: %s", s)
			}
		}
	})
}

func TestB71_ConcurrentCreate(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		allowImport(t, d)
		spellings := []string{"same@bücher.example", "SAME@BÜCHER.example", "same@xn--bcher-kva.example", "Same@bu\u0308cher.example", "same@ＢÜＣＨＥＲ.example"}
		var wg sync.WaitGroup
		results := make([]error, 50)
		for i := range results {
			wg.Go(func() {
				email := spellings[i%len(spellings)]
				switch i % 3 {
				case 0:
					_, results[i] = d.Contacts.Create(ctx, d.Manager, contacts.NewContact{LastName: "A", Email: email})
				case 1:
					_, _, results[i] = d.Contacts.FromSender(ctx, d.Manager, contacts.Sender{Email: email})
				case 2:
					var outs []contacts.Outcome
					outs, results[i] = d.Contacts.Apply(ctx, d.Manager, rows(contacts.NewContact{LastName: "A", Email: email, CompanyName: "One"}), contacts.ApplyOptions{})
					if results[i] == nil && outs[0].Kind == contacts.Failed {
						results[i] = outs[0].Err
					}
				}
			})
		}
		wg.Wait()
		for i, err := range results {
			if err != nil && (i%3 != 0 || desk.KindOf(err) != desk.Conflict || desk.FieldOf(err) != "email") {
				t.Errorf("%d: %v", i, err)
			}
		}
		is.New(t).Equal(total(t, d), 1)
	})
}

func TestB72_AddressesPartAlikeOnBothDatabases(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		r := rand.New(rand.NewPCG(1, 2))
		letters := []string{"a", "A", "ä", "Ä", "a\u0308", "ß", "ı", "i", "I", "İ", "σ", "ς", "Σ", "é", "É", "k", "\u212a", "ﬁ", "x"}
		taken := map[string]bool{}
		for range 200 {
			email := letters[r.IntN(len(letters))] + letters[r.IntN(len(letters))] + "@example.com"
			e, err := contacts.ParseEmail(email)
			if err != nil {
				continue
			}
			_, err = d.Contacts.Create(ctx, d.Manager, contacts.NewContact{Email: email})
			if (desk.KindOf(err) == desk.Conflict) != taken[e.Key] || err != nil && !taken[e.Key] {
				t.Errorf("%q, key %q, taken %v: %v", email, e.Key, taken[e.Key], err)
			}
			taken[e.Key] = true
		}
		is.New(t).Equal(total(t, d), len(taken))
	})
}

func TestB117_ForgedAuthorAndTime(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{LastName: "A", Owner: "someone else", Cause: "import_1"})
		e := events(t, d, c.ID)[0]
		is.True(e.ActorID == "manager" && e.ActorKind == desk.MemberActor && e.At.Equal(d.Clock.Now()) && c.CreatedBy == "manager" && c.CreatedAt.Equal(d.Clock.Now()))
		d.Clock.Turn(time.Hour)
		c, err := d.Contacts.Update(ctx, member(d, "m2", contacts.MayView, contacts.MayModify), c.ID, 1, contacts.Patch{JobTitle: ptr("x"), Cause: "y"})
		is.NoErr(err)
		is.True(c.CreatedBy == "manager" && c.ProvenanceOf("job_title").By == "m2")
		is.Equal(events(t, d, c.ID)[0].ActorID, "m2")
	})
}

func TestB118_LogInjection(t *testing.T) {
	each(t, func(t *testing.T, d *desktest.Desk) {
		is := is.New(t)
		c := make1(t, d, contacts.NewContact{LastName: "A"})
		evil := "x\x1b[31m\r\n\"}]{\"admin\":true\u202e " + strings.Repeat("n", 1<<20)
		_, err := d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{LastName: &evil})
		wants(t, err, desk.Invalid, "last_name")
		n := len(events(t, d, c.ID))
		_, err = d.Contacts.Update(ctx, d.Manager, c.ID, 1, contacts.Patch{Notes: ptr(strings.Repeat("line\n", 19_999)), JobTitle: ptr(`"},{"admin":"` + "\u202e"), Cause: evil})
		is.NoErr(err)
		es := events(t, d, c.ID)
		is.Equal(len(es), n+1)
		for _, e := range es {
			if strings.ContainsAny(e.Summary+e.Cause, "\n\r\x1b\u202e") || len(e.Summary) > 500 || len(e.Cause) > 500 {
				t.Errorf("%q %q", e.Summary, e.Cause)
			}
			for _, ch := range e.Changes {
				if len(ch.New) > 500 {
					t.Errorf("%s has %d bytes", ch.Field, len(ch.New))
				}
			}
		}
		for _, err := range d.Contacts.All(ctx, d.Manager, contacts.Query{Text: "\x1b[2J\r\n\u202e"}) {
			is.NoErr(err)
		}
		log, err := d.Contacts.Log(ctx, d.Manager, contacts.ActivityFilter{Verbs: []string{contacts.VerbExported}}, desk.Page{})
		is.NoErr(err)
		is.True(!strings.ContainsAny(log.Events[0].Summary, "\n\r\x1b\u202e"))
		report, err := d.Contacts.VerifyLog(ctx, d.Manager)
		is.NoErr(err)
		is.Equal(len(report.Broken), 0)
	})
}

func TestB119_PanicByInput(t *testing.T) {
	t.Parallel()
	d := desktest.New(t)
	allowImport(t, d)
	const alphabet = "@.+0123456789 ()%&=;-_/\\\"'<>[]{}aZ\x00\xff\xc3\xe2\x80\xae\n\x1b"
	r := rand.New(rand.NewPCG(3, 4))
	for i := range 2000 {
		b := make([]byte, r.IntN(40))
		for j := range b {
			b[j] = alphabet[r.IntN(len(alphabet))]
		}
		s := string(b)
		_, _ = contacts.ParseEmail(s)
		_, _ = contacts.ParsePhone(s, "US")
		_, _ = contacts.ParsePhone(s, s)
		_, _ = contacts.ParseCallHours(s)
		contacts.Fold(s)
		if v, err := url.ParseQuery(s); err == nil {
			_, _ = contacts.ParseQuery(v)
		}
		if i%20 != 0 {
			continue
		}
		_, err := d.Contacts.List(ctx, d.Viewer, contacts.Query{Text: s}, desk.Page{Cursor: desk.Cursor(s)})
		_, err2 := d.Contacts.Create(ctx, d.Manager, contacts.NewContact{
			LastName: s, Email: s, Phones: []contacts.Phone{{Value: s}}, TimeZone: s, Language: s, Custom: map[string]string{s: s}, External: map[string]string{s: s},
		})
		_, err3 := d.Contacts.Get(ctx, desk.Actor{Workspace: desk.WorkspaceID(s), Kind: desk.ActorKind(s), ID: s}, desk.ContactID(s))
		for _, err := range []error{err, err2, err3} {
			if err != nil && desk.KindOf(err) == desk.Internal {
				t.Errorf("%q: %v", s, err)
			}
		}
	}
}
