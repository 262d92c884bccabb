package notify

import (
	"context"
	"encoding/binary"
	"maps"
	"net/url"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// unsubscribeScope keeps links to unsubscribe apart from all else that the
// same keys might sign.
const unsubscribeScope = "deskfolk unsubscribe 1"

// unsubscribeToken signs that whoever holds it may turn off one type of message for one
// contact of one workspace, and nothing else.
func (s *Service) unsubscribeToken(w desk.WorkspaceID, id desk.ContactID, typeName string) string {
	if len(s.o.UnsubscribeKeys) == 0 {
		return ""
	}
	var b []byte
	for _, part := range []string{string(w), string(id), typeName} {
		b = binary.AppendUvarint(b, uint64(len(part)))
		b = append(b, part...)
	}
	c, err := s.o.UnsubscribeKeys.Sign(unsubscribeScope, b)
	if err != nil {
		return ""
	}
	return string(c)
}

// readUnsubscribe reads a token.
func (s *Service) readUnsubscribe(token string) (w desk.WorkspaceID, id desk.ContactID, t *Type, ok bool) {
	b, err := s.o.UnsubscribeKeys.Open(unsubscribeScope, desk.Cursor(token))
	if err != nil {
		return "", "", nil, false
	}
	var parts [3]string
	for i := range parts {
		n, width := binary.Uvarint(b)
		if width <= 0 || n > uint64(len(b)-width) {
			return "", "", nil, false
		}
		parts[i], b = string(b[width:][:n]), b[width+int(n):]
	}
	t = s.byName[parts[2]]
	return desk.WorkspaceID(parts[0]), desk.ContactID(parts[1]), t, t != nil && len(b) == 0 && t.Class != Direct && !t.Always
}

// unsubscribeURL is the link in a message; empty without keys or base URL.
func (s *Service) unsubscribeURL(base string, w desk.WorkspaceID, id desk.ContactID, t *Type) string {
	if base == "" || id == "" || t.Class == Direct || t.Always {
		return ""
	}
	token := s.unsubscribeToken(w, id, t.Name)
	if token == "" {
		return ""
	}
	return base + s.o.UnsubscribePath + "?token=" + url.QueryEscape(token)
}

// Unsubscribe turns off the one type of message, for the one contact, that the
// token of a message's link names. It is the contact's own act.
func (s *Service) Unsubscribe(ctx context.Context, token string) error {
	const op = "notify.Unsubscribe"
	w, id, t, ok := s.readUnsubscribe(token)
	if !ok {
		return desk.In(op, badLink())
	}
	a := desk.Actor{Workspace: w, Kind: desk.ContactActor, ID: string(id)}
	if err := contacts.CheckActor(a); err != nil {
		return desk.In(op, badLink())
	}
	for range 4 { // another change may come in between
		err := s.store.Update(ctx, func(tx Tx) error {
			c, err := tx.Contact(ctx, w, id)
			if desk.KindOf(err) == desk.NotFound {
				return badLink()
			}
			if err != nil {
				return err
			}
			p, err := preferencesOf(ctx, tx, w, c.ID)
			if err != nil || !p.On(t) {
				return err
			}
			changed := map[string]bool{}
			maps.Copy(changed, p.Types)
			changed[t.Name] = false
			p.Types = changed
			_, err = s.savePreferences(ctx, tx, a, c.ID, p)
			return err
		})
		if desk.KindOf(err) != desk.Conflict {
			return desk.In(op, err)
		}
	}
	return desk.In(op, desk.Errorf(desk.Unavailable, "", "The choice could not be kept. Try again."))
}

func badLink() error {
	return desk.Errorf(desk.Expired, "", "This link is not valid. Open the one in the newest message, or ask to be taken off.")
}

// UnsubscribeLabel returns what the messages are called that the token of a
// link turns off, and whether it is a valid one. It changes nothing.
func (s *Service) UnsubscribeLabel(token string) (label string, ok bool) {
	_, _, t, ok := s.readUnsubscribe(token)
	if !ok {
		return "", false
	}
	return t.Label, true
}

// UnsubscribePath is where the links of messages lead, below the base URL.
func (s *Service) UnsubscribePath() string { return s.o.UnsubscribePath }
