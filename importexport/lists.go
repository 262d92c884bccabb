package importexport

import (
	"strings"
	"unicode/utf8"

	"github.com/deskfolk/desk/contacts"
)

// pair is one entry of a list cell such as "home:a@b.example; work:c@d.example".
type pair struct{ label, value string }

var listEscapes = strings.NewReplacer(`\`, `\\`, `:`, `\:`, `;`, `\;`)

// formatList writes a list cell: "label:value; label:value", with a backslash
// before each colon, semicolon and backslash that belongs to the text. An
// entry without a label is its value alone.
func formatList(list []pair) string {
	var b strings.Builder
	for i, p := range list {
		if i > 0 {
			b.WriteString("; ")
		}
		if p.label != "" {
			listEscapes.WriteString(&b, p.label)
			b.WriteByte(':')
		}
		listEscapes.WriteString(&b, p.value)
	}
	return b.String()
}

// parseList reads a list cell. Spaces around labels and values are taken
// away, entries without a value are left out; a further colon belongs to the
// value.
func parseList(cell string) []pair {
	var list []pair
	var cur strings.Builder
	var p pair
	labelled := false
	flush := func() {
		p.value = strings.TrimSpace(cur.String())
		if p.value != "" {
			list = append(list, p)
		}
		p, labelled = pair{}, false
		cur.Reset()
	}
	for i := 0; i < len(cell); i++ {
		switch c := cell[i]; {
		case c == '\\' && i+1 < len(cell) && strings.IndexByte(`\:;`, cell[i+1]) >= 0:
			i++
			cur.WriteByte(cell[i])
		case c == ':' && !labelled:
			p.label, labelled = strings.TrimSpace(cur.String()), true
			cur.Reset()
		case c == ';':
			flush()
		default:
			cur.WriteByte(c)
		}
	}
	flush()
	return list
}

func emailPairs(list []contacts.Email) []pair {
	out := make([]pair, len(list))
	for i, e := range list {
		out[i] = pair{e.Label, e.Value}
	}
	return out
}

func phonePairs(list []contacts.Phone) []pair {
	out := make([]pair, len(list))
	for i, p := range list {
		out[i] = pair{p.Label, p.Value}
	}
	return out
}

// isGuarded reports whether a spreadsheet would read the cell as a formula, or
// would but for apostrophes in front: ^'*[=+\-@\t\r\n] and, for those that
// take the signs in full width too, ^'*[＝＋－＠] (R98).
func isGuarded(cell string) bool {
	i := 0
	for i < len(cell) && cell[i] == '\'' {
		i++
	}
	if i == len(cell) {
		return false
	}
	switch cell[i] {
	case '=', '+', '-', '@', '\t', '\r', '\n':
		return true
	case 0xef: // all four begin with it
		r, _ := utf8.DecodeRuneInString(cell[i:])
		return r == '＝' || r == '＋' || r == '－' || r == '＠'
	}
	return false
}

// guard keeps a spreadsheet from reading a cell as a formula: it puts one
// apostrophe in front of those that could be.
func guard(cell string) string {
	if isGuarded(cell) {
		return "'" + cell
	}
	return cell
}

// unguard takes away the one apostrophe that guard puts in front.
func unguard(cell string) string {
	if strings.HasPrefix(cell, "'") && isGuarded(cell) {
		return cell[1:]
	}
	return cell
}
