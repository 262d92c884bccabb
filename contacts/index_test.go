package contacts

import (
	"bytes"
	"sort"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"
	"pgregory.net/rapid"
)

func TestIndexIsOfTheContactAlone(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 3, 1, 12, 0, 0, 1000, time.UTC)
	c := Contact{
		FirstName: "Ana", LastName: "Díaz", Email: "Ana@Example.com", Emails: []Email{{"x", "b@example.com"}},
		Phones: []Phone{{Value: "+49 30 901820", E164: "+4930901820"}}, CompanyID: "company_1", Company: "Acme",
		Active: true, Kind: Customer, Status: "Öpen", Owner: "Me", LoginSource: Web, Source: ByPerson,
		Custom: map[string]string{"tier": "Gold"}, External: map[string]string{"crm": "7:1"}, CreatedAt: at, UpdatedAt: at,
	}
	got := record(c)
	want := Index{
		Text: []Line{{"n", "ana diaz"}, {"c", "acme"}, {"e", "ana@example.com b@example.com"}, {"p", "4930901820 +4930901820"}, {"x.tier", "gold"}},
		Sort: [6][]byte{
			[]byte("\x01ana diaz"), []byte("\x01diaz ana"), []byte("\x01acme"), []byte("\x01ana@example.com"), TimeKey(at), TimeKey(at),
		},
		Facets: []string{
			"active=1", "status=open", "kind=customer", "company=company_1", "owner=Me", "login=web", "portal=0", "source=person",
			"custom.tier?", "custom.tier=gold",
		},
		Keys: []Key{{KeyEmail, "ana@example.com"}, {KeyEmail, "b@example.com"}, {KeyPhone, "+4930901820"}, {KeyExternal, "crm:7:1"}, nameKeys(foldedNames{first: "ana", last: "diaz"}, "company_1")[0]},
	}
	if d := cmp.Diff(want, got.Index); d != "" {
		t.Error(d)
	}
	is.New(t).Equal(got.EmailKey, "ana@example.com")
}

func TestSortKeys(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	names := []string{"", "Zoë", "anna", "Ärger", "Bob", "王", "Łukasz", "'x"}
	sort.Slice(names, func(i, j int) bool { return bytes.Compare(TextKey(Fold(names[i])), TextKey(Fold(names[j]))) < 0 })
	is.Equal(names, []string{"'x", "anna", "Ärger", "Bob", "Łukasz", "Zoë", "王", ""})
	is.True(bytes.Compare(TimeKey(time.Unix(1, 0)), TimeKey(time.Unix(2, 0))) < 0)
	is.Equal(TimeKey(time.Time{}), make([]byte, 8))
	rapid.Check(t, func(t *rapid.T) {
		s := strings.Repeat(rapid.String().Draw(t, "s"), 10)
		k := TextKey(Fold(s))
		if len(k) > 1+maxSortKey || bytes.IndexByte(k, 0) >= 0 || !utf8.Valid(k) {
			t.Fatalf("%q has the key %q", s, k)
		}
	})
}

func TestLongFacetsAreHashed(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	a, b := strings.Repeat("a", 1999)+"x", strings.Repeat("a", 1999)+"y"
	is.True(FacetValue(a) != FacetValue(b))
	is.True(len(FacetValue(a)) <= 200)
}
