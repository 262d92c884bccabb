package contacts

import (
	"context"
	"encoding/json"
	"io"
	"time"

	"github.com/deskfolk/desk"
)

// SubjectAccess writes all that is kept about a contact as one JSON object:
// the record, where its values came from, its company, its log, and the parts
// that other packages supply. Since the person has a right to all of it, an
// actor from whom a field is hidden is refused. It needs MayExport and notes a
// compliance event. What was written when an error comes is not complete.
func (s *Service) SubjectAccess(ctx context.Context, a desk.Actor, id desk.ContactID, w io.Writer) error {
	return desk.In("contacts.SubjectAccess", s.subjectAccess(ctx, a, id, w))
}

func (s *Service) subjectAccess(ctx context.Context, a desk.Actor, id desk.ContactID, w io.Writer) error {
	if err := need(a, "export contacts", MayExport); err != nil {
		return err
	}
	for name, x := range a.Fields {
		if x == desk.Hidden {
			return restricted(trimContact(name), desk.Hidden)
		}
	}
	c, err := s.get(ctx, s.store, a, id)
	if err != nil {
		return err
	}
	now := desk.Moment(s.now())
	if err := s.noteAccess(ctx, a, c.ID, now); err != nil {
		return err
	}
	b := &bundle{w: w}
	b.write("{\n\"made_at\": ")
	b.value(now)
	b.write(",\n\"contact\": ")
	b.value(subjectOf(&c))
	if c.CompanyID != "" {
		b.write(",\n\"company\": ")
		b.value(map[string]any{"id": c.CompanyID, "name": c.Company})
	}
	b.write(",\n\"activity\": ")
	if err := s.bundleLog(ctx, a, b, c.ID); err != nil {
		return err
	}
	for _, part := range s.parts {
		b.write(",\n")
		b.value(part.Name)
		b.write(": ")
		if err := bundlePart(ctx, a, b, c.ID, part); err != nil {
			return err
		}
	}
	b.write("\n}\n")
	return b.err
}

func (s *Service) noteAccess(ctx context.Context, a desk.Actor, id desk.ContactID, now time.Time) error {
	j := s.journal(a, now, "")
	if err := j.Add(VerbSubjectAccess, string(id), "All that is kept about the contact was put together.", true, nil); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx Tx) error { return tx.Record(ctx, a.Workspace, j.All...) })
}

func trimContact(name string) string {
	const prefix = "contact."
	if len(name) > len(prefix) && name[:len(prefix)] == prefix {
		return name[len(prefix):]
	}
	return name
}

// bundle writes JSON piece by piece and keeps the first error.
type bundle struct {
	w   io.Writer
	err error
}

func (b *bundle) write(s string) {
	if b.err == nil {
		_, b.err = io.WriteString(b.w, s)
	}
}

func (b *bundle) value(v any) {
	if b.err != nil {
		return
	}
	text, err := json.Marshal(v)
	if b.err = err; err == nil {
		_, b.err = b.w.Write(text)
	}
}

// list writes an array; next gives its items a page at a time, and none at the end.
func (b *bundle) list(next func() ([]any, error)) error {
	b.write("[")
	first := true
	for b.err == nil {
		items, err := next()
		if err != nil {
			return err
		}
		if len(items) == 0 {
			break
		}
		for _, it := range items {
			if !first {
				b.write(",")
			}
			first = false
			b.write("\n")
			b.value(it)
		}
	}
	b.write("]")
	return b.err
}

type subjectEvent struct {
	At         time.Time     `json:"at"`
	Type       string        `json:"type"`
	By         string        `json:"by"`
	Summary    string        `json:"summary"`
	Compliance bool          `json:"compliance,omitempty"`
	Changes    []desk.Change `json:"changes,omitempty"`
	Cause      string        `json:"cause,omitempty"`
}

func (s *Service) bundleLog(ctx context.Context, a desk.Actor, b *bundle, id desk.ContactID) error {
	find := EventFind{Subject: string(id), Limit: exportPage}
	done := false
	return b.list(func() ([]any, error) {
		if done {
			return nil, nil
		}
		es, err := s.store.Events(ctx, a.Workspace, find)
		if err != nil {
			return nil, err
		}
		items := make([]any, len(es))
		for i, e := range es {
			items[i] = subjectEvent{e.At, e.Type(), string(e.ActorKind) + " " + e.ActorID, e.Summary, e.Compliance, e.Changes, e.Cause}
			find.Before = e.ID
		}
		done = len(es) < exportPage
		return items, nil
	})
}

func bundlePart(ctx context.Context, a desk.Actor, b *bundle, id desk.ContactID, part ProfilePart) error {
	page := desk.Page{Limit: exportPage}
	done := false
	return b.list(func() ([]any, error) {
		if done {
			return nil, nil
		}
		p, err := part.Read(ctx, a, id, page)
		page.Cursor, done = p.Next, p.Next == ""
		return p.Items, err
	})
}

// subject is the record as the person gets it.
type subject struct {
	ID          desk.ContactID        `json:"id"`
	State       string                `json:"state"`
	FirstName   string                `json:"first_name"`
	LastName    string                `json:"last_name"`
	DisplayName string                `json:"display_name"`
	Email       string                `json:"email"`
	Emails      []Email               `json:"emails"`
	Phones      []Phone               `json:"phones"`
	Fields      map[string]string     `json:"fields"`
	Custom      map[string]string     `json:"custom"`
	External    map[string]string     `json:"external_id"`
	Provenance  map[string]Provenance `json:"provenance"`
	Source      Source                `json:"source"`
	CreatedAt   time.Time             `json:"created_at"`
	CreatedBy   string                `json:"created_by"`
	UpdatedAt   time.Time             `json:"updated_at"`
	DeletedAt   *time.Time            `json:"deleted_at,omitempty"`
	Version     int64                 `json:"version"`
}

func subjectOf(c *Contact) subject {
	s := subject{
		ID: c.ID, State: [...]string{"live", "in the recycle bin", "archived"}[c.State],
		FirstName: c.FirstName, LastName: c.LastName, DisplayName: c.DisplayName,
		Email: c.Email, Emails: c.Emails, Phones: c.Phones, Fields: map[string]string{},
		Custom: c.Custom, External: c.External, Provenance: c.Provenance, Source: c.Source,
		CreatedAt: c.CreatedAt, CreatedBy: c.CreatedBy, UpdatedAt: c.UpdatedAt, Version: c.Version,
	}
	if !c.DeletedAt.IsZero() {
		s.DeletedAt = &c.DeletedAt
	}
	for f := fCompany; f < fSource; f++ {
		if v := fieldTable[f].text(c); v != "" {
			s.Fields[fieldTable[f].name] = v
		}
	}
	return s
}
