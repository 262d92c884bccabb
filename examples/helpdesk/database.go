package main

import (
	"context"
	"database/sql"
	"errors"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/importexport"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/records"
	"github.com/deskfolk/desk/tickets/requests"
)

// database is an open database with all that works on it.
type database struct {
	sql      *sql.DB
	dialect  string
	store    *storage.DB
	keys     desk.CursorKeys
	contacts *contacts.Service
	tickets  *tickets.Service
	records  *records.Service
	intake   *intake.Service
	requests *requests.Service
	// parts are what other packages add to a contact's profile.
	parts    []contacts.ProfilePart
	importer *importexport.Service
	accounts *accounts.Store
	notify   *notify.Service
	// mail keeps what would be sent while no mail server is set up.
	mail                      *mailcatch.Store
	unsubscribeKey, threadKey []byte
}

// open opens the database that the call names and brings its tables up to date.
func (c *call) open(ctx context.Context) (*database, error) {
	if err := desk.CheckWorkspace(desk.WorkspaceID(c.workspace)); err != nil {
		return nil, wrongUse("%s", desk.MessageOf(err))
	}
	pool, dialect, err := openSQL(c.db)
	if err != nil {
		return nil, err
	}
	db := &database{sql: pool, dialect: dialect}
	if err := db.prepare(ctx); err != nil {
		return nil, errors.Join(err, pool.Close())
	}
	return db, nil
}

// prepare binds the services to the database, and migrates it.
func (db *database) prepare(ctx context.Context) error {
	var err error
	if db.dialect == "sqlite" {
		db.store, err = sqlite.New(db.sql)
	} else {
		db.store, err = postgres.New(db.sql)
	}
	if err != nil {
		return err
	}
	if err := db.store.Migrate(ctx); err != nil {
		return err
	}
	if db.accounts, err = accounts.New(db.sql, db.dialect, &accounts.Options{Turn: db.store.Turn}); err != nil {
		return err
	}
	if err := db.accounts.Migrate(ctx); err != nil {
		return err
	}
	if db.keys, err = cursorKeys(ctx, db.sql); err != nil {
		return err
	}
	db.records = records.New(db.store.Records(), &records.Options{CursorKeys: db.keys})
	db.tickets = tickets.New(db.store.Tickets(), &tickets.Options{CursorKeys: db.keys})
	db.requests = requests.New(db.store.Requests(), db.tickets, &requests.Options{CursorKeys: db.keys})
	db.parts = slices.Concat([]contacts.ProfilePart{db.tickets.Part()}, db.records.Parts(), db.requests.Parts(), []contacts.ProfilePart{db.tickets.MessagesPart()})
	db.contacts = contacts.New(db.store, &contacts.Options{CursorKeys: db.keys, Parts: db.parts})
	db.importer = importexport.New(db.store.Imports(), db.contacts, &importexport.Options{CursorKeys: db.keys})
	if err := db.bindIntake(ctx); err != nil {
		return err
	}
	return db.prepareMail(ctx)
}

// prepareMail binds what has to do with mails; the server binds it anew with
// what its flags say.
func (db *database) prepareMail(ctx context.Context) error {
	db.mail = mailcatch.New(db.sql, nil)
	err := db.mail.Migrate(ctx)
	if err == nil {
		db.unsubscribeKey, err = secret(ctx, db.sql, "unsubscribe")
	}
	if err == nil {
		db.threadKey, err = secret(ctx, db.sql, "threads")
	}
	db.bindNotify(notify.Options{})
	return err
}

func (db *database) close() { _ = db.sql.Close() }

// openSQL opens the database that a DSN names, without a look at what is in it.
func openSQL(dsn string) (*sql.DB, string, error) {
	switch scheme, rest := cutScheme(dsn); scheme {
	case "sqlite":
		db, err := openSQLite(rest)
		return db, "sqlite", err
	case "postgres", "postgresql":
		db, err := openPostgres(dsn)
		return db, "postgres", err
	}
	return nil, "", wrongUse("--db must be sqlite:PATH or postgres://…, not %q.", dsn)
}

// cutScheme parts a DSN into its scheme and the rest.
func cutScheme(dsn string) (scheme, rest string) {
	scheme, rest, _ = strings.Cut(dsn, ":")
	if scheme == "sqlite" {
		rest = strings.TrimPrefix(rest, "//")
	}
	return scheme, rest
}

// sqliteOptions are what storage/sqlite asks of each connection, and a larger
// cache: searches read scattered pages.
const sqliteOptions = "?_txlock=immediate&_pragma=busy_timeout(10000)&_pragma=foreign_keys(1)&_pragma=journal_mode(wal)" +
	"&_pragma=synchronous(full)&_pragma=cache_size(-32768)&_pragma=mmap_size(1073741824)&_pragma=temp_store(memory)"

func openSQLite(path string) (*sql.DB, error) {
	if path == "" {
		return nil, wrongUse("--db sqlite: needs the path of a file.")
	}
	if path == ":memory:" {
		db, err := sql.Open("sqlite", "file::memory:"+sqliteOptions)
		if err == nil {
			db.SetMaxOpenConns(1)
		}
		return db, err
	}
	if err := checkFile(path); err != nil {
		return nil, err
	}
	name := (&url.URL{Path: filepath.ToSlash(filepath.Clean(path))}).EscapedPath()
	db, err := sql.Open("sqlite", "file:"+strings.TrimPrefix(name, "./")+sqliteOptions)
	if err == nil {
		db.SetMaxOpenConns(8)
		db.SetMaxIdleConns(8)
	}
	return db, err
}

// sqliteMagic is how every SQLite file begins.
const sqliteMagic = "SQLite format 3\x00"

// checkFile says in one sentence what keeps a path from being a database,
// before SQLite says it in its own words.
func checkFile(path string) error {
	info, err := os.Stat(path)
	switch {
	case err == nil && info.IsDir():
		return desk.Errorf(desk.Invalid, "", "%s is a directory; --db needs the path of a file.", path)
	case err == nil && info.Mode().Perm()&0o222 == 0:
		return desk.Errorf(desk.Unavailable, "", "The database file %s is read-only. Nothing was done.", path)
	case err == nil:
		f, err := os.OpenFile(path, os.O_RDWR, 0)
		if err != nil {
			return desk.Errorf(desk.Unavailable, "", "The database file %s cannot be opened for writing. Nothing was done.", path)
		}
		defer func() { _ = f.Close() }()
		head := make([]byte, len(sqliteMagic))
		if n, _ := f.Read(head); n > 0 && string(head) != sqliteMagic {
			return desk.Errorf(desk.Invalid, "", "%s is not an SQLite database. Nothing was done.", path)
		}
		return nil
	case errors.Is(err, fs.ErrNotExist):
		dir := filepath.Dir(path)
		if d, err := os.Stat(dir); err != nil || !d.IsDir() {
			return desk.Errorf(desk.Invalid, "", "There is no directory %s to put the database into.", dir)
		}
		return nil
	}
	return desk.Errorf(desk.Unavailable, "", "The database file %s cannot be opened. Nothing was done.", path)
}

func openPostgres(dsn string) (*sql.DB, error) {
	config, err := pgx.ParseConfig(dsn)
	if err != nil {
		return nil, wrongUse("--db is no valid address of a PostgreSQL database.")
	}
	if config.ConnectTimeout == 0 {
		config.ConnectTimeout = 10 * time.Second
	}
	if config.RuntimeParams["application_name"] == "" {
		config.RuntimeParams["application_name"] = "helpdesk"
	}
	db := stdlib.OpenDB(*config)
	db.SetMaxOpenConns(16)
	db.SetMaxIdleConns(8)
	db.SetConnMaxIdleTime(5 * time.Minute)
	return db, nil
}

// system is the actor of the commands and of the upkeep: who can open the
// database may do everything.
func (c *call) system() desk.Actor {
	grants := slices.Concat(contacts.Permissions, tickets.Permissions, records.Permissions, requests.Permissions, notify.Permissions, intake.Permissions)
	return desk.Actor{Workspace: desk.WorkspaceID(c.workspace), Kind: desk.SystemActor, ID: "helpdesk", Grants: grants}
}

// settle gives a workspace that nobody has set up this program's defaults:
// imports are allowed. What was saved is left as it is.
func (db *database) settle(ctx context.Context, a desk.Actor) error {
	set, err := db.contacts.Settings(ctx, a)
	if err != nil || set.Version > 0 {
		return err
	}
	set.AllowImport = true
	_, err = db.contacts.SaveSettings(ctx, a, set)
	if desk.KindOf(err) == desk.Conflict {
		return nil // another process did
	}
	return err
}
