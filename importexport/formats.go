package importexport

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// customFormat is how the values of a custom field are written in the file.
type customFormat struct {
	def     contacts.FieldDef
	days    dayOrder
	decimal decimalSign
}

// chooseFormats decides for custom fields how dates and numbers are read: by
// the samples, else by the region.
func (m *mapping) chooseFormats(header []string, samples []Record) {
	m.formats = map[string]customFormat{}
	for i, s := range m.sources {
		key, ok := strings.CutPrefix(s.field, "custom.")
		if !ok || s.exact {
			continue
		}
		at := slices.IndexFunc(m.custom, func(d contacts.FieldDef) bool { return d.Key == key })
		if at < 0 {
			continue
		}
		f := customFormat{def: m.custom[at]}
		values := valuesOf(samples, i)
		switch f.def.Type {
		case contacts.DateField:
			m.chooseDays(header[i], values, &f)
		case contacts.NumberField:
			m.chooseDecimal(header[i], values, &f)
		}
		m.formats[key] = f
	}
}

func (m *mapping) chooseDays(header string, values []string, f *customFormat) {
	var needed bool
	f.days, needed = daysOf(values)
	why := "since some have a day above 12"
	if f.days == unknownDays {
		f.days, why = daysIn(m.region), "as in the region "+m.region
	}
	order := map[dayOrder]string{dayFirst: "day first", monthFirst: "month first"}[f.days]
	if needed && order != "" {
		m.notes = append(m.notes, "The dates in the column "+quote(header)+" were read "+order+", "+why+".")
	}
}

func (m *mapping) chooseDecimal(header string, values []string, f *customFormat) {
	var needed bool
	f.decimal, needed = decimalOf(values)
	why := "as its other numbers show"
	if f.decimal == unknownDecimal && needed {
		f.decimal, why = decimalIn(m.region), "as in the region "+m.region
	}
	sign := map[decimalSign]string{decimalComma: "comma", decimalPoint: "point"}[f.decimal]
	if needed && sign != "" {
		m.notes = append(m.notes, "The numbers in the column "+quote(header)+" were read with a decimal "+sign+", "+why+".")
	}
}

func valuesOf(samples []Record, i int) []string {
	var out []string
	for _, rec := range samples {
		if v := strings.TrimSpace(recordCell(rec, i)); v != "" {
			out = append(out, v)
		}
	}
	return out
}

// read brings a cell into the form in which the field keeps it. A warning
// says that it was not read, since it can be read in two ways. What cannot be
// read at all is returned as it is, for the rules to refuse.
func (f *customFormat) read(value string) (clean, warning string) {
	value = strings.TrimSpace(value)
	switch f.def.Type {
	case contacts.DateField:
		if s, ok := desk.CleanDate(value); ok {
			return s, ""
		}
		iso, unclear, ok := parseDate(value, f.days)
		if unclear {
			return "", "The date " + quote(value) + " of " + f.name() + " can be read with the day or the month first; it was not read. Write it as year-month-day."
		}
		if ok {
			return iso, ""
		}
	case contacts.NumberField:
		if ruined.MatchString(value) {
			return "", "The number " + quote(value) + " of " + f.name() + " is what a spreadsheet makes of a long one; its other digits are lost, and it was not read."
		}
		plain, unclear, ok := parseNumber(value, f.decimal)
		if unclear {
			return "", "The number " + quote(value) + " of " + f.name() + " can be read with a decimal comma or with thousands; it was not read."
		}
		if ok {
			return plain, ""
		}
	case contacts.BoolField:
		if yes, ok := flagWords[contacts.Fold(value)]; ok && yes {
			return "true", ""
		} else if ok {
			return "false", ""
		}
	}
	return value, ""
}

func (f *customFormat) name() string {
	if f.def.Label != "" {
		return f.def.Label
	}
	return f.def.Key
}
