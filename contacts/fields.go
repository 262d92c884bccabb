package contacts

import (
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// FieldNames lists the fields of a contact by the names that errors,
// restrictions (behind "contact."), exports and imports use. Custom fields are
// named "custom." and their key. "phone" is the primary one of "phones"; a
// restriction of either restricts both.
var FieldNames = []string{
	"id", "external_id", "first_name", "last_name", "display_name", "email", "emails", "phone", "phones",
	"company", "job_title", "division", "street", "city", "region", "postal_code", "country",
	"kind", "status", "active", "marketing_opt_out", "owner", "time_zone", "language", "notes",
	"do_not_call", "call_hours", "portal_access", "login_source", "locked_to_company",
	"source", "created_at", "updated_at",
}

// field is one field of the record. Custom fields and external ids are not
// among them: they go by their keys.
type field uint8

const (
	fFirstName field = iota
	fLastName
	fDisplayName
	fEmail
	fEmails
	fPhones
	fCompany
	fLocked
	fJobTitle
	fDivision
	fStreet
	fCity
	fRegion
	fPostalCode
	fCountry
	fNotes
	fActive
	fKind
	fStatus
	fMarketing
	fOwner
	fTimeZone
	fLanguage
	fDoNotCall
	fCallHours
	fPortal
	fLogin
	fSource
	fCreatedAt
	fUpdatedAt
	fieldCount
)

// external is the field name of the external ids.
const external = "external_id"

// fieldTable says for each field what it is called, what a restriction of it
// is called, how it reads as text, and how it is emptied.
var fieldTable = [fieldCount]struct {
	name, restriction string
	text              func(*Contact) string
	clear             func(*Contact)
}{
	fFirstName:   {"first_name", "contact.first_name", func(c *Contact) string { return c.FirstName }, func(c *Contact) { c.FirstName = "" }},
	fLastName:    {"last_name", "contact.last_name", func(c *Contact) string { return c.LastName }, func(c *Contact) { c.LastName = "" }},
	fDisplayName: {"display_name", "contact.display_name", func(c *Contact) string { return c.DisplayName }, func(c *Contact) { c.DisplayName = "" }},
	fEmail:       {"email", "contact.email", func(c *Contact) string { return c.Email }, func(c *Contact) { c.Email = "" }},
	fEmails:      {"emails", "contact.emails", func(c *Contact) string { return emailsText(c.Emails) }, func(c *Contact) { c.Emails = nil }},
	fPhones:      {"phones", "contact.phones", func(c *Contact) string { return phonesText(c.Phones) }, func(c *Contact) { c.Phones = nil }},
	fCompany:     {"company", "contact.company", func(c *Contact) string { return c.Company }, func(c *Contact) { c.Company, c.CompanyID = "", "" }},
	fLocked:      {"locked_to_company", "contact.locked_to_company", func(c *Contact) string { return boolText(c.LockedToCompany) }, func(c *Contact) { c.LockedToCompany = false }},
	fJobTitle:    {"job_title", "contact.job_title", func(c *Contact) string { return c.JobTitle }, func(c *Contact) { c.JobTitle = "" }},
	fDivision:    {"division", "contact.division", func(c *Contact) string { return c.Division }, func(c *Contact) { c.Division = "" }},
	fStreet:      {"street", "contact.street", func(c *Contact) string { return c.Address.Street }, func(c *Contact) { c.Address.Street = "" }},
	fCity:        {"city", "contact.city", func(c *Contact) string { return c.Address.City }, func(c *Contact) { c.Address.City = "" }},
	fRegion:      {"region", "contact.region", func(c *Contact) string { return c.Address.Region }, func(c *Contact) { c.Address.Region = "" }},
	fPostalCode:  {"postal_code", "contact.postal_code", func(c *Contact) string { return c.Address.PostalCode }, func(c *Contact) { c.Address.PostalCode = "" }},
	fCountry:     {"country", "contact.country", func(c *Contact) string { return c.Address.Country }, func(c *Contact) { c.Address.Country = "" }},
	fNotes:       {"notes", "contact.notes", func(c *Contact) string { return c.Notes }, func(c *Contact) { c.Notes = "" }},
	fActive:      {"active", "contact.active", func(c *Contact) string { return boolText(c.Active) }, func(c *Contact) { c.Active = false }},
	fKind:        {"kind", "contact.kind", func(c *Contact) string { return string(c.Kind) }, func(c *Contact) { c.Kind = "" }},
	fStatus:      {"status", "contact.status", func(c *Contact) string { return c.Status }, func(c *Contact) { c.Status = "" }},
	fMarketing:   {"marketing_opt_out", "contact.marketing_opt_out", func(c *Contact) string { return boolText(c.MarketingOptOut) }, func(c *Contact) { c.MarketingOptOut = false }},
	fOwner:       {"owner", "contact.owner", func(c *Contact) string { return c.Owner }, func(c *Contact) { c.Owner = "" }},
	fTimeZone:    {"time_zone", "contact.time_zone", func(c *Contact) string { return c.TimeZone }, func(c *Contact) { c.TimeZone = "" }},
	fLanguage:    {"language", "contact.language", func(c *Contact) string { return c.Language }, func(c *Contact) { c.Language = "" }},
	fDoNotCall:   {"do_not_call", "contact.do_not_call", func(c *Contact) string { return boolText(c.DoNotCall) }, func(c *Contact) { c.DoNotCall = false }},
	fCallHours:   {"call_hours", "contact.call_hours", func(c *Contact) string { return c.CallHours.String() }, func(c *Contact) { c.CallHours = CallHours{} }},
	fPortal:      {"portal_access", "contact.portal_access", func(c *Contact) string { return boolText(c.PortalAccess) }, func(c *Contact) { c.PortalAccess = false }},
	fLogin:       {"login_source", "contact.login_source", func(c *Contact) string { return string(c.LoginSource) }, func(c *Contact) { c.LoginSource = "" }},
	fSource:      {"source", "contact.source", func(c *Contact) string { return string(c.Source) }, func(c *Contact) { c.Source = "" }},
	fCreatedAt:   {"created_at", "contact.created_at", func(c *Contact) string { return "" }, func(c *Contact) { c.CreatedAt = time.Time{} }},
	fUpdatedAt:   {"updated_at", "contact.updated_at", func(c *Contact) string { return "" }, func(c *Contact) { c.UpdatedAt = time.Time{} }},
}

// fieldNamed returns the field with the name ("phone" is phones).
func fieldNamed(name string) (field, bool) {
	if name == "phone" {
		return fPhones, true
	}
	for f := range fieldCount {
		if fieldTable[f].name == name {
			return f, true
		}
	}
	return 0, false
}

// callFields are those whose change is a compliance event.
func (f field) isCallPreference() bool {
	return f == fDoNotCall || f == fCallHours || f == fTimeZone
}

func boolText(b bool) string { return strconv.FormatBool(b) }

var listEscape = strings.NewReplacer(`\`, `\\`, ":", `\:`, ";", `\;`)

func emailsText(es []Email) string {
	parts := make([]string, len(es))
	for i, e := range es {
		parts[i] = listEscape.Replace(e.Label) + ":" + listEscape.Replace(e.Value)
	}
	return strings.Join(parts, "; ")
}

func phonesText(ps []Phone) string {
	parts := make([]string, len(ps))
	for i, p := range ps {
		parts[i] = listEscape.Replace(p.Label) + ":" + listEscape.Replace(p.Value)
		if p.Primary && i > 0 {
			parts[i] += " (primary)"
		}
	}
	return strings.Join(parts, "; ")
}

// String returns the hours as "08:00-21:00"; the zero value is "".
func (h CallHours) String() string {
	if h == (CallHours{}) {
		return ""
	}
	clock := func(m int) string {
		return string([]byte{'0' + byte(m/60/10), '0' + byte(m/60%10), ':', '0' + byte(m%60/10), '0' + byte(m%60%10)})
	}
	return clock(h.From) + "-" + clock(h.Until)
}

// ParseCallHours reads hours as [CallHours.String] writes them; "" is the zero
// value. Hours that end before they begin go on past midnight.
func ParseCallHours(s string) (CallHours, error) {
	s = strings.TrimSpace(s)
	if s == "" {
		return CallHours{}, nil
	}
	from, until, ok := strings.Cut(s, "-")
	a, okA := minutes(strings.TrimSpace(from))
	b, okB := minutes(strings.TrimSpace(until))
	h := CallHours{From: a, Until: b}
	if !ok || !okA || !okB || !h.valid() {
		return CallHours{}, invalid("call_hours", "Write the hours for calls like 08:00-21:00.")
	}
	return h, nil
}

func minutes(s string) (int, bool) {
	if s == "24:00" {
		return 24 * 60, true
	}
	t, err := time.Parse("15:04", s)
	return t.Hour()*60 + t.Minute(), err == nil
}

func (h CallHours) valid() bool {
	return h == (CallHours{}) || h.From >= 0 && h.From < 24*60 && h.Until > 0 && h.Until <= 24*60 && h.From != h.Until
}

// mayTouch reports whether the actor may write the field. It does not allocate.
func mayTouch(a desk.Actor, f field) error {
	if x := accessTo(a, f); x != desk.FullAccess {
		return restricted(fieldTable[f].name, x)
	}
	return nil
}

// accessTo returns how far the actor may touch the field. It does not allocate.
func accessTo(a desk.Actor, f field) desk.Access {
	if len(a.Fields) == 0 {
		return desk.FullAccess
	}
	x := a.Fields[fieldTable[f].restriction]
	if f == fPhones {
		x = max(x, a.Fields["contact.phone"])
	}
	return x
}

// accessToName is accessTo for a name of FieldNames or "custom.<key>".
func accessToName(a desk.Actor, name string) desk.Access {
	if len(a.Fields) == 0 {
		return desk.FullAccess
	}
	if f, ok := fieldNamed(name); ok {
		return accessTo(a, f)
	}
	return a.Fields["contact."+name]
}
