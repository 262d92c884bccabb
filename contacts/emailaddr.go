package contacts

// EmailAddress is an address in two forms: as a person entered it, and the
// canonical key by which it is compared.
type EmailAddress struct {
	Entered string
	Key     string
}

// ParseEmail reads one address, without a name beside it.
func ParseEmail(s string) (EmailAddress, error) { panic("contacts: not filled yet") }
