package contacts

import (
	"slices"

	"github.com/deskfolk/desk"
)

// The limits of custom fields in a workspace.
const (
	maxFields     = 50
	maxSearchable = 10
	maxChoices    = 200
)

// cleanCustom returns the value in the form in which it is kept. "" is kept as
// no value.
func cleanCustom(defs []FieldDef, key, value string) (string, error) {
	i := slices.IndexFunc(defs, func(d FieldDef) bool { return d.Key == key })
	if i < 0 {
		if !desk.IsKey(key) {
			return "", customError("?", "There is no such custom field.")
		}
		return "", customError(key, "There is no custom field of this name.")
	}
	value, err := desk.CleanText("custom."+key, value, maxCustom)
	if err != nil {
		return "", customError(key, "%s", desk.MessageOf(err))
	}
	if value == "" {
		return "", nil
	}
	clean, ok := customValue(defs[i], value)
	if !ok {
		return "", customError(key, "%s", customHint(defs[i]))
	}
	return clean, nil
}

func customValue(d FieldDef, value string) (string, bool) {
	switch d.Type {
	case NumberField:
		return desk.CleanNumber(value)
	case BoolField:
		return cleanBool(value)
	case DateField:
		return desk.CleanDate(value)
	case ChoiceField:
		for _, c := range d.Choices {
			if c == value || Fold(c) == Fold(value) {
				return c, true
			}
		}
		return "", false
	}
	return value, true
}

func customHint(d FieldDef) string {
	switch d.Type {
	case NumberField:
		return "Write a number with digits and at most one point, such as 12.5."
	case BoolField:
		return "Write true or false."
	case DateField:
		return "Write a date as year-month-day, such as 2026-03-31."
	case ChoiceField:
		return "This is not one of the choices."
	}
	return "This value cannot be kept."
}

func cleanBool(s string) (string, bool) {
	switch Fold(s) {
	case "true", "yes", "1", "y", "on":
		return "true", true
	case "false", "no", "0", "n", "off":
		return "false", true
	}
	return "", false
}

func checkDef(d *FieldDef) error {
	if !desk.IsKey(d.Key) {
		return invalid("key", "The key has 1 to 40 of a-z, 0-9 and _, and begins with a letter.")
	}
	var err error
	if d.Label, err = desk.CleanLine("label", d.Label, maxText); err != nil {
		return err
	}
	if d.Label == "" {
		d.Label = d.Key
	}
	switch d.Type {
	case TextField, NumberField, BoolField, DateField:
		if len(d.Choices) > 0 {
			return invalid("choices", "Only a field of choices has choices.")
		}
		return nil
	case ChoiceField:
		return checkChoices(d)
	}
	return invalid("type", "The type is text, number, bool, date or choice.")
}

func checkChoices(d *FieldDef) error {
	if len(d.Choices) == 0 || len(d.Choices) > maxChoices {
		return invalid("choices", "Give 1 to %d choices.", maxChoices)
	}
	seen := map[string]bool{}
	choices := make([]string, len(d.Choices))
	for i, c := range d.Choices {
		c, err := desk.CleanLine("choices", c, maxText)
		if err != nil {
			return err
		}
		if c == "" || seen[Fold(c)] {
			return invalid("choices", "Choice %d is empty, or stands there twice.", i+1)
		}
		seen[Fold(c)] = true
		choices[i] = c
	}
	d.Choices = choices
	return nil
}
