package importexport_test

import (
	"runtime"
	"runtime/debug"
	"time"
)

// watchHeap looks at the heap until the function it returns is called, which
// returns by how much it was greater at most.
func watchHeap() func() int64 {
	percent := debug.SetGCPercent(20) // so that what is garbage does not count for long
	runtime.GC()
	heap := func() int64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return int64(m.HeapAlloc) //nolint:gosec // no heap is that large
	}
	before, most := heap(), int64(0)
	stop, done := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(done)
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			select {
			case <-tick.C:
				most = max(most, heap())
			case <-stop:
				return
			}
		}
	}()
	return func() int64 {
		close(stop)
		<-done
		debug.SetGCPercent(percent)
		return most - before
	}
}
