package records

import (
	"context"
	"slices"
	"time"

	"golang.org/x/text/currency"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// The limits of texts, in characters.
const (
	maxLine   = 200
	maxNumber = 60
	maxOwner  = 128
	maxNote   = 10_000
)

// clean checks what stands in a record by itself and brings it into the form
// that is kept. What it refers to is looked at by link and number.
func (rec *Record) clean() error {
	if !slices.Contains(Kinds, rec.Kind) {
		return invalid("kind", "There is no such kind of record.")
	}
	if err := rec.cleanTexts(); err != nil {
		return err
	}
	if rec.At.Year() < 1971 || rec.At.Year() > 2999 {
		return invalid("at", "Write a date between 1971 and 2999.")
	}
	rec.At = desk.Moment(rec.At)
	rec.Duration = rec.Duration.Truncate(time.Second)
	if rec.Duration < 0 || rec.Duration > MaxDuration {
		return invalid("duration", "A duration is between 0 and %d hours.", MaxDuration/time.Hour)
	}
	if err := rec.cleanAmount(); err != nil {
		return err
	}
	if err := rec.cleanStatus(); err != nil {
		return err
	}
	return rec.fits()
}

func (rec *Record) cleanTexts() error {
	for _, line := range []struct {
		name  string
		s     *string
		limit int
	}{
		{"title", &rec.Title, maxLine}, {"outcome", &rec.Outcome, maxLine}, {"number", &rec.Number, maxNumber}, {"owner", &rec.Owner, maxOwner},
	} {
		var err error
		if *line.s, err = desk.CleanLine(line.name, *line.s, line.limit); err != nil {
			return err
		}
	}
	if len(rec.Owner) > maxOwner { // an id is limited in bytes
		return invalid("owner", "There is no such member.")
	}
	var err error
	rec.Note, err = desk.CleanText("note", rec.Note, maxNote)
	return err
}

func (rec *Record) cleanAmount() error {
	if rec.Amount < 0 || rec.Amount > MaxAmount {
		return invalid("amount", "This amount cannot be kept.")
	}
	if rec.Currency == "" {
		if rec.Amount != 0 {
			return invalid("currency", "An amount needs its currency.")
		}
		return nil
	}
	u, err := currency.ParseISO(rec.Currency)
	if err != nil {
		return invalid("currency", "This is not a currency. Write its three-letter code, such as EUR or USD.")
	}
	rec.Currency = u.String()
	return nil
}

// cleanStatus checks the status; an empty one becomes the first of the kind.
func (rec *Record) cleanStatus() error {
	all := Statuses(rec.Kind)
	if rec.Status == "" && len(all) > 0 {
		rec.Status = all[0]
	}
	if rec.Status != "" && !slices.Contains(all, rec.Status) {
		return invalid("status", "%s has no such status.", rec.Kind.oneOf())
	}
	if rec.Direction != "" && !slices.Contains(Directions, rec.Direction) {
		return invalid("direction", "There is no such direction.")
	}
	return nil
}

// fits checks that the record has what its kind needs and nothing that is of
// another kind.
func (rec *Record) fits() error {
	strange := ""
	switch {
	case rec.Currency != "" && rec.Kind != Deal:
		strange = "amount"
	case rec.Duration != 0 && (rec.Kind == Deal || rec.Kind == Email):
		strange = "duration"
	case rec.Direction != "" && rec.Kind != Email && rec.Kind != Call:
		strange = "direction"
	case rec.Number != "" && rec.Kind != Call:
		strange = "number"
	}
	switch {
	case strange != "":
		return invalid(strange, "%s has no %s.", rec.Kind.oneOf(), strange)
	case rec.Title == "" && (rec.Kind == Deal || rec.Kind == Email || rec.Kind == Meeting):
		return invalid("title", "%s needs a title.", rec.Kind.oneOf())
	case rec.Duration == 0 && rec.Kind == Time:
		return invalid("duration", "Say how long it took.")
	}
	return nil
}

// belongs checks that the record is of someone or something, or has the number
// by which it may yet be.
func (rec *Record) belongs() error {
	if rec.Contact == "" && rec.Ticket == "" && rec.Company == "" && rec.Number == "" {
		return invalid("contact", "Say whom it belongs to: a contact, a ticket or a company.")
	}
	return nil
}

// said is a kind in words, within a sentence.
var said = map[Kind]string{Deal: "deal", Email: "email", Meeting: "meeting", Call: "call", Time: "time entry"}

// oneOf is a kind at the beginning of a sentence.
func (k Kind) oneOf() string {
	if k == Email {
		return "An email"
	}
	return "A " + said[k]
}

// MinorDigits returns how many digits of an amount in the currency are behind
// the point: 2 for EUR, 0 for JPY. It is 2 for what is no currency.
func MinorDigits(code string) int {
	u, err := currency.ParseISO(code)
	if err != nil {
		return 2
	}
	scale, _ := currency.Standard.Rounding(u)
	return scale
}

// number computes the E.164 of a call's number in the workspace's region.
func (rec *Record) number(ctx context.Context, r Reader, w desk.WorkspaceID) error {
	rec.E164 = ""
	if rec.Number == "" {
		return nil
	}
	set, err := r.Settings(ctx, w)
	if err != nil {
		return err
	}
	rec.E164, _ = contacts.ParsePhone(rec.Number, set.Region)
	return nil
}

// linkContact checks that the actor sees the contact, and follows merges. It
// returns the contact.
func (rec *Record) linkContact(ctx context.Context, tx Tx, a desk.Actor) (contacts.Contact, error) {
	c, err := contacts.Seen(ctx, tx, a, rec.Contact)
	switch {
	case desk.KindOf(err) == desk.NotFound, desk.KindOf(err) == desk.Denied:
		return c, invalid("contact", "There is no such contact.")
	case err != nil:
		return c, err
	case c.State != contacts.Live:
		return c, invalid("contact", "The contact is in the recycle bin. Restore it first.")
	}
	rec.Contact = c.ID
	return c, nil
}

// linkTicket checks that the actor sees the ticket, and returns it.
func (rec *Record) linkTicket(ctx context.Context, tx Tx, a desk.Actor) (tickets.Ticket, error) {
	t, err := tickets.Seen(ctx, tx, a, rec.Ticket)
	switch {
	case desk.KindOf(err) == desk.NotFound, desk.KindOf(err) == desk.Denied:
		return t, invalid("ticket", "There is no such ticket.")
	case err != nil:
		return t, err
	case t.State != tickets.Live:
		return t, invalid("ticket", "The ticket is in the recycle bin. Restore it first.")
	}
	return t, nil
}

// linkCompany checks that there is the company, and that it is not hidden.
func (rec *Record) linkCompany(ctx context.Context, tx Tx, a desk.Actor) error {
	if hides(a, "company") {
		return restricted("company")
	}
	if !desk.IsID("company", string(rec.Company)) || contacts.SightOf(a).None {
		return invalid("company", "There is no such company.")
	}
	_, err := tx.Company(ctx, a.Workspace, rec.Company)
	if desk.KindOf(err) == desk.NotFound {
		return invalid("company", "There is no such company.")
	}
	return err
}
