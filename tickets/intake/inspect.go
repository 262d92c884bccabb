package intake

import (
	"context"
	"io"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// List is one page of what came, newest first.
type List struct {
	Records []Record
	// Next is the cursor of the older ones, empty at the end.
	Next desk.Cursor
}

// List lists what came: messages with the outcomes, or all. It needs
// MayInspect. Pages go on to older messages only.
func (s *Service) List(ctx context.Context, a desk.Actor, outcomes []Outcome, p desk.Page) (List, error) {
	const op = "intake.List"
	if err := need(a, "see the messages that came", MayInspect); err != nil {
		return List{}, desk.In(op, err)
	}
	for _, o := range outcomes {
		if !slices.Contains(Outcomes, o) {
			return List{}, desk.In(op, desk.Errorf(desk.Invalid, "outcome", "There is no such outcome."))
		}
	}
	if p.Limit <= 0 {
		p.Limit = 50
	}
	p.Limit = min(p.Limit, desk.MaxPage)
	scope := cursorScope(a, outcomes)
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil || before != nil {
		return List{}, desk.In(op, err)
	}
	f := Find{Outcomes: outcomes, Limit: p.Limit + 1}
	if after != nil {
		f.Before = desk.IntakeID(after.ID)
	}
	rs, err := s.store.FindIntakes(ctx, a.Workspace, f)
	if err != nil {
		return List{}, desk.In(op, err)
	}
	l := List{Records: rs}
	if len(rs) > p.Limit {
		l.Records = rs[:p.Limit]
		l.Next, err = s.cursors.After(scope, desk.Position{ID: string(rs[p.Limit-1].ID)})
	}
	return l, desk.In(op, err)
}

func cursorScope(a desk.Actor, outcomes []Outcome) string {
	names := make([]string, len(outcomes))
	for i, o := range outcomes {
		names[i] = string(o)
	}
	return "intake " + string(a.Workspace) + " " + string(a.Kind) + " " + strings.Join(names, ",")
}

// Get returns what became of a message. It needs MayInspect.
func (s *Service) Get(ctx context.Context, a desk.Actor, id desk.IntakeID) (Record, error) {
	r, err := s.record(ctx, a, id)
	return r, desk.In("intake.Get", err)
}

func (s *Service) record(ctx context.Context, a desk.Actor, id desk.IntakeID) (Record, error) {
	if err := need(a, "see the messages that came", MayInspect); err != nil {
		return Record{}, err
	}
	missing := desk.Errorf(desk.NotFound, "", "There is no such message.")
	if !desk.IsID("intake", string(id)) {
		return Record{}, missing
	}
	r, err := s.store.IntakeRecord(ctx, a.Workspace, id)
	if desk.KindOf(err) == desk.NotFound {
		return Record{}, missing
	}
	return r, err
}

// OpenRaw opens a message as it came, the beginning of one that was too large.
// It is foreign: give it to people as a file, never as a page. It needs MayInspect.
func (s *Service) OpenRaw(ctx context.Context, a desk.Actor, id desk.IntakeID) (Record, io.ReadCloser, error) {
	const op = "intake.OpenRaw"
	r, err := s.record(ctx, a, id)
	if err != nil {
		return r, nil, desk.In(op, err)
	}
	if r.Digest == "" {
		return r, nil, desk.In(op, desk.Errorf(desk.NotFound, "", "The message as it came is not kept any more. What was made of it is in its ticket."))
	}
	return r, s.store.OpenBlob(ctx, a.Workspace, string(r.ID)), nil
}

// pruneAtOnce is how many raw messages are removed in one transaction: they
// may be large, and other writers wait.
const pruneAtOnce = 10

// Prune removes the raw messages that came before a time, and the records of
// those that were rejected or ignored; it returns how many raw messages went. What was made of
// the others stays, and so does by what they are told when they come again. It is for the
// host's upkeep: it needs MaySettings, or a system actor.
func (s *Service) Prune(ctx context.Context, a desk.Actor, before time.Time) (int, error) {
	const op = "intake.Prune"
	if a.Kind != desk.SystemActor {
		if err := need(a, "remove old messages", MaySettings); err != nil {
			return 0, desk.In(op, err)
		}
	} else if err := contacts.CheckActor(a); err != nil {
		return 0, desk.In(op, err)
	}
	total := 0
	for {
		n := 0
		err := s.store.Update(ctx, func(tx Tx) error {
			var err error
			n, err = tx.DropRaw(ctx, a.Workspace, before, pruneAtOnce)
			return err
		})
		if total += n; err != nil || n < pruneAtOnce {
			return total, desk.In(op, err)
		}
	}
}

// Retry takes a message again that was rejected or ignored, by the settings and
// limits of now. It needs MayInspect and MayTake. One that was taken is a
// desk.Conflict; one that was too large is not all there, and is desk.Invalid.
func (s *Service) Retry(ctx context.Context, a desk.Actor, id desk.IntakeID) (Result, error) {
	const op = "intake.Retry"
	if err := need(a, "take messages in", MayTake); err != nil {
		return Result{}, desk.In(op, err)
	}
	r, err := s.record(ctx, a, id)
	if err != nil {
		return Result{}, desk.In(op, err)
	}
	switch {
	case r.Outcome != Rejected && r.Outcome != Ignored:
		return Result{}, desk.In(op, desk.Errorf(desk.Conflict, "", "The message was taken in already."))
	case r.Truncated:
		return Result{}, desk.In(op, desk.Errorf(desk.Invalid, "", "The message was too large, and is not all there. Have it sent again."))
	}
	blob := s.store.OpenBlob(ctx, a.Workspace, string(r.ID))
	defer func() { _ = blob.Close() }()
	raw, err := Spool(blob, s.dir, s.limits.Message)
	if err != nil {
		return Result{}, desk.In(op, err)
	}
	defer func() { _ = raw.Close() }()
	e := r.Delivery
	d := Delivery{Mailbox: r.Mailbox, ID: e.ID, From: e.From, NullPath: e.NullPath, To: e.To, Verdict: e.Verdict}
	if len(d.Mailbox) > 0 {
		set, err := s.store.IntakeSettings(ctx, a.Workspace)
		if err != nil {
			return Result{}, desk.In(op, err)
		}
		if set.mailbox(d.Mailbox) == nil {
			d.Mailbox = "" // it is no longer there
		}
	}
	res, err := s.take(ctx, a, raw, d, &r)
	return res, desk.In(op, err)
}
