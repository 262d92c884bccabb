package storage

import (
	"context"
	"strconv"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

var activityTable = newTable("desk_activity", "=workspace_id", "id", "subject", "at:bigint", "actor_kind", "actor_id", "verb",
	"summary", "compliance:boolean", "changes", "cause", "redacted:boolean", "seal:bigint")

const eventColumns = `id, subject, at, actor_kind, actor_id, verb, summary, compliance, changes, cause`

// Record adds events to the activity log, and their notices to the outbox.
func (t writer) Record(ctx context.Context, w desk.WorkspaceID, events ...desk.Event) error {
	return t.record(ctx, w, nil, events)
}

// record adds events under a seal, or nil for none yet.
func (t writer) record(ctx context.Context, w desk.WorkspaceID, seal any, events []desk.Event) error {
	changes := make([]string, len(events))
	for i := range events {
		for _, c := range events[i].Changes {
			if !cleanText(c.Field) || !cleanText(c.Old) || !cleanText(c.New) {
				return t.conn.fail(errText)
			}
		}
		var err error
		if changes[i], err = listText(len(events[i].Changes), events[i].Changes); err != nil {
			return err
		}
	}
	err := t.insertBehind(ctx, activityTable, len(events), func(i int, v []any) {
		e := &events[i]
		v[0], v[1], v[2], v[3] = string(w), string(e.ID), e.Subject, micros(e.At)
		v[4], v[5], v[6], v[7] = string(e.ActorKind), e.ActorID, e.Verb, e.Summary
		v[8], v[9], v[10], v[11] = e.Compliance, changes[i], e.Cause, false
		v[12] = seal
	})
	if err != nil {
		return err
	}
	return t.Queue(ctx, w, notices(events))
}

// scanEvent reads eventColumns and what is selected behind them.
func scanEvent(row scanner, more ...any) (desk.Event, error) {
	var e desk.Event
	var at int64
	var changes string
	to := append(make([]any, 0, 12), (*string)(&e.ID), &e.Subject, &at, (*string)(&e.ActorKind), &e.ActorID, &e.Verb, &e.Summary, &e.Compliance, &changes, &e.Cause)
	if err := row.Scan(append(to, more...)...); err != nil {
		return desk.Event{}, err
	}
	e.At = instant(at)
	return e, readList(changes, &e.Changes)
}

// Events returns events in the filter, newest first.
func (r *rows) Events(ctx context.Context, w desk.WorkspaceID, f contacts.EventFind) ([]desk.Event, error) {
	where, args := r.eventsWhere(w, f)
	if f.Before != "" {
		args = append(args, string(f.Before))
		where += " AND id < $" + strconv.Itoa(len(args))
	}
	args = append(args, f.Limit)
	rs, err := r.query(ctx, `SELECT `+eventColumns+` FROM desk_activity WHERE `+where+` ORDER BY id DESC LIMIT $`+strconv.Itoa(len(args)), args...)
	if err != nil {
		return nil, err
	}
	defer func() { _ = rs.Close() }()
	var all []desk.Event
	for rs.Next() {
		e, err := scanEvent(rs)
		if err != nil {
			return nil, r.mapError(err)
		}
		all = append(all, e)
	}
	return all, r.mapError(rs.Err())
}

// CountEvents counts the events in the filter.
func (r *rows) CountEvents(ctx context.Context, w desk.WorkspaceID, f contacts.EventFind) (int, error) {
	where, args := r.eventsWhere(w, f)
	var n int
	err := r.queryRow(ctx, `SELECT COUNT(*) FROM desk_activity WHERE `+where, args...).Scan(&n)
	return n, err
}

// eventsWhere writes the conditions that the page and the count share.
func (r *rows) eventsWhere(w desk.WorkspaceID, f contacts.EventFind) (string, []any) {
	where, args := []string{"workspace_id = $1"}, []any{string(w)}
	add := func(condition string, arg any) {
		args = append(args, arg)
		where = append(where, condition+strconv.Itoa(len(args)))
	}
	if f.Subject != "" {
		add("subject = $", f.Subject)
	}
	if f.ActorID != "" {
		add("actor_id = $", f.ActorID)
	}
	if !f.From.IsZero() {
		add("at >= $", micros(f.From))
	}
	if !f.Until.IsZero() {
		add("at < $", micros(f.Until))
	}
	if f.ComplianceOnly {
		where = append(where, "compliance")
	}
	if len(f.Verbs) > 0 {
		args = append(args, r.d.texts(f.Verbs))
		where = append(where, "verb "+r.d.inTexts(len(args)))
	}
	return strings.Join(where, " AND "), args
}
