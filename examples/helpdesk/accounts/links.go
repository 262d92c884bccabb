package accounts

import (
	"context"
	"database/sql"

	"github.com/deskfolk/desk"
)

// errLink is the answer to a link that was used, is too old or never was one.
var errLink = &desk.Error{Kind: desk.Expired, Message: "This sign-in link is no longer active: it was used already, or it is too old. Ask for a new one."}

// OneTimeLink returns the token of a new sign-in link for the agent. It works
// once, within the lifetime set in [Options]; making one ends the older ones.
func (s *Store) OneTimeLink(ctx context.Context, w desk.WorkspaceID, email string) (string, error) {
	a, _, err := s.byEmail(ctx, w, email)
	if err != nil {
		return "", failed("accounts.OneTimeLink", err)
	}
	plain, hash, err := s.token()
	if err != nil {
		return "", failed("accounts.OneTimeLink", err)
	}
	if _, err := s.db.ExecContext(ctx, `DELETE FROM helpdesk_links WHERE workspace_id = $1 AND agent_id = $2`, string(w), a.ID); err != nil {
		return "", failed("accounts.OneTimeLink", err)
	}
	if _, err := s.db.ExecContext(ctx, `INSERT INTO helpdesk_links (token_hash, workspace_id, agent_id, expires_at, used_at) VALUES ($1, $2, $3, $4, 0)`,
		hash, string(w), a.ID, s.now()+s.opts.LinkLifetime.Milliseconds()); err != nil {
		return "", failed("accounts.OneTimeLink", err)
	}
	return plain, nil
}

// Redeem uses a one-time link and begins a session. Of several calls with one
// token exactly one succeeds; the others are desk.Expired.
func (s *Store) Redeem(ctx context.Context, token string) (Session, error) {
	if len(token) != tokenLength {
		return Session{}, desk.In("accounts.Redeem", errLink)
	}
	hash, now := hashToken(token), s.now()
	res, err := s.db.ExecContext(ctx, `UPDATE helpdesk_links SET used_at = $1 WHERE token_hash = $2 AND used_at = 0 AND expires_at > $3`, now, hash, now)
	if err != nil {
		return Session{}, failed("accounts.Redeem", err)
	}
	if n, err := res.RowsAffected(); err != nil || n != 1 {
		return Session{}, desk.In("accounts.Redeem", errLink)
	}
	row := s.db.QueryRowContext(ctx, `SELECT a.workspace_id, a.id, a.email, a.name, a.role, a.created_at, a.signed_in_at
		FROM helpdesk_links l JOIN helpdesk_agents a ON a.workspace_id = l.workspace_id AND a.id = l.agent_id WHERE l.token_hash = $1`, hash)
	a, err := scanAgent(row)
	if err != nil {
		return Session{}, failed("accounts.Redeem", err)
	}
	var session Session
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		session, err = s.begin(ctx, tx, a)
		return err
	})
	return session, failed("accounts.Redeem", err)
}
