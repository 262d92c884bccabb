package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
	"github.com/deskfolk/desk/examples/helpdesk/demo"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/examples/helpdesk/web"
	"github.com/deskfolk/desk/notify"
)

// stopTime is how long requests may go on when the server is told to stop.
const stopTime = 15 * time.Second

// serveFlags are what the server can be told.
type serveFlags struct {
	addr, base string
	mail       mailFlags
	text       textFlags
	inbox      inboxFlags
	keep       keepFlags
	// approved are the templates of WhatsApp, once they are read.
	approved []web.ApprovedTemplate
}

func (f *serveFlags) register(set *flag.FlagSet) {
	f.mail.register(set)
	f.text.register(set)
	f.inbox.add(set)
	f.keep.register(set)
	set.StringVar(&f.addr, "addr", ":8080", "where to listen, `HOST:PORT`")
	set.StringVar(&f.base, "base-url", "", "where people reach the server (default: http://localhost and the port)")
}

// serve runs the server until ctx ends.
func serve(ctx context.Context, c *call) error {
	var f serveFlags
	f.register(c.flags)
	if err := c.parse(0, 0); err != nil {
		return err
	}
	if err := f.keep.check(); err != nil {
		return err
	}
	log := slog.New(slog.NewTextHandler(c.stderr, nil))
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	senders, err := f.channels(db)
	if err != nil {
		return err
	}
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", f.addr)
	if err != nil {
		return desk.Errorf(desk.Unavailable, "addr", "The server cannot listen on %s: another program may be there. Choose another with --addr.", f.addr)
	}
	defer func() { _ = listener.Close() }()
	if f.base == "" {
		f.base = "http://" + localName(listener.Addr())
	}
	db.bindNotify(f.mail.options(f.base, f.inbox.mailboxes...))
	if err := welcome(ctx, c, db, f.base); err != nil {
		return err
	}
	pages, err := f.pages(c, db, log)
	if err != nil {
		return err
	}
	takeMail, err := f.inbox.listen(ctx, db, c.system(), f.base, log)
	if err != nil {
		return err
	}
	pages = withUnsubscribe(withWebhooks(pages, db, c.system(), log), db)
	return runServer(ctx, c, db, listener, withHealth(pages, db), senders, f.keep, takeMail, log)
}

// pages are those for agents.
func (f *serveFlags) pages(c *call, db *database, log *slog.Logger) (http.Handler, error) {
	var caught *mailcatch.Store
	if f.mail.smtp == "" || f.text.caught() {
		caught = db.mail
	}
	return web.New(web.Config{
		Contacts: db.contacts, Tickets: db.tickets, Requests: db.requests, Records: db.records, Notify: db.notify, Parts: db.parts, Importer: db.importer, Accounts: db.accounts,
		Mail: caught, WhatsApp: f.approved, Intake: db.intake, Log: log, BaseURL: f.base, Workspace: desk.WorkspaceID(c.workspace),
	})
}

// channels reads what the channels need: their senders, and the templates of
// WhatsApp.
func (f *serveFlags) channels(db *database) (map[notify.Channel]notify.Sender, error) {
	var err error
	if f.approved, err = f.text.approved(); err != nil {
		return nil, err
	}
	email, err := f.mail.sender(db)
	if err != nil {
		return nil, err
	}
	all := map[notify.Channel]notify.Sender{notify.Email: email}
	return all, f.text.senders(all, db.mail)
}

// localName is the address a browser on this machine would use.
func localName(a net.Addr) string {
	host, port, _ := net.SplitHostPort(a.String())
	if ip := net.ParseIP(host); ip == nil || ip.IsUnspecified() || ip.IsLoopback() {
		host = "localhost"
	}
	return net.JoinHostPort(host, port)
}

// runServer serves and does the upkeep until ctx ends, and then lets the
// requests that have begun end.
func runServer(ctx context.Context, c *call, db *database, l net.Listener, h http.Handler, senders map[notify.Channel]notify.Sender, keep keepFlags, takeMail func(context.Context), log *slog.Logger) error {
	server := &http.Server{
		Handler:           h,
		ReadHeaderTimeout: 10 * time.Second,
		ReadTimeout:       5 * time.Minute, // uploads
		WriteTimeout:      10 * time.Minute,
		IdleTimeout:       2 * time.Minute,
		MaxHeaderBytes:    64 << 10,
		ErrorLog:          slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
	work, stop := context.WithCancel(ctx)
	var working sync.WaitGroup
	worker := mailWorker(work, c, db, senders, log)
	working.Go(func() { upkeep(work, db, c.system(), keep, log) })
	working.Go(func() { _ = worker.Run(work) })
	working.Go(func() { takeMail(work) })
	defer working.Wait()
	defer stop()
	ended := make(chan error, 1)
	go func() { ended <- server.Serve(l) }()
	log.Info("serving", "addr", l.Addr().String(), "db", shownDSN(c.db), "workspace", c.workspace)
	select {
	case err := <-ended:
		return desk.Errorf(desk.Unavailable, "", "The server stopped: %v.", err)
	case <-ctx.Done():
	}
	log.Info("stopping")
	last, cancel := context.WithTimeout(context.WithoutCancel(ctx), stopTime)
	defer cancel()
	if err := server.Shutdown(last); err != nil {
		_ = server.Close()
	}
	if err := <-ended; !errors.Is(err, http.ErrServerClosed) {
		return err
	}
	log.Info("stopped")
	return nil
}

// shownDSN is a DSN without its password.
func shownDSN(dsn string) string {
	u, err := url.Parse(dsn)
	if err != nil || u.Host == "" {
		return dsn
	}
	return u.Redacted()
}

// withHealth adds /healthz, which says whether the database answers.
func withHealth(pages http.Handler, db *database) http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, r *http.Request) {
		ctx, cancel := context.WithTimeout(r.Context(), 5*time.Second)
		defer cancel()
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("Cache-Control", "no-store")
		var one int
		if err := db.sql.QueryRowContext(ctx, "SELECT 1").Scan(&one); err != nil {
			w.WriteHeader(http.StatusServiceUnavailable)
			_, _ = fmt.Fprintln(w, "the database does not answer")
			return
		}
		_, _ = fmt.Fprintln(w, "ok")
	})
	return mux
}

// demoManager is the agent of the demo workspace.
const demoManager = "manager@deskfolk.example"

// welcome fills the demo workspace on the first start and prints a sign-in
// link for its manager. Another workspace gets neither: its agents are made by
// the command agent.
func welcome(ctx context.Context, c *call, db *database, base string) error {
	a := c.system()
	if err := db.settle(ctx, a); err != nil {
		return err
	}
	if c.workspace != "demo" {
		return nil
	}
	all, err := db.accounts.Agents(ctx, a.Workspace)
	if err != nil {
		return err
	}
	if len(all) == 0 {
		manager, err := db.accounts.Create(ctx, a.Workspace, demoManager, "Robin Demo", accounts.Manager, "")
		if err != nil {
			return err
		}
		if err := fillDemo(ctx, c, db, manager); err != nil {
			return err
		}
	}
	token, err := db.accounts.OneTimeLink(ctx, a.Workspace, demoManager)
	if desk.KindOf(err) == desk.NotFound {
		return nil // the demo manager was removed
	}
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.stdout, "Sign in as the demo manager, once and within an hour:\n  %s/signin/link?token=%s\n", base, url.QueryEscape(token))
	return err
}

// demoAgents work on the tickets of the demo workspace beside its manager.
var demoAgents = []struct{ email, name string }{{"mara@deskfolk.example", "Mara Lindqvist"}, {"dev@deskfolk.example", "Dev Patel"}}

// fillDemo puts the demo contacts and their tickets into a workspace that has none.
func fillDemo(ctx context.Context, c *call, db *database, manager accounts.Agent) error {
	list, err := db.contacts.List(ctx, manager.Actor(), contacts.Query{}, desk.Page{Limit: 1})
	if err != nil || len(list.Contacts) > 0 {
		return err
	}
	bar := newBar(c.stderr, int64(demo.Size+demo.Tickets), "making demo contacts and tickets")
	defer bar.end()
	// The people have been there for longer than what they ask.
	now := time.Now()
	known := contacts.New(db.store, &contacts.Options{CursorKeys: db.keys, Now: func() time.Time { return now.AddDate(0, 0, -40) }})
	if err := demo.Fill(ctx, known, manager.Actor(), func(n int) { bar.set(int64(n)) }); err != nil {
		return err
	}
	team := []demo.Member{{Actor: manager.Actor(), Name: manager.Name}}
	for _, a := range demoAgents {
		made, err := db.accounts.Create(ctx, manager.Workspace, a.email, a.name, accounts.AgentRole, "")
		if err != nil {
			return err
		}
		team = append(team, demo.Member{Actor: made.Actor(), Name: made.Name})
	}
	return demo.FillTickets(ctx, db.store.Tickets(), db.contacts, team, now, func(n int) { bar.set(int64(demo.Size + n)) })
}
