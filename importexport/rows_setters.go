package importexport

import (
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// setter returns what reads a column that is not one of a list. A column under
// a field's own name is read to the letter, so that an export comes back as it
// was; several tells that others go to the same field.
func (b *builder) setter(m *mapping, i int, several bool) setter {
	s := m.sources[i]
	header := m.columns[i].Header
	if key, ok := strings.CutPrefix(s.field, "custom."); ok {
		return b.customSetter(m, key)
	}
	switch {
	case s.field == "notes" && several:
		return noteSetter(header, m, i)
	case s.field == "street" && several:
		return lineSetter(isPostBox(header))
	case s.inverted:
		return oppositeSetter(s.field)
	case s.exact:
	case s.field == "email":
		return b.setForeignEmail
	case s.field == "phone":
		return func(in *contacts.Incoming, value string) error { return setPhone(in, bareNumber(value)) }
	case s.field == "external_id":
		return b.setForeignID
	}
	return setters[s.field]
}

// customSetter reads a custom field in the format that was found for it; one
// without a format is read to the letter.
func (b *builder) customSetter(m *mapping, key string) setter {
	format, ok := m.formats[key]
	return func(in *contacts.Incoming, value string) error {
		if ok {
			clean, warning := format.read(value)
			if warning != "" {
				b.warn(warning)
				return nil
			}
			value = clean
		}
		if in.Contact.Custom == nil {
			in.Contact.Custom = map[string]string{}
		}
		in.Contact.Custom[key] = value
		return nil
	}
}

// noteSetter adds a note below those of other columns, with its header in
// front, unless the header says no more than that it is a note and no other
// is there.
func noteSetter(header string, m *mapping, i int) setter {
	t, _, known := knownHeader(header)
	first := true
	for j, s := range m.sources[:i] {
		first = first && (s.field != "notes" || j == i)
	}
	bare := first && known && t.field == "notes"
	return func(in *contacts.Incoming, value string) error {
		notes := &in.Contact.Notes
		value = strings.TrimSpace(value)
		sep := " "
		if strings.ContainsAny(value, "\r\n") {
			sep = "\n"
		}
		switch {
		case *notes == "" && bare:
			*notes = value
		case *notes == "":
			*notes = header + ":" + sep + value
		default:
			*notes += "\n\n" + header + ":" + sep + value
		}
		return nil
	}
}

// lineSetter adds a line to the street. A post box that is only a number says
// what it is.
func lineSetter(postBox bool) setter {
	return func(in *contacts.Incoming, value string) error {
		street := &in.Contact.Address.Street
		value = strings.TrimSpace(value)
		if postBox && strings.Trim(value, "0123456789 ") == "" {
			value = "PO Box " + value
		}
		switch {
		case *street == "":
			*street = value
		case !strings.Contains(*street, value):
			*street += "\n" + value
		}
		return nil
	}
}

var postBoxes = []string{"pobox", "postfach", "boitepostale", "apartado", "casellapostale", "postbus", "caixapostal", "skrytkapocztowa"}

func isPostBox(header string) bool {
	key := nameKey(header)
	for _, w := range postBoxes {
		if strings.Contains(key, w) {
			return true
		}
	}
	return false
}

// oppositeSetter reads a flag whose header says the opposite of the field.
func oppositeSetter(field string) setter {
	return func(in *contacts.Incoming, value string) error {
		yes, err := parseFlag(field, value)
		if err != nil {
			return err
		}
		word := "yes"
		if yes {
			word = "no"
		}
		return setters[field](in, word)
	}
}

// setForeignEmail takes the main address. Names that Exchange has in its own
// directory are no addresses.
func (b *builder) setForeignEmail(in *contacts.Incoming, value string) error {
	if b.isExchangeName(value) {
		return nil
	}
	in.Contact.Email = value
	return nil
}

// isExchangeName reports whether a value is a distinguished name, as Outlook
// has it in place of the address of a colleague, and warns of it.
func (b *builder) isExchangeName(value string) bool {
	value = strings.TrimSpace(value)
	if len(value) < 3 || !strings.EqualFold(value[:3], "/o=") {
		return false
	}
	b.warn("The address " + quote(value) + " is a name in an Exchange directory; it was left out.")
	return true
}

// setForeignID takes another program's id, unless a spreadsheet has ruined it:
// many rows would have the same then.
func (b *builder) setForeignID(in *contacts.Incoming, value string) error {
	if value = strings.TrimSpace(value); isRuined(value) {
		b.warn("The id " + quote(value) + " is what a spreadsheet makes of a long number; it was left out.")
		return nil
	}
	return setExternal(in, value)
}

// bareNumber takes away what spreadsheets and links put before a phone number.
func bareNumber(value string) string {
	value = strings.TrimSpace(value)
	if len(value) > 4 && strings.EqualFold(value[:4], "tel:") {
		value = strings.TrimSpace(value[4:])
	}
	if len(value) > 1 && value[0] == '\'' && strings.IndexByte("+(0123456789", value[1]) >= 0 {
		return value[1:]
	}
	return value
}
