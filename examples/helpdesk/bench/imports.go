package bench

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/importexport"
)

const (
	smallSize = 10_000
	seed      = 42
)

// imported is what one import took: to plan it, to apply it, and the upkeep.
type imported struct {
	plan, took, work time.Duration
	peak             int64
}

// importPeople imports n people and does the upkeep, and watches the memory.
func (e *env) importPeople(ctx context.Context, a desk.Actor, seed uint64, n int) (imported, error) {
	runtime.GC()
	stop := watch()
	out, err := e.importFile(ctx, a, seed, n)
	out.peak = stop()
	if err != nil {
		return out, err
	}
	began := time.Now()
	err = e.work(ctx, a)
	out.work = time.Since(began)
	return out, err
}

func (e *env) importFile(ctx context.Context, a desk.Actor, seed uint64, n int) (imported, error) {
	var out imported
	say := func(what string) func(importexport.Progress) {
		return func(p importexport.Progress) {
			e.Say(fmt.Sprintf("%s %s: %d of %d, %.0f rows/s", what, a.Workspace, p.Rows, n, p.RowsPerSecond))
		}
	}
	i, err := e.importer.Receive(ctx, a, "bench.csv", newFile(seed, n), importexport.ReadOptions{})
	if err != nil {
		return out, err
	}
	began := time.Now()
	// Some people share a name and a company, or a phone: all of them are made.
	if i, err = e.importer.Plan(ctx, a, i.ID, importexport.Choices{OnDuplicate: contacts.CreateAnyway}, say("plan")); err != nil {
		return out, err
	}
	out.plan = time.Since(began)
	began = time.Now()
	if i, err = e.importer.Apply(ctx, a, i.ID, importexport.ApplyOptions{Recompute: true, Progress: say("import")}); err != nil {
		return out, err
	}
	out.took = time.Since(began)
	if i.Result.Created != n {
		return out, fmt.Errorf("%d of %d rows were imported, %d failed, %d skipped", i.Result.Created, n, i.Result.Failed, i.Result.Skipped)
	}
	return out, nil
}

// watch looks at the memory of the process until the returned function is
// called, which returns the peak.
func watch() func() int64 {
	stop, peak := make(chan struct{}), make(chan int64)
	go func() {
		most := anonymous()
		tick := time.NewTicker(20 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, anonymous())
			case <-stop:
				peak <- most
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		return <-peak
	}
}

const mb = 1 << 20

func importTenth(ctx context.Context, e *env) ([]Figure, error) {
	// A first small one fills pools and caches, which are not the import's.
	if _, err := e.importPeople(ctx, e.small(), seed, min(smallSize, e.Contacts)); err != nil {
		return nil, err
	}
	visits := others(ctx, e.visit)
	signIns := others(ctx, func(ctx context.Context, _ int) error { return e.SignIn(ctx) })
	got, err := e.importPeople(ctx, e.tenth(), seed, max(e.Contacts/10, 1))
	fs := []Figure{{Name: "import of a tenth: peak memory", Value: float64(got.peak) / mb, Unit: "MB"}}
	e.took["peak tenth"] = time.Duration(got.peak)
	seen, failed := visits("a page and a write while it runs")
	in, failedIn := signIns("a sign-in while it runs")
	return slices.Concat(fs, seen, in), errors.Join(err, failed, failedIn)
}

func importAll(ctx context.Context, e *env) ([]Figure, error) {
	got, err := e.importPeople(ctx, e.Actor, seed, e.Contacts)
	if err != nil {
		return nil, err
	}
	n := float64(e.Contacts)
	e.took["import"] = got.took + got.work
	fs := []Figure{
		{Name: "planning an import", Value: n / got.plan.Seconds(), Unit: "rows/s"},
		{Name: "planning, to applying", Value: got.took.Seconds() / got.plan.Seconds(), Unit: "times", Limit: 5, Least: true},
		{Name: "import", Value: n / got.took.Seconds(), Unit: "rows/s"},
		{Name: "import and all upkeep after it", Value: n / (got.took + got.work).Seconds(), Unit: "rows/s"},
		{Name: "import: peak memory", Value: float64(got.peak) / mb, Unit: "MB", Limit: 256},
	}
	if tenth := float64(e.took["peak tenth"]); tenth > 0 && got.peak > 0 {
		fs = append(fs, Figure{Name: "import: peak memory, to that of a tenth", Value: float64(got.peak) / tenth, Unit: "times", Limit: 1.5})
	}
	return fs, nil
}

func milli(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// others does what others do while an import runs, some times a second. The
// returned function ends it, and says how long it took.
func others(ctx context.Context, do func(ctx context.Context, n int) error) func(name string) ([]Figure, error) {
	ctx, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	var waits []time.Duration
	var failed error
	go func() {
		defer close(done)
		tick := time.NewTicker(100 * time.Millisecond)
		defer tick.Stop()
		for n := 0; ; n++ {
			select {
			case <-ctx.Done():
				return
			case <-tick.C:
			}
			began := time.Now()
			if err := do(ctx, n); err == nil {
				waits = append(waits, time.Since(began))
			} else if ctx.Err() == nil {
				failed = err
			}
		}
	}()
	return func(name string) ([]Figure, error) {
		stop()
		<-done
		if len(waits) == 0 || failed != nil {
			return nil, failed
		}
		slices.Sort(waits)
		return []Figure{
			{Name: name + ": p99", Value: milli(waits[len(waits)*99/100]), Unit: "ms", Limit: 1000},
			{Name: name + ": slowest", Value: milli(waits[len(waits)-1]), Unit: "ms"},
		}, nil
	}
}

// visit is a list's first page, a contact and a new one, in the small workspace.
func (e *env) visit(ctx context.Context, n int) error {
	list, err := e.contacts.List(ctx, e.small(), contacts.Query{}, desk.Page{Limit: 25})
	if err != nil || len(list.Contacts) == 0 {
		return err
	}
	if _, err := e.contacts.Get(ctx, e.small(), list.Contacts[0].ID); err != nil {
		return err
	}
	_, err = e.contacts.Create(ctx, e.small(), contacts.NewContact{LastName: fmt.Sprint("Visitor ", n)})
	return err
}

// importMore imports as many people again, into a directory that is full of others.
func importMore(ctx context.Context, e *env) ([]Figure, error) {
	got, err := e.importPeople(ctx, e.Actor, seed+7, e.Contacts)
	if err != nil {
		return nil, err
	}
	fs := []Figure{{Name: "import of as many again", Value: float64(e.Contacts) / got.took.Seconds(), Unit: "rows/s"}}
	if first := e.took["import"]; first > 0 {
		fs = append(fs, Figure{Name: "import of as many again, to the first", Value: first.Seconds() / (got.took + got.work).Seconds(), Unit: "times", Limit: 0.7, Least: true})
	}
	return fs, nil
}
