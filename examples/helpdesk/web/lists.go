package web

import (
	"net/url"
	"strconv"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

// A list of addresses or phones travels through the pages as text: an entry a
// line, label and value with a tab between, and a third part for the primary
// phone. Neither can hold a tab or a line break, so nothing needs escaping.

// entry is one line of a list.
type entry struct {
	Label, Value string
	Primary      bool
}

func (e entry) line() string {
	s := e.Label + "\t" + e.Value
	if e.Primary {
		s += "\tprimary"
	}
	return s
}

func entries(lines string) []entry {
	var es []entry
	for line := range strings.SplitSeq(lines, "\n") {
		label, value, ok := strings.Cut(line, "\t")
		if !ok {
			continue
		}
		value, mark, _ := strings.Cut(value, "\t")
		es = append(es, entry{label, value, mark == "primary"})
	}
	return es
}

func emailLines(es []contacts.Email) string {
	lines := make([]string, len(es))
	for i, e := range es {
		lines[i] = entry{Label: e.Label, Value: e.Value}.line()
	}
	return strings.Join(lines, "\n")
}

func phoneLines(ps []contacts.Phone) string {
	lines := make([]string, len(ps))
	for i, p := range ps {
		lines[i] = entry{p.Label, p.Value, p.Primary}.line()
	}
	return strings.Join(lines, "\n")
}

func setEmails(p *contacts.Patch, lines string) error {
	es := []contacts.Email{}
	for _, e := range entries(lines) {
		es = append(es, contacts.Email{Label: e.Label, Value: e.Value})
	}
	p.Emails = &es
	return nil
}

func setPhones(p *contacts.Patch, lines string) error {
	ps := []contacts.Phone{}
	for _, e := range entries(lines) {
		ps = append(ps, contacts.Phone{Label: e.Label, Value: e.Value, Primary: e.Primary})
	}
	p.Phones = &ps
	return nil
}

// formLines reads the rows of a list from a form; rows without a value are left out.
func formLines(form url.Values, name string) string {
	labels, values := form[name+"_label"], form[name+"_value"]
	primary, err := strconv.Atoi(form.Get(name + "_primary"))
	if err != nil {
		primary = -1
	}
	var lines []string
	for i, value := range values {
		label := ""
		if i < len(labels) {
			label = labels[i]
		}
		clean := strings.NewReplacer("\t", " ", "\r", " ", "\n", " ")
		if value = strings.TrimSpace(clean.Replace(value)); value == "" {
			continue
		}
		lines = append(lines, entry{strings.TrimSpace(clean.Replace(label)), value, i == primary}.line())
	}
	return strings.Join(lines, "\n")
}

// formValue reads one field from a form, in the shape its Get has.
func (f spec) formValue(form url.Values) string {
	switch f.Control {
	case emailsControl, phonesControl:
		return formLines(form, f.Name)
	case boolControl:
		vs := form[f.Name]
		return strconv.FormatBool(len(vs) > 0 && vs[len(vs)-1] == "true")
	case areaControl:
		return strings.ReplaceAll(form.Get(f.Name), "\r\n", "\n")
	}
	return strings.TrimSpace(form.Get(f.Name))
}

// posted reports whether the form has the field at all: one that has not was
// not shown, and is left as it is.
func (f spec) posted(form url.Values) bool {
	if f.Control == emailsControl || f.Control == phonesControl {
		return form.Has(f.Name + "_value")
	}
	return form.Has(f.Name)
}
