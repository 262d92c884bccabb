package tickets_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// queue makes five tickets, an hour apart.
func (o *office) queue() {
	o.t.Helper()
	must(o.Tickets.SaveSettings(ctx, o.Manager, tickets.Settings{Categories: []tickets.Category{{Key: "hardware", Label: "Hardware"}}}))
	for _, n := range []tickets.NewTicket{
		{Subject: "Printer on fire", Requester: o.ana.ID, Priority: "urgent", Assignee: "mei", Category: "hardware"},
		{Subject: "crème brûlée", Requester: o.ben.ID, Participants: []desk.ContactID{o.ana.ID}, Channel: tickets.ByPhone},
		{Subject: "Access", Requester: o.ana.ID, Pending: []desk.ContactID{o.cem.ID}, Priority: "low"},
		{Subject: "Zebra", Status: "waiting", Assignee: "kim"},
		{Subject: "print quota", Requester: o.cem.ID, Status: "closed"},
	} {
		o.Clock.Turn(time.Hour)
		must(o.Tickets.Create(ctx, o.Manager, n))
	}
}

func (o *office) numbers(a desk.Actor, q tickets.Query) string {
	o.t.Helper()
	l := must(o.Tickets.List(ctx, a, q, desk.Page{}))
	var b strings.Builder
	for _, t := range l.Tickets {
		fmt.Fprint(&b, t.Number)
	}
	if l.Count != len(l.Tickets) {
		o.t.Errorf("%s are listed, %d are counted", b.String(), l.Count)
	}
	return b.String()
}

func TestListFiltersAndSorts(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		o.queue()
		start := o.Clock.Now()
		cases := []struct {
			name string
			q    tickets.Query
			want string
		}{
			{"all, the last changed first", tickets.Query{}, "54321"},
			{"by number", tickets.Query{Sort: tickets.SortNumber}, "12345"},
			{"by creation, the other way", tickets.Query{Sort: tickets.SortCreated, Desc: true}, "54321"},
			{"by subject", tickets.Query{Sort: tickets.SortSubject}, "32514"},
			{"by status", tickets.Query{Sort: tickets.SortStatus}, "51234"},
			{"by priority", tickets.Query{Sort: tickets.SortPriority}, "32451"},
			{"open", tickets.Query{Filter: tickets.Filter{Open: ptr(true)}}, "4321"},
			{"closed", tickets.Query{Filter: tickets.Filter{Open: ptr(false)}}, "5"},
			{"status", tickets.Query{Filter: tickets.Filter{Statuses: []string{"waiting", "closed"}}}, "54"},
			{"priority", tickets.Query{Filter: tickets.Filter{Priorities: []string{"low", "urgent"}}}, "31"},
			{"category", tickets.Query{Filter: tickets.Filter{Categories: []string{"hardware"}}}, "1"},
			{"no category", tickets.Query{Filter: tickets.Filter{Categories: []string{""}}}, "5432"},
			{"assignee or none", tickets.Query{Filter: tickets.Filter{Assignees: []string{"mei"}, Unassigned: true}}, "5321"},
			{"company", tickets.Query{Filter: tickets.Filter{Companies: []desk.CompanyID{o.ana.CompanyID}}}, "31"},
			{"no company", tickets.Query{Filter: tickets.Filter{NoCompany: true}}, "542"},
			{"channel", tickets.Query{Filter: tickets.Filter{Channels: []tickets.Channel{tickets.ByPhone}}}, "2"},
			{"requester", tickets.Query{Filter: tickets.Filter{Requester: o.ana.ID}}, "31"},
			{"contact", tickets.Query{Filter: tickets.Filter{Contact: o.ana.ID}}, "321"},
			{"pending contact", tickets.Query{Filter: tickets.Filter{Contact: o.cem.ID}}, "53"},
			{"words", tickets.Query{Filter: tickets.Filter{Text: "PRINT fir"}}, "1"},
			{"accents", tickets.Query{Filter: tickets.Filter{Text: "creme brul"}}, "2"},
			{"number", tickets.Query{Filter: tickets.Filter{Text: "#4"}}, "4"},
			{"name", tickets.Query{Filter: tickets.Filter{Text: "diaz"}}, "321"},
			{"name and subject", tickets.Query{Filter: tickets.Filter{Text: "okoro creme"}}, "2"},
			{"address", tickets.Query{Filter: tickets.Filter{Text: "cem@other"}}, "53"},
			{"since", tickets.Query{Filter: tickets.Filter{CreatedFrom: start}}, "5"},
			{"until", tickets.Query{Filter: tickets.Filter{UpdatedUntil: start.Add(-2 * time.Hour)}}, "21"},
			{"nothing", tickets.Query{Filter: tickets.Filter{Text: "xyzzy"}}, ""},
		}
		for _, indexed := range []bool{false, true} {
			if indexed {
				must(o.Contacts.Work(ctx, o.Manager))
			}
			for _, c := range cases {
				if got := o.numbers(o.Viewer, c.q); got != c.want {
					t.Errorf("%s (indexed: %v): %s, want %s", c.name, indexed, got, c.want)
				}
				back, err := tickets.ParseQuery(c.q.Values())
				if d := cmp.Diff(c.q, back); err != nil || d != "" {
					t.Errorf("%s: %v %s", c.name, err, d)
				}
				if got := must(o.Tickets.Count(ctx, o.Viewer, c.q.Filter)); got != len(c.want) {
					t.Errorf("%s: %d are counted", c.name, got)
				}
			}
		}
		is := is.New(t)
		is.Equal(o.numbers(o.as(o.ana), tickets.Query{}), "321")
		is.Equal(o.numbers(o.as(o.ben), tickets.Query{}), "2")
		is.Equal(o.numbers(o.as(o.ana), tickets.Query{Filter: tickets.Filter{Contact: o.cem.ID}}), "") // who is pending
		// A contact that gets another name is found by it, and no longer by the old one.
		must(o.Contacts.Update(ctx, o.Manager, o.ana.ID, 1, contacts.Patch{LastName: ptr("Núñez")}))
		is.Equal(o.numbers(o.Viewer, tickets.Query{Filter: tickets.Filter{Text: "nunez"}}), "321")
		is.Equal(o.numbers(o.Viewer, tickets.Query{Filter: tickets.Filter{Text: "diaz"}}), "")
		is.Equal(o.numbers(o.Viewer, tickets.Query{Filter: tickets.Filter{Contact: o.ana.ID}}), "321") // facets as before
	})
}

func TestBadFilters(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		for field, q := range map[string]tickets.Query{
			"sort": {Sort: "salary; DROP TABLE"}, "status": {Filter: tickets.Filter{Statuses: []string{"a\x00"}}}, "channel": {Filter: tickets.Filter{Channels: []tickets.Channel{"fax"}}},
			"company": {Filter: tickets.Filter{Companies: []desk.CompanyID{"x"}}}, "contact": {Filter: tickets.Filter{Contact: "x"}}, "requester": {Filter: tickets.Filter{Requester: "' OR 1=1"}},
			"text": {Filter: tickets.Filter{Text: strings.Repeat("x ", 13)}}, "assignee": {Filter: tickets.Filter{Assignees: make([]string, 51)}},
		} {
			_, err := o.Tickets.List(ctx, o.Viewer, q, desk.Page{})
			wants(t, err, desk.Invalid, field)
		}
		for _, v := range []string{"open=maybe", "created_from=yesterday", "sort=x", "channel=x"} {
			values := must(parseValues(v))
			if _, err := tickets.ParseQuery(values); desk.KindOf(err) != desk.Invalid {
				t.Errorf("%s: %v", v, err)
			}
		}
	})
}

func TestPagesBothWays(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		for n := range 23 {
			must(o.Tickets.Create(ctx, o.Manager, tickets.NewTicket{Subject: fmt.Sprint("Ticket ", n%4), Requester: o.ana.ID}))
		}
		must(o.Contacts.Work(ctx, o.Manager))
		for _, q := range []tickets.Query{{}, {Sort: tickets.SortSubject}, {Sort: tickets.SortNumber, Desc: true, Filter: tickets.Filter{Text: "ticket"}}} {
			all := must(o.Tickets.List(ctx, o.Viewer, q, desk.Page{Limit: 100}))
			var there, back []tickets.Ticket
			page := desk.Page{Limit: 5}
			var last tickets.List
			for {
				last = must(o.Tickets.List(ctx, o.Viewer, q, page))
				there = append(there, last.Tickets...)
				if last.Next == "" {
					break
				}
				page.Cursor = last.Next
			}
			back = last.Tickets
			for last.Prev != "" {
				last = must(o.Tickets.List(ctx, o.Viewer, q, desk.Page{Limit: 5, Cursor: last.Prev}))
				back = append(slices.Clone(last.Tickets), back...)
			}
			is.Equal(cmp.Diff(all.Tickets, there), "")
			is.Equal(cmp.Diff(all.Tickets, back), "")
		}
		// Cursors are bound to the query, the workspace and the kind of actor.
		next := must(o.Tickets.List(ctx, o.Viewer, tickets.Query{}, desk.Page{Limit: 5})).Next
		_, err := o.Tickets.List(ctx, o.Viewer, tickets.Query{Filter: tickets.Filter{Open: ptr(true)}}, desk.Page{Cursor: next})
		wants(t, err, desk.Expired, "cursor")
		_, err = o.Tickets.List(ctx, o.as(o.ana), tickets.Query{}, desk.Page{Cursor: next})
		wants(t, err, desk.Expired, "cursor")
		other := o.Viewer
		other.Workspace = "other"
		_, err = o.Tickets.List(ctx, other, tickets.Query{}, desk.Page{Cursor: next})
		wants(t, err, desk.Expired, "cursor")
	})
}

func TestMessagePages(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		for n := range 12 {
			kind := tickets.Public
			if n%3 == 1 {
				kind = tickets.Internal
			}
			o.post(o.Manager, x.ID, tickets.NewMessage{Kind: kind, Text: fmt.Sprint(n)})
		}
		walk := func(a desk.Actor, q tickets.MessageQuery) (there, back string) {
			page := desk.Page{Limit: 5}
			var l tickets.MessageList
			text := func() string {
				var b strings.Builder
				for _, m := range l.Messages {
					b.WriteString(m.Text + " ")
				}
				return b.String()
			}
			for {
				l = must(o.Tickets.Messages(ctx, a, x.ID, q, page))
				there += text()
				if l.Next == "" {
					break
				}
				page.Cursor = l.Next
			}
			back = text()
			for l.Prev != "" {
				l = must(o.Tickets.Messages(ctx, a, x.ID, q, desk.Page{Limit: 5, Cursor: l.Prev}))
				back = text() + back
			}
			return there, back
		}
		for _, c := range []struct {
			a    desk.Actor
			q    tickets.MessageQuery
			want string
		}{
			{o.Viewer, tickets.MessageQuery{}, "0 1 2 3 4 5 6 7 8 9 10 11 "},
			{o.Viewer, tickets.MessageQuery{Newest: true}, "11 10 9 8 7 6 5 4 3 2 1 0 "},
			{o.Viewer, tickets.MessageQuery{Kind: tickets.Internal}, "1 4 7 10 "},
			{o.as(o.ben), tickets.MessageQuery{Newest: true}, "11 9 8 6 5 3 2 0 "},
			{o.as(o.ben), tickets.MessageQuery{Kind: tickets.Internal}, ""},
		} {
			there, back := walk(c.a, c.q)
			is.Equal(there, c.want)
			is.Equal(back, c.want)
		}
	})
}

func TestEachExports(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		o.queue()
		o.take()
		var got []int64
		err := o.Tickets.Each(ctx, o.Manager, tickets.Query{Sort: tickets.SortNumber, Filter: tickets.Filter{Open: ptr(true)}}, func(t tickets.Ticket) error {
			got = append(got, t.Number)
			return nil
		})
		is.NoErr(err)
		is.Equal(got, []int64{1, 2, 3, 4})
		verbs, _ := o.take()
		is.Equal(verbs, []string{tickets.VerbExported})
		wants(t, o.Tickets.Each(ctx, o.Viewer, tickets.Query{}, nil), desk.Denied, "")
	})
}

// D6: a list of contacts can be limited to those of a ticket.
func TestD6_ContactsOfATicket(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x := o.ticket()
		ids := must(o.Tickets.ContactsOf(ctx, o.Viewer, x.ID))
		l := must(o.Contacts.List(ctx, o.Viewer, contacts.Query{Filter: contacts.Filter{IDs: ids}, Count: true}, desk.Page{}))
		is.Equal(l.Count, 2)
		is.Equal(l.Contacts[0].FirstName+" "+l.Contacts[1].FirstName, "Ana Ben")
	})
}

func TestHistoryOfATicket(t *testing.T) {
	each(t, func(t *testing.T, o *office) {
		is := is.New(t)
		x, other := o.ticket(), o.ticket()
		o.post(o.Manager, x.ID, tickets.NewMessage{Kind: tickets.Internal, Text: "secret"})
		first := must(o.Tickets.History(ctx, o.Viewer, x.ID, desk.Page{Limit: 3}))
		is.Equal(first.Count, 4)
		is.Equal(len(first.Events), 3)
		is.Equal(first.Events[0].Verb, tickets.VerbPosted)
		rest := must(o.Tickets.History(ctx, o.Viewer, x.ID, desk.Page{Limit: 3, Cursor: first.Next}))
		is.Equal(len(rest.Events), 1)
		is.Equal(rest.Events[0].Verb, tickets.VerbCreated)
		is.Equal(rest.Next, desk.Cursor(""))
		_, err := o.Tickets.History(ctx, o.Viewer, other.ID, desk.Page{Cursor: first.Next})
		wants(t, err, desk.Expired, "cursor")
		_, err = o.Tickets.History(ctx, o.as(o.ana), x.ID, desk.Page{})
		wants(t, err, desk.Denied, "")
		_, err = o.Tickets.History(ctx, o.member("kim", tickets.MayViewAssigned), x.ID, desk.Page{})
		wants(t, err, desk.NotFound, "")
	})
}
