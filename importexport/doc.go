// Package importexport reads contacts from files and writes them to files.
//
// [Open] reads CSV, Excel workbooks (.xlsx, ECMA-376) and vCards (2.1, 3.0 of
// RFC 2426, 4.0 of RFC 6350) as they are found in the wild. It tells the format
// from the content, detects encoding, delimiter, line ends, the sheet and the
// header, and says what it found and chose ([Reader.Notes]). [Service.Import]
// runs a file through the rules of package contacts, in batches, and gives each
// row exactly one outcome. [Service.Export] streams the same columns back, in a
// form that is safe to open in a spreadsheet; importing an export changes
// nothing.
//
// Files are foreign input: every limit is a constant of this package, and a
// row that breaks one fails by itself, with a reason. Nothing that a file
// points to is opened, and no formula is evaluated.
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
