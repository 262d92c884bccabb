package requests

import (
	"context"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
	"github.com/deskfolk/desk/tickets"
)

// The limits of a template.
const (
	maxListed    = 1_000
	maxDomains   = 100
	maxAssignees = 100
	maxSubject   = 500
	maxMember    = 128
)

// templateCheck checks what a template says, and brings it into its form.
type templateCheck struct {
	t     *TemplateFields
	wrong FieldErrors
}

// clean checks what can be checked without the database.
func (t TemplateFields) clean() (TemplateFields, error) {
	c := &templateCheck{t: &t}
	for _, line := range []struct {
		name  string
		to    *string
		limit int
		lines bool
	}{
		{"name", &t.Name, maxName, false}, {"description", &t.Description, maxHelp, true},
		{"subject", &t.Defaults.Subject, maxSubject, false}, {"text", &t.Defaults.Text, maxLines, true},
		{"status", &t.Defaults.Status, maxName, false}, {"priority", &t.Defaults.Priority, maxName, false},
		{"category", &t.Defaults.Category, maxName, false}, {"assignee", &t.Defaults.Assignee, maxMember, false},
	} {
		clean := desk.CleanLine
		if line.lines {
			clean = desk.CleanText
		}
		var err error
		*line.to, err = clean(line.name, *line.to, line.limit)
		_ = c.wrong.take(line.name, err)
	}
	if t.Name == "" {
		c.wrong.add("name", "The template needs a name.")
	}
	if t.Position < 0 || t.Position > 1_000_000 {
		c.wrong.add("position", "The position is 0 to 1,000,000.")
	}
	c.locks()
	c.limits()
	c.picks()
	if err := c.wrong.err(); err != nil {
		return TemplateFields{}, err
	}
	return t, nil
}

func (c *templateCheck) locks() {
	t := c.t
	t.Locked = set(t.Locked)
	for _, f := range t.Locked {
		if !slices.Contains(lockable, f) {
			c.wrong.add("locked", "There is no field of this name that can be locked.")
		}
	}
	if t.locks("subject") && t.Defaults.Subject == "" {
		c.wrong.add("subject", "A subject that is locked needs to be given.")
	}
	if t.locks("assignee") && len(t.Assignees) > 0 {
		c.wrong.add("assignees", "Nobody can be picked while the assignee is locked.")
	}
}

func (c *templateCheck) limits() {
	t := c.t
	t.Contacts, t.Addable = set(t.Contacts), set(t.Addable)
	if !t.Limited {
		t.Contacts, t.Domains = nil, nil
	}
	if t.Add != AddListed {
		t.Addable = nil
	}
	if len(t.Contacts) > maxListed {
		c.wrong.add("contacts", "At most %d contacts are named.", maxListed)
	}
	if len(t.Addable) > maxListed {
		c.wrong.add("addable", "At most %d contacts are named.", maxListed)
	}
	if !slices.Contains(AddRules, t.Add) {
		c.wrong.add("add", "There is no such rule about adding contacts.")
	}
	if len(t.Domains) > maxDomains {
		c.wrong.add("domains", "At most %d domains are named.", maxDomains)
		return
	}
	var domains []string
	for _, d := range t.Domains {
		d = strings.TrimPrefix(strings.TrimSpace(d), "@")
		if d == "" {
			continue
		}
		// The domain of an address is canonical; what is none cannot be one's.
		e, err := contacts.ParseEmail("x@" + d)
		if err != nil {
			c.wrong.add("domains", "This is not an email domain. Write it like example.com.")
			continue
		}
		domains = append(domains, e.Domain())
	}
	t.Domains = set(domains)
}

func (c *templateCheck) picks() {
	t := c.t
	t.Assignees = set(t.Assignees)
	if len(t.Assignees) > maxAssignees {
		c.wrong.add("assignees", "At most %d members can be picked from.", maxAssignees)
	}
	for _, id := range t.Assignees {
		_ = c.wrong.take("assignees", desk.CheckText("assignees", id, maxMember, false))
	}
}

// set returns the values in order, each once, without empty ones; nil for none.
func set[T ~string](all []T) []T {
	kept := slices.DeleteFunc(slices.Clone(all), func(v T) bool { return v == "" })
	slices.Sort(kept)
	if kept = slices.Compact(kept); len(kept) == 0 {
		return nil
	}
	return kept
}

// fits checks what a template names against what there is now. Contacts and a
// form that it named before may have gone since; they do not stand in the way.
func (t *TemplateFields) fits(ctx context.Context, tx Tx, a desk.Actor, before *TemplateFields) error {
	settings, err := tickets.SettingsOf(ctx, tx, a.Workspace)
	if err != nil {
		return err
	}
	var wrong FieldErrors
	if _, ok := settings.Status(t.Defaults.Status); t.Defaults.Status != "" && !ok {
		wrong.add("status", "There is no such status.")
	}
	if _, ok := settings.Priority(t.Defaults.Priority); t.Defaults.Priority != "" && !ok {
		wrong.add("priority", "There is no such priority.")
	}
	if _, ok := settings.Category(t.Defaults.Category); t.Defaults.Category != "" && !ok {
		wrong.add("category", "There is no such category.")
	}
	for name, ids := range map[string][]string{"assignee": {t.Defaults.Assignee}, "assignees": t.Assignees} {
		for _, id := range ids {
			if !assignable(settings, id) {
				wrong.add(name, "There is no such member to assign to.")
			}
		}
	}
	if err := t.companyFits(ctx, tx, a, &wrong); err != nil {
		return err
	}
	if t.Form != before.Form {
		if err := t.formFits(ctx, tx, a, &wrong); err != nil {
			return err
		}
	}
	if err := namedFit(ctx, tx, a, "contacts", t.Contacts, before.Contacts, &wrong); err != nil {
		return err
	}
	if err := namedFit(ctx, tx, a, "addable", t.Addable, before.Addable, &wrong); err != nil {
		return err
	}
	slices.SortFunc(wrong, func(x, y *desk.Error) int { return strings.Compare(x.Field, y.Field) })
	return wrong.err()
}

// assignable reports whether a ticket can be assigned to the member.
func assignable(settings tickets.Settings, id string) bool {
	return id == "" || len(settings.Assignees) == 0 ||
		slices.ContainsFunc(settings.Assignees, func(m tickets.Assignee) bool { return m.ID == id })
}

func (t *TemplateFields) companyFits(ctx context.Context, tx Tx, a desk.Actor, wrong *FieldErrors) error {
	id := t.Defaults.Company
	if id == "" {
		return nil
	}
	if desk.IsID("company", string(id)) {
		if _, err := tx.Company(ctx, a.Workspace, id); desk.KindOf(err) != desk.NotFound {
			return err
		}
	}
	wrong.add("company", "There is no such company.")
	return nil
}

func (t *TemplateFields) formFits(ctx context.Context, tx Tx, a desk.Actor, wrong *FieldErrors) error {
	if t.Form == "" {
		return nil
	}
	f, err := form(ctx, tx, a.Workspace, t.Form)
	switch {
	case desk.KindOf(err) == desk.NotFound:
		wrong.add("form", "There is no such form.")
	case err != nil:
		return err
	case f.Published == 0:
		wrong.add("form", "This form has not been published yet.")
	case !f.Active:
		wrong.add("form", "This form is not active.")
	}
	return nil
}

// namedFit checks that all of the contacts that were not named before are
// there for the actor.
func namedFit(ctx context.Context, tx Tx, a desk.Actor, name string, ids, before []desk.ContactID, wrong *FieldErrors) error {
	ids = slices.DeleteFunc(slices.Clone(ids), func(id desk.ContactID) bool { return slices.Contains(before, id) })
	cs, err := seenContacts(ctx, tx, a, ids)
	if err == nil && len(cs) < len(ids) {
		wrong.add(name, "One of the contacts does not exist.")
	}
	return err
}

// seenContacts returns those of the contacts that are live and that the actor
// sees, by their ids.
func seenContacts(ctx context.Context, r contacts.Reader, a desk.Actor, ids []desk.ContactID) (map[desk.ContactID]contacts.Contact, error) {
	valid := slices.DeleteFunc(slices.Clone(ids), func(id desk.ContactID) bool { return !desk.IsID("contact", string(id)) })
	if len(valid) == 0 {
		return nil, nil
	}
	cs, err := r.Contacts(ctx, a.Workspace, valid)
	m := make(map[desk.ContactID]contacts.Contact, len(cs))
	for _, c := range cs {
		if c.State == contacts.Live && contacts.Sees(a, &c) {
			m[c.ID] = c
		}
	}
	return m, err
}
