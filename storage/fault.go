package storage

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"io"
	"net"
	"strings"
	"syscall"

	"github.com/deskfolk/desk"
)

// cause is the database's error within a desk.Error.
type cause struct {
	error
	// transient: the same transaction may succeed when it is run again.
	transient bool
}

func (c *cause) Unwrap() error { return c.error }

// Fault is for the packages beside this one: it gives an error of the database
// its kind and a sentence for people.
func Fault(err error) error { return fault(err) }

// fault gives an error of the database its kind. Drivers are not imported:
// PostgreSQL's have SQLState, SQLite's have Code. The words of the database
// stay in Err, for logs.
func fault(err error) error {
	var known *desk.Error
	var state interface{ SQLState() string }
	var code interface{ Code() int }
	switch {
	case err == nil:
		return nil
	case errors.As(err, &known), errors.Is(err, context.Canceled), errors.Is(err, context.DeadlineExceeded):
		return err
	case errors.Is(err, sql.ErrNoRows):
		return errNotFound
	case errors.Is(err, sql.ErrTxDone):
		return newFault(desk.Internal, "The transaction that this call belongs to has ended.", err, false)
	case errors.As(err, &state) && state.SQLState() != "":
		return stateFault(state.SQLState(), err)
	case errors.As(err, &code):
		return codeFault(code.Code(), err)
	case lost(err):
		return newFault(desk.Unavailable, "The database cannot be reached; nothing was changed. Try again later.", err, true)
	}
	return newFault(desk.Internal, "The database gave an answer that was not foreseen.", err, false)
}

func newFault(k desk.Kind, message string, err error, transient bool) *desk.Error {
	return &desk.Error{Kind: k, Message: message, Err: &cause{error: err, transient: transient}}
}

// The sentences that both databases share.
const (
	sayBusy     = "The database is busy with other changes; nothing was changed. Try again."
	sayFull     = "The disk of the database is full; nothing was changed. Make room and try again."
	sayReadOnly = "The database can only be read; nothing was changed. Make it writable and try again."
	sayRefers   = "The record refers to one that does not exist, or others refer to it; nothing was changed."
	sayDamaged  = "The database is damaged. Restore it from a copy."
	sayMissing  = "The database has not been prepared for this version; run the migrations first."
)

// stateFault is for PostgreSQL's SQLSTATE codes.
func stateFault(state string, err error) error {
	switch state {
	case "23505":
		return duplicate(err)
	case "23503":
		return newFault(desk.Invalid, sayRefers, err, false)
	case "40001", "40P01":
		return newFault(desk.Unavailable, sayBusy, err, true)
	case "55P03":
		return newFault(desk.Unavailable, sayBusy, err, false)
	case "53100":
		return newFault(desk.Unavailable, sayFull, err, false)
	case "25006":
		return newFault(desk.Unavailable, sayReadOnly, err, false)
	case "42P01", "42703":
		return newFault(desk.Unavailable, sayMissing, err, false)
	case "57014":
		return newFault(desk.Unavailable, "The database gave the statement up because it took too long; nothing was changed.", err, false)
	case "3D000", "28000", "28P01":
		return newFault(desk.Unavailable, "The database does not exist or does not let this user in.", err, false)
	}
	switch state[:min(2, len(state))] {
	case "08", "57":
		return newFault(desk.Unavailable, "The connection to the database was lost; nothing was changed. Try again.", err, true)
	case "53":
		return newFault(desk.Unavailable, "The database has no room for more work now; nothing was changed. Try again later.", err, false)
	}
	return newFault(desk.Internal, "The database refused a statement.", err, false)
}

// codeFault is for SQLite's result codes, extended or not.
func codeFault(code int, err error) error {
	switch code {
	case 1555, 2067, 2579: // primary key, unique, rowid
		return duplicate(err)
	case 787, 1811: // foreign key, trigger
		return newFault(desk.Invalid, sayRefers, err, false)
	case 517: // BUSY_SNAPSHOT: begun without IMMEDIATE
		return newFault(desk.Unavailable, sayBusy+" (A transaction that writes must be begun IMMEDIATE.)", err, true)
	}
	switch code & 0xff {
	case 5, 6:
		return newFault(desk.Unavailable, sayBusy, err, true)
	case 8:
		return newFault(desk.Unavailable, sayReadOnly, err, false)
	case 9:
		return newFault(desk.Unavailable, "The statement was broken off; nothing was changed.", err, false)
	case 10, 14:
		return newFault(desk.Unavailable, "The database's file cannot be opened, read or written; nothing was changed.", err, false)
	case 11, 26:
		return newFault(desk.Unavailable, sayDamaged, err, false)
	case 13:
		return newFault(desk.Unavailable, sayFull, err, false)
	}
	if strings.Contains(err.Error(), "no such table") || strings.Contains(err.Error(), "no such column") {
		return newFault(desk.Unavailable, sayMissing, err, false)
	}
	return newFault(desk.Internal, "The database refused a statement.", err, false)
}

// uniques names the field of each unique key by a part of the database's
// message: PostgreSQL names the index, SQLite the columns.
var uniques = []struct{ part, field, message string }{
	{"desk_contacts_email", "email", "This address belongs to another contact."},
	{"desk_contacts.email_key", "email", "This address belongs to another contact."},
	{"desk_contact_keys_external", "external", "This external id belongs to another contact."},
	{"desk_contact_keys.value", "external", "This external id belongs to another contact."},
	{"desk_companies_name", "name", "There is a company of this name."},
	{"desk_companies.name_key", "name", "There is a company of this name."},
	{"desk_company_domains", "domains", "This domain belongs to another company."},
	{"desk_once", "key", "This idempotency key has been used."},
}

// duplicate makes the error of a unique key. It says nothing of the other record.
func duplicate(err error) error {
	e := newFault(desk.Conflict, "There is such a record already; nothing was changed.", err, false)
	message := err.Error()
	for _, u := range uniques {
		if strings.Contains(message, u.part) {
			e.Field, e.Message = u.field, u.message
			break
		}
	}
	return e
}

// lost reports whether the error is of the connection, not of the database.
func lost(err error) bool {
	var n net.Error
	var safe interface{ SafeToRetry() bool }
	return errors.Is(err, driver.ErrBadConn) || errors.Is(err, sql.ErrConnDone) ||
		errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, net.ErrClosed) ||
		errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, syscall.ECONNREFUSED) ||
		errors.As(err, &n) || errors.As(err, &safe)
}

// transient reports whether running the transaction again may help.
func transient(err error) bool {
	var c *cause
	return errors.As(err, &c) && c.transient
}
