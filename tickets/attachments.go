package tickets

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"hash"
	"io"
	"mime"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/deskfolk/desk"
)

const plainType = "application/octet-stream"

// attach makes the attachments of a message, without their contents.
func (o *outgoing) attach(ids *desk.IDs) error {
	if len(o.files) > MaxAttachments {
		return desk.Errorf(desk.Limited, "attachments", "A message has at most %d files.", MaxAttachments)
	}
	for _, f := range o.files {
		if f.Open == nil {
			return invalid("attachments", "The file %s has no contents to read.", fileName(f.Name))
		}
		id, err := ids.New("file")
		if err != nil {
			return err
		}
		x := Attachment{ID: desk.AttachmentID(id), Message: o.m.ID, Name: fileName(f.Name), Type: fileType(f.Type), ContentID: contentID(f.ContentID)}
		x.Inline = f.Inline && x.ContentID != ""
		o.m.Attachments = append(o.m.Attachments, x)
	}
	return nil
}

// fileName makes a name of what a sender calls a file: the part behind the
// last slash, without control characters and what turns the direction of text.
func fileName(s string) string {
	s = strings.ToValidUTF8(s, "")
	if i := strings.LastIndexAny(s, `/\`); i >= 0 {
		s = s[i+1:]
	}
	s = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || unicode.Is(unicode.Cf, r) || r == 0x2028 || r == 0x2029 || r == utf8.RuneError {
			return -1
		}
		return r
	}, s)
	s = strings.TrimSpace(s)
	if utf8.RuneCountInString(s) > maxFileName {
		s = string([]rune(s)[:maxFileName])
	}
	if s == "" || s == "." || s == ".." {
		return "file"
	}
	return s
}

// fileType returns the media type without its parameters.
func fileType(s string) string {
	t, _, err := mime.ParseMediaType(s)
	if err != nil && t == "" || len(t) > maxType || strings.Count(t, "/") != 1 {
		return plainType
	}
	return t
}

// contentID returns the id without its brackets, or "" for one that is of no use.
func contentID(s string) string {
	s = strings.TrimSuffix(strings.TrimPrefix(strings.TrimSpace(s), "<"), ">")
	if s == "" || len(s) > maxContentID {
		return ""
	}
	for i := range len(s) {
		if s[i] <= ' ' || s[i] > '~' || strings.IndexByte(`"'<>\&`, s[i]) >= 0 {
			return ""
		}
	}
	return s
}

func contentIDs(as []Attachment) []string {
	var ids []string
	for _, a := range as {
		if a.ContentID != "" {
			ids = append(ids, a.ContentID)
		}
	}
	return ids
}

// keep writes the message and its files.
func (o *outgoing) keep(ctx context.Context, tx Tx, w desk.WorkspaceID) error {
	if err := tx.InsertMessage(ctx, w, o.m); err != nil {
		return err
	}
	for i := range o.files {
		if err := o.keepFile(ctx, tx, w, i); err != nil {
			return err
		}
	}
	return tx.InsertAttachments(ctx, w, o.m.Ticket, o.m.Attachments)
}

// keepFile writes one file of the message.
func (o *outgoing) keepFile(ctx context.Context, tx Tx, w desk.WorkspaceID, i int) error {
	return keepFile(ctx, tx, w, &o.m.Attachments[i], o.files[i], o.limit)
}

// keepFile writes one file, and notes its size and digest as they were read.
func keepFile(ctx context.Context, tx Tx, w desk.WorkspaceID, to *Attachment, f NewAttachment, limit int64) error {
	unreadable := func(err error) error {
		e := desk.Errorf(desk.Invalid, "attachments", "The file %s cannot be read. Nothing was kept.", to.Name)
		e.Err = err
		return e
	}
	from, err := f.Open()
	if err != nil {
		return unreadable(err)
	}
	defer func() { _ = from.Close() }()
	r := &fileReader{from: from, left: limit, sum: sha256.New()}
	if err := tx.PutBlob(ctx, w, string(to.ID), r); err != nil {
		switch {
		case r.over:
			return desk.Errorf(desk.Limited, "attachments", "The file %s is larger than %d MB. Nothing was kept.", to.Name, limit>>20)
		case r.failed != nil:
			return unreadable(r.failed)
		}
		return err
	}
	to.Size, to.SHA256 = r.size, hex.EncodeToString(r.sum.Sum(nil))
	return nil
}

// fileReader counts and digests what is read, up to a limit.
type fileReader struct {
	from       io.Reader
	left, size int64
	sum        hash.Hash
	over       bool
	failed     error
}

func (r *fileReader) Read(p []byte) (int, error) {
	n, err := r.from.Read(p)
	r.sum.Write(p[:n])
	r.size += int64(n)
	if r.left -= int64(n); r.left < 0 {
		r.over = true
		return 0, errTooLarge
	}
	if err != nil && err != io.EOF {
		r.failed = err
	}
	return n, err
}

var errTooLarge = desk.Errorf(desk.Limited, "attachments", "A file is too large.")

// OpenAttachment opens a file of a message for reading; the caller closes it.
// Ticket, message and file must belong together. It needs what Messages needs.
// It is read in pieces: an error that comes while it is read is the database's.
func (s *Service) OpenAttachment(ctx context.Context, a desk.Actor, t desk.TicketID, m desk.MessageID, id desk.AttachmentID) (Attachment, io.ReadCloser, error) {
	const op = "tickets.OpenAttachment"
	msg, err := s.message(ctx, a, t, m)
	if err != nil {
		if desk.KindOf(err) == desk.NotFound {
			err = fileNotFound()
		}
		return Attachment{}, nil, desk.In(op, err)
	}
	for _, x := range msg.Attachments {
		if x.ID == id {
			return x, s.store.OpenBlob(ctx, a.Workspace, string(id)), nil
		}
	}
	return Attachment{}, nil, desk.In(op, fileNotFound())
}
