package main

import (
	"context"
	"flag"
	"log/slog"
	"time"

	"github.com/deskfolk/desk"
)

// keepFlags say for how many days is kept what is needed for a time only; 0
// is for ever.
type keepFlags struct{ messages, mail, imports int }

func (k *keepFlags) register(f *flag.FlagSet) {
	f.IntVar(&k.messages, "keep-messages", 180, "for how many `DAYS` it is kept which messages were sent or not, and why; 0: for ever")
	f.IntVar(&k.imports, "keep-imports", 30, "for how many `DAYS` the files of imports are kept, and what takes imports back; 0: for ever")
	f.IntVar(&k.mail, "keep-raw-mail", 90, "for how many `DAYS` mail is kept as it came, and mail that was rejected or ignored at all; 0: for ever")
}

func (k *keepFlags) check() error {
	if k.messages < 0 || k.mail < 0 || k.imports < 0 {
		return wrongUse("--keep-messages, --keep-raw-mail and --keep-imports are numbers of days, 0 or more.")
	}
	return nil
}

// pruneEvery is how often what is old is looked for.
const pruneEvery = time.Hour

// prune removes, in each workspace, what is older at a moment than it is to be kept.
func prune(ctx context.Context, db *database, a desk.Actor, keep keepFlags, now time.Time, log *slog.Logger) {
	defer recovered(log)
	names, err := db.store.Workspaces(ctx)
	for _, w := range names {
		a.Workspace = w
		var messages, mails, imports int
		if keep.messages > 0 && err == nil {
			messages, err = db.notify.Prune(ctx, a, now.AddDate(0, 0, -keep.messages))
		}
		if keep.mail > 0 && err == nil {
			mails, err = db.intake.Prune(ctx, a, now.AddDate(0, 0, -keep.mail))
		}
		if keep.imports > 0 && err == nil {
			imports, err = db.importer.Prune(ctx, a, now.AddDate(0, 0, -keep.imports))
		}
		if messages+mails+imports > 0 {
			log.Info("removed what was old", "workspace", w, "messages", messages, "raw_mails", mails, "imports", imports)
		}
	}
	if err != nil && ctx.Err() == nil {
		log.Error("removing what is old failed", "error", err)
	}
}
