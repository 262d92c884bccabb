package notify

import (
	"github.com/deskfolk/desk"
)

// Settings are a workspace's choices about messages. The zero value, with
// Version 0, stands for the defaults.
type Settings struct {
	Version int64 `json:"-"`
	// Preset is the set of rules to begin with; empty: Balanced.
	Preset Preset `json:"preset,omitempty"`
	// Rules are the types for which the workspace has chosen otherwise.
	Rules map[string]bool `json:"rules,omitempty"`
	// Name is what the workspace calls itself in messages; at most 100 characters.
	Name string `json:"name,omitempty"`
	// From and ReplyTo are email addresses; empty: those of Options. Replies
	// that should come back into the ticket need a ReplyTo that intake reads.
	From    string `json:"from,omitempty"`
	ReplyTo string `json:"reply_to,omitempty"`
	// BaseURL is where the workspace's pages are, such as
	// "https://help.example.com"; empty: that of Options. No link is ever built
	// from anything else.
	BaseURL string `json:"base_url,omitempty"`
	// Language is the BCP 47 tag for contacts who have none; empty: English.
	Language string `json:"language,omitempty"`
	// Footer is a line under each email, such as a company's address; at most
	// 500 characters.
	Footer string `json:"footer,omitempty"`
}

// On reports whether the workspace sends messages of the type. It does not
// allocate.
func (s *Settings) On(t *Type) bool {
	if t.Class == Direct || t.Always {
		return true
	}
	if on, ok := s.Rules[t.Name]; ok {
		return on
	}
	p := s.Preset
	if p == "" {
		p = Balanced
	}
	return p.has(t)
}

// Preferences are a contact's own choices. The zero value, with Version 0,
// stands for everything.
type Preferences struct {
	Contact desk.ContactID `json:"-"`
	Version int64          `json:"-"`
	// Types are the types that the contact has chosen about: false is off.
	Types map[string]bool `json:"types,omitempty"`
}

// On reports whether the contact wants messages of the type. It does not
// allocate.
func (p *Preferences) On(t *Type) bool {
	if t.Class == Direct || t.Always {
		return true
	}
	on, ok := p.Types[t.Name]
	return on || !ok
}
