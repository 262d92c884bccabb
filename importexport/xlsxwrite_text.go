package importexport

import "strings"

// appendSheetText writes a text as the element t. What XML 1.0 cannot hold is
// written as ECMA-376 part 1, 22.9.2.19 (ST_Xstring) has it: _x0001_ for
// U+0001. A carriage return is among it, since XML would make a line feed of
// it; and so is an underscore that would begin such a sequence.
func appendSheetText(b []byte, s string) []byte {
	if keepsSpace(s) {
		b = append(b, `<t xml:space="preserve">`...)
	} else {
		b = append(b, `<t>`...)
	}
	from := 0
	for i := range len(s) {
		instead := ""
		switch c := s[i]; {
		case c == '&':
			instead = "&amp;"
		case c == '<':
			instead = "&lt;"
		case c == '>':
			instead = "&gt;"
		case c < ' ' && c != '\t' && c != '\n':
			instead = escaped(uint16(c))
		case c == '_' && isEscape(s[i:]):
			instead = escaped('_')
		case c == 0xef && (strings.HasPrefix(s[i:], "\uFFFE") || strings.HasPrefix(s[i:], "\uFFFF")):
			b = append(append(b, s[from:i]...), escaped(0xff00|uint16(s[i+2]-0xbe+0xfe))...)
			from = i + 3
		}
		if instead != "" {
			b = append(append(b, s[from:i]...), instead...)
			from = i + 1
		}
	}
	return append(append(b, s[from:]...), `</t>`...)
}

// keepsSpace reports whether there is white space that XML programs may take away.
func keepsSpace(s string) bool {
	return s != "" && (s[0] <= ' ' || s[len(s)-1] <= ' ' || strings.Contains(s, "\n") || strings.Contains(s, "\t") || strings.Contains(s, "  "))
}

func escaped(c uint16) string {
	const hex = "0123456789ABCDEF"
	return string([]byte{'_', 'x', hex[c>>12], hex[c>>8&15], hex[c>>4&15], hex[c&15], '_'})
}

// isEscape reports whether the text begins like _x0001_.
func isEscape(s string) bool {
	if len(s) < 7 || s[1] != 'x' || s[6] != '_' {
		return false
	}
	for _, c := range []byte(s[2:6]) {
		if (c < '0' || c > '9') && (c < 'a' || c > 'f') && (c < 'A' || c > 'F') {
			return false
		}
	}
	return true
}
