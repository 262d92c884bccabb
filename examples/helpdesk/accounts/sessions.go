package accounts

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"io"
	"time"

	"github.com/deskfolk/desk"
)

// tokenLength is how many letters 256 bits take.
const tokenLength = 43

// errSignIn is the one answer to every sign-in that fails: it does not say
// whether the address or the password was wrong.
var errSignIn = &desk.Error{Kind: desk.Denied, Message: "The address or the password is not right. Nothing else was changed; check both and try again."}

// errSession is the answer to a token that opens no session.
var errSession = &desk.Error{Kind: desk.Expired, Message: "You are signed out. Sign in again to go on."}

// Session is what a successful sign-in gives. The token is told only here.
type Session struct {
	Token string
	Agent Agent
	// Expires is the latest time at which the session ends.
	Expires time.Time
}

// token returns 256 random bits as text, and the hash that is kept of them.
func (s *Store) token() (plain, hash string, err error) {
	b := make([]byte, 32)
	if _, err := io.ReadFull(s.opts.Rand, b); err != nil {
		return "", "", err
	}
	plain = base64.RawURLEncoding.EncodeToString(b)
	return plain, hashToken(plain), nil
}

func hashToken(plain string) string {
	h := sha256.Sum256([]byte(plain))
	return hex.EncodeToString(h[:])
}

// SignIn checks an address and a password and begins a session. The client is
// where the call comes from, such as an IP address; failures are counted per
// address, per client and per both, and too many are refused as desk.Limited
// for a quarter of an hour. Sessions that exist are never touched by that.
func (s *Store) SignIn(ctx context.Context, w desk.WorkspaceID, email, password, client string) (Session, error) {
	tries := attempts(w, email, client)
	if err := s.spend(ctx, tries); err != nil {
		return Session{}, failed("accounts.SignIn", err)
	}
	a, phc, err := s.byEmail(ctx, w, email)
	if err != nil && desk.KindOf(err) != desk.NotFound {
		return Session{}, failed("accounts.SignIn", err)
	}
	if len(password) > 4*MaxPassword {
		password = ""
	}
	ok, err := s.matches(ctx, password, phc)
	if err != nil {
		return Session{}, failed("accounts.SignIn", err)
	}
	if !ok {
		return Session{}, desk.In("accounts.SignIn", errSignIn)
	}
	var session Session
	err = s.write(ctx, func(tx *sql.Tx) (err error) {
		if err = s.refund(ctx, tx, tries); err == nil {
			session, err = s.begin(ctx, tx, a)
		}
		return err
	})
	return session, failed("accounts.SignIn", err)
}

// begin makes a new session for the agent.
func (s *Store) begin(ctx context.Context, tx *sql.Tx, a Agent) (Session, error) {
	plain, hash, err := s.token()
	if err != nil {
		return Session{}, err
	}
	now := s.now()
	if _, err := tx.ExecContext(ctx, `INSERT INTO helpdesk_sessions (token_hash, workspace_id, agent_id, created_at, seen_at) VALUES ($1, $2, $3, $4, $5)`,
		hash, string(a.Workspace), a.ID, now, now); err != nil {
		return Session{}, err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE helpdesk_agents SET signed_in_at = $1 WHERE workspace_id = $2 AND id = $3`, now, string(a.Workspace), a.ID); err != nil {
		return Session{}, err
	}
	// Whoever signs in sweeps: sessions that nobody can use any more are dropped here.
	if _, err := tx.ExecContext(ctx, `DELETE FROM helpdesk_sessions WHERE seen_at <= $1 OR created_at <= $2`,
		now-s.opts.Idle.Milliseconds(), now-s.opts.Lifetime.Milliseconds()); err != nil {
		return Session{}, err
	}
	return Session{Token: plain, Agent: a, Expires: time.UnixMilli(now).Add(s.opts.Lifetime)}, nil
}

// Session returns the agent whose session the token opens, with the role as it
// is now. A session that was idle too long or is too old is desk.Expired.
func (s *Store) Session(ctx context.Context, token string) (Agent, error) {
	if len(token) != tokenLength {
		return Agent{}, desk.In("accounts.Session", errSession)
	}
	var made, seen int64
	row := s.db.QueryRowContext(ctx, `SELECT a.workspace_id, a.id, a.email, a.name, a.role, a.created_at, a.signed_in_at, s.created_at, s.seen_at
		FROM helpdesk_sessions s JOIN helpdesk_agents a ON a.workspace_id = s.workspace_id AND a.id = s.agent_id
		WHERE s.token_hash = $1`, hashToken(token))
	a, err := scanAgent(row, &made, &seen)
	now := s.now()
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return Agent{}, desk.In("accounts.Session", errSession)
	case err != nil:
		return Agent{}, failed("accounts.Session", err)
	case now >= made+s.opts.Lifetime.Milliseconds(), now >= seen+s.opts.Idle.Milliseconds():
		_ = s.End(ctx, token)
		return Agent{}, desk.In("accounts.Session", errSession)
	}
	// One write a minute is enough to know that a session is in use.
	if now-seen >= time.Minute.Milliseconds() {
		if err := s.write(ctx, func(tx *sql.Tx) error {
			_, err := tx.ExecContext(ctx, `UPDATE helpdesk_sessions SET seen_at = $1 WHERE token_hash = $2 AND seen_at < $3`, now, hashToken(token), now)
			return err
		}); err != nil {
			return Agent{}, failed("accounts.Session", err)
		}
	}
	return a, nil
}

// End ends the session of the token. A token without a session is no error.
func (s *Store) End(ctx context.Context, token string) error {
	_, err := s.db.ExecContext(ctx, `DELETE FROM helpdesk_sessions WHERE token_hash = $1`, hashToken(token))
	return failed("accounts.End", err)
}

// EndAll ends every session and every unused link of the agent.
func (s *Store) EndAll(ctx context.Context, w desk.WorkspaceID, agent string) error {
	for _, table := range []string{"helpdesk_sessions", "helpdesk_links"} {
		if _, err := s.db.ExecContext(ctx, `DELETE FROM `+table+` WHERE workspace_id = $1 AND agent_id = $2`, string(w), agent); err != nil {
			return failed("accounts.EndAll", err)
		}
	}
	return nil
}
