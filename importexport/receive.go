package importexport

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// MaxFile is the greatest length of a file that is received, in bytes.
const MaxFile = 2 << 30

// pieceAtOnce is how much of a file one transaction keeps: few enough that no
// writer waits long for it.
const pieceAtOnce = 8 * BlobPiece

// maxFileName is the greatest length of a file's name, in bytes.
const maxFileName = 200

// Receive keeps a file, to be planned and applied later, and looks into it:
// the import it returns says what was found and which columns go to which
// fields. The name is shown to people; it is never opened. It needs
// contacts.MayImport, and the team switch. A file that cannot be read is not
// kept, and the error is a desk.Invalid or desk.Limited one that says why.
func (s *Service) Receive(ctx context.Context, a desk.Actor, name string, file io.Reader, o ReadOptions) (Import, error) {
	i, _, err := s.receive(ctx, a, name, file, o)
	return i, desk.In("importexport.Receive", err)
}

// receive is Receive; replay says that a call with the same idempotency key had
// received the file before.
func (s *Service) receive(ctx context.Context, a desk.Actor, name string, file io.Reader, o ReadOptions) (kept Import, replay bool, err error) {
	if err := s.mayImport(ctx, a); err != nil {
		return Import{}, false, err
	}
	name, err = desk.CleanLine("name", strings.ToValidUTF8(name, "\uFFFD"), maxFileName)
	if err != nil {
		return Import{}, false, err
	}
	id, err := s.opts.IDs.New("import")
	if err != nil {
		return Import{}, false, err
	}
	now := desk.Moment(s.opts.Now())
	i := Import{ID: desk.ImportID(id), State: Receiving, Name: name, CreatedAt: now, MovedAt: now, ByKind: a.Kind, By: a.ID}
	i.Choices.Read = o
	if err := s.store.Update(ctx, func(tx Tx) error { return tx.InsertImport(ctx, a.Workspace, i) }); err != nil {
		return Import{}, false, err
	}
	kept, err = s.keepFile(ctx, a, i, file)
	replay = kept.ID != i.ID
	if err != nil || replay {
		// The caller may be gone; what was half received must go all the same.
		under := context.WithoutCancel(ctx)
		gone := s.store.Update(under, func(tx Tx) error { return tx.DeleteImport(under, a.Workspace, i.ID) })
		err = errors.Join(err, gone)
	}
	return kept, replay, err
}

// keepFile stores the file and looks into it. With an idempotency key that was
// used before it returns the import of then.
func (s *Service) keepFile(ctx context.Context, a desk.Actor, i Import, file io.Reader) (Import, error) {
	var err error
	if i.Size, i.Digest, err = s.storeFile(ctx, a, i.ID, file); err != nil {
		return i, err
	}
	if err := s.lookInto(ctx, a, &i); err != nil {
		return i, err
	}
	i.State, i.Kept = Received, true
	input := struct {
		Name, Digest string
		Read         ReadOptions
	}{i.Name, i.Digest, i.Choices.Read}
	replay, err := s.write(ctx, a, "importexport.Receive", input, func(tx Tx) ([]string, error) {
		if err := tx.UpdateImport(ctx, a.Workspace, i); err != nil {
			return nil, err
		}
		return []string{string(i.ID)}, s.record(ctx, tx, a, VerbReceived, &i, "File received for import: "+i.Name+".")
	})
	if err == nil && len(replay) > 0 {
		return s.store.Import(ctx, a.Workspace, desk.ImportID(replay[0]))
	}
	return i, err
}

// storeFile stores the file piece by piece, and returns its length and digest.
func (s *Service) storeFile(ctx context.Context, a desk.Actor, id desk.ImportID, file io.Reader) (int64, string, error) {
	sum, size := sha256.New(), int64(0)
	buf := make([]byte, pieceAtOnce)
	for {
		n, err := io.ReadFull(file, buf)
		end := errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF)
		if err != nil && !end {
			return 0, "", readError(err)
		}
		if size+int64(n) > MaxFile {
			return 0, "", desk.Errorf(desk.Limited, "", "The file is larger than %d GB. Nothing was imported; split it.", MaxFile>>30)
		}
		if n > 0 || size == 0 {
			sum.Write(buf[:n])
			err := s.store.Update(ctx, func(tx Tx) error { return tx.AppendBlob(ctx, a.Workspace, string(id), size, buf[:n]) })
			if err != nil {
				return 0, "", err
			}
			size += int64(n)
		}
		if end {
			return size, hex.EncodeToString(sum.Sum(nil)), nil
		}
	}
}

// lookInto reads the file's header and matches its columns.
func (s *Service) lookInto(ctx context.Context, a desk.Actor, i *Import) error {
	reader, err := s.open(ctx, a, i, i.Choices.Read)
	if err != nil {
		return err
	}
	defer func() { _ = reader.Close() }()
	return s.found(ctx, a, i, reader, readAhead(reader.Next).samples())
}

// open opens the file of an import.
func (s *Service) open(ctx context.Context, a desk.Actor, i *Import, o ReadOptions) (*Reader, error) {
	return open(s.store.OpenBlob(ctx, a.Workspace, string(i.ID)), o)
}

// found notes what reading and matching have found out.
func (s *Service) found(ctx context.Context, a desk.Actor, i *Import, reader *Reader, samples []Record) error {
	i.Found = foundIn(reader)
	columns, err := s.match(ctx, a, reader, samples, i.Choices)
	if errors.Is(err, errNoneKnown) && i.State == Receiving {
		// A person may know what the columns are.
		i.Columns, i.Notes = unmatched(i.Found.Header), append(reader.Notes(), "No column has a name that is known here. Choose which field each of them goes to.")
		return nil
	}
	if err != nil {
		return err
	}
	i.Columns = columns.columns
	i.Notes = slices.Concat(reader.Notes(), columns.warnings, columns.notes)
	return nil
}

// unmatched returns columns that go nowhere yet.
func unmatched(header []string) []Column {
	columns := make([]Column, len(header))
	for i, h := range header {
		columns[i].Header = h
	}
	return columns
}

// match matches the columns of the file.
func (s *Service) match(ctx context.Context, a desk.Actor, reader *Reader, samples []Record, o Choices) (*mapping, error) {
	defs, err := s.contacts.Fields(ctx, a)
	if err != nil {
		return nil, err
	}
	settings, err := s.contacts.Settings(ctx, a)
	if err != nil {
		return nil, err
	}
	return matchColumns(reader.Header().Cells, samples, o.Map, defs, matchOptions{Region: cmp.Or(o.Region, settings.Region)})
}

func foundIn(reader *Reader) Found {
	h := reader.Header()
	return Found{
		Format: reader.Format(), Encoding: reader.Encoding(), Delimiter: reader.Delimiter(),
		Sheet: reader.Sheet(), Sheets: reader.Sheets(), Header: h.Cells, HeaderLine: h.Line,
	}
}

// mayImport refuses before anything is done; Apply asks the same again for
// each batch.
func (s *Service) mayImport(ctx context.Context, a desk.Actor) error {
	if err := contacts.CheckActor(a); err != nil {
		return err
	}
	decisions, err := s.contacts.Explain(ctx, a, "", contacts.MayImport)
	if err != nil {
		return err
	}
	for _, d := range decisions {
		if !d.Allowed {
			return desk.Errorf(desk.Denied, "", "%s", d.Reason)
		}
	}
	return nil
}
