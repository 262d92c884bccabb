package contacts

// Required says which names a contact must have.
type Required string

// The rules about names.
const (
	// AnyIdentifier: a name, an address, a phone or an external id; one is enough.
	AnyIdentifier Required = "any"
	// LastName: the last name.
	LastName Required = "last_name"
	// FirstAndLastName: both.
	FirstAndLastName Required = "first_and_last_name"
)

// Settings are a workspace's choices about contacts. The zero value, with
// Version 0, stands for the defaults.
type Settings struct {
	Version int64 `json:"-"`
	// Required is empty for AnyIdentifier.
	Required Required `json:"required,omitempty"`
	// Region is the ISO 3166-1 country that national phone numbers are read
	// in; empty: they are kept as typed and have no E.164.
	Region string `json:"region,omitempty"`
	// AllowImport is the team switch "allow bulk contact import".
	AllowImport bool `json:"allow_import,omitempty"`
	// SkipAccessLog turns off the compliance event for each opened profile.
	SkipAccessLog bool `json:"skip_access_log,omitempty"`
	// CallHours are the hours for calls; zero is 08:00 to 21:00.
	CallHours CallHours `json:"call_hours,omitzero"`
	// TimeZone is used for contacts that have none of their own; empty: UTC.
	TimeZone string `json:"time_zone,omitempty"`
}

// FieldType is the type of a custom field.
type FieldType string

// The types of custom fields.
const (
	TextField   FieldType = "text"
	NumberField FieldType = "number"
	BoolField   FieldType = "bool"
	DateField   FieldType = "date"
	ChoiceField FieldType = "choice"
)

// FieldDef defines a custom field of a workspace's contacts. At most 50 per
// workspace.
type FieldDef struct {
	// Key names the field in queries, imports and exports: 1 to 40 of a-z, 0-9
	// and _, beginning with a letter. It cannot be changed.
	Key   string    `json:"key"`
	Label string    `json:"label"`
	Type  FieldType `json:"type"`
	// Choices are the allowed values of a ChoiceField.
	Choices []string `json:"choices,omitempty"`
	// Searchable text is found by List; at most 10 fields of a workspace.
	Searchable bool `json:"searchable,omitempty"`
	Position   int  `json:"position,omitempty"`
}
