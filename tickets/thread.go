package tickets

import (
	"crypto/hmac"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base32"
	"strings"

	"github.com/deskfolk/desk"
)

// Threads makes and reads the tokens by which an answer to a mail finds its
// ticket. A token carries a keyed MAC over the workspace and the ticket, so that
// nobody can make one who has not been sent one; a ticket's number or id alone
// finds nothing. The zero value makes no tokens and reads none.
type Threads struct {
	// Keys are secrets of 16 bytes or more each. The first makes tokens, all
	// read them: to change the key, put a new one in front, and take the old
	// one away when mails with it need no longer be answered.
	Keys [][]byte
}

// Thread is what a token says.
type Thread struct {
	Ticket desk.TicketID
	// whose is a mark of whom the token was made for.
	whose string
}

// The kinds of tokens. A token of one kind is none of another.
const (
	threadMail    = "m" // in a Message-ID
	threadContact = "c" // in an address, made for a contact
	threadMember  = "a" // in an address, made for a member
)

// The lengths of a token's parts, in letters of five bits.
const (
	idLetters    = 26
	whoseLetters = 4  // enough to tell the participants of one ticket apart
	macLetters   = 16 // 80 bits: an address has room for 64 bytes
	longLetters  = 26 // 130 bits
)

var letters = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// MessageID returns the id of a mail about a ticket, without angle brackets: a
// token at the domain. The notice's id makes it unique, and the same each time
// that the notice is sent. It is empty when there is no key, or an id is none.
func (t Threads) MessageID(w desk.WorkspaceID, ticket desk.TicketID, notice desk.NoticeID, domain string) string {
	if !t.can(ticket) || !desk.IsID("notice", string(notice)) {
		return ""
	}
	body := strings.TrimPrefix(string(ticket), "ticket_") + "." + strings.TrimPrefix(string(notice), "notice_")
	return "desk." + body + "." + mac(t.Keys[0], longLetters, threadMail, w, body) + "@" + domain
}

// Address returns the address for answers to a mail that a contact gets: a
// mailbox such as support@example.com with a token behind a plus. A mailbox
// whose name is too long for a token, more than 16 bytes, is returned as it is;
// its answers are told by [Threads.MessageID].
func (t Threads) Address(base string, w desk.WorkspaceID, ticket desk.TicketID, contact desk.ContactID) string {
	return t.address(base, threadContact, w, ticket, string(contact))
}

// MemberAddress is Address for a mail that a member of the workspace gets. An
// answer to it can be taken for the member's own; see [Threads.ParseMember].
func (t Threads) MemberAddress(base string, w desk.WorkspaceID, ticket desk.TicketID, member string) string {
	return t.address(base, threadMember, w, ticket, member)
}

func (t Threads) address(base, kind string, w desk.WorkspaceID, ticket desk.TicketID, who string) string {
	local, domain, ok := strings.Cut(base, "@")
	if !ok || who == "" || !t.can(ticket) || len(local)+1+1+idLetters+whoseLetters+macLetters > 64 {
		return base
	}
	body := strings.TrimPrefix(string(ticket), "ticket_") + t.mark(t.Keys[0], w, ticket, who)
	bound := body
	if kind == threadMember {
		bound += "\x00" + who
	}
	return local + "+" + kind + body + mac(t.Keys[0], macLetters, kind, w, bound) + "@" + domain
}

// can reports whether a token for the ticket can be made.
func (t Threads) can(ticket desk.TicketID) bool {
	return len(t.Keys) > 0 && len(t.Keys[0]) >= 16 && desk.IsID("ticket", string(ticket))
}

// Parse reads the token in a message id (with or without angle brackets), or
// in an address that was made for a contact.
func (t Threads) Parse(w desk.WorkspaceID, s string) (Thread, bool) {
	if len(s) > 1000 {
		return Thread{}, false
	}
	s = strings.ToLower(strings.Trim(strings.TrimSpace(s), "<>"))
	if rest, ok := strings.CutPrefix(s, "desk."); ok {
		return t.parseMessageID(w, rest)
	}
	return t.parseAddress(w, s, threadContact, "")
}

func (t Threads) parseMessageID(w desk.WorkspaceID, s string) (Thread, bool) {
	s, _, ok := strings.Cut(s, "@")
	i := strings.LastIndexByte(s, '.')
	if !ok || i != 2*idLetters+1 || len(s)-i-1 != longLetters {
		return Thread{}, false
	}
	body := s[:i]
	id := desk.TicketID("ticket_" + body[:idLetters])
	if !desk.IsID("ticket", string(id)) || !t.signed(s[i+1:], threadMail, w, body) {
		return Thread{}, false
	}
	return Thread{Ticket: id}, true
}

// ParseMember reads the token in an address that was made for a member. It is
// a token of this member only: ask whether it is still one of the workspace.
func (t Threads) ParseMember(w desk.WorkspaceID, member, s string) (Thread, bool) {
	if member == "" || len(s) > 1000 {
		return Thread{}, false
	}
	return t.parseAddress(w, strings.ToLower(strings.Trim(strings.TrimSpace(s), "<>")), threadMember, "\x00"+member)
}

func (t Threads) parseAddress(w desk.WorkspaceID, s, kind, tail string) (Thread, bool) {
	local, _, ok := strings.Cut(s, "@")
	_, token, plus := strings.Cut(local, "+")
	if i := strings.LastIndexByte(token, '+'); i >= 0 {
		token = token[i+1:]
	}
	if !ok || !plus || len(token) != 1+idLetters+whoseLetters+macLetters || token[:1] != kind {
		return Thread{}, false
	}
	body, sum := token[1:1+idLetters+whoseLetters], token[1+idLetters+whoseLetters:]
	id := desk.TicketID("ticket_" + body[:idLetters])
	if !desk.IsID("ticket", string(id)) || !t.signed(sum, kind, w, body+tail) {
		return Thread{}, false
	}
	return Thread{Ticket: id, whose: body[idLetters:]}, true
}

// For reports whether the token may have been made for the contact: false is
// certain, true is a mark of 20 bits. Tokens of message ids are for nobody.
func (t Threads) For(th Thread, w desk.WorkspaceID, contact desk.ContactID) bool {
	for _, key := range t.Keys {
		if th.whose != "" && th.whose == t.mark(key, w, th.Ticket, string(contact)) {
			return true
		}
	}
	return false
}

func (t Threads) mark(key []byte, w desk.WorkspaceID, ticket desk.TicketID, who string) string {
	return mac(key, whoseLetters, "who", w, string(ticket)+"\x00"+who)
}

// signed compares a MAC with those of all keys.
func (t Threads) signed(sum, kind string, w desk.WorkspaceID, body string) bool {
	good := 0
	for _, key := range t.Keys {
		if len(key) >= 16 {
			good |= subtle.ConstantTimeCompare([]byte(sum), []byte(mac(key, len(sum), kind, w, body)))
		}
	}
	return good == 1
}

// mac returns n letters of the keyed hash of a token. A workspace's name has no
// control characters, so that no two inputs are one.
func mac(key []byte, n int, kind string, w desk.WorkspaceID, body string) string {
	h := hmac.New(sha256.New, key)
	h.Write([]byte("desk thread 1\x00" + kind + "\x00" + string(w) + "\x00" + body))
	return letters.EncodeToString(h.Sum(nil))[:n]
}
