package tickets_test

import (
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

const (
	threadTicket  = desk.TicketID("ticket_01h455vb4pex5vsknk084sn02q")
	threadOther   = desk.TicketID("ticket_01h455vb4pex5vsknk084sn02r")
	threadNotice  = desk.NoticeID("notice_01h455vb4pex5vsknk084sn02s")
	threadContact = desk.ContactID("contact_01h455vb4pex5vsknk084sn02t")
)

func TestR72_ReplyTokens(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	threads := tickets.Threads{Keys: [][]byte{[]byte("a secret of some length")}}
	id := threads.MessageID("w", threadTicket, threadNotice, "desk.test")
	address := threads.Address("support@desk.test", "w", threadTicket, threadContact)
	member := threads.MemberAddress("support@desk.test", "w", threadTicket, "m1")
	_, err := contacts.ParseEmail(address)
	is.NoErr(err)
	is.True(strings.HasPrefix(address, "support+") && strings.HasSuffix(address, "@desk.test"))
	for _, s := range []string{id, "<" + id + ">", address, strings.ToUpper(address), strings.ToUpper(id)} {
		th, ok := threads.Parse("w", s)
		is.True(ok)
		is.Equal(th.Ticket, threadTicket)
	}
	th, _ := threads.Parse("w", address)
	is.True(threads.For(th, "w", threadContact))
	is.True(!threads.For(th, "w", "contact_01h455vb4pex5vsknk084sn02v"))
	_, ok := threads.ParseMember("w", "m1", member)
	is.True(ok)

	// None of these is a token.
	_, ok = threads.ParseMember("w", "m2", member)
	is.True(!ok) // another member's
	_, ok = threads.ParseMember("w", "m1", address)
	is.True(!ok) // a contact's
	bad := []string{
		member, "", "desk.", "support@desk.test", "support+42@desk.test", "ticket-1@desk.test", "support+" + string(threadTicket) + "@desk.test",
		"support+c01h455vb4pex5vsknk084sn02q@desk.test", "reply-1-a@desk.test", strings.Replace(id, "02q", "02r", 1), strings.Replace(address, "02q", "02r", 1),
		id[:60] + "@desk.test", strings.Replace(id, "@", "0@", 1), strings.Replace(address, "@", "0@", 1), strings.Replace(address, "+c", "+m", 1), strings.Repeat("x", 5000),
	}
	for i := range address {
		if c := address[i]; i > len("support+") && c != '@' && i < strings.IndexByte(address, '@') {
			other := byte('0')
			if c == '0' {
				other = '1'
			}
			bad = append(bad, address[:i]+string(other)+address[i+1:])
		}
	}
	for _, s := range bad {
		if _, ok := threads.Parse("w", s); ok {
			t.Errorf("%.100q was taken for a token", s)
		}
	}
	for _, s := range []string{id, address} {
		_, ok := threads.Parse("another", s)
		is.True(!ok) // another workspace's
		_, ok = tickets.Threads{}.Parse("w", s)
		is.True(!ok)
		_, ok = tickets.Threads{Keys: [][]byte{[]byte("another secret of this length")}}.Parse("w", s)
		is.True(!ok)
	}
}

func TestC34_ReplyKeysRotate(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	old, fresh := []byte("the first secret of them all"), []byte("the second secret of them all")
	was := tickets.Threads{Keys: [][]byte{old}}
	now := tickets.Threads{Keys: [][]byte{fresh, old}}
	later := tickets.Threads{Keys: [][]byte{fresh}}
	s := was.Address("support@desk.test", "w", threadTicket, threadContact)
	_, ok := now.Parse("w", s)
	is.True(ok)
	_, ok = later.Parse("w", s)
	is.True(!ok)
	is.True(now.Address("support@desk.test", "w", threadTicket, threadContact) == later.Address("support@desk.test", "w", threadTicket, threadContact))
	is.Equal(tickets.Threads{Keys: [][]byte{[]byte("short")}}.MessageID("w", threadTicket, threadNotice, "x.test"), "")
	is.Equal(was.MessageID("w", threadOther, "", "x.test"), "")
	is.Equal(was.Address("a-name-that-is-long@desk.test", "w", threadTicket, threadContact), "a-name-that-is-long@desk.test")
}
