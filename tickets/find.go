package tickets

import (
	"net/url"
	"slices"
	"strconv"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Sort names the order of a list. Equal keys are ordered by id.
type Sort string

// The orders of tickets.
const (
	SortUpdated  Sort = "updated"
	SortCreated  Sort = "created"
	SortNumber   Sort = "number"
	SortPriority Sort = "priority" // by rank
	SortSubject  Sort = "subject"
	SortStatus   Sort = "status" // by key
)

// Sorts lists the orders, in the order of [Index.Sort].
var Sorts = []Sort{SortUpdated, SortCreated, SortNumber, SortPriority, SortSubject, SortStatus}

// Query is what a list of tickets is asked for. The zero value lists all live
// tickets, the last changed first.
type Query struct {
	Filter Filter
	// Sort is the order; empty: SortUpdated, descending whatever Desc says.
	Sort Sort
	Desc bool
}

// Filter limits a list. Zero fields do not limit. [Query.Values] and
// [ParseQuery] write it to and read it from a URL's query.
type Filter struct {
	// Text is what a person typed: words in any order, each any part of a word
	// in the subject or in the name or address of someone who takes part, or
	// the ticket's number. Case and accents do not matter. At most 200
	// characters and 12 words. Names and addresses are not looked for by
	// contacts, nor by members from whom they are hidden.
	Text       string
	Statuses   []string // any of, as in all lists here
	Priorities []string
	Categories []string // "" is none
	Assignees  []string
	Unassigned bool
	Open       *bool
	Companies  []desk.CompanyID
	NoCompany  bool
	// Contact limits the list to tickets in which the contact takes part, in
	// any role; Requester to those that it asks.
	Contact, Requester desk.ContactID
	Channels           []Channel
	// From is in, Until is out.
	CreatedFrom, CreatedUntil time.Time
	UpdatedFrom, UpdatedUntil time.Time
	// Binned lists the recycle bin instead of the live tickets.
	Binned bool
}

// List is one page of tickets.
type List struct {
	Tickets    []Ticket
	Next, Prev desk.Cursor
	// Count is the number of all that match. It is exact unless CountAbout is
	// set; see contacts.List.
	Count      int
	CountAbout bool
}

// maxFilterValues is how many values a filter has of each kind.
const maxFilterValues = 50

// FilterNames lists the names that [Query.Values] writes for the filter.
var FilterNames = []string{
	"text", "status", "priority", "category", "no_category", "assignee", "unassigned", "open", "company", "no_company", "contact", "requester", "channel",
	"created_from", "created_until", "updated_from", "updated_until", "binned",
}

// lists are the filter's lists of texts by their names in a URL.
func (f *Filter) lists() map[string]*[]string {
	return map[string]*[]string{"status": &f.Statuses, "priority": &f.Priorities, "category": &f.Categories, "assignee": &f.Assignees}
}

func (f *Filter) flags() map[string]*bool {
	return map[string]*bool{"unassigned": &f.Unassigned, "no_company": &f.NoCompany, "binned": &f.Binned}
}

func (f *Filter) times() map[string]*time.Time {
	return map[string]*time.Time{
		"created_from": &f.CreatedFrom, "created_until": &f.CreatedUntil, "updated_from": &f.UpdatedFrom, "updated_until": &f.UpdatedUntil,
	}
}

// Values writes the query as that of a URL. Times are in RFC 3339.
func (q Query) Values() url.Values {
	v := url.Values{}
	set := func(name, value string) {
		if value != "" {
			v.Set(name, value)
		}
	}
	f := &q.Filter
	set("text", f.Text)
	for name, list := range f.lists() {
		for _, s := range *list {
			if s == "" {
				v.Set("no_"+name, "1")
				continue
			}
			v.Add(name, s)
		}
	}
	f.setFlags(v)
	if f.Open != nil {
		v.Set("open", map[bool]string{true: "1", false: "0"}[*f.Open])
	}
	for _, c := range f.Companies {
		v.Add("company", string(c))
	}
	for _, c := range f.Channels {
		v.Add("channel", string(c))
	}
	set("contact", string(f.Contact))
	set("requester", string(f.Requester))
	for name, at := range f.times() {
		if !at.IsZero() {
			v.Set(name, at.UTC().Format(time.RFC3339Nano))
		}
	}
	set("sort", string(q.Sort))
	if q.Desc {
		v.Set("desc", "1")
	}
	return v
}

func (f *Filter) setFlags(v url.Values) {
	for name, flag := range f.flags() {
		if *flag {
			v.Set(name, "1")
		}
	}
}

// ParseQuery reads what [Query.Values] writes. Names that are not its own are
// passed over, and empty values limit nothing, as forms send them.
func ParseQuery(v url.Values) (Query, error) {
	q := Query{Sort: Sort(v.Get("sort"))}
	f := &q.Filter
	f.Text, f.Contact, f.Requester = v.Get("text"), desk.ContactID(v.Get("contact")), desk.ContactID(v.Get("requester"))
	for name, list := range f.lists() {
		*list = nonEmpty(v[name])
	}
	for _, s := range nonEmpty(v["company"]) {
		f.Companies = append(f.Companies, desk.CompanyID(s))
	}
	for _, s := range nonEmpty(v["channel"]) {
		f.Channels = append(f.Channels, Channel(s))
	}
	if err := q.readFlags(v); err != nil {
		return Query{}, err
	}
	var err error
	if f.Open, err = contacts.ReadFlag(v, "open"); err != nil {
		return Query{}, err
	}
	for name, to := range f.times() {
		if *to, err = contacts.ReadTime(v, name); err != nil {
			return Query{}, err
		}
	}
	return q, q.check()
}

func (q *Query) readFlags(v url.Values) error {
	none := false
	flags := q.Filter.flags()
	flags["no_category"], flags["desc"] = &none, &q.Desc
	for name, to := range flags {
		b, err := contacts.ReadFlag(v, name)
		if err != nil {
			return err
		}
		*to = b != nil && *b
	}
	if none {
		q.Filter.Categories = append(q.Filter.Categories, "")
	}
	return nil
}

// nonEmpty returns the values that are not empty.
func nonEmpty(values []string) []string {
	values = slices.DeleteFunc(slices.Clone(values), func(s string) bool { return s == "" })
	if len(values) == 0 {
		return nil
	}
	return values
}

// check checks a query's values without the workspace's settings.
func (q *Query) check() error {
	f := &q.Filter
	if q.Sort != "" && !slices.Contains(Sorts, q.Sort) {
		return invalid("sort", "There is no such order.")
	}
	for name, list := range f.lists() {
		if len(*list) > maxFilterValues {
			return invalid(name, "A filter has at most %d values of each kind.", maxFilterValues)
		}
		for _, s := range *list {
			if err := desk.CheckText(name, s, maxMember, false); err != nil {
				return err
			}
		}
	}
	if len(f.Companies) > maxFilterValues || len(f.Channels) > maxFilterValues {
		return invalid("filter", "A filter has at most %d values of each kind.", maxFilterValues)
	}
	for _, c := range f.Companies {
		if !desk.IsID("company", string(c)) {
			return invalid("company", "This is not the id of a company.")
		}
	}
	for _, c := range f.Channels {
		if !slices.Contains(Channels, c) {
			return invalid("channel", "There is no such channel.")
		}
	}
	for name, c := range map[string]desk.ContactID{"contact": f.Contact, "requester": f.Requester} {
		if c != "" && !desk.IsID("contact", string(c)) {
			return invalid(name, "This is not the id of a contact.")
		}
	}
	_, err := contacts.Words(f.Text)
	return err
}

// find makes of a query what the store gets, limited to what the actor sees.
func (v viewer) find(q Query) (Find, error) {
	f := Find{Sort: q.Sort, Desc: q.Desc, Count: true}
	if err := q.check(); err != nil {
		return f, err
	}
	if q.Sort == "" {
		f.Sort, f.Desc = SortUpdated, true
	}
	state := Live
	if q.Filter.Binned {
		if v.Kind == desk.ContactActor || !v.seesBin() {
			return f, denied("You may not see the recycle bin.")
		}
		state = Binned
	}
	f.Facets = append(f.Facets, []string{stateFacet(state)})
	v.filter(&q.Filter, &f)
	words, err := contacts.Words(q.Filter.Text)
	if err != nil {
		return f, err
	}
	f.Terms = contacts.Terms(words, v.classes())
	v.limit(&f)
	return f, nil
}

// limit limits a query to what the actor sees: the rule of sees as conditions.
func (v viewer) limit(f *Find) {
	switch {
	case v.Kind == desk.ContactActor:
		f.Facets = append(f.Facets, []string{seesFacet(v.ID)})
	case !v.May(MayView):
		f.Facets = append(f.Facets, []string{"assignee=" + v.ID})
	}
}

// classes are the classes of text that the actor may search.
func (v viewer) classes() []contacts.Class {
	cs := []contacts.Class{ClassSubject, ClassNumber}
	if !v.seesInternal() {
		return cs
	}
	for _, c := range contacts.SearchClasses(v.Actor) {
		if c == contacts.ClassName || c == contacts.ClassEmail {
			cs = append(cs, c)
		}
	}
	return cs
}

func (v viewer) filter(q *Filter, f *Find) {
	either := func(name string, values ...string) {
		if len(values) == 0 {
			return
		}
		fs := make([]string, len(values))
		for i, s := range values {
			fs[i] = name + "=" + s
		}
		f.Facets = append(f.Facets, fs)
	}
	either("status", q.Statuses...)
	either("priority", q.Priorities...)
	either("category", q.Categories...)
	assignees := q.Assignees
	if q.Unassigned {
		assignees = append(slices.Clip(assignees), "")
	}
	either("assignee", assignees...)
	companies := plain(q.Companies)
	if q.NoCompany {
		companies = append(companies, "")
	}
	either("company", companies...)
	either("channel", plain(q.Channels)...)
	if q.Open != nil {
		either("open", strconv.Itoa(map[bool]int{true: 1}[*q.Open]))
	}
	if q.Requester != "" {
		either("requester", string(q.Requester))
	}
	switch {
	case q.Contact != "" && v.seesInternal():
		either("contact", string(q.Contact))
	case q.Contact != "": // who is pending is not for contacts to know
		f.Facets = append(f.Facets, []string{seesFacet(q.Contact)})
	}
	between(f, SortCreated, q.CreatedFrom, q.CreatedUntil)
	between(f, SortUpdated, q.UpdatedFrom, q.UpdatedUntil)
}

func plain[T ~string](values []T) []string {
	out := make([]string, len(values))
	for i, s := range values {
		out[i] = string(s)
	}
	return out
}

func between(f *Find, by Sort, from, until time.Time) {
	r := Range{By: by}
	if !from.IsZero() {
		r.From = contacts.TimeKey(from)
	}
	if !until.IsZero() {
		r.Until = contacts.TimeKey(until)
	}
	if r.From != nil || r.Until != nil {
		f.Ranges = append(f.Ranges, r)
	}
}
