package web

import (
	"context"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/examples/helpdesk/accounts"
)

// people names the agents of the workspace, so that a page shows names where
// records hold ids.
type people struct {
	agents []accounts.Agent
	names  map[string]string
	self   string
}

func (s *server) people(ctx context.Context, r *request) (*people, error) {
	agents, err := s.Accounts.Agents(ctx, s.Workspace)
	if err != nil {
		return nil, err
	}
	p := &people{agents: agents, names: make(map[string]string, len(agents)), self: r.agent.ID}
	for _, a := range agents {
		p.names[a.ID] = a.Name
	}
	return p, nil
}

// name returns what to call a member; an id that is not known stays as it is.
func (p *people) name(id string) string {
	if n, ok := p.names[id]; ok {
		return n
	}
	return id
}

// by says who did something, in an event or a provenance.
func (p *people) by(kind desk.ActorKind, id string) string {
	switch kind {
	case desk.SystemActor:
		return "System (" + id + ")"
	case desk.ContactActor:
		return "The contact"
	}
	return p.name(id)
}

// sources says by which way a value came in.
var sources = map[contacts.Source]string{
	contacts.ByPerson: "Typed by a person", contacts.ByImport: "Imported from a file", contacts.BySync: "Synced from a directory",
	contacts.ByPortal: "Given in the portal", contacts.ByEmail: "Taken from an email", contacts.ByAPI: "Set by a program",
}

func sourceName(s contacts.Source) string {
	if n, ok := sources[s]; ok {
		return n
	}
	return capital(string(s))
}

// tel is a number as a link that dials it.
func tel(p contacts.Phone) string {
	if p.E164 != "" {
		return "tel:" + p.E164
	}
	digits := strings.Map(func(r rune) rune {
		if r >= '0' && r <= '9' || r == '+' || r == '*' || r == '#' {
			return r
		}
		return -1
	}, p.Value)
	if len(digits) < 3 {
		return ""
	}
	return "tel:" + digits
}
