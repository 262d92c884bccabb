package importexport

import (
	"context"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ExportOptions are the choices of an export. The zero value writes all
// fields of all contacts.
type ExportOptions struct {
	// Fields are the columns, by the names of [Fields]; nil is all that the
	// actor may see, custom fields included.
	Fields []string
	// Query selects and orders the contacts; IDs in its filter are the
	// selected rows.
	Query contacts.Query
	// Progress, if not nil, is called with the number of rows now and then.
	Progress func(rows int)
}

// Fields returns the columns of an export in their order, custom fields left out.
func Fields() []string {
	i := slices.Index(contacts.FieldNames, "external_id") + 1
	return slices.Insert(slices.Clone(contacts.FieldNames), i, "external_ids")
}

// getters give a field's cell.
var getters = map[string]func(*contacts.Contact) string{
	"id":           func(c *contacts.Contact) string { return string(c.ID) },
	"external_id":  func(c *contacts.Contact) string { return c.External[ExternalSource] },
	"external_ids": externals,
	"first_name":   func(c *contacts.Contact) string { return c.FirstName },
	"last_name":    func(c *contacts.Contact) string { return c.LastName },
	"display_name": func(c *contacts.Contact) string { return c.DisplayName },
	"email":        func(c *contacts.Contact) string { return c.Email },
	"emails":       func(c *contacts.Contact) string { return formatList(emailPairs(c.Emails)) },
	"phone":        func(c *contacts.Contact) string { return c.Phone().Value },
	"phones":       func(c *contacts.Contact) string { return formatList(phonePairs(c.Phones)) },
	"company":      func(c *contacts.Contact) string { return c.Company },
	"job_title":    func(c *contacts.Contact) string { return c.JobTitle },
	"division":     func(c *contacts.Contact) string { return c.Division },
	"street":       func(c *contacts.Contact) string { return c.Address.Street },
	"city":         func(c *contacts.Contact) string { return c.Address.City },
	"region":       func(c *contacts.Contact) string { return c.Address.Region },
	"postal_code":  func(c *contacts.Contact) string { return c.Address.PostalCode },
	"country":      func(c *contacts.Contact) string { return c.Address.Country },
	"kind":         func(c *contacts.Contact) string { return string(c.Kind) },
	"status":       func(c *contacts.Contact) string { return c.Status },
	"active":       func(c *contacts.Contact) string { return strconv.FormatBool(c.Active) },

	"marketing_opt_out": func(c *contacts.Contact) string { return strconv.FormatBool(c.MarketingOptOut) },

	"owner":             func(c *contacts.Contact) string { return c.Owner },
	"time_zone":         func(c *contacts.Contact) string { return c.TimeZone },
	"language":          func(c *contacts.Contact) string { return c.Language },
	"notes":             func(c *contacts.Contact) string { return c.Notes },
	"do_not_call":       func(c *contacts.Contact) string { return strconv.FormatBool(c.DoNotCall) },
	"call_hours":        func(c *contacts.Contact) string { return formatCallHours(c.CallHours) },
	"portal_access":     func(c *contacts.Contact) string { return strconv.FormatBool(c.PortalAccess) },
	"login_source":      func(c *contacts.Contact) string { return string(c.LoginSource) },
	"locked_to_company": func(c *contacts.Contact) string { return strconv.FormatBool(c.LockedToCompany) },
	"source":            func(c *contacts.Contact) string { return string(c.Source) },
	"created_at":        func(c *contacts.Contact) string { return formatTime(c.CreatedAt) },
	"updated_at":        func(c *contacts.Contact) string { return formatTime(c.UpdatedAt) },
}

func externals(c *contacts.Contact) string {
	var list []pair
	for _, source := range sortedKeys(c.External) {
		if source != ExternalSource {
			list = append(list, pair{source, c.External[source]})
		}
	}
	return formatList(list)
}

func formatTime(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// Export writes the contacts that the query selects as CSV, as [Reader] reads
// it: UTF-8 without a mark, commas, CRLF behind each record. It reads page by
// page, in constant memory. The actor needs contacts.MayExport; fields hidden
// from it are left out, and refused when they are asked for. It returns the
// number of contacts written.
func (s *Service) Export(ctx context.Context, a desk.Actor, to io.Writer, o ExportOptions) (int, error) {
	const op = "importexport.Export"
	fields, err := s.exportFields(ctx, a, o.Fields)
	if err != nil {
		return 0, desk.In(op, err)
	}
	w, rows := newWriter(to), 0
	cells := make([]string, len(fields))
	for c, err := range s.contacts.All(ctx, a, o.Query) {
		if err != nil {
			return rows, desk.In(op, err)
		}
		if rows == 0 {
			w.write(fields)
		}
		for i, f := range fields {
			cells[i] = cellOf(&c, f)
		}
		w.write(cells)
		if rows++; rows%500 == 0 && o.Progress != nil {
			o.Progress(rows)
		}
	}
	if rows == 0 {
		w.write(fields)
	}
	if err := w.flush(); err != nil {
		return rows, desk.In(op, &desk.Error{Kind: desk.Unavailable, Message: "The export could not be written to its end.", Err: err})
	}
	return rows, nil
}

func cellOf(c *contacts.Contact, field string) string {
	if key, ok := strings.CutPrefix(field, "custom."); ok {
		return c.Custom[key]
	}
	return getters[field](c)
}

// exportFields checks the fields asked for, or returns all.
func (s *Service) exportFields(ctx context.Context, a desk.Actor, asked []string) ([]string, error) {
	defs, err := s.contacts.Fields(ctx, a)
	if err != nil {
		return nil, err
	}
	all := Fields()
	for _, d := range defs {
		all = append(all, "custom."+d.Key)
	}
	if asked == nil {
		return slices.DeleteFunc(all, func(f string) bool { return access(a, f) == desk.Hidden }), nil
	}
	for i, f := range asked {
		switch {
		case !slices.Contains(all, f):
			return nil, desk.Errorf(desk.Invalid, "fields", "There is no field %s to export.", quote(f))
		case slices.Contains(asked[:i], f):
			return nil, desk.Errorf(desk.Invalid, "fields", "The field %s is asked for twice.", f)
		case access(a, f) == desk.Hidden:
			return nil, &desk.Error{Kind: desk.Denied, Field: f, Message: "You may not see this field.", Err: contacts.ErrRestricted}
		}
	}
	return asked, nil
}

// access is the actor's access to a field; a restriction of phone or phones
// is one of both, and so with the external ids.
func access(a desk.Actor, field string) desk.Access {
	got := a.Access("contact." + field)
	switch field {
	case "phone", "phones":
		return max(a.Access("contact.phone"), a.Access("contact.phones"))
	case "external_ids":
		return a.Access("contact.external_id")
	}
	return got
}

// Template writes a CSV file to be filled in: the columns that an import
// reads, and one row as an example.
func Template(to io.Writer) error {
	var fields, example []string
	for _, f := range contacts.FieldNames {
		if _, ok := setters[f]; ok && f != "id" {
			fields = append(fields, f)
			example = append(example, templateRow[f])
		}
	}
	w := newWriter(to)
	w.write(fields)
	w.write(example)
	return w.flush()
}

var templateRow = map[string]string{
	"first_name": "Ada", "last_name": "Example", "email": "ada@company.example",
	"emails": "home:ada@home.example; billing:invoices@company.example",
	"phone":  "+44 20 7946 0958", "phones": "work:+44 20 7946 0958; mobile:+44 7700 900123",
	"company": "Example Company", "job_title": "Engineer", "street": "1 Example Street", "city": "London",
	"postal_code": "N1 1AA", "country": "GB", "kind": "customer", "active": "yes", "marketing_opt_out": "no",
	"time_zone": "Europe/London", "language": "en-GB", "notes": "Delete this row before you import.",
}
