package storage

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/records"
)

// InsertRecord adds a record.
func (t writer) InsertRecord(ctx context.Context, w desk.WorkspaceID, rec records.Record) error {
	return t.insert(ctx, recordTable, 1, func(_ int, v []any) {
		v[0], v[1] = string(w), string(rec.ID)
		copy(v[2:], recordValues(&rec))
		v[19], v[20], v[21] = micros(rec.CreatedAt), rec.CreatedBy, micros(rec.UpdatedAt)
	})
}

// recordValues are the columns from version to note.
func recordValues(rec *records.Record) []any {
	return []any{
		rec.Version, string(rec.Kind), orNull(rec.Contact), orNull(rec.Ticket), orNull(rec.Company), rec.Title, micros(rec.At),
		int64(rec.Duration / time.Second), rec.Amount, rec.Currency, string(rec.Status), rec.Outcome, string(rec.Direction),
		rec.Number, rec.E164, rec.Owner, rec.Note,
	}
}

// UpdateRecord replaces a record whose version follows the stored one.
func (t writer) UpdateRecord(ctx context.Context, w desk.WorkspaceID, rec records.Record) error {
	n, err := changed(t.exec(ctx, `UPDATE desk_records SET version = $1, kind = $2, contact_id = $3, ticket_id = $4, company_id = $5, title = $6, at = $7,
		duration = $8, amount = $9, currency = $10, status = $11, outcome = $12, direction = $13, number = $14, e164 = $15, owner = $16, note = $17, updated_at = $18
		WHERE workspace_id = $19 AND id = $20 AND version = $21`,
		append(recordValues(&rec), micros(rec.UpdatedAt), string(w), string(rec.ID), rec.Version-1)...))
	if err == nil && n == 0 {
		err = stale()
	}
	return err
}

// DeleteRecord removes a record for good.
func (t writer) DeleteRecord(ctx context.Context, w desk.WorkspaceID, id desk.RecordID) error {
	n, err := changed(t.exec(ctx, `DELETE FROM desk_records WHERE workspace_id = $1 AND id = $2`, string(w), string(id)))
	if err == nil && n == 0 {
		err = errNotFound
	}
	return err
}

// purgeRecords removes what the records of contacts say of them, who are
// themselves removed for good. Emails, meetings and calls go. Deals and time
// entries are the workspace's own figures: they stay, without the contact and
// without text. Events of records have no text, and stay.
func (t writer) purgeRecords(ctx context.Context, w desk.WorkspaceID, contactIDs []string) error {
	list := t.d.texts(contactIDs)
	if _, err := t.exec(ctx, `DELETE FROM desk_records WHERE workspace_id = $1 AND contact_id `+t.d.inTexts(2)+` AND kind NOT IN ('deal', 'time')`, string(w), list); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE desk_records SET version = version + 1, contact_id = NULL, title = '', outcome = '', note = ''
		WHERE workspace_id = $1 AND contact_id `+t.d.inTexts(2), string(w), list)
	return err
}

// leaveRecords takes tickets that are removed for good out of their records.
// Those that belong to nothing else go.
func (t writer) leaveRecords(ctx context.Context, w desk.WorkspaceID, ticketIDs []string) error {
	list := t.d.texts(ticketIDs)
	if _, err := t.exec(ctx, `DELETE FROM desk_records WHERE workspace_id = $1 AND ticket_id `+t.d.inTexts(2)+` AND contact_id IS NULL AND company_id IS NULL`, string(w), list); err != nil {
		return err
	}
	_, err := t.exec(ctx, `UPDATE desk_records SET version = version + 1, ticket_id = NULL WHERE workspace_id = $1 AND ticket_id `+t.d.inTexts(2), string(w), list)
	return err
}
