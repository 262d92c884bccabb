package importexport

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// nameColumns are the columns of whole names and of parts of names that a
// contact has no fields for; -1 where there is none.
type nameColumns struct {
	any                  bool
	full, middle, suffix int
	prefixes             []int
	familyFirst          bool
	// display is set if another column has the display name.
	display bool
}

func (c *nameColumns) init(m *mapping) {
	c.full, c.middle, c.suffix = -1, -1, -1
	for i, s := range m.sources {
		switch s.field {
		case fullName, fullNameFamilyFirst:
			c.full, c.familyFirst = i, s.field == fullNameFamilyFirst || m.region == "HU"
		case "name_prefix":
			c.prefixes = append(c.prefixes, i)
		case "middle_name":
			c.middle = i
		case "name_suffix":
			c.suffix = i
		case "display_name":
			c.display = true
		default:
			continue
		}
		c.any = c.any || s.field != "display_name"
	}
}

// takes reports whether a column is read by fill.
func (c *nameColumns) takes(i int) bool {
	return c.any && (i == c.full || i == c.middle || i == c.suffix || slices.Contains(c.prefixes, i))
}

// fill completes the names of a row by its whole name and the parts that have
// no field, and returns the bits of the fields that it leaves as they are.
func (c *nameColumns) fill(rec Record, n *contacts.NewContact) (missing uint16) {
	full := c.cell(rec, c.full)
	split := full != "" && n.FirstName == "" && n.LastName == ""
	display := n.DisplayName
	switch {
	case split:
		got := splitName(full, c.familyFirst)
		n.FirstName, n.LastName = got.First, got.Last
		if display == "" && !strings.EqualFold(got.Display, strings.TrimSpace(n.Email)) {
			display = got.Display
		}
	case full != "" && display == "":
		if full = withoutSalutation(full); !sameName(full, n.FirstName, n.LastName) && !strings.EqualFold(full, strings.TrimSpace(n.Email)) {
			display = full
		}
	}
	prefix, middle, suffix := c.titles(rec), c.cell(rec, c.middle), c.cell(rec, c.suffix)
	if display == "" && prefix+middle+suffix != "" {
		display = composeName(prefix, n.FirstName, middle, n.LastName, suffix)
	}
	n.DisplayName = display
	if split && n.FirstName == "" {
		missing |= optional["first_name"]
	}
	if split && n.LastName == "" {
		missing |= optional["last_name"]
	}
	if display == "" && !c.display {
		missing |= optional["display_name"]
	}
	return missing
}

func (c *nameColumns) cell(rec Record, column int) string {
	if column < 0 {
		return ""
	}
	value := strings.TrimSpace(cellOfRecord(rec, column))
	if strings.Contains(value, "  ") || strings.ContainsAny(value, "\t\r\n\u3000") {
		return strings.Join(strings.Fields(value), " ")
	}
	return value
}

// sameName reports whether a whole name says no more than first and last name.
func sameName(full, first, last string) bool {
	key := nameKey(full)
	return key == nameKey(first+last) || key == nameKey(last+first)
}

// titles is what stands before the name, without salutations.
func (c *nameColumns) titles(rec Record) string {
	var kept []string
	for _, i := range c.prefixes {
		for w := range strings.FieldsSeq(cellOfRecord(rec, i)) {
			if !isSalutation(w) {
				kept = append(kept, w)
			}
		}
	}
	return strings.Join(kept, " ")
}
