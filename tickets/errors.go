package tickets

import (
	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ErrStale says that the ticket, or the settings, were changed by someone else
// since they were read. It is contacts.ErrStale; the error is a desk.Conflict with
// the field "version".
var ErrStale = contacts.ErrStale

func invalid(field, format string, args ...any) error {
	return desk.Errorf(desk.Invalid, field, format, args...)
}

func denied(format string, args ...any) error {
	return desk.Errorf(desk.Denied, "", format, args...)
}

func conflict(field, format string, args ...any) error {
	return desk.Errorf(desk.Conflict, field, format, args...)
}

// notFound is the one error for a ticket that is not there, is another
// tenant's, or is not for this actor to see.
func notFound() error { return desk.Errorf(desk.NotFound, "", "There is no such ticket.") }

func messageNotFound() error { return desk.Errorf(desk.NotFound, "", "There is no such message.") }

func fileNotFound() error { return desk.Errorf(desk.NotFound, "", "There is no such file.") }

// noContact is the one error for a contact that cannot be put on a ticket: it
// is not there, not live, or not one that the actor sees.
func noContact(field string) error { return invalid(field, "There is no such contact.") }

// asNotFound gives the store's error for a missing record the package's words.
func asNotFound(err, missing error) error {
	if desk.KindOf(err) == desk.NotFound {
		return missing
	}
	return err
}
