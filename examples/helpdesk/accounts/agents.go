package accounts

import (
	"context"
	"database/sql"
	"errors"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// Agent is a person of the workspace's staff.
type Agent struct {
	ID        string
	Workspace desk.WorkspaceID
	Email     string
	Name      string
	Role      Role
	CreatedAt time.Time
	// SignedInAt is the last time the agent signed in; zero for never.
	SignedInAt time.Time
}

// Actor returns the agent as the library's calls want it, with what the role
// may do at this moment, in the agent's own workspace.
func (a Agent) Actor() desk.Actor {
	return desk.Actor{Workspace: a.Workspace, Kind: desk.MemberActor, ID: a.ID, Grants: a.Role.Grants()}
}

const agentColumns = `workspace_id, id, email, name, role, created_at, signed_in_at`

func scanAgent(row interface{ Scan(...any) error }, more ...any) (Agent, error) {
	var a Agent
	var made, seen int64
	err := row.Scan(append([]any{&a.Workspace, &a.ID, &a.Email, &a.Name, &a.Role, &made, &seen}, more...)...)
	a.CreatedAt = time.UnixMilli(made).UTC()
	if seen > 0 {
		a.SignedInAt = time.UnixMilli(seen).UTC()
	}
	return a, err
}

// Create adds an agent. Without a password the agent can sign in by a one-time
// link only. The address is unique in the workspace: another agent with it is
// a desk.Conflict.
func (s *Store) Create(ctx context.Context, w desk.WorkspaceID, email, name string, role Role, password string) (Agent, error) {
	a, err := s.create(ctx, w, email, strings.TrimSpace(name), role, password)
	return a, failed("accounts.Create", err)
}

func (s *Store) create(ctx context.Context, w desk.WorkspaceID, email, name string, role Role, password string) (Agent, error) {
	address, err := contacts.ParseEmail(email)
	if err == nil {
		err = checkAgent(w, name, role)
	}
	if err != nil {
		return Agent{}, err
	}
	if name == "" {
		name, _, _ = strings.Cut(address.Entered, "@")
	}
	var phc string
	if password != "" {
		if err := checkPassword(password); err != nil {
			return Agent{}, err
		}
		if phc, err = s.hash(ctx, password); err != nil {
			return Agent{}, err
		}
	}
	id, err := s.ids.New("agent")
	if err != nil {
		return Agent{}, err
	}
	res, err := s.db.ExecContext(ctx, `INSERT INTO helpdesk_agents (workspace_id, id, email, email_key, name, role, password, created_at, signed_in_at)
		VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 0) ON CONFLICT DO NOTHING`,
		string(w), id, address.Entered, address.Key, name, string(role), phc, s.now())
	if err != nil {
		return Agent{}, err
	}
	if n, err := res.RowsAffected(); err != nil || n == 0 {
		return Agent{}, desk.Errorf(desk.Conflict, "email", "There is already an agent with the address %s.", address.Entered)
	}
	return s.Agent(ctx, w, id)
}

// checkAgent reports whether there can be such an agent.
func checkAgent(w desk.WorkspaceID, name string, role Role) error {
	switch {
	case !role.Known():
		return desk.Errorf(desk.Invalid, "role", "There is no role %q; the roles are manager, importer and viewer.", role)
	case !utf8.ValidString(name) || strings.ContainsFunc(name, func(r rune) bool { return r < ' ' }) || utf8.RuneCountInString(name) > 200:
		return desk.Errorf(desk.Invalid, "name", "The name must be plain text of at most 200 characters.")
	}
	return desk.CheckWorkspace(w)
}

// Agent returns one agent of the workspace.
func (s *Store) Agent(ctx context.Context, w desk.WorkspaceID, id string) (Agent, error) {
	row := s.db.QueryRowContext(ctx, `SELECT `+agentColumns+` FROM helpdesk_agents WHERE workspace_id = $1 AND id = $2`, string(w), id)
	a, err := scanAgent(row)
	if errors.Is(err, sql.ErrNoRows) {
		err = &desk.Error{Kind: desk.NotFound, Message: "There is no such agent."}
	}
	return a, failed("accounts.Agent", err)
}

// Agents returns the workspace's agents by name.
func (s *Store) Agents(ctx context.Context, w desk.WorkspaceID) ([]Agent, error) {
	rows, err := s.db.QueryContext(ctx, `SELECT `+agentColumns+` FROM helpdesk_agents WHERE workspace_id = $1 ORDER BY name, id`, string(w))
	if err != nil {
		return nil, failed("accounts.Agents", err)
	}
	defer func() { _ = rows.Close() }()
	var as []Agent
	for rows.Next() {
		a, err := scanAgent(rows)
		if err != nil {
			return nil, failed("accounts.Agents", err)
		}
		as = append(as, a)
	}
	return as, failed("accounts.Agents", rows.Err())
}

// ByEmail returns the agent with the address; desk.NotFound if there is none.
func (s *Store) ByEmail(ctx context.Context, w desk.WorkspaceID, email string) (Agent, error) {
	a, _, err := s.byEmail(ctx, w, email)
	return a, failed("accounts.ByEmail", err)
}

// byEmail returns the agent with the address, and its password's hash.
func (s *Store) byEmail(ctx context.Context, w desk.WorkspaceID, email string) (Agent, string, error) {
	address, err := contacts.ParseEmail(email)
	if err != nil {
		return Agent{}, "", &desk.Error{Kind: desk.NotFound, Message: "There is no agent with this address."}
	}
	var phc string
	row := s.db.QueryRowContext(ctx, `SELECT `+agentColumns+`, password FROM helpdesk_agents WHERE workspace_id = $1 AND email_key = $2`, string(w), address.Key)
	a, err := scanAgent(row, &phc)
	if errors.Is(err, sql.ErrNoRows) {
		err = &desk.Error{Kind: desk.NotFound, Message: "There is no agent with this address."}
	}
	return a, phc, err
}

// SetPassword gives the agent a new password and ends all of its sessions.
func (s *Store) SetPassword(ctx context.Context, w desk.WorkspaceID, email, password string) error {
	a, _, err := s.byEmail(ctx, w, email)
	if err != nil {
		return failed("accounts.SetPassword", err)
	}
	if err := checkPassword(password); err != nil {
		return desk.In("accounts.SetPassword", err)
	}
	phc, err := s.hash(ctx, password)
	if err != nil {
		return failed("accounts.SetPassword", err)
	}
	if _, err := s.db.ExecContext(ctx, `UPDATE helpdesk_agents SET password = $1 WHERE workspace_id = $2 AND id = $3`, phc, string(w), a.ID); err != nil {
		return failed("accounts.SetPassword", err)
	}
	return s.EndAll(ctx, w, a.ID)
}
