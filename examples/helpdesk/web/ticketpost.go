package web

import (
	"crypto/rand"
	"io"
	"mime/multipart"
	"net/http"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/tickets"
)

// maxPost bounds a message with its files, whatever the workspace allows for
// each of them.
const maxPost = 160 << 20

// composerView is where an agent answers or notes something.
type composerView struct {
	Action, Once      string
	CanReply, CanNote bool
	Internal          bool
	Text, Error       string
	To                string
	Statuses          []option
	MaxFile           string
	Dirty             bool
}

// draft is a message that was not kept, so that nobody types it again.
type draft struct {
	internal       bool
	text, err      string
	once, toStatus string
}

func (s *server) composer(r *request, t *tickets.Ticket, w *ticketWords, people []tickets.Participant, d *draft) *composerView {
	v := &composerView{Action: ticketPath(t) + "/messages", CanReply: r.may(tickets.MayReply), CanNote: r.may(tickets.MayNote), Once: rand.Text(), To: toldOf(people)}
	if t.State != tickets.Live || !v.CanReply && !v.CanNote {
		return nil
	}
	v.Internal = !v.CanReply
	to := ""
	if d != nil {
		v.Internal, v.Text, v.Error, v.Once, v.Dirty, to = d.internal, d.text, d.err, d.once, true, d.toStatus
	}
	if r.may(tickets.MayModify) && !locked(t, "status") {
		v.Statuses = []option{{Label: "Keep " + w.status(t.Status).Label}}
		for _, o := range w.choices("status", "") {
			if o.Value != t.Status {
				v.Statuses = append(v.Statuses, option{Value: o.Value, Label: "Set to " + o.Label})
			}
		}
		v.Statuses = chosen(v.Statuses, to)
	}
	if w.set.MaxAttachment > 0 {
		v.MaxFile = megabytes(w.set.MaxAttachment)
	}
	return v
}

// toldOf says who reads a public reply.
func toldOf(people []tickets.Participant) string {
	var names []string
	for _, p := range people {
		if p.Active && p.Role != tickets.Pending {
			names = append(names, clip(p.Name, 40))
		}
	}
	switch {
	case len(names) == 0:
		return "Nobody outside reads this yet: the ticket has no active requester or participant."
	case len(names) > 3:
		return "Read by " + strings.Join(names[:2], ", ") + " and " + plural(len(names)-2, "other", "others") + "."
	}
	return "Read by " + strings.Join(names, ", ") + "."
}

// readUpload reads a form that may carry files. They wait on the disk until
// they are stored.
func readUpload(w http.ResponseWriter, r *request) error {
	if !isUpload(r.Request) {
		return nil
	}
	r.Body = http.MaxBytesReader(w, r.Body, maxPost)
	return r.ParseMultipartForm(1 << 20)
}

// attached are the files of a form.
func attached(r *request) []tickets.NewAttachment {
	if r.MultipartForm == nil {
		return nil
	}
	var all []tickets.NewAttachment
	for _, f := range r.MultipartForm.File["file"] {
		if f.Filename != "" || f.Size > 0 {
			all = append(all, tickets.NewAttachment{Name: savedName(f.Filename), Type: sniffed(f), Open: func() (io.ReadCloser, error) { return f.Open() }})
		}
	}
	return all
}

// sniffed is the type that a file's first bytes show.
func sniffed(f *multipart.FileHeader) string {
	file, err := f.Open()
	if err != nil {
		return "application/octet-stream"
	}
	defer func() { _ = file.Close() }()
	head := make([]byte, 512)
	n, _ := io.ReadFull(file, head)
	return safeType(head[:n])
}

// lines is a text of a form with the line ends that are kept.
func lines(text string) string {
	return strings.TrimSpace(strings.ReplaceAll(text, "\r\n", "\n"))
}

// postMessage keeps a reply or a note, and sets the status that was asked for
// with it.
func (s *server) postMessage(w http.ResponseWriter, r *request) error {
	t, err := s.ticketOf(r)
	if err != nil {
		return err
	}
	if err := readUpload(w, r); err != nil {
		return err
	}
	d := &draft{internal: r.PostForm.Get("kind") == string(tickets.Internal), text: r.PostForm.Get("text"), once: r.PostForm.Get("once"), toStatus: r.PostForm.Get("status")}
	m := tickets.NewMessage{Kind: tickets.Public, Text: lines(d.text), Attachments: attached(r)}
	if d.internal {
		m.Kind = tickets.Internal
	}
	if m.Text == "" && len(m.Attachments) == 0 {
		err = desk.Errorf(desk.Invalid, "text", "Write something first, or attach a file.")
	} else {
		_, err = s.postOnce(r, t.ID, d.once, m)
	}
	switch desk.KindOf(err) {
	case "":
	case desk.Invalid, desk.Conflict, desk.Limited:
		d.err = desk.MessageOf(err)
		if len(m.Attachments) > 0 {
			d.err += " The files have to be chosen again."
		}
		return s.showTicket(w, r, http.StatusUnprocessableEntity, &t, ticketExtra{draft: d})
	default:
		return err
	}
	text := "Sent."
	if d.internal {
		text = "Noted. Only the team sees it."
	}
	if d.toStatus != "" && d.toStatus != t.Status {
		text += s.statusAfter(r, t.ID, d.toStatus)
	}
	s.leaveToast(w, toast{Text: text})
	return redirect(w, r, ticketPath(&t))
}

// postOnce keeps the message of a form. A form that is sent twice makes one.
func (s *server) postOnce(r *request, id desk.TicketID, once string, m tickets.NewMessage) (tickets.Message, error) {
	actor := r.actor
	if len(once) == len(rand.Text()) {
		actor = actor.WithKey("web.post." + once)
	}
	made, err := s.Tickets.Post(r.Context(), actor, id, m)
	if actor.Key != "" && desk.KindOf(err) == desk.Conflict && desk.FieldOf(err) == "key" {
		return s.Tickets.Post(r.Context(), r.actor, id, m)
	}
	return made, err
}

// statusAfter sets the status that was chosen with a message, on the ticket as
// it is after it. The message is kept either way.
func (s *server) statusAfter(r *request, id desk.TicketID, status string) string {
	t, err := s.Tickets.Get(r.Context(), r.actor, id)
	if err == nil && t.Status != status {
		_, err = s.Tickets.Update(r.Context(), r.actor, id, ticketPatch(t.Version, "status", status))
	}
	if err != nil {
		return " The status was not changed: " + desk.MessageOf(err)
	}
	return " The status was changed."
}
