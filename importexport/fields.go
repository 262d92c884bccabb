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
	"country":           setCountry,
	"kind":              setKind,
	"status":            text(func(n *contacts.NewContact) *string { return &n.Status }),
	"active":            setActive,
	"marketing_opt_out": flag("marketing_opt_out", func(n *contacts.NewContact) *bool { return &n.MarketingOptOut }),
	"owner":             text(func(n *contacts.NewContact) *string { return &n.Owner }),
	"time_zone":         text(func(n *contacts.NewContact) *string { return &n.TimeZone }),
	"language":          text(func(n *contacts.NewContact) *string { return &n.Language }),
	"notes":             text(func(n *contacts.NewContact) *string { return &n.Notes }),
	"do_not_call":       flag("do_not_call", func(n *contacts.NewContact) *bool { return &n.DoNotCall }),
	"call_hours":        setCallHours,
	"portal_access":     flag("portal_access", func(n *contacts.NewContact) *bool { return &n.PortalAccess }),
}

func text(at func(*contacts.NewContact) *string) setter {
	return func(in *contacts.Incoming, value string) error {
		*at(&in.Contact) = value
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

func setID(in *contacts.Incoming, value string) error {
	in.ID = desk.ContactID(strings.TrimSpace(value))
	if !desk.IsID("contact", string(in.ID)) {
		return desk.Errorf(desk.Invalid, "id", "The column id holds %s, which is no contact's id.", quote(value))
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
		in.Contact.Emails = append(in.Contact.Emails, contacts.Email{Label: p.label, Value: p.value})
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

func setCountry(in *contacts.Incoming, value string) error {
	in.Contact.Address.Country = strings.ToUpper(strings.TrimSpace(value))
	return nil
}

func setKind(in *contacts.Incoming, value string) error {
	in.Contact.Kind = contacts.Kind(strings.ToLower(strings.TrimSpace(value)))
	return nil
}

func setActive(in *contacts.Incoming, value string) error {
	yes, err := parseFlag("active", value)
	in.Contact.Inactive = err == nil && !yes
	return err
}

// parseFlag reads yes and no as people and programs write them.
func parseFlag(field, value string) (bool, error) {
	switch foldHeader(value) {
	case "true", "yes", "y", "1", "t", "on", "x", "active":
		return true, nil
	case "false", "no", "n", "0", "f", "off", "inactive":
		return false, nil
	}
	return false, desk.Errorf(desk.Invalid, field, "The column %s holds %s, which is neither yes nor no.", field, quote(value))
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

// builder makes rows for contacts of records.
type builder struct {
	columns []int    // the columns that are read, phone last
	set     []setter // what reads each
	present map[string]bool
	source  contacts.Source
	cause   string
}

func newBuilder(m *mapping, cause string) *builder {
	b := &builder{present: m.present, source: contacts.ByImport, cause: cause}
	phone := -1
	for i, name := range m.fields {
		switch {
		case name == "phone":
			phone = i
		case name != "":
			b.add(i, name)
		}
	}
	if phone >= 0 {
		b.add(phone, "phone")
	}
	return b
}

func (b *builder) add(column int, name string) {
	set := setters[name]
	if key, ok := strings.CutPrefix(name, "custom."); ok {
		set = func(in *contacts.Incoming, value string) error {
			if in.Contact.Custom == nil {
				in.Contact.Custom = map[string]string{}
			}
			in.Contact.Custom[key] = value
			return nil
		}
	}
	b.columns = append(b.columns, column)
	b.set = append(b.set, set)
}

// build makes a row. The first thing wrong with it is in its Err.
func (b *builder) build(rec Record) contacts.Incoming {
	in := contacts.Incoming{Line: rec.Line, Present: b.present, Err: rec.Err}
	in.Contact.Source, in.Contact.Cause = b.source, b.cause
	if rec.Err != nil {
		return in
	}
	for i, column := range b.columns {
		value := unguard(rec.Cells[column])
		if strings.TrimSpace(value) == "" {
			continue
		}
		if err := b.set[i](&in, value); err != nil && in.Err == nil {
			in.Err = err
		}
	}
	return in
}
