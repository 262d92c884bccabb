package importexport

import (
	"bytes"
	"strings"
	"unicode/utf8"

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

// markups are the beginnings of texts that are something else, in lower case.
// What some programs save as .xls is a web page.
var markups = []struct{ begin, what string }{
	{"<!doctype html", "a web page"}, {"<html", "a web page"}, {"<table", "a web page"}, {"<?xml", "an XML file"}, {`{"`, "a JSON file"}, {`[{`, "a JSON file"},
}

// refuseBinary returns the error for a file that is plainly not a CSV.
func refuseBinary(sample []byte) error {
	head := bytes.ToLower(bytes.TrimLeft(bytes.TrimPrefix(sample[:min(len(sample), 256)], []byte("\xef\xbb\xbf")), " \t\r\n"))
	for _, m := range markups {
		if bytes.HasPrefix(head, []byte(m.begin)) {
			return desk.Errorf(desk.Invalid, "", "This is %s, not a CSV file. Save it as CSV or .xlsx in a spreadsheet program, and choose that file. Nothing was imported.", m.what)
		}
	}
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

// singleByte are the code pages that are compared, the more common ones first.
var singleByte = []string{
	"windows-1252", "windows-1250", "windows-1251", "windows-1253", "windows-1254", "windows-1255", "windows-1256",
	"windows-1257", "koi8-r", "ibm866", "windows-874", "macintosh",
}

// detectBytes names the encoding of a text that is not Unicode.
func detectBytes(sample []byte) string {
	lines := foreignLines(sample, 64<<10)
	best, most := "windows-1252", -1<<30
	for _, name := range singleByte {
		c, err := charsetOf(name)
		if err != nil {
			continue
		}
		text := c.decodeSample(lines)
		if n := plausible(text) + fluent(name, text); n > most {
			best, most = name, n
		}
	}
	if name := eastAsian(lines, most); name != "" {
		return name
	}
	if (best == "windows-1252" || best == "windows-1257") && looksTurkish(lines) {
		return "windows-1254"
	}
	return best
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
