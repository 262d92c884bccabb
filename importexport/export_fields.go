package importexport

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Fields returns the columns of an export in their order, custom fields left out.
func Fields() []string {
	fields := slices.Clone(contacts.FieldNames)
	fields = slices.Insert(fields, slices.Index(fields, "external_id")+1, "external_ids")
	return slices.Insert(fields, slices.Index(fields, "created_at")+1, "created_by")
}

// partOf names the contact's field that a column shows a part of, where it is
// not the one of its name: who may not see that may not see the column.
var partOf = map[string]string{"external_ids": "external_id", "created_by": "created_at"}

func fieldOf(column string) string {
	if f, ok := partOf[column]; ok {
		return f
	}
	return column
}

// neededFor returns the contact's fields that the columns are made of.
func neededFor(columns []string) []string {
	var fields []string
	for _, c := range columns {
		if f := fieldOf(c); !slices.Contains(fields, f) {
			fields = append(fields, f)
		}
	}
	return fields
}

// getter gives a contact's cell in one column.
type getter func(*contacts.Contact) string

var getters = map[string]getter{
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
	"created_by":        func(c *contacts.Contact) string { return c.CreatedBy },
	"updated_at":        func(c *contacts.Contact) string { return formatTime(c.UpdatedAt) },
}

// gettersOf returns what gives the cells of the columns.
func gettersOf(columns []string) []getter {
	all := make([]getter, len(columns))
	for i, name := range columns {
		all[i] = getters[name]
		if key, ok := strings.CutPrefix(name, "custom."); ok {
			all[i] = func(c *contacts.Contact) string { return c.Custom[key] }
		}
	}
	return all
}

func externals(c *contacts.Contact) string {
	if len(c.External) == 0 {
		return ""
	}
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

// exportFields checks the columns asked for, or returns all.
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
		return slices.DeleteFunc(all, func(f string) bool { return Access(a, f) == desk.Hidden }), nil
	}
	if len(asked) == 0 {
		return nil, desk.Errorf(desk.Invalid, "fields", "No field is chosen. Choose one or more.")
	}
	for i, f := range asked {
		switch {
		case !slices.Contains(all, f):
			return nil, desk.Errorf(desk.Invalid, "fields", "There is no field %s to export.", quote(f))
		case slices.Contains(asked[:i], f):
			return nil, desk.Errorf(desk.Invalid, "fields", "The field %s is asked for twice.", f)
		case Access(a, f) == desk.Hidden:
			return nil, &desk.Error{Kind: desk.Denied, Field: f, Message: "You may not see this field.", Err: contacts.ErrRestricted}
		}
	}
	return asked, nil
}

// Access returns the actor's access to a column of an export, by a name of
// [Fields] or "custom." and a key. A restriction of phone or phones is one of
// both; the columns of external ids, and those of how a contact was made, go
// together.
func Access(a desk.Actor, column string) desk.Access {
	return contacts.AccessTo(a, fieldOf(column))
}
