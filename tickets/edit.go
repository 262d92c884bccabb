package tickets

import (
	"context"

	"github.com/deskfolk/desk"
)

// EditNote changes what an internal message says; files stay. It needs MayNote,
// a ticket that the actor sees now, and a message of the actor's own. What it
// said before is kept; see NoteEdits. Public messages cannot be changed: they
// have been sent.
func (s *Service) EditNote(ctx context.Context, a desk.Actor, t desk.TicketID, m desk.MessageID, text, html string) (Message, error) {
	const op = "tickets.EditNote"
	input := struct {
		Ticket     desk.TicketID
		Message    desk.MessageID
		Text, HTML string
	}{t, m, text, html}
	_, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		_, note, e, err := s.ownNote(ctx, tx, a, t, m)
		if err != nil {
			return nil, err
		}
		set, err := settingsOf(ctx, tx, a.Workspace)
		if err != nil {
			return nil, err
		}
		o := &outgoing{m: note}
		if err := o.write(text, html, set.MaxMessage); err != nil {
			return nil, err
		}
		if o.m.Text == e.Text && o.m.HTML == e.HTML {
			return nil, nil
		}
		o.m.EditedAt = e.At
		if err := tx.EditMessage(ctx, a.Workspace, o.m, e); err != nil {
			return nil, err
		}
		return nil, s.noteEvent(ctx, tx, a, VerbNoteEdited, "Internal message changed.", o.m, e)
	})
	if err != nil {
		return Message{}, desk.In(op, err)
	}
	return s.Message(ctx, a, t, m)
}

// DeleteNote removes an internal message and its files. It needs what EditNote
// needs; what the message said is kept as an edit.
func (s *Service) DeleteNote(ctx context.Context, a desk.Actor, t desk.TicketID, m desk.MessageID) error {
	const op = "tickets.DeleteNote"
	input := struct {
		Ticket  desk.TicketID
		Message desk.MessageID
	}{t, m}
	_, err := s.write(ctx, a, op, input, func(tx Tx) ([]string, error) {
		l, note, e, err := s.ownNote(ctx, tx, a, t, m)
		if err != nil {
			return nil, err
		}
		if err := tx.DeleteMessage(ctx, a.Workspace, note, e); err != nil {
			return nil, err
		}
		l.Messages--
		if err := tx.UpdateTicket(ctx, a.Workspace, Record{Ticket: l.Ticket}, l.Version); err != nil {
			return nil, err
		}
		return nil, s.noteEvent(ctx, tx, a, VerbNoteDeleted, "Internal message removed.", note, e)
	})
	return desk.In(op, err)
}

// ownNote locks the ticket of an internal message that is the actor's own, and
// returns what it says as an edit.
func (s *Service) ownNote(ctx context.Context, tx Tx, a desk.Actor, t desk.TicketID, m desk.MessageID) (*locked, Message, Edit, error) {
	var e Edit
	if err := need(a, "write internal messages", MayNote); err != nil {
		return nil, Message{}, e, err
	}
	v, l, err := s.lockLive(ctx, tx, a, t)
	if err != nil {
		return nil, Message{}, e, err
	}
	note, err := s.messageOf(ctx, tx, v, t, m)
	switch {
	case err != nil:
		return nil, note, e, err
	case note.Kind != Internal:
		return nil, note, e, denied("A message that others have got cannot be changed.")
	case note.AuthorKind != a.Kind || note.AuthorID != a.ID:
		return nil, note, e, denied("You may change internal messages of your own only.")
	}
	id, err := s.ids.New("edit")
	e = Edit{ID: id, At: desk.Moment(s.now()), AuthorKind: a.Kind, AuthorID: a.ID, Text: note.Text, HTML: note.HTML}
	return l, note, e, err
}

func (s *Service) noteEvent(ctx context.Context, tx Tx, a desk.Actor, verb, said string, m Message, e Edit) error {
	j := s.entries(a, e.At, "")
	if err := j.Add(verb, string(m.Ticket), said, false, []desk.Change{{Field: "message", Old: string(m.ID)}}); err != nil {
		return err
	}
	return tx.Record(ctx, a.Workspace, j.All...)
}

// NoteEdits returns what an internal message said before it was changed or
// removed, the oldest first. It needs MayNote and what Get needs.
func (s *Service) NoteEdits(ctx context.Context, a desk.Actor, t desk.TicketID, m desk.MessageID) ([]Edit, error) {
	const op = "tickets.NoteEdits"
	if err := need(a, "read internal messages", MayNote); err != nil {
		return nil, desk.In(op, err)
	}
	if _, _, err := s.look(ctx, s.store, a, t); err != nil {
		return nil, desk.In(op, err)
	}
	es, err := s.store.TicketEdits(ctx, a.Workspace, t, m)
	return es, desk.In(op, err)
}
