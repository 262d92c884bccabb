package storagetest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/google/go-cmp/cmp"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

var ticketTests = []test{
	{"every field comes back", readTickets},
	{"what is not there is not found", noTickets},
	{"a stale version", staleTicket},
	{"who takes part", takePart},
	{"numbers", ticketNumbers},
	{"messages in order", orderMessages},
	{"edits", editMessages},
	{"found", findTickets},
	{"files in pieces", blobs},
	{"settings", ticketSettings},
	{"purge", purgeTickets},
	{"B55 the database refuses foreign references", foreignTickets},
}

func messageID(n int) desk.MessageID { return desk.MessageID(fmt.Sprintf("message_%04d", n)) }

// fullTicket has a value in every field.
func fullTicket(n int) tickets.Ticket {
	return tickets.Ticket{
		ID: ticketID(n), Version: 3, Number: int64(n), Subject: `Ünder "fire" '; DROP TABLE x; -- ? $1`, Status: "open", Priority: "high", Category: "hw", Assignee: "mei",
		Requester: contactID(1), CompanyID: companyID(1), Company: "Acme GmbH", Channel: tickets.ByEmail, Template: "template_1", Locked: []string{"subject", "status"},
		State: tickets.Binned, Messages: 3, PublicMessages: 2, Paused: "approval", CreatedAt: noon, UpdatedAt: noon.Add(1000), ClosedAt: noon.Add(2000),
		LastMessageAt: noon.Add(3000), LastPublicAt: noon.Add(4000), DeletedAt: noon.Add(5000), CreatedKind: desk.SystemActor, CreatedBy: "intake",
	}
}

func ticketRecord(t tickets.Ticket) tickets.Record {
	r := tickets.Record{Ticket: t}
	subject := contacts.Fold(t.Subject)
	r.Index.Text = []contacts.Line{{Class: tickets.ClassSubject, Text: subject}}
	for i, s := range []string{stamp(t.UpdatedAt), stamp(t.CreatedAt), fmt.Sprintf("%08d", t.Number), t.Priority, subject, t.Status} {
		r.Index.Sort[i] = []byte(s)
	}
	r.Index.Facets = []string{fmt.Sprint("state=", int(t.State)), "requester=" + string(t.Requester)}
	return r
}

func part(n, c int, role tickets.Role) tickets.Participation {
	return tickets.Participation{Ticket: ticketID(n), Contact: contactID(c), Role: role, AddedAt: noon, AddedBy: "member"}
}

// fillTickets puts contacts, a full ticket and two plain ones into both
// workspaces.
func (e *env) fillTickets() {
	e.t.Helper()
	e.seed(func(tx contacts.Tx, w desk.WorkspaceID) error {
		return errors.Join(
			tx.InsertCompanies(e.ctx, w, []contacts.CompanyRecord{companyRecord(1, "Acme GmbH")}),
			tx.InsertContacts(e.ctx, w, []contacts.Record{record(1, "Wilma", "wilma@example.com"), record(2, "Fred", "")}),
		)
	})
	for _, w := range []desk.WorkspaceID{twin, home} {
		e.NoErr(e.Tickets.Update(e.ctx, func(tx tickets.Tx) error {
			plain := tickets.Ticket{ID: ticketID(2), Version: 1, Number: 2, Subject: "Plain"}
			return errors.Join(
				tx.InsertTicket(e.ctx, w, ticketRecord(fullTicket(1)), []tickets.Participation{part(1, 1, tickets.Requester), part(1, 2, tickets.Pending)}),
				tx.InsertTicket(e.ctx, w, ticketRecord(plain), nil),
			)
		}))
	}
	e.before = dump(e.t, e.f.Name, e.DB, twin)
}

func (e *env) updateTickets(fn func(tx tickets.Tx) error) {
	e.t.Helper()
	if err := e.Tickets.Update(e.ctx, fn); err != nil {
		e.t.Fatal(err)
	}
}

func readTickets(e *env) {
	e.fillTickets()
	got, err := e.Tickets.Ticket(e.ctx, home, ticketID(1))
	e.NoErr(err)
	same(e, fullTicket(1), got)
	got, err = e.Tickets.TicketByNumber(e.ctx, home, 2)
	e.NoErr(err)
	same(e, tickets.Ticket{ID: ticketID(2), Version: 1, Number: 2, Subject: "Plain"}, got)
	ts, err := e.Tickets.TicketList(e.ctx, home, []desk.TicketID{ticketID(2), "ticket_none", ticketID(1), `'"{}`})
	e.NoErr(err)
	e.Equal(len(ts), 2)
	ps, err := e.Tickets.Participations(e.ctx, home, []desk.TicketID{ticketID(1), ticketID(2)})
	e.NoErr(err)
	same(e, []tickets.Participation{part(1, 1, tickets.Requester), part(1, 2, tickets.Pending)}, ps)

	m := tickets.Message{ID: messageID(1), Ticket: ticketID(1), Kind: tickets.Internal, AuthorKind: desk.SystemActor, AuthorID: "intake", Contact: contactID(1), At: noon, EditedAt: noon.Add(1000),
		Text: "a\nb'?$1", HTML: "<b>x</b>", Channel: tickets.ByEmail,
		Email:       &tickets.Mail{MessageID: "<1@x>", InReplyTo: "<0@x>", References: []string{"<0@x>"}, From: "a@b", FromName: `"A"`, To: []string{"c@d"}, Cc: []string{"e@f"}, Subject: "s", AutoReply: true, Bounce: true, List: true, Verified: true, Repeated: true},
		Attachments: []tickets.Attachment{{ID: "file_1", Message: messageID(1), Name: `a"b.txt`, Type: "text/plain", Size: 3, SHA256: "00", ContentID: "x@y", Inline: true}, {ID: "file_2", Message: messageID(1), Name: "c"}}}
	e.updateTickets(func(tx tickets.Tx) error {
		return errors.Join(tx.InsertMessage(e.ctx, home, m), tx.InsertAttachments(e.ctx, home, ticketID(1), m.Attachments))
	})
	kept, err := e.Tickets.TicketMessage(e.ctx, home, ticketID(1), messageID(1))
	e.NoErr(err)
	same(e, m, kept)
	of, n, err := e.Tickets.ContactMessages(e.ctx, home, contactID(1), "", 10)
	e.NoErr(err)
	e.Equal(n, 1)
	same(e, []tickets.Message{m}, of)
}

func noTickets(e *env) {
	e.fillTickets()
	for _, w := range []desk.WorkspaceID{"nowhere", home} {
		_, err := e.Tickets.Ticket(e.ctx, w, "ticket_none")
		e.Equal(desk.KindOf(err), desk.NotFound)
		_, err = e.Tickets.TicketByNumber(e.ctx, w, 99)
		e.Equal(desk.KindOf(err), desk.NotFound)
		_, err = e.Tickets.TicketMessage(e.ctx, w, ticketID(1), "message_none")
		e.Equal(desk.KindOf(err), desk.NotFound)
		_, err = io.ReadAll(e.Tickets.OpenBlob(e.ctx, w, "file_none"))
		e.Equal(desk.KindOf(err), desk.NotFound)
	}
	_, err := e.Tickets.Ticket(e.ctx, "nowhere", ticketID(1))
	e.Equal(desk.KindOf(err), desk.NotFound)
	ps, err := e.Tickets.Participations(e.ctx, "nowhere", []desk.TicketID{ticketID(1)})
	e.NoErr(err)
	e.Equal(len(ps), 0)
}

func staleTicket(e *env) {
	e.fillTickets()
	next := fullTicket(1)
	next.Version, next.Subject, next.State, next.Requester = 4, "Other", tickets.Live, contactID(1)
	e.updateTickets(func(tx tickets.Tx) error { return tx.UpdateTicket(e.ctx, home, ticketRecord(next), 3) })
	got, err := e.Tickets.Ticket(e.ctx, home, ticketID(1))
	e.NoErr(err)
	same(e, next, got)
	err = e.Tickets.Update(e.ctx, func(tx tickets.Tx) error { return tx.UpdateTicket(e.ctx, home, ticketRecord(next), 3) })
	e.True(errors.Is(err, contacts.ErrStale))
	e.Equal(desk.FieldOf(err), "version")
}

func takePart(e *env) {
	e.fillTickets()
	e.updateTickets(func(tx tickets.Tx) error { // the old requester goes first
		return tx.PutParticipations(e.ctx, home, []tickets.Participation{part(1, 1, tickets.Participating), part(1, 2, tickets.Requester)})
	})
	ps, err := e.Tickets.Participations(e.ctx, home, []desk.TicketID{ticketID(1)})
	e.NoErr(err)
	same(e, []tickets.Participation{part(1, 1, tickets.Participating), part(1, 2, tickets.Requester)}, ps)
	err = e.Tickets.Update(e.ctx, func(tx tickets.Tx) error {
		return tx.PutParticipations(e.ctx, home, []tickets.Participation{part(1, 1, tickets.Requester)})
	})
	e.Equal(desk.KindOf(err), desk.Conflict) // one requester at most
	e.updateTickets(func(tx tickets.Tx) error { return tx.DeleteParticipation(e.ctx, home, ticketID(1), contactID(2)) })
	ps, err = e.Tickets.Participations(e.ctx, home, []desk.TicketID{ticketID(1)})
	e.NoErr(err)
	e.Equal(len(ps), 1)
}

func ticketNumbers(e *env) {
	for want := range int64(3) {
		e.updateTickets(func(tx tickets.Tx) error {
			n, err := tx.NextTicketNumber(e.ctx, home)
			e.Equal(n, want+1)
			return err
		})
	}
	e.updateTickets(func(tx tickets.Tx) error {
		n, err := tx.NextTicketNumber(e.ctx, twin)
		e.Equal(n, int64(1))
		return err
	})
}

func orderMessages(e *env) {
	e.fillTickets()
	e.updateTickets(func(tx tickets.Tx) error {
		for n := range 9 {
			kind := tickets.Public
			if n%2 == 1 {
				kind = tickets.Internal
			}
			if err := tx.InsertMessage(e.ctx, home, tickets.Message{ID: messageID(n), Ticket: ticketID(1 + n/8), Kind: kind, At: noon}); err != nil {
				return err
			}
		}
		return nil
	})
	for _, c := range []struct {
		f    tickets.MessageFind
		want string
	}{
		{tickets.MessageFind{Limit: 100}, "01234567"}, {tickets.MessageFind{Limit: 3, Desc: true}, "765"}, {tickets.MessageFind{Limit: 2, After: messageID(3)}, "45"},
		{tickets.MessageFind{Limit: 2, Before: messageID(3), Desc: true}, "21"}, {tickets.MessageFind{Limit: 9, Kind: tickets.Public}, "0246"},
		{tickets.MessageFind{Limit: 9, Kind: tickets.Internal, After: messageID(1), Before: messageID(7)}, "35"},
	} {
		c.f.Ticket = ticketID(1)
		ms, err := e.Tickets.TicketMessages(e.ctx, home, c.f)
		e.NoErr(err)
		got := ""
		for _, m := range ms {
			got += strings.TrimPrefix(string(m.ID), "message_000")
		}
		e.Equal(got, c.want)
	}
}

func editMessages(e *env) {
	e.fillTickets()
	m := tickets.Message{ID: messageID(1), Ticket: ticketID(1), Kind: tickets.Internal, Text: "old", At: noon, Attachments: []tickets.Attachment{{ID: "file_1", Message: messageID(1)}}}
	first := tickets.Edit{ID: "edit_1", At: noon, AuthorKind: desk.MemberActor, AuthorID: "m", Text: "old", HTML: "<b>"}
	last := tickets.Edit{ID: "edit_2", At: noon.Add(1000), Text: "new"}
	e.updateTickets(func(tx tickets.Tx) error {
		return errors.Join(tx.InsertMessage(e.ctx, home, m), tx.PutBlob(e.ctx, home, "file_1", strings.NewReader("x")), tx.InsertAttachments(e.ctx, home, ticketID(1), m.Attachments))
	})
	m.Text, m.EditedAt = "new", noon
	e.updateTickets(func(tx tickets.Tx) error { return tx.EditMessage(e.ctx, home, m, first) })
	got, err := e.Tickets.TicketMessage(e.ctx, home, ticketID(1), messageID(1))
	e.NoErr(err)
	same(e, m, got)
	e.updateTickets(func(tx tickets.Tx) error { return tx.DeleteMessage(e.ctx, home, m, last) })
	es, err := e.Tickets.TicketEdits(e.ctx, home, ticketID(1), messageID(1))
	e.NoErr(err)
	same(e, []tickets.Edit{first, last}, es)
	_, err = io.ReadAll(e.Tickets.OpenBlob(e.ctx, home, "file_1"))
	e.Equal(desk.KindOf(err), desk.NotFound)
	err = e.Tickets.Update(e.ctx, func(tx tickets.Tx) error { return tx.DeleteMessage(e.ctx, home, m, tickets.Edit{ID: "edit_3"}) })
	e.Equal(desk.KindOf(err), desk.NotFound)
}

// found are the tickets with a word in a class, live or binned.
func (e *env) foundTickets(word string, class contacts.Class) []desk.TicketID {
	e.t.Helper()
	f, err := e.Tickets.FindTickets(e.ctx, home, tickets.Find{Facets: [][]string{{"state=0", "state=1"}}, Limit: 10, Sort: tickets.SortNumber,
		Terms: [][]contacts.Needle{{{Text: word, In: []contacts.Class{class}}}}})
	e.NoErr(err)
	var ids []desk.TicketID
	for _, t := range f.Tickets {
		ids = append(ids, t.ID)
	}
	return ids
}

func findTickets(e *env) {
	e.fillTickets()
	for _, indexed := range []bool{false, true} {
		if indexed {
			e.index(100)
		}
		e.Equal(e.foundTickets("plain", tickets.ClassSubject), []desk.TicketID{ticketID(2)})
		e.Equal(e.foundTickets("wilma", contacts.ClassName), []desk.TicketID{ticketID(1)})
		e.Equal(e.foundTickets("wilma@", contacts.ClassEmail), []desk.TicketID{ticketID(1)})
		e.Equal(len(e.foundTickets("wilma", tickets.ClassSubject)), 0)
	}
	renamed := changedFrom(e.get(contactID(1)), func(c *contacts.Contact) { c.FirstName = "Betty" })
	e.update(func(tx contacts.Tx) error { return tx.UpdateContacts(e.ctx, home, []contacts.Record{renamed}) })
	e.Equal(e.foundTickets("betty", contacts.ClassName), []desk.TicketID{ticketID(1)})
	e.Equal(len(e.foundTickets("wilma", contacts.ClassName)), 0)
	f, err := e.Tickets.FindTickets(e.ctx, home, tickets.Find{Facets: [][]string{{"state=0", "state=1"}}, Limit: 1, Sort: tickets.SortNumber, Desc: true})
	e.NoErr(err)
	e.Equal(f.Tickets[0].ID, ticketID(2))
	e.True(f.More)
	e.Equal(f.Count, 2)
}

func blobs(e *env) {
	sizes := []int{0, 1, 256<<10 - 1, 256 << 10, 256<<10 + 1, 512 << 10}
	for i, n := range sizes {
		data := bytes.Repeat([]byte{byte(i), 0, 255}, n/3+1)[:n]
		id := fmt.Sprint("file_", n)
		e.updateTickets(func(tx tickets.Tx) error {
			return errors.Join(tx.PutBlob(e.ctx, home, id, bytes.NewReader(data)), tx.PutBlob(e.ctx, twin, id, strings.NewReader("theirs")))
		})
		got, err := io.ReadAll(e.Tickets.OpenBlob(e.ctx, home, id))
		e.NoErr(err)
		e.True(bytes.Equal(got, data))
	}
	e.before = dump(e.t, e.f.Name, e.DB, twin)
	err := e.Tickets.Update(e.ctx, func(tx tickets.Tx) error { return tx.PutBlob(e.ctx, home, "file_1", strings.NewReader("again")) })
	e.Equal(desk.KindOf(err), desk.Conflict)
	before := dump(e.t, e.f.Name, e.DB, home)
	err = e.Tickets.Update(e.ctx, func(tx tickets.Tx) error {
		_ = tx.PutBlob(e.ctx, home, "file_broken", io.MultiReader(bytes.NewReader(make([]byte, 300<<10)), brokenReader{}))
		return nil // forgot to look
	})
	e.True(errors.Is(err, errNo))
	same(e, before, dump(e.t, e.f.Name, e.DB, home))
	e.updateTickets(func(tx tickets.Tx) error { return tx.DeleteBlobs(e.ctx, home, []string{"file_0", "file_1"}) })
	_, err = io.ReadAll(e.Tickets.OpenBlob(e.ctx, home, "file_1"))
	e.Equal(desk.KindOf(err), desk.NotFound)
	// One that is removed while it is read does not end as if it were whole.
	r := e.Tickets.OpenBlob(e.ctx, home, fmt.Sprint("file_", 256<<10))
	_, err = io.ReadFull(r, make([]byte, 256<<10))
	e.NoErr(err)
	e.updateTickets(func(tx tickets.Tx) error { return tx.DeleteBlobs(e.ctx, home, []string{fmt.Sprint("file_", 256<<10)}) })
	_, err = r.Read(make([]byte, 1))
	e.Equal(desk.KindOf(err), desk.NotFound)
}

type brokenReader struct{}

func (brokenReader) Read([]byte) (int, error) { return 0, errNo }

func ticketSettings(e *env) {
	s, err := e.Tickets.TicketSettings(e.ctx, home)
	e.NoErr(err)
	same(e, tickets.Settings{}, s)
	s = tickets.Settings{Version: 1, Statuses: []tickets.Status{{Key: "a", Label: "Ä", Class: tickets.Open}}, Assignees: []tickets.Assignee{{ID: "m", Name: "M"}}, KeepClosed: true, MaxMessage: 5}
	e.updateTickets(func(tx tickets.Tx) error { return tx.PutTicketSettings(e.ctx, home, s) })
	got, err := e.Tickets.TicketSettings(e.ctx, home)
	e.NoErr(err)
	same(e, s, got)
	err = e.Tickets.Update(e.ctx, func(tx tickets.Tx) error { return tx.PutTicketSettings(e.ctx, home, s) })
	e.True(errors.Is(err, contacts.ErrStale))
	set, err := e.Store.Settings(e.ctx, home)
	e.NoErr(err)
	same(e, contacts.Settings{}, set) // the contacts' own are not touched
}

func purgeTickets(e *env) {
	e.fillTickets()
	e.updateTickets(func(tx tickets.Tx) error {
		m := tickets.Message{ID: messageID(1), Ticket: ticketID(1), Kind: tickets.Public, Text: "ZEBRA", Contact: contactID(1), AuthorKind: desk.ContactActor, AuthorID: string(contactID(1))}
		other := m
		other.Ticket, other.ID, other.Text = ticketID(2), messageID(2), "stays"
		made := event(1, "", "ticket.created")
		made.Subject, made.Summary = string(ticketID(1)), "ZEBRA"
		return errors.Join(tx.InsertMessage(e.ctx, home, m), tx.InsertMessage(e.ctx, home, other), tx.PutBlob(e.ctx, home, "file_1", strings.NewReader("ZEBRA")),
			tx.InsertAttachments(e.ctx, home, ticketID(1), []tickets.Attachment{{ID: "file_1", Message: messageID(1), Name: "ZEBRA"}}), tx.Record(e.ctx, home, made))
	})
	e.updateTickets(func(tx tickets.Tx) error {
		return tx.PurgeTickets(e.ctx, home, []desk.TicketID{ticketID(1), "ticket_none"})
	})
	left := dump(e.t, e.f.Name, e.DB, home)
	e.True(!strings.Contains(left, "ZEBRA"))
	e.True(!strings.Contains(left, "file_1"))
	// A contact that goes leaves the tickets that stay.
	e.update(func(tx contacts.Tx) error { return tx.PurgeContacts(e.ctx, home, []desk.ContactID{contactID(1)}) })
	m, err := e.Tickets.TicketMessage(e.ctx, home, ticketID(2), messageID(2))
	e.NoErr(err)
	e.Equal(string(m.Contact)+m.AuthorID, "")
	e.Equal(m.Text, "stays")
}

func foreignTickets(e *env) {
	e.fillTickets()
	e.update(func(tx contacts.Tx) error {
		return tx.InsertContacts(e.ctx, twin, []contacts.Record{record(7, "Theirs", "")})
	})
	e.updateTickets(func(tx tickets.Tx) error {
		return tx.InsertTicket(e.ctx, twin, ticketRecord(tickets.Ticket{ID: ticketID(7), Version: 1, Number: 7}), nil)
	})
	e.before = dump(e.t, e.f.Name, e.DB, twin)
	before := dump(e.t, e.f.Name, e.DB, home)
	for name, fn := range map[string]func(tx tickets.Tx) error{
		"requester": func(tx tickets.Tx) error {
			return tx.InsertTicket(e.ctx, home, ticketRecord(tickets.Ticket{ID: ticketID(9), Version: 1, Number: 9, Requester: contactID(7)}), nil)
		},
		"participant": func(tx tickets.Tx) error {
			return tx.PutParticipations(e.ctx, home, []tickets.Participation{part(1, 7, tickets.Participating)})
		},
		"ticket": func(tx tickets.Tx) error {
			return tx.PutParticipations(e.ctx, home, []tickets.Participation{part(7, 1, tickets.Participating)})
		},
		"message": func(tx tickets.Tx) error {
			return tx.InsertMessage(e.ctx, home, tickets.Message{ID: messageID(1), Ticket: ticketID(7)})
		},
		"author": func(tx tickets.Tx) error {
			return tx.InsertMessage(e.ctx, home, tickets.Message{ID: messageID(1), Ticket: ticketID(1), Contact: contactID(7)})
		},
		"file": func(tx tickets.Tx) error {
			return tx.InsertAttachments(e.ctx, home, ticketID(7), []tickets.Attachment{{ID: "file_1", Message: messageID(1)}})
		},
	} {
		if err := e.Tickets.Update(e.ctx, fn); desk.KindOf(err) != desk.Invalid {
			e.t.Errorf("%s: %v", name, err)
		}
	}
	if d := cmp.Diff(before, dump(e.t, e.f.Name, e.DB, home)); d != "" {
		e.t.Error(d)
	}
}
