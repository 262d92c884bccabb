// Package importexport reads contacts from files and writes them to files.
//
// [Open] reads CSV as it is found in the wild: it detects the encoding, the
// delimiter and the line ends, and says what it found. [Service.Import] runs
// a file through the rules of package contacts, in batches, and gives each row
// exactly one outcome. [Service.Export] streams the same columns back, in a
// form that is safe to open in a spreadsheet; importing an export changes
// nothing.
//
// Files are foreign input: every limit is a constant of this package, and a
// row that breaks one fails by itself, with a reason.
package importexport

// Limits of what is read.
const (
	// MaxRecord is the greatest length of one record, in bytes of UTF-8.
	MaxRecord = 1 << 20
	// MaxCell is the greatest length of one cell, in bytes of UTF-8.
	MaxCell = 200_000
	// MaxColumns is the greatest number of columns.
	MaxColumns = 500
)
