package importexport

import (
	"net/url"
	"slices"
	"strings"
)

// names reads N and FN. Middle names stand with the first ones, particles with
// the family name as they do in the card. What the card calls the person is
// its display name, if it is not just first and last name.
func (c *card) names(f map[string]string) {
	shown := c.first("FN", "name")
	var prefix, suffix string
	if list := c.all("N"); len(list) > 0 {
		n := c.components(list[0].value, 5, " ")
		f["first_name"] = strings.Join(nonBlank([]string{n[1], n[2]}), " ")
		f["last_name"] = n[0]
		prefix, suffix = n[3], n[4]
		if len(list) > 1 {
			c.warn("The card has more than one name; the others were not read.")
		}
	}
	if shown != strings.TrimSpace(f["first_name"]+" "+f["last_name"]) {
		f["display_name"] = shown
	}
	for _, title := range []string{prefix, suffix} {
		if title != "" && !hasWords(shown, title) {
			c.warn("The title %s was not read.", quote(title))
		}
	}
}

// hasWords reports whether all words of the title stand in the name.
func hasWords(name, title string) bool {
	words := func(s string) []string {
		return strings.FieldsFunc(foldHeader(s), func(r rune) bool { return r == ' ' || r == ',' })
	}
	in := words(name)
	return !slices.ContainsFunc(words(title), func(w string) bool { return !slices.Contains(in, w) })
}

// organisation reads ORG, TITLE and ROLE.
func (c *card) organisation(f map[string]string) {
	if list := c.all("ORG"); len(list) > 0 {
		units := split(list[0].value, ';')
		for i := range units {
			units[i] = c.line1(units[i])
		}
		f["company"] = units[0]
		f["division"] = strings.Join(nonBlank(units[1:]), " / ")
		for _, p := range list[1:] {
			c.warn("A further organisation, %s, was not read.", quote(strings.ReplaceAll(c.line1(p.value), ";", ", ")))
		}
	}
	f["job_title"] = c.first("TITLE", "title")
	role := c.first("ROLE", "role")
	if f["job_title"] == "" {
		f["job_title"] = role
	} else if role != "" && role != f["job_title"] {
		c.warn("The role %s was not read: the title %s was.", quote(role), quote(f["job_title"]))
	}
}

// emails reads EMAIL: the preferred address is the main one.
func (c *card) emails(f map[string]string) {
	var list []pair
	for _, p := range c.all("EMAIL") {
		value := c.line1(p.value)
		if len(value) > 7 && strings.EqualFold(value[:7], "mailto:") {
			value, _, _ = strings.Cut(value[7:], "?")
			if plain, err := url.PathUnescape(value); err == nil {
				value = plain
			}
		}
		switch {
		case p.hasType("X400"):
			c.warn("The X.400 address %s was not read.", quote(value))
		case f["email"] == "":
			f["email"] = value
		case value != f["email"]:
			list = append(list, pair{p.kind(nil), value})
		}
	}
	f["emails"] = formatList(unique(list))
}

// phones reads TEL: the preferred number is the primary one. All stand in the
// list as well, if one has a label or there are several.
func (c *card) phones(f map[string]string) {
	var list []pair
	for _, p := range c.all("TEL") {
		value := c.line1(p.value)
		if len(value) > 4 && strings.EqualFold(value[:4], "tel:") {
			value = telURI(value[4:])
		}
		list = append(list, pair{p.kind(phoneKinds), value})
	}
	if list = unique(list); len(list) == 0 {
		return
	}
	f["phone"] = list[0].value
	if len(list) > 1 || list[0].label != "" {
		f["phones"] = formatList(list)
	}
}

// unique leaves values out that stand there before; a label is kept.
func unique(list []pair) []pair {
	var out []pair
	for _, p := range list {
		i := slices.IndexFunc(out, func(o pair) bool { return o.value == p.value })
		switch {
		case i < 0:
			out = append(out, p)
		case out[i].label == "":
			out[i].label = p.label
		}
	}
	return out
}

// telURI writes a tel URI (RFC 3966) as people write numbers.
func telURI(s string) string {
	number, rest, _ := strings.Cut(s, ";")
	extension := ""
	for param := range strings.SplitSeq(rest, ";") {
		name, value, _ := strings.Cut(param, "=")
		switch {
		case strings.EqualFold(name, "ext"):
			extension = " ext. " + value
		case strings.EqualFold(name, "phone-context") && strings.HasPrefix(value, "+"):
			number = value + " " + number
		}
	}
	if plain, err := url.PathUnescape(number + extension); err == nil {
		return strings.TrimSpace(plain)
	}
	return strings.TrimSpace(number + extension)
}

// phoneKinds are the types that say what a number is for, and their labels.
var phoneKinds = []struct{ kind, label string }{
	{"CELL", "mobile"}, {"FAX", "fax"}, {"PAGER", "pager"}, {"CAR", "car"}, {"MAIN", "main"}, {"ISDN", "isdn"}, {"MODEM", "modem"}, {"BBS", "bbs"}, {"TEXTPHONE", "textphone"},
}

// kind is the label of an address or a number: what its owner wrote, or its types.
func (p *property) kind(kinds []struct{ kind, label string }) string {
	if p.label != "" {
		return p.label
	}
	var words []string
	for _, place := range []string{"HOME", "WORK", "OTHER", "SCHOOL"} {
		if p.hasType(place) {
			words = append(words, strings.ToLower(place))
			break
		}
	}
	for _, k := range kinds {
		if p.hasType(k.kind) {
			words = append(words, k.label)
			break
		}
	}
	return strings.Join(words, " ")
}

// appleLabels are the labels that Apple's programs translate, where they are
// not just words in lower case.
var appleLabels = map[string]string{
	"homefax": "home fax", "workfax": "work fax", "otherfax": "other fax", "assistantphone": "assistant", "companymain": "main", "cell": "mobile",
}

// labels gives the properties of a group the label of that group, as Apple's
// programs write them: item1.TEL and item1.X-ABLabel.
func (c *card) labels() {
	of := map[string]string{}
	for _, p := range c.props {
		if p.name != "X-ABLABEL" || p.group == "" {
			continue
		}
		label := c.line1(p.value)
		if word, ok := strings.CutPrefix(label, "_$!<"); ok {
			label = strings.ToLower(strings.TrimSuffix(word, ">!$_"))
			if words, ok := appleLabels[label]; ok {
				label = words
			}
		}
		of[p.group] = label
	}
	for i := range c.props {
		if p := &c.props[i]; p.group != "" {
			p.label = of[p.group]
		}
	}
}

// address reads the preferred ADR; the others are told of, with their text.
func (c *card) address(f map[string]string) {
	for i, p := range c.all("ADR") {
		a := c.components(p.value, 7, ", ")
		street := strings.Join(nonBlank([]string{a[2], a[1], a[0]}), ", ")
		if i > 0 {
			text := strings.Join(nonBlank([]string{street, a[5], a[3], a[4], a[6]}), ", ")
			c.warn("A further address, %s, was not read.", quote(text))
			continue
		}
		f["street"], f["city"], f["region"], f["postal_code"], f["country"] = street, a[3], a[4], a[5], a[6]
	}
}
