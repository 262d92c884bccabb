package desk

import (
	"crypto/rand"
	"time"
)

// Defaults returns what a service works with, in place of what its options leave
// empty: the system's clock, ids of that clock and crypto/rand, and a random key
// for cursors, so that these end with the process.
func Defaults(now func() time.Time, ids *IDs, keys CursorKeys) (func() time.Time, *IDs, CursorKeys) {
	if now == nil {
		now = time.Now
	}
	if ids == nil {
		ids = NewIDs(now, nil)
	}
	if len(keys) == 0 {
		key := make([]byte, 32)
		rand.Read(key) // never fails: it ends the process instead
		keys = CursorKeys{key}
	}
	return now, ids, keys
}
