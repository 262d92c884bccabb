package contacts

import (
	"errors"

	"github.com/deskfolk/desk"
)

// Causes that callers can tell apart with errors.Is.
var (
	// ErrStale: the record was changed by someone else since it was read. The
	// error is a desk.Conflict with the field "version".
	ErrStale = errors.New("the record has changed since it was read")
	// ErrRestricted: the field is hidden from the actor or read-only for it.
	// The error is desk.Denied and its Field names the field.
	ErrRestricted = errors.New("the field is restricted")
	// ErrCustomField: a custom field that is not defined, or a value that its
	// type does not allow. The error is desk.Invalid, its Field "custom.<key>".
	ErrCustomField = errors.New("the custom field does not allow this")
)

func invalid(field, format string, args ...any) error {
	return desk.Errorf(desk.Invalid, field, format, args...)
}

func denied(format string, args ...any) error {
	return desk.Errorf(desk.Denied, "", format, args...)
}

func conflict(field, format string, args ...any) error {
	return desk.Errorf(desk.Conflict, field, format, args...)
}

// StaleSettings is the error for settings, of any package, that were changed
// since they were read; see [ErrStale].
func StaleSettings() error {
	return &desk.Error{Kind: desk.Conflict, Field: "version", Err: ErrStale,
		Message: "The settings were changed after you opened them. Your change was not kept: open them again and repeat it."}
}

// restricted is the error for touching a field that is not the actor's to touch.
func restricted(field string, access desk.Access) error {
	e := desk.Errorf(desk.Denied, field, "You may not change this field.")
	if access == desk.Hidden {
		e.Message = "You may not use this field."
	}
	e.Err = ErrRestricted
	return e
}

func customError(key, format string, args ...any) error {
	e := desk.Errorf(desk.Invalid, "custom."+key, format, args...)
	e.Err = ErrCustomField
	return e
}

// notFound is the one error for a contact that is not there, is another
// tenant's, or is not for this actor to see.
func notFound() error {
	return desk.Errorf(desk.NotFound, "", "There is no such contact.")
}

func companyNotFound() error {
	return desk.Errorf(desk.NotFound, "", "There is no such company.")
}
