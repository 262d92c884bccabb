package bench

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Class is the times of one class of searches.
type Class struct {
	Name  string  `json:"name"`
	Count int     `json:"count"`
	P50   float64 `json:"p50_ms"`
	P99   float64 `json:"p99_ms"`
	Max   float64 `json:"max_ms"`
	// Slowest is the search that took longest.
	Slowest string `json:"slowest"`
	// Steady is the p99 of the searches' own times, each the middle one of
	// three: what else the machine did is mostly not in it.
	Steady float64 `json:"p99_steady_ms"`
	// Small is the same in the workspace of 10,000.
	Small float64 `json:"p99_small_ms"`

	times, steady []time.Duration
	most          time.Duration
}

// add takes the times of one search.
func (c *Class) add(what string, times ...time.Duration) {
	slices.Sort(times)
	if last := times[len(times)-1]; last > c.most {
		c.most, c.Slowest = last, what
	}
	c.times = append(c.times, times...)
	c.steady = append(c.steady, times[len(times)/2])
}

// join adds the times of another class.
func (c *Class) join(o *Class) {
	c.times = append(c.times, o.times...)
	c.steady = append(c.steady, o.steady...)
	if o.most > c.most {
		c.most, c.Slowest = o.most, o.Slowest
	}
}

// close computes the figures.
func (c *Class) close() {
	slices.Sort(c.times)
	slices.Sort(c.steady)
	c.Count = len(c.times)
	c.P50, c.P99, c.Max, c.Steady = ms(at(c.times, 0.5)), ms(at(c.times, 0.99)), ms(c.most), ms(at(c.steady, 0.99))
}

// at returns the quantile of sorted times.
func at(times []time.Duration, q float64) time.Duration {
	if len(times) == 0 {
		return 0
	}
	return times[min(int(q*float64(len(times))), len(times)-1)]
}

func ms(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// text is a class of what people type.
type text struct {
	class string
	texts []string
}

// texts are what is looked for; the rare ones are of rows that are there.
func texts(n int) []text {
	p := newPeople(seed, n)
	var rare, phones, several []string
	for i := range min(n, 2000) {
		row := p.next()
		if i%500 == 25 {
			rare = append(rare, row.email)
			phones = append(phones, row.phone[len(row.phone)-5:], strings.ReplaceAll(row.phone[4:], " ", ""))
			several = append(several, row.last+" "+row.first, row.company+" "+row.first)
		}
	}
	return []text{
		{"no text", []string{""}},
		{"common", []string{"anna", "maria", "gmbh", "example"}},
		{"rare", rare},
		{"absent", []string{"qxzjvwkq", "no such person"}},
		{"middling", []string{"kröger", "walter", lastName(4000), lastName(301)}},
		{"two letters", []string{"an", "zu", "xy", "ö1"}},
		{"one letter", []string{"a", "q", "я"}},
		{"CJK", []string{"王", "田中", "伟", "さくら", "김이"}},
		{"phone", append(phones, "0000", "4930")},
		{"several words", append(several, "anna gmbh", "maria berlin", "a b c")},
	}
}

func yes(b bool) *bool { return &b }

// filters are combined with every text.
var filters = []struct {
	name   string
	filter contacts.Filter
}{
	{"all", contacts.Filter{}},
	{"active", contacts.Filter{Active: yes(true)}},
	{"inactive", contacts.Filter{Active: yes(false)}},
	{"VIP vendors", contacts.Filter{Statuses: []string{"VIP"}, Kinds: []contacts.Kind{contacts.Vendor}}},
	{"no company, prospect or trial", contacts.Filter{NoCompany: true, Statuses: []string{"Prospect", "Trial"}}},
}

func measureSearches(ctx context.Context, e *env) ([]Figure, error) {
	all, every := Class{Name: "all"}, Class{}
	for _, t := range texts(e.Contacts) {
		e.Say("searches: " + t.class)
		big, err := e.searchClass(ctx, e.Actor, t, 2)
		if err != nil {
			return nil, err
		}
		small, err := e.searchClass(ctx, e.small(), t, 1)
		if err != nil {
			return nil, err
		}
		all.join(&big)
		every.join(&small)
		small.close()
		big.close()
		big.Small = small.Steady
		e.searches = append(e.searches, big)
	}
	every.close()
	all.Small = every.Steady
	all.close()
	e.searches = append(e.searches, all)
	limit, worst := 50.0, 0.0
	if e.Dialect == "postgres" {
		limit = 20
	}
	for _, c := range e.searches {
		// Below a millisecond the ratio says more of the clock than of the search.
		worst = max(worst, c.Steady/max(c.Small, 1))
	}
	return []Figure{
		{Name: "searches: p50", Value: all.P50, Unit: "ms"},
		{Name: "searches: p99", Value: all.P99, Unit: "ms", Limit: limit},
		{Name: "searches: slowest", Value: all.Max, Unit: "ms"},
		{Name: "searches: p99 to that at 10,000, worst class", Value: worst, Unit: "times", Limit: 5},
	}, nil
}

// searchClass measures every text of a class with every filter and order: the
// first page, and pages further in.
func (e *env) searchClass(ctx context.Context, a desk.Actor, t text, rounds int) (Class, error) {
	c := Class{Name: t.class}
	texts, filters := t.texts, filters
	if e.quick() {
		texts, filters = texts[:1], filters[:2]
	}
	for _, text := range texts {
		for _, f := range filters {
			for i, sort := range contacts.Sorts {
				q := contacts.Query{Text: text, Filter: f.filter, Sort: sort, Desc: i%2 == 1}
				for range rounds {
					if err := e.search(ctx, a, q, f.name, &c); err != nil {
						return c, err
					}
					q.Desc = !q.Desc
				}
			}
		}
	}
	return c, nil
}

// search measures the first page, a page some way in, and the way back.
func (e *env) search(ctx context.Context, a desk.Actor, q contacts.Query, filter string, c *Class) error {
	name := fmt.Sprintf("%q, %s, by %s, desc %v", q.Text, filter, q.Sort, q.Desc)
	first, err := e.page(ctx, a, q, "", 50, name+", first page", c)
	if err != nil || first.Next == "" {
		return err
	}
	// Large strides lead far in, without being measured.
	cursor := first.Next
	for range 3 {
		list, err := e.contacts.List(ctx, a, q, desk.Page{Limit: desk.MaxPage, Cursor: cursor})
		if err != nil {
			return err
		}
		if list.Next == "" {
			break
		}
		cursor = list.Next
	}
	deep, err := e.page(ctx, a, q, cursor, 50, name+", page further in", c)
	if err != nil || deep.Prev == "" {
		return err
	}
	_, err = e.page(ctx, a, q, deep.Prev, 50, name+", page back", c)
	return err
}

func (e *env) page(ctx context.Context, a desk.Actor, q contacts.Query, cursor desk.Cursor, limit int, name string, c *Class) (contacts.List, error) {
	var times [3]time.Duration
	var list contacts.List
	for i := range times {
		began := time.Now()
		var err error
		if list, err = e.contacts.List(ctx, a, q, desk.Page{Limit: limit, Cursor: cursor}); err != nil {
			return list, err
		}
		times[i] = time.Since(began)
	}
	c.add(name, times[:]...)
	return list, nil
}

// measurePages walks through the whole list by two orders, and compares its last pages
// with its first.
func measurePages(ctx context.Context, e *env) ([]Figure, error) {
	var fs []Figure
	for _, sort := range []contacts.Sort{contacts.SortName, contacts.SortUpdated} {
		e.Say("pages: by " + string(sort))
		q := contacts.Query{Sort: sort}
		cursor, last := desk.Cursor(""), desk.Cursor("")
		for {
			list, err := e.contacts.List(ctx, e.Actor, q, desk.Page{Limit: desk.MaxPage, Cursor: cursor})
			if err != nil {
				return nil, err
			}
			if list.Next == "" {
				break
			}
			last, cursor = cursor, list.Next
		}
		var a, b Class
		for range 200 {
			if _, err := e.page(ctx, e.Actor, q, "", 50, "", &a); err != nil {
				return nil, err
			}
			if _, err := e.page(ctx, e.Actor, q, last, 50, "", &b); err != nil {
				return nil, err
			}
		}
		a.close()
		b.close()
		fs = append(fs, Figure{Name: "page at the end to the first page, by " + string(sort), Value: b.P50 / a.P50, Unit: "times", Limit: 2})
	}
	return fs, nil
}
