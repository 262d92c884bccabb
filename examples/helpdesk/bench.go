package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/bench"
)

// runBench measures the database in new workspaces and prints the figures.
func runBench(ctx context.Context, c *call) error {
	var size int
	var only string
	c.flags.IntVar(&size, "contacts", 100_000, "how many contacts to import")
	c.flags.StringVar(&only, "only", "", "the figures to measure, with commas between them: "+strings.Join(bench.Names(), ", "))
	if err := c.parse(0, 0); err != nil {
		return err
	}
	if size < 1000 || size > 10_000_000 {
		return wrongUse("--contacts is 1,000 to 10,000,000.")
	}
	names, err := figureNames(only)
	if err != nil {
		return err
	}
	if c.workspace == "demo" {
		c.workspace = fmt.Sprintf("bench-%d", size)
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	signIn, err := benchSignIn(ctx, db)
	if err != nil {
		return err
	}
	report, err := bench.Run(ctx, bench.Setup{
		DB: db.sql, Dialect: db.dialect, Store: db.store, Actor: c.system(), Contacts: size, Only: names,
		Second: func(ctx context.Context) (*sql.DB, func(), error) { return c.second(ctx, db) },
		Say:    c.say(), SignIn: signIn,
	})
	if err != nil {
		return err
	}
	return printIndented(c.stdout, report)
}

// benchSignIn makes an agent in a workspace of its own and returns its sign-in.
func benchSignIn(ctx context.Context, db *database) (func(context.Context) error, error) {
	const w, email = "bench-agents", "bench@desk.example"
	password := rand.Text()
	_, err := db.accounts.Create(ctx, w, email, "Bench", accounts.Viewer, password)
	if desk.KindOf(err) == desk.Conflict { // made by an earlier run
		err = db.accounts.SetPassword(ctx, w, email, password)
	}
	return func(ctx context.Context) error {
		_, err := db.accounts.SignIn(ctx, w, email, password, "bench")
		return err
	}, err
}

// figureNames reads the names of figures; nil for none.
func figureNames(list string) ([]string, error) {
	if list == "" {
		return nil, nil
	}
	var names []string
	for name := range strings.SplitSeq(list, ",") {
		name = strings.TrimSpace(name)
		if !slices.Contains(bench.Names(), name) {
			return nil, wrongUse("--only knows no figure %q; there are: %s.", name, strings.Join(bench.Names(), ", "))
		}
		names = append(names, name)
	}
	return names, nil
}

// say shows what is being done: on a terminal in one line, else now and then.
func (c *call) say() func(string) {
	if isTerminal(c.stderr) {
		return func(s string) { fmt.Fprintf(c.stderr, "\r\x1b[K%s", s) }
	}
	var last time.Time
	return func(s string) {
		if time.Since(last) > 10*time.Second {
			last = time.Now()
			fmt.Fprintln(c.stderr, s)
		}
	}
}

// second makes a database beside the measured one, for the yardsticks: another
// file, or another schema.
func (c *call) second(ctx context.Context, db *database) (*sql.DB, func(), error) {
	var pool *sql.DB
	var remove func()
	var err error
	if db.dialect == "sqlite" {
		pool, remove, err = c.secondFile()
	} else {
		pool, remove, err = c.secondSchema(ctx, db)
	}
	if err != nil {
		return nil, nil, err
	}
	beside := &database{sql: pool, dialect: db.dialect}
	if err := beside.prepare(ctx); err != nil {
		remove()
		return nil, nil, err
	}
	return pool, remove, nil
}

func (c *call) secondFile() (*sql.DB, func(), error) {
	_, path := cutScheme(c.db)
	dir, err := os.MkdirTemp(filepath.Dir(path), "bench-yardstick-*")
	if err != nil {
		return nil, nil, err
	}
	pool, err := openSQLite(filepath.Join(dir, "yardstick.db"))
	return pool, func() {
		if pool != nil {
			_ = pool.Close()
		}
		_ = os.RemoveAll(dir)
	}, err
}

const yardstickSchema = "helpdesk_bench_yardstick"

func (c *call) secondSchema(ctx context.Context, db *database) (*sql.DB, func(), error) {
	for _, s := range []string{`DROP SCHEMA IF EXISTS ` + yardstickSchema + ` CASCADE`, `CREATE SCHEMA ` + yardstickSchema} {
		if _, err := db.sql.ExecContext(ctx, s); err != nil {
			return nil, nil, err
		}
	}
	config, err := pgx.ParseConfig(c.db)
	if err != nil {
		return nil, nil, err
	}
	config.RuntimeParams["search_path"] = yardstickSchema
	pool := stdlib.OpenDB(*config)
	return pool, func() {
		_ = pool.Close()
		_, _ = db.sql.ExecContext(context.WithoutCancel(ctx), `DROP SCHEMA IF EXISTS `+yardstickSchema+` CASCADE`)
	}, nil
}
