package intake

import (
	"context"
	"io"
	"math"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Take takes a message in: in one transaction it finds or makes the contact
// who sent it, adds to the ticket that it answers or makes a new one, puts those
// who are in To and Cc on it to wait, and keeps the raw message. It needs
// MayTake.
//
// A message that cannot be taken is no error: its outcome is Rejected, with
// the reason, and it is kept. An error says that nothing was kept and that the
// message must be given again: the database cannot be used, the reader failed,
// the actor may not. The same message given again is told by its delivery's id
// or its content, and makes nothing (R77).
func (s *Service) Take(ctx context.Context, a desk.Actor, d Delivery) (Result, error) {
	const op = "intake.Take"
	if err := need(a, "take messages in", MayTake); err != nil {
		return Result{}, desk.In(op, err)
	}
	if err := d.check(); err != nil {
		return Result{}, desk.In(op, err)
	}
	raw, err := Spool(d.Raw, s.dir, s.limits.Message)
	if err != nil {
		return Result{}, desk.In(op, err)
	}
	defer func() { _ = raw.Close() }()
	res, err := s.take(ctx, a, raw, d, nil)
	return res, desk.In(op, err)
}

// check checks how a message came; what breaks a rule is left out where it is
// the sender's, and refused where it is the host's.
func (d *Delivery) check() error {
	if len(d.ID) > 200 || desk.CheckText("id", d.ID, 200, false) != nil {
		return desk.Errorf(desk.Invalid, "id", "The delivery's id has at most 200 bytes of plain text.")
	}
	switch d.Verdict {
	case Unknown, Passed, Failed:
	default:
		return desk.Errorf(desk.Invalid, "verdict", "There is no such verdict.")
	}
	d.From = cutBytes(oneLine(d.From), 320)
	to := make([]string, 0, min(len(d.To), mostEnvelope))
	for _, address := range d.To[:min(len(d.To), mostEnvelope)] {
		to = append(to, cutBytes(oneLine(address), 320))
	}
	d.To = to
	return nil
}

// mostEnvelope is how many of the envelope's recipients are looked at.
const mostEnvelope = 100

// taking is one message on its way.
type taking struct {
	s    *Service
	a    desk.Actor // who gave it
	w    desk.Actor // who does the work
	raw  *Raw
	d    Delivery
	m    *Mail // nil if it cannot be read
	set  Settings
	box  *Mailbox
	rec  Record
	old  *Record // what became of it before, when it is tried again
	made bool    // the contact
	// thread is the ticket that it answers; nil for none.
	thread *tickets.Ticket
	// who is the member whose address the sender's is; nil for none.
	who *desk.Actor
	// member is who wrote it with a member's token.
	member *desk.Actor
	again  bool
}

// take reads a message and keeps what becomes of it. old is the record of a
// message that is tried again.
func (s *Service) take(ctx context.Context, a desk.Actor, raw *Raw, d Delivery, old *Record) (Result, error) {
	t := &taking{s: s, a: a, w: worker(a.Workspace), raw: raw, d: d, old: old}
	var err error
	if t.set, err = s.store.IntakeSettings(ctx, a.Workspace); err != nil {
		return Result{}, err
	}
	var refused error
	if t.m, refused = raw.Parse(&s.limits); refused != nil && !lasting(refused) {
		return Result{}, refused
	}
	if refused == nil {
		if err := t.ask(ctx); err != nil {
			return Result{}, err
		}
		refused = t.address()
	}
	if refused == nil {
		if refused = t.keep(ctx, t.deliver); refused != nil && !lasting(refused) {
			return Result{}, refused
		}
	}
	if refused != nil {
		reason := desk.MessageOf(refused)
		if err := t.keep(ctx, func(ctx context.Context, tx Tx) error { return t.reject(reason) }); err != nil {
			return Result{}, err
		}
	}
	return Result{Record: t.rec, Again: t.again, NewContact: t.made, Mail: t.m}, nil
}

// lasting reports whether an error is the message's own, so that it would come
// again. All others are ours: those of the database, and of the actor.
func lasting(err error) bool {
	switch desk.KindOf(err) {
	case desk.Invalid, desk.Limited, desk.Conflict, desk.NotFound:
		return true
	}
	return false
}

// address finds the mailbox that the message came to.
func (t *taking) address() error {
	if t.d.Mailbox != "" {
		if t.box = t.set.mailbox(t.d.Mailbox); t.box == nil && len(t.set.Mailboxes) > 0 {
			return desk.Errorf(desk.Invalid, "mailbox", "The workspace has no such mailbox.")
		}
		return nil
	}
	for _, address := range t.recipients() {
		if t.box = t.set.mailbox(address); t.box != nil {
			return nil
		}
	}
	if len(t.set.Mailboxes) > 0 {
		t.box = &t.set.Mailboxes[0] // a blind copy, or one that was forwarded
	}
	return nil
}

// recipients are the addresses that the message was sent to, those of the
// envelope first.
func (t *taking) recipients() []string {
	all := append([]string(nil), t.d.To...)
	if t.m == nil {
		return all
	}
	all = append(all, t.m.Delivered...)
	for _, list := range [][]Address{t.m.To, t.m.Cc} {
		for _, a := range list {
			all = append(all, a.Email)
		}
	}
	return all
}

// keep runs fn in a transaction and keeps the record and the raw message with
// what it did; of a message that was taken before, only its record is read.
func (t *taking) keep(ctx context.Context, fn func(context.Context, Tx) error) error {
	s := t.s
	input := struct{ Digest, Mailbox, ID string }{t.raw.Digest(), t.d.Mailbox, t.d.ID}
	replay, err := s.write(ctx, t.a, "intake.Take", input, func(tx Tx) ([]string, error) {
		if err := t.begin(); err != nil {
			return nil, err
		}
		if t.old == nil {
			twin, err := tx.IntakeTwin(ctx, t.a.Workspace, t.rec.Mailbox, t.rec.Key, t.rec.Content)
			if err == nil {
				t.rec, t.again = twin, true
				return []string{string(twin.ID)}, nil
			}
			if desk.KindOf(err) != desk.NotFound {
				return nil, err
			}
		}
		if t.m != nil && t.rec.MessageID != "" && t.old == nil {
			var err error
			if t.rec.Repeated, err = tx.IntakeSeen(ctx, t.a.Workspace, t.rec.MessageID); err != nil {
				return nil, err
			}
		}
		if err := fn(ctx, tx); err != nil {
			return nil, err
		}
		return []string{string(t.rec.ID)}, t.store(ctx, tx)
	})
	if err == nil && len(replay) > 0 {
		t.rec, err = s.store.IntakeRecord(ctx, t.a.Workspace, desk.IntakeID(replay[0]))
		t.again = true
	}
	return err
}

// begin fills in the record; the transaction may be run again, so that nothing
// of an earlier run may be left.
func (t *taking) begin() error {
	t.again, t.made, t.thread, t.member = false, false, nil, nil
	if t.old != nil {
		t.rec = *t.old
		t.rec.Contact, t.rec.Ticket, t.rec.Message, t.rec.Reason, t.rec.Acknowledged = "", "", "", "", false
		t.rec.Tries++
		return nil
	}
	id, err := t.s.ids.New("intake")
	if err != nil {
		return err
	}
	t.rec = Record{
		ID: desk.IntakeID(id), At: desk.Moment(t.s.now()), Size: t.raw.Size(), Digest: t.raw.Digest(), Truncated: t.raw.Truncated(), Tries: 1,
		Delivery: Envelope{ID: t.d.ID, From: t.d.From, NullPath: t.d.NullPath, To: t.d.To, Verdict: t.d.Verdict},
	}
	t.rec.Key = "sha256:" + t.rec.Digest
	if t.d.ID != "" {
		t.rec.Key = "id:" + t.d.ID
	}
	if t.box != nil {
		t.rec.Mailbox = withoutPlus(t.box.Address)
	}
	if m := t.m; m != nil {
		t.rec.MessageID, t.rec.Sender, t.rec.SenderName = m.MessageID, m.From.Email, cutBytes(m.From.Name, 500)
		t.rec.Subject = cutBytes(m.Subject, 998)
		t.rec.AutoReply, t.rec.Bounce, t.rec.List = m.AutoReply, m.Bounce, m.List
		t.rec.Verified = judge(m, t.d.Verdict, t.set.AuthServers) == Passed
		if m.MessageID != "" {
			t.rec.Content = m.content
		}
	}
	return nil
}

// keptOfLarge is how much is kept of a message that is larger than allowed.
const keptOfLarge = 64 << 10

// store writes the record, and the raw message if it is not there yet.
func (t *taking) store(ctx context.Context, tx Tx) error {
	w := t.a.Workspace
	if err := t.log(ctx, tx); err != nil {
		return err
	}
	if t.old != nil {
		return tx.UpdateIntake(ctx, w, t.rec)
	}
	most := int64(math.MaxInt64)
	if t.rec.Truncated {
		most = keptOfLarge
	}
	if err := tx.PutBlob(ctx, w, string(t.rec.ID), io.LimitReader(t.raw.Open(), most)); err != nil {
		return err
	}
	return contacts.AsRace(tx.InsertIntake(ctx, w, t.rec), "")
}

// log records what became of a message that made nothing. What was made has
// events of its own.
func (t *taking) log(ctx context.Context, tx Tx) error {
	j := t.s.entries(t.a, string(t.rec.ID))
	switch t.rec.Outcome {
	case Rejected:
		if err := j.Add(VerbRejected, string(t.rec.ID), "A message was rejected: "+t.rec.Reason, false, nil); err != nil {
			return err
		}
	case Ignored:
		if err := j.Add(VerbIgnored, string(t.rec.ID), "A message was ignored: "+t.rec.Reason, false, nil); err != nil {
			return err
		}
	default:
		return nil
	}
	return tx.Record(ctx, t.a.Workspace, j.All...)
}

func (t *taking) reject(reason string) error {
	t.rec.Outcome, t.rec.Reason = Rejected, desk.Cut(desk.OneLine(reason), 500)
	return nil
}

func (t *taking) ignore(reason string) error {
	t.rec.Outcome, t.rec.Reason = Ignored, reason
	return nil
}

// maxHops is how many servers a message may have come through.
const maxHops = 50

// deliver decides what is made of a message that was read.
func (t *taking) deliver(ctx context.Context, tx Tx) error {
	m := t.m
	switch _, own := t.s.threads.Parse(t.a.Workspace, m.MessageID); {
	case own && strings.HasPrefix(strings.ToLower(m.MessageID), "desk."):
		return t.ignore("It is one of our own messages, which came back.")
	case m.Hops > maxHops:
		return t.reject("The message goes in circles: it came through more than 50 servers.")
	case t.set.mailbox(m.From.Email) != nil:
		return t.ignore("It is from one of our own addresses.")
	}
	if err := t.find(ctx, tx); err != nil {
		return err
	}
	if m.Bounce || m.AutoReply {
		if t.thread == nil {
			return t.ignore(sortOf(m) + " that answers none of our messages makes no ticket.")
		}
		return t.note(ctx, tx)
	}
	if t.member != nil {
		return t.postAsMember(ctx, tx)
	}
	sender, err := t.sender(ctx, tx)
	if err != nil {
		return err
	}
	if t.thread != nil {
		return t.answer(ctx, tx, sender)
	}
	return t.open(ctx, tx, sender)
}

func sortOf(m *Mail) string {
	if m.Bounce {
		return "A report about a message that was not delivered"
	}
	return "An automatic answer"
}

// sender finds or makes the contact who the message says that it is from; the
// zero contact if it does not say.
func (t *taking) sender(ctx context.Context, tx Tx) (contacts.Contact, error) {
	if t.m.From.Email == "" {
		return contacts.Contact{}, nil
	}
	c, made, err := t.s.people.FromSenderIn(ctx, tx, t.w, contacts.Sender{Email: t.m.From.Email, Name: t.m.From.Name})
	t.made = made
	t.rec.Contact = c.ID
	return c, err
}
