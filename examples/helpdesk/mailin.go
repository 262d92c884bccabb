package main

import (
	"context"
	"log/slog"
	"net/http"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
	"github.com/deskfolk/desk/tickets/intake"
	"github.com/deskfolk/desk/tickets/intake/webhook"
)

// bindIntake binds what takes mail in. Agents may answer by mail with the
// tokens of their own mails, as long as they are agents.
func (db *database) bindIntake(ctx context.Context) error {
	key, err := secret(ctx, db.sql, "threads")
	if err != nil {
		return err
	}
	db.intake = intake.New(db.store.Intake(), db.contacts, db.tickets, &intake.Options{
		CursorKeys: db.keys, Threads: tickets.Threads{Keys: [][]byte{key}},
		Member: func(ctx context.Context, w desk.WorkspaceID, address string) (desk.Actor, bool, error) {
			agent, err := db.accounts.ByEmail(ctx, w, address)
			if desk.KindOf(err) == desk.NotFound {
				return desk.Actor{}, false, nil
			}
			return agent.Actor(), err == nil, err
		},
	})
	return nil
}

// withWebhooks adds /intake/, where providers deliver mail, if there is a
// secret that they know.
func withWebhooks(pages http.Handler, db *database, a desk.Actor, log *slog.Logger) http.Handler {
	o := webhook.Options{Failed: func(err error) { log.Error("mail could not be taken in", "error", err) }}
	if o.Secret, o.MailgunKey = webhookSecrets(); o.Secret == "" && o.MailgunKey == "" {
		return pages
	}
	mux := http.NewServeMux()
	mux.Handle("/", pages)
	mux.Handle("/intake/", http.StripPrefix("/intake", webhook.Handler(db.intake, a, o)))
	return mux
}
