package accounts

import (
	"context"
	"database/sql"
	"strings"
	"time"

	"github.com/deskfolk/desk"
)

// attemptWindow is how long failures are counted together.
const attemptWindow = 15 * time.Minute

// attempt is one budget of failures: its key is a hash, so that the table
// holds no addresses.
type attempt struct {
	key   string
	limit int64
}

// attempts returns the budgets that a try draws on. The narrow one comes
// first; it alone is emptied by a success, because the other two are shared
// with callers who have not succeeded.
func attempts(w desk.WorkspaceID, email, client string) []attempt {
	address := strings.ToLower(strings.TrimSpace(email))
	return []attempt{
		{hashToken("both\x00" + string(w) + "\x00" + address + "\x00" + client), 10},
		{hashToken("client\x00" + client), 50},
		{hashToken("address\x00" + string(w) + "\x00" + address), 100},
	}
}

// spend takes one try from each budget, before anything is compared and in one
// statement each, so that many tries at once cannot share one.
func (s *Store) spend(ctx context.Context, tries []attempt) error {
	limited := false
	err := s.write(ctx, func(tx *sql.Tx) (err error) {
		limited, err = s.spendIn(ctx, tx, tries)
		return err
	})
	if err == nil && limited { // what was spent is spent
		return &desk.Error{Kind: desk.Limited, Message: "Too many tries to sign in. Nothing is locked: wait a quarter of an hour and try again, or ask for a sign-in link."}
	}
	return err
}

func (s *Store) spendIn(ctx context.Context, tx *sql.Tx, tries []attempt) (limited bool, err error) {
	now := s.now()
	cut := now - attemptWindow.Milliseconds()
	for _, t := range tries {
		var failures int64
		err := tx.QueryRowContext(ctx, `INSERT INTO helpdesk_attempts (attempt_key, since, failures) VALUES ($1, $2, 1)
			ON CONFLICT (attempt_key) DO UPDATE SET
				failures = CASE WHEN helpdesk_attempts.since <= $3 THEN 1 ELSE helpdesk_attempts.failures + 1 END,
				since = CASE WHEN helpdesk_attempts.since <= $4 THEN $5 ELSE helpdesk_attempts.since END
			RETURNING failures`, t.key, now, cut, cut, now).Scan(&failures)
		if err != nil || failures > t.limit {
			return err == nil, err
		}
	}
	return false, nil
}

// refund gives back what a success has spent: all of its own budget, and of
// those it shares no more than its one try. It sweeps those that ran out of time.
func (s *Store) refund(ctx context.Context, tx *sql.Tx, tries []attempt) error {
	for _, t := range tries[1:] {
		if _, err := tx.ExecContext(ctx, `UPDATE helpdesk_attempts SET failures = failures - 1 WHERE attempt_key = $1 AND failures > 0`, t.key); err != nil {
			return err
		}
	}
	_, err := tx.ExecContext(ctx, `DELETE FROM helpdesk_attempts WHERE attempt_key = $1 OR since <= $2`,
		tries[0].key, s.now()-attemptWindow.Milliseconds())
	return err
}
