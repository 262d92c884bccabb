package mailcatch_test

import (
	"database/sql"
	"testing"
	"time"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/examples/helpdesk/mailcatch"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

func TestCatch(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) *sql.DB{"sqlite": desktest.SQLite, "postgres": func(t testing.TB) *sql.DB { return pgtest.Empty(t) }} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			is, ctx := is.New(t), t.Context()
			at := time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)
			s := mailcatch.New(open(t), func() time.Time { return at })
			is.NoErr(s.Migrate(ctx))
			is.NoErr(s.Migrate(ctx))
			to, err := notify.NewMailbox("Maria", "maria@contact.example")
			is.NoErr(err)
			for _, id := range []desk.NoticeID{"notice_1", "notice_2", "notice_2", "notice_3"} {
				_, err := s.Send(ctx, notify.Message{ID: id, Workspace: "w", To: to, Subject: "S " + string(id), Text: "T"})
				is.NoErr(err)
			}
			_, err = s.Send(ctx, notify.Message{ID: "notice_9", Workspace: "other", To: to})
			is.NoErr(err)
			all, err := s.List(ctx, "w", "", 2)
			is.NoErr(err)
			is.Equal(len(all), 2)
			is.Equal(all[0].Subject, "S notice_3")
			is.Equal(all[0].To, "Maria <maria@contact.example>")
			is.Equal(all[0].At, at)
			all, err = s.List(ctx, "w", all[1].ID, 10)
			is.NoErr(err)
			is.Equal(len(all), 1)
			m, err := s.Get(ctx, "w", "notice_1")
			is.NoErr(err)
			is.Equal(m.Text, "T")
			_, err = s.Get(ctx, "w", "notice_9")
			is.Equal(desk.KindOf(err), desk.NotFound)
		})
	}
}
