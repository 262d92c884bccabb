package notify

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"sync"
	"time"

	"github.com/deskfolk/desk"
)

// batch claims messages of a workspace and does what is to be done with them.
// When it got as many as it asked for it calls full at once, so that another
// hand can take the next ones.
func (w *Worker) batch(ctx context.Context, workspace desk.WorkspaceID, full func()) (o outcome) {
	if ctx.Err() != nil {
		return o
	}
	es, err := w.claim(ctx, workspace)
	if err != nil || len(es) == 0 {
		o.err = err
		return o
	}
	if len(es) == w.o.Batch {
		full()
	} else {
		o.more = true // those behind these in their threads
	}
	// From here on the claims are ours: what was begun is ended, or given back.
	under := context.WithoutCancel(ctx)
	jobs, err := w.prepare(under, workspace, es)
	if err != nil {
		o.err = err
		jobs = nil
	}
	marks := make(chan marked, len(es))
	kept := make(chan Worked, 1)
	go func() { kept <- w.keep(under, workspace, marks) }()
	if err != nil {
		w.giveBack(es, marks, err)
	}
	w.send(ctx, jobs, marks)
	close(marks)
	o.did = <-kept
	if o.did.Lost+o.did.Sent+o.did.Suppressed+o.did.Dead == 0 {
		o.more = false // nothing moves: another round would do no better
	}
	return o
}

func (w *Worker) claim(ctx context.Context, workspace desk.WorkspaceID) ([]Entry, error) {
	var es []Entry
	err := w.s.store.Update(ctx, func(tx Tx) error {
		now := w.s.now()
		var err error
		es, err = tx.Claim(ctx, workspace, now, now.Add(w.o.Lease), w.o.Batch)
		return err
	})
	return es, err
}

// readTime limits what a worker asks of the database, and of a host's own
// functions that say what a message is of.
const readTime = 30 * time.Second

// prepare decides about all entries. A host's own function in it may panic.
func (w *Worker) prepare(ctx context.Context, workspace desk.WorkspaceID, es []Entry) ([]*job, error) {
	b, err := w.s.read(ctx, workspace, es)
	if err != nil {
		return nil, err
	}
	jobs := make([]*job, len(es))
	for i := range es {
		if jobs[i], err = w.prepareOne(ctx, b, &es[i]); err != nil {
			return nil, err
		}
	}
	return jobs, nil
}

func (w *Worker) prepareOne(ctx context.Context, b *batch, e *Entry) (j *job, err error) {
	defer func() {
		if p := recover(); p != nil {
			w.o.Log.Error("writing a message panicked", "notice", e.ID, "panic", Redact(fmt.Sprint(p)), "stack", string(debug.Stack()))
			j, err = &job{entry: *e, done: w.failed(e, errors.New("writing the message panicked"))}, nil
		}
	}()
	under, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	return b.prepare(under, e)
}

// giveBack ends the claims of entries that could not be read up.
func (w *Worker) giveBack(es []Entry, marks chan<- marked, err error) {
	for i := range es {
		m := w.failed(&es[i], err)
		m.State, m.Attempts = Queued, max(es[i].Attempts-1, 0)
		marks <- marked{*m, didReturn}
	}
}

// marked is a mark with how it counts.
type marked struct {
	Mark
	as counted
}

type counted uint8

const (
	didReturn counted = iota
	didSend
	didSuppress
	didFail
	didDie
)

func count(m *Mark) counted {
	switch m.State {
	case Sent:
		return didSend
	case Suppressed:
		return didSuppress
	case Dead:
		return didDie
	}
	return didFail
}

// send sends what is to be sent, each sender as many at once as it bears.
func (w *Worker) send(ctx context.Context, jobs []*job, marks chan<- marked) {
	var sending sync.WaitGroup
	for _, j := range jobs {
		if j.done != nil {
			marks <- marked{*j.done, count(j.done)}
			continue
		}
		l := w.senders[j.entry.Channel]
		if l == nil {
			m := w.failed(&j.entry, errors.New("no sender is set up for this channel"))
			marks <- marked{*m, count(m)}
			continue
		}
		if !w.take(ctx, l, j) {
			marks <- marked{*w.returned(&j.entry), didReturn}
			continue
		}
		sending.Go(func() {
			defer func() { <-l.slots }()
			m := w.attempt(context.WithoutCancel(ctx), l, j)
			marks <- marked{*m, count(m)}
		})
	}
	sending.Wait()
}

// take waits for a place with the sender. It returns false when there is no
// time left: the worker stops, or another attempt would outlast the lease.
func (w *Worker) take(ctx context.Context, l *lane, j *job) bool {
	select {
	case l.slots <- struct{}{}:
	case <-ctx.Done():
		return false
	}
	if ctx.Err() != nil || w.s.now().Add(w.o.SendTime).After(j.lease) {
		<-l.slots
		return false
	}
	return true
}

// returned gives an entry back that was not tried.
func (w *Worker) returned(e *Entry) *Mark {
	return &Mark{ID: e.ID, Claim: e.Claim, State: Queued, DueAt: w.s.now(), Attempts: max(e.Attempts-1, 0), Address: e.Address, Error: e.Error}
}

// maxStuck is how many calls of a sender may hang before it is asked no more.
const maxStuck = 50

// attempt sends one message and says what became of it.
func (w *Worker) attempt(ctx context.Context, l *lane, j *job) *Mark {
	receipt, err := w.call(ctx, l, j.msg)
	now := w.s.now()
	if err != nil {
		m := w.failed(&j.entry, err)
		w.o.Log.Warn("a message was not sent", "notice", j.entry.ID, "type", j.entry.Type, "attempt", j.entry.Attempts, "dead", m.State == Dead, "error", m.Error)
		return m
	}
	return &Mark{ID: j.entry.ID, Claim: j.entry.Claim, State: Sent, DueAt: now, Attempts: j.entry.Attempts,
		Address: maskAddress(j.entry.Address), Gate: j.gate.Gate, Reason: j.gate.Reason, Receipt: desk.Cut(oneLine(receipt.ID), 200), DoneAt: now}
}

type answer struct {
	receipt Receipt
	err     error
}

// call calls the host's sender: it may panic, and it may never come back.
func (w *Worker) call(ctx context.Context, l *lane, m Message) (Receipt, error) {
	if l.stuck.Load() >= maxStuck {
		return Receipt{}, errors.New("the sender hangs; it is not asked any more until it comes back")
	}
	ctx, cancel := context.WithTimeout(ctx, w.o.SendTime)
	defer cancel()
	back := make(chan answer, 1)
	go func() {
		defer func() {
			if p := recover(); p != nil {
				w.o.Log.Error("a sender panicked", "notice", m.ID, "panic", Redact(fmt.Sprint(p)), "stack", string(debug.Stack()))
				back <- answer{err: errors.New("the sender panicked")}
			}
		}()
		r, err := l.sender.Send(ctx, m)
		back <- answer{r, err}
	}()
	select {
	case a := <-back:
		return a.receipt, a.err
	case <-ctx.Done():
	}
	// It gets a moment to see that its time is over.
	t := time.NewTimer(min(w.o.SendTime, time.Second))
	defer t.Stop()
	select {
	case a := <-back:
		return a.receipt, a.err
	case <-t.C:
		l.stuck.Add(1)
		go func() {
			<-back
			l.stuck.Add(-1)
		}()
		return Receipt{}, errors.New("the sender did not answer in time")
	}
}

// failed says what becomes of an entry whose attempt has failed.
func (w *Worker) failed(e *Entry, err error) *Mark {
	now := w.s.now()
	m := &Mark{ID: e.ID, Claim: e.Claim, State: Queued, Attempts: e.Attempts, Address: e.Address, Error: Redact(err.Error())}
	if m.Error == "" {
		m.Error = "The attempt failed."
	}
	if isPermanent(err) || e.Attempts >= w.o.Attempts {
		m.State, m.DueAt, m.DoneAt, m.Gate = Dead, now, now, "sending"
		m.Reason = "It was tried too often without success."
		if isPermanent(err) {
			m.Reason = "It was refused for good."
		}
		return m
	}
	wait := w.backoff(e.Attempts)
	var later *Later
	if errors.As(err, &later) {
		wait = max(wait, min(later.After, 24*time.Hour))
	}
	m.DueAt = desk.Moment(now.Add(wait))
	return m
}

// backoff is how long to wait after the n-th attempt: doubled each time, and
// between half and the whole of that at random.
func (w *Worker) backoff(n int) time.Duration {
	d := w.o.Backoff
	for range n - 1 {
		if d >= w.o.MaxBackoff {
			break
		}
		d *= 2
	}
	d = min(d, w.o.MaxBackoff)
	return d/2 + time.Duration(w.o.Rand()*float64(d/2))
}

// The marks of a batch are written together, when there are many or the first
// of them has waited a moment.
const (
	markTogether = 250
	markWait     = 100 * time.Millisecond
)

// keep writes marks until there are no more, and counts them.
func (w *Worker) keep(ctx context.Context, workspace desk.WorkspaceID, marks <-chan marked) Worked {
	var did Worked
	var some []marked
	var late <-chan time.Time
	flush := func() {
		did.add(w.write(ctx, workspace, some))
		some, late = some[:0], nil
	}
	for {
		select {
		case m, ok := <-marks:
			if !ok {
				flush()
				return did
			}
			if some = append(some, m); len(some) >= markTogether {
				flush()
			} else if late == nil {
				late = time.After(markWait)
			}
		case <-late:
			flush()
		}
	}
}

// write keeps marks. What cannot be written is found again when its lease has
// ended, and then sent once more under the same id.
func (w *Worker) write(ctx context.Context, workspace desk.WorkspaceID, some []marked) Worked {
	var did Worked
	if len(some) == 0 {
		return did
	}
	ms := make([]Mark, len(some))
	for i := range some {
		ms[i] = some[i].Mark
	}
	var kept []desk.NoticeID
	under, cancel := context.WithTimeout(ctx, readTime)
	defer cancel()
	err := w.s.store.Update(under, func(tx Tx) error {
		var err error
		kept, err = tx.MarkEntries(under, workspace, ms)
		return err
	})
	if err != nil {
		w.o.Log.Error("what became of messages could not be kept; they may be sent again", "messages", len(ms), "error", Redact(err.Error()))
		did.Lost = len(ms)
		return did
	}
	is := make(map[desk.NoticeID]bool, len(kept))
	for _, id := range kept {
		is[id] = true
	}
	for i := range some {
		did.count(some[i].as, is[some[i].ID])
	}
	return did
}

func (d *Worked) count(as counted, kept bool) {
	switch {
	case !kept:
		d.Lost++
	case as == didReturn:
		d.Returned++
	case as == didSend:
		d.Sent++
	case as == didSuppress:
		d.Suppressed++
	case as == didDie:
		d.Dead++
	default:
		d.Failed++
	}
}
