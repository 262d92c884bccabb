package contacts

import (
	"strings"
	"testing"
	"unicode"

	"github.com/matryer/is"
	"golang.org/x/text/unicode/norm"
	"pgregory.net/rapid"
)

func TestFold(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ name, in, want string }{
		{"empty", "", ""},
		{"plain", "anna", "anna"},
		{"capitals", "ANNA Maria", "anna maria"},
		{"spaces", "  Anna \t\n Maria  ", "anna maria"},
		{"no-break and wide spaces", "Anna\u00a0Maria\u3000Z", "anna maria z"},
		{"control", "a\x00b\x1bc", "a b c"},
		{"french", "Éloïse Françoise", "eloise francoise"},
		{"german", "Jürgen Weiß GROẞ", "jurgen weiss gross"},
		{"nordic", "Søren Ærø Åse Þór Guðmundsdóttir", "soren aero ase thor gudmundsdottir"},
		{"polish", "Łukasz Żółć", "lukasz zolc"},
		{"czech", "Dvořák Černý", "dvorak cerny"},
		{"turkish", "İstanbul Işık ıı", "istanbul isik ii"},
		{"vietnamese", "Nguyễn Đặng", "nguyen dang"},
		{"romanian", "Ștefan Ţ", "stefan t"},
		{"maltese", "Ħal", "hal"},
		{"french ligature", "Œuvre", "oeuvre"},
		{"decomposed", "Jose\u0301", "jose"},
		{"greek", "Ἀθηνᾶ Σωκράτης ΣΩΚΡΆΤΗΣ", "αθηνα σωκρατησ σωκρατησ"},
		{"cyrillic", "Йосиф Ёлкин", "иосиф елкин"},
		{"ukrainian", "Їжак", "іжак"},
		{"hebrew points", "שָׁלוֹם", "שלום"},
		{"arabic points", "مُحَمَّد", "محمد"},
		{"arabic alef and yeh", "أحمد إبراهيم علی", "احمد ابراهيم علي"},
		{"tatweel", "محـــمد", "محمد"},
		{"persian kaf", "کریم", "كريم"},
		{"devanagari keeps vowels", "कि", "कि"},
		{"thai keeps vowels", "กิน", "กิน"},
		{"hangul", "김철수", "김철수"},
		{"hangul decomposed", norm.NFD.String("김철수"), "김철수"},
		{"kana keeps voicing", "がぎ", "がぎ"},
		{"half width kana", "ｶﾞｷﾞ", "ガギ"},
		{"full width", "ＡＢＣ１２３", "abc123"},
		{"han", "王小明", "王小明"},
		{"arabic digits", "٠١٢٣٤٥٦٧٨٩", "0123456789"},
		{"devanagari digits", "०१२", "012"},
		{"persian digits", "۰۱۲", "012"},
		{"apostrophes", "O’Brien Oʼ‘`´", "o'brien o''''"},
		{"dashes", "Anne‑Marie–Z", "anne-marie-z"},
		{"ligature", "ﬁn", "fin"},
		{"soft hyphen and joiners", "a\u00adb\u200dc\u200ed", "abcd"},
		{"kelvin", "\u212a", "k"},
		{"georgian", "ᲐᲑ", "აბ"},
		{"emoji", "Zoë 🦊", "zoe 🦊"},
		{"cherokee", "ꭰ", Fold("Ꭰ")},
	} {
		t.Run(c.name, func(t *testing.T) {
			is.New(t).Equal(Fold(c.in), c.want)
		})
	}
}

func TestFoldTwiceIsFoldOnce(t *testing.T) {
	t.Parallel()
	for r := rune(0); r <= unicode.MaxRune; r++ {
		if r >= 0xd800 && r < 0xe000 {
			continue
		}
		once := Fold(string(r))
		if Fold(once) != once {
			t.Fatalf("%U folds to %q, that to %q", r, once, Fold(once))
		}
		if up := Fold(strings.ToUpper(once)); up != once && unicode.IsLower(r) && r < 0x250 {
			t.Errorf("%U: upper case folds to %q, lower to %q", r, up, once)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.String().Draw(t, "s")
		once := Fold(s)
		if Fold(once) != once {
			t.Fatalf("%q folds to %q, that to %q", s, once, Fold(once))
		}
		if Fold(norm.NFD.String(s)) != once {
			t.Fatalf("%q decomposed folds to %q", s, Fold(norm.NFD.String(s)))
		}
		if strings.HasPrefix(once, " ") || strings.HasSuffix(once, " ") || strings.Contains(once, "  ") {
			t.Fatalf("%q has spaces: %q", s, once)
		}
	})
}

func FuzzFold(f *testing.F) {
	f.Add("Jürgen Weiß")
	f.Add("\xff\x00´")
	f.Fuzz(func(t *testing.T, s string) {
		once := Fold(s)
		if Fold(once) != once {
			t.Fatalf("%q folds to %q, that to %q", s, once, Fold(once))
		}
	})
}

func BenchmarkFold(b *testing.B) {
	for name, s := range map[string]string{"plain": "melissa okafor", "capitals": "Melissa Okafor", "accents": "Jürgen Weiß"} {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				Fold(s)
			}
		})
	}
}
