package contacts

import (
	"context"
	"time"

	"github.com/deskfolk/desk"
)

// Options are what a service can be given. The zero value, and nil, are good.
type Options struct {
	// Now is the clock; nil is time.Now.
	Now func() time.Time
	// IDs makes ids; nil makes them of Now and crypto/rand.
	IDs *desk.IDs
	// CursorKeys sign the cursors of lists; each of 16 bytes or more. With nil
	// the service makes a random one, so that cursors end with the process.
	CursorKeys desk.CursorKeys
	// IndexEvery is after how many changed contacts of a workspace the service
	// brings them into the search index by itself; 0 is 512, negative never.
	// See [Service.Work].
	IndexEvery int
	// Parts are further parts of a contact's profile, which other packages or
	// the host supply. See [Service.Profile].
	Parts []ProfilePart
}

// Service has the rules about contacts and companies. It is safe for
// concurrent use.
type Service struct {
	store   Store
	now     func() time.Time
	ids     *desk.IDs
	cursors desk.CursorKeys
	parts   []ProfilePart
	indexer *Indexer
}

// New returns a service on the store.
func New(store Store, opts *Options) *Service {
	var o Options
	if opts != nil {
		o = *opts
	}
	s := &Service{store: store, parts: o.Parts, indexer: NewIndexer(o.IndexEvery)}
	s.now, s.ids, s.cursors = desk.Defaults(o.Now, o.IDs, o.CursorKeys)
	return s
}

// rules returns what the workspace has chosen, read from r when needed.
func (s *Service) rules(r Reader, a desk.Actor) *rules { return &rules{from: r, w: a.Workspace} }

// shown empties what the actor may not see of contacts that it may see.
func (s *Service) shown(ctx context.Context, r Reader, a desk.Actor, cs ...*Contact) error {
	var defs []FieldDef
	for _, c := range cs {
		if len(c.Custom) > 0 {
			var err error
			if defs, err = r.Fields(ctx, a.Workspace); err != nil {
				return err
			}
			break
		}
	}
	for _, c := range cs {
		mask(a, c, defs)
	}
	return nil
}
