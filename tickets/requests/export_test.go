package requests

import "github.com/deskfolk/desk/contacts"

// Admits is the rule about who may use a template, for tests of its cost.
func Admits(t *Template, c *contacts.Contact, domain string) bool { return t.admits(c, domain) }
