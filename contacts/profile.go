package contacts

import (
	"context"
	"slices"

	"github.com/deskfolk/desk"
)

// ActivityPart is the name of the log among the parts of a profile.
const ActivityPart = "activity"

// Profile returns all that is shown of a contact in one call: the record, its
// company, the log and the parts that other packages supply, each with its
// page and count. It is noted as a compliance event, unless the settings say
// otherwise. It needs what Get needs.
func (s *Service) Profile(ctx context.Context, a desk.Actor, id desk.ContactID, q ProfileQuery) (Profile, error) {
	p, err := s.profile(ctx, a, id, q)
	if err != nil {
		return Profile{}, desk.In("contacts.Profile", err)
	}
	return p, nil
}

func (s *Service) profile(ctx context.Context, a desk.Actor, id desk.ContactID, q ProfileQuery) (Profile, error) {
	var p Profile
	if err := s.checkParts(q.Parts); err != nil {
		return p, err
	}
	var err error
	if p.Contact, err = s.get(ctx, s.store, a, id); err != nil {
		return p, err
	}
	if err := s.noteView(ctx, a, p.Contact.ID); err != nil {
		return p, err
	}
	if p.Contact.CompanyID != "" && accessTo(a, fCompany) != desk.Hidden {
		c, err := s.company(ctx, s.store, a, p.Contact.CompanyID)
		if err != nil {
			return p, err
		}
		if err := s.countOwn(ctx, a, &c); err != nil {
			return p, err
		}
		p.Company = &c
	}
	if p.Fields, err = s.fieldsFor(ctx, a); err != nil {
		return p, err
	}
	mask(a, &p.Contact, p.Fields)
	return p, s.readParts(ctx, a, &p, q)
}

func (s *Service) checkParts(names []string) error {
	for _, name := range names {
		if name != ActivityPart && !slices.ContainsFunc(s.parts, func(p ProfilePart) bool { return p.Name == name }) {
			return invalid("parts", "A profile has no such part.")
		}
	}
	return nil
}

func (s *Service) readParts(ctx context.Context, a desk.Actor, p *Profile, q ProfileQuery) error {
	wanted := func(name string) bool { return q.Parts == nil || slices.Contains(q.Parts, name) }
	var err error
	if wanted(ActivityPart) {
		if p.Activity, err = s.events(ctx, a, string(p.Contact.ID), q.Activity, q.Pages[ActivityPart]); err != nil {
			return err
		}
	}
	for _, part := range s.parts {
		if !wanted(part.Name) {
			continue
		}
		page, err := part.Read(ctx, a, p.Contact.ID, q.Pages[part.Name])
		if desk.KindOf(err) == desk.Denied {
			continue // not for this actor
		}
		if err != nil {
			return err
		}
		page.Name, page.Label = part.Name, part.Label
		p.Parts = append(p.Parts, page)
	}
	return nil
}

// noteView notes that the profile was opened.
func (s *Service) noteView(ctx context.Context, a desk.Actor, id desk.ContactID) error {
	set, err := s.store.Settings(ctx, a.Workspace)
	if err != nil || set.SkipAccessLog {
		return err
	}
	j := s.journal(a, desk.Moment(s.now()), "")
	if err := j.Add(VerbViewed, string(id), "Profile opened.", true, nil); err != nil {
		return err
	}
	return s.store.Update(ctx, func(tx Tx) error { return tx.Record(ctx, a.Workspace, j.All...) })
}
