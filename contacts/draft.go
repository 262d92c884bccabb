package contacts

import (
	"context"
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// rules are what a call reads of the workspace's choices: each once, and only
// when it is needed.
type rules struct {
	from     Reader
	w        desk.WorkspaceID
	settings *Settings
	defs     []FieldDef
	haveDefs bool
}

func (r *rules) set(ctx context.Context) (Settings, error) {
	if r.settings == nil {
		s, err := r.from.Settings(ctx, r.w)
		if err != nil {
			return s, err
		}
		r.settings = &s
	}
	return *r.settings, nil
}

func (r *rules) fields(ctx context.Context) ([]FieldDef, error) {
	if !r.haveDefs {
		defs, err := r.from.Fields(ctx, r.w)
		if err != nil {
			return nil, err
		}
		r.defs, r.haveDefs = defs, true
	}
	return r.defs, nil
}

// draft is a contact while a patch is put onto it: it checks the actor's
// restrictions and every value.
type draft struct {
	a     desk.Actor
	rules *rules
	c     *Contact
	// locked says that the contact was bound to its company before.
	locked bool
	// respectPins leaves pinned fields as they are, with a warning.
	respectPins bool
	warnings    []string
	err         error
}

func newDraft(a desk.Actor, r *rules, c *Contact, source Source) *draft {
	return &draft{a: a, rules: r, c: c, locked: c.LockedToCompany, respectPins: source == ByImport || source == BySync}
}

// apply puts everything of the patch but the company onto the contact.
func (d *draft) apply(ctx context.Context, p *Patch) error {
	d.line(fFirstName, &d.c.FirstName, p.FirstName, maxName)
	d.line(fLastName, &d.c.LastName, p.LastName, maxName)
	d.line(fDisplayName, &d.c.DisplayName, p.DisplayName, maxName)
	d.line(fJobTitle, &d.c.JobTitle, p.JobTitle, maxText)
	d.line(fDivision, &d.c.Division, p.Division, maxText)
	d.text(fStreet, &d.c.Address.Street, p.Street, maxStreet)
	d.line(fCity, &d.c.Address.City, p.City, maxText)
	d.line(fRegion, &d.c.Address.Region, p.Region, maxText)
	d.line(fPostalCode, &d.c.Address.PostalCode, p.PostalCode, maxText)
	d.clean(fCountry, &d.c.Address.Country, p.Country, cleanCountry)
	d.text(fNotes, &d.c.Notes, p.Notes, maxNotes)
	d.line(fStatus, &d.c.Status, p.Status, maxText)
	d.line(fOwner, &d.c.Owner, p.Owner, maxOwner)
	d.clean(fTimeZone, &d.c.TimeZone, p.TimeZone, cleanZone)
	d.clean(fLanguage, &d.c.Language, p.Language, cleanLanguage)
	d.flag(fActive, &d.c.Active, p.Active)
	d.flag(fMarketing, &d.c.MarketingOptOut, p.MarketingOptOut)
	d.flag(fDoNotCall, &d.c.DoNotCall, p.DoNotCall)
	d.kind(p.Kind)
	d.hours(p.CallHours)
	d.addresses(p.Email, p.Emails)
	d.phones(ctx, p.Phones)
	d.portal(p.PortalAccess)
	d.custom(ctx, p.Custom)
	d.external(p.External)
	return d.err
}

// takes reports whether the field is to be set: nothing failed yet, the actor
// may touch it, and it is not pinned against this source.
func (d *draft) takes(f field) bool {
	if d.err != nil {
		return false
	}
	if d.err = mayTouch(d.a, f); d.err != nil {
		return false
	}
	return !d.pinned(fieldTable[f].name)
}

func (d *draft) pinned(name string) bool {
	if !d.respectPins || !d.c.Provenance[name].Pinned {
		return false
	}
	d.warnings = append(d.warnings, "The "+spoken(name)+" is pinned and was left as it is.")
	return true
}

// spoken returns a field's name as a person says it.
func spoken(name string) string {
	return strings.ReplaceAll(strings.TrimPrefix(name, "custom."), "_", " ")
}

func (d *draft) line(f field, dst, v *string, limit int) {
	if v != nil && d.takes(f) {
		*dst, d.err = desk.CleanLine(fieldTable[f].name, *v, limit)
	}
}

func (d *draft) text(f field, dst, v *string, limit int) {
	if v != nil && d.takes(f) {
		*dst, d.err = desk.CleanText(fieldTable[f].name, *v, limit)
	}
}

func (d *draft) clean(f field, dst, v *string, how func(string) (string, error)) {
	if v != nil && d.takes(f) {
		*dst, d.err = how(*v)
	}
}

func (d *draft) flag(f field, dst, v *bool) {
	if v != nil && d.takes(f) {
		*dst = *v
	}
}

func (d *draft) kind(v *Kind) {
	if v == nil || !d.takes(fKind) {
		return
	}
	k := Kind(Fold(string(*v)))
	if k == "" {
		k = Customer
	}
	if !slices.Contains(Kinds, k) {
		d.err = invalid("kind", "The kind is customer, contractor, vendor, partner or other.")
		return
	}
	d.c.Kind = k
}

func (d *draft) hours(v *CallHours) {
	if v == nil || !d.takes(fCallHours) {
		return
	}
	if !v.valid() {
		d.err = invalid("call_hours", "Hours for calls begin and end within one day, in minutes after midnight.")
		return
	}
	d.c.CallHours = *v
}

func (d *draft) addresses(main *string, list *[]Email) {
	if main != nil && d.takes(fEmail) {
		d.c.Email = ""
		if strings.TrimSpace(*main) != "" {
			var e EmailAddress
			e, d.err = ParseEmail(*main)
			d.c.Email = e.Entered
		}
	}
	if list != nil && d.takes(fEmails) {
		d.c.Emails, d.err = cleanEmails(d.c.Email, *list)
	} else if main != nil && d.err == nil && len(d.c.Emails) > 0 {
		d.c.Emails, d.err = cleanEmails(d.c.Email, d.c.Emails)
	}
}

func (d *draft) phones(ctx context.Context, list *[]Phone) {
	if list == nil || !d.takes(fPhones) {
		return
	}
	region := ""
	for _, p := range *list {
		if !strings.HasPrefix(strings.TrimSpace(p.Value), "+") {
			var set Settings
			if set, d.err = d.rules.set(ctx); d.err != nil {
				return
			}
			region = set.Region
			break
		}
	}
	d.c.Phones, d.err = cleanPhones(*list, region)
}

func (d *draft) portal(v *bool) {
	if v != nil && *v != d.c.PortalAccess && d.takes(fPortal) {
		if !d.a.May(MayManagePortal) {
			d.err = desk.Errorf(desk.Denied, "portal_access", "You may not give or take portal access.")
			return
		}
		d.c.PortalAccess = *v
	}
	if d.err == nil && d.c.PortalAccess && d.c.Email == "" {
		d.err = invalid("portal_access", "Only a contact with a main email address can use the portal.")
	}
}

func (d *draft) custom(ctx context.Context, values map[string]string) {
	if len(values) == 0 || d.err != nil {
		return
	}
	var defs []FieldDef
	if defs, d.err = d.rules.fields(ctx); d.err != nil {
		return
	}
	d.c.Custom = cloneMap(d.c.Custom)
	for _, key := range slices.Sorted(maps.Keys(values)) {
		if x := d.a.Access("contact.custom." + key); x != desk.FullAccess {
			d.err = restricted("custom."+key, x)
			return
		}
		if d.pinned("custom." + key) {
			continue
		}
		var v string
		if v, d.err = cleanCustom(defs, key, values[key]); d.err != nil {
			return
		}
		setOrDelete(d.c.Custom, key, v)
	}
}

func (d *draft) external(values map[string]string) {
	if len(values) == 0 || d.err != nil {
		return
	}
	if x := d.a.Access("contact." + external); x != desk.FullAccess {
		d.err = restricted(external, x)
		return
	}
	if d.pinned(external) {
		return
	}
	d.c.External = cloneMap(d.c.External)
	for _, source := range slices.Sorted(maps.Keys(values)) {
		var v string
		if v, d.err = checkExternal(source, values[source]); d.err != nil {
			return
		}
		setOrDelete(d.c.External, source, v)
	}
	if len(d.c.External) > maxSources {
		d.err = invalid(external, "A contact has external ids of at most %d sources.", maxSources)
	}
}

func cloneMap(m map[string]string) map[string]string {
	if m == nil {
		return map[string]string{}
	}
	return maps.Clone(m)
}

func setOrDelete(m map[string]string, key, value string) {
	if value == "" {
		delete(m, key)
		return
	}
	m[key] = value
}

// required checks the workspace's rule about names.
func (d *draft) required(ctx context.Context) error {
	if d.c.FirstName != "" && d.c.LastName != "" {
		return nil
	}
	set, err := d.rules.set(ctx)
	if err != nil {
		return err
	}
	switch set.Required {
	case LastName:
		if d.c.LastName == "" {
			return invalid("last_name", "The last name is missing; this workspace asks for it.")
		}
	case FirstAndLastName:
		if d.c.FirstName == "" {
			return invalid("first_name", "The first name is missing; this workspace asks for it.")
		}
		return invalid("last_name", "The last name is missing; this workspace asks for it.")
	}
	if d.c.Name() == "" && len(d.c.External) == 0 {
		return invalid("last_name", "Give a name, an email address, a phone or an external id; one is enough.")
	}
	return nil
}
