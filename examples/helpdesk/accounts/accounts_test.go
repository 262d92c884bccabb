package accounts_test

import (
	"database/sql"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	_ "github.com/jackc/pgx/v5/stdlib"
	"github.com/matryer/is"
	_ "modernc.org/sqlite"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets"
)

const (
	workspace = desk.WorkspaceID("test")
	password  = "a long enough password"
)

// each runs a test on both databases.
func each(t *testing.T, test func(*testing.T, *accounts.Store, *desktest.Clock, *sql.DB)) {
	t.Helper()
	databases := map[string]func(testing.TB) *sql.DB{"sqlite": desktest.SQLite, "postgres": pgtest.Empty}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			clock := desktest.NewClock(time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC))
			s, err := accounts.New(db, name, &accounts.Options{Now: clock.Now})
			if err == nil {
				err = s.Migrate(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			test(t, s, clock, db)
		})
	}
}

// TestAgents are made, found, listed, and kept apart by workspace.
func TestAgents(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *accounts.Store, _ *desktest.Clock, _ *sql.DB) {
		is := is.New(t)
		ctx := t.Context()
		is.NoErr(s.Migrate(ctx)) // again changes nothing
		ann, err := s.Create(ctx, workspace, "Ann@Desk.example", " Ann Lee ", accounts.Manager, password)
		is.NoErr(err)
		is.Equal(ann.Name, "Ann Lee")
		_, err = s.Create(ctx, workspace, "ann@desk.EXAMPLE", "", accounts.Viewer, "")
		is.Equal(desk.KindOf(err), desk.Conflict)
		_, err = s.Create(ctx, "other", "ann@desk.example", "", accounts.Viewer, "")
		is.NoErr(err)
		bob, err := s.Create(ctx, workspace, "bob@desk.example", "", accounts.Viewer, "")
		is.NoErr(err)
		is.Equal(bob.Name, "bob")
		all, err := s.Agents(ctx, workspace)
		is.NoErr(err)
		is.Equal(cmp.Diff([]accounts.Agent{ann, bob}, all), "")
		_, err = s.Agent(ctx, "other", ann.ID)
		is.Equal(desk.KindOf(err), desk.NotFound)
		is.True(ann.Actor().May(contacts.MaySettings))
		is.True(bob.Actor().May(contacts.MayView) && bob.Actor().May(tickets.MayView))
		for _, p := range bob.Actor().Grants {
			is.True(strings.Contains(string(p), ".view")) // and no more than look
		}

		for field, create := range map[string]func() error{
			"email": func() error { _, err := s.Create(ctx, workspace, "nonsense", "", accounts.Viewer, ""); return err },
			"role":  func() error { _, err := s.Create(ctx, workspace, "x@desk.example", "", "king", ""); return err },
			"name": func() error {
				_, err := s.Create(ctx, workspace, "x@desk.example", "a\nb", accounts.Viewer, "")
				return err
			},
			"password": func() error {
				_, err := s.Create(ctx, workspace, "x@desk.example", "", accounts.Viewer, "short")
				return err
			},
		} {
			err := create()
			is.Equal(desk.KindOf(err), desk.Invalid)
			is.Equal(desk.FieldOf(err), field)
		}
	})
}

// TestSessions begin with the right password alone, are kept hashed, and end.
func TestSessions(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *accounts.Store, clock *desktest.Clock, db *sql.DB) {
		is := is.New(t)
		ctx := t.Context()
		ann, err := s.Create(ctx, workspace, "ann@desk.example", "Ann", accounts.Manager, password)
		is.NoErr(err)
		for _, try := range [][2]string{{"ann@desk.example", "wrong password"}, {"nobody@desk.example", password}, {"nonsense", ""}, {"ann@desk.example", strings.Repeat("x", 10_000)}} {
			_, err := s.SignIn(ctx, workspace, try[0], try[1], "here")
			is.Equal(desk.KindOf(err), desk.Denied)
			is.Equal(desk.MessageOf(err), "The address or the password is not right. Nothing else was changed; check both and try again.")
		}
		_, err = s.SignIn(ctx, "other", "ann@desk.example", password, "here")
		is.Equal(desk.KindOf(err), desk.Denied)

		session, err := s.SignIn(ctx, workspace, " ANN@desk.example ", password, "here")
		is.NoErr(err)
		got, err := s.Session(ctx, session.Token)
		is.NoErr(err)
		is.Equal(got.ID, ann.ID)
		is.True(!got.SignedInAt.IsZero())
		var kept string
		is.NoErr(db.QueryRowContext(ctx, "SELECT token_hash FROM helpdesk_sessions").Scan(&kept))
		is.True(!strings.Contains(kept, session.Token))
		is.NoErr(db.QueryRowContext(ctx, "SELECT password FROM helpdesk_agents").Scan(&kept))
		is.True(strings.HasPrefix(kept, "$argon2id$v=19$m=19456,t=2,p=1$"))

		for _, forged := range []string{"", "x", session.Token[:42] + "!", strings.Repeat("A", 43), session.Token + "A"} {
			_, err := s.Session(ctx, forged)
			is.Equal(desk.KindOf(err), desk.Expired)
		}
		second, err := s.SignIn(ctx, workspace, "ann@desk.example", password, "here")
		is.NoErr(err)
		is.True(second.Token != session.Token)
		is.NoErr(s.End(ctx, session.Token))
		_, err = s.Session(ctx, session.Token)
		is.Equal(desk.KindOf(err), desk.Expired)
		is.NoErr(s.SetPassword(ctx, workspace, "ann@desk.example", "another long password"))
		_, err = s.Session(ctx, second.Token) // a new password ends what was there
		is.Equal(desk.KindOf(err), desk.Expired)

		third, err := s.SignIn(ctx, workspace, "ann@desk.example", "another long password", "here")
		is.NoErr(err)
		clock.Turn(12 * time.Hour) // to the second
		_, err = s.Session(ctx, third.Token)
		is.Equal(desk.KindOf(err), desk.Expired)
		clock.Turn(-6 * time.Hour)
		_, err = s.Session(ctx, third.Token) // a clock that is set back revives nothing
		is.Equal(desk.KindOf(err), desk.Expired)
	})
}

// TestOneTimeLink works once, even for many at the same time, and not for long.
func TestOneTimeLink(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *accounts.Store, clock *desktest.Clock, _ *sql.DB) {
		is := is.New(t)
		ctx := t.Context()
		_, err := s.Create(ctx, workspace, "ann@desk.example", "Ann", accounts.Manager, "")
		is.NoErr(err)
		_, err = s.OneTimeLink(ctx, workspace, "nobody@desk.example")
		is.Equal(desk.KindOf(err), desk.NotFound)
		old, err := s.OneTimeLink(ctx, workspace, "ann@desk.example")
		is.NoErr(err)
		token, err := s.OneTimeLink(ctx, workspace, "ann@desk.example")
		is.NoErr(err)
		_, err = s.Redeem(ctx, old) // a new link ends the older ones
		is.Equal(desk.KindOf(err), desk.Expired)

		var won atomic.Int64
		var racers sync.WaitGroup
		for range 20 {
			racers.Go(func() {
				if _, err := s.Redeem(ctx, token); err == nil {
					won.Add(1)
				} else if desk.KindOf(err) != desk.Expired {
					t.Error(err)
				}
			})
		}
		racers.Wait()
		is.Equal(won.Load(), int64(1))

		late, err := s.OneTimeLink(ctx, workspace, "ann@desk.example")
		is.NoErr(err)
		clock.Turn(time.Hour)
		_, err = s.Redeem(ctx, late)
		is.Equal(desk.KindOf(err), desk.Expired)
		_, err = s.SignIn(ctx, workspace, "ann@desk.example", "", "here") // no password is not an empty one
		is.Equal(desk.KindOf(err), desk.Denied)
	})
}

// TestLimits stop guessing per caller, per client and per address; a success
// gives back what it spent itself and nothing else.
func TestLimits(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *accounts.Store, clock *desktest.Clock, _ *sql.DB) {
		is := is.New(t)
		ctx := t.Context()
		_, err := s.Create(ctx, workspace, "ann@desk.example", "Ann", accounts.Manager, password)
		is.NoErr(err)
		for range 60 { // many who do it right, from one office, are not stopped
			_, err := s.SignIn(ctx, workspace, "ann@desk.example", password, "office")
			is.NoErr(err)
		}
		for range 10 {
			_, err := s.SignIn(ctx, workspace, "ann@desk.example", "guess", "attacker")
			is.Equal(desk.KindOf(err), desk.Denied)
		}
		_, err = s.SignIn(ctx, workspace, "ann@desk.example", password, "attacker")
		is.Equal(desk.KindOf(err), desk.Limited)
		_, err = s.SignIn(ctx, workspace, "ann@desk.example", password, "office") // the agent is not locked out
		is.NoErr(err)
		clock.Turn(15 * time.Minute)
		_, err = s.SignIn(ctx, workspace, "ann@desk.example", password, "attacker")
		is.NoErr(err)
	})
}

// TestNewerDatabase is refused with a sentence.
func TestNewerDatabase(t *testing.T) {
	t.Parallel()
	each(t, func(t *testing.T, s *accounts.Store, _ *desktest.Clock, db *sql.DB) {
		is := is.New(t)
		_, err := db.ExecContext(t.Context(), "INSERT INTO helpdesk_migrations (version, applied_at) VALUES (99, 0)")
		is.NoErr(err)
		err = s.Migrate(t.Context())
		is.Equal(desk.KindOf(err), desk.Conflict)
		is.True(strings.Contains(desk.MessageOf(err), "newer version"))
	})
}

// TestMigrateAtOnce lets several processes start together.
func TestMigrateAtOnce(t *testing.T) {
	t.Parallel()
	databases := map[string]func(testing.TB) *sql.DB{"sqlite": desktest.SQLite, "postgres": pgtest.Empty}
	for name, open := range databases {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			db := open(t)
			var starters sync.WaitGroup
			for range 4 {
				starters.Go(func() {
					s, err := accounts.New(db, name, nil)
					if err == nil {
						err = s.Migrate(t.Context())
					}
					if err != nil {
						t.Error(err)
					}
				})
			}
			starters.Wait()
		})
	}
}
