package contacts

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"

	"github.com/deskfolk/desk"
)

// Apply brings rows of an import in, in one transaction, and returns what
// became of each, in their order. A row that breaks a rule fails alone. It
// needs MayImport, and the team switch [Settings.AllowImport]; at most
// MaxApply rows. A row is about the contact with its ID, else the one with an
// external id of it, else with its main or a labelled address; rows before it
// in the same call count.
func (s *Service) Apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	outs, err := s.apply(ctx, a, rows, o)
	if err != nil {
		return nil, desk.In("contacts.Apply", err)
	}
	return outs, nil
}

func (s *Service) apply(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) ([]Outcome, error) {
	b, err := s.prepareBatch(ctx, a, rows, o)
	if err != nil {
		return nil, err
	}
	outs, err := s.applyOnce(ctx, a, b)
	if desk.KindOf(err) != desk.Conflict || desk.FieldOf(err) == "key" {
		return outs, err
	}
	// Others keep taking addresses that the rows are about: one row at a time
	// then, so that only those rows fail.
	outs = make([]Outcome, 0, len(rows))
	for i := range rows {
		one := *b
		one.rows, one.ready = b.rows[i:i+1], b.ready[i:i+1]
		out, err := s.applyOnce(ctx, rowActor(a, i), &one)
		switch {
		case desk.KindOf(err) == desk.Conflict:
			outs = append(outs, failed(&rows[i], err))
		case err != nil:
			return nil, err
		default:
			outs = append(outs, out...)
		}
	}
	return outs, nil
}

// Batch is rows of an import that were checked, and wait to be applied.
type Batch struct {
	s     *Service
	a     desk.Actor
	o     ApplyOptions
	r     *rules
	rows  []Incoming
	ready []readyRow
	// ahead is what was read before the transaction, for its first try; nil for
	// nothing. touched is what the transaction has changed.
	ahead   *readAhead
	look    *LookAhead
	touched touched
	wrote   int
}

// Prepare checks rows outside of any transaction, on all processors, so that
// no writer waits for it. It is the first half of Apply, with the same limits
// and permissions; [Batch.In] is the second, for a package that has more to
// write in the same transaction.
func (s *Service) Prepare(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) (*Batch, error) {
	b, err := s.prepareBatch(ctx, a, rows, o)
	return b, desk.In("contacts.Prepare", err)
}

func (s *Service) prepareBatch(ctx context.Context, a desk.Actor, rows []Incoming, o ApplyOptions) (*Batch, error) {
	if err := mayApply(a, rows, &o); err != nil {
		return nil, err
	}
	r, err := s.rulesFor(ctx, a, rows)
	if err != nil {
		return nil, err
	}
	if o.Region != "" {
		r.settings.Region = o.Region
	}
	return &Batch{s: s, a: a, o: o, r: r, rows: rows, ready: s.prepare(ctx, a, r, rows)}, nil
}

// Applied is what a batch has done.
type Applied struct {
	// Outcomes are those of the rows, in their order.
	Outcomes []Outcome
	// Undo has what takes it back; see [Service.Revert].
	Undo []Undo
	// Companies are those that were made.
	Companies []desk.CompanyID
	// Wrote is how many contacts were made or changed.
	Wrote int
}

// In applies the batch in the caller's transaction, which may be tried again
// when an error says so (see [Call.Run]). After the commit the caller calls
// Kept.
func (b *Batch) In(ctx context.Context, tx Tx) (Applied, error) {
	run, err := b.run(ctx, tx)
	if err != nil {
		return Applied{}, err
	}
	b.touched, b.wrote = run.touched(), run.wrote
	out := Applied{Outcomes: run.outs, Undo: run.undo(), Wrote: run.wrote}
	for _, c := range run.companies {
		out.Companies = append(out.Companies, c.Company.ID)
	}
	return out, nil
}

// run applies the rows in a transaction.
func (b *Batch) run(ctx context.Context, tx Tx) (*applyRun, error) {
	run := b.newRun(b.ahead.within(tx))
	run.tx = tx
	b.ahead = nil // a second try reads what is there now
	if err := run.all(ctx, b.ready, b.rows); err != nil {
		return nil, err
	}
	return run, run.keep(ctx)
}

// Kept says that the transaction of In is kept. It does what Imported does.
func (b *Batch) Kept(ctx context.Context) {
	if b.look != nil {
		b.look.note(b.touched)
	}
	b.s.Imported(ctx, b.a, b.wrote, b.o)
}

func (b *Batch) newRun(from Reader) *applyRun {
	now := desk.Moment(b.s.now())
	run := &applyRun{
		s: b.s, a: b.a, o: b.o, r: b.r, from: from, now: now, book: b.s.book(b.a, now), j: b.s.journal(b.a, now, b.o.Cause),
		byKey: map[Key][]holder{}, byID: map[desk.ContactID]*working{}, outs: make([]Outcome, len(b.rows)),
	}
	run.book.mayMk = true // who may import may bring companies in
	return run
}

// Imported counts what a batch wrote, after its commit, and brings it into the
// search index now and then; with [ApplyOptions.Later] it only counts, and with
// Last it brings in all there is. That the index cannot be written just now is
// no error: what is not in it is found all the same.
func (s *Service) Imported(ctx context.Context, a desk.Actor, wrote int, o ApplyOptions) {
	switch {
	case CheckActor(a) != nil:
	case o.Last:
		_, _ = s.index(ctx, a.Workspace, importEvery*max(s.indexer.Every, 1))
	case o.Later:
		s.indexer.Count(a.Workspace, wrote)
	default:
		s.wroteSome(ctx, a.Workspace, wrote, importEvery*s.indexer.Every)
	}
}

// rowActor gives each row an idempotency key of its own, if the call has one.
func rowActor(a desk.Actor, i int) desk.Actor {
	if a.Key == "" {
		return a
	}
	sum := sha256.Sum256(fmt.Appendf(nil, "%d %s", i, a.Key))
	return a.WithKey("row " + hex.EncodeToString(sum[:]))
}

func mayApply(a desk.Actor, rows []Incoming, o *ApplyOptions) error {
	if err := need(a, "import contacts", MayImport); err != nil {
		return err
	}
	switch o.OnDuplicate {
	case "":
		o.OnDuplicate = Skip
	case Skip, Update, CreateAnyway, MergeInto:
	default:
		return invalid("on_duplicate", "Duplicates are skipped, updated, created or merged.")
	}
	if o.Region != "" && !isRegion(o.Region) {
		return invalid("region", "The region %q is no country's code, such as DE.", o.Region)
	}
	if len(rows) > MaxApply {
		return desk.Errorf(desk.Limited, "rows", "At most %d rows are taken at once.", MaxApply)
	}
	return nil
}

// rulesFor reads the rules that the rows need, so that they can be read from
// several goroutines, and checks the team switch.
func (s *Service) rulesFor(ctx context.Context, a desk.Actor, rows []Incoming) (*rules, error) {
	r := s.rules(s.store, a)
	set, err := r.set(ctx)
	if err != nil {
		return nil, err
	}
	if !set.AllowImport {
		return nil, denied("This workspace does not allow bulk import. Someone who may change its settings can allow it.")
	}
	r.haveDefs = true
	if slices.ContainsFunc(rows, func(row Incoming) bool { return len(row.Contact.Custom) > 0 }) {
		if r.defs, err = s.store.Fields(ctx, a.Workspace); err != nil {
			return nil, err
		}
	}
	return r, nil
}

// readyRow is a row that was checked as if it made a new contact.
type readyRow struct {
	c    Contact
	p    Patch
	main string // key of the main address
	keys []Key  // all that a contact is looked up by but for its names
	// names are folded; the company's is not read yet.
	names foldedNames
	// company are the name keys of the company that the row names, one or none.
	company []string
	err     error
}

// prepare checks the rows, outside of the transaction so that other writers do
// not wait for it, on all processors.
func (s *Service) prepare(ctx context.Context, a desk.Actor, r *rules, rows []Incoming) []readyRow {
	ready := make([]readyRow, len(rows))
	eachOf(len(rows), func(i int) { prepareRow(ctx, a, r, &rows[i], &ready[i]) })
	return ready
}

// eachOf calls fn for 0 to n-1 on all processors. A panic of fn becomes one of
// the caller's goroutine.
func eachOf(n int, fn func(i int)) {
	workers := min(runtime.GOMAXPROCS(0), 1+n/64)
	size := (n + workers - 1) / max(workers, 1)
	var wg sync.WaitGroup
	panics := make(chan any, workers)
	for from := 0; from < n; from += size {
		wg.Go(func() {
			defer func() {
				if v := recover(); v != nil {
					panics <- v
				}
			}()
			for i := from; i < min(from+size, n); i++ {
				fn(i)
			}
		})
	}
	wg.Wait()
	select {
	case v := <-panics:
		panic(v) //nolint:forbidigo // it is the panic of a part of this call, in the goroutine of its caller
	default:
	}
}

func prepareRow(ctx context.Context, a desk.Actor, r *rules, row *Incoming, to *readyRow) {
	defer func() {
		// A goroutine that panics ends the process: a defect in reading one row must not.
		if v := recover(); v != nil {
			to.err = &desk.Error{Kind: desk.Internal, Message: "This row could not be read.", Err: fmt.Errorf("panic: %v", v)}
		}
	}()
	if to.err = rowError(row.Err); to.err != nil {
		return
	}
	to.p = row.Contact.patch()
	to.c = Contact{Version: 1, Active: true, Kind: Customer, LoginSource: NotInstalled}
	if to.err = newDraft(a, r, &to.c, "").apply(ctx, &to.p); to.err != nil {
		return
	}
	main, labelled := addressesOf(&to.c)
	to.main = main.Key
	to.keys = lookupKeys(&to.c, main, labelled)
	to.names, to.company = foldNames(&to.c), companyKeys(&to.p)
}

// rowError returns the error of a row that had failed already as one with a
// message for people.
func rowError(err error) error {
	var e *desk.Error
	if err == nil || errors.As(err, &e) {
		return err
	}
	return &desk.Error{Kind: desk.Invalid, Message: desk.OneLine(err.Error()), Err: err}
}

func failed(row *Incoming, err error) Outcome {
	return Outcome{Line: row.Line, Kind: Failed, Reason: desk.MessageOf(err), Err: err}
}

// applyOnce applies the batch in one transaction.
func (s *Service) applyOnce(ctx context.Context, a desk.Actor, b *Batch) ([]Outcome, error) {
	var run *applyRun
	input := struct {
		Rows    []Incoming
		Options ApplyOptions
	}{b.rows, b.o}
	replay, err := s.write(ctx, a, "contacts.Apply", input, func(tx Tx) ([]string, error) {
		var err error
		if run, err = b.run(ctx, tx); err != nil {
			return nil, err
		}
		return outcomeTokens(run.outs), nil
	})
	if err != nil {
		return nil, err
	}
	if replay != nil {
		return replayOutcomes(b.rows, replay), nil
	}
	s.Imported(ctx, a, run.wrote, b.o)
	return run.outs, nil
}

func outcomeTokens(outs []Outcome) []string {
	ts := make([]string, len(outs))
	for i, o := range outs {
		ts[i] = string(o.Kind) + ":" + string(o.ID)
	}
	return ts
}

func replayOutcomes(rows []Incoming, tokens []string) []Outcome {
	outs := make([]Outcome, len(rows))
	for i := range outs {
		outs[i] = Outcome{Line: rows[i].Line, Kind: Failed, Reason: "This row failed when it was first given."}
		if i >= len(tokens) {
			continue
		}
		kind, id, _ := strings.Cut(tokens[i], ":")
		outs[i].Kind, outs[i].ID = OutcomeKind(kind), desk.ContactID(id)
		switch outs[i].Kind {
		case Failed:
			outs[i].Err = invalid("", "%s", outs[i].Reason)
		case Skipped:
			outs[i].Reason = "This row was skipped when it was first given."
		default:
			outs[i].Reason = ""
		}
	}
	return outs
}
