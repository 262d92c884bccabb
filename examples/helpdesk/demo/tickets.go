package demo

import (
	"bytes"
	"context"
	_ "embed"
	"fmt"
	"image"
	"image/color"
	"image/png"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

//go:embed tickets.txt
var ticketText string

// Member is one of the staff who work on the demo tickets.
type Member struct {
	Actor desk.Actor
	Name  string
}

// story is a ticket of the file tickets.txt: what it is about, and what was
// said on it.
type story struct {
	subject string
	set     map[string]string
	turns   []turn
}

// turn is one message. By is c for the requester, p for a participant, a for
// the agent, n for the agent's note and m for a note of the manager.
type turn struct {
	by    byte
	after time.Duration
	text  string
	files []string
}

// step is one act of the demo, at its time.
type step struct {
	at time.Time
	do func(context.Context) error
}

// filler makes the tickets of the stories. Its clock stands where the step is.
type filler struct {
	tickets *tickets.Service
	team    []Member
	people  map[string][]contacts.Contact // by language
	company map[desk.CompanyID][]contacts.Contact
	used    map[desk.ContactID]bool
	clock   time.Time
}

// FillTickets makes some sixty tickets of the contacts that are there, as they
// came in over the last weeks before now: asked by people in their own
// languages, answered by the team. Nobody is told. The first of the team is
// its manager, who needs to be allowed to do all of it.
func FillTickets(ctx context.Context, store tickets.Store, c *contacts.Service, team []Member, now time.Time, progress func(int)) error {
	f := &filler{team: team, people: map[string][]contacts.Contact{}, company: map[desk.CompanyID][]contacts.Contact{}, used: map[desk.ContactID]bool{}, clock: now}
	f.tickets = tickets.New(store, &tickets.Options{Now: func() time.Time { return f.clock }})
	all, err := stories(ticketText)
	if err != nil {
		return err
	}
	if err := f.settle(ctx); err != nil {
		return err
	}
	if err := f.meet(ctx, c); err != nil {
		return err
	}
	var steps []step
	for i, s := range all {
		more, err := f.plan(s, i, now)
		if err != nil {
			return fmt.Errorf("demo ticket %q: %w", s.subject, err)
		}
		steps = append(steps, more...)
	}
	slices.SortStableFunc(steps, func(a, b step) int { return a.at.Compare(b.at) })
	for i, s := range steps {
		f.clock = s.at
		if err := s.do(ctx); err != nil {
			return err
		}
		progress(i * len(all) / len(steps))
	}
	progress(len(all))
	return nil
}

// Tickets is about how many tickets FillTickets makes.
const Tickets = 60

// settle gives the workspace categories, and the team as assignees.
func (f *filler) settle(ctx context.Context) error {
	a := f.team[0].Actor
	set, err := f.tickets.Settings(ctx, a)
	if err != nil || set.Version > 0 {
		return err
	}
	set.Categories = []tickets.Category{{Key: "hardware", Label: "Hardware"}, {Key: "software", Label: "Software"}, {Key: "billing", Label: "Billing"}, {Key: "delivery", Label: "Delivery"},
		{Key: "returns", Label: "Returns"}, {Key: "sales", Label: "Sales"}, {Key: "account", Label: "Account"}, {Key: "other", Label: "Other"}}
	for _, m := range f.team {
		set.Assignees = append(set.Assignees, tickets.Assignee{ID: m.Actor.ID, Name: m.Name})
	}
	_, err = f.tickets.SaveSettings(ctx, a, set)
	return err
}

// meet reads who can ask for something, by language and by company.
func (f *filler) meet(ctx context.Context, c *contacts.Service) error {
	active := true
	page := desk.Page{Limit: desk.MaxPage}
	for {
		list, err := c.List(ctx, f.team[0].Actor, contacts.Query{Filter: contacts.Filter{Active: &active}}, page)
		if err != nil {
			return err
		}
		for _, p := range list.Contacts {
			lang, _, _ := strings.Cut(p.Language, "-")
			f.people[lang] = append(f.people[lang], p)
			if p.CompanyID != "" {
				f.company[p.CompanyID] = append(f.company[p.CompanyID], p)
			}
		}
		if list.Next == "" {
			return nil
		}
		page.Cursor = list.Next
	}
}

// asker chooses who asks: somebody of the language who has not asked yet, with
// enough colleagues.
func (f *filler) asker(lang string, colleagues int) (contacts.Contact, error) {
	pool := f.people[lang]
	if len(pool) == 0 {
		pool = f.people["en"]
	}
	if len(pool) == 0 {
		return contacts.Contact{}, desk.Errorf(desk.Invalid, "", "There are no contacts to make tickets of.")
	}
	best := pool[len(f.used)%len(pool)]
	for i := range pool {
		p := pool[(i*7+len(f.used))%len(pool)]
		if !f.used[p.ID] && len(f.company[p.CompanyID]) > colleagues {
			best = p
			break
		}
	}
	f.used[best.ID] = true
	return best, nil
}

// plan is everything that happens on one ticket, each at its time.
func (f *filler) plan(s story, n int, now time.Time) ([]step, error) {
	age, err := span(s.set["age"])
	if err != nil {
		return nil, err
	}
	cc, _ := strconv.Atoi(s.set["cc"])
	waiting, _ := strconv.Atoi(s.set["pending"])
	who, err := f.asker(s.set["lang"], cc)
	if err != nil {
		return nil, err
	}
	begun := now.Add(-age)
	agent := f.team[n%len(f.team)]
	news := f.opening(s, who, cc, waiting, agent)
	first, err := f.said(s.turns[0], news, agent)
	if err != nil {
		return nil, err
	}
	news.Message = &first.message
	var id desk.TicketID
	steps := []step{{begun, func(ctx context.Context) error {
		made, err := f.tickets.Create(ctx, first.actor, news)
		id = made.ID
		return err
	}}}
	last := begun
	for _, t := range s.turns[1:] {
		m, err := f.said(t, news, agent)
		if err != nil {
			return nil, err
		}
		if last = begun.Add(t.after); last.After(now) {
			last = now
		}
		steps = append(steps, step{last, func(ctx context.Context) error {
			_, err := f.tickets.Post(ctx, m.actor, id, m.message)
			return err
		}})
	}
	return append(steps, f.end(s.set["status"], agent, &id, last)...), nil
}

// opening is the ticket as it begins: who asks, and the colleagues with them,
// of whom some wait to be let in.
func (f *filler) opening(s story, who contacts.Contact, cc, waiting int, agent Member) tickets.NewTicket {
	channel := tickets.Channel(s.set["channel"])
	if channel == "" {
		channel = tickets.ByEmail
	}
	news := tickets.NewTicket{Subject: s.subject, Priority: s.set["priority"], Category: s.set["category"], Requester: who.ID, Channel: channel, Quiet: true}
	for _, p := range f.company[who.CompanyID] {
		switch {
		case p.ID == who.ID:
		case len(news.Participants) < cc-waiting:
			news.Participants = append(news.Participants, p.ID)
		case len(news.Pending) < waiting:
			news.Pending = append(news.Pending, p.ID)
		}
	}
	if len(s.turns) > 1 || s.set["status"] != "open" {
		news.Assignee = agent.Actor.ID
	}
	return news
}

// end leaves the ticket as the story says it is now.
func (f *filler) end(status string, agent Member, id *desk.TicketID, at time.Time) []step {
	switch status {
	case "open":
		return nil
	case "bin":
		return []step{{at.Add(time.Minute), func(ctx context.Context) error { return f.tickets.Delete(ctx, f.team[0].Actor, *id) }}}
	}
	return []step{{at.Add(time.Minute), func(ctx context.Context) error {
		t, err := f.tickets.Get(ctx, agent.Actor, *id)
		if err == nil && t.Status != status {
			_, err = f.tickets.Update(ctx, agent.Actor, *id, tickets.Patch{Version: t.Version, Status: &status, Quiet: true})
		}
		return err
	}}}
}

// post is a message with who writes it.
type post struct {
	actor   desk.Actor
	message tickets.NewMessage
}

// intake is who puts down what contacts wrote elsewhere.
func (f *filler) intake() desk.Actor {
	a := f.team[0].Actor
	return desk.Actor{Workspace: a.Workspace, Kind: desk.SystemActor, ID: "intake", Grants: a.Grants}
}

func (f *filler) said(t turn, n tickets.NewTicket, agent Member) (post, error) {
	p := post{actor: agent.Actor, message: tickets.NewMessage{Kind: tickets.Public, Text: t.text, Quiet: true}}
	switch t.by {
	case 'n':
		p.message.Kind = tickets.Internal
	case 'm':
		p.actor, p.message.Kind = f.team[0].Actor, tickets.Internal
	case 'c', 'p':
		p.actor, p.message.Contact, p.message.Channel = f.intake(), n.Requester, n.Channel
		if t.by == 'p' && len(n.Participants) > 0 {
			p.message.Contact = n.Participants[0]
		}
	case 'a':
	default:
		return p, fmt.Errorf("nobody is called %q", t.by)
	}
	for _, name := range t.files {
		b, kind, err := file(name)
		if err != nil {
			return p, err
		}
		p.message.Attachments = append(p.message.Attachments, tickets.NewAttachment{Name: name, Type: kind, Open: func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(b)), nil }})
	}
	return p, nil
}

// file makes the contents of a small file: a drawing or some lines of text.
func file(name string) ([]byte, string, error) {
	if !strings.HasSuffix(name, ".png") {
		var b bytes.Buffer
		for i := range 12 + len(name)%9 {
			fmt.Fprintf(&b, "2026-02-%02d 09:%02d:%02d  %s  line %d\n", 1+i%28, i*3%60, i*7%60, name, i+1)
		}
		return b.Bytes(), "text/plain", nil
	}
	img := image.NewPaletted(image.Rect(0, 0, 320, 200), color.Palette{color.White, color.Gray{0x20}, color.RGBA{0xd8, 0xdc, 0xf4, 0xff}})
	for y := range 200 {
		for x := range 320 {
			switch {
			case x < 12 || x > 307 || y < 12 || y > 187:
				img.SetColorIndex(x, y, 2)
			case y > 90 && y < 170 && x > 40 && x < 280 && (x*x/7+x*len(name))%11 < 5: // bars, as of a label
				img.SetColorIndex(x, y, 1)
			}
		}
	}
	var b bytes.Buffer
	err := png.Encode(&b, img)
	return b.Bytes(), "image/png", err
}
