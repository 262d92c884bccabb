// Package demo fills a workspace with believable contacts: people of many
// countries and scripts, who work for some forty companies. Nobody of them
// exists: addresses are under the reserved domain .example, and numbers are of
// ranges kept for fiction where a country has one.
//
// The same people come out each time.
package demo

import (
	"context"
	"fmt"
	"math/rand/v2"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Size is about how many contacts Fill makes.
const Size = 205

// Fill defines some custom fields and makes the contacts, as the actor, who
// needs to be allowed to do all of it. It calls progress with the number made.
func Fill(ctx context.Context, s *contacts.Service, a desk.Actor, progress func(int)) error {
	for _, f := range fields {
		if err := s.DefineField(ctx, a, f); err != nil {
			return err
		}
	}
	people := People()
	var made []desk.ContactID
	for from := 0; from < len(people); from += 50 {
		var rows []contacts.Incoming
		for i, p := range people[from:min(from+50, len(people))] {
			rows = append(rows, contacts.Incoming{Line: from + i + 1, Contact: p})
		}
		outcomes, err := s.Apply(ctx, a, rows, contacts.ApplyOptions{OnDuplicate: contacts.CreateAnyway, Cause: "demo"})
		if err != nil {
			return err
		}
		for _, o := range outcomes {
			if o.Err != nil {
				return fmt.Errorf("demo contact %d: %w", o.Line, o.Err)
			}
			made = append(made, o.ID)
		}
		progress(len(made))
	}
	return live(ctx, s, a, made)
}

// live lets some things happen, so that the activity log and the bin have
// something to show.
func live(ctx context.Context, s *contacts.Service, a desk.Actor, ids []desk.ContactID) error {
	for i, change := range []contacts.Patch{
		{Status: ptr("VIP"), Notes: ptr("Renewed for three years. Wants one invoice per quarter.")},
		{JobTitle: ptr("Head of Support")},
		{DoNotCall: ptr(true)},
		{MarketingOptOut: ptr(true), Status: ptr("Regular")},
		{Active: ptr(false), Notes: ptr("Left the company in spring.")},
	} {
		c, err := s.Get(ctx, a, ids[i*7])
		if err == nil {
			_, err = s.Update(ctx, a, c.ID, c.Version, change)
		}
		if err != nil {
			return err
		}
	}
	return s.Delete(ctx, a, ids[len(ids)-2], ids[len(ids)-1])
}

func ptr[T any](v T) *T { return &v }

// fields are the workspace's custom fields.
var fields = []contacts.FieldDef{
	{Key: "account_number", Label: "Account number", Type: contacts.TextField, Searchable: true, Position: 1},
	{Key: "tier", Label: "Support tier", Type: contacts.ChoiceField, Choices: []string{"Gold", "Silver", "Bronze"}, Position: 2},
	{Key: "renewal", Label: "Renewal date", Type: contacts.DateField, Position: 3},
}

// People returns the contacts, always the same.
func People() []contacts.NewContact {
	g := &generator{r: rand.New(rand.NewPCG(2026, 7)), taken: map[string]int{}} //nolint:gosec // the same each time
	var all []contacts.NewContact
	for i, c := range companies {
		for range 4 + i%3 {
			all = append(all, g.person(places[c.place], c))
		}
	}
	for i := range 5 {
		all = append(all, g.person(places[[]string{"us", "gb", "in", "mx", "jp"}[i]], company{}))
	}
	return all
}

type generator struct {
	r     *rand.Rand
	taken map[string]int
	n     int
}

func pick[T any](g *generator, list []T) T { return list[g.r.IntN(len(list))] }

// person makes one contact of a place, who works for the company if it has a name.
func (g *generator) person(p place, c company) contacts.NewContact {
	g.n++
	i, j := g.name(p)
	domain := c.domain
	if domain == "" {
		domain = "mail.example"
	}
	n := contacts.NewContact{
		FirstName: p.first[i], LastName: p.last[j], CompanyName: c.name,
		Email:   g.address(p.latinFirst(i), p.latinLast(j), domain),
		Address: contacts.Address{City: pick(g, p.cities), Country: p.country},
		Kind:    contacts.Customer, Status: pick(g, []string{"Regular", "Regular", "Regular", "Prospect", "Trial", "VIP"}),
		TimeZone: p.zone, Language: p.language, Source: contacts.ByPerson,
		Phones: []contacts.Phone{{Label: "work", Value: p.phone(g.r.IntN(100)), Primary: true}},
		Custom: map[string]string{"account_number": fmt.Sprintf("DF-%05d", 10400+g.n*7)},
	}
	if c.name != "" {
		n.JobTitle = pick(g, p.jobs)
	}
	g.decorate(&n, p)
	return n
}

// name chooses a first and a last name of a place that nobody has yet, if there
// still are some.
func (g *generator) name(p place) (first, last int) {
	for range 50 {
		first, last = g.r.IntN(len(p.first)), g.r.IntN(len(p.last))
		if full := p.first[first] + " " + p.last[last]; g.taken[full] == 0 {
			g.taken[full] = 1
			break
		}
	}
	return first, last
}

// decorate adds what only some have.
func (g *generator) decorate(n *contacts.NewContact, p place) {
	if g.n%6 == 0 {
		n.Emails = append(n.Emails, contacts.Email{Label: "home", Value: g.address(n.Email[:1], fmt.Sprint("home", g.n), "home.example")})
	}
	if g.n%5 == 0 {
		n.Phones = append(n.Phones, contacts.Phone{Label: "mobile", Value: p.phone(g.r.IntN(100))})
	}
	if g.n%4 == 0 {
		n.Notes = pick(g, notes)
	}
	if g.n%3 == 0 {
		n.Custom["tier"] = pick(g, []string{"Gold", "Silver", "Bronze"})
		n.Custom["renewal"] = fmt.Sprintf("2027-%02d-%02d", 1+g.r.IntN(12), 1+g.r.IntN(28))
	}
	switch g.n % 17 {
	case 3:
		n.Kind = contacts.Vendor
	case 7:
		n.Kind = contacts.Partner
	case 11:
		n.Kind = contacts.Contractor
	case 13:
		n.Inactive = true
	case 15:
		n.MarketingOptOut = true
	}
}

// address makes a main address that nobody has yet.
func (g *generator) address(first, last, domain string) string {
	base := first + "." + last
	if last == "" {
		base = first
	}
	g.taken[base+domain]++
	if k := g.taken[base+domain]; k > 1 {
		base = fmt.Sprint(base, k)
	}
	return base + "@" + domain
}

var notes = []string{
	"Prefers e-mail before ten in the morning.",
	"Speaks for the whole team; copy the shared mailbox on every answer.",
	"Asked for the security questionnaire twice. Sent in March.",
	"Reports bugs with steps and pictures. Thank them.",
	"Invoices go to accounting, not here.",
	"Met at the fair in Cologne.\nInterested in the API.",
	"Switches between languages; answer in the one of the last message.",
	"New in the role since January.",
}
