package notify_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/notify"
)

// C16: one message in a thousand makes its sender panic or fail for ever. The
// others arrive; that one is tried a bounded number of times, each later than
// the one before, is listed as dead, and can be sent again by hand.
func TestC16_PoisonMessage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		to := []desk.ContactID{c.ID}
		var all []desk.Notice
		for n := range 1000 {
			all = append(all, desk.Notice{Type: notify.TypeForm, About: fmt.Sprint("form ", n), To: to})
		}
		all = append(all, desk.Notice{Type: "no.such_type", To: to})
		e.tellIn(e.manager, all...)
		// The row of no type is a poison of its own, wherever its id puts it.
		entries := slices.DeleteFunc(e.entries(), func(n notify.Entry) bool { return n.Type != notify.TypeForm })
		e.Equal(len(entries), 1000)
		poison := map[desk.NoticeID]string{}
		for i, how := range []string{"panic", "fail", "refuse"} {
			poison[entries[100*(i+1)].ID] = how
		}
		_, err := e.sql.ExecContext(e.ctx, `UPDATE desk_outbox SET content = '{' WHERE id = $1`, string(entries[500].ID)) // malformed
		e.NoErr(err)
		e.sink.setFail(func(_ context.Context, m notify.Message) error {
			switch poison[m.ID] {
			case "panic":
				panic("boom someone@secret.example")
			case "fail":
				return errors.New("no luck with someone@secret.example at +49 30 1234567")
			case "refuse":
				return &notify.Permanent{Message: "There is no such mailbox."}
			}
			return nil
		})
		w := e.worker(&notify.WorkerOptions{Attempts: 5})
		did, err := w.Once(e.ctx, home)
		e.NoErr(err)
		e.Equal(did, notify.Worked{Sent: 996, Failed: 2, Dead: 3})
		var last time.Time
		for n := 2; n <= 5; n++ {
			next, err := e.store.NextDue(e.ctx)
			e.NoErr(err)
			e.True(next.Sub(e.clock.Now()) > last.Sub(last)) // in the future
			e.clock.Turn(3 * time.Hour)
			did, err = w.Once(e.ctx, home)
			e.NoErr(err)
			if n < 5 {
				e.Equal(did, notify.Worked{Failed: 2})
			} else {
				e.Equal(did, notify.Worked{Dead: 2})
			}
		}
		l, err := e.notify.Decisions(e.ctx, e.manager, notify.DecisionFilter{States: []notify.State{notify.Dead}}, desk.Page{})
		e.NoErr(err)
		e.Equal(len(l.Entries), 5)
		for _, d := range l.Entries {
			if strings.Contains(d.Error+d.Reason, "secret") || strings.Contains(d.Error, "1234567") {
				t.Errorf("an error holds an address: %q", d.Error)
			}
		}
		e.sink.setFail(nil)
		e.sink.take()
		for id, how := range poison {
			e.NoErr(e.notify.Retry(e.ctx, e.manager, id))
			e.Equal(desk.KindOf(e.notify.Retry(e.ctx, e.manager, id)), desk.NotFound) // it waits now
			e.Equal(e.once().Sent, 1)
			e.Equal(e.sink.take()[0].ID, id)
			_ = how
		}
		viewer := e.manager
		viewer.Grants = []desk.Permission{notify.MayView}
		e.Equal(desk.KindOf(e.notify.Retry(e.ctx, viewer, entries[500].ID)), desk.Denied)
	})
}

// The waits double, bounded, and differ by chance.
func TestBackoff(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})
		e.sink.setFail(func(context.Context, notify.Message) error { return errors.New("no") })
		random := 1.0
		w := e.worker(&notify.WorkerOptions{Backoff: time.Minute, MaxBackoff: 5 * time.Minute, Rand: func() float64 { return random }})
		for _, want := range []time.Duration{time.Minute, 2 * time.Minute, 4 * time.Minute, 5 * time.Minute, 5 * time.Minute} {
			random = 1 - random // 0 and 1 take turns
			_, err := w.Once(e.ctx, home)
			e.NoErr(err)
			if random == 0 {
				want /= 2
			}
			next, err := e.store.NextDue(e.ctx)
			e.NoErr(err)
			e.Equal(next.Sub(e.clock.Now()), want)
			e.clock.Turn(want)
		}
		// A sender can ask for more.
		e.sink.setFail(func(context.Context, notify.Message) error {
			return &notify.Later{Message: "slowly", After: time.Hour}
		})
		_, err := w.Once(e.ctx, home)
		e.NoErr(err)
		next, err := e.store.NextDue(e.ctx)
		e.NoErr(err)
		e.Equal(next.Sub(e.clock.Now()), time.Hour)
	})
}

// C25: a sender that never comes back is given up in its time; the others are
// sent, and its place is free again.
func TestC25_SenderThatBlocks(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		to := []desk.ContactID{c.ID}
		for n := range 20 {
			e.tell(desk.Notice{Type: notify.TypeForm, About: fmt.Sprint(n), To: to})
		}
		block := make(chan struct{})
		blocked := e.entries()[3].ID
		e.sink.setFail(func(_ context.Context, m notify.Message) error {
			if m.ID == blocked {
				<-block
			}
			return nil
		})
		w := e.worker(&notify.WorkerOptions{SendTime: 20 * time.Millisecond, Concurrency: map[notify.Channel]int{notify.Email: 1}})
		did, err := w.Once(e.ctx, home)
		e.NoErr(err)
		e.Equal(did, notify.Worked{Sent: 19, Failed: 1})
		close(block)
		entry, err := e.store.Entry(e.ctx, home, blocked)
		e.NoErr(err)
		e.Equal(entry.State, notify.Queued)
		contains(e, entry.Error, "did not answer in time")
		e.clock.Turn(time.Hour)
		did, err = w.Once(e.ctx, home)
		e.NoErr(err)
		e.Equal(did.Sent, 1)
	})
}

// C25: what a host brings to write a message with may panic and fail too.
func TestC25_DetailsThatPanic(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		for _, about := range []string{"panic", "gone", "fine"} {
			e.tell(desk.Notice{Type: notify.TypeForm, About: about, To: []desk.ContactID{c.ID}})
		}
		e.Equal(e.once(), notify.Worked{Sent: 1, Suppressed: 1, Failed: 1})
		contains(e, e.sink.take()[0].Text, "Where the printer stands", "https://help.desk.example/portal/forms/1")
	}, func(o *notify.Options) {
		o.Types = []notify.Type{{Name: notify.TypeForm, Label: "Form", Least: notify.Minimal, Details: func(_ context.Context, _ desk.WorkspaceID, _ desk.ContactID, about string) (notify.Details, error) {
			switch about {
			case "panic":
				panic("boom")
			case "gone":
				return notify.Details{}, desk.Errorf(desk.NotFound, "", "no")
			}
			return notify.Details{Title: "Where the printer stands", Path: "/portal/forms/1"}, nil
		}}}
	})
}

// C35: the mail server is away for 26 hours. What has a time after which it is of no use is not
// sent late; the rest is sent once, in the order of its ticket and contact.
func TestC35_LongOutage(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		const people, each = 25, 8
		var to []desk.ContactID
		for n := range people {
			to = append(to, e.contact(fmt.Sprint("C", n)).ID)
		}
		tk := e.ticket(to[0], to[1:]...)
		e.once()
		e.sink.take()
		down := true
		e.sink.setFail(func(context.Context, notify.Message) error {
			if down {
				return errors.New("connection refused")
			}
			return nil
		})
		want := map[string][]string{}
		w := e.worker(nil)
		posted := 0
		for hour := range 26 {
			if hour%3 == 0 && posted < each {
				text := fmt.Sprint("Message ", posted)
				e.post(tk.ID, text)
				for _, id := range to {
					want[string(id)] = append(want[string(id)], text)
				}
				posted++
			}
			e.tell(desk.Notice{Type: "code", About: fmt.Sprint(hour), To: to[:1]})
			_, err := w.Once(e.ctx, home)
			e.NoErr(err)
			e.clock.Turn(time.Hour)
		}
		e.Equal(posted, each)
		down = false
		for range 40 { // as time goes by
			_, err := w.Once(e.ctx, home)
			e.NoErr(err)
			e.clock.Turn(10 * time.Minute)
		}
		codes := 0
		got := map[string][]string{}
		byAddress := map[string]string{}
		for n, id := range to {
			byAddress[fmt.Sprintf("c%d@contact.example", n)] = string(id)
		}
		for _, m := range e.sink.take() {
			if m.Type == "code" {
				codes++
				continue
			}
			i := strings.Index(m.Text, "Message ")
			id := byAddress[m.To.Address()]
			got[id] = append(got[id], strings.TrimSpace(m.Text[i:i+len("Message 0")]))
		}
		e.Equal(codes, 0)
		for id := range want {
			if !slices.Equal(want[id], got[id]) {
				t.Fatalf("want %v, got %v", want[id], got[id])
			}
		}
		for _, en := range e.entries() {
			if en.Type == "code" {
				e.Equal(en.State, notify.Suppressed)
				e.Equal(en.Gate, "time")
			} else {
				e.Equal(en.State, notify.Sent)
			}
		}
	}, func(o *notify.Options) {
		o.Types = []notify.Type{{Name: "code", Label: "Code", Always: true, Expires: 10 * time.Minute, Default: notify.Template{Subject: "Code", Text: "Code"}}}
	})
}

// A worker that is told to stop ends what it has begun, and gives the rest
// back at once.
func TestDrain(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		for n := range 30 {
			e.tell(desk.Notice{Type: notify.TypeForm, About: fmt.Sprint(n), To: []desk.ContactID{c.ID}})
		}
		ctx, cancel := context.WithCancel(e.ctx)
		begun, goOn := make(chan struct{}, 30), make(chan struct{})
		e.sink.setFail(func(context.Context, notify.Message) error {
			begun <- struct{}{}
			<-goOn
			return nil
		})
		w := e.worker(&notify.WorkerOptions{Concurrency: map[notify.Channel]int{notify.Email: 2}})
		ended := make(chan error)
		go func() { ended <- w.Run(ctx) }()
		<-begun
		<-begun
		cancel()
		close(goOn)
		e.NoErr(<-ended)
		sent := len(e.sink.take())
		states := map[notify.State]int{}
		for _, en := range e.entries() {
			states[en.State]++
			if en.State == notify.Queued {
				e.Equal(en.Attempts, 0)
				e.True(!en.DueAt.After(e.clock.Now()))
			}
		}
		e.True(sent >= 2)
		e.Equal(states[notify.Sent], sent)
		e.Equal(states[notify.Queued], 30-sent)
		e.sink.setFail(nil)
		e.Equal(e.once().Sent, 30-sent)
	})
}

// Several workers share the work: each message is sent once.
func TestManyWorkers(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		spaces := []desk.WorkspaceID{"one", "two", "three"}
		for _, w := range spaces {
			c := e.contactIn(w, "Maria")
			var all []desk.Notice
			for n := range 150 {
				all = append(all, desk.Notice{Type: notify.TypeForm, About: fmt.Sprint(n), To: []desk.ContactID{c.ID}})
			}
			e.tellIn(e.in(w), all...)
		}
		var working sync.WaitGroup
		for range 4 {
			working.Go(func() {
				_, err := e.worker(&notify.WorkerOptions{Batch: 20}).Sweep(e.ctx)
				e.NoErr(err)
			})
		}
		working.Wait()
		seen := map[desk.NoticeID]int{}
		for _, m := range e.sink.take() {
			seen[m.ID]++
		}
		e.Equal(len(seen), 450)
		for _, n := range seen {
			e.Equal(n, 1)
		}
	})
}

// A worker whose claim has gone to another changes nothing any more.
func TestC14_Fencing(t *testing.T) {
	t.Parallel()
	onBoth(t, func(e *env) {
		c := e.contact("Maria")
		e.tell(desk.Notice{Type: notify.TypeForm, To: []desk.ContactID{c.ID}})
		stalled, goOn := make(chan struct{}), make(chan struct{})
		slow := notify.NewWorker(e.notify, map[notify.Channel]notify.Sender{notify.Email: notify.SenderFunc(func(_ context.Context, m notify.Message) (notify.Receipt, error) {
			close(stalled)
			<-goOn
			return notify.Receipt{ID: "slow"}, nil
		})}, nil)
		done := make(chan notify.Worked)
		go func() {
			did, _ := slow.Once(e.ctx, home)
			done <- did
		}()
		<-stalled
		e.Equal(e.once(), notify.Worked{}) // it is claimed
		e.clock.Turn(6 * time.Minute)
		e.Equal(e.once().Sent, 1)
		close(goOn)
		e.Equal(<-done, notify.Worked{Lost: 1})
		en := e.entries()[0]
		e.Equal(en.Receipt, "sink-"+string(en.ID))
		e.Equal(en.Claim, int64(2))
	})
}
