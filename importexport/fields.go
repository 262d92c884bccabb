package importexport

import (
	"fmt"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ExternalSource is the source under which the column external_id is kept
// ([contacts.Contact.External]). Keys of other sources stand in external_ids.
const ExternalSource = "import"

// setter puts a cell's value, which is not empty, into the row.
type setter func(in *contacts.Incoming, value string) error

// setters are the fields that a file can fill, by their names; custom fields
// come on top. Times, versions and authors are not among them: they are the
// library's.
var setters = map[string]setter{
	"id":                setID,
	"external_id":       setExternal,
	"external_ids":      setExternals,
	"first_name":        text(func(n *contacts.NewContact) *string { return &n.FirstName }),
	"last_name":         text(func(n *contacts.NewContact) *string { return &n.LastName }),
	"display_name":      text(func(n *contacts.NewContact) *string { return &n.DisplayName }),
	"email":             text(func(n *contacts.NewContact) *string { return &n.Email }),
	"emails":            setEmails,
	"phone":             setPhone,
	"phones":            setPhones,
	"company":           text(func(n *contacts.NewContact) *string { return &n.CompanyName }),
	"job_title":         text(func(n *contacts.NewContact) *string { return &n.JobTitle }),
	"division":          text(func(n *contacts.NewContact) *string { return &n.Division }),
	"street":            text(func(n *contacts.NewContact) *string { return &n.Address.Street }),
	"city":              text(func(n *contacts.NewContact) *string { return &n.Address.City }),
	"region":            text(func(n *contacts.NewContact) *string { return &n.Address.Region }),
	"postal_code":       text(func(n *contacts.NewContact) *string { return &n.Address.PostalCode }),
	"country":           mapped(countryCode, func(n *contacts.NewContact) *string { return &n.Address.Country }),
	"kind":              setKind,
	"status":            text(func(n *contacts.NewContact) *string { return &n.Status }),
	"active":            setActive,
	"marketing_opt_out": flag("marketing_opt_out", func(n *contacts.NewContact) *bool { return &n.MarketingOptOut }),
	"owner":             text(func(n *contacts.NewContact) *string { return &n.Owner }),
	"time_zone":         mapped(zoneName, func(n *contacts.NewContact) *string { return &n.TimeZone }),
	"language":          mapped(languageTag, func(n *contacts.NewContact) *string { return &n.Language }),
	"notes":             text(func(n *contacts.NewContact) *string { return &n.Notes }),
	"do_not_call":       flag("do_not_call", func(n *contacts.NewContact) *bool { return &n.DoNotCall }),
	"call_hours":        setCallHours,
	"portal_access":     flag("portal_access", func(n *contacts.NewContact) *bool { return &n.PortalAccess }),

	// Whole names, and parts of names, are put together when the row is read (see nameColumns).
	fullName: nil, fullNameFamilyFirst: nil, "middle_name": nil, "name_prefix": nil, "name_suffix": nil,
}

func text(at func(*contacts.NewContact) *string) setter {
	return func(in *contacts.Incoming, value string) error {
		*at(&in.Contact) = value
		return nil
	}
}

// mapped is text that is brought into the form in which the field keeps it.
func mapped(to func(string) string, at func(*contacts.NewContact) *string) setter {
	return func(in *contacts.Incoming, value string) error {
		*at(&in.Contact) = to(value)
		return nil
	}
}

func flag(name string, at func(*contacts.NewContact) *bool) setter {
	return func(in *contacts.Incoming, value string) error {
		yes, err := parseFlag(name, value)
		*at(&in.Contact) = yes
		return err
	}
}

// setID takes the ids of an export. Other programs' files have columns of that
// name too; theirs are passed over (see [builder.build]).
func setID(in *contacts.Incoming, value string) error {
	if value = strings.TrimSpace(value); desk.IsID("contact", value) {
		in.ID = desk.ContactID(value)
	}
	return nil
}

func setExternal(in *contacts.Incoming, value string) error {
	return addExternal(in, ExternalSource, strings.TrimSpace(value))
}

func setExternals(in *contacts.Incoming, value string) error {
	for _, p := range parseList(value) {
		if p.label == "" {
			p.label = ExternalSource
		}
		if err := addExternal(in, p.label, p.value); err != nil {
			return err
		}
	}
	return nil
}

func addExternal(in *contacts.Incoming, source, key string) error {
	if in.Contact.External == nil {
		in.Contact.External = map[string]string{}
	}
	if old := in.Contact.External[source]; old != "" && old != key {
		return desk.Errorf(desk.Invalid, "external_id", "The row has two external ids of one source.")
	}
	in.Contact.External[source] = key
	return nil
}

func setEmails(in *contacts.Incoming, value string) error {
	for _, p := range parseList(value) {
		for address := range strings.SplitSeq(p.value, ",") { // no address has a comma
			in.Contact.Emails = append(in.Contact.Emails, contacts.Email{Label: p.label, Value: strings.TrimSpace(address)})
		}
	}
	return nil
}

func setPhones(in *contacts.Incoming, value string) error {
	for _, p := range parseList(value) {
		in.Contact.Phones = append(in.Contact.Phones, contacts.Phone{Label: p.label, Value: p.value})
	}
	return nil
}

// setPhone marks the primary number: one of the list's if it stands there, so
// it must run after setPhones (see newBuilder).
func setPhone(in *contacts.Incoming, value string) error {
	value = strings.TrimSpace(value)
	for i, p := range in.Contact.Phones {
		if p.Value == value {
			in.Contact.Phones[i].Primary = true
			return nil
		}
	}
	first := contacts.Phone{Value: value, Primary: true}
	in.Contact.Phones = append([]contacts.Phone{first}, in.Contact.Phones...)
	return nil
}

func setKind(in *contacts.Incoming, value string) error {
	in.Contact.Kind = parseKind(value)
	return nil
}

func setActive(in *contacts.Incoming, value string) error {
	yes, err := parseFlag("active", value)
	in.Contact.Inactive = err == nil && !yes
	return err
}

func setCallHours(in *contacts.Incoming, value string) error {
	from, until, ok := strings.Cut(value, "-")
	a, errA := minutes(from)
	b, errB := minutes(until)
	if !ok || errA != nil || errB != nil {
		return desk.Errorf(desk.Invalid, "call_hours", "The column call_hours holds %s; hours are written as 09:00-17:30.", quote(value))
	}
	in.Contact.CallHours = contacts.CallHours{From: a, Until: b}
	return nil
}

func minutes(s string) (int, error) {
	if s = strings.TrimSpace(s); s == "24:00" {
		return 24 * 60, nil
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err
}

func formatCallHours(h contacts.CallHours) string {
	if h == (contacts.CallHours{}) {
		return ""
	}
	return fmt.Sprintf("%02d:%02d-%02d:%02d", h.From/60, h.From%60, h.Until/60, h.Until%60)
}
