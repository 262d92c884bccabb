package intake

import (
	"bytes"
	"mime"
	"strings"

	"github.com/emersion/go-message"
)

// header is the fields of one header, in order.
type header struct {
	fields []field
}

// field is one field: its name in lower case, and its value unfolded but not
// decoded.
type field struct{ name, value string }

// add keeps a field as it stands in the message, which has a colon in it.
func (h *header) add(raw []byte) {
	i := bytes.IndexByte(raw, ':')
	value := strings.NewReplacer("\r\n", "", "\n", "").Replace(string(raw[i+1:]))
	h.fields = append(h.fields, field{
		name:  strings.ToLower(strings.TrimSpace(string(raw[:i]))),
		value: strings.TrimSpace(value),
	})
}

// get returns the first field of the name, or "".
func (h *header) get(name string) string {
	v, _ := h.find(name)
	return v
}

func (h *header) find(name string) (string, bool) {
	name = strings.ToLower(name)
	for _, f := range h.fields {
		if f.name == name {
			return f.value, true
		}
	}
	return "", false
}

// has reports whether there is a field of any of the names that is not empty.
func (h *header) has(names ...string) bool {
	for _, n := range names {
		if h.get(n) != "" {
			return true
		}
	}
	return false
}

// all returns the fields of the name, in order.
func (h *header) all(name string) []string {
	name = strings.ToLower(name)
	var vs []string
	for _, f := range h.fields {
		if f.name == name {
			vs = append(vs, f.value)
		}
	}
	return vs
}

// text returns the first field of the name, decoded and in one line.
func (h *header) text(name string) string { return oneLine(decodeWords(h.get(name))) }

// params reads a field of the form "value; name=value". Names are in lower
// case, values decoded (RFC 2231, and the encoded words that many programs
// write where they must not).
func (h *header) params(name string) (value string, params map[string]string) {
	raw := h.get(name)
	if raw == "" {
		return "", nil
	}
	var one message.Header
	one.Set("Content-Type", utf8Text([]byte(raw)))
	value, params, err := one.ContentType()
	if err != nil || params == nil {
		value, params = looseParams(utf8Text([]byte(raw)))
	}
	for k, v := range params {
		params[k] = decodeWords(v)
	}
	return strings.ToLower(strings.TrimSpace(value)), params
}

// looseParams reads what the rules of RFC 2045 do not allow but programs
// write: parameters twice (the first counts), values with spaces and no
// quotes, semicolons at odd places.
func looseParams(s string) (value string, params map[string]string) {
	params = map[string]string{}
	for i, piece := range splitOutside(s, ';') {
		piece = strings.TrimSpace(piece)
		if i == 0 {
			value = piece
			continue
		}
		k, v, ok := strings.Cut(piece, "=")
		k = strings.ToLower(strings.TrimSpace(k))
		if !ok || k == "" {
			continue
		}
		v = unquote(strings.TrimSpace(v))
		if base, extended := strings.CutSuffix(k, "*"); extended {
			k, v = base, decodeExtended(v)
		}
		if _, twice := params[k]; !twice {
			params[k] = v
		}
	}
	value, _, _ = strings.Cut(value, " ")
	return value, params
}

// decodeExtended decodes the value of an extended parameter (RFC 2231).
func decodeExtended(v string) string {
	_, p, err := mime.ParseMediaType("a/b; x*=" + v)
	if err != nil {
		return v
	}
	return p["x"]
}

// splitOutside splits at the separator where it does not stand in quotes.
func splitOutside(s string, sep byte) []string {
	var all []string
	quoted, from := false, 0
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '\\' && quoted:
			i++
		case s[i] == '"':
			quoted = !quoted
		case s[i] == sep && !quoted:
			all = append(all, s[from:i])
			from = i + 1
		}
	}
	return append(all, s[from:])
}

// unquote takes quotes and their escapes away.
func unquote(s string) string {
	if len(s) < 2 || s[0] != '"' {
		return s
	}
	s = strings.TrimSuffix(s[1:], `"`)
	if !strings.Contains(s, `\`) {
		return s
	}
	var b strings.Builder
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			i++
		}
		b.WriteByte(s[i])
	}
	return b.String()
}

// maxReferences is how many message ids of a field are read: the last ones,
// which are the nearest.
const maxReferences = 100

// messageIDs returns the ids of a field such as References, without their
// angle brackets.
func messageIDs(s string) []string {
	var ids []string
	for {
		i := strings.IndexByte(s, '<')
		if i < 0 {
			break
		}
		s = s[i+1:]
		j := strings.IndexAny(s, "<>")
		if j < 0 {
			break
		}
		if id := messageID(s[:j]); id != "" && s[j] == '>' {
			ids = append(ids, id)
		}
		if s[j] == '>' {
			j++
		}
		s = s[j:]
	}
	return ids[max(0, len(ids)-maxReferences):]
}

// messageID returns a message id without folding and in clean text, at most
// 998 bytes.
func messageID(s string) string {
	s = strings.Join(strings.Fields(oneLine(utf8Text([]byte(s)))), "")
	return cutBytes(s, 998)
}
