package contacts_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// reader makes bytes that are the same in each run.
type reader struct{ r *rand.Rand }

func (r reader) Read(b []byte) (int, error) {
	for i := range b {
		b[i] = byte(r.r.Uint32())
	}
	return len(b), nil
}

// pair is the same service on both databases: the same clock, ids and cursors.
type pair struct {
	t        *rapid.T
	services [2]*contacts.Service
	clock    *desktest.Clock
	a        desk.Actor
	contacts []desk.ContactID
	versions map[desk.ContactID]int64
}

func newPair(t *rapid.T, stores [2]*storage.DB, workspace string) *pair {
	p := &pair{t: t, clock: desktest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 123456789, time.UTC)), versions: map[desk.ContactID]int64{}}
	for i, s := range stores {
		p.services[i] = contacts.New(s, &contacts.Options{
			Now: p.clock.Now, IDs: desk.NewIDs(p.clock.Now, reader{rand.New(rand.NewPCG(5, 6))}),
			CursorKeys: desk.CursorKeys{[]byte("0123456789abcdef")}, IndexEvery: 5,
		})
	}
	p.a = desk.Actor{Workspace: desk.WorkspaceID(workspace), Kind: desk.MemberActor, ID: "m1", Grants: contacts.Permissions}
	if err := p.both(func(s *contacts.Service) (any, error) {
		return s.SaveSettings(ctx, p.a, contacts.Settings{AllowImport: true, Region: "DE"})
	}); err != nil {
		t.Fatal(err)
	}
	return p
}

// both does the same on both databases and compares what comes of it.
func (p *pair) both(do func(s *contacts.Service) (any, error)) error {
	p.t.Helper()
	var seen [2]string
	var first error
	for i, s := range p.services {
		v, err := do(s)
		text, jerr := json.MarshalIndent(v, "", " ")
		if jerr != nil {
			p.t.Fatal(jerr)
		}
		seen[i] = fmt.Sprintf("%s\n%s %s %s", text, desk.KindOf(err), desk.FieldOf(err), desk.MessageOf(err))
		if desk.KindOf(err) == desk.Internal || desk.KindOf(err) == desk.Unavailable {
			p.t.Fatalf("%v", err)
		}
		if i == 0 {
			first = err
		}
	}
	if d := cmp.Diff(strings.Split(seen[0], "\n"), strings.Split(seen[1], "\n")); d != "" {
		p.t.Fatalf("SQLite (-) and PostgreSQL (+) differ: %s", d)
	}
	return first
}

var (
	someText = rapid.OneOf(rapid.SampledFrom([]string{
		"", "Ana", "ana", "ANA", "Änä", "Zoë", "ß", "ss", "王小明", "Ђорђе", "김철수", "o'Brien", "100%", "a_b", `b\c`, "🦊", "é", "e\u0301", "Ａ", "i", "İ", "ı", " x ", "NULL",
	}), rapid.StringN(0, 6, 20))
	someEmail = rapid.SampledFrom([]string{"", "a@x.co", "A@X.co", "b@x.co", "c@bücher.example", "c@xn--bcher-kva.example", "nobody", "d@gmail.com"})
	somePhone = rapid.SampledFrom([]string{"+49 30 901820", "030 901820", "call me", "901820", "+1 212 555 0100"})
)

func (p *pair) id() desk.ContactID {
	if len(p.contacts) == 0 {
		return "contact_01h455vb4pex5vsknk084sn02q"
	}
	return rapid.SampledFrom(p.contacts).Draw(p.t, "id")
}

func (p *pair) input() contacts.NewContact {
	t := p.t
	n := contacts.NewContact{
		FirstName: someText.Draw(t, "first"), LastName: someText.Draw(t, "last"), Email: someEmail.Draw(t, "email"), Status: someText.Draw(t, "status"),
		Kind: rapid.SampledFrom(contacts.Kinds).Draw(t, "kind"), Inactive: rapid.Bool().Draw(t, "inactive"), CompanyName: someText.Draw(t, "company"),
		Notes: someText.Draw(t, "notes"),
	}
	if rapid.Bool().Draw(t, "lists") {
		n.Emails = []contacts.Email{{Label: "x", Value: someEmail.Draw(t, "more")}}
		n.Phones = []contacts.Phone{{Value: somePhone.Draw(t, "phone")}}
		n.External = map[string]string{"crm": rapid.SampledFrom([]string{"1", "2", "ü", "Ü"}).Draw(t, "external")}
	}
	return n
}

func (p *pair) create() {
	n := p.input()
	_ = p.both(func(s *contacts.Service) (any, error) {
		c, err := s.Create(ctx, p.a, n)
		if err == nil && !slices.Contains(p.contacts, c.ID) {
			p.contacts = append(p.contacts, c.ID)
			p.versions[c.ID] = 1
		}
		return c, err
	})
}

func (p *pair) update() {
	id := p.id()
	version := p.versions[id]
	if rapid.IntRange(0, 9).Draw(p.t, "stale") == 0 {
		version--
	}
	text, email := someText.Draw(p.t, "text"), someEmail.Draw(p.t, "email")
	patch := rapid.SampledFrom([]contacts.Patch{
		{LastName: &text}, {Email: &email}, {CompanyName: &text}, {Status: &text, Active: ptr(false)}, {Notes: &text, TimeZone: ptr("Asia/Tokyo")},
		{FirstName: &text, LastName: &text, Phones: &[]contacts.Phone{}}, {Owner: &text, Pin: []string{"owner"}},
	}).Draw(p.t, "patch")
	_ = p.both(func(s *contacts.Service) (any, error) { return s.Update(ctx, p.a, id, version, patch) })
	p.refresh(id)
}

// refresh reads which version a contact has now.
func (p *pair) refresh(id desk.ContactID) {
	_ = p.both(func(s *contacts.Service) (any, error) {
		c, err := s.Get(ctx, p.a, id)
		if err == nil {
			p.versions[id] = c.Version
		}
		return c, err
	})
}

func (p *pair) bulk() {
	ids := []desk.ContactID{p.id(), p.id()}
	verb := rapid.SampledFrom([]contacts.Verb{
		contacts.BulkDelete, contacts.BulkRestore, contacts.BulkPurge, contacts.BulkActivate, contacts.BulkDeactivate, contacts.BulkSetOwner, contacts.BulkSetStatus,
	}).Draw(p.t, "verb")
	value := someText.Draw(p.t, "value")
	_ = p.both(func(s *contacts.Service) (any, error) {
		rs, err := s.Bulk(ctx, p.a, contacts.Selection{IDs: ids}, contacts.Action{Verb: verb, Value: value})
		return len(rs), err
	})
	p.refresh(ids[0])
	p.refresh(ids[1])
}

func (p *pair) imports() {
	var rs []contacts.Incoming
	for i := range rapid.IntRange(1, 4).Draw(p.t, "rows") {
		rs = append(rs, contacts.Incoming{Line: i, Contact: p.input()})
	}
	if rapid.Bool().Draw(p.t, "named") {
		rs[0].ID = p.id()
	}
	o := contacts.ApplyOptions{OnDuplicate: rapid.SampledFrom([]contacts.OnDuplicate{contacts.Skip, contacts.Update, contacts.MergeInto, contacts.CreateAnyway}).Draw(p.t, "mode")}
	var made []desk.ContactID
	_ = p.both(func(s *contacts.Service) (any, error) {
		outs, err := s.Apply(ctx, p.a, rs, o)
		for i := range outs {
			if outs[i].Kind == contacts.Created && !slices.Contains(made, outs[i].ID) {
				made = append(made, outs[i].ID)
			}
			outs[i].Err = nil // its words are in Reason
		}
		return outs, err
	})
	p.contacts = append(p.contacts, made...)
	for id := range p.versions {
		p.refresh(id)
	}
	for _, id := range made {
		p.refresh(id)
	}
}

func (p *pair) list() {
	q := contacts.Query{Sort: rapid.SampledFrom(contacts.Sorts).Draw(p.t, "sort"), Desc: rapid.Bool().Draw(p.t, "desc"), Count: true}
	text := someText.Draw(p.t, "text")
	switch rapid.IntRange(0, 5).Draw(p.t, "filter") {
	case 0:
		q.Text = text
	case 1:
		q.Filter.Statuses = []string{text}
	case 2:
		q.Filter.Binned = true
	case 3:
		q.Filter.Kinds = []contacts.Kind{contacts.Vendor, contacts.Customer}
		q.Text = somePhone.Draw(p.t, "phone")
	case 4:
		q.Filter.NoCompany = true
	}
	page := desk.Page{Limit: rapid.IntRange(1, 4).Draw(p.t, "limit")}
	for range 3 {
		var next, prev desk.Cursor
		err := p.both(func(s *contacts.Service) (any, error) {
			l, err := s.List(ctx, p.a, q, page)
			next, prev = l.Next, l.Prev
			return l, err
		})
		page.Cursor = next
		if rapid.Bool().Draw(p.t, "back") {
			page.Cursor = prev
		}
		if err != nil || page.Cursor == "" {
			return
		}
	}
}

func (p *pair) companies() {
	var found contacts.CompanyList
	text := someText.Draw(p.t, "text")
	_ = p.both(func(s *contacts.Service) (any, error) {
		var err error
		found, err = s.ListCompanies(ctx, p.a, text, desk.Page{})
		return found, err
	})
	if len(found.Companies) == 0 {
		return
	}
	c := rapid.SampledFrom(found.Companies).Draw(p.t, "company")
	name := someText.Draw(p.t, "name")
	domains := rapid.SampledFrom([][]string{nil, {"x.co"}, {"bücher.example"}, {"gmail.com"}}).Draw(p.t, "domains")
	_ = p.both(func(s *contacts.Service) (any, error) {
		return s.UpdateCompany(ctx, p.a, c.ID, c.Version, contacts.CompanyPatch{Name: &name, Domains: &domains})
	})
}

func (p *pair) sender() {
	from := contacts.Sender{Email: someEmail.Draw(p.t, "email"), Name: someText.Draw(p.t, "name")}
	_ = p.both(func(s *contacts.Service) (any, error) {
		c, created, err := s.FromSender(ctx, p.a, from)
		if created && !slices.Contains(p.contacts, c.ID) {
			p.contacts = append(p.contacts, c.ID)
			p.versions[c.ID] = 1
		}
		return []any{c, created}, err
	})
}

func (p *pair) log() {
	_ = p.both(func(s *contacts.Service) (any, error) {
		l, err := s.Log(ctx, p.a, contacts.ActivityFilter{}, desk.Page{Limit: 20})
		return l, err
	})
	_ = p.both(func(s *contacts.Service) (any, error) { return s.VerifyLog(ctx, p.a) })
}

// The same calls give the same results and the same errors on both databases.
func TestC27_AdapterDifferential(t *testing.T) {
	t.Parallel()
	stores := [2]*storage.DB{desktest.New(t).Store, pgtest.Desk(t).Store}
	run := 0
	rapid.Check(t, func(t *rapid.T) {
		run++ // a workspace for each run: tables need not be emptied
		p := newPair(t, stores, fmt.Sprint("run-", run))
		t.Repeat(map[string]func(*rapid.T){
			"create": func(*rapid.T) { p.create() }, "update": func(*rapid.T) { p.update() }, "bulk": func(*rapid.T) { p.bulk() },
			"import": func(*rapid.T) { p.imports() }, "list": func(*rapid.T) { p.list() }, "companies": func(*rapid.T) { p.companies() },
			"sender": func(*rapid.T) { p.sender() }, "log": func(*rapid.T) { p.log() },
			"clock": func(t *rapid.T) { p.clock.Turn(time.Duration(rapid.IntRange(-1000, 100_000_000_000).Draw(t, "turn"))) },
		})
		p.log()
	})
}
