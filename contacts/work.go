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
	if done.Indexed, err = s.index(ctx, a.Workspace, workBatch); err != nil {
		return done, err
	}
	done.Sealed, err = s.seal(ctx, a.Workspace)
	return done, err
}

// index brings all that has changed into the search index, up to n records at a
// time.
func (s *Service) index(ctx context.Context, w desk.WorkspaceID, n int) (int, error) {
	total := 0
	for {
		done, err := s.store.IndexContacts(ctx, w, n)
		if total += done; err != nil || done == 0 {
			return total, err
		}
	}
}
