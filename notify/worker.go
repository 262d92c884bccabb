package notify

import (
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"sync"
	"sync/atomic"
	"time"

	"github.com/deskfolk/desk"
)

// WorkerOptions say how a worker works. The zero value, and nil, are good.
type WorkerOptions struct {
	// Wake tells the worker to look at once; see postgres.Queued. Commits of
	// its own process wake it in any case, and it looks by itself every Poll.
	Wake <-chan struct{}
	// Poll is how long it rests at most; 0 is 10 s.
	Poll time.Duration
	// Lease is how long a claimed message is its own; 0 is 5 min. A worker that is
	// stalled for longer loses its messages to another.
	Lease time.Duration
	// SendTime limits one attempt; 0 is 30 s. It is at most a third of the lease.
	SendTime time.Duration
	// Batch is how many messages are claimed at once; 0 is 500.
	Batch int
	// Concurrency is how many messages are sent at once, by channel; 0 is 4.
	Concurrency map[Channel]int
	// Attempts is how often a message is tried; 0 is 40. Between attempts it
	// waits Backoff (0: 30 s), twice as long each time, until MaxBackoff (0: 2 h), somewhat
	// more or less at random. So it is tried for about three days.
	Attempts            int
	Backoff, MaxBackoff time.Duration
	// Rand returns numbers from 0 until 1; nil is math/rand.
	Rand func() float64
	// Log gets what goes wrong, without addresses; nil: nothing does.
	Log *slog.Logger
}

// Worker takes messages out of the outbox and sends them. Any number of
// workers, in any number of processes, may work on one database.
type Worker struct {
	s       *Service
	o       WorkerOptions
	senders map[Channel]*lane
}

// NewWorker returns a worker that sends by the senders. A message of a channel
// without one fails, and is tried again.
func NewWorker(s *Service, senders map[Channel]Sender, opts *WorkerOptions) *Worker {
	w := &Worker{s: s, senders: map[Channel]*lane{}}
	if opts != nil {
		w.o = *opts
	}
	o := &w.o
	setDuration(&o.Poll, 10*time.Second)
	setDuration(&o.Lease, 5*time.Minute)
	setDuration(&o.SendTime, 30*time.Second)
	setDuration(&o.Backoff, 30*time.Second)
	setDuration(&o.MaxBackoff, 2*time.Hour)
	o.SendTime = min(o.SendTime, o.Lease/3)
	if o.Batch <= 0 {
		o.Batch = 500
	}
	if o.Attempts <= 0 {
		o.Attempts = 40
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	if o.Log == nil {
		o.Log = slog.New(slog.DiscardHandler)
	}
	for channel, sender := range senders {
		n := o.Concurrency[channel]
		if n <= 0 {
			n = 4
		}
		w.senders[channel] = &lane{sender: sender, slots: make(chan struct{}, n)}
	}
	return w
}

func setDuration(d *time.Duration, instead time.Duration) {
	if *d <= 0 {
		*d = instead
	}
}

// lane is one sender with its bound.
type lane struct {
	sender Sender
	slots  chan struct{}
	// stuck counts calls that did not come back in time.
	stuck atomic.Int64
}

// Worked is what a worker did.
type Worked struct {
	// Sent, Suppressed and Dead messages are done with; Failed ones are tried again.
	Sent, Suppressed, Failed, Dead int
	// Lost are those that another worker had taken over meanwhile.
	Lost int
	// Returned were given back without an attempt.
	Returned int
}

// Any reports whether there was anything to do.
func (d Worked) Any() bool { return d != Worked{} }

func (d *Worked) add(o Worked) {
	d.Sent += o.Sent
	d.Suppressed += o.Suppressed
	d.Failed += o.Failed
	d.Dead += o.Dead
	d.Lost += o.Lost
	d.Returned += o.Returned
}

// Run works until ctx ends. Then it takes nothing more, ends the attempts that
// it has begun, gives the rest back, and returns nil.
func (w *Worker) Run(ctx context.Context) error {
	for ctx.Err() == nil {
		_, err := w.Sweep(ctx)
		if err != nil && ctx.Err() == nil {
			w.o.Log.Error("sending messages failed; trying again", "error", Redact(err.Error()))
		}
		w.rest(ctx, err)
	}
	return nil
}

// leastRest keeps a worker from looking all the time when what is due cannot
// be claimed yet.
const leastRest = 200 * time.Millisecond

// rest waits until there may be something to do.
func (w *Worker) rest(ctx context.Context, failed error) {
	wait := w.o.Poll
	if failed == nil {
		if at, err := w.s.store.NextDue(ctx); err == nil && !at.IsZero() {
			wait = min(wait, max(at.Sub(w.s.now()), leastRest))
		}
	}
	t := time.NewTimer(wait)
	defer t.Stop()
	select {
	case <-ctx.Done():
	case <-t.C:
	case <-w.s.store.Queued():
	case <-w.o.Wake:
	}
}

// Sweep sends what is due now in all workspaces. The workspaces take turns, so
// that a large one does not keep the others waiting.
func (w *Worker) Sweep(ctx context.Context) (Worked, error) {
	all, err := w.s.store.DueWorkspaces(ctx, w.s.now())
	if err != nil {
		return Worked{}, err
	}
	return w.turns(ctx, all)
}

// Once sends what is due now in one workspace.
func (w *Worker) Once(ctx context.Context, workspace desk.WorkspaceID) (Worked, error) {
	if err := desk.CheckWorkspace(workspace); err != nil {
		return Worked{}, desk.In("notify.Once", err)
	}
	return w.turns(ctx, []desk.WorkspaceID{workspace})
}

// hands is how many batches are under way at once: while one waits for a
// server, the next is read.
const hands = 2

// turns works until none of the workspaces has anything more.
func (w *Worker) turns(ctx context.Context, all []desk.WorkspaceID) (Worked, error) {
	q := &queue{waiting: all}
	q.more.L = &q.mu
	var working sync.WaitGroup
	for range hands {
		working.Go(func() {
			for {
				workspace, ok := q.next()
				if !ok {
					return
				}
				q.done(workspace, w.batch(ctx, workspace, func() { q.again(workspace) }))
			}
		})
	}
	working.Wait()
	return q.did, errors.Join(q.failed...)
}

// queue is the workspaces that have their turn.
type queue struct {
	mu      sync.Mutex
	more    sync.Cond
	waiting []desk.WorkspaceID
	busy    int
	did     Worked
	failed  []error
}

// next waits for a workspace; it returns false when all is done.
func (q *queue) next() (desk.WorkspaceID, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.waiting) == 0 && q.busy > 0 {
		q.more.Wait()
	}
	if len(q.waiting) == 0 {
		return "", false
	}
	workspace := q.waiting[0]
	q.waiting = q.waiting[1:]
	q.busy++
	return workspace, true
}

// again puts a workspace behind the others.
func (q *queue) again(workspace desk.WorkspaceID) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.waiting = append(q.waiting, workspace)
	q.more.Broadcast()
}

// outcome is what came of a batch.
type outcome struct {
	did Worked
	// more says that there may be more to do once it is done with.
	more bool
	err  error
}

func (q *queue) done(workspace desk.WorkspaceID, o outcome) {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.busy--
	q.did.add(o.did)
	if o.err != nil {
		q.failed = append(q.failed, o.err)
	} else if o.more {
		q.waiting = append(q.waiting, workspace)
	}
	q.more.Broadcast()
}
