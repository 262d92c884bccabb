package intake_test

import (
	"fmt"
	"io"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets/intake"
)

// repeated reads a text n times over, then another, without holding them.
func repeated(n int, s, tail string) io.Reader {
	i := 0
	var cur io.Reader = strings.NewReader("")
	return readerFunc(func(p []byte) (int, error) {
		for {
			k, err := cur.Read(p)
			if k > 0 || err == nil {
				return k, nil
			}
			switch {
			case i < n:
				cur = strings.NewReader(s)
			case i == n:
				cur = strings.NewReader(tail)
			default:
				return 0, io.EOF
			}
			i++
		}
	})
}

type readerFunc func([]byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

// bombs are messages that are made to cost much.
func bombs() map[string]func() io.Reader {
	nested := func() io.Reader {
		var b strings.Builder
		b.WriteString("From: a@x.test\nContent-Type: multipart/mixed; boundary=b0\n\n")
		for i := range 500 {
			fmt.Fprintf(&b, "--b%d\nContent-Type: multipart/mixed; boundary=b%d\n\n", i, i+1)
		}
		return strings.NewReader(b.String())
	}
	head := "From: a@x.test\nContent-Type: multipart/mixed; boundary=b\n\n"
	return map[string]func() io.Reader{
		"20,000 parts": func() io.Reader {
			return io.MultiReader(strings.NewReader(head), repeated(20_000, "--b\n\nx\n", "--b--\n"))
		},
		"20,000 parts with type": func() io.Reader {
			return io.MultiReader(strings.NewReader(head), repeated(20_000, "--b\nContent-Type: text/html\n\n<p>\n", "--b--\n"))
		},
		"nesting of 500": nested,
		"a field of 50 MB": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\nSubject: "), repeated(50<<10, strings.Repeat("x", 1024), "\n\nx"))
		},
		"a folded field of 50 MB": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\nSubject: x\n"), repeated(50<<10, " "+strings.Repeat("x", 1022)+"\n", "\nx"))
		},
		"a million fields": func() io.Reader { return repeated(1000, strings.Repeat("X: y\n", 1000), "\nx") },
		"100,000 recipients": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\nTo: "), repeated(100_000, "a@x.test,\n ", "b@x.test\n\nx"))
		},
		"100,000 short recipients": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\n"), repeated(100, "Cc: "+strings.Repeat("a@b.c,", 1000)+"\n", "\nx"))
		},
		"a line of 60 MB": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\n\n"), repeated(60<<10, strings.Repeat("x", 1024), ""))
		},
		"base64 that goes on": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\nContent-Length: 2147483648\nContent-Transfer-Encoding: base64\nContent-Type: application/zip\n\n"), repeated(60<<10, strings.Repeat("QUJD", 256)+"\n", ""))
		},
		"quoted-printable escapes": func() io.Reader {
			return io.MultiReader(strings.NewReader("From: a@x.test\nContent-Transfer-Encoding: quoted-printable\nContent-Type: text/html\n\n"), repeated(60<<10, strings.Repeat("=3C", 340)+"=\n", ""))
		},
	}
}

// TestB82_ResourceBombs reads what is made to cost much. It measures, so that
// it does not run beside other tests.
func TestB82_ResourceBombs(t *testing.T) { //nolint:paralleltest // measures the heap
	for name, bomb := range bombs() {
		t.Run(name, func(t *testing.T) { //nolint:paralleltest // measures the heap
			peak := watchHeap(t)
			quickest := time.Hour
			for range 2 {
				began := spent()
				s, err := intake.Spool(bomb(), t.TempDir(), 0)
				if err != nil {
					t.Fatal(err)
				}
				_, err = s.Parse(nil)
				quickest = min(quickest, spent()-began)
				if err := s.Close(); err != nil {
					t.Fatal(err)
				}
				if desk.KindOf(err) != desk.Limited {
					t.Errorf("it was read: %v", err)
				}
			}
			grown := peak()
			if quickest > raced*time.Second {
				t.Errorf("it took %v", quickest)
			}
			if grown > 64<<20 {
				t.Errorf("the heap grew by %d MB", grown>>20)
			}
		})
	}
}

// watchHeap watches how large the heap becomes until the returned function is
// called, which returns by how much it grew.
func watchHeap(t *testing.T) func() uint64 {
	t.Helper()
	runtime.GC()
	var before runtime.MemStats
	runtime.ReadMemStats(&before)
	stop, peak := make(chan struct{}), make(chan uint64)
	go func() {
		var most uint64
		tick := time.NewTicker(2 * time.Millisecond)
		defer tick.Stop()
		for {
			var now runtime.MemStats
			runtime.ReadMemStats(&now)
			most = max(most, now.HeapInuse)
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
		return max(<-peak, before.HeapInuse) - before.HeapInuse
	}
}

func TestR76_LimitsBeforeParse(t *testing.T) {
	t.Parallel()
	part := "--b\nContent-Type: application/zip\nContent-Transfer-Encoding: base64\n\n" + strings.Repeat("QUJD", 100) + "\n"
	many := message("From: a@x.test\nTo: b@x.test, c@x.test\nContent-Type: multipart/mixed; boundary=b", strings.Repeat(part, 3)+"--b--\n")
	for name, l := range map[string]intake.Limits{
		"message": {Message: 100}, "header bytes": {HeaderBytes: 40}, "line": {HeaderLine: 30}, "fields": {HeaderFields: 2}, "parts": {Parts: 3}, "nesting": {Nesting: -1, Parts: 3},
		"recipients": {Recipients: 1}, "files": {Files: 2}, "part": {PartBytes: 299}, "total": {TotalBytes: 899},
	} {
		if _, err := intake.Parse(strings.NewReader(many), &l); desk.KindOf(err) != desk.Limited {
			t.Errorf("%s: %v", name, err)
		}
	}
	exact := intake.Limits{Message: int64(len(many)), Parts: 4, Nesting: 1, Recipients: 2, Files: 3, PartBytes: 300, TotalBytes: 900}
	m, err := intake.Parse(strings.NewReader(many), &exact)
	if err != nil || len(m.Attachments) != 3 {
		t.Errorf("at the limits: %v", err)
	}
	long, err := intake.Parse(strings.NewReader(message("From: a@x.test", strings.Repeat("é", 100))), &intake.Limits{Text: 99})
	if err != nil || !long.Cut || long.Text != strings.Repeat("é", 49) {
		t.Errorf("a long text: %v %v", long, err)
	}
}
