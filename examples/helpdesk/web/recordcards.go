package web

import (
	"html/template"
	"net/url"
	"strings"

	"github.com/deskfolk/desk/contacts"
)

type cardView struct {
	ID, Label, EditURL string
	Facts              []factView
}

// factView is one field of the profile.
type factView struct {
	ID, Name, Label string
	Control         control
	Text            string
	Items           []itemView
	DataURL         string
	EditURL         string
	CanEdit         bool
	Prov            *provView
}

// itemView is a value that leads somewhere or has a label.
type itemView struct {
	Text, Tag string
	URL       template.URL
}

// provView says where a value came from.
type provView struct {
	Text, By string
	When     *when
	Pinned   bool
	CanPin   bool
	Action   string
	Field    string
	Label    string
}

// cards are the fields by section; the notes stand by themselves.
func (s *server) cards(r *request, c *contacts.Contact, p *people, defs []contacts.FieldDef) []cardView {
	var cards []cardView
	fields := specsFor(r, defs)
	for _, sec := range sections {
		card := cardView{ID: sec.ID, Label: sec.Label}
		for _, f := range fields {
			if f.Section == sec.ID {
				card.Facts = append(card.Facts, s.fact(r, f, c, p))
			}
		}
		switch sec.ID {
		case "portal":
			card.Facts = append(card.Facts, factView{ID: "v-login_source", Name: "login_source", Label: "Signed in from", Text: capital(string(c.LoginSource))})
		case "identity":
			card.Facts = append(card.Facts, externalFacts(c)...)
		}
		if len(card.Facts) == 0 {
			continue
		}
		if r.may(contacts.MayModify) && c.State == contacts.Live {
			card.EditURL = "/contacts/" + string(c.ID) + "/edit#" + sec.ID
		}
		cards = append(cards, card)
	}
	return cards
}

// externalFacts are the host's own keys; they are shown and never typed.
func externalFacts(c *contacts.Contact) []factView {
	if len(c.External) == 0 {
		return nil
	}
	f := factView{ID: "v-external", Name: "external_id", Label: "External ids"}
	for source, key := range c.External {
		f.Items = append(f.Items, itemView{Text: key, Tag: source})
	}
	sortItems(f.Items)
	return []factView{f}
}

// fact shows one field of the contact.
func (s *server) fact(r *request, f spec, c *contacts.Contact, p *people) factView {
	base := "/contacts/" + string(c.ID)
	v := factView{ID: "v-" + f.Name, Name: f.Name, Label: f.Label, Control: f.Control, DataURL: base + "/field/" + f.Name,
		EditURL: base + "/edit#f-" + f.Name, CanEdit: f.mayEdit(r, c)}
	value := f.Get(c)
	switch {
	case f.Control == emailsControl:
		for _, e := range c.Emails {
			v.Items = append(v.Items, itemView{Text: e.Value, Tag: e.Label, URL: mailto(e.Value)})
		}
	case f.Control == phonesControl:
		for _, ph := range c.Phones {
			tag := ph.Label
			if ph.Primary {
				tag = strings.TrimSpace(tag + " · primary")
				tag = strings.TrimPrefix(tag, "· ")
			}
			v.Items = append(v.Items, itemView{Text: ph.Value, Tag: tag, URL: template.URL(tel(ph))}) //nolint:gosec // digits only
		}
	case value == "":
	case f.Control == emailControl:
		v.Items = []itemView{{Text: value, URL: mailto(value)}}
	case f.Control == companyControl:
		v.Items = []itemView{{Text: value, URL: template.URL("/companies/" + string(c.CompanyID))}} //nolint:gosec // an id of ours
	default:
		v.Text = s.said(f, value, p)
	}
	if value != "" && f.Control != boolControl {
		v.Prov = s.provenance(r, f, c, p)
	}
	return v
}

// said is a value in words.
func (s *server) said(f spec, value string, p *people) string {
	switch {
	case f.Control == boolControl && value == "true":
		return "Yes"
	case f.Control == boolControl:
		return "No"
	case f.Choices == "zones" || f.Choices == "languages":
		return value
	case f.Choices != "":
		for _, o := range p.choices(f.Choices, value) {
			if o.Selected && o.Label != "" {
				return o.Label
			}
		}
	}
	return value
}

func (s *server) provenance(r *request, f spec, c *contacts.Contact, p *people) *provView {
	from := c.ProvenanceOf(f.Name)
	if from.Source == "" {
		return nil
	}
	v := &provView{Text: sourceName(from.Source), When: shown(from.At, s.Now()), Pinned: from.Pinned, Field: f.Name, Label: f.Label,
		CanPin: f.mayEdit(r, c), Action: "/contacts/" + string(c.ID) + "/pin"}
	if from.By != "" {
		v.By = p.name(from.By)
	}
	return v
}

func mailto(address string) template.URL {
	return template.URL("mailto:" + url.PathEscape(address)) //nolint:gosec // escaped
}
