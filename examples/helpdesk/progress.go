package main

import (
	"fmt"
	"io"
	"os"
	"time"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar is a progress bar on the terminal; nil where there is no terminal.
type bar struct{ p *progressbar.ProgressBar }

// newBar shows progress on w if that is a terminal. Without a total (-1) it
// shows that something goes on.
func newBar(w io.Writer, total int64, what string) *bar {
	if !isTerminal(w) {
		return nil
	}
	return &bar{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionSetPredictTime(total > 0),
		progressbar.OptionSetElapsedTime(false), progressbar.OptionThrottle(100*time.Millisecond),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30))}
}

// say changes the words beside the bar.
func (b *bar) say(format string, args ...any) {
	if b != nil {
		b.p.Describe(fmt.Sprintf(format, args...))
	}
}

func (b *bar) set(n int64) {
	if b != nil {
		_ = b.p.Set64(n)
	}
}

func (b *bar) end() {
	if b != nil {
		_ = b.p.Finish()
	}
}

func isTerminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}
