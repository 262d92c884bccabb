package contacts

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
)

// found says by the plain meaning of a query whether it finds the contact.
func found(t *testing.T, c Contact, text, region string) bool {
	t.Helper()
	words, err := Words(text)
	if err != nil {
		t.Fatal(err)
	}
	classes := searchClasses(desk.Actor{}, []FieldDef{{Key: "tier", Searchable: true}})
	for _, term := range terms(words, classes, true, region) {
		if !slices.ContainsFunc(term, func(n Needle) bool { return hasNeedle(record(c).Index.Text, n) }) {
			return false
		}
	}
	return true
}

func hasNeedle(lines []Line, n Needle) bool {
	return slices.ContainsFunc(lines, func(l Line) bool {
		return slices.Contains(n.In, l.Class) && slices.ContainsFunc(strings.Fields(l.Text), func(w string) bool { return strings.Contains(w, n.Text) })
	})
}

func TestSearchMeaning(t *testing.T) {
	t.Parallel()
	c := Contact{
		FirstName: "Jürgen", LastName: "O’Weiß", DisplayName: "JW", Company: "Bäckerei 24", Email: "j.w@bäckerei.example",
		Emails: []Email{{"home", "juergen@xn--bckerei-5wa.example"}},
		Phones: []Phone{{Value: "+49 (0)30 901820", E164: "+4930901820"}, {Value: "call reception"}, {Value: "0172/555 000"}},
		Custom: map[string]string{"tier": "Gold plus", "secret": "hidden"},
	}
	for text, want := range map[string]bool{
		"": true, "jurgen": true, "WEISS": true, "o'weiss": true, "eiss urg": true, "weiss jurgen": true, "j": true, "rg": true,
		"backerei": true, "bäckerei": true, "bckerei-5wa": true, "j.w@backerei.example": true, "juergen@bäckerei": true,
		"24 jurgen": true, "030 901820": true, "03090 1820": true, "0049 30 901820": true, "+49 30 901820": true,
		"+49 (0)30 90 18 20": true, "901820": true, "1820": true, "(030) 90-18-20": true, "+4930901820": true,
		"030 901820 weiss": true, "reception": true, "call rec": true, "0172 555000": true, "0172/555000": true, "172555000": true,
		"gold": true, "plus tier": false, "hidden": false, "anna": false, "weissjw": false, "030 901821": false, "%": false, "_": false, "(": true,
		"031 901820": false,
	} {
		if got := found(t, c, text, "DE"); got != want {
			t.Errorf("%q: %v, want %v", text, got, want)
		}
	}
}

// Whatever part of a word of a contact is typed, in any order, finds it.
func TestAnyPartsOfWordsFind(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(rt *rapid.T) {
		c := Contact{
			FirstName: rapid.StringOfN(rapid.Rune(), 0, 12, -1).Draw(rt, "first"),
			LastName:  rapid.SampledFrom([]string{"Müller", "王小明", "Ђорђевић", "김철수", "Zoë"}).Draw(rt, "last"),
			Company:   rapid.SampledFrom([]string{"", "Acme & Söhne", "Ωmega"}).Draw(rt, "company"),
		}
		var typed []string
		for _, l := range record(c).Index.Text {
			for _, w := range strings.Fields(l.Text) {
				r := []rune(w)
				i := rapid.IntRange(0, len(r)-1).Draw(rt, "i")
				j := rapid.IntRange(i+1, len(r)).Draw(rt, "j")
				typed = append(typed, string(r[i:j]))
			}
		}
		typed = rapid.Permutation(typed).Draw(rt, "order")
		text := strings.Join(typed[:min(len(typed), maxWords)], " ")
		if len([]rune(text)) <= maxQuery && len(strings.Fields(Fold(text))) <= maxWords && Fold(text) == text && !found(t, c, text, "") {
			rt.Fatalf("%q does not find %+v", text, record(c).Index.Text)
		}
	})
}

func TestPhoneSpellings(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		typed, region string
		want          []string
	}{
		{"030 901820", "DE", []string{"030901820", "30901820", "4930901820"}},
		{"0049 30 901820", "", []string{"004930901820", "4930901820"}},
		{"12", "DE", nil},
		{"+44 (0)20 79460958", "", []string{"4402079460958", "442079460958"}},
	} {
		if d := cmp.Diff(c.want, phoneSpellings(strings.Fields(c.typed), c.region)); d != "" {
			t.Errorf("%q: %s", c.typed, d)
		}
	}
}

func TestQueryLimits(t *testing.T) {
	t.Parallel()
	for _, s := range []string{strings.Repeat("a", 201), strings.Repeat("a ", 13), "\xff"} {
		_, err := Words(s)
		if desk.KindOf(err) != desk.Invalid || desk.FieldOf(err) != "text" {
			t.Errorf("%.20q: %v", s, err)
		}
	}
	_, err := Words(strings.Repeat("ä", 200))
	is.New(t).NoErr(err)
}

func TestSearchLeavesOutHiddenFields(t *testing.T) {
	t.Parallel()
	a := desk.Actor{Fields: map[string]desk.Access{"contact.emails": desk.Hidden, "contact.phone": desk.Hidden, "contact.last_name": desk.Hidden, "contact.custom.b": desk.Hidden}}
	defs := []FieldDef{{Key: "a", Searchable: true}, {Key: "b", Searchable: true}, {Key: "c"}}
	if d := cmp.Diff([]Class{ClassCompany, "x.a"}, searchClasses(a, defs)); d != "" {
		t.Error(d)
	}
}
