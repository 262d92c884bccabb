package requests

import (
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Template is a way to ask for something: it makes a ticket.
type Template struct {
	ID desk.TemplateID
	// Version counts the changes. A submission says which version it used, and
	// [Service.TemplateVersion] returns that.
	Version int64
	TemplateFields
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
}

// TemplateFields are what members write of a template.
type TemplateFields struct {
	// Name is at most 200 characters, Description 1,000; contacts read both.
	Name        string `json:"name"`
	Description string `json:"description,omitempty"`
	// Active templates are there for contacts; the others for nobody.
	Active bool `json:"active"`
	// Position orders the templates; equal ones are ordered by name.
	Position int `json:"position,omitempty"`

	// Defaults are what the ticket gets where the request says nothing.
	Defaults Defaults `json:"defaults,omitzero"`
	// Locked names fields that always have the default, whatever the request
	// says, and that cannot be changed on the ticket later: subject, text,
	// status, priority, category, assignee, company. (A message is never
	// changed; a locked text keeps the request from saying another.)
	Locked []string `json:"locked,omitempty"`

	// Limited says that the template is only for Contacts, and for contacts
	// whose main address is in one of the Domains, exactly: a subdomain is
	// another domain. At most 1,000 and 100. With none of either it is for nobody.
	Limited  bool             `json:"limited,omitempty"`
	Contacts []desk.ContactID `json:"-"`
	Domains  []string         `json:"domains,omitempty"`

	// Assignees are the members among whom the contact picks who shall work on
	// the ticket, at most 100; none: it does not pick.
	Assignees []string `json:"assignees,omitempty"`

	// Add says whom the contact may add to the ticket. Addable are the contacts
	// for AddListed, at most 1,000.
	Add     AddRule          `json:"add,omitempty"`
	Addable []desk.ContactID `json:"-"`

	// Form is a published form that is filled in with the request, or empty.
	Form desk.FormID `json:"form,omitempty"`
}

// Defaults are what a template fills in.
type Defaults struct {
	Subject string `json:"subject,omitempty"`
	Text    string `json:"text,omitempty"`
	// Status, Priority, Category and Assignee are as on a ticket; empty: the
	// workspace's defaults, and nobody.
	Status   string `json:"status,omitempty"`
	Priority string `json:"priority,omitempty"`
	Category string `json:"category,omitempty"`
	Assignee string `json:"assignee,omitempty"`
	// Company is the company of the ticket; empty: the contact's own.
	Company desk.CompanyID `json:"company,omitempty"`
}

// AddRule says whom a contact may add to a ticket that it makes.
type AddRule string

// The rules. A template has the one that fits: colleagues are whom people want
// to add, and their names are no secret among them; a list is for those who have
// no company in common, or where the workspace chooses. Anyone else's name
// would be told to a contact by being offered.
const (
	AddNobody     AddRule = ""
	AddColleagues AddRule = "colleagues"
	AddListed     AddRule = "listed"
)

// AddRules lists the rules.
var AddRules = []AddRule{AddNobody, AddColleagues, AddListed}

// lockable are the fields that a template can lock.
var lockable = []string{"subject", "text", "status", "priority", "category", "assignee", "company"}

// locks reports whether the template locks a field.
func (t *TemplateFields) locks(field string) bool { return slices.Contains(t.Locked, field) }

// admits is the one rule about who may use a template. The domain is the
// canonical one of the contact's main address, "" for none. It does not allocate.
func (t *TemplateFields) admits(c *contacts.Contact, domain string) bool {
	if !t.Active || c.State != contacts.Live || !c.Active {
		return false
	}
	return !t.Limited || slices.Contains(t.Contacts, c.ID) || domain != "" && slices.Contains(t.Domains, domain)
}

// domainOf returns the canonical domain of a contact's main address. Labelled
// addresses do not count: nobody has shown that they are the contact's.
func domainOf(c *contacts.Contact) string {
	e, err := contacts.ParseEmail(c.Email)
	if err != nil {
		return ""
	}
	return e.Domain()
}

// mayAdd is the one rule about whom a contact may add to a ticket.
func (t *TemplateFields) mayAdd(by, c *contacts.Contact) bool {
	if c.ID == by.ID || c.State != contacts.Live || !c.Active {
		return false
	}
	switch t.Add {
	case AddColleagues:
		return by.CompanyID != "" && c.CompanyID == by.CompanyID
	case AddListed:
		return slices.Contains(t.Addable, c.ID)
	}
	return false
}
