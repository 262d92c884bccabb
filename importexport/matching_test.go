package importexport

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// fieldsOf matches a header and returns "field label" for each column.
func fieldsOf(t testing.TB, header []string, rows ...[]string) []string {
	t.Helper()
	var samples []Record
	for i, cells := range rows {
		samples = append(samples, Record{Line: i + 2, Cells: cells})
	}
	var out []string
	for _, c := range Suggest(header, samples, nil) {
		f := ""
		if c.Field != nil {
			f = *c.Field
		}
		out = append(out, strings.TrimSpace(f+" "+c.Label))
	}
	return out
}

// Words that mean one thing beside some headers and another beside others.
func TestWordsByTheirCompany(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header string
		row    string
		want   string
	}{
		{"Name,Email", "", "full_name,email"},
		{"Vorname,Name,E-Mail", "", "first_name,last_name,email"},
		{"Prénom,Nom", "", "first_name,last_name"},
		{"Nombre,Apellidos", "", "first_name,last_name"},
		{"Nombre,Correo", "", "full_name,email"},
		{"Nome,Cognome", "", "first_name,last_name"},
		{"Имя,Фамилия", "", "first_name,last_name"},
		{"الاسم,اسم العائلة", "", "first_name,last_name"},
		{"First Name,Last Name,Name", "", "first_name,last_name,full_name"},
		{"Title,Last Name", "Manager,A", "job_title,last_name"},
		{"Title,Last Name", "Dr.,A", "name_prefix,last_name"},
		{"Title,Last Name,Job Title", "Dr.,A,Boss", "name_prefix,last_name,job_title"},
		{"Type,Email", "Customer,a@x.example", "kind,email"},
		{"Type,Email", "Gold,a@x.example", ",email"},
		{"State,Email", "", ",email"},
		{"State,City", "", "region,city"},
		{"Country Code,Email", "+49,a@x.example", ",email"},
		{"Country Code,Email", "DE,a@x.example", "country,email"},
		{"id,Email", "contact_01h455vb4pex5vsknk084sn02q,a@x.example", "id,email"},
		{"id,Email", "17,a@x.example", ",email"},
		{"Work Email,Home Email", "", "email work,emails home"},
		{"Private E-Mail,E-Mail", "", "emails home,email"},
		{"E-mail 1,E-mail 2,Phone 1,Phone 2", "", "email,emails,phone,phones"},
		{"Telephone,Tel,Mobile", "", "phone,phones,phones mobile"},
		{"Business Phone 2,Home Fax,Fax", "", "phones work,phones home fax,phones fax"},
		{"Street,City,Home Street,Home City", ",,Way 1,Ulm", ",,street,city"},
		{"Street,City,Home Street,Home City", "Weg 2,Bonn,Way 1,Ulm", "street,city,,"},
		{"Address 1 - Street,Address 2 - Street", "", "street,"},
		{"Street,Street 2,PO Box,Full Address", "", "street,street,,"},
		{"Full Address,Email", "", "street,email"},
		{"Contact Owner,Lead Source,Email", "", ",,email"},
		{"Birthday,Photo,Group Membership,Email", "", ",,,email"},
		{"Accepts Marketing,Email", "", "marketing_opt_out,email"},
		{"Name 2,City 2,Email", "", ",,email"},
		{"Email,E-Mail-Adresse", "ja,a@x.example", "email,emails"},
		{"Mail,E-Mail-Adresse", "ja,a@x.example", ",email"},
		{"Kontaktperson,Handy,City", "a@x.example,b@x.example,Ulm", ",,city"},
		{"sso_subject,author,Workspace ID,merged_into,verified,Created At,Email", "", ",,,,,,email"},
	} {
		got := strings.Join(fieldsOf(t, strings.Split(tt.header, ","), strings.Split(tt.row, ",")), ",")
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("%s: %s", tt.header, d)
		}
	}
}

// Every spelling is found again in another case, width and with other signs.
func TestSpellings(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	is.True(len(headerTable()) > 3000)
	for _, list := range [][]spelling{forbiddenHeaders, nameHeaders, emailHeaders, phoneHeaders, workHeaders, addressHeaders, otherHeaders, ignoredHeaders} {
		for _, s := range list {
			_, known := setters[s.field]
			is.True(s.field == "" || known)
			for word := range strings.SplitSeq(s.words, "|") {
				word = strings.ReplaceAll(strings.TrimSpace(word), "#", "1")
				if word == "" {
					continue
				}
				_, _, ok := knownHeader(word)
				is.True(ok) // spelling
				shout := " " + strings.ToUpper(strings.ReplaceAll(word, " ", "_")) + " "
				a, _, _ := knownHeader(word)
				b, _, _ := knownHeader(shout)
				if a != b {
					t.Errorf("%q is %v, %q is %v", word, a, shout, b)
				}
			}
		}
	}
}

// The headers of our exports go to the fields of their names.
func TestOwnHeaders(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	defs := []contacts.FieldDef{{Key: "created_at", Label: "Phone", Type: contacts.TextField}, {Key: "name", Label: "Name", Type: contacts.DateField}}
	header := append(Fields(), "custom.created_at", "custom.name")
	m, err := matchColumns(header, nil, nil, defs, matchOptions{})
	is.NoErr(err)
	for i, c := range m.columns {
		if _, ok := setters[c.Header]; ok || strings.HasPrefix(c.Header, "custom.") {
			is.Equal(*c.Field, c.Header)
			is.True(m.sources[i].exact)
		} else {
			is.Equal(c.Field, nil)
		}
	}
	is.Equal(len(m.formats), 0) // read to the letter
	is.Equal(len(m.warnings), 6)
}

func TestAsked(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	header := []string{"E-mail 1 - Label", "E-mail 1 - Value", "E-mail 2 - Value", "Work Phone", "Remark", "Allergies", "Full", "Phone"}
	m, err := matchColumns(header, nil, map[string]string{"E-mail 2 - Value": "email", "Allergies": "notes", "Full": fullName, "phone": ""}, nil, matchOptions{})
	is.NoErr(err)
	var got []string
	for _, s := range m.sources {
		got = append(got, s.field)
	}
	is.Equal(got, []string{"emails", "emails", "email", "phones", "notes", "notes", fullName, ""})
	b := newBuilder(m, "")
	in, _ := b.build(Record{Cells: []string{"Home", "a@x.example", "b@x.example", "+49 1", "nice", "nuts", "Ada Lovelace", "123"}})
	is.Equal(in.Contact, contacts.NewContact{
		FirstName: "Ada", LastName: "Lovelace", Email: "b@x.example", Emails: []contacts.Email{{Label: "home", Value: "a@x.example"}},
		Phones: []contacts.Phone{{Label: "work", Value: "+49 1"}}, Notes: "nice\n\nAllergies: nuts", Source: contacts.ByImport,
	})
	for _, bad := range []map[string]string{
		{"Full": fullName, "Remark": fullNameFamilyFirst}, {"Full": "city", "Remark": "city"}, {"Full": "source"}, {"Full": "custom.x"}, {"None": "city"},
	} {
		_, err := matchColumns(header, nil, bad, nil, matchOptions{})
		is.Equal(desk.KindOf(err), desk.Invalid)
	}
	_, err = matchColumns(header, nil, map[string]string{"Full": "emails", "Remark": "emails", "Allergies": "street"}, nil, matchOptions{})
	is.NoErr(err)
}

func TestTargets(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	defs := []contacts.FieldDef{{Key: "tier", Label: "Support tier"}}
	targets := Targets(defs)
	is.Equal(len(targets), len(setters)+1)
	for _, target := range targets {
		is.True(knownField(target.Field, defs))
		is.Equal(target.Security, slices.Contains([]string{"email", "status", "active", "portal_access"}, target.Field))
	}
	is.Equal(targets[len(targets)-1], Target{Field: "custom.tier", Label: "Support tier"})
}

// What custom fields hold is read in the way that the file shows.
func TestCustomFormats(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	defs := []contacts.FieldDef{
		{Key: "born", Label: "Birthday", Type: contacts.DateField}, {Key: "rate", Label: "Rate", Type: contacts.NumberField},
		{Key: "vip", Label: "VIP", Type: contacts.BoolField}, {Key: "tier", Label: "Tier", Type: contacts.ChoiceField, Choices: []string{"Gold"}},
	}
	header := []string{"email", "Birthday", "Rate", "VIP", "custom_fields.tier"}
	rows := []Record{
		{Cells: []string{"a@x.example", "04/05/2026", "1,234", "ja", "Gold"}},
		{Cells: []string{"b@x.example", "14/05/2026", "1,5", "nein", ""}},
		{Cells: []string{"c@x.example", "", "4,68123E+10", "maybe", ""}},
	}
	read := func(samples []Record, region string, row Record) (map[string]string, []string, []string) {
		m, err := matchColumns(header, samples, nil, defs, matchOptions{Region: region})
		is.NoErr(err)
		in, warnings := newBuilder(m, "").build(row)
		return in.Contact.Custom, warnings, m.notes
	}
	custom, warnings, notes := read(rows, "", rows[0])
	is.Equal(custom, map[string]string{"born": "2026-05-04", "rate": "1.234", "vip": "true", "tier": "Gold"})
	is.Equal(warnings, nil)
	is.Equal(notes, []string{
		"The dates in the column “Birthday” were read day first, since some have a day above 12.",
		"The numbers in the column “Rate” were read with a decimal comma, as its other numbers show.",
	})
	custom, _, notes = read(rows[:1], "US", rows[0])
	is.Equal(custom["born"], "2026-04-05")
	is.Equal(custom["rate"], "1234")
	is.Equal(notes[0], "The dates in the column “Birthday” were read month first, as in the region US.")
	custom, warnings, notes = read(rows[:1], "", rows[0])
	is.Equal(custom, map[string]string{"vip": "true", "tier": "Gold"})
	is.Equal(len(warnings), 2)
	is.Equal(notes, nil)
	custom, warnings, _ = read(rows, "", rows[2])
	is.Equal(custom, map[string]string{"vip": "maybe"}) // refused by the rules of contacts
	is.Equal(len(warnings), 1)
}

// A vCard's cells are values as they are.
func TestLiteral(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	m, err := matchColumns([]string{"last_name", "notes"}, nil, nil, nil, matchOptions{})
	is.NoErr(err)
	in, _ := newBuilder(m, "").build(Record{Cells: []string{"'=x", "'+1"}, Literal: true})
	is.Equal(in.Contact.LastName+in.Contact.Notes, "'=x'+1")
	in, _ = newBuilder(m, "").build(Record{Cells: []string{"'=x", "'+1"}})
	is.Equal(in.Contact.LastName+in.Contact.Notes, "=x+1")
}

// Whatever the header and the rows: no panic, no two columns for one value,
// and a mapping that is asked for as it was suggested gives the same rows.
func TestMatchingProperties(t *testing.T) {
	t.Parallel()
	var words []string
	for _, list := range [][]spelling{forbiddenHeaders, nameHeaders, emailHeaders, phoneHeaders, workHeaders, addressHeaders, otherHeaders, ignoredHeaders} {
		for _, s := range list {
			for w := range strings.SplitSeq(s.words, "|") {
				words = append(words, strings.ReplaceAll(strings.TrimSpace(w), "#", "2"), strings.ReplaceAll(strings.TrimSpace(w), "#", "1"))
			}
		}
	}
	words = append(words, Fields()...)
	words = append(words, "Business Street", "Home City", "Straße privat", "custom.tier", "Tier", "???", "Extra")
	cell := rapid.SampledFrom([]string{"", "", "Ann Lee", "a@x.example", "+49 30 901820", "'+49 1 ::: +49 2", "* Work", "ja", "DE", "7", "2026-01-02", "1,5", "x; y: z", "/o=x"})
	defs := []contacts.FieldDef{{Key: "tier", Label: "Tier", Type: contacts.NumberField}}
	rapid.Check(t, func(t *rapid.T) {
		header := rapid.SliceOfN(rapid.SampledFrom(words), 1, 12).Draw(t, "header")
		var rows []Record
		for range rapid.IntRange(0, 4).Draw(t, "rows") {
			rows = append(rows, Record{Cells: rapid.SliceOfN(cell, len(header), len(header)).Draw(t, "row")})
		}
		m, err := matchColumns(header, rows, nil, defs, matchOptions{})
		if err != nil {
			return
		}
		seen := map[string]bool{}
		for _, s := range m.sources {
			f := single(s.field)
			if f != "" && seen[f] && !isList(f) {
				t.Fatalf("two columns for %s: %q", f, header)
			}
			seen[f] = true
		}
		again, err := matchColumns(header, rows, MappingOf(m.columns), defs, matchOptions{})
		if err != nil {
			t.Fatal(err)
		}
		a, b := newBuilder(m, ""), newBuilder(again, "")
		for _, rec := range rows {
			x, _ := a.build(rec)
			y, _ := b.build(rec)
			if d := cmp.Diff(x.Contact, y.Contact); d != "" && distinct(header) {
				t.Fatal(header, d)
			}
		}
	})
}

func distinct(header []string) bool {
	seen := map[string]bool{}
	for _, h := range header {
		if seen[foldHeader(h)] {
			return false
		}
		seen[foldHeader(h)] = true
	}
	return true
}

// C26: headers of any kind.
func FuzzHeader(f *testing.F) {
	for _, s := range []string{"E-mail 1 - Value", "\x00", "名", "#", "1234567890", "Name\nName", strings.Repeat("a", 300), "custom.", "é́́́"} {
		f.Add(s, "x@y.example")
	}
	f.Fuzz(func(t *testing.T, header, cell string) {
		cells := strings.Split(header, ",")
		row := make([]string, len(cells))
		for i := range row {
			row[i] = cell
		}
		samples := []Record{{Line: 2, Cells: row}}
		m, err := matchColumns(cells, samples, nil, nil, matchOptions{Region: "DE"})
		if err == nil {
			newBuilder(m, "").build(samples[0])
		}
		if n := len(Suggest(cells, samples, nil)); n != len(cells) {
			t.Fatal(n, len(cells))
		}
	})
}
