package storage

import (
	"io/fs"
	"strconv"
	"strings"
)

// Dialect holds what differs between the databases, as data. The packages
// sqlite and postgres have one each.
type Dialect struct {
	// Name is "sqlite" or "postgres".
	Name string
	// Begin starts a transaction that writes; empty: as database/sql does.
	Begin string
	// OneWriter says that the database lets one transaction write at a time.
	// Writers of one process then queue here, in order, and not by polling.
	OneWriter bool
	// Uncancelled says that a statement must not be broken off within a
	// transaction, because the database would end the whole transaction.
	Uncancelled bool
	// Batch says how many rows are written: one prepared statement for each
	// row, or one statement with an array for each column.
	Batch BatchStyle
	// ForUpdate and SkipLocked are the ends of statements that lock rows.
	ForUpdate, SkipLocked string
	// InTexts and InInts stand behind a column, to compare it with a list that
	// is one text argument; "$N" is its place. ListOpen and ListClose are the
	// list's brackets: of a JSON array, or of a PostgreSQL one.
	InTexts, InInts     string
	ListOpen, ListClose byte
	// Numbered is such a list as a table j of value and key, which counts from
	// 0; it is for BatchArrays.
	Numbered string
	// Rows is a list of lists, a JSON text that is the argument $N, as a table j
	// of value: a row's cells are value->>0, value->>1, ….
	Rows string
	// Announce goes around the statement INSERT that queues messages for the
	// workspace $1, so that it tells other processes too; empty: they look.
	Announce string
	// ByIndex has the planner use indexes, in their order, until the end of the
	// transaction: its statistics know nothing of an outbox that has just been filled, and it would
	// sort all that is due to claim some of it. It is run in transactions of the outbox's worker
	// only. Empty where plans do not depend on statistics.
	ByIndex string
	// AsyncCommit lets the commit of the transaction that it is run in return before it
	// is on disk: one that waits for the disk makes those before it durable too, and
	// a crash in between loses the last of them, whole. AsyncConn does it for a
	// connection; it is written with "NORMAL" in place of LEVEL, and with what
	// SyncLevel has read when the transaction has ended.
	AsyncCommit, AsyncConn, SyncLevel string
	// LookUp reads COLUMNS of those rows of TABLE, within LIMITS, whose
	// COLUMN is one of the values of the list that is the argument $N, of type
	// TYPE; LOCK locks them. The database must take the values one by one, by
	// an index, and not be free to read the table instead: its statistics may
	// not know yet what an import has brought.
	LookUp string
	// LookUpPairs is LookUp by COLUMN and SECOND together; the argument is a list
	// of lists of two texts, as JSON, with each pair once.
	LookUpPairs string
	// IndexOf is the function that finds a text in another, from 1; 0 is nowhere.
	IndexOf string
	// Analyze brings the planner's statistics up to date after the search index
	// has doubled; empty where plans do not depend on them.
	Analyze string
	// MigrationLock is run at the start of a migration's transaction.
	MigrationLock string
	// TableExists finds a table by its name, $1.
	TableExists string
	// Checks are statements that say what is wrong with the database, a row of
	// one text for each; "ok" is nothing.
	Checks []string
	// Migrations holds the files "0001_name.sql", ….
	Migrations fs.FS

	smallBlocks uint
}

// BatchStyle is a way of writing many rows.
type BatchStyle int

// The ways of writing many rows.
const (
	// BatchPrepared runs one prepared statement for each row.
	BatchPrepared BatchStyle = iota
	// BatchArrays runs INSERT … SELECT FROM unnest, an array for each column.
	BatchArrays
)

// inTexts returns the comparison of a column with the list of texts that is
// the n-th argument, as texts writes it.
func (d *Dialect) inTexts(n int) string {
	return strings.Replace(d.InTexts, "$N", "$"+strconv.Itoa(n), 1)
}

// lookUp is a query by a list; see Dialect.LookUp. With a second column it is one
// by pairs, see Dialect.LookUpPairs.
type lookUp struct {
	columns, table, where, column, second string
	n                                     int
	ints                                  bool
	lock                                  string
}

// sql writes the query.
func (l lookUp) sql(d *Dialect) string {
	kind := "text"
	if l.ints {
		kind = "bigint"
	}
	query := d.LookUp
	if l.second != "" {
		query = d.LookUpPairs
	}
	return strings.NewReplacer("COLUMNS", l.columns, "TABLE", l.table, "LIMITS", l.where, "COLUMN", l.column, "SECOND", l.second,
		"$N", "$"+strconv.Itoa(l.n), "TYPE", kind, "LOCK", l.lock).Replace(query)
}

// inInts is inTexts for whole numbers, as ints writes them.
func (d *Dialect) inInts(n int) string {
	return strings.Replace(d.InInts, "$N", "$"+strconv.Itoa(n), 1)
}

// numbered returns the table j of the list that is the n-th argument.
func (d *Dialect) numbered(n int) string {
	return strings.Replace(d.Numbered, "$N", "$"+strconv.Itoa(n), 1)
}

// jsonRows returns the table j of the list of lists that is the n-th argument.
func (d *Dialect) jsonRows(n int) string {
	return strings.Replace(d.Rows, "$N", "$"+strconv.Itoa(n), 1)
}

// ints writes a list of whole numbers as one text argument.
func (d *Dialect) ints(list []uint32) string {
	b := []byte{d.ListOpen}
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = strconv.AppendUint(b, uint64(v), 10)
	}
	return string(append(b, d.ListClose))
}

// texts writes a list of texts as one text argument.
func (d *Dialect) texts(list []string) string {
	write := appendJSONText
	if d.ListOpen == '{' {
		write = appendArrayText
	}
	b := []byte{d.ListOpen}
	for i, v := range list {
		if i > 0 {
			b = append(b, ',')
		}
		b = write(b, v)
	}
	return string(append(b, d.ListClose))
}

// appendArrayText writes an element of a PostgreSQL array.
func appendArrayText(b []byte, s string) []byte {
	b = append(b, '"')
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			b = append(b, '\\')
		}
		b = append(b, s[i])
	}
	return append(b, '"')
}

// appendJSONText writes a JSON string. The text is valid UTF-8 and has no NUL.
func appendJSONText(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c < ' ':
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
