package notify

import (
	"context"
	"fmt"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// DecisionFilter limits a list of decisions. Zero fields do not limit.
type DecisionFilter struct {
	Contact desk.ContactID
	Ticket  desk.TicketID
	Types   []string // any of, at most 50
	States  []State  // any of
	Channel Channel
	// From is in, Until is out; by when the message was queued.
	From, Until time.Time
}

// DecisionList is one page of messages with what was decided, newest first.
type DecisionList struct {
	Entries []Entry
	Next    desk.Cursor
}

// Decisions says what became of messages, and why: who was told of what, who was
// not. A contact sees its own. A member needs MayView and sees those to the
// contacts it sees; without a filter for one contact it must see all of them.
func (s *Service) Decisions(ctx context.Context, a desk.Actor, f DecisionFilter, p desk.Page) (DecisionList, error) {
	l, err := s.decisions(ctx, a, f, p)
	return l, desk.In("notify.Decisions", err)
}

func (s *Service) decisions(ctx context.Context, a desk.Actor, f DecisionFilter, p desk.Page) (DecisionList, error) {
	var l DecisionList
	if err := s.mayDecisions(ctx, a, &f); err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	scope := fmt.Sprintf("notify.Decisions\x00%s\x00%s\x00%s\x00%s\x00%q\x00%v\x00%s\x00%d\x00%d", a.Workspace, a.Kind, f.Contact, f.Ticket, f.Types, f.States, f.Channel, f.From.UnixMicro(), f.Until.UnixMicro())
	after, _, err := s.o.CursorKeys.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	find := EntryFind{Contact: f.Contact, Ticket: f.Ticket, Types: f.Types, States: f.States, Channel: f.Channel, From: f.From, Until: f.Until, Limit: n + 1}
	if after != nil {
		find.Before = desk.NoticeID(after.ID)
	}
	if l.Entries, err = s.store.Entries(ctx, a.Workspace, find); err != nil {
		return l, err
	}
	if len(l.Entries) > n {
		l.Entries = l.Entries[:n]
		l.Next, err = s.o.CursorKeys.After(scope, desk.Position{ID: string(l.Entries[n-1].ID)})
	}
	for i := range l.Entries {
		hide(&l.Entries[i])
	}
	return l, err
}

// hide takes out of an entry what no list shows: the whole of an address, and
// what was written to it.
func hide(e *Entry) { e.Address, e.Content = maskAddress(e.Address), "" }

func (s *Service) mayDecisions(ctx context.Context, a desk.Actor, f *DecisionFilter) error {
	if len(f.Types) > 50 || len(f.States) > len(States) {
		return invalid("types", "Ask for fewer types or states at once.")
	}
	for _, t := range append([]string{string(f.Contact), string(f.Ticket), string(f.Channel)}, f.Types...) {
		if err := desk.CheckText("filter", t, 100, false); err != nil {
			return err
		}
	}
	if a.Kind != desk.ContactActor {
		if err := need(a, "see what was decided about messages", MayView); err != nil {
			return err
		}
		if f.Contact == "" {
			if !a.May(contacts.MayView) {
				return desk.Errorf(desk.Denied, "", "You may not see all contacts; ask for one of them.")
			}
			return nil
		}
	} else if f.Contact == "" {
		f.Contact = desk.ContactID(a.ID)
	}
	c, err := s.seen(ctx, s.store, a, f.Contact, "")
	f.Contact = c.ID
	return err
}

// Explain says, gate by gate, whether the contact would get a message of the
// type now, of the ticket if one is named (empty: of none). It needs what
// Decisions needs for the contact.
func (s *Service) Explain(ctx context.Context, a desk.Actor, id desk.ContactID, typeName string, ticket desk.TicketID) ([]desk.Decision, error) {
	ds, err := s.explain(ctx, a, id, typeName, ticket)
	return ds, desk.In("notify.Explain", err)
}

func (s *Service) explain(ctx context.Context, a desk.Actor, id desk.ContactID, typeName string, ticket desk.TicketID) ([]desk.Decision, error) {
	f := DecisionFilter{Contact: id}
	if err := s.mayDecisions(ctx, a, &f); err != nil {
		return nil, err
	}
	t := s.byName[typeName]
	if t == nil {
		return nil, invalid("type", "There is no such type of message.")
	}
	e := Entry{Type: t.Name, Channel: channelOf(t), Ticket: ticket, Contact: f.Contact, CreatedAt: s.now()}
	b, err := s.read(ctx, a.Workspace, []Entry{e})
	if err != nil {
		return nil, err
	}
	facts := b.facts(&e, t)
	if t.Participants && ticket == "" {
		facts.Part = NoTicket // asked in general
	}
	return Gates(facts), nil
}

func channelOf(t *Type) Channel {
	switch t.Name {
	case TypeWhatsApp:
		return WhatsApp
	case TypeSMS:
		return SMS
	}
	return Email
}

// Counts returns how many messages of the workspace are in each state. It needs
// MayView.
func (s *Service) Counts(ctx context.Context, a desk.Actor) (map[State]int, error) {
	const op = "notify.Counts"
	if err := need(a, "see what was decided about messages", MayView); err != nil {
		return nil, desk.In(op, err)
	}
	n, err := s.store.CountEntries(ctx, a.Workspace)
	return n, desk.In(op, err)
}

// Retry puts a dead message back into the queue, with all its attempts. It is
// decided anew when it leaves. It needs MayRetry.
func (s *Service) Retry(ctx context.Context, a desk.Actor, id desk.NoticeID) error {
	const op = "notify.Retry"
	if err := need(a, "send messages again", MayRetry); err != nil {
		return desk.In(op, err)
	}
	_, err := s.write(ctx, a, op, id, func(tx Tx) ([]string, error) {
		e, err := tx.Entry(ctx, a.Workspace, id)
		if err == nil && e.Contact != "" {
			_, err = contacts.Seen(ctx, tx, a, e.Contact)
		}
		if err == nil {
			err = tx.Requeue(ctx, a.Workspace, id, s.now())
		}
		if k := desk.KindOf(err); k == desk.NotFound || k == desk.Denied {
			return nil, desk.Errorf(desk.NotFound, "", "There is no such message that was given up.")
		}
		if err != nil {
			return nil, err
		}
		j := s.journal(a)
		if err := j.Add(VerbRetried, string(e.Contact), "A message that was given up is sent again: "+e.Type+".", false, nil); err != nil {
			return nil, err
		}
		return []string{string(id)}, tx.Record(ctx, a.Workspace, j.All...)
	})
	return desk.In(op, err)
}

// Prune removes messages, with their decisions, that were done with before a
// time, and returns their number. It is for the host's upkeep: it needs
// MaySettings, or a system actor.
func (s *Service) Prune(ctx context.Context, a desk.Actor, before time.Time) (int, error) {
	const op, chunk = "notify.Prune", 1000
	if a.Kind != desk.SystemActor {
		if err := need(a, "remove old decisions", MaySettings); err != nil {
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
			n, err = tx.DropEntries(ctx, a.Workspace, before, chunk)
			return err
		})
		if total += n; err != nil || n < chunk {
			return total, desk.In(op, err)
		}
	}
}
