package unsubscribe_test

import (
	"context"
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"github.com/matryer/is"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/notify"
	"github.com/deskfolk/desk/notify/unsubscribe"
	"github.com/deskfolk/desk/storage"
	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/postgres"
	"github.com/deskfolk/desk/storage/sqlite"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
)

// B99, R89: opening the link, however often and by whatever means, changes
// nothing. Only a POST with the right token does, and only the one type of the
// one contact. A token of another purpose, key or spelling does nothing.
func TestB99_UnsubscribeByPrefetch(t *testing.T) {
	t.Parallel()
	for name, open := range map[string]func(testing.TB) (*storage.DB, error){
		"sqlite":   func(t testing.TB) (*storage.DB, error) { return sqlite.New(desktest.SQLite(t)) },
		"postgres": func(t testing.TB) (*storage.DB, error) { return postgres.New(pgtest.DB(t)) },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			store, err := open(t)
			if err == nil {
				err = store.Migrate(t.Context())
			}
			if err != nil {
				t.Fatal(err)
			}
			prefetch(t, store)
		})
	}
}

func prefetch(t *testing.T, store *storage.DB) {
	is, ctx := is.New(t), t.Context()
	key := desk.CursorKeys{[]byte("0123456789abcdef")}
	var sent []notify.Message
	s := notify.New(store.Notify(), &notify.Options{From: "help@desk.example", BaseURL: "https://help.desk.example", UnsubscribeKeys: key})
	links := func(s *notify.Service, w desk.WorkspaceID, c desk.ContactID) map[string]string {
		for _, ty := range []string{notify.TypeForm, notify.TypeTask} {
			is.NoErr(store.Update(ctx, func(tx contacts.Tx) error {
				id := desk.EventID("event_" + string(w) + string(c) + ty)
				return tx.Record(ctx, w, desk.Event{ID: id, Verb: "x", Subject: "y", Notices: []desk.Notice{{Type: ty, To: []desk.ContactID{c}}}})
			}))
		}
		_, err := notify.NewWorker(s, map[notify.Channel]notify.Sender{notify.Email: notify.SenderFunc(func(_ context.Context, m notify.Message) (notify.Receipt, error) {
			sent = append(sent, m)
			return notify.Receipt{}, nil
		})}, &notify.WorkerOptions{Concurrency: map[notify.Channel]int{notify.Email: 1}}).Once(ctx, w)
		is.NoErr(err)
		all := map[string]string{}
		for _, m := range sent {
			all[m.Type] = m.Unsubscribe
		}
		sent = nil
		return all
	}
	manager := func(w desk.WorkspaceID) desk.Actor {
		return desk.Actor{Workspace: w, Kind: desk.MemberActor, ID: "m", Grants: append(contacts.Permissions, notify.Permissions...)}
	}
	people := contacts.New(store, nil)
	c, err := people.Create(ctx, manager("one"), contacts.NewContact{Email: "maria@contact.example"})
	is.NoErr(err)
	c2, err := people.Create(ctx, manager("two"), contacts.NewContact{Email: "maria@contact.example"})
	is.NoErr(err)
	mine, theirs := links(s, "one", c.ID), links(s, "two", c2.ID)
	off := func(w desk.WorkspaceID, id desk.ContactID) string {
		p, err := s.Preferences(ctx, manager(w), id)
		is.NoErr(err)
		var names []string
		for name, on := range p.Types {
			if !on {
				names = append(names, name)
			}
		}
		return strings.Join(names, " ")
	}
	handler := unsubscribe.Handler(s)
	do := func(method, link, body string) *http.Response {
		u, err := url.Parse(link)
		is.NoErr(err)
		r := httptest.NewRequestWithContext(ctx, method, u.RequestURI(), strings.NewReader(body))
		if body != "" {
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		w := httptest.NewRecorder()
		handler.ServeHTTP(w, r)
		return w.Result()
	}
	const click = "List-Unsubscribe=One-Click"
	link := mine[notify.TypeForm]
	for range 10 {
		for _, method := range []string{"GET", "HEAD"} {
			is.Equal(do(method, link, "").StatusCode, 200)
		}
	}
	page, err := io.ReadAll(do("GET", link, "").Body)
	is.NoErr(err)
	is.True(strings.Contains(string(page), `<form method="post"`))
	is.True(!strings.Contains(string(page), "maria"))
	token := desk.CursorKeys{[]byte("another key, 16 bytes and more")}
	forged, err := token.Sign("deskfolk unsubscribe 1", []byte("x"))
	is.NoErr(err)
	purpose, err := key.Sign("contacts.List", []byte("x"))
	is.NoErr(err)
	bad := []string{
		link[:len(link)-1], link + "a", "https://x.example/unsubscribe", "https://x.example/unsubscribe?token=",
		"https://x.example/unsubscribe?token=" + string(forged), "https://x.example/unsubscribe?token=" + string(purpose),
	}
	for _, l := range bad {
		is.Equal(do("POST", l, click).StatusCode, 400)
		is.Equal(do("GET", l, "").StatusCode, 400)
	}
	is.Equal(do("POST", link, "").StatusCode, 400)
	is.Equal(do("POST", link, "List-Unsubscribe=Yes").StatusCode, 400)
	is.Equal(do("PUT", link, click).StatusCode, 405)
	is.Equal(off("one", c.ID), "")
	is.Equal(do("POST", link, click).StatusCode, 200)
	is.Equal(off("one", c.ID), notify.TypeForm)
	is.Equal(do("POST", link, click).StatusCode, 200) // again: no change
	is.Equal(off("two", c2.ID), "")
	is.Equal(do("POST", theirs[notify.TypeTask], click).StatusCode, 200)
	is.Equal(off("two", c2.ID), notify.TypeTask)
	is.Equal(off("one", c.ID), notify.TypeForm)
}
