package storage

import (
	"context"
	"errors"
	"io"

	"github.com/deskfolk/desk"
)

// blobPart is the size of the pieces in which a file is kept: no statement, and
// no reader or writer, holds more of it.
const blobPart = 256 << 10

// PutBlob keeps a file under an id that has none yet, piece by piece. An error
// of r comes back as it is; nothing of the transaction is kept then.
func (t writer) PutBlob(ctx context.Context, w desk.WorkspaceID, id string, r io.Reader) error {
	piece := make([]byte, blobPart)
	for part := int64(0); ; part++ {
		n, err := io.ReadFull(r, piece)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			if t.conn.failed == nil {
				t.conn.failed = err // what is there is not the whole file
			}
			return err
		}
		// An empty file is one empty piece.
		if n > 0 || part == 0 {
			_, err := t.exec(ctx, `INSERT INTO desk_blobs (workspace_id, id, part, data) VALUES ($1, $2, $3, $4)`, string(w), id, part, piece[:n])
			if err != nil {
				return err
			}
		}
		if end {
			return nil
		}
	}
}

// DeleteBlobs removes files.
func (t writer) DeleteBlobs(ctx context.Context, w desk.WorkspaceID, ids []string) error {
	if len(ids) == 0 {
		return nil
	}
	_, err := t.exec(ctx, `DELETE FROM desk_blobs WHERE workspace_id = $1 AND id `+t.d.inTexts(2), string(w), t.d.texts(ids))
	return err
}

// OpenBlob opens a file. It holds no connection between its pieces; a file that
// is removed meanwhile ends with desk.NotFound.
func (r *rows) OpenBlob(ctx context.Context, w desk.WorkspaceID, id string) io.ReadCloser {
	return &blobReader{ctx: ctx, r: r, w: w, id: id}
}

// blobReader reads a file piece by piece.
type blobReader struct {
	ctx  context.Context
	r    *rows
	w    desk.WorkspaceID
	id   string
	part int64
	left []byte
	last bool
	err  error
}

func (b *blobReader) Read(p []byte) (int, error) {
	for len(b.left) == 0 && b.err == nil {
		b.next()
	}
	if len(b.left) == 0 {
		return 0, b.err
	}
	n := copy(p, b.left)
	b.left = b.left[n:]
	return n, nil
}

// next reads the next piece. A piece that is not full is the last one.
func (b *blobReader) next() {
	if b.last {
		b.err = io.EOF
		return
	}
	var data []byte
	err := b.r.queryRow(b.ctx, `SELECT data FROM desk_blobs WHERE workspace_id = $1 AND id = $2 AND part = $3`, string(b.w), b.id, b.part).Scan(&data)
	switch {
	case desk.KindOf(err) == desk.NotFound && b.part > 0:
		// The last piece was full. That the file was removed meanwhile looks
		// the same; its first piece tells.
		var first int64
		if b.err = b.r.queryRow(b.ctx, `SELECT part FROM desk_blobs WHERE workspace_id = $1 AND id = $2 AND part = 0`, string(b.w), b.id).Scan(&first); b.err == nil {
			b.err = io.EOF
		}
	case err != nil:
		b.err = err
	default:
		b.left, b.last = data, len(data) < blobPart
		b.part++
	}
}

// Close ends the reading.
func (b *blobReader) Close() error {
	b.left, b.err = nil, errClosed
	return nil
}

var errClosed = errors.New("the file was closed")
