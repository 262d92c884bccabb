package bench

import (
	"context"
	"fmt"
	"runtime"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/importexport"
)

const (
	smallSize = 10_000
	seed      = 42
)

// imported is what one import took.
type imported struct {
	took, work time.Duration
	peak       int64
}

// importPeople imports n people and does the upkeep, and watches the memory.
func (e *env) importPeople(ctx context.Context, a desk.Actor, n int) (imported, error) {
	runtime.GC()
	stop := watch()
	began := time.Now()
	result, err := e.importer.Import(ctx, a, newFile(seed, n), importexport.ImportOptions{Progress: func(p importexport.Progress) {
		e.Say(fmt.Sprintf("import %s: %d of %d, %.0f rows/s", a.Workspace, p.Rows, n, p.RowsPerSecond))
	}})
	out := imported{took: time.Since(began), peak: stop()}
	if err != nil {
		return out, err
	}
	if result.Result.Created != n {
		return out, fmt.Errorf("%d of %d rows were imported, %d failed, %d skipped", result.Result.Created, n, result.Result.Failed, result.Result.Skipped)
	}
	began = time.Now()
	err = e.work(ctx, a)
	out.work = time.Since(began)
	return out, err
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
	if _, err := e.importPeople(ctx, e.small(), min(smallSize, e.Contacts)); err != nil {
		return nil, err
	}
	got, err := e.importPeople(ctx, e.tenth(), max(e.Contacts/10, 1))
	e.took["peak tenth"] = time.Duration(got.peak)
	return []Figure{{Name: "import of a tenth: peak memory", Value: float64(got.peak) / mb, Unit: "MB"}}, err
}

func importAll(ctx context.Context, e *env) ([]Figure, error) {
	got, err := e.importPeople(ctx, e.Actor, e.Contacts)
	if err != nil {
		return nil, err
	}
	e.took["import"] = got.took + got.work
	fs := []Figure{
		{Name: "import", Value: float64(e.Contacts) / got.took.Seconds(), Unit: "rows/s"},
		{Name: "import and all upkeep after it", Value: float64(e.Contacts) / (got.took + got.work).Seconds(), Unit: "rows/s"},
		{Name: "import: peak memory", Value: float64(got.peak) / mb, Unit: "MB"},
	}
	if tenth := float64(e.took["peak tenth"]); tenth > 0 && got.peak > 0 {
		fs = append(fs, Figure{Name: "import: peak memory, to that of a tenth", Value: float64(got.peak) / tenth, Unit: "times", Limit: 1.5})
	}
	return fs, nil
}
