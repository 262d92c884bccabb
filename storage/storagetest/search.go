package storagetest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Search compares what a store finds with a model that looks at every record:
// all kinds of conditions, each order, both directions, all pages forwards
// and backwards, while records are added, changed, purged, and only now and
// then brought into the index. n is how many records there are at the start;
// with some thousands, an index has to use whatever it has for large results.
func Search(t *testing.T, store contacts.Store, n int) {
	s := NewSearchModel(t, store)
	s.Grow(n)
	for round := range 18 {
		s.Change(round)
		s.Check(8)
	}
}

// SearchModel is a store's twin for [Search].
type SearchModel struct {
	t       *testing.T
	store   contacts.Store
	rand    *rand.Rand
	records map[desk.ContactID]contacts.Record
	made    int
}

// NewSearchModel returns the twin of an empty store.
func NewSearchModel(t *testing.T, store contacts.Store) *SearchModel {
	return &SearchModel{t: t, store: store, rand: rand.New(rand.NewPCG(1, 2)), records: map[desk.ContactID]contacts.Record{}}
}

// Grow adds records until there are n, and indexes most of them.
func (s *SearchModel) Grow(n int) {
	for len(s.records) < n {
		s.insert(min(500, n-len(s.records)))
		s.Index(400)
	}
}

// Change adds, changes or purges some records.
func (s *SearchModel) Change(round int) {
	switch round % 3 {
	case 0:
		s.insert(1 + s.rand.IntN(20))
	case 1:
		s.change(1 + s.rand.IntN(20))
	case 2:
		s.purge(1 + s.rand.IntN(5))
	}
	if round%4 == 0 {
		s.Index(1 + s.rand.IntN(50))
	}
}

// Check makes queries at random.
func (s *SearchModel) Check(queries int) {
	s.t.Helper()
	for range queries {
		s.check(s.query())
	}
}

const searchWorkspace desk.WorkspaceID = "search"

// word makes a word of few letters, so that grams meet where words do not.
func (s *SearchModel) word() string {
	letters := []rune("aabnñ中文е1")
	w := make([]rune, 1+s.rand.IntN(7))
	for i := range w {
		w[i] = letters[s.rand.IntN(len(letters))]
	}
	return string(w)
}

func (s *SearchModel) fill(r *contacts.Record) {
	at := time.UnixMicro(1e15 + int64(s.rand.IntN(1000))).UTC()
	r.Contact.FirstName, r.Contact.Kind, r.Contact.Active = s.word(), contacts.Customer, true
	r.Contact.Source, r.Contact.LoginSource = contacts.ByAPI, contacts.NotInstalled
	r.Contact.CreatedAt, r.Contact.UpdatedAt = at, at
	if s.rand.IntN(9) == 0 {
		r.Contact.State = contacts.Binned
		r.Contact.DeletedAt = at
	}
	r.Index.Text = []contacts.Line{
		{Class: contacts.ClassName, Text: s.word() + " " + s.word()},
		{Class: contacts.ClassCompany, Text: s.word()},
		{Class: contacts.ClassEmail, Text: s.word() + "@" + s.word()},
	}
	for i := range r.Index.Sort {
		r.Index.Sort[i] = append([]byte{1}, s.word()...)
	}
	r.Index.Facets = []string{fmt.Sprintf("kind=%d", s.rand.IntN(3)), fmt.Sprintf("owner=%d", s.rand.IntN(40))}
	if s.rand.IntN(50) == 0 {
		r.Index.Facets = append(r.Index.Facets, "rare")
	}
}

func (s *SearchModel) update(fn func(contacts.Tx) error) {
	s.t.Helper()
	if err := s.store.Update(context.Background(), fn); err != nil {
		s.t.Fatal(err)
	}
}

func (s *SearchModel) insert(n int) {
	rs := make([]contacts.Record, n)
	for i := range rs {
		s.made++
		rs[i].Contact.ID = desk.ContactID(fmt.Sprintf("contact_%026d", s.made))
		rs[i].Contact.Version = 1
		s.fill(&rs[i])
		s.records[rs[i].Contact.ID] = rs[i]
	}
	s.update(func(tx contacts.Tx) error { return tx.InsertContacts(context.Background(), searchWorkspace, rs) })
}

// some returns up to n ids of the records.
func (s *SearchModel) some(n int) []desk.ContactID {
	ids := make([]desk.ContactID, 0, len(s.records))
	for id := range s.records {
		ids = append(ids, id)
	}
	slices.Sort(ids)
	s.rand.Shuffle(len(ids), func(i, j int) { ids[i], ids[j] = ids[j], ids[i] })
	return ids[:min(n, len(ids))]
}

func (s *SearchModel) change(n int) {
	var rs []contacts.Record
	for _, id := range s.some(n) {
		r := contacts.Record{Contact: contacts.Contact{ID: id, Version: s.records[id].Contact.Version + 1}}
		s.fill(&r)
		s.records[id] = r
		rs = append(rs, r)
	}
	s.update(func(tx contacts.Tx) error { return tx.UpdateContacts(context.Background(), searchWorkspace, rs) })
}

func (s *SearchModel) purge(n int) {
	ids := s.some(n)
	for _, id := range ids {
		delete(s.records, id)
	}
	s.update(func(tx contacts.Tx) error { return tx.PurgeContacts(context.Background(), searchWorkspace, ids) })
}

// Index brings up to n records into the index.
func (s *SearchModel) Index(n int) {
	s.t.Helper()
	if _, err := s.store.IndexContacts(context.Background(), searchWorkspace, n); err != nil {
		s.t.Fatal(err)
	}
}

// IndexBrokenOff is Index that ends after some statements, as by a crash. It
// reports whether it did.
func (s *SearchModel) IndexBrokenOff(n, statements int) bool {
	s.t.Helper()
	ctx := &countdown{Context: context.Background()}
	ctx.left.Store(int64(statements))
	_, err := s.store.IndexContacts(ctx, searchWorkspace, n)
	if err != nil && !errors.Is(err, context.Canceled) {
		s.t.Fatal(err)
	}
	return err != nil
}

// countdown is a context that is cancelled when it was asked some times.
type countdown struct {
	context.Context
	left atomic.Int64
}

func (c *countdown) Err() error {
	if c.left.Add(-1) < 0 {
		return context.Canceled
	}
	return nil
}

// query makes a query at random.
func (s *SearchModel) query() contacts.Find {
	q := contacts.Find{Limit: 1 + s.rand.IntN(20), Count: true, Desc: s.rand.IntN(2) == 0, Sort: contacts.Sorts[s.rand.IntN(len(contacts.Sorts))]}
	classes := []contacts.Class{contacts.ClassName, contacts.ClassCompany, contacts.ClassEmail}
	for range s.rand.IntN(3) {
		term := []contacts.Needle{{Text: s.word(), In: classes[:1+s.rand.IntN(3)]}}
		if s.rand.IntN(4) == 0 {
			term = append(term, contacts.Needle{Text: s.word(), In: classes})
		}
		q.Terms = append(q.Terms, term)
	}
	if s.rand.IntN(3) == 0 {
		q.Facets = append(q.Facets, []string{"kind=1", "kind=2"})
	}
	switch s.rand.IntN(8) {
	case 0:
		q.Facets = append(q.Facets, []string{"rare"})
	case 1:
		q.None = []string{"rare", "owner=7"}
	case 2:
		q.State = contacts.Binned
	case 3:
		q.Ranges = []contacts.Range{{By: contacts.SortCompany, From: append([]byte{1}, s.word()...)}}
	case 4:
		q.Ranges = []contacts.Range{{By: contacts.SortName, From: []byte{1, 'a'}, Until: []byte{1, 'n'}}}
	case 5:
		for _, id := range s.some(100) {
			q.IDs = append(q.IDs, string(id))
		}
	}
	return q
}

// matches is the model of a query.
func matches(r contacts.Record, q contacts.Find) bool {
	has := func(f string) bool { return slices.Contains(r.Index.Facets, f) }
	if r.Contact.State != q.State || q.IDs != nil && !slices.Contains(q.IDs, string(r.Contact.ID)) {
		return false
	}
	for _, anyOf := range q.Facets {
		if !slices.ContainsFunc(anyOf, has) {
			return false
		}
	}
	for _, rg := range q.Ranges {
		key := r.Index.Sort[slices.Index(contacts.Sorts, rg.By)]
		if rg.From != nil && bytes.Compare(key, rg.From) < 0 || rg.Until != nil && bytes.Compare(key, rg.Until) >= 0 {
			return false
		}
	}
	for _, term := range q.Terms {
		if !slices.ContainsFunc(term, func(n contacts.Needle) bool {
			return slices.ContainsFunc(r.Index.Text, func(l contacts.Line) bool {
				return slices.Contains(n.In, l.Class) && strings.Contains(l.Text, n.Text)
			})
		}) {
			return false
		}
	}
	return !slices.ContainsFunc(q.None, has)
}

// want returns the ids that the model finds, in the list's order.
func (s *SearchModel) want(q contacts.Find) []string {
	key := slices.Index(contacts.Sorts, q.Sort)
	var ids []desk.ContactID
	for id, r := range s.records {
		if matches(r, q) {
			ids = append(ids, id)
		}
	}
	slices.SortFunc(ids, func(a, b desk.ContactID) int {
		c := bytes.Compare(s.records[a].Index.Sort[key], s.records[b].Index.Sort[key])
		if c == 0 {
			c = strings.Compare(string(a), string(b))
		}
		if q.Desc {
			return -c
		}
		return c
	})
	out := make([]string, len(ids))
	for i, id := range ids {
		out[i] = string(id)
	}
	return out
}

// check reads all pages of a query forwards, and then back from the last one.
func (s *SearchModel) check(q contacts.Find) {
	s.t.Helper()
	want := s.want(q)
	q.Limit = max(q.Limit, len(want)/8) // some pages, not hundreds
	var got []string
	var last contacts.Found
	for page := 0; page == 0 || last.More; page++ {
		if page > 0 {
			q.After = &last.Positions[len(last.Positions)-1]
		}
		last = s.find(q, want)
		got = append(got, found(last)...)
	}
	if diff := cmp.Diff(want, got, equalEmpty); diff != "" {
		s.t.Fatalf("%+v\nforwards (-want +got):\n%s", q, diff)
	}
	if len(want) == 0 {
		return
	}
	back := found(last)
	q.After, last.More = nil, true
	for last.More {
		q.Before = &last.Positions[0]
		if last = s.find(q, want); len(last.Contacts) == 0 {
			break
		}
		back = append(found(last), back...)
	}
	if diff := cmp.Diff(want, back); diff != "" {
		s.t.Fatalf("%+v\nbackwards (-want +got):\n%s", q, diff)
	}
}

func (s *SearchModel) find(q contacts.Find, want []string) contacts.Found {
	s.t.Helper()
	f, err := s.store.Find(context.Background(), searchWorkspace, q)
	if err != nil {
		s.t.Fatalf("%+v: %v", q, err)
	}
	if f.Count != len(want) && (!f.CountAbout || f.Count < len(want)) {
		s.t.Fatalf("%+v: counted %d (about: %t), want %d", q, f.Count, f.CountAbout, len(want))
	}
	return f
}

func found(f contacts.Found) []string {
	ids := make([]string, len(f.Contacts))
	for i, c := range f.Contacts {
		ids[i] = string(c.ID)
	}
	return ids
}

var equalEmpty = cmp.Transformer("nil", func(s []string) []string { return append([]string{}, s...) })
