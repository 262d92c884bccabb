package postgres_test

import (
	"database/sql"
	"errors"
	"strings"
	"testing"

	"github.com/matryer/is"
	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// schema describes the desk's tables, "" for none.
func schema(t *testing.T, db *sql.DB) string {
	t.Helper()
	var s sql.NullString
	err := db.QueryRow(`SELECT string_agg(line, chr(10) ORDER BY line) FROM (
		SELECT concat_ws(' ', table_name, column_name, data_type, collation_name, is_nullable, column_default) AS line FROM information_schema.columns WHERE table_schema = 'public'
		UNION ALL SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'
		UNION ALL SELECT conrelid::regclass || ' ' || pg_get_constraintdef(oid) FROM pg_constraint WHERE connamespace = 'public'::regnamespace) AS all_lines`).Scan(&s)
	if err != nil {
		t.Fatal(err)
	}
	return s.String
}

// C21: four that start together make the tables once.
func TestC21MigrateTogether(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := pgtest.Empty(t)
	var all errgroup.Group
	for range 4 {
		all.Go(func() error {
			s, err := postgres.New(db)
			if err != nil {
				return err
			}
			return s.Migrate(t.Context())
		})
	}
	is.NoErr(all.Wait())
	is.Equal(schema(t, db), schema(t, pgtest.DB(t)))
}

// C21: a migration whose connection is cut is done or not done, and running it
// again gives the same tables.
func TestC21MigrateCut(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	want := schema(t, pgtest.DB(t))
	// The first transaction's connection is cut at each of its statements.
	for n := 1; n < 400; n += 7 {
		done := cutMigration(t, n, want)
		if done {
			return
		}
	}
	is.Fail() // there is no end of statements
}

func TestNewerVersionIsRefused(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := pgtest.DB(t)
	_, err := db.Exec(`INSERT INTO desk_migrations VALUES (999, 'future', 'then')`)
	is.NoErr(err)
	err = store2(t, db).Migrate(t.Context())
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "newer"))
}

func TestUnreachable(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	db := pgtest.Open(t, "postgres://nobody@127.0.0.1:1/none?connect_timeout=2")
	_, err := postgres.New(db)
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "cannot be reached"))
}

func TestReadOnly(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	address := pgtest.URL(t)
	s := store(t, pgtest.Open(t, address))
	is.NoErr(s.Update(t.Context(), insert(t, 1)))
	ro := store(t, pgtest.Open(t, address+"&default_transaction_read_only=on"))
	_, err := ro.Contact(t.Context(), "w", "contact_1")
	is.NoErr(err)
	err = ro.Update(t.Context(), insert(t, 2))
	is.Equal(desk.KindOf(err), desk.Unavailable)
	is.True(strings.Contains(desk.MessageOf(err), "can only be read"))
}

// A serialization failure is tried again, so that none is seen.
func TestSerializableIsRetried(t *testing.T) {
	t.Parallel()
	is := is.New(t)
	s := store(t, pgtest.Open(t, pgtest.URL(t)+"&default_transaction_isolation=serializable"))
	is.NoErr(s.Update(t.Context(), insert(t, 0)))
	var all errgroup.Group
	for range 3 {
		all.Go(func() error {
			for range 8 {
				err := s.Update(t.Context(), func(tx contacts.Tx) error {
					c, err := tx.Contact(t.Context(), "w", "contact_0")
					if err != nil {
						return err
					}
					c.Version++
					return tx.UpdateContacts(t.Context(), "w", []contacts.Record{{Contact: c}})
				})
				if err != nil && !errors.Is(err, contacts.ErrStale) && desk.KindOf(err) != desk.Unavailable {
					return err
				}
			}
			return nil
		})
	}
	is.NoErr(all.Wait())
}
