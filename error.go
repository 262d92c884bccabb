package desk

import (
	"context"
	"errors"
	"fmt"
)

// Kind says what sort of failure an [Error] is. Callers switch on
// [KindOf](err), never on a message.
type Kind string

// The kinds of errors.
const (
	// Invalid: the input breaks a rule; Field names it where one field is to blame.
	Invalid Kind = "invalid"
	// Denied: the actor may not do that. Field names a restricted field.
	Denied Kind = "denied"
	// NotFound: no such record, or none that the actor may see; the two look alike.
	NotFound Kind = "not_found"
	// Conflict: the record changed since it was read, or a unique value is taken.
	Conflict Kind = "conflict"
	// Expired: a token, link or cursor is no longer good.
	Expired Kind = "expired"
	// Limited: a limit of size, number or rate was reached.
	Limited Kind = "limited"
	// Unavailable: the database or another part cannot be used now; nothing
	// was done and the call may be tried again.
	Unavailable Kind = "unavailable"
	// Unknown: the connection was lost while committing, so that it is not
	// known whether the change was made. Try again with the same
	// idempotency key ([Actor.WithKey]) to find out.
	Unknown Kind = "unknown_outcome"
	// Internal: anything else; a defect or a damaged database.
	Internal Kind = "internal"
)

// Error is what every exported call of the library returns when it fails, but
// for a context that has ended, whose own error comes back.
// Message is fit for a person and names nothing of another tenant or of a
// record that the actor may not see.
type Error struct {
	Kind    Kind
	Message string
	// Field is the name of the field to blame, if one is: "email", "custom.tier".
	Field string
	// Op is the call that failed, such as "contacts.Create".
	Op string
	// Err is the cause, if any. It is for logs, not for people.
	Err error
}

// Error returns the operation, the message and the cause.
func (e *Error) Error() string {
	s := e.Message
	if e.Field != "" {
		s = e.Field + ": " + s
	}
	if e.Op != "" {
		s = e.Op + ": " + s
	}
	if e.Err != nil {
		s += " (" + e.Err.Error() + ")"
	}
	return s
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// KindOf returns the kind of err: "" for nil, the kind of the first [*Error]
// in its chain, Unavailable for an ended context, Internal for anything else.
func KindOf(err error) Kind {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Kind
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return Unavailable
	}
	return Internal
}

// FieldOf returns the field that err blames, or "".
func FieldOf(err error) string {
	var e *Error
	if errors.As(err, &e) {
		return e.Field
	}
	return ""
}

// MessageOf returns a sentence for a person: the message of the first
// [*Error] in the chain, or a general one.
func MessageOf(err error) string {
	var e *Error
	switch {
	case err == nil:
		return ""
	case errors.As(err, &e):
		return e.Message
	case errors.Is(err, context.Canceled):
		return "The call was cancelled."
	case errors.Is(err, context.DeadlineExceeded):
		return "The call took too long and was given up."
	}
	return "Something went wrong that was not foreseen."
}

// Errorf makes an error of the kind with a formatted message.
func Errorf(kind Kind, field, format string, args ...any) *Error {
	return &Error{Kind: kind, Field: field, Message: fmt.Sprintf(format, args...)}
}

// In returns err with the operation set, if it is an [*Error] without one.
// Other errors become Internal ones, except the context's own, which stay.
func In(op string, err error) error {
	var e *Error
	switch {
	case err == nil:
		return nil
	case errors.As(err, &e):
		if e.Op != "" {
			return err
		}
		c := *e
		c.Op = op
		return &c
	case errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	}
	return &Error{Kind: Internal, Op: op, Message: "Something went wrong that was not foreseen.", Err: err}
}
