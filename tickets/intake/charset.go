package intake

import (
	"bytes"
	"encoding/base64"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/emersion/go-message/charset"
	"github.com/wlynxg/chardet"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/simplifiedchinese"
)

// The names that say less than programs mean by them: each of the first is
// written for text in the second, which has all of the first and more.
var widened = map[string]string{
	"": "us-ascii", "ascii": "us-ascii", "ansi_x3.4-1968": "us-ascii", "iso-8859-1": "windows-1252", "iso8859-1": "windows-1252",
	"latin1": "windows-1252", "latin-1": "windows-1252", "l1": "windows-1252", "cp1252": "windows-1252", "iso_8859-1": "windows-1252",
	"utf8": "utf-8", "utf-8-mac": "utf-8", "unicode-1-1-utf-8": "utf-8", "gb2312": "gb18030", "gbk": "gb18030", "gb_2312-80": "gb18030", "x-gbk": "gb18030",
	"cp936": "gb18030", "iso-8859-9": "windows-1254", "ks_c_5601-1987": "euc-kr", "ks_c_5601": "euc-kr", "cp949": "euc-kr", "x-windows-949": "euc-kr",
	"cp932": "shift_jis", "x-sjis": "shift_jis", "windows-31j": "shift_jis", "sjis": "shift_jis", "iso-2022-jp-1": "iso-2022-jp", "iso-2022-jp-ms": "iso-2022-jp",
	"cp50220": "iso-2022-jp", "cp1250": "windows-1250", "cp1251": "windows-1251", "cp1253": "windows-1253", "cp1254": "windows-1254",
	"cp1255": "windows-1255", "cp1256": "windows-1256", "cp1257": "windows-1257", "win-1251": "windows-1251", "iso-8859-8-i": "iso-8859-8",
	"big5-hkscs": "big5", "x-mac-roman": "macintosh", "mac": "macintosh",
}

// decodeText makes UTF-8 of text whose sender says that it is in a charset.
// Where that cannot be true (bytes that it does not have, or none named), it
// is found out from the bytes. Nothing is dropped: what cannot be read becomes U+FFFD.
func decodeText(b []byte, label string) string {
	b = bytes.TrimPrefix(b, []byte("\xef\xbb\xbf"))
	label = strings.ToLower(strings.Trim(label, " \t\"'"))
	if l, ok := widened[label]; ok {
		label = l
	}
	switch {
	case label == "us-ascii" && bytes.Contains(b, []byte("\x1b$")):
		label = "iso-2022-jp"
	case label == "utf-7":
	case ascii(b):
		if !strings.HasPrefix(label, "iso-2022") && !strings.HasPrefix(label, "hz") && !strings.HasPrefix(label, "utf-16") {
			return string(b)
		}
	case label == "us-ascii" || label == "utf-8" || label == "unknown-8bit" || label == "x-unknown" || label == "8bit" || label == "default":
		return utf8Text(b)
	case strings.HasPrefix(label, "windows-125") && utf8.Valid(b):
		return string(b) // UTF-8 under a wrong name: by chance it would not be valid
	}
	r, err := charset.Reader(label, bytes.NewReader(b))
	if err != nil {
		return utf8Text(b)
	}
	out, err := io.ReadAll(r)
	if err != nil {
		return utf8Text(b)
	}
	return string(out)
}

// utf8Text makes UTF-8 of bytes of which nobody says what they are.
func utf8Text(b []byte) string {
	if utf8.Valid(b) {
		return string(b)
	}
	if mostlyUTF8(b) {
		return strings.ToValidUTF8(string(b), "\ufffd")
	}
	if r, err := charset.Reader(guess(b), bytes.NewReader(b)); err == nil {
		if out, err := io.ReadAll(r); err == nil {
			return string(out)
		}
	}
	out, _ := charmap.Windows1252.NewDecoder().Bytes(b) // has a letter for each byte
	return string(out)
}

// mostlyUTF8 reports whether the bytes are UTF-8 with some damage.
func mostlyUTF8(b []byte) bool {
	good, bad := 0, 0
	for len(b) > 0 {
		r, n := utf8.DecodeRune(b)
		switch {
		case r == utf8.RuneError && n <= 1:
			bad++
		case n > 1:
			good++
		}
		b = b[n:]
	}
	return good > bad
}

// leastToGuess is how many bytes beyond ASCII a guess needs: of fewer, nothing
// can be said, and Windows-1252 is what is most often meant.
const leastToGuess = 12

// guess names the charset that the bytes look like.
func guess(b []byte) string {
	high := 0
	for _, c := range b {
		if c >= utf8.RuneSelf {
			high++
		}
	}
	if high < leastToGuess {
		return "windows-1252"
	}
	found := chardet.Detect(b[:min(len(b), 64<<10)])
	name := strings.ToLower(found.Encoding)
	if l, ok := widened[name]; ok {
		name = l
	}
	if found.Confidence < 0.6 || name == "us-ascii" || strings.HasPrefix(name, "utf") {
		if looksChinese(b) {
			return "gb18030"
		}
		return "windows-1252"
	}
	return name
}

// looksChinese reports whether most of the text are Chinese characters in GBK.
func looksChinese(b []byte) bool {
	out, err := simplifiedchinese.GBK.NewDecoder().Bytes(b)
	if err != nil {
		return false
	}
	han, others := 0, 0
	for _, r := range string(out) {
		switch {
		case unicode.Is(unicode.Han, r):
			han++
		case r >= utf8.RuneSelf:
			others++
		}
	}
	return han > 4*others
}

func ascii(b []byte) bool {
	for _, c := range b {
		if c >= utf8.RuneSelf || c == 0x1b {
			return false
		}
	}
	return true
}

// decodeWords decodes the encoded words of a header's text (RFC 2047), also
// those that stand in quotes or within a word. Neighbours in the same charset
// are joined first, since many programs cut between the bytes of one letter.
func decodeWords(s string) string {
	if !strings.Contains(s, "=?") {
		return utf8Text([]byte(s))
	}
	var out strings.Builder
	var held []byte
	var heldIn string
	flush := func() {
		out.WriteString(decodeText(held, heldIn))
		held, heldIn = nil, ""
	}
	for s != "" {
		i := strings.Index(s, "=?")
		if i < 0 {
			i = len(s)
		}
		w, ok := encodedWord(s[i:])
		gap := s[:i]
		if !ok {
			gap = s[:min(i+2, len(s))]
		}
		if held != nil && (!ok || strings.TrimSpace(gap) != "" || w.charset != heldIn) {
			blank := ok && strings.TrimSpace(gap) == ""
			flush()
			if blank {
				gap = ""
			}
		} else if held != nil {
			gap = ""
		}
		out.WriteString(utf8Text([]byte(gap)))
		if !ok {
			s = s[min(i+2, len(s)):]
			continue
		}
		held, heldIn = append(held, w.text...), w.charset
		if held == nil {
			held = []byte{}
		}
		s = s[i+w.length:]
	}
	flush()
	return out.String()
}

// word is an encoded word.
type word struct {
	charset string
	text    []byte
	length  int
}

// encodedWord reads the encoded word that s begins with.
func encodedWord(s string) (word, bool) {
	if !strings.HasPrefix(s, "=?") {
		return word{}, false
	}
	name, rest, ok := strings.Cut(s[2:], "?")
	if !ok || name == "" || len(name) > 60 || len(rest) < 3 || rest[1] != '?' || strings.ContainsAny(name, " \t\"") {
		return word{}, false
	}
	kind, body := rest[0], rest[2:]
	end := strings.Index(body, "?=")
	if end < 0 {
		return word{}, false
	}
	w := word{length: 2 + len(name) + 1 + 2 + end + 2}
	w.charset, _, _ = strings.Cut(strings.ToLower(name), "*") // a language behind it (RFC 2231)
	body = body[:end]
	switch kind {
	case 'b', 'B':
		w.text, _ = io.ReadAll(newBase64(strings.NewReader(body)))
		if len(w.text) == 0 && body != "" {
			if _, err := base64.StdEncoding.DecodeString(body); err != nil {
				return word{}, false
			}
		}
	case 'q', 'Q':
		w.text, _ = io.ReadAll(newQuoted(strings.NewReader(strings.ReplaceAll(body, "_", " ")), true))
	default:
		return word{}, false
	}
	return w, true
}
