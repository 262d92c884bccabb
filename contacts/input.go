package contacts

import "github.com/deskfolk/desk"

// NewContact is what a contact is made of. Every field may be empty, as long as the
// workspace's rule about names is met ([Settings.Required]).
//
// There is no way to set the id, the workspace, the author, the times or the
// version: they are the library's.
type NewContact struct {
	FirstName, LastName, DisplayName string
	Email                            string
	Emails                           []Email
	// Phones' E164 is computed; what is given there is not read.
	Phones []Phone

	// CompanyID names an existing company. CompanyName finds one by its name,
	// or makes it (the actor then needs MayModify). Give one of them at most.
	CompanyID   desk.CompanyID
	CompanyName string
	// LockedToCompany is for contacts made from the company's page.
	LockedToCompany bool
	JobTitle        string
	Division        string
	Address         Address

	Notes string
	// Inactive makes a contact that is not active.
	Inactive        bool
	Kind            Kind // empty: Customer
	Status          string
	MarketingOptOut bool
	Owner           string // empty: the actor, if it is a member
	TimeZone        string
	Language        string
	DoNotCall       bool
	CallHours       CallHours
	PortalAccess    bool
	Custom          map[string]string
	External        map[string]string

	Source Source // empty: ByPerson for members, ByAPI for others
	// Cause is kept with the event, such as an import's id.
	Cause string
}

// Patch changes the fields that are not nil. Lists are replaced whole; Custom
// and External change the keys they name, an empty value removes one.
type Patch struct {
	FirstName, LastName, DisplayName *string
	Email                            *string
	Emails                           *[]Email
	Phones                           *[]Phone
	// CompanyID pointing to "" takes the contact out of its company.
	CompanyID            *desk.CompanyID
	CompanyName          *string
	LockedToCompany      *bool
	JobTitle             *string
	Division             *string
	Street, City, Region *string
	PostalCode, Country  *string
	Notes                *string
	Active               *bool
	Kind                 *Kind
	Status               *string
	MarketingOptOut      *bool
	Owner                *string
	TimeZone             *string
	Language             *string
	DoNotCall            *bool
	CallHours            *CallHours
	PortalAccess         *bool
	Custom               map[string]string
	External             map[string]string

	// Pin and Unpin name fields whose values are kept against imports and sync, or no longer.
	Pin, Unpin []string

	// Source and Cause are kept as provenance and with the event; empty as in NewContact.
	Source Source
	Cause  string
}
