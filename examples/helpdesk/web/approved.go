package web

import (
	"bytes"
	"encoding/json"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
)

// ApprovedTemplate is a template that WhatsApp has approved for the sending
// number: its name and language there, and its text with {{1}}, {{2}} and so on
// where values are filled in.
type ApprovedTemplate struct {
	Name     string `json:"name"`
	Language string `json:"language"`
	Text     string `json:"text"`
}

// maxApproved is how many templates are read; WhatsApp has no more for an account.
const maxApproved = 6000

var variable = regexp.MustCompile(`\{\{(\d+)\}\}`)

// ParseApproved reads the templates from JSON: an array of objects with name,
// language and text. It refuses names and languages that WhatsApp has not, a
// template that stands there twice, and variables that are not numbered from 1
// without a gap, up to 20. The errors are desk.Invalid.
func ParseApproved(data []byte) ([]ApprovedTemplate, error) {
	var all []ApprovedTemplate
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&all); err != nil || d.More() || len(all) > maxApproved {
		return nil, desk.Errorf(desk.Invalid, "whatsapp", `The templates of WhatsApp are an array such as [{"name": "order_ready", "language": "en_US", "text": "Hello {{1}}."}].`)
	}
	seen := map[string]bool{}
	for i := range all {
		t := &all[i]
		n, ok := t.variables()
		switch {
		case t.Name == "" || strings.Trim(t.Name, "abcdefghijklmnopqrstuvwxyz0123456789_") != "":
			return nil, desk.Errorf(desk.Invalid, "whatsapp", "Template %d of WhatsApp: a name has letters a to z, digits and underscores.", i+1)
		case t.Language == "" || strings.Trim(t.Language, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ_-") != "":
			return nil, desk.Errorf(desk.Invalid, "whatsapp", "The template %s of WhatsApp needs a language such as en_US.", t.Name)
		case !ok || n > 20:
			return nil, desk.Errorf(desk.Invalid, "whatsapp", "The template %s of WhatsApp: variables are numbered from {{1}} without a gap, up to {{20}}.", t.Name)
		case seen[t.key()]:
			return nil, desk.Errorf(desk.Invalid, "whatsapp", "The template %s of WhatsApp stands there twice in %s.", t.Name, t.Language)
		}
		seen[t.key()] = true
	}
	return all, nil
}

// variables is how many values are filled in; false when their numbers have a gap.
func (t *ApprovedTemplate) variables() (int, bool) {
	var numbers []int
	for _, m := range variable.FindAllStringSubmatch(t.Text, -1) {
		n, err := strconv.Atoi(m[1])
		if err != nil {
			return 0, false
		}
		numbers = append(numbers, n)
	}
	slices.Sort(numbers)
	numbers = slices.Compact(numbers)
	for i, n := range numbers {
		if n != i+1 {
			return 0, false
		}
	}
	return len(numbers), true
}

// key names the template in an address.
func (t *ApprovedTemplate) key() string { return t.Name + "/" + t.Language }
