//go:build unix

package intake_test

import (
	"syscall"
	"time"
)

// spent is how much time processors have given to this process: on a machine
// that does other things besides, the clock on the wall says little.
func spent() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		panic(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
