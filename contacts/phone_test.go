package contacts

import (
	"fmt"
	"testing"

	"github.com/matryer/is"
	"github.com/nyaruka/phonenumbers"
)

func TestParsePhone(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, region, want string }{
		{"+49 30 901820", "", "+4930901820"},
		{"+49 (0)30 901820", "", "+4930901820"},
		{"030 901820", "DE", "+4930901820"},
		{"0049 30 901820", "DE", "+4930901820"},
		{"030/90 18-20", "DE", "+4930901820"},
		{"030 901820", "", ""},
		{"(415) 555-0100", "US", "+14155550100"},
		{"+1 415 555 0100 ext. 5", "", "+14155550100"},
		{"415-555-0100 x55", "US", "+14155550100"},
		{"+44 20 7946 0958", "US", "+442079460958"},
		{"+39 06 698 12345", "", "+390669812345"},
		{"０３０ ９０１８２０", "DE", "+4930901820"},
		{"+٤٩ ٣٠ ٩٠١٨٢٠", "", "+4930901820"},
		{"call reception", "US", ""},
		{"12", "US", ""},
		{"+999 123 4567", "", ""},
		{"4,68123E+10", "SE", ""},
		{"+1 415 555 0100 +1 415 555 0101 +1 415 555 0102 +1 415 555 0103", "", ""},
	} {
		got, ok := ParsePhone(c.in, c.region)
		if got != c.want || ok != (c.want != "") {
			t.Errorf("%q in %q: %q, %v; want %q", c.in, c.region, got, ok, c.want)
		}
	}
}

// The quick way must say of every kind of number what the library says.
func TestQuickPhonesAgreeWithTheLibrary(t *testing.T) {
	t.Parallel()
	n := 0
	for region := range phonenumbers.GetSupportedRegions() {
		for kind := phonenumbers.FIXED_LINE; kind <= phonenumbers.VOICEMAIL; kind++ {
			ex := phonenumbers.GetExampleNumberForType(region, kind)
			if ex == nil {
				continue
			}
			for _, form := range []phonenumbers.PhoneNumberFormat{phonenumbers.E164, phonenumbers.INTERNATIONAL} {
				s := phonenumbers.Format(ex, form)
				quick, ok := parseInternational(s)
				if !ok {
					continue
				}
				slow, err := phonenumbers.Parse(s, "ZZ")
				if err != nil || phonenumbers.Format(slow, phonenumbers.E164) != quick {
					t.Errorf("%s %v: %q is read as %q and %v", region, kind, s, quick, slow)
				}
				n++
			}
		}
	}
	is.New(t).True(n > 1000)
}

func FuzzParsePhone(f *testing.F) {
	f.Add("+49 30 901820", "DE")
	f.Add("tel:+1-201-555-0123;ext=5", "US")
	f.Fuzz(func(t *testing.T, s, region string) {
		e164, ok := ParsePhone(s, region)
		if ok != (e164 != "") || ok && (e164[0] != '+' || len(e164) > 17) {
			t.Fatalf("%q in %q: %q, %v", s, region, e164, ok)
		}
	})
}

func BenchmarkParsePhone(b *testing.B) {
	for name, format := range map[string]string{"international": "+4930%07d", "national": "(212) 555-%04d"} {
		b.Run(name, func(b *testing.B) {
			i := 0
			for b.Loop() {
				ParsePhone(fmt.Sprintf(format, 1000+i%8000), "US")
				i++
			}
		})
	}
}
