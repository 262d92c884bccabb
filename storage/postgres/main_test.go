package postgres_test

import (
	"testing"

	"go.uber.org/goleak"
)

// C24: nothing is left running, but for the pool of the server's own database.
func TestMain(m *testing.M) {
	goleak.VerifyTestMain(m, goleak.IgnoreTopFunction("database/sql.(*DB).connectionOpener"))
}
