package contacts

import (
	"context"

	"github.com/deskfolk/desk"
)

// workBatch is how many changed records one transaction of Work indexes: few
// enough that no writer waits long for it.
const workBatch = 2000

// Work does what can wait, for the actor's workspace: it brings changes into
// the search index, seals the log, and purges what was in the bin for BinDays
// if the actor has MayPurge. A host calls it every minute or so, for each
// workspace, with a system actor; others need MaySettings. Several at once do
// no harm.
func (s *Service) Work(ctx context.Context, a desk.Actor) (Worked, error) {
	w, err := s.work(ctx, a)
	return w, desk.In("contacts.Work", err)
}

func (s *Service) work(ctx context.Context, a desk.Actor) (Worked, error) {
	var done Worked
	if err := needUpkeep(a); err != nil {
		return done, err
	}
	var err error
	if a.May(MayPurge) && seesAny(a) {
		if done.Purged, err = s.emptyBin(ctx, a); err != nil {
			return done, err
		}
	}
	for {
		n := 0
		err := s.store.Update(ctx, func(tx Tx) error {
			var err error
			n, err = tx.IndexContacts(ctx, a.Workspace, workBatch)
			return err
		})
		if err != nil {
			return done, err
		}
		if done.Indexed += n; n < workBatch {
			break
		}
	}
	done.Sealed, err = s.seal(ctx, a.Workspace)
	return done, err
}
