package storage_test

import (
	"context"
	"flag"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

func TestMain(m *testing.M) {
	// Rapid's own default of 100 checks takes long on two databases; say
	// -rapid.checks=2000 for a night.
	if f := flag.Lookup("rapid.checks"); f != nil {
		_ = f.Value.Set("25")
	}
	flag.Parse()
	os.Exit(m.Run())
}

// pair runs every command on both databases and on a model, in a workspace of
// its own (C27).
type pair struct {
	ctx    context.Context
	w      desk.WorkspaceID
	stores map[string]*storage.DB
	model  map[desk.ContactID]contacts.Contact
	events int
}

var pairWorkspaces atomic.Int64

func TestC27SameOnBoth(t *testing.T) {
	t.Parallel()
	stores := map[string]*storage.DB{}
	lite, err := sqlite.New(desktest.SQLite(t))
	if err != nil {
		t.Fatal(err)
	}
	pg, err := postgres.New(pgtest.DB(t))
	if err != nil {
		t.Fatal(err)
	}
	stores["sqlite"], stores["postgres"] = lite, pg
	for _, s := range stores {
		if err := s.Migrate(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	rapid.Check(t, func(rt *rapid.T) {
		p := &pair{ctx: context.Background(), w: desk.WorkspaceID(fmt.Sprintf("w%d", pairWorkspaces.Add(1))), stores: stores, model: map[desk.ContactID]contacts.Contact{}}
		rt.Repeat(map[string]func(*rapid.T){
			"insert": p.insert, "update": p.update, "purge": p.purge, "index": p.index, "": p.compare,
		})
	})
}

var (
	drawText  = rapid.SampledFrom([]string{"", "a", "A", "á", "Ä", "ß", "SS", "İ", "ı", "z z", "王", "😀", "'", `\`, "%", "_", "a\tb", "null", strings.Repeat("long ", 500)})
	drawEmail = rapid.SampledFrom([]string{"", "", "a@x", "b@x", "á@x", "ß@x"})
	drawTime  = rapid.SampledFrom([]time.Time{{}, time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC), time.Date(1969, 1, 1, 0, 0, 0, 0, time.UTC), time.Date(9999, 12, 31, 23, 59, 59, 999999000, time.UTC)})
	drawID    = rapid.Custom(func(t *rapid.T) desk.ContactID {
		return desk.ContactID(fmt.Sprintf("contact_%d", rapid.IntRange(1, 12).Draw(t, "id")))
	})
)

// drawContact is a contact with an id, at a version.
func drawContact(t *rapid.T, id desk.ContactID, version int64) contacts.Contact {
	c := contacts.Contact{ID: id, Version: version, State: contacts.State(rapid.IntRange(0, 1).Draw(t, "state")),
		FirstName: drawText.Draw(t, "first"), Email: drawEmail.Draw(t, "email"), Notes: drawText.Draw(t, "notes"), Active: rapid.Bool().Draw(t, "active"),
		CreatedAt: drawTime.Draw(t, "created"), UpdatedAt: drawTime.Draw(t, "updated")}
	if s := drawText.Draw(t, "custom"); s != "" {
		c.Custom = map[string]string{"k": s}
	}
	return c
}

func pairRecord(c contacts.Contact) contacts.Record {
	name := contacts.Fold(c.FirstName)
	r := contacts.Record{Contact: c, EmailKey: c.Email, Index: contacts.Index{
		Text: []contacts.Line{{Class: contacts.ClassName, Text: name}}, Sort: [6][]byte{[]byte(name)}, Facets: []string{fmt.Sprint("active=", c.Active)}}}
	if c.Email != "" {
		r.Index.Keys = []contacts.Key{{Kind: contacts.KeyEmail, Value: c.Email}}
	}
	return r
}

// both runs a transaction on both databases, and returns the kind of error,
// which must be the same.
func (p *pair) both(t *rapid.T, fn func(tx contacts.Tx) error) desk.Kind {
	var kinds []desk.Kind
	var said []string
	for _, name := range []string{"sqlite", "postgres"} {
		err := p.stores[name].Update(p.ctx, fn)
		kinds = append(kinds, desk.KindOf(err))
		said = append(said, fmt.Sprintf("%s: %v (%s, %s)", name, err, desk.FieldOf(err), desk.MessageOf(err)))
	}
	if kinds[0] != kinds[1] {
		t.Fatalf("different outcomes: %v", said)
	}
	return kinds[0]
}

// taken reports whether the model refuses the contact's address.
func (p *pair) taken(c contacts.Contact) bool {
	for _, o := range p.model {
		if o.ID != c.ID && c.Email != "" && o.Email == c.Email && o.State == contacts.Live && c.State == contacts.Live {
			return true
		}
	}
	return false
}

func (p *pair) insert(t *rapid.T) {
	c := drawContact(t, drawID.Draw(t, "new"), 1)
	p.events++
	kind := p.both(t, func(tx contacts.Tx) error {
		if err := tx.InsertContacts(p.ctx, p.w, []contacts.Record{pairRecord(c)}); err != nil {
			return err
		}
		return tx.Record(p.ctx, p.w, desk.Event{ID: desk.EventID(fmt.Sprintf("event_%05d", p.events)), Subject: string(c.ID), Summary: c.FirstName, At: c.CreatedAt})
	})
	_, had := p.model[c.ID]
	p.expect(t, kind, !had && !p.taken(c), func() { p.model[c.ID] = c })
}

func (p *pair) update(t *rapid.T) {
	id := drawID.Draw(t, "changed")
	version := p.model[id].Version + int64(rapid.IntRange(1, 10).Draw(t, "version")/10) + 1
	c := drawContact(t, id, version)
	kind := p.both(t, func(tx contacts.Tx) error { return tx.UpdateContacts(p.ctx, p.w, []contacts.Record{pairRecord(c)}) })
	had, ok := p.model[id]
	p.expect(t, kind, ok && had.Version == version-1 && !p.taken(c), func() { p.model[id] = c })
}

func (p *pair) expect(t *rapid.T, kind desk.Kind, good bool, then func()) {
	switch {
	case good && kind == "":
		then()
	case good || kind != desk.Conflict:
		t.Fatalf("the outcome is %q, the model says good: %v", kind, good)
	}
}

func (p *pair) purge(t *rapid.T) {
	ids := rapid.SliceOfN(drawID, 0, 3).Draw(t, "gone")
	if kind := p.both(t, func(tx contacts.Tx) error { return tx.PurgeContacts(p.ctx, p.w, ids) }); kind != "" {
		t.Fatalf("purge: %s", kind)
	}
	for _, id := range ids {
		delete(p.model, id)
	}
}

func (p *pair) index(t *rapid.T) {
	for _, store := range p.stores {
		if _, err := store.IndexContacts(p.ctx, p.w, 5); err != nil {
			t.Fatalf("index: %v", err)
		}
	}
}

// seen is what can be read of a workspace.
type seen struct {
	Contacts []contacts.Contact
	ByEmail  map[string]desk.ContactID
	Keys     []contacts.KeyMatch
	Listed   []desk.ContactID
	Found    []desk.ContactID
	Events   []desk.Event
}

func (p *pair) see(t *rapid.T, s *storage.DB) seen {
	var v seen
	must := func(err error) {
		if err != nil {
			t.Fatalf("%v", err)
		}
	}
	var ids []desk.ContactID
	var keys []contacts.Key
	for n := range 13 {
		ids = append(ids, desk.ContactID(fmt.Sprintf("contact_%d", n)))
	}
	v.ByEmail = map[string]desk.ContactID{}
	for _, e := range []string{"a@x", "b@x", "á@x", "ß@x"} {
		keys = append(keys, contacts.Key{Kind: contacts.KeyEmail, Value: e})
		if c, err := s.ContactByEmail(p.ctx, p.w, e); err == nil {
			v.ByEmail[e] = c.ID
		}
	}
	var err error
	v.Contacts, err = s.Contacts(p.ctx, p.w, ids)
	must(err)
	slices.SortFunc(v.Contacts, func(a, b contacts.Contact) int { return strings.Compare(string(a.ID), string(b.ID)) })
	v.Keys, err = s.FindKeys(p.ctx, p.w, keys)
	must(err)
	f, err := s.Find(p.ctx, p.w, contacts.Find{Sort: contacts.SortName, Desc: true, Limit: 50})
	must(err)
	for _, c := range f.Contacts {
		v.Listed = append(v.Listed, c.ID)
	}
	f, err = s.Find(p.ctx, p.w, contacts.Find{Sort: contacts.SortName, Limit: 50, Facets: [][]string{{"active=true"}},
		Terms: [][]contacts.Needle{{{Text: "a", In: []contacts.Class{contacts.ClassName}}}}})
	must(err)
	for _, c := range f.Contacts {
		v.Found = append(v.Found, c.ID)
	}
	v.Events, err = s.Events(p.ctx, p.w, contacts.EventFind{Limit: 100})
	must(err)
	return v
}

func (p *pair) compare(t *rapid.T) {
	lite, pg := p.see(t, p.stores["sqlite"]), p.see(t, p.stores["postgres"])
	if d := cmp.Diff(lite, pg); d != "" {
		t.Fatalf("sqlite -, postgres +:\n%s", d)
	}
	var want []contacts.Contact
	live := 0
	for _, c := range p.model {
		want = append(want, c)
		if c.State == contacts.Live {
			live++
		}
	}
	slices.SortFunc(want, func(a, b contacts.Contact) int { return strings.Compare(string(a.ID), string(b.ID)) })
	if d := cmp.Diff(want, append([]contacts.Contact(nil), lite.Contacts...)); d != "" {
		t.Fatalf("model -, databases +:\n%s", d)
	}
	if len(lite.Listed) != live {
		t.Fatalf("%d are listed, %d are live", len(lite.Listed), live)
	}
}
