package intake_test

import (
	"encoding/base64"
	"io"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/deskfolk/desk/storage/desktest"
	"github.com/deskfolk/desk/storage/storagetest/pgtest"
	"github.com/deskfolk/desk/tickets/intake"
)

// large is a message of about n bytes, most of which are one attachment. It is
// made as it is read.
func large(n int) io.Reader {
	line := base64.StdEncoding.EncodeToString([]byte(strings.Repeat("0123456789abcdefgh!", 3))) + "\r\n"
	head := message("From: jane@acme.test\nTo: support@desk.test\nSubject: Large\nContent-Type: multipart/mixed; boundary=b",
		"--b\nContent-Type: text/plain\n\nHello\n--b\nContent-Type: application/zip; name=a.zip\nContent-Transfer-Encoding: base64\n\n")
	return io.MultiReader(strings.NewReader(head), repeated(n/(len(line)*100), strings.Repeat(line, 100), "--b--\r\n"))
}

// TestMemoryOfALargeMessage takes a message of 25 MB in. It measures, so that
// it does not run beside other tests.
func TestMemoryOfALargeMessage(t *testing.T) { //nolint:paralleltest // measures memory
	run := func(t *testing.T, b *bench) {
		const size = 25 << 20
		b.take(jane, "Warm up")
		heap, resident := watchHeap(t), watchResident(t)
		res := b.deliver(intake.Delivery{Raw: large(size)})
		grown, all := heap(), resident()
		b.Equal(res.Outcome, intake.Created)
		b.True(res.Size > size*9/10)
		b.Equal(len(res.Mail.Attachments), 1)
		t.Logf("a message of %d MB: the heap grew by %d MB, the process by %d MB", res.Size>>20, grown>>20, all>>20)
		if grown > 3*size || all > 3*size*raced {
			t.Errorf("the heap grew by %d MB, the process by %d MB", grown>>20, all>>20)
		}
		b.sound()
	}
	t.Run("sqlite", func(t *testing.T) { run(t, newBench(t, desktest.New(t))) })  //nolint:paralleltest // measures memory
	t.Run("postgres", func(t *testing.T) { run(t, newBench(t, pgtest.Desk(t))) }) //nolint:paralleltest // measures memory
}

// watchResident watches how much memory the process has, what a database keeps
// outside of the heap included. Where that cannot be read it returns 0.
func watchResident(t *testing.T) func() uint64 {
	t.Helper()
	read := func() uint64 {
		b, err := os.ReadFile("/proc/self/statm")
		f := strings.Fields(string(b))
		if err != nil || len(f) < 2 {
			return 0
		}
		pages, _ := strconv.ParseUint(f[1], 10, 64)
		return pages * uint64(os.Getpagesize())
	}
	before := read()
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(5 * time.Millisecond)
		defer tick.Stop()
		for {
			most = max(most, read())
			select {
			case <-stop:
				peak <- most
				return
			case <-tick.C:
			}
		}
	}()
	return func() uint64 {
		close(stop)
		return max(<-peak, before) - before
	}
}
