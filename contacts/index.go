package contacts

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"maps"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

// record returns the contact as the store writes it. The index depends on the
// contact alone, not on settings or definitions, so that it is never out of date.
func record(c Contact) Record {
	main, labelled := addressesOf(&c)
	n := foldNames(&c)
	return Record{Contact: c, EmailKey: main.Key, Index: Index{
		Text:   textLines(&c, n, main, labelled),
		Sort:   sortKeys(&c, n),
		Facets: facets(&c),
		Keys:   append(lookupKeys(&c, main, labelled), nameKeys(n, c.CompanyID)...),
	}}
}

// addressesOf reads the addresses that were checked when they were set.
func addressesOf(c *Contact) (main EmailAddress, labelled []EmailAddress) {
	main = address(c.Email)
	for _, e := range c.Emails {
		labelled = append(labelled, address(e.Value))
	}
	return main, labelled
}

func address(s string) EmailAddress {
	if s == "" {
		return EmailAddress{}
	}
	if e, err := ParseEmail(s); err == nil {
		return e
	}
	// Kept by an older version that was less strict: found as it was typed.
	return EmailAddress{Entered: s, Key: strings.ReplaceAll(Fold(s), " ", "")}
}

// foldedNames are the names of a contact, folded once for text and sorting.
type foldedNames struct{ first, last, display, company string }

func foldNames(c *Contact) foldedNames {
	return foldedNames{Fold(c.FirstName), Fold(c.LastName), Fold(c.DisplayName), Fold(c.Company)}
}

// joined returns texts that are not empty with a space between.
func joined(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + " " + b
}

func textLines(c *Contact, n foldedNames, main EmailAddress, labelled []EmailAddress) []Line {
	lines := make([]Line, 0, 4+len(c.Custom))
	add := func(class Class, text string) {
		if text != "" {
			lines = append(lines, Line{class, text})
		}
	}
	names := joined(n.first, n.last)
	if n.display != names {
		names = joined(names, n.display)
	}
	add(ClassName, names)
	add(ClassCompany, n.company)
	add(ClassEmail, emailWords(main, labelled))
	add(ClassPhone, phoneWords(c.Phones))
	for _, key := range slices.Sorted(maps.Keys(c.Custom)) {
		add(customClass(key), Fold(c.Custom[key]))
	}
	return lines
}

func customClass(key string) Class { return Class("x." + key) }

// emailWords returns the addresses as typed and, where that differs, with
// their domain in the other form.
func emailWords(main EmailAddress, labelled []EmailAddress) string {
	if main.Key == "" && len(labelled) == 0 {
		return ""
	}
	var words []string
	add := func(e EmailAddress) {
		if e.Key == "" {
			return
		}
		typed := Fold(e.Entered)
		words = append(words, typed)
		if ascii := Fold(e.Key); ascii != typed {
			words = append(words, ascii)
		}
		if d := e.Domain(); strings.Contains(d, "xn--") {
			if shown := Fold(strings.TrimSuffix(e.Key, d) + unicodeDomain(d)); shown != typed {
				words = append(words, shown)
			}
		}
	}
	add(main)
	for _, e := range labelled {
		add(e)
	}
	return strings.Join(words, " ")
}

// phoneWords returns what a phone can be typed like: the digits of its E.164
// form, the digits as typed, and the whole as typed without spaces. A text in
// place of a number is kept as its words.
func phoneWords(ps []Phone) string {
	if len(ps) == 0 {
		return ""
	}
	var words []string
	add := func(w string) {
		if w != "" && !slices.Contains(words, w) {
			words = append(words, w)
		}
	}
	for _, p := range ps {
		typed := Fold(p.Value)
		add(strings.TrimPrefix(p.E164, "+"))
		if d := digits(typed); len(d) >= 3 {
			add(d)
			add(strings.ReplaceAll(typed, " ", ""))
		}
		if p.E164 == "" {
			for w := range strings.FieldsSeq(typed) {
				add(w)
			}
		}
	}
	return strings.Join(words, " ")
}

// maxSortKey is how many bytes of a text order a list; what agrees in all of
// them is ordered by id.
const maxSortKey = 60

// TextKey returns the sort key of a folded text. Empty ones come last.
func TextKey(f string) []byte {
	if f == "" {
		return []byte{2}
	}
	if len(f) > maxSortKey {
		n := maxSortKey
		for !utf8.RuneStart(f[n]) {
			n--
		}
		f = f[:n]
	}
	b := make([]byte, 0, 1+len(f))
	return append(append(b, 1), f...)
}

// TimeKey returns the sort key of a time.
func TimeKey(t time.Time) []byte {
	return binary.BigEndian.AppendUint64(make([]byte, 0, 8), uint64(max(t.UnixMicro(), 0)))
}

// sortKeys returns the keys in the order of Sorts.
func sortKeys(c *Contact, n foldedNames) [6][]byte {
	name := n.display
	if name == "" {
		name = joined(n.first, n.last)
	}
	if name == "" {
		name = Fold(c.Name()) // an address or a number
	}
	return [6][]byte{
		TextKey(name),
		TextKey(joined(n.last, n.first)),
		TextKey(n.company),
		TextKey(Fold(c.Email)),
		TimeKey(c.CreatedAt),
		TimeKey(c.UpdatedAt),
	}
}

func facets(c *Contact) []string {
	fs := make([]string, 0, 8+2*len(c.Custom))
	fs = append(fs,
		boolFacet("active", c.Active),
		"status="+FacetValue(c.Status),
		"kind="+string(c.Kind),
		"company="+string(c.CompanyID),
		"owner="+c.Owner,
		"login="+string(c.LoginSource),
		boolFacet("portal", c.PortalAccess),
		"source="+string(c.Source),
	)
	for _, key := range slices.Sorted(maps.Keys(c.Custom)) {
		if v := c.Custom[key]; v != "" {
			fs = append(fs, customSet(key), customFacet(key, v))
		}
	}
	return fs
}

func boolFacet(name string, b bool) string {
	if b {
		return name + "=1"
	}
	return name + "=0"
}

func customFacet(key, value string) string { return "custom." + key + "=" + FacetValue(value) }

// customSet is the facet of contacts that have any value in the field.
func customSet(key string) string { return "custom." + key + "?" }

// FacetValue folds a value, and puts a hash in place of a long one.
func FacetValue(s string) string {
	f := Fold(s)
	if len(f) <= 200 {
		return f
	}
	h := sha256.Sum256([]byte(f))
	return "#" + hex.EncodeToString(h[:])
}

func lookupKeys(c *Contact, main EmailAddress, labelled []EmailAddress) []Key {
	ks := make([]Key, 0, 4)
	add := func(kind KeyKind, value string) {
		if k := (Key{kind, value}); value != "" && !slices.Contains(ks, k) {
			ks = append(ks, k)
		}
	}
	add(KeyEmail, main.Key)
	for _, e := range labelled {
		add(KeyEmail, e.Key)
	}
	for _, p := range c.Phones {
		add(KeyPhone, p.E164)
	}
	for _, source := range slices.Sorted(maps.Keys(c.External)) {
		add(KeyExternal, ExternalKey(source, c.External[source]).Value)
	}
	return ks
}

// nameKeys returns by which names within its company a contact is found: first
// and last name, and the display name where that is another. The company stands
// in it by its id, which a new name does not change.
func nameKeys(n foldedNames, company desk.CompanyID) []Key {
	if company == "" {
		return nil
	}
	var ks []Key
	names := joined(n.first, n.last)
	for _, name := range [...]string{names, n.display} {
		if name != "" && (len(ks) == 0 || name != names) {
			sum := sha256.Sum256([]byte(name + "\x00" + string(company)))
			ks = append(ks, Key{KeyName, base64.RawURLEncoding.EncodeToString(sum[:12])})
		}
	}
	return ks
}

// ExternalKey returns what a contact is looked up by for the host's own key in
// a source.
func ExternalKey(source, key string) Key { return Key{KeyExternal, source + ":" + key} }
