package requests

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Offer is a template as it is offered to the contact who may use it: what is
// filled in, what may be chosen, and nothing of whom else it is for.
type Offer struct {
	Template    desk.TemplateID
	Version     int64
	Name        string
	Description string
	// Defaults are what is filled in, but for the assignee, which is the
	// workspace's affair.
	Defaults Defaults
	// Locked are the fields that cannot be changed.
	Locked []string
	// Form is what is filled in with the request, and its version; nil for none.
	Form *FormVersion
	// Assignees are the members among whom the contact picks.
	Assignees []tickets.Assignee
	// People are whom the contact may add, at most 200, by name.
	People []Person
	// MayAdd says that the contact may add people at all.
	MayAdd bool
}

// Person is a contact as another contact sees it.
type Person struct {
	ID   desk.ContactID
	Name string
}

// maxPeople is how many people an offer names. More may be added by their ids.
const maxPeople = 200

// Available lists the templates that the contact who acts may use, by position
// and name. The offers are without form, assignees and people; see
// [Service.Offer]. A contact that is not live and active gets desk.Denied.
func (s *Service) Available(ctx context.Context, a desk.Actor) ([]Offer, error) {
	return s.AvailableTo(ctx, a, "")
}

// AvailableTo is [Service.Available] for the contact on whose behalf a member
// or system acts. That needs MayView, and that the actor sees the contact.
func (s *Service) AvailableTo(ctx context.Context, a desk.Actor, contact desk.ContactID) ([]Offer, error) {
	const op = "requests.Available"
	c, err := s.requester(ctx, s.store, a, contact)
	if err != nil {
		return nil, desk.In(op, err)
	}
	all, err := s.store.RequestTemplates(ctx, a.Workspace)
	if err != nil {
		return nil, desk.In(op, err)
	}
	domain := domainOf(&c)
	var offers []Offer
	for i := range all {
		if all[i].admits(&c, domain) {
			offers = append(offers, offerOf(&all[i]))
		}
	}
	return offers, nil
}

// offerOf is the part of an offer that the template alone says.
func offerOf(t *Template) Offer {
	o := Offer{
		Template: t.ID, Version: t.Version, Name: t.Name, Description: t.Description,
		Defaults: t.Defaults, Locked: slices.Clone(t.Locked), MayAdd: t.Add != AddNobody,
	}
	o.Defaults.Assignee = ""
	return o
}

// requester returns the contact that makes a request: the one that acts, or
// the one on whose behalf a member or a system does.
func (s *Service) requester(ctx context.Context, r contacts.Reader, a desk.Actor, on desk.ContactID) (contacts.Contact, error) {
	if isContact(a) {
		if err := checkActor(a); err != nil {
			return contacts.Contact{}, err
		}
		if on != "" && on != desk.ContactID(a.ID) {
			return contacts.Contact{}, denied("You may make requests for yourself only.")
		}
		return self(ctx, r, a)
	}
	if err := need(a, "see templates", MayView); err != nil {
		return contacts.Contact{}, err
	}
	c, err := contacts.Seen(ctx, r, a, on)
	if err == nil && c.State != contacts.Live {
		err = notFound("contact")
	}
	return c, err
}

// Offer returns a template with all that is needed to use it: for the contact
// who acts, or on whose behalf a member or system does (see
// [Service.AvailableTo]). One that is not for the contact is not found.
func (s *Service) Offer(ctx context.Context, a desk.Actor, id desk.TemplateID, contact desk.ContactID) (Offer, error) {
	const op = "requests.Offer"
	o, err := s.offer(ctx, a, id, contact)
	if err != nil {
		return Offer{}, desk.In(op, err)
	}
	return o, nil
}

func (s *Service) offer(ctx context.Context, a desk.Actor, id desk.TemplateID, contact desk.ContactID) (Offer, error) {
	c, err := s.requester(ctx, s.store, a, contact)
	if err != nil {
		return Offer{}, err
	}
	t, err := admitted(ctx, s.store, a.Workspace, id, &c)
	if err != nil {
		return Offer{}, err
	}
	o := offerOf(&t)
	if t.Form != "" {
		f, err := form(ctx, s.store, a.Workspace, t.Form)
		if err != nil {
			return Offer{}, err
		}
		v, err := formVersion(ctx, s.store, a.Workspace, t.Form, f.Published)
		if err != nil {
			return Offer{}, err
		}
		v.PublishedBy = ""
		o.Form = &v
	}
	if len(t.Assignees) > 0 {
		if o.Assignees, err = s.pickable(ctx, s.store, a.Workspace, &t); err != nil {
			return Offer{}, err
		}
	}
	if o.MayAdd {
		o.People, err = people(ctx, s.store, a.Workspace, &t, &c)
	}
	return o, err
}

// admitted returns a template that the contact may use.
func admitted(ctx context.Context, r Reader, w desk.WorkspaceID, id desk.TemplateID, c *contacts.Contact) (Template, error) {
	t, err := template(ctx, r, w, id)
	if err == nil && !t.admits(c, domainOf(c)) {
		err = notFound("template")
	}
	return t, err
}

// pickable are the assignees of the template that are still members to assign to.
func (s *Service) pickable(ctx context.Context, r tickets.Reader, w desk.WorkspaceID, t *Template) ([]tickets.Assignee, error) {
	settings, err := tickets.SettingsOf(ctx, r, w)
	if err != nil {
		return nil, err
	}
	var all []tickets.Assignee
	for _, id := range t.Assignees {
		if assignable(settings, id) {
			all = append(all, tickets.Assignee{ID: id, Name: cmp.Or(settings.AssigneeName(id), id)})
		}
	}
	return all, nil
}

// people are whom the contact may add, by name.
func people(ctx context.Context, r contacts.Reader, w desk.WorkspaceID, t *Template, by *contacts.Contact) ([]Person, error) {
	var cs []contacts.Contact
	var err error
	switch {
	case t.Add == AddListed && len(t.Addable) > 0:
		cs, err = r.Contacts(ctx, w, t.Addable)
	case t.Add == AddColleagues && by.CompanyID != "":
		var found contacts.Found
		found, err = r.Find(ctx, w, contacts.Find{
			Sort: contacts.SortName, Limit: maxPeople + 1,
			Facets: [][]string{{"company=" + string(by.CompanyID)}, {"active=1"}},
		})
		cs = found.Contacts
	}
	if err != nil {
		return nil, err
	}
	var all []Person
	for i := range cs {
		if t.mayAdd(by, &cs[i]) {
			all = append(all, Person{cs[i].ID, personName(&cs[i])})
		}
	}
	slices.SortFunc(all, func(x, y Person) int {
		return cmp.Or(strings.Compare(contacts.Fold(x.Name), contacts.Fold(y.Name)), strings.Compare(string(x.ID), string(y.ID)))
	})
	return all[:min(len(all), maxPeople)], nil
}

// personName is what one contact is told of another's name: never an address
// or a number.
func personName(c *contacts.Contact) string {
	return cmp.Or(c.DisplayName, strings.TrimSpace(c.FirstName+" "+c.LastName), "Contact without a name")
}
