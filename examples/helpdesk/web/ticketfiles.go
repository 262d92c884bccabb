package web

import (
	"net/http"
	"path"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// fileView is a file of a message with its way out.
type fileView struct {
	Name, Size, URL, Kind string
	Picture               bool
}

// shownTypes are the types that a browser draws and cannot run.
var shownTypes = map[string]bool{"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true}

func filesOf(m *tickets.Message, path string) []fileView {
	var all []fileView
	for _, a := range m.Attachments {
		if a.Inline && m.HTML != "" && strings.Contains(m.HTML, "cid:"+strings.Trim(a.ContentID, "<>")) {
			continue // it stands in the message
		}
		all = append(all, fileView{Name: savedName(a.Name), Size: byteSize(a.Size), URL: path + string(a.ID), Kind: ending(a.Name), Picture: shownTypes[a.Type]})
	}
	return all
}

// ticketFile hands out a file of a message.
func (s *server) ticketFile(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	file, content, err := s.Tickets.OpenAttachment(r.Context(), r.actor, t.ID, desk.MessageID(r.PathValue("message")), desk.AttachmentID(r.PathValue("file")))
	if err != nil {
		return err
	}
	defer func() { _ = content.Close() }()
	return s.keepFile(w, r, file.Name, file.Size, content)
}

// megabytes is a limit as it was set, in whole megabytes of 1,048,576 bytes.
func megabytes(n int64) string { return number(int(n>>20)) + " MB" }

// ending is what a file's name ends with, as the sign on its card.
func ending(name string) string {
	e := strings.ToUpper(strings.TrimPrefix(path.Ext(savedName(name)), "."))
	if e == "" || len(e) > 5 {
		return "FILE"
	}
	return e
}
