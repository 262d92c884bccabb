package main

import (
	"context"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

func search(ctx context.Context, c *call) error {
	var sort, cursor string
	var desc bool
	var limit int
	filter := pairs{first: true}
	c.flags.Var(&filter, "filter", "`name=value`: "+strings.Join(contacts.FilterNames, ", ")+" or custom.KEY (can be given several times)")
	c.flags.StringVar(&sort, "sort", "name", "the order: name, last_name, company, email, created_at or updated_at")
	c.flags.BoolVar(&desc, "desc", false, "the other way round")
	c.flags.IntVar(&limit, "limit", 50, "how many contacts to show, 1 to 1000")
	c.flags.StringVar(&cursor, "cursor", "", "go on where an earlier search ended (its next)")
	if err := c.parse(1, 1); err != nil {
		return err
	}
	if limit < 1 || limit > desk.MaxPage {
		return wrongUse("--limit is 1 to %d.", desk.MaxPage)
	}
	if column, ok := strings.CutPrefix(sort, "-"); ok {
		sort, desc = column, true
	}
	if !slices.Contains(contacts.Sorts, contacts.Sort(sort)) {
		return wrongUse("there is no order %q.", sort)
	}
	q := contacts.Query{Text: c.args[0], Sort: contacts.Sort(sort), Desc: desc, Count: true}
	var err error
	if q.Filter, err = filter.filter(); err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	list, err := db.contacts.List(ctx, c.system(), q, desk.Page{Limit: limit, Cursor: desk.Cursor(cursor)})
	if err != nil {
		return err
	}
	if c.json {
		return printJSON(c.stdout, jsonList(list))
	}
	return printList(c, list)
}

// filter reads the pairs as a filter; names that are none are wrong use.
func (p *pairs) filter() (contacts.Filter, error) {
	values := url.Values{}
	for i, name := range p.names {
		if !slices.Contains(contacts.FilterNames, name) && !strings.HasPrefix(name, "custom.") {
			return contacts.Filter{}, wrongUse("there is no filter %q.", name)
		}
		values.Add(name, p.values[i])
	}
	f, err := contacts.ParseFilter(values)
	if err != nil {
		return f, wrongUse("%s", desk.MessageOf(err))
	}
	return f, nil
}

func printList(c *call, list contacts.List) error {
	w := tabwriter.NewWriter(c.stdout, 0, 4, 2, ' ', 0)
	for i := range list.Contacts {
		p := &list.Contacts[i]
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\n", plain(p.Name()), plain(p.Email), plain(p.Company), plain(p.Phone().Value))
	}
	if err := w.Flush(); err != nil {
		return err
	}
	fmt.Fprintf(c.stderr, "%d of %d contacts.\n", len(list.Contacts), list.Count)
	if list.Next != "" {
		fmt.Fprintf(c.stderr, "Go on with --cursor %s\n", list.Next)
	}
	return nil
}

// plain keeps what a terminal would obey out of a cell.
func plain(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' || r >= 0x7f && r < 0xa0 {
			return ' '
		}
		return r
	}, s)
}

// listed is a page of contacts as JSON.
type listed struct {
	Contacts []listedContact `json:"contacts"`
	Count    int             `json:"count"`
	Next     desk.Cursor     `json:"next"`
}

// listedContact is a contact as JSON, by the names of an export's columns.
type listedContact struct {
	ID              desk.ContactID    `json:"id"`
	ExternalID      string            `json:"external_id"`
	FirstName       string            `json:"first_name"`
	LastName        string            `json:"last_name"`
	DisplayName     string            `json:"display_name"`
	Email           string            `json:"email"`
	Emails          []listedValue     `json:"emails"`
	Phone           string            `json:"phone"`
	Phones          []listedValue     `json:"phones"`
	Company         string            `json:"company"`
	JobTitle        string            `json:"job_title"`
	Division        string            `json:"division"`
	Street          string            `json:"street"`
	City            string            `json:"city"`
	Region          string            `json:"region"`
	PostalCode      string            `json:"postal_code"`
	Country         string            `json:"country"`
	Kind            contacts.Kind     `json:"kind"`
	Status          string            `json:"status"`
	Active          bool              `json:"active"`
	MarketingOptOut bool              `json:"marketing_opt_out"`
	Owner           string            `json:"owner"`
	TimeZone        string            `json:"time_zone"`
	Language        string            `json:"language"`
	Notes           string            `json:"notes"`
	DoNotCall       bool              `json:"do_not_call"`
	PortalAccess    bool              `json:"portal_access"`
	Source          contacts.Source   `json:"source"`
	CreatedAt       time.Time         `json:"created_at"`
	UpdatedAt       time.Time         `json:"updated_at"`
	Version         int64             `json:"version"`
	Custom          map[string]string `json:"custom"`
}

// listedValue is an address or a number; e164 and primary are a number's.
type listedValue struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	E164    string `json:"e164"`
	Primary bool   `json:"primary"`
}

func jsonList(list contacts.List) listed {
	out := listed{Contacts: []listedContact{}, Count: list.Count, Next: list.Next}
	for i := range list.Contacts {
		out.Contacts = append(out.Contacts, jsonContact(&list.Contacts[i]))
	}
	return out
}

func jsonContact(c *contacts.Contact) listedContact {
	out := listedContact{
		ID: c.ID, ExternalID: c.External[importexport.ExternalSource],
		FirstName: c.FirstName, LastName: c.LastName, DisplayName: c.DisplayName,
		Email: c.Email, Emails: []listedValue{}, Phone: c.Phone().Value, Phones: []listedValue{},
		Company: c.Company, JobTitle: c.JobTitle, Division: c.Division,
		Street: c.Address.Street, City: c.Address.City, Region: c.Address.Region,
		PostalCode: c.Address.PostalCode, Country: c.Address.Country,
		Kind: c.Kind, Status: c.Status, Active: c.Active, MarketingOptOut: c.MarketingOptOut,
		Owner: c.Owner, TimeZone: c.TimeZone, Language: c.Language, Notes: c.Notes,
		DoNotCall: c.DoNotCall, PortalAccess: c.PortalAccess, Source: c.Source,
		CreatedAt: c.CreatedAt.UTC(), UpdatedAt: c.UpdatedAt.UTC(), Version: c.Version, Custom: c.Custom,
	}
	if out.Custom == nil {
		out.Custom = map[string]string{}
	}
	for _, e := range c.Emails {
		out.Emails = append(out.Emails, listedValue{Label: e.Label, Value: e.Value})
	}
	for _, p := range c.Phones {
		out.Phones = append(out.Phones, listedValue{p.Label, p.Value, p.E164, p.Primary})
	}
	return out
}
