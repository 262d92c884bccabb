// Package pgtest gives tests a PostgreSQL database each. It uses the server
// that DESK_TEST_POSTGRES names (the URL of a database whose user may create
// databases), or starts a throwaway cluster from the programs on this machine,
// one for each test process, which ends with the process even when that is
// killed. Where there is neither, tests are skipped; with DESK_REQUIRE_ALL=1
// they fail instead.
package pgtest

import (
	"context"
	"database/sql"
	"fmt"
	"net/url"
	"os"
	"sync"
	"sync/atomic"
	"testing"

	_ "github.com/jackc/pgx/v5/stdlib" // the driver

	"github.com/deskfolk/desk/storage/postgres"
)

// server is the one of this process.
var server struct {
	once  sync.Once
	admin *sql.DB
	base  *url.URL
	err   error
	// template has the tables, so that each test copies them.
	template sync.Once
	failed   error
	count    atomic.Int64
}

// DB returns a new database with the desk's tables. It is dropped when the
// test ends.
func DB(t testing.TB) *sql.DB {
	t.Helper()
	return Open(t, URL(t))
}

// Empty is DB without tables.
func Empty(t testing.TB) *sql.DB {
	t.Helper()
	start(t)
	return Open(t, create(t, "template0"))
}

// URL makes a new database with the desk's tables and returns its address.
func URL(t testing.TB) string {
	t.Helper()
	start(t)
	server.template.Do(func() { server.failed = makeTemplate() })
	if server.failed != nil {
		t.Fatalf("pgtest: the tables cannot be made: %v", server.failed)
	}
	return create(t, name("template"))
}

// Open opens the database at an address, and closes it when the test ends.
func Open(t testing.TB, address string) *sql.DB {
	t.Helper()
	db, err := sql.Open("pgx", address)
	if err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	db.SetMaxOpenConns(12)
	db.SetMaxIdleConns(12)
	t.Cleanup(func() { _ = db.Close() })
	return db
}

func start(t testing.TB) {
	t.Helper()
	server.once.Do(func() {
		address := os.Getenv("DESK_TEST_POSTGRES")
		if address == "" {
			address, server.err = startCluster()
		}
		if server.err != nil {
			return
		}
		if server.base, server.err = url.Parse(address); server.err != nil {
			return
		}
		server.admin, server.err = sql.Open("pgx", address)
		if server.err == nil {
			server.err = server.admin.Ping()
		}
	})
	need(t, server.err)
}

// need ends a test that cannot have its server.
func need(t testing.TB, err error) {
	t.Helper()
	switch {
	case err == nil:
	case os.Getenv("DESK_REQUIRE_ALL") == "1":
		t.Fatalf("PostgreSQL is needed (DESK_REQUIRE_ALL is set) and cannot be had: %v", err)
	default:
		t.Skipf("no PostgreSQL here, test skipped: %v", err)
	}
}

// name is unique to this process on a server that several share.
func name(what string) string { return fmt.Sprintf("desk_test_%d_%s", os.Getpid(), what) }

// create copies a database and drops the copy when the test ends.
func create(t testing.TB, template string) string {
	t.Helper()
	db := name(fmt.Sprint(server.count.Add(1)))
	if _, err := server.admin.Exec(`CREATE DATABASE ` + db + ` TEMPLATE ` + template + ` ENCODING 'UTF8'`); err != nil {
		t.Fatalf("pgtest: %v", err)
	}
	t.Cleanup(func() {
		if _, err := server.admin.Exec(`DROP DATABASE IF EXISTS ` + db + ` WITH (FORCE)`); err != nil {
			t.Logf("pgtest: %v", err)
		}
	})
	return address(db)
}

// Address returns the address of a database of this process's server, which
// DB, Empty or URL made.
func Address(db string) string { return address(db) }

func address(db string) string {
	u := *server.base
	u.Path = "/" + db
	return u.String()
}

func makeTemplate() error {
	template := name("template")
	_, err := server.admin.Exec(`CREATE DATABASE ` + template + ` TEMPLATE template0 ENCODING 'UTF8'`)
	if err != nil {
		return err
	}
	db, err := sql.Open("pgx", address(template))
	if err != nil {
		return err
	}
	defer func() { _ = db.Close() }()
	store, err := postgres.New(db)
	if err != nil {
		return err
	}
	return store.Migrate(context.Background())
}
