package contacts

import (
	"time"

	"github.com/deskfolk/desk"
)

// Contact is a person the workspace helps.
type Contact struct {
	ID desk.ContactID
	// Version counts the changes; an update names the version it was made on.
	Version int64
	State   State

	FirstName   string
	LastName    string
	DisplayName string

	// Email is the main address, as entered; the only one that signs in.
	// It is unique among the workspace's live contacts.
	Email string
	// Emails are further addresses with labels. They are searched and they
	// recognise inbound mail, but never sign in.
	Emails []Email
	// Phones are kept as typed; at most one is primary.
	Phones []Phone

	// CompanyID and Company are the company the contact belongs to, and its name.
	CompanyID desk.CompanyID
	Company   string
	// LockedToCompany keeps helpdesk agents from moving the contact to another
	// company. It is set when the contact is made from the company's page.
	LockedToCompany bool
	JobTitle        string
	Division        string
	Address         Address

	Notes  string
	Active bool
	Kind   Kind
	Status string
	// MarketingOptOut keeps the contact out of marketing messages.
	MarketingOptOut bool
	// Owner is the id of the member who owns the contact.
	Owner string

	// TimeZone is an IANA name ("Europe/Berlin"); Language a BCP 47 tag ("de-CH").
	TimeZone string
	Language string
	// DoNotCall forbids calls at any hour. CallHours are the contact's own
	// hours; zero means the workspace's.
	DoNotCall bool
	CallHours CallHours

	// PortalAccess says that the contact may use the customer portal, if the
	// workspace has one.
	PortalAccess bool
	LoginSource  LoginSource

	// Custom holds the values of the workspace's custom fields by their keys:
	// text, number (in its shortest decimal form), "true" or "false", a date
	// ("2006-01-02"), or one of the choices.
	Custom map[string]string
	// External holds the host's own keys for this contact by their source;
	// a key is unique per source.
	External map[string]string
	// Provenance says where the value of each field came from.
	Provenance map[string]Provenance

	// Source says how the contact came to be.
	Source    Source
	CreatedAt time.Time
	CreatedBy string
	UpdatedAt time.Time
	// DeletedAt is when the contact was put into the bin; zero for a live one.
	DeletedAt time.Time
	// MergedInto is the surviving contact of an archived duplicate.
	MergedInto desk.ContactID
}

// State says where a contact is in its life.
type State int

// The states of a contact.
const (
	// Live contacts are listed and found.
	Live State = iota
	// Binned contacts wait in the recycle bin for 60 days.
	Binned
	// Archived contacts were merged into another, to which their id resolves.
	Archived
)

// Kind is what the contact is to the workspace.
type Kind string

// The kinds of contacts.
const (
	Customer   Kind = "customer"
	Contractor Kind = "contractor"
	Vendor     Kind = "vendor"
	Partner    Kind = "partner"
	Other      Kind = "other"
)

// Kinds lists the kinds of contacts in the order in which they are offered.
var Kinds = []Kind{Customer, Contractor, Vendor, Partner, Other}

// Source says by which way a contact, or one value, came in.
type Source string

// The sources.
const (
	ByPerson Source = "person"
	ByImport Source = "import"
	BySync   Source = "sync"
	ByPortal Source = "portal"
	ByEmail  Source = "email"
	ByAPI    Source = "api"
)

// Sources lists the sources in the order in which they are offered.
var Sources = []Source{ByPerson, ByImport, BySync, ByPortal, ByEmail, ByAPI}

// LoginSource says through which channels a contact has signed in.
type LoginSource string

// The login sources.
const (
	NotInstalled LoginSource = "not_installed"
	Web          LoginSource = "web"
	Mobile       LoginSource = "mobile"
	WebAndMobile LoginSource = "web_and_mobile"
)

// LoginSources lists the login sources in the order in which they are offered.
var LoginSources = []LoginSource{Web, Mobile, WebAndMobile, NotInstalled}

// Email is a labelled address.
type Email struct {
	Label string `json:"label"`
	Value string `json:"value"`
}

// Phone is a labelled number. Value is as typed; E164 is the number in the
// form of ITU-T E.164 with its "+", or empty when the text is no valid number
// for the workspace's region.
type Phone struct {
	Label   string `json:"label"`
	Value   string `json:"value"`
	E164    string `json:"e164"`
	Primary bool   `json:"primary"`
}

// Address is a postal address. Street may have several lines; Country is an
// ISO 3166-1 alpha-2 code in capitals.
type Address struct {
	Street     string
	City       string
	Region     string
	PostalCode string
	Country    string
}

// CallHours is a span of local time in which a contact may be called, in
// minutes after midnight. The zero value stands for the workspace's own hours.
type CallHours struct {
	From  int `json:"from"`
	Until int `json:"until"`
}

// Provenance says where one value came from.
type Provenance struct {
	Source Source `json:"source"`
	// By is the id of the member, import or connection.
	By string    `json:"by,omitempty"`
	At time.Time `json:"at"`
	// Pinned keeps a value against imports and directory sync.
	Pinned bool `json:"pinned,omitempty"`
}

// Name returns what the contact is called: the display name, else first and
// last name, else the main or first labelled address, else the first phone.
func (c *Contact) Name() string {
	switch {
	case c.DisplayName != "":
		return c.DisplayName
	case c.FirstName != "" && c.LastName != "":
		return c.FirstName + " " + c.LastName
	case c.FirstName != "":
		return c.FirstName
	case c.LastName != "":
		return c.LastName
	case c.Email != "":
		return c.Email
	case len(c.Emails) > 0:
		return c.Emails[0].Value
	case len(c.Phones) > 0:
		return c.Phones[0].Value
	}
	return ""
}

// Phone returns the primary phone, else the first, else the zero value.
func (c *Contact) Phone() Phone {
	for _, p := range c.Phones {
		if p.Primary {
			return p
		}
	}
	if len(c.Phones) > 0 {
		return c.Phones[0]
	}
	return Phone{}
}
