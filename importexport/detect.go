package importexport

import (
	"bytes"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/wlynxg/chardet"

	"github.com/deskfolk/desk"
)

// sampleSize is how much of a file is looked at to tell what it is.
const sampleSize = 256 << 10

// magics are the beginnings of files that people give by mistake.
var magics = []struct{ magic, what string }{
	{"\x89PNG\r\n", "a PNG picture"},
	{"PK\x03\x04", "a zip archive or an Excel workbook"},
	{"PK\x05\x06", "an empty zip archive"},
	{"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "an old Excel or Word file"},
	{"%PDF-", "a PDF"},
	{"GIF8", "a GIF picture"},
	{"\xff\xd8\xff", "a JPEG picture"},
	{"\x1f\x8b", "a gzip archive"},
	{"SQLite format 3\x00", "an SQLite database"},
	{"7z\xbc\xaf\x27\x1c", "a 7-Zip archive"},
	{"Rar!\x1a\x07", "a RAR archive"},
	{"\x7fELF", "a program"},
	{"BEGIN:VCARD", "a vCard file"},
}

// refuseBinary returns the error for a file that is plainly not a CSV.
func refuseBinary(sample []byte) error {
	for _, m := range magics {
		if bytes.HasPrefix(sample, []byte(m.magic)) {
			return desk.Errorf(desk.Invalid, "", "This is %s, not a CSV file. Nothing was imported.", m.what)
		}
	}
	return nil
}

// detectCharset tells the encoding of a file from its beginning, and how many
// bytes its byte order mark has. whole says that the sample is the whole file.
func detectCharset(sample []byte, whole bool) (charset, int, error) {
	for _, b := range boms {
		if strings.HasPrefix(string(sample[:min(4, len(sample))]), b.mark) {
			c, err := charsetOf(b.name)
			return c, len(b.mark), err
		}
	}
	if n := bytes.Count(sample, []byte{0}); n > 0 {
		c, err := detectWide(sample, n)
		return c, 0, err
	}
	if bytes.Contains(sample, []byte("\x1b$B")) || bytes.Contains(sample, []byte("\x1b$@")) {
		c, err := charsetOf("iso-2022-jp")
		return c, 0, err
	}
	if controls(sample)*20 > len(sample) {
		return charset{}, 0, errBinary
	}
	if good, bad := countUTF8(sample, whole); bad == 0 || good > bad {
		return charset{name: utf8Name}, 0, nil
	}
	c, err := charsetOf(detectBytes(sample))
	return c, 0, err
}

var errBinary = desk.Errorf(desk.Invalid, "", "This is not a CSV file: it holds bytes that are no text in any encoding we know. Nothing was imported.")

// detectWide tells UTF-16 and UTF-32 without a mark, of which every CSV file
// has zero bytes, from other files with zero bytes.
func detectWide(sample []byte, zeros int) (charset, error) {
	best, most := charset{}, 0
	for _, name := range []string{"utf-32le", "utf-32be", "utf-16le", "utf-16be"} {
		c, err := charsetOf(name)
		if err != nil {
			return c, err
		}
		text := c.decodeSample(sample)
		if len(text) == 0 || c.damaged(text) || bytes.IndexByte(text, 0) >= 0 || controls(text) > 0 {
			continue
		}
		// The wrong order of bytes makes rare characters of line ends and delimiters.
		if n := asciiMarks(text); n > most && n*30 >= utf8.RuneCount(text) {
			best, most = c, n
		}
	}
	good, bad := countUTF8(sample, false)
	switch {
	case most > 0:
		return best, nil
	case zeros*64 <= len(sample) && (bad == 0 || good > bad) && controls(sample)*64 <= len(sample)+64:
		// A few zero bytes in a text: the rows that have them will fail.
		return charset{name: utf8Name}, nil
	}
	return charset{}, errBinary
}

// asciiMarks counts the characters that CSV is made of.
func asciiMarks(text []byte) int {
	n := 0
	for _, b := range text {
		if b == '\n' || b == '\r' || b == '\t' || b == ',' || b == ';' || b == '@' || b == '_' || b >= 'a' && b <= 'z' {
			n++
		}
	}
	return n
}

// controls counts control characters that no text has, zero bytes left out.
func controls(b []byte) int {
	n := 0
	for _, c := range b {
		if c < ' ' && c != 0 && c != '\n' && c != '\r' && c != '\t' && c != '\f' && c != 0x1b && c != 0x1a {
			n++
		}
	}
	return n
}

// countUTF8 counts the well-formed multi-byte characters and the bytes that
// belong to none. A character cut off at the end of a part is not counted.
func countUTF8(b []byte, whole bool) (good, bad int) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		if !whole && !utf8.FullRune(b[i:]) {
			break
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			bad++
		} else {
			good++
		}
		i += n
	}
	return good, bad
}

// multiByte are the encodings of East Asia that the detector's word is taken
// for, by its names.
var multiByte = map[string]string{
	"SHIFT_JIS": "shift_jis", "CP932": "shift_jis", "EUC-JP": "euc-jp", "EUC-KR": "euc-kr", "CP949": "euc-kr",
	"GB2312": "gb18030", "GB18030": "gb18030", "GBK": "gb18030", "BIG5": "big5",
	"ISO-2022-JP": "iso-2022-jp",
}

// singleByte are the code pages that are compared, the more common ones first.
var singleByte = []string{
	"windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
	"windows-1257", "koi8-r", "ibm866", "windows-874", "macintosh",
}

// detectBytes names the encoding of a text that is not Unicode.
func detectBytes(sample []byte) string {
	lines := foreignLines(sample, 64<<10)
	if name := eastAsian(lines); name != "" {
		return name
	}
	best, most := "windows-1252", -1<<30
	for _, name := range singleByte {
		c, err := charsetOf(name)
		if err != nil {
			continue
		}
		if n := plausible(c, lines); n > most {
			best, most = name, n
		}
	}
	if (best == "windows-1252" || best == "windows-1257") && looksTurkish(lines) {
		return "windows-1254"
	}
	return best
}

// eastAsian names the encoding if the text is one of East Asia's, else "". The
// detector's word is taken only where the characters are common ones, since
// rows of Cyrillic or Greek letters make rare ideographs too.
func eastAsian(lines []byte) string {
	for _, r := range chardet.DetectAll(lines) {
		name, ok := multiByte[strings.ToUpper(r.Encoding)]
		if !ok || r.Confidence < 0.25 {
			continue
		}
		c, err := charsetOf(name)
		if err == nil && commonPairs(name, lines) && looksEastAsian(c.decodeSample(lines)) {
			return name
		}
	}
	// The detector needs more text for Big5 than for the others.
	if c, err := charsetOf("big5"); err == nil && commonPairs("big5", lines) && looksEastAsian(c.decodeSample(lines)) && !commonPairs("gb18030", lines) {
		return "big5"
	}
	return ""
}

// commonLeads are the first bytes of common characters.
var commonLeads = map[string][][2]byte{
	"shift_jis": {{0x81, 0x83}, {0x88, 0x97}},
	"euc-jp":    {{0xA1, 0xA5}, {0xB0, 0xCF}},
	"euc-kr":    {{0xA1, 0xA3}, {0xB0, 0xC8}},
	"gb18030":   {{0xA1, 0xA3}, {0xB0, 0xD7}},
	"big5":      {{0xA1, 0xA3}, {0xA4, 0xC6}},
}

// commonPairs reports whether at least seven in eight pairs of bytes are
// common characters of the encoding.
func commonPairs(name string, text []byte) bool {
	common, rare := 0, 0
	for i := 0; i+1 < len(text); i++ {
		lead, trail := text[i], text[i+1]
		if lead < 0x80 || name == "shift_jis" && lead >= 0xA1 && lead <= 0xDF {
			continue
		}
		i++
		ok := name == "shift_jis" || name == "big5" || trail >= 0xA1
		in := false
		for _, r := range commonLeads[name] {
			in = in || lead >= r[0] && lead <= r[1]
		}
		if ok && in && trail >= 0x40 {
			common++
		} else {
			rare++
		}
	}
	return common >= 2 && rare*7 <= common
}

// looksTurkish tells windows-1254 from windows-1252. They differ in six
// letters, which are Icelandic ones in the latter; but Icelandic has accents
// on its vowels, and Turkish has none of these.
func looksTurkish(lines []byte) bool {
	c, err := charsetOf("windows-1252")
	if err != nil {
		return false
	}
	text := string(c.decodeSample(lines))
	return strings.ContainsAny(text, "ýðþÝÐÞ") && !strings.ContainsAny(text, "áéíóúæÁÉÍÓÚÆøØåÅ") && strings.ContainsAny(text, "üöçÜÖÇþð")
}

// foreignLines keeps the lines that have bytes outside ASCII, up to a limit:
// what tells code pages apart is in them.
func foreignLines(sample []byte, limit int) []byte {
	var out []byte
	for line := range bytes.SplitAfterSeq(sample, []byte{'\n'}) {
		if len(out) >= limit {
			break
		}
		for _, b := range line {
			if b >= utf8.RuneSelf {
				out = append(out, line[:min(len(line), limit)]...)
				break
			}
		}
	}
	return out
}

// looksEastAsian reports whether nearly all letters outside ASCII are
// ideographs, kana or Hangul.
func looksEastAsian(text []byte) bool {
	east, others := 0, 0
	for _, r := range string(text) {
		switch {
		case r < 0x80:
		case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul) && (r < 0xFF60 || r > 0xFF9F),
			r >= 0x3000 && r < 0x3040, r == 'ー':
			east++
		default:
			others++
		}
	}
	return east > 0 && others*8 <= east
}
