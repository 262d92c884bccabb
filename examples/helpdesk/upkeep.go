package main

import (
	"context"
	"fmt"
	"log/slog"
	"runtime/debug"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

func migrate(ctx context.Context, c *call) error {
	if err := c.parse(0, 0); err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	if c.json {
		return printJSON(c.stdout, map[string]bool{"migrated": true})
	}
	_, err = fmt.Fprintln(c.stdout, "The tables are up to date.")
	return err
}

// verified is what verify found, as JSON.
type verified struct {
	Sound      bool     `json:"sound"`
	Version    int      `json:"version"`
	Workspaces int      `json:"workspaces"`
	Contacts   int      `json:"contacts"`
	Companies  int      `json:"companies"`
	Events     int      `json:"events"`
	Seals      int      `json:"seals"`
	Redacted   int      `json:"redacted"`
	Problems   []string `json:"problems"`
}

// verify checks the whole database, and the activity log of each workspace.
func verify(ctx context.Context, c *call) error {
	if err := c.parse(0, 0); err != nil {
		return err
	}
	db, err := c.open(ctx)
	if err != nil {
		return err
	}
	defer db.close()
	rep, err := db.store.Check(ctx)
	if err != nil {
		return err
	}
	v := verified{
		Version: rep.Version, Workspaces: rep.Workspaces, Contacts: rep.Contacts,
		Companies: rep.Companies, Events: rep.Events, Problems: append([]string{}, rep.Problems...),
	}
	if err := verifyLogs(ctx, c, db, &v); err != nil {
		return err
	}
	v.Sound = len(v.Problems) == 0
	if err := v.print(c); err != nil || v.Sound {
		return err
	}
	c.json = false // what was found has been printed
	return desk.Errorf(desk.Conflict, "", "The database is not sound: %d problems were found. Restore a backup, or keep this one for an inquiry.", len(v.Problems))
}

func verifyLogs(ctx context.Context, c *call, db *database, v *verified) error {
	names, err := db.store.Workspaces(ctx)
	if err != nil {
		return err
	}
	for _, w := range names {
		a := c.system()
		a.Workspace = w
		log, err := db.contacts.VerifyLog(ctx, a)
		if err != nil {
			return err
		}
		v.Seals += log.Seals
		v.Redacted += log.Redacted
		for _, b := range log.Broken {
			v.Problems = append(v.Problems, fmt.Sprintf("workspace %s: %s", w, b))
		}
	}
	return nil
}

func (v *verified) print(c *call) error {
	if c.json {
		return printJSON(c.stdout, v)
	}
	for _, p := range v.Problems {
		fmt.Fprintln(c.stdout, plain(p))
	}
	if !v.Sound {
		return nil
	}
	_, err := fmt.Fprintf(c.stdout, "Sound: %d contacts, %d companies and %d events in %d workspaces; %d seals of the activity log hold.\n",
		v.Contacts, v.Companies, v.Events, v.Workspaces, v.Seals)
	return err
}

// upkeep does, until ctx ends, what the library leaves to a worker: indexing,
// sealing the log, and emptying the bin of what has waited 60 days there. It
// rests longer when there was nothing to do.
func upkeep(ctx context.Context, db *database, a desk.Actor, keep keepFlags, log *slog.Logger) {
	const least, most = 2 * time.Second, time.Minute
	rest := least
	var pruned time.Time
	for {
		if now := time.Now(); now.Sub(pruned) >= pruneEvery {
			pruned = now
			prune(ctx, db, a, keep, now, log)
		}
		if worked(ctx, db, a, log) {
			rest = least
		} else {
			rest = min(2*rest, most)
		}
		t := time.NewTimer(rest)
		select {
		case <-ctx.Done():
			t.Stop()
			return
		case <-t.C:
		}
	}
}

// recovered, deferred, logs a panic, which then does not end the server.
func recovered(log *slog.Logger) {
	if p := recover(); p != nil {
		log.Error("upkeep panicked", "panic", p, "stack", string(debug.Stack()))
	}
}

// worked does one round for each workspace. A panic in it is logged and does
// not end the server.
func worked(ctx context.Context, db *database, a desk.Actor, log *slog.Logger) (busy bool) {
	defer recovered(log)
	names, err := db.store.Workspaces(ctx)
	for _, w := range names {
		a.Workspace = w
		var did contacts.Worked
		if did, err = db.contacts.Work(ctx, a); err != nil {
			break
		}
		var emptied int
		if emptied, err = db.tickets.EmptyBin(ctx, a); err != nil {
			break
		}
		if did != (contacts.Worked{}) || emptied > 0 {
			busy = true
			log.Debug("upkeep", "workspace", w, "indexed", did.Indexed, "sealed", did.Sealed, "purged", did.Purged, "purged_tickets", emptied)
		}
		var matched int
		if matched, err = db.records.MatchCalls(ctx, a); err != nil {
			break
		}
		if matched > 0 {
			busy = true
			log.Debug("upkeep", "workspace", w, "calls matched", matched)
		}
	}
	if err != nil && ctx.Err() == nil {
		log.Error("upkeep failed", "error", err)
	}
	return busy
}
