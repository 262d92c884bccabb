package contacts

import (
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/matryer/is"
	"pgregory.net/rapid"

	"github.com/deskfolk/desk"
)

func TestParseEmail(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ in, key string }{
		{"ana@example.com", "ana@example.com"},
		{"  Ana.Diaz@Example.COM ", "ana.diaz@example.com"},
		{"a+b_c%d@x.co", "a+b_c%d@x.co"},
		{"o'brien@example.ie", "o'brien@example.ie"},
		{"info@bäckerei.example", "info@xn--bckerei-5wa.example"},
		{"info@BÄCKEREI.example", "info@xn--bckerei-5wa.example"},
		{"info@xn--bckerei-5wa.example", "info@xn--bckerei-5wa.example"},
		{"Jürgen@example.de", "jürgen@example.de"},
		{"Ju\u0308rgen@example.de", "jürgen@example.de"},
		{"用户@例子.公司", "用户@xn--fsqu00a.xn--55qx5d"},
		{"x@ＥＸＡＭＰＬＥ.com", "x@example.com"},
		{strings.Repeat("a", 64) + "@example.com", strings.Repeat("a", 64) + "@example.com"},
	} {
		e, err := ParseEmail(c.in)
		if err != nil || e.Key != c.key || e.Entered != strings.TrimSpace(c.in) {
			t.Errorf("%q: %+v, %v; want key %q", c.in, e, err, c.key)
		}
		if again, err := ParseEmail(e.Key); err != nil || again.Key != e.Key {
			t.Errorf("the key of %q is read as %+v, %v", c.in, again, err)
		}
	}
}

// splitting are addresses that programs read differently.
var splitting = []string{
	"", "@", "a", "a@", "@b.c", "a@b", `"attacker@evil.test"@corp.test`, `"a b"@corp.test`, "=?utf-8?q?a?= <x@y.z>",
	"a@b.c,c@d.e", "a@b.c;c@d.e", "group:a@b.c;", "a(comment)@b.c", "(c)a@b.c", "Ana <a@b.c>", "<a@b.c>", "x@[127.0.0.1]",
	"x@127.0.0.1", "a@b.c@d.e", "a..b@c.de", ".a@c.de", "a.@c.de", "a@c..de", "a@.c.de", "a@c.de.", "a@-c.de", "a@c-.de",
	"a@c_d.de", "a b@c.de", "a\t@c.de", "a\r\nBcc: x@y.z@c.de", "a@c.de\r\nBcc: x@y.z", "a\x00@c.de", "a@c\x00.de", "\xff@c.de", "a@\xff.de",
	"a＠b.com@c.de", "a＠b.com", "a\u200b@c.de", "a\u202e@c.de", "a﹫b@c.de", "a:b@c.de", "a\\b@c.de", "a[b]@c.de", "a\u00a0b@c.de",
	strings.Repeat("a", 65) + "@c.de", "a@" + strings.Repeat("b", 64) + ".de", "a@" + strings.Repeat("bcd.", 63) + "example", strings.Repeat("ü", 40) + "@c.de",
}

func TestB16_AddressThatSplits(t *testing.T) {
	t.Parallel()
	for _, s := range splitting {
		if e, err := ParseEmail(s); desk.KindOf(err) != desk.Invalid || e != (EmailAddress{}) {
			t.Errorf("%q is taken: %+v, %v", s, e, err)
		}
	}
}

func FuzzParseEmail(f *testing.F) {
	for _, s := range splitting {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		e, err := ParseEmail(s)
		if err != nil {
			return
		}
		again, err := ParseEmail(e.Key)
		if err != nil || again.Key != e.Key || strings.Count(e.Key, "@") != 1 || len(e.Key) > 254 || !utf8.ValidString(e.Key) {
			t.Fatalf("%q has the key %q, read as %+v, %v", s, e.Key, again, err)
		}
	})
}

func TestB72_AddressesAreEqualWhenTheirKeysAre(t *testing.T) {
	t.Parallel()
	rapid.Check(t, func(t *rapid.T) {
		local := rapid.StringMatching(`[a-zäöüéłα-ω][a-z0-9äöü]{0,8}`).Draw(t, "local")
		domain := rapid.StringMatching(`[a-zäöü]{1,8}\.(de|com|example)`).Draw(t, "domain")
		a, err := ParseEmail(local + "@" + domain)
		if err != nil {
			t.Skip("not an address")
		}
		b, err := ParseEmail(strings.ToUpper(local) + "@" + strings.ToUpper(domain))
		if err != nil || a.Key != b.Key {
			t.Fatalf("%q and its capitals differ: %q, %v", a.Key, b.Key, err)
		}
	})
}

func TestUnicodeDomain(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	is.Equal(unicodeDomain("xn--bckerei-5wa.example"), "bäckerei.example")
	is.Equal(unicodeDomain("example.com"), "example.com")
}
