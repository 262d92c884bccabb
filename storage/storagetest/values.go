package storagetest

import (
	"math"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// valueTests are the traps in which databases differ.
var valueTests = []test{
	{"text comes back byte for byte", textValues},
	{"what cannot be kept is refused", refusedValues},
	{"times", timeValues},
	{"keys compare as bytes", keysCompareAsBytes},
	{"the order is of bytes", orderOfBytes},
	{"numbers", numberValues},
}

func textValues(e *env) {
	for n, s := range []string{
		"", " ", "  two  ", "null", "NULL", "{}", "[]", "'", `"`, `\`, `\\`, `\x00`, "{a,b}", "$1", "?", "?0", "--", ";", "%", "_", "a\tb\r\nc",
		"é", "e\u0301", "ß", "İ", "ı", "ŉ", "Ω", "\ufeffbom", "\u200b", "\u2028", "\ufffd", "\U0010ffff", "😀👩‍👩‍👧", "مرحبا", "王小明", strings.Repeat("x", 1<<20), strings.Repeat("語", 350_000),
	} {
		c := record(n+1, s, "").Contact
		c.Notes, c.Status = s, s
		c.Custom = map[string]string{"a": s, "b" + s: "x"}
		c.Emails = []contacts.Email{{Label: s, Value: s}}
		r := contacts.Record{Contact: c}
		e.putHome(r)
		same(e, c, e.get(c.ID))
		r.Contact.Version = 2
		e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{r}) })
		same(e, r.Contact, e.get(c.ID))
		cs, err := e.Store.Contacts(e.ctx, home, []desk.ContactID{c.ID})
		e.NoErr(err)
		same(e, []contacts.Contact{r.Contact}, cs)
		e.putHome(contacts.Record{Contact: contacts.Contact{ID: "many" + c.ID, Version: 1, Notes: s}}, contacts.Record{Contact: contacts.Contact{ID: "more" + c.ID, Version: 1, Notes: s}})
		e.Equal(e.get("many"+c.ID).Notes, s)
	}
}

func refusedValues(e *env) {
	for _, bad := range []string{"nul\x00", "\x00", "bad\xff", "\xc3", "\xed\xa0\x80"} {
		changes := []func(c *contacts.Contact){
			func(c *contacts.Contact) { c.FirstName = bad },
			func(c *contacts.Contact) { c.Emails = []contacts.Email{{Value: bad}} },
			func(c *contacts.Contact) { c.Phones = []contacts.Phone{{Label: bad}} },
			func(c *contacts.Contact) { c.Custom = map[string]string{"k": bad} },
			func(c *contacts.Contact) { c.External = map[string]string{bad: "k"} },
			func(c *contacts.Contact) { c.Provenance = map[string]contacts.Provenance{"email": {By: bad}} },
		}
		for _, change := range changes {
			r := record(1, "A", "")
			change(&r.Contact)
			e.fails(desk.Invalid, "", func(tx contacts.Tx) error { return tx.InsertContacts(e.ctx, home, []contacts.Record{r}) })
			e.fails(desk.Invalid, "", func(tx contacts.Tx) error {
				return tx.InsertContacts(e.ctx, home, []contacts.Record{record(2, "B", ""), r})
			})
		}
		for _, write := range []func(tx contacts.Tx) error{
			func(tx contacts.Tx) error {
				ev := event(1, contactID(1), "x")
				ev.Changes = []desk.Change{{Field: "x", Old: bad}}
				return tx.Record(e.ctx, home, ev)
			},
			func(tx contacts.Tx) error { return tx.Record(e.ctx, home, event(1, desk.ContactID(bad), "x")) },
			func(tx contacts.Tx) error {
				return tx.InsertCompanies(e.ctx, home, []contacts.CompanyRecord{companyRecord(1, "ok", bad)})
			},
			func(tx contacts.Tx) error {
				return tx.PutSettings(e.ctx, home, contacts.Settings{Version: 1, Region: bad})
			},
			func(tx contacts.Tx) error { return tx.PutField(e.ctx, home, contacts.FieldDef{Key: "k", Label: bad}) },
			func(tx contacts.Tx) error { return tx.PutOnce(e.ctx, home, contacts.Once{Actor: bad, At: noon}) },
		} {
			e.fails(desk.Invalid, "", write)
		}
		_, err := e.Store.ContactByEmail(e.ctx, home, bad)
		e.Equal(desk.KindOf(err), desk.Invalid)
	}
}

func timeValues(e *env) {
	berlin := time.FixedZone("", 2*3600)
	for n, at := range []time.Time{
		{}, noon, noon.In(berlin), time.Date(1969, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(1, 1, 2, 0, 0, 0, 0, time.UTC),
		time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC), time.Date(2016, 12, 31, 23, 59, 59, 999999999, time.UTC),
	} {
		c := record(n, "A", "").Contact
		c.CreatedAt, c.UpdatedAt, c.DeletedAt = at, at, at
		e.putHome(contacts.Record{Contact: c})
		got := e.get(c.ID)
		want := at.Truncate(time.Microsecond)
		if !got.CreatedAt.Equal(want) || !got.UpdatedAt.Equal(want) || !got.DeletedAt.Equal(want) {
			e.t.Errorf("%v came back as %v", at, got.CreatedAt)
		}
		e.True(got.CreatedAt.IsZero() == at.IsZero())
		e.Equal(got.CreatedAt.Location(), time.UTC)
	}
}

// B72: two keys are one key when their bytes are the same, and only then.
func keysCompareAsBytes(e *env) {
	emails := []string{"a@example.com", "A@example.com", "á@example.com", "a\u0301@example.com", "ß@example.com", "ss@example.com", "i@example.com", "ı@example.com", "İ@example.com", "a@example.com ", "a@example.com\t"}
	for n, s := range emails {
		e.putHome(contacts.Record{Contact: contacts.Contact{ID: contactID(n), Version: 1, Email: s}, EmailKey: s,
			Index: contacts.Index{Keys: []contacts.Key{{Kind: contacts.KeyEmail, Value: s}, {Kind: contacts.KeyExternal, Value: s}}}})
	}
	for n, s := range emails {
		c, err := e.Store.ContactByEmail(e.ctx, home, s)
		e.NoErr(err)
		e.Equal(c.ID, contactID(n))
		m, err := e.Store.FindKeys(e.ctx, home, []contacts.Key{{Kind: contacts.KeyExternal, Value: s}})
		e.NoErr(err)
		same(e, []contacts.KeyMatch{{Key: contacts.Key{Kind: contacts.KeyExternal, Value: s}, ID: contactID(n)}}, m)
	}
	for n, s := range []string{"Acme", "ACME", "acme ", "Äcme", "A\u0308cme"} {
		e.update(func(tx contacts.Tx) error {
			return tx.InsertCompanies(e.ctx, home, []contacts.CompanyRecord{{Company: contacts.Company{ID: companyID(n), Version: 1, Name: s}, NameKey: s, SortKey: []byte(s)}})
		})
	}
}

func orderOfBytes(e *env) {
	ids := []desk.EventID{"B", "a", "a-b", "a_b", "ab", "é", "王", "😀"}
	for _, id := range ids {
		e.update(func(tx contacts.Tx) error { return tx.Record(e.ctx, home, desk.Event{ID: id}) })
	}
	es, err := e.Store.Events(e.ctx, home, contacts.EventFind{Limit: 100})
	e.NoErr(err)
	for n := range ids {
		e.Equal(es[len(ids)-1-n].ID, ids[n])
	}
	for _, at := range []desk.EventID{"C", "a.", "b"} {
		es, err := e.Store.Events(e.ctx, home, contacts.EventFind{Before: at, Limit: 100})
		e.NoErr(err)
		for _, ev := range es {
			e.True(ev.ID < at)
		}
	}
}

func numberValues(e *env) {
	c := record(1, "A", "").Contact
	c.Version, c.CallHours = math.MaxInt64-1, contacts.CallHours{From: -1, Until: math.MaxInt32}
	e.putHome(contacts.Record{Contact: c})
	same(e, c, e.get(c.ID))
	c.Version = math.MaxInt64
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{{Contact: c}}) })
	same(e, c, e.get(c.ID))
}
