package web

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// control is how a field is shown and changed.
type control string

const (
	textControl    control = "text"
	areaControl    control = "textarea"
	emailControl   control = "email"
	selectControl  control = "select"
	boolControl    control = "bool"
	companyControl control = "company"
	emailsControl  control = "emails"
	phonesControl  control = "phones"
	dateControl    control = "date"
	numberControl  control = "number"
)

// spec describes one field of a contact for all pages: the editor, edit in
// place, the profile and the comparison of two versions. A value is text; a
// list has one entry a line (see lists.go).
type spec struct {
	Name, Label string
	Section     string
	Control     control
	Help, Auto  string
	// Choices names the options of a select or the suggestions of a text field.
	Choices string
	Get     func(*contacts.Contact) string
	Set     func(*contacts.Patch, string) error
}

// section is one part of the editor and one card of the profile.
type section struct{ ID, Label string }

var sections = []section{
	{"identity", "Identity"}, {"methods", "Contact methods"}, {"address", "Address"}, {"company", "Company"},
	{"calling", "Notifications and calls"}, {"portal", "Portal access"}, {"notes", "Notes"}, {"custom", "Custom fields"},
}

// specs are the fields in the order in which they are asked.
var specs = []spec{
	{Name: "first_name", Label: "First name", Section: "identity", Control: textControl, Auto: "off",
		Get: func(c *contacts.Contact) string { return c.FirstName }, Set: text(func(p *contacts.Patch) **string { return &p.FirstName })},
	{Name: "last_name", Label: "Last name", Section: "identity", Control: textControl, Auto: "off",
		Get: func(c *contacts.Contact) string { return c.LastName }, Set: text(func(p *contacts.Patch) **string { return &p.LastName })},
	{Name: "display_name", Label: "Display name", Section: "identity", Control: textControl, Help: "What the person is called on every page. Empty: first and last name.",
		Get: func(c *contacts.Contact) string { return c.DisplayName }, Set: text(func(p *contacts.Patch) **string { return &p.DisplayName })},
	{Name: "kind", Label: "Kind", Section: "identity", Control: selectControl, Choices: "kinds",
		Get: func(c *contacts.Contact) string { return string(c.Kind) },
		Set: func(p *contacts.Patch, v string) error { k := contacts.Kind(v); p.Kind = &k; return nil }},
	{Name: "status", Label: "Status", Section: "identity", Control: textControl, Help: "In your own words, such as Prospect or VIP.",
		Get: func(c *contacts.Contact) string { return c.Status }, Set: text(func(p *contacts.Patch) **string { return &p.Status })},
	{Name: "owner", Label: "Owner", Section: "identity", Control: selectControl, Choices: "agents",
		Get: func(c *contacts.Contact) string { return c.Owner }, Set: text(func(p *contacts.Patch) **string { return &p.Owner })},
	{Name: "active", Label: "Active", Section: "identity", Control: boolControl, Help: "Inactive people stay on file, but are left out of what is sent.",
		Get: flagOf(func(c *contacts.Contact) bool { return c.Active }), Set: flag(func(p *contacts.Patch) **bool { return &p.Active })},

	{Name: "email", Label: "Main email", Section: "methods", Control: emailControl, Help: "The only address that signs in to the portal. No two people share one.",
		Get: func(c *contacts.Contact) string { return c.Email }, Set: text(func(p *contacts.Patch) **string { return &p.Email })},
	{Name: "emails", Label: "Further emails", Section: "methods", Control: emailsControl, Help: "Messages from these addresses are recognised too.",
		Get: func(c *contacts.Contact) string { return emailLines(c.Emails) }, Set: setEmails},
	{Name: "phones", Label: "Phones", Section: "methods", Control: phonesControl, Help: "As you would write them. National numbers are read in the workspace's country.",
		Get: func(c *contacts.Contact) string { return phoneLines(c.Phones) }, Set: setPhones},

	{Name: "street", Label: "Street", Section: "address", Control: areaControl,
		Get: func(c *contacts.Contact) string { return c.Address.Street }, Set: text(func(p *contacts.Patch) **string { return &p.Street })},
	{Name: "postal_code", Label: "Postal code", Section: "address", Control: textControl,
		Get: func(c *contacts.Contact) string { return c.Address.PostalCode }, Set: text(func(p *contacts.Patch) **string { return &p.PostalCode })},
	{Name: "city", Label: "City", Section: "address", Control: textControl,
		Get: func(c *contacts.Contact) string { return c.Address.City }, Set: text(func(p *contacts.Patch) **string { return &p.City })},
	{Name: "region", Label: "State or region", Section: "address", Control: textControl,
		Get: func(c *contacts.Contact) string { return c.Address.Region }, Set: text(func(p *contacts.Patch) **string { return &p.Region })},
	{Name: "country", Label: "Country", Section: "address", Control: selectControl, Choices: "countries",
		Get: func(c *contacts.Contact) string { return c.Address.Country }, Set: text(func(p *contacts.Patch) **string { return &p.Country })},

	{Name: "company", Label: "Company", Section: "company", Control: companyControl, Help: "Type to find one. A new name makes the company.",
		Get: func(c *contacts.Contact) string { return c.Company }, Set: text(func(p *contacts.Patch) **string { return &p.CompanyName })},
	{Name: "job_title", Label: "Job title", Section: "company", Control: textControl,
		Get: func(c *contacts.Contact) string { return c.JobTitle }, Set: text(func(p *contacts.Patch) **string { return &p.JobTitle })},
	{Name: "division", Label: "Division", Section: "company", Control: textControl,
		Get: func(c *contacts.Contact) string { return c.Division }, Set: text(func(p *contacts.Patch) **string { return &p.Division })},

	{Name: "time_zone", Label: "Time zone", Section: "calling", Control: textControl, Choices: "zones", Help: "Such as Europe/Berlin. Decides when a call is welcome.",
		Get: func(c *contacts.Contact) string { return c.TimeZone }, Set: text(func(p *contacts.Patch) **string { return &p.TimeZone })},
	{Name: "language", Label: "Language", Section: "calling", Control: textControl, Choices: "languages", Help: "Such as en, de-CH or ja.",
		Get: func(c *contacts.Contact) string { return c.Language }, Set: text(func(p *contacts.Patch) **string { return &p.Language })},
	{Name: "call_hours", Label: "Call hours", Section: "calling", Control: textControl, Help: "In the person's own time, such as 09:00-17:30. Empty: the workspace's hours.",
		Get: func(c *contacts.Contact) string { return hoursText(c.CallHours) },
		Set: func(p *contacts.Patch, v string) error { return setHours(&p.CallHours, v) }},
	{Name: "do_not_call", Label: "Do not call", Section: "calling", Control: boolControl, Help: "No calls at any hour.",
		Get: flagOf(func(c *contacts.Contact) bool { return c.DoNotCall }), Set: flag(func(p *contacts.Patch) **bool { return &p.DoNotCall })},
	{Name: "marketing_opt_out", Label: "No marketing", Section: "calling", Control: boolControl, Help: "Messages about requests are still sent.",
		Get: flagOf(func(c *contacts.Contact) bool { return c.MarketingOptOut }), Set: flag(func(p *contacts.Patch) **bool { return &p.MarketingOptOut })},

	{Name: "portal_access", Label: "Portal access", Section: "portal", Control: boolControl, Help: "May sign in to the customer portal with the main email.",
		Get: flagOf(func(c *contacts.Contact) bool { return c.PortalAccess }), Set: flag(func(p *contacts.Patch) **bool { return &p.PortalAccess })},

	{Name: "notes", Label: "Notes", Section: "notes", Control: areaControl, Help: "For agents only.",
		Get: func(c *contacts.Contact) string { return c.Notes }, Set: text(func(p *contacts.Patch) **string { return &p.Notes })},
}

// specsFor returns the fields that the agent may see, custom ones included.
func specsFor(r *request, defs []contacts.FieldDef) []spec {
	all := make([]spec, 0, len(specs)+len(defs))
	for _, f := range specs {
		if r.actor.Access("contact."+f.Name) != desk.Hidden {
			all = append(all, f)
		}
	}
	for _, d := range defs {
		f := customSpec(d)
		if r.actor.Access("contact."+f.Name) != desk.Hidden {
			all = append(all, f)
		}
	}
	return all
}

// mayEdit reports whether the agent may change the field of this contact.
func (f spec) mayEdit(r *request, c *contacts.Contact) bool {
	switch {
	case c.State != contacts.Live, !r.may(contacts.MayModify), r.actor.Access("contact."+f.Name) != desk.FullAccess:
		return false
	case f.Name == "portal_access":
		return r.may(contacts.MayManagePortal)
	case f.Name == "company" && c.LockedToCompany:
		return r.may(contacts.MayReassign) || r.may(contacts.MaySettings)
	}
	return true
}

// customSpec makes a field of a workspace's definition.
func customSpec(d contacts.FieldDef) spec {
	f := spec{Name: "custom." + d.Key, Label: d.Label, Section: "custom", Control: textControl}
	if f.Label == "" {
		f.Label = d.Key
	}
	switch d.Type {
	case contacts.NumberField:
		f.Control = numberControl
	case contacts.DateField:
		f.Control = dateControl
	case contacts.BoolField:
		f.Control, f.Choices = selectControl, "yesno"
	case contacts.ChoiceField:
		f.Control, f.Choices = selectControl, "list:"+strings.Join(d.Choices, "\x00")
	}
	f.Get = func(c *contacts.Contact) string { return c.Custom[d.Key] }
	f.Set = func(p *contacts.Patch, v string) error {
		if p.Custom == nil {
			p.Custom = map[string]string{}
		}
		p.Custom[d.Key] = v
		return nil
	}
	return f
}

func text(field func(*contacts.Patch) **string) func(*contacts.Patch, string) error {
	return func(p *contacts.Patch, v string) error {
		*field(p) = &v
		return nil
	}
}

func flagOf(get func(*contacts.Contact) bool) func(*contacts.Contact) string {
	return func(c *contacts.Contact) string { return strconv.FormatBool(get(c)) }
}

func flag(field func(*contacts.Patch) **bool) func(*contacts.Patch, string) error {
	return func(p *contacts.Patch, v string) error {
		b := v == "true"
		*field(p) = &b
		return nil
	}
}

// hoursText writes call hours as "09:00-17:30"; empty for the workspace's own.
func hoursText(h contacts.CallHours) string {
	if h == (contacts.CallHours{}) {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.Until/60, h.Until%60)
}

func setHours(to **contacts.CallHours, v string) error {
	h, err := parseHours(v)
	if err != nil {
		return err
	}
	*to = &h
	return nil
}

// parseHours reads what hoursText writes, with any dash between the times.
func parseHours(v string) (contacts.CallHours, error) {
	v = strings.NewReplacer("–", "-", "—", "-", " ", "").Replace(v)
	if v == "" {
		return contacts.CallHours{}, nil
	}
	var fh, fm, uh, um int
	n, err := fmt.Sscanf(v, "%d:%d-%d:%d", &fh, &fm, &uh, &um)
	if err != nil || n != 4 || fh < 0 || fm < 0 || fm > 59 || uh > 24 || um < 0 || um > 59 || fh*60+fm >= uh*60+um || uh*60+um > 24*60 {
		return contacts.CallHours{}, desk.Errorf(desk.Invalid, "call_hours", "Write the hours as two times, the earlier first, such as 09:00-17:30.")
	}
	return contacts.CallHours{From: fh*60 + fm, Until: uh*60 + um}, nil
}
