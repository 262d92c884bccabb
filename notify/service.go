package notify

import (
	"context"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// Options are what a service can be given. The zero value, and nil, are good
// for all but links and replies by email.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes ids; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; nil: random ones, which end with the process.
	CursorKeys desk.CursorKeys
	// Contacts is the service that contacts are made and call checks are noted
	// by; nil: one is made on the same store.
	Contacts *contacts.Service
	// Types are further types of messages, or others in place of the library's.
	Types []Type
	// From is the address that emails come from, ReplyTo where replies go; a
	// workspace's settings may have their own.
	From, ReplyTo string
	// BaseURL is where the pages are, for links, if a workspace's settings have
	// none; without either there are no links.
	BaseURL string
	// TicketPath is the page of a ticket for its contacts, below the base URL,
	// with {id} or {number} in it: "/portal/tickets/{number}". Empty: emails
	// have no link to the ticket.
	TicketPath string
	// UnsubscribePath is where [Service.UnsubscribeHandler] is mounted; empty:
	// "/unsubscribe".
	UnsubscribePath string
	// UnsubscribeKeys sign the links to unsubscribe. The first signs, all are
	// accepted. At least 16 bytes each; without them emails have no such link.
	UnsubscribeKeys desk.CursorKeys
	// Threads makes the tokens by which replies find their tickets, as intake
	// reads them; without keys replies are new tickets.
	Threads tickets.Threads
	// Domain is what message ids end with; empty: the domain of From.
	Domain string
}

// Service has the rules about messages. It is safe for concurrent use.
type Service struct {
	store    Store
	o        Options
	contacts *contacts.Service
	types    []Type
	byName   map[string]*Type
	shelf    shelf
}

// New returns a service on the store.
func New(store Store, opts *Options) *Service {
	s := &Service{store: store}
	if opts != nil {
		s.o = *opts
	}
	s.o.Now, s.o.IDs, s.o.CursorKeys = desk.Defaults(s.o.Now, s.o.IDs, s.o.CursorKeys)
	if s.o.UnsubscribePath == "" {
		s.o.UnsubscribePath = "/unsubscribe"
	}
	if s.contacts = s.o.Contacts; s.contacts == nil {
		s.contacts = contacts.New(store.ContactStore(), &contacts.Options{Now: s.o.Now, IDs: s.o.IDs})
	}
	s.offer(Builtin(), s.o.Types)
	return s
}

// offer sets the types of messages: the library's own, and the host's beside or
// in place of them.
func (s *Service) offer(all, more []Type) {
	for _, t := range more {
		if t.Class == "" {
			t.Class = Transactional
		}
		if i := slices.IndexFunc(all, func(o Type) bool { return o.Name == t.Name }); i >= 0 {
			if t.Default.Subject == "" {
				t.Default = all[i].Default
			}
			all[i] = t
		} else {
			all = append(all, t)
		}
	}
	s.types, s.byName = all, make(map[string]*Type, len(all))
	for i := range all {
		all[i].Default.Type = all[i].Name
		s.byName[all[i].Name] = &all[i]
	}
}

// Types returns the types of messages in the order in which they are offered.
// Those of the class Direct have no rule and no preference.
func (s *Service) Types() []Type { return slices.Clone(s.types) }

func (s *Service) now() time.Time { return desk.Moment(s.o.Now()) }

// journal starts the events of a call.
func (s *Service) journal(a desk.Actor) *desk.Entries {
	return &desk.Entries{IDs: s.o.IDs, Actor: a, Now: s.now()}
}

// write runs fn in a transaction, with the actor's idempotency key.
func (s *Service) write(ctx context.Context, a desk.Actor, op string, input any, fn func(Tx) ([]string, error)) (replay []string, err error) {
	return contacts.Call{Actor: a, Op: op, Input: input, Now: s.o.Now}.Run(ctx, func(body func(contacts.Tx, func() ([]string, error)) error) error {
		return s.store.Update(ctx, func(tx Tx) error {
			return body(tx, func() ([]string, error) { return fn(tx) })
		})
	})
}
