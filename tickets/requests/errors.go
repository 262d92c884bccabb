package requests

import (
	"errors"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// ErrStale is contacts.ErrStale: the record, or the form that was filled in,
// was changed since it was read. The error is a desk.Conflict with the
// field "version" or "form_version".
var ErrStale = contacts.ErrStale

// FieldErrors are what is wrong with several fields, in their order. A call
// that refuses an input returns a [*desk.Error] of kind Invalid about the first
// of them, which wraps them all:
//
//	var wrong requests.FieldErrors
//	if errors.As(err, &wrong) {
//		wrong.Of("answers.serial_number")
//	}
type FieldErrors []*desk.Error

// Error returns the sentences of all of them.
func (e FieldErrors) Error() string {
	all := make([]string, len(e))
	for i, x := range e {
		all[i] = x.Error()
	}
	return strings.Join(all, " ")
}

// Unwrap returns the errors of the single fields.
func (e FieldErrors) Unwrap() []error {
	all := make([]error, len(e))
	for i, x := range e {
		all[i] = x
	}
	return all
}

// Of returns what is wrong with a field, or "".
func (e FieldErrors) Of(field string) string {
	if i := slices.IndexFunc(e, func(x *desk.Error) bool { return x.Field == field }); i >= 0 {
		return e[i].Message
	}
	return ""
}

// add notes what is wrong with a field; the first for each field is kept.
func (e *FieldErrors) add(field, format string, args ...any) {
	if e.Of(field) == "" {
		*e = append(*e, desk.Errorf(desk.Invalid, field, format, args...))
	}
}

// take notes an error that blames a field, under that field's full name. It
// returns errors of another kind.
func (e *FieldErrors) take(field string, err error) error {
	switch {
	case err == nil:
		return nil
	case desk.KindOf(err) == desk.Invalid:
		e.add(field, "%s", desk.MessageOf(err))
		return nil
	}
	return err
}

// err returns the error about the first field, or nil if nothing is wrong.
func (e FieldErrors) err() error {
	if len(e) == 0 {
		return nil
	}
	return &desk.Error{Kind: desk.Invalid, Field: e[0].Field, Message: e[0].Message, Err: e}
}

func invalid(field, format string, args ...any) error {
	return desk.Errorf(desk.Invalid, field, format, args...)
}

func denied(format string, args ...any) error {
	return desk.Errorf(desk.Denied, "", format, args...)
}

func conflict(field, format string, args ...any) error {
	return desk.Errorf(desk.Conflict, field, format, args...)
}

// stale is the error for a change that was made on an older version.
func stale(what string) error {
	e := desk.Errorf(desk.Conflict, "version", "The %s was changed after you opened it. Your change was not kept: open it again and repeat it.", what)
	e.Err = ErrStale
	return e
}

// notFound is the one error for a record that is not there, is another
// tenant's, or is not for this actor to see.
func notFound(what string) error {
	return desk.Errorf(desk.NotFound, "", "There is no such %s.", what)
}

// fieldErrors returns the errors of single fields within an error.
func fieldErrors(err error) FieldErrors {
	var all FieldErrors
	if errors.As(err, &all) {
		return all
	}
	var one *desk.Error
	if errors.As(err, &one) {
		return FieldErrors{one}
	}
	return nil
}
