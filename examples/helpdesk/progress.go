package main

import (
	"io"
	"os"

	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

// bar is a progress bar on the terminal; nil where there is no terminal.
type bar struct{ p *progressbar.ProgressBar }

// newBar shows progress on w if that is a terminal. Without a total (-1) it
// shows a spinner and the count.
func newBar(w io.Writer, total int64, what string, bytes bool) *bar {
	if !isTerminal(w) {
		return nil
	}
	return &bar{progressbar.NewOptions64(total,
		progressbar.OptionSetWriter(w), progressbar.OptionSetDescription(what), progressbar.OptionShowBytes(bytes),
		progressbar.OptionShowCount(), progressbar.OptionSetPredictTime(true), progressbar.OptionThrottle(100e6),
		progressbar.OptionClearOnFinish(), progressbar.OptionSetWidth(30), progressbar.OptionShowIts())}
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
