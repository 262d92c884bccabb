package contacts

import (
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
	store Store
	opts  Options
}

// New returns a service on the store.
func New(store Store, opts *Options) *Service {
	s := &Service{store: store}
	if opts != nil {
		s.opts = *opts
	}
	return s
}
