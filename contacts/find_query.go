package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// maxFilterIDs is how many contacts a filter can name.
const maxFilterIDs = 1000

// find makes of a query what the store gets. It checks that the actor may use
// everything the query names.
func (s *Service) find(ctx context.Context, r Reader, a desk.Actor, q Query) (Find, error) {
	f := Find{Sort: q.Sort, Desc: q.Desc, Count: q.Count}
	if q.Filter.Binned {
		if !seesBin(a) {
			return f, denied("You may not see the recycle bin.")
		}
		f.State = Binned
	}
	if err := sortFor(a, &f); err != nil {
		return f, err
	}
	rules := s.rules(r, a)
	if err := filterFind(ctx, a, rules, q.Filter, &f); err != nil {
		return f, err
	}
	if err := textFind(ctx, a, rules, q.Text, &f); err != nil {
		return f, err
	}
	limitFind(a, &f)
	return f, nil
}

// sortFields are the fields that an order shows something of.
var sortFields = map[Sort][]field{
	SortName:     {fFirstName, fLastName, fDisplayName},
	SortLastName: {fLastName, fFirstName},
	SortCompany:  {fCompany},
	SortEmail:    {fEmail},
	SortCreated:  {fCreatedAt},
	SortUpdated:  {fUpdatedAt},
}

// sortFor sets and checks the order. Without one it is the name, or, for an
// actor that does not see names, the time of creation.
func sortFor(a desk.Actor, f *Find) error {
	if f.Sort == "" {
		f.Sort = SortName
		if _, bad := hiddenOf(a, sortFields[SortName]); bad {
			f.Sort = SortCreated
		}
		return nil
	}
	fields, ok := sortFields[f.Sort]
	if !ok {
		return invalid("sort", "There is no such order.")
	}
	if h, bad := hiddenOf(a, fields); bad {
		return restricted(fieldTable[h].name, desk.Hidden)
	}
	return nil
}

func hiddenOf(a desk.Actor, fs []field) (field, bool) {
	for _, f := range fs {
		if accessTo(a, f) == desk.Hidden {
			return f, true
		}
	}
	return 0, false
}

func textFind(ctx context.Context, a desk.Actor, r *rules, text string, f *Find) error {
	words, err := Words(text)
	if err != nil || len(words) == 0 {
		return err
	}
	defs, err := r.fields(ctx)
	if err != nil {
		return err
	}
	classes := searchClasses(a, defs)
	phones := slices.Contains(classes, ClassPhone)
	region := ""
	if phones && slices.ContainsFunc(words, looksLikePhone) {
		set, err := r.set(ctx)
		if err != nil {
			return err
		}
		region = set.Region
	}
	f.Terms = terms(words, classes, phones, region)
	return nil
}

// conditions collects the facets of a filter, and the first thing wrong with it.
type conditions struct {
	a   desk.Actor
	f   *Find
	err error
}

// any asks for one of the facets.
func (c *conditions) any(f field, facets ...string) {
	if len(facets) == 0 || c.err != nil {
		return
	}
	if accessTo(c.a, f) == desk.Hidden {
		c.err = restricted(fieldTable[f].name, desk.Hidden)
		return
	}
	c.f.Facets = append(c.f.Facets, facets)
}

func (c *conditions) between(f field, by Sort, from, until time.Time) {
	if from.IsZero() && until.IsZero() || c.err != nil {
		return
	}
	if accessTo(c.a, f) == desk.Hidden {
		c.err = restricted(fieldTable[f].name, desk.Hidden)
		return
	}
	r := Range{By: by}
	if !from.IsZero() {
		r.From = TimeKey(from)
	}
	if !until.IsZero() {
		r.Until = TimeKey(until)
	}
	c.f.Ranges = append(c.f.Ranges, r)
}

func filterFind(ctx context.Context, a desk.Actor, r *rules, q Filter, f *Find) error {
	if err := q.check(); err != nil {
		return err
	}
	c := &conditions{a: a, f: f}
	if q.Active != nil {
		c.any(fActive, boolFacet("active", *q.Active))
	}
	if q.PortalAccess != nil {
		c.any(fPortal, boolFacet("portal", *q.PortalAccess))
	}
	c.any(fStatus, facetsOf("status", q.Statuses, FacetValue)...)
	c.any(fKind, facetsOf("kind", q.Kinds, func(k Kind) string { return string(k) })...)
	companies := facetsOf("company", q.Companies, func(id desk.CompanyID) string { return string(id) })
	if q.NoCompany {
		companies = append(companies, "company=")
	}
	c.any(fCompany, companies...)
	c.any(fOwner, facetsOf("owner", q.Owners, func(s string) string { return s })...)
	c.any(fLogin, facetsOf("login", q.LoginSources, func(l LoginSource) string { return string(l) })...)
	c.any(fSource, facetsOf("source", q.Sources, func(s Source) string { return string(s) })...)
	c.between(fCreatedAt, SortCreated, q.CreatedFrom, q.CreatedUntil)
	c.between(fUpdatedAt, SortUpdated, q.UpdatedFrom, q.UpdatedUntil)
	if q.IDs != nil {
		f.IDs = make([]string, len(q.IDs))
		for i, id := range q.IDs {
			f.IDs[i] = string(id)
		}
	}
	if c.err != nil {
		return c.err
	}
	return customFind(ctx, a, r, q.Custom, f)
}

func facetsOf[T any](name string, values []T, text func(T) string) []string {
	fs := make([]string, len(values))
	for i, v := range values {
		fs[i] = name + "=" + text(v)
	}
	return fs
}

func customFind(ctx context.Context, a desk.Actor, r *rules, values map[string]string, f *Find) error {
	if len(values) == 0 {
		return nil
	}
	defs, err := r.fields(ctx)
	if err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if a.Access("contact.custom."+key) == desk.Hidden {
			return restricted("custom."+key, desk.Hidden)
		}
		v, err := cleanCustom(defs, key, values[key])
		if err != nil {
			return err
		}
		if v == "" {
			f.None = append(f.None, customSet(key))
			continue
		}
		f.Facets = append(f.Facets, []string{customFacet(key, v)})
	}
	return nil
}

// check checks a filter's values without the workspace's definitions.
func (f *Filter) check() error {
	for _, k := range f.Kinds {
		if !slices.Contains(Kinds, k) {
			return invalid("kind", "There is no such kind.")
		}
	}
	for _, l := range f.LoginSources {
		if !slices.Contains(LoginSources, l) {
			return invalid("login", "There is no such login source.")
		}
	}
	for _, s := range f.Sources {
		if !slices.Contains(Sources, s) {
			return invalid("source", "There is no such source.")
		}
	}
	for _, id := range f.Companies {
		if !desk.IsID("company", string(id)) {
			return invalid("company", "This is not the id of a company.")
		}
	}
	if len(f.IDs) > maxFilterIDs {
		return invalid("id", "A list can be limited to at most %d contacts.", maxFilterIDs)
	}
	for _, id := range f.IDs {
		if !desk.IsID("contact", string(id)) {
			return invalid("id", "This is not the id of a contact.")
		}
	}
	return f.checkTexts()
}

func (f *Filter) checkTexts() error {
	if len(f.Statuses) > maxList || len(f.Owners) > maxList || len(f.Companies) > maxList || len(f.Custom) > maxFields {
		return invalid("filter", "A filter has at most %d values of each kind.", maxList)
	}
	for _, s := range f.Statuses {
		if err := desk.CheckText("status", s, maxText, false); err != nil {
			return err
		}
	}
	for _, o := range f.Owners {
		if err := desk.CheckText("owner", o, maxOwner, false); err != nil {
			return err
		}
	}
	return nil
}
