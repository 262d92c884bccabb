package storage

import (
	"context"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets/intake"
)

// Intake is the store of package tickets/intake: the same database, whose
// Update gives what that package writes with.
type Intake struct{ *DB }

var (
	_ intake.Store = (*Intake)(nil)
	_ intake.Tx    = writer{}
)

// Intake returns the store of package tickets/intake.
func (db *DB) Intake() *Intake { return &Intake{db} }

// Update is DB.Update for package tickets/intake.
func (s *Intake) Update(ctx context.Context, fn func(intake.Tx) error) error {
	return s.update(ctx, func(t writer) error { return fn(t) })
}

const (
	intakePackage = "intake"
	intakeColumns = `id, at, outcome, reason, mailbox, size, digest, truncated, message_id, sender, sender_name, subject, COALESCE(contact_id, ''), COALESCE(ticket_id, ''),
		ticket_message, auto_reply, bounce, list, verified, repeated, acknowledged, tries, key, content, delivery`
	intakeFrom = `SELECT ` + intakeColumns + ` FROM desk_intake WHERE workspace_id = $1 AND `
)

var intakeTable = newTable("desk_intake", "=workspace_id", "id", "at:bigint", "outcome", "reason", "mailbox", "size:bigint", "digest", "truncated:boolean", "message_id",
	"sender", "sender_key", "sender_name", "subject", "contact_id", "ticket_id", "ticket_message", "auto_reply:boolean", "bounce:boolean", "list:boolean", "verified:boolean",
	"repeated:boolean", "acknowledged:boolean", "tries:bigint", "key", "content", "delivery")

// scanIntake reads intakeColumns.
func scanIntake(row scanner) (intake.Record, error) {
	var r intake.Record
	var at int64
	var delivery string
	err := row.Scan((*string)(&r.ID), &at, (*string)(&r.Outcome), &r.Reason, &r.Mailbox, &r.Size, &r.Digest, &r.Truncated, &r.MessageID, &r.Sender, &r.SenderName, &r.Subject,
		(*string)(&r.Contact), (*string)(&r.Ticket), (*string)(&r.Message), &r.AutoReply, &r.Bounce, &r.List, &r.Verified, &r.Repeated, &r.Acknowledged, &r.Tries,
		&r.Key, &r.Content, &delivery)
	if err != nil {
		return intake.Record{}, err
	}
	r.At = instant(at)
	return r, readList(delivery, &r.Delivery)
}

// IntakeRecord returns what became of a message.
func (r *rows) IntakeRecord(ctx context.Context, w desk.WorkspaceID, id desk.IntakeID) (intake.Record, error) {
	return scanIntake(r.queryRow(ctx, intakeFrom+`id = $2`, string(w), string(id)))
}

// IntakeTwin returns the mailbox's record with the key, or with the content.
func (r *rows) IntakeTwin(ctx context.Context, w desk.WorkspaceID, mailbox, key, content string) (intake.Record, error) {
	rec, err := scanIntake(r.queryRow(ctx, intakeFrom+`mailbox = $2 AND key = $3`, string(w), mailbox, key))
	if desk.KindOf(err) != desk.NotFound || content == "" {
		return rec, err
	}
	return scanIntake(r.queryRow(ctx, intakeFrom+`mailbox = $2 AND content = $3 AND content <> ''`, string(w), mailbox, content))
}

// IntakeSeen reports whether a message with the message id was taken in before.
func (r *rows) IntakeSeen(ctx context.Context, w desk.WorkspaceID, messageID string) (bool, error) {
	found, err := r.texts(ctx, `SELECT id FROM desk_intake WHERE workspace_id = $1 AND message_id = $2 AND message_id <> '' LIMIT 1`, string(w), messageID)
	return len(found) > 0, err
}

// FindIntakes returns records, newest first.
func (r *rows) FindIntakes(ctx context.Context, w desk.WorkspaceID, f intake.Find) ([]intake.Record, error) {
	where, args := []string{intakeFrom + `TRUE`}, []any{string(w)}
	if len(f.Outcomes) > 0 {
		args = append(args, r.d.texts(plain(f.Outcomes)))
		where = append(where, `outcome `+r.d.inTexts(len(args)))
	}
	if f.Before != "" {
		args = append(args, string(f.Before))
		where = append(where, `id < `+dollar(len(args)))
	}
	args = append(args, f.Limit)
	rs, err := r.query(ctx, strings.Join(where, ` AND `)+` ORDER BY id DESC LIMIT `+dollar(len(args)), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []intake.Record
	for rs.Next() {
		rec, err := scanIntake(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, rec)
	}
	return all, r.mapError(rs.Err())
}

// IntakeSettings returns the settings, or their zero value.
func (r *rows) IntakeSettings(ctx context.Context, w desk.WorkspaceID) (intake.Settings, error) {
	var s intake.Settings
	version, err := r.packageSettings(ctx, w, intakePackage, &s)
	s.Version = version
	return s, err
}

// PutIntakeSettings keeps settings whose version follows the stored one.
func (t writer) PutIntakeSettings(ctx context.Context, w desk.WorkspaceID, s intake.Settings) error {
	return t.putPackageSettings(ctx, w, intakePackage, s.Version, s)
}

// intakeValues are the values of intakeTable.
func intakeValues(w desk.WorkspaceID, r *intake.Record, v []any) error {
	delivery, err := listText(1, r.Delivery)
	if err != nil {
		return err
	}
	key := ""
	if e, err := contacts.ParseEmail(r.Sender); err == nil {
		key = e.Key
	}
	copy(v, []any{
		string(w), string(r.ID), micros(r.At), string(r.Outcome), r.Reason, r.Mailbox, r.Size, r.Digest, r.Truncated, r.MessageID, r.Sender, key, r.SenderName, r.Subject,
		orNull(r.Contact), orNull(r.Ticket), string(r.Message), r.AutoReply, r.Bounce, r.List, r.Verified, r.Repeated, r.Acknowledged, int64(r.Tries), r.Key, r.Content, delivery,
	})
	return nil
}

// InsertIntake adds a record.
func (t writer) InsertIntake(ctx context.Context, w desk.WorkspaceID, r intake.Record) error {
	values := make([]any, len(intakeTable.columns))
	if err := intakeValues(w, &r, values); err != nil {
		return err
	}
	_, err := t.exec(ctx, intakeTable.one, values...)
	return err
}

// UpdateIntake replaces what became of a message; how it came stays.
func (t writer) UpdateIntake(ctx context.Context, w desk.WorkspaceID, r intake.Record) error {
	n, err := changed(t.exec(ctx, `UPDATE desk_intake SET outcome = $1, reason = $2, contact_id = $3, ticket_id = $4, ticket_message = $5, verified = $6, acknowledged = $7, tries = $8
		WHERE workspace_id = $9 AND id = $10`,
		string(r.Outcome), r.Reason, orNull(r.Contact), orNull(r.Ticket), string(r.Message), r.Verified, r.Acknowledged, int64(r.Tries), string(w), string(r.ID)))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}

// TakeAcknowledgement remembers an answer to a sender, unless the last one was
// after since.
func (t writer) TakeAcknowledgement(ctx context.Context, w desk.WorkspaceID, sender string, at, since time.Time) (bool, error) {
	n, err := changed(t.exec(ctx, `INSERT INTO desk_intake_answers (workspace_id, sender, at) VALUES ($1, $2, $3)
		ON CONFLICT (workspace_id, sender) DO UPDATE SET at = EXCLUDED.at WHERE desk_intake_answers.at <= $4`, string(w), sender, micros(at), micros(since)))
	return n == 1, err
}

// DropRaw removes raw messages that came before a time, with the records of
// those that were rejected or ignored.
func (t writer) DropRaw(ctx context.Context, w desk.WorkspaceID, before time.Time, n int) (int, error) {
	ids, err := t.texts(ctx, `SELECT id FROM desk_intake WHERE workspace_id = $1 AND at < $2 AND digest <> '' ORDER BY id LIMIT $3`, string(w), micros(before), n)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	if err := t.DeleteBlobs(ctx, w, ids); err != nil {
		return 0, err
	}
	for _, s := range []string{
		`DELETE FROM desk_intake WHERE workspace_id = $1 AND outcome IN ('rejected', 'ignored') AND id ` + t.d.inTexts(2),
		`UPDATE desk_intake SET digest = '' WHERE workspace_id = $1 AND id ` + t.d.inTexts(2),
	} {
		if _, err := t.exec(ctx, s, string(w), t.d.texts(ids)); err != nil {
			return 0, err
		}
	}
	return len(ids), nil
}

// forgetMail removes what was taken in of tickets that are removed for good:
// the raw messages too. ids are the tickets.
func (t writer) forgetMail(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	return t.dropIntakes(ctx, w, `ticket_id `+t.d.inTexts(2), t.d.texts(ids))
}

// forgetSenders removes what contacts that are removed for good have sent, as
// it came. What was made of it stays as the ticket's rules say.
func (t writer) forgetSenders(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	addresses, err := t.texts(ctx, `SELECT value FROM desk_contact_keys WHERE workspace_id = $1 AND kind = 'email' AND contact_id `+t.d.inTexts(2), string(w), t.d.texts(ids))
	if err != nil {
		return err
	}
	more, err := t.binnedAddresses(ctx, w, ids)
	if err != nil {
		return err
	}
	addresses = append(addresses, more...)
	if err := t.dropIntakes(ctx, w, `contact_id `+t.d.inTexts(2), t.d.texts(ids)); err != nil || len(addresses) == 0 {
		return err
	}
	if err := t.dropIntakes(ctx, w, `sender_key `+t.d.inTexts(2), t.d.texts(addresses)); err != nil {
		return err
	}
	_, err = t.exec(ctx, `DELETE FROM desk_intake_answers WHERE workspace_id = $1 AND sender `+t.d.inTexts(2), string(w), t.d.texts(addresses))
	return err
}

// dropIntakes removes records and their raw messages.
func (t writer) dropIntakes(ctx context.Context, w desk.WorkspaceID, where string, list any) error {
	for _, s := range []string{
		`DELETE FROM desk_blobs WHERE workspace_id = $1 AND id IN (SELECT id FROM desk_intake WHERE workspace_id = $1 AND ` + where + `)`,
		`DELETE FROM desk_intake WHERE workspace_id = $1 AND ` + where,
	} {
		if _, err := t.exec(ctx, s, string(w), list); err != nil {
			return err
		}
	}
	return nil
}
