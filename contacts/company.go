package contacts

import (
	"time"

	"github.com/deskfolk/desk"
)

// Company is an organisation that contacts belong to (the workspace's
// customer). Names are unique per workspace, without case and accents.
type Company struct {
	ID      desk.CompanyID
	Version int64
	Name    string
	// Domains are the email domains whose new senders are linked to the
	// company. Free-mail domains are refused.
	Domains   []string
	CreatedAt time.Time
	UpdatedAt time.Time
	// Contacts is the number of its live contacts; lists and GetCompany fill it.
	Contacts int
}

// CompanyPatch changes the fields that are not nil.
type CompanyPatch struct {
	Name    *string
	Domains *[]string
}

// CompanyRecord is a company as the store writes it.
type CompanyRecord struct {
	Company Company
	// NameKey is the folded name, unique per workspace.
	NameKey string
	Text    []Line
	SortKey []byte
}

// CompanyFind asks the store for companies by name.
type CompanyFind struct {
	Terms         [][]Needle
	After, Before *Position
	Limit         int
	Count         bool
}

// CompaniesFound is what the store found.
type CompaniesFound struct {
	Companies  []Company
	Positions  []Position
	More       bool
	Count      int
	CountAbout bool
}

// CompanyList is one page of companies.
type CompanyList struct {
	Companies  []Company
	Next, Prev desk.Cursor
	Count      int
	CountAbout bool
}
