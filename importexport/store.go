package importexport

import (
	"context"
	"io"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// StoreReader is what the package reads from its store, besides contacts. Every
// method takes the workspace first and finds nothing of another. A record that
// is not there is a desk.NotFound error.
type StoreReader interface {
	contacts.Reader

	// Import returns an import.
	Import(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) (Import, error)
	// FindImports returns imports, newest first.
	FindImports(ctx context.Context, w desk.WorkspaceID, f ImportFind) ([]Import, error)
	// ImportChunks returns chunks of an import in their order.
	ImportChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID, f ChunkFind) ([]Chunk, error)
	// OpenBlob opens the file that is kept under an id.
	OpenBlob(ctx context.Context, w desk.WorkspaceID, id string) io.ReadCloser
	// Mappings returns the mappings that were saved, by name.
	Mappings(ctx context.Context, w desk.WorkspaceID) ([]SavedMapping, error)
}

// Tx is a transaction: what the package reads and writes within one.
type Tx interface {
	contacts.Tx
	StoreReader

	// LockImport reads an import and keeps others from changing it until the end.
	LockImport(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) (Import, error)
	// LockTwins reads the imports of a file with the digest that are being
	// applied or were applied, by id, and keeps others from changing them.
	LockTwins(ctx context.Context, w desk.WorkspaceID, digest string) ([]Import, error)
	InsertImport(ctx context.Context, w desk.WorkspaceID, i Import) error
	// UpdateImport replaces an import.
	UpdateImport(ctx context.Context, w desk.WorkspaceID, i Import) error
	// DeleteImport removes an import with its file and chunks.
	DeleteImport(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error
	// PutChunks adds chunks, or replaces those with the same numbers.
	PutChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID, cs []Chunk) error
	// DeleteChunks removes all chunks of an import.
	DeleteChunks(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error
	// DropUndo removes what would take an import back.
	DropUndo(ctx context.Context, w desk.WorkspaceID, id desk.ImportID) error
	// AppendBlob adds to the file that is kept under an id: data begins at the
	// given offset, and is a multiple of BlobPiece long unless the file ends with it.
	AppendBlob(ctx context.Context, w desk.WorkspaceID, id string, offset int64, data []byte) error
	DeleteBlobs(ctx context.Context, w desk.WorkspaceID, ids []string) error
	// PutMapping keeps a mapping under its name.
	PutMapping(ctx context.Context, w desk.WorkspaceID, m SavedMapping) error
	DeleteMapping(ctx context.Context, w desk.WorkspaceID, name string) error
}

// Store keeps imports.
type Store interface {
	StoreReader
	// Update runs fn in a transaction; see contacts.Store.
	Update(ctx context.Context, fn func(Tx) error) error
	// UpdateAsync is Update for what can be repeated from where it began: its
	// commit need not wait for the disk. A crash may lose it, but not in part, and
	// not without those that were committed after it. A later commit that waits
	// for the disk makes it durable.
	UpdateAsync(ctx context.Context, fn func(Tx) error) error
	// Concurrent reports whether several goroutines can use it at once; see
	// contacts.Store.
	Concurrent() bool
}

// BlobPiece is the length that files are cut into, in bytes; see Tx.AppendBlob.
const BlobPiece = 256 << 10

// ImportFind asks the store for imports.
type ImportFind struct {
	// Before is the id to go on behind; empty for the newest. After, if not
	// empty, asks for those that are next above it instead, newest first too.
	Before, After desk.ImportID
	// Until, if not zero, leaves out those made at that time or later; Kept
	// those whose file is not there any more.
	Until time.Time
	Kept  bool
	// Digest, if not empty, limits them to those of a file, and States to some states.
	Digest string
	States []State
	Limit  int
}

// ChunkFind asks the store for chunks.
type ChunkFind struct {
	// From is the number of the first one.
	From int
	// FirstLine and LastLine, if not 0, limit them to those with rows between.
	FirstLine, LastLine int
	// Kinds, if not 0, limits them to those with rows of any of the kinds; see [Chunk].
	Kinds int
	// Rows and Undo ask for their rows, and for what takes them back.
	Rows, Undo bool
	Limit      int
}

// Chunk is a part of an import that is applied in one transaction. What it
// holds is encoded by this package.
type Chunk struct {
	// Number counts from 0.
	Number int
	// FirstLine and LastLine are those of its rows; Size is how many it has.
	FirstLine, LastLine, Size int
	// Kinds has a bit for each outcome that rows have, and one for warnings.
	Kinds int
	// Rows are the rows as they are planned, or were applied.
	Rows []byte
	// Undo is what takes the chunk back, empty until it was applied; Reverted
	// what became of that.
	Undo, Reverted []byte
}

// SavedMapping is a choice of columns that is kept to be used again.
type SavedMapping struct {
	Name string `json:"name"`
	// Columns has the field of each header, "" for one that is left out.
	Columns map[string]string `json:"columns"`
	At      time.Time         `json:"at"`
	// By is the id of the member who saved it.
	By string `json:"by"`
}
