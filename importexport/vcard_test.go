package importexport_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

// fields is a card as the fields that it fills; "line", "error" and "warnings" besides.
type fields map[string]string

func readCards(tb testing.TB, in io.Reader, o importexport.ReadOptions) (*importexport.Reader, []fields) {
	tb.Helper()
	r, err := importexport.Open(in, o)
	if err != nil {
		tb.Fatal(err)
	}
	defer r.Close()
	var cards []fields
	for {
		rec, err := r.Next()
		if err == io.EOF {
			return r, cards
		}
		if err != nil {
			tb.Fatal(err)
		}
		f := fields{"line": fmt.Sprint(rec.Line)}
		for i, name := range r.Header().Cells {
			if rec.Cells[i] != "" {
				f[name] = rec.Cells[i]
			}
		}
		if rec.Err != nil {
			f["error"] = desk.MessageOf(rec.Err)
		}
		if len(rec.Warnings) > 0 {
			f["warnings"] = strings.Join(rec.Warnings, "\n")
		}
		if !rec.Literal {
			tb.Error("cells of cards are no spreadsheet's")
		}
		cards = append(cards, f)
	}
}

const disclaimer = `THIS SOFTWARE IS PROVIDED BY THE COPYRIGHT HOLDERS AND CONTRIBUTORS "AS IS" AND ANY EXPRESS OR IMPLIED WARRANTIES, INCLUDING, BUT NOT LIMITED TO, THE IMPLIED WARRANTIES OF MERCHANTABILITY AND FITNESS FOR A PARTICULAR PURPOSE ARE DISCLAIMED. IN NO EVENT SHALL THE COPYRIGHT HOLDER OR CONTRIBUTORS BE LIABLE FOR ANY DIRECT, INDIRECT, INCIDENTAL, SPECIAL, EXEMPLARY, OR CONSEQUENTIAL DAMAGES (INCLUDING, BUT NOT LIMITED TO, PROCUREMENT OF SUBSTITUTE GOODS OR SERVICES; LOSS OF USE, DATA, OR PROFITS; OR BUSINESS INTERRUPTION) HOWEVER CAUSED AND ON ANY THEORY OF LIABILITY, WHETHER IN CONTRACT, STRICT LIABILITY, OR TORT (INCLUDING NEGLIGENCE OR OTHERWISE) ARISING IN ANY WAY OUT OF THE USE OF THIS SOFTWARE, EVEN IF ADVISED OF THE POSSIBILITY OF SUCH DAMAGE.
Favotire Color: Blue`

// What someone would type in who has the samples open in front of them.
func TestVCard_Samples(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]fields{
		"John_Doe_GMAIL": {
			"first_name": "John Richter, James", "last_name": "Doe", "display_name": "Mr. John Richter, James Doe Sr.", "email": "john.doe@ibm.com",
			"phone": "905-555-1234", "phones": "mobile:905-555-1234; home:905-666-1234", "company": "IBM", "job_title": "Money Counter",
			"street": "Crescent moon drive, 555-asd, Nice Area, Albaney, New York 12345, United States of America", "notes": disclaimer,
			"warnings": "Not read, since there is no field for it: X-PHONETIC-FIRST-NAME, X-PHONETIC-LAST-NAME, BDAY, URL, X-ABDATE, X-ABRELATEDNAMES.",
		},
		"John_Doe_IPHONE": {
			"first_name": "John Richter James", "last_name": "Doe", "display_name": "Mr. John Richter James Doe Sr.", "email": "john.doe@ibm.com",
			"phone":   "905-555-1234",
			"phones":  "mobile:905-555-1234; home:905-666-1234; work:905-777-1234; home fax:905-888-1234; work fax:905-999-1234; pager:905-111-1234; assistant:905-222-1234",
			"company": "IBM", "division": "Accounting", "job_title": "Money Counter",
			"street": "Silicon Alley 5", "city": "New York", "region": "New York", "postal_code": "12345", "country": "United States of America",
			"warnings": "A further address, “Street4, Building 6, Floor 8, 12345, New York, USA”, was not read.\nNot read, since there is no field for it: NICKNAME, URL, BDAY, PHOTO.",
		},
		"outlook-2007": {
			"first_name": "Michael", "last_name": "Angstadt", "display_name": "Mr. Michael Angstadt Jr.", "email": "mike.angstadt@gmail.com",
			"phone": "(111) 555-1111", "phones": "work:(111) 555-1111; home:(111) 555-2222; mobile:(111) 555-4444; work fax:(111) 555-3333",
			"company": "TheCompany", "division": "TheDepartment", "job_title": "TheJobTitle",
			"street": "222 Broadway, TheOffice", "city": "New York", "region": "NY", "postal_code": "99999", "country": "USA",
			"notes": "This is the NOTE field\t\nI assume it encodes this text inside a NOTE vCard type.\nBut I'm not sure because there's text formatting going on here.\nIt does not preserve the formatting",
			"warnings": "The role “TheProfession” was not read: the title “TheJobTitle” was.\n" +
				"Not read, since there is no field for it: NICKNAME, X-MS-TEL, URL, BDAY, X-MS-ANNIVERSARY, KEY, X-MS-IMADDRESS, PHOTO, X-MS-MANAGER, X-MS-ASSISTANT, X-MS-SPOUSE, FBURL.",
		},
		"own_v21_qp_windows1252": {
			"first_name": "Jürgen", "last_name": "Müller", "email": "juergen@example.de", "phone": "+49 170 1234567", "phones": "mobile:+49 170 1234567",
		},
		"rfc6350-example": {
			"first_name": "Simon", "last_name": "Perreault", "email": "simon.perreault@viagenie.ca",
			"phone": "+1-418-656-9254 ext. 102", "phones": "work:+1-418-656-9254 ext. 102; work mobile:+1-418-262-6501", "company": "Viagenie",
			"street": "2875 Laurier, Suite D2-630", "city": "Quebec", "region": "QC", "postal_code": "G1V 2M2", "country": "Canada", "language": "fr",
			"warnings": "The title “ing. jr M.Sc.” was not read.\nA further language, “en”, was not read.\nThe time zone “-0500” was not read: it does not name a place, such as Europe/Berlin.\n" +
				"Not read, since there is no field for it: BDAY, ANNIVERSARY, GENDER, GEO, KEY, URL.",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			raw, err := os.ReadFile("testdata/vcard/" + name + ".vcf")
			is.NoErr(err)
			r, cards := readCards(t, bytes.NewReader(raw), importexport.ReadOptions{})
			want["line"] = "1"
			if d := cmp.Diff([]fields{want}, cards); d != "" {
				t.Error(d)
			}
			is.Equal(r.Format(), "vcard")
			is.Equal(r.Encoding(), "utf-8")
			is.Equal(len(r.Notes()), 0)
			is.Equal(r.Bytes(), int64(len(raw)))
		})
	}
}

func TestVCard_Properties(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, version, body string
		want                fields
	}{
		{"types in all spellings", "3.0", "TEL;type=cell;type=\"home,voice\":1\nTEL;TYPE=WORK,FAX;PREF=1:2\ntel;main:3\nTEL;X-CUSTOM=a:3", fields{"phone": "2", "phones": `work fax:2; home mobile:1; main:3`}},
		{"groups", "3.0", "item1.EMAIL;type=INTERNET:a@x.example\nitem2.EMAIL:b@x.example\nitem2.X-ABLabel:_$!<Home>!$_\nitem3.TEL:7\nitem3.X-ABLabel:Büro: Süd\nEMAIL;PREF:c@x.example",
			fields{"email": "c@x.example", "emails": "a@x.example; home:b@x.example", "phone": "7", "phones": `Büro\: Süd:7`}},
		{"a pair with a semicolon", "2.1", `N:M\;ller;J;;;`, fields{"first_name": "J", "last_name": "M;ller"}},
		{"backslashes of 2.1", "2.1", `NOTE:C:\new\table`, fields{"notes": `C:\new\table`}},
		{"escapes of 3.0", "3.0", `NOTE:a\nb\, c\; d\\e\Nf\:g`, fields{"notes": "a\nb, c; d\\e\nf:g"}},
		{"folding", "4.0", "NOTE:one \n\ttwo\n  three", fields{"notes": "one two three"}},
		{"folding of 2.1", "2.1", "NOTE:one\n two", fields{"notes": "one two"}},
		{"soft breaks", "2.1", "NOTE;QUOTED-PRINTABLE;CHARSET=UTF-8:Gr=C3=BC=\n=C3=9Fe =3D 1=\n", fields{"notes": "Grüße = 1"}},
		{"soft break at the end", "2.1", "FN:A\nNOTE;ENCODING=QUOTED-PRINTABLE:x=", fields{"display_name": "A", "notes": "x"}},
		{"base64 text", "3.0", "FN;ENCODING=b:\n SsO8cmdlbiA=\nTEL:1", fields{"display_name": "Jürgen", "phone": "1"}},
		{"base64 without spaces", "2.1", "PHOTO;JPEG;BASE64:AAAA\nBBBB/+==\n\nTEL:1", fields{"phone": "1", "warnings": "Not read, since there is no field for it: PHOTO."}},
		{"particles", "3.0", "N:van der Berg;Jan;Piet;dr.;\nFN:dr. Jan Piet van der Berg", fields{"first_name": "Jan Piet", "last_name": "van der Berg", "display_name": "dr. Jan Piet van der Berg"}},
		{"title that is lost", "3.0", "N:Roe;Jane;;Dr.;\nFN:Jane Roe", fields{"first_name": "Jane", "last_name": "Roe", "warnings": "The title “Dr.” was not read."}},
		{"units", "3.0", `ORG:Acme\; Sons;Sales;EMEA`, fields{"company": "Acme; Sons", "division": "Sales / EMEA"}},
		{"role alone", "4.0", "ROLE:Driver", fields{"job_title": "Driver"}},
		{"tel and mailto", "4.0", "TEL;VALUE=uri:tel:7042;phone-context=+1-914\nEMAIL:mailto:a%40x.example?subject=x", fields{"phone": "+1-914 7042", "email": "a@x.example"}},
		{"preferred address", "3.0", "ADR;TYPE=home:;;A 1;B;;1;\nADR;TYPE=work,pref:12;;C\\nD;E;F;2;G", fields{"street": "C, D, 12", "city": "E", "region": "F", "postal_code": "2", "country": "G", "warnings": "A further address, “A 1, 1, B”, was not read."}},
		{"zone, language, id", "4.0", "TZ:Europe/Berlin\nLANG;PREF=2:en\nLANG;PREF=1:de\nUID:urn:uuid:4fbe-8", fields{"time_zone": "Europe/Berlin", "language": "de", "external_ids": `vcard:urn\:uuid\:4fbe-8`, "warnings": "A further language, “en”, was not read."}},
		{"looks like a formula", "3.0", "FN:'=1+1\nNOTE:=2", fields{"display_name": "'=1+1", "notes": "=2"}},
		{"organisation", "4.0", "KIND:org\nFN:Acme\nTEL:1", fields{"display_name": "Acme", "company": "Acme", "phone": "1"}},
		{"company of Apple", "3.0", "N:;;;;\nFN:Acme\nORG:Acme;\nX-ABShowAs:COMPANY", fields{"display_name": "Acme", "company": "Acme"}},
		{"group", "4.0", "KIND:group\nFN:Team\nMEMBER:urn:uuid:1", fields{"display_name": "Team", "error": "The card is a group of others and not a contact. Import the cards of its members."}},
		{"place", "4.0", "KIND:location\nFN:Room", fields{"display_name": "Room", "error": "The card is of the kind “location” and not a contact."}},
		{"agent", "2.1", "FN:A\nAGENT:\nBEGIN:VCARD\nVERSION:2.1\nFN:B\nEND:VCARD\nTEL:1", fields{"display_name": "A", "phone": "1"}},
		{"empty", "3.0", "N:;;;;\nFN:", fields{"error": "The card has nothing in it that could be read."}},
		{"no property", "3.0", "FN:A\nnonsense\n goes on\nTEL:1", fields{"display_name": "A", "phone": "1", "error": "Line 4 of the file is no property of a card: “nonsense”."}},
		{"bad bytes", "2.1", "N;CHARSET=UTF-8:M\xfcller;J", fields{"first_name": "J", "last_name": "M\uFFFDller", "error": "The property N in line 3 holds bytes that are not valid in utf-8. If the file is in another encoding, name it."}},
		{"unknown charset", "2.1", "N;CHARSET=KLINGON:a\xfc;J", fields{"first_name": "J", "last_name": "a\uFFFD", "error": "The property N in line 3 holds bytes that are not valid in “KLINGON”, which is not known. If the file is in another encoding, name it."}},
		{"bad base64", "3.0", "FN;ENCODING=b:%%%%\nTEL:1", fields{"phone": "1", "error": "The property FN in line 3 is not valid in base64."}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			for _, end := range []string{"\n", "\r\n", "\r"} {
				in := strings.ReplaceAll("BEGIN:VCARD\nVERSION:"+tt.version+"\n"+tt.body+"\nEND:VCARD\nbegin:vcard\nFN:Z\nend:vcard\n", "\n", end)
				_, cards := readCards(t, strings.NewReader(in), importexport.ReadOptions{})
				tt.want["line"] = "1"
				if d := cmp.Diff([]fields{tt.want, {"line": cards[1]["line"], "display_name": "Z"}}, cards); d != "" {
					t.Errorf("%q: %s", end, d)
				}
			}
		})
	}
}

// A broken card fails alone, and the next BEGIN begins another.
func TestVCard_BrokenCards(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	in := "\n\nBEGIN:VCARD\nFN:A\nBEGIN:VCARD\nFN:B\nEND:VCARD\nlost\n\nEND:VCARD\nBEGIN:VCARD\nNOTE:" + strings.Repeat("x", importexport.MaxCell+1) + "\nEND:VCARD\n BEGIN:VCARD \nFN:C\nEND:VCARD\nBEGIN:VCARD\nFN:D\n"
	r, cards := readCards(t, strings.NewReader(in), importexport.ReadOptions{})
	want := []fields{
		{"line": "3", "display_name": "A", "error": "The card has no end: the next one begins in line 5."},
		{"line": "5", "display_name": "B"},
		{"line": "11", "error": "The property NOTE in line 12 is longer than 200000 bytes."},
		{"line": "14", "display_name": "C"},
		{"line": "17", "display_name": "D", "error": "The card has no end."},
	}
	if d := cmp.Diff(want, cards); d != "" {
		t.Error(d)
	}
	is.Equal(r.Notes(), []string{"2 lines stand outside of any card, the first of them line 8; they were not read."})
}

// A picture of any size is passed over without being held.
func TestVCard_LargePicture(t *testing.T) {
	is := is.New(t)
	for _, head := range []string{"PHOTO;ENCODING=b;TYPE=JPEG:", "PHOTO:data:image/jpeg;base64,"} {
		in := io.MultiReader(strings.NewReader("BEGIN:VCARD\nFN:A\n"+head), &long{100 << 20}, strings.NewReader("\nTEL:1\nEND:VCARD\n"))
		_, cards := readCards(t, in, importexport.ReadOptions{})
		is.Equal(cards, []fields{{"line": "1", "display_name": "A", "phone": "1", "warnings": "Not read, since there is no field for it: PHOTO."}})
	}
	in := "BEGIN:VCARD\nFN:A\nPHOTO;ENCODING=b:\n" + strings.Repeat(" "+strings.Repeat("A", 75)+"\n", 20_000) + "TEL:1\nEND:VCARD\n"
	_, cards := readCards(t, strings.NewReader(in), importexport.ReadOptions{})
	is.Equal(cards[0]["phone"], "1")
}

func TestVCard_Encodings(t *testing.T) {
	t.Parallel()
	card := func(name string) string {
		return "BEGIN:VCARD\r\nVERSION:2.1\r\nN:" + name + "\r\nEND:VCARD\r\n"
	}
	sjis := "\x93\x63\x92\x86;\x82\xb3\x82\xad\x82\xe7" // 田中;さくら
	photo := "BEGIN:VCARD\r\nPHOTO;BASE64:\r\n" + strings.Repeat(" AAAA\r\n", 60_000) + "\r\nFN:A\r\nEND:VCARD\r\n"
	wide := func(s string) string {
		out := "\xff\xfe"
		for _, r := range s {
			out += string([]byte{byte(r), byte(r >> 8)})
		}
		return out
	}
	for name, tt := range map[string]struct {
		in, label, encoding, first, last string
		notes                            int
	}{
		"utf-8":         {card("Müller;Jürgen"), "", "utf-8", "Jürgen", "Müller", 0},
		"mark":          {"\ufeff" + card("Müller;Jürgen"), "", "utf-8", "Jürgen", "Müller", 0},
		"windows-1252":  {card("M\xfcller;J\xfcrgen"), "", "windows-1252", "Jürgen", "Müller", 1},
		"named":         {card("M\xfcller;J\xfcrgen"), "windows-1252", "windows-1252", "Jürgen", "Müller", 0},
		"behind ASCII":  {photo + card("M\xfcller;J\xfcrgen"), "", "windows-1252", "Jürgen", "Müller", 1},
		"utf-16":        {wide(card("Müller;Jürgen")), "", "utf-16le", "Jürgen", "Müller", 0},
		"no mark":       {wide(card("Müller;Jürgen"))[2:], "", "utf-16le", "Jürgen", "Müller", 1},
		"own charset":   {strings.Replace(card(sjis), "\nN:", "\nN;CHARSET=SHIFT_JIS:", 1), "utf-8", "utf-8", "さくら", "田中", 0},
		"shift_jis":     {card(sjis), "shift_jis", "shift_jis", "さくら", "田中", 0},
		"backslash":     {strings.Replace(card("\x95\x5c;A"), "2.1", "3.0", 1), "shift_jis", "shift_jis", "A", "表", 0},
		"8 bit, quoted": {strings.Replace(card("M=FCller;J=FCrgen"), "\nN:", "\nN;CHARSET=ISO-8859-1;ENCODING=QUOTED-PRINTABLE:", 1), "", "utf-8", "Jürgen", "Müller", 0},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is := is.New(t)
			r, cards := readCards(t, strings.NewReader(tt.in), importexport.ReadOptions{Encoding: tt.label})
			last := cards[len(cards)-1]
			is.Equal(last["error"], "")
			is.Equal(last["first_name"], tt.first)
			is.Equal(last["last_name"], tt.last)
			is.Equal(r.Encoding(), tt.encoding)
			is.Equal(len(r.Notes()), tt.notes)
		})
	}
}

func FuzzVCard(f *testing.F) {
	for _, name := range []string{"John_Doe_GMAIL", "outlook-2007", "own_v21_qp_windows1252", "rfc6350-example"} {
		raw, err := os.ReadFile("testdata/vcard/" + name + ".vcf")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(raw)
	}
	f.Add([]byte("BEGIN:VCARD\nN;CHARSET=SHIFT_JIS;ENCODING=QUOTED-PRINTABLE:=93=63=\n=92=86;\\\nitem1.TEL;TYPE=\"a,b:tel:1;ext=\nitem1.X-ABLABEL:_$!<\nADR:a;b,c\\\nEND:VCARD"))
	f.Fuzz(func(t *testing.T, raw []byte) { checkReader(t, raw, importexport.ReadOptions{Format: "vcard"}) })
}
