package contacts

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/matryer/is"

	"github.com/deskfolk/desk"
)

func TestQueryInURL(t *testing.T) {
	t.Parallel()
	yes, no := true, false
	ids := desk.NewIDs(nil, nil)
	id, err := ids.New("contact")
	is.New(t).NoErr(err)
	company, err := ids.New("company")
	is.New(t).NoErr(err)
	for _, q := range []Query{
		{},
		{Text: "ana díaz & söhne", Sort: SortEmail, Desc: true, Count: true},
		{Filter: Filter{
			Active: &yes, PortalAccess: &no, Statuses: []string{"open", "späh,er", ""}, Kinds: []Kind{Vendor, Other},
			Companies: []desk.CompanyID{desk.CompanyID(company)}, NoCompany: true, Owners: []string{"m1", ""}, LoginSources: []LoginSource{Mobile},
			Sources: []Source{ByImport}, Custom: map[string]string{"tier": "gold", "unset": ""},
			CreatedFrom: time.Date(2026, 1, 2, 3, 4, 5, 6000, time.UTC), CreatedUntil: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
			UpdatedFrom: time.Date(2026, 1, 2, 0, 0, 0, 0, time.UTC), UpdatedUntil: time.Date(2026, 1, 3, 0, 0, 0, 0, time.UTC),
			IDs: []desk.ContactID{desk.ContactID(id)}, Binned: true,
		}},
	} {
		v, err := url.ParseQuery(q.Values().Encode())
		is.New(t).NoErr(err)
		got, err := ParseQuery(v)
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff(q, got); d != "" {
			t.Error(d)
		}
	}
}

func TestFormsSendEmptyValues(t *testing.T) {
	t.Parallel()
	v := url.Values{"cursor": {"x"}, "page": {"2"}}
	for _, n := range FilterNames {
		v.Set(n, "")
	}
	v.Set("custom.tier", "")
	f, err := ParseFilter(v)
	is.New(t).NoErr(err)
	if d := cmp.Diff(Filter{}, f); d != "" {
		t.Error(d)
	}
	f, err = ParseFilter(url.Values{"created_from": {"2026-03-01"}})
	is.New(t).NoErr(err)
	is.New(t).Equal(f.CreatedFrom, time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC))
}

func TestBadFilters(t *testing.T) {
	t.Parallel()
	for _, s := range []string{
		"active=perhaps", "kind=king", "login=x", "source=x", "company=company_1", "company='", "id=1", "created_from=yesterday", "created_from=99999-01-01",
		"custom.a'b=1", "custom.=1", "custom.A=1", "unset=email", "binned=2", "sort=password", "sort=name;drop", "desc=x", "status=%00", "status=%ff",
		"owner=%00", "text=%ff", "unset=custom.%27", "status=" + strings.Repeat("x", 300), "portal=--",
	} {
		v, err := url.ParseQuery(s)
		if err != nil {
			continue // not the query of a URL
		}
		if _, err := ParseQuery(v); desk.KindOf(err) != desk.Invalid || desk.FieldOf(err) == "" {
			t.Errorf("%s: %v", s, err)
		}
	}
}

func FuzzParseQuery(f *testing.F) {
	f.Add("text=a&sort=name&custom.tier=1&unset=status&created_from=2026-01-01")
	f.Fuzz(func(t *testing.T, s string) {
		v, err := url.ParseQuery(s)
		if err != nil {
			return
		}
		q, err := ParseQuery(v)
		if err != nil {
			return
		}
		again, err := ParseQuery(q.Values())
		if err != nil || cmp.Diff(q.Values(), again.Values()) != "" {
			t.Fatalf("%q is written as %v and read as %v, %v", s, q.Values(), again.Values(), err)
		}
	})
}
