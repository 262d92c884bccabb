package contacts

import (
	"slices"
)

// patchText is a text field of a patch.
type patchText struct {
	f field
	v **string
}

func (p *Patch) texts() []patchText {
	return []patchText{
		{fFirstName, &p.FirstName}, {fLastName, &p.LastName}, {fDisplayName, &p.DisplayName},
		{fEmail, &p.Email}, {fCompany, &p.CompanyName}, {fJobTitle, &p.JobTitle}, {fDivision, &p.Division},
		{fStreet, &p.Street}, {fCity, &p.City}, {fRegion, &p.Region}, {fPostalCode, &p.PostalCode},
		{fCountry, &p.Country}, {fNotes, &p.Notes}, {fStatus, &p.Status}, {fOwner, &p.Owner},
		{fTimeZone, &p.TimeZone}, {fLanguage, &p.Language},
	}
}

// rowPatch returns what a row changes of a contact that is there.
func rowPatch(row *Incoming, o ApplyOptions) Patch {
	p := row.Contact.patch()
	if row.Present == nil {
		return p
	}
	n := &row.Contact
	for _, t := range p.texts() {
		name := fieldTable[t.f].name
		switch {
		case !row.Present[name]:
			*t.v = nil
		case *t.v == nil && o.EmptyWipes && (t.f != fCompany || p.CompanyID == nil):
			*t.v = new(string)
		}
	}
	if !row.Present["company"] {
		p.CompanyID = nil
	}
	if !row.Present["kind"] {
		p.Kind = nil
	}
	rowLists(row, &p, o.EmptyWipes)
	rowFlags(row, &p)
	p.Custom = presentKeys(n.Custom, "custom.", row.Present, o.EmptyWipes)
	if !row.Present[external] {
		p.External = nil
	}
	return p
}

// rowLists sets the addresses, phones and hours that the row gives.
func rowLists(row *Incoming, p *Patch, wipes bool) {
	n := &row.Contact
	switch {
	case !row.Present["emails"]:
		p.Emails = nil
	case wipes:
		p.Emails = &n.Emails
	}
	switch {
	case !row.Present["phones"] && !row.Present["phone"]:
		p.Phones = nil
	case wipes && row.Present["phones"]:
		p.Phones = &n.Phones
	}
	switch {
	case !row.Present["call_hours"]:
		p.CallHours = nil
	case wipes:
		p.CallHours = &n.CallHours
	}
}

// rowFlags sets the yes-or-no fields that the row gives.
func rowFlags(row *Incoming, p *Patch) {
	n := &row.Contact
	active := !n.Inactive
	for name, f := range map[string]struct {
		dst **bool
		v   *bool
	}{
		"active":            {&p.Active, &active},
		"marketing_opt_out": {&p.MarketingOptOut, &n.MarketingOptOut},
		"do_not_call":       {&p.DoNotCall, &n.DoNotCall},
		"portal_access":     {&p.PortalAccess, &n.PortalAccess},
		"locked_to_company": {&p.LockedToCompany, &n.LockedToCompany},
	} {
		*f.dst = nil
		if row.Present[name] {
			*f.dst = f.v
		}
	}
}

func presentKeys(m map[string]string, prefix string, present map[string]bool, empty bool) map[string]string {
	var out map[string]string
	for k, v := range m {
		if present[prefix+k] && (v != "" || empty) {
			if out == nil {
				out = make(map[string]string, len(m))
			}
			out[k] = v
		}
	}
	return out
}

// blanksOnly leaves in the patch what the contact does not have yet: texts
// that are empty, further addresses and phones, and the stricter choices.
func blanksOnly(p *Patch, c *Contact) {
	if p.Email != nil && c.Email != "" && address(*p.Email).Key != address(c.Email).Key {
		more := append(slices.Clone(valueOr(p.Emails, nil)), Email{Value: *p.Email})
		p.Emails = &more
	}
	for _, t := range p.texts() {
		if *t.v != nil && fieldTable[t.f].text(c) != "" {
			*t.v = nil
		}
	}
	if c.CompanyID != "" {
		p.CompanyID, p.LockedToCompany = nil, nil
	}
	if p.Emails != nil {
		all := append(slices.Clone(c.Emails), *p.Emails...)
		p.Emails = &all
	}
	if p.Phones != nil {
		more := slices.Clone(*p.Phones)
		for i := range more {
			more[i].Primary = more[i].Primary && len(c.Phones) == 0
		}
		all := append(slices.Clone(c.Phones), more...)
		p.Phones = &all
	}
	p.Active, p.Kind, p.PortalAccess = nil, nil, nil
	if p.MarketingOptOut != nil && !*p.MarketingOptOut {
		p.MarketingOptOut = nil
	}
	if p.DoNotCall != nil && !*p.DoNotCall {
		p.DoNotCall = nil
	}
	if c.CallHours != (CallHours{}) {
		p.CallHours = nil
	}
	p.Custom = unsetKeys(p.Custom, c.Custom)
	p.External = unsetKeys(p.External, c.External)
}

func valueOr[T any](p *T, other T) T {
	if p == nil {
		return other
	}
	return *p
}

func unsetKeys(m, has map[string]string) map[string]string {
	var out map[string]string
	for k, v := range m {
		if has[k] == "" && v != "" {
			if out == nil {
				out = make(map[string]string, len(m))
			}
			out[k] = v
		}
	}
	return out
}

// primaryOnly makes a patch of the primary phone alone of the given one.
func primaryOnly(p *Patch, c *Contact, region string) {
	given, err := cleanPhones(*p.Phones, region)
	if err != nil || len(given) == 0 || len(c.Phones) == 0 {
		return // refused, or set, as it is
	}
	all := slices.Clone(c.Phones)
	at := indexPhone(all, given[0].Value, given[0].E164)
	if at < 0 {
		at = max(slices.IndexFunc(all, func(p Phone) bool { return p.Primary }), 0)
		all[at].Value = given[0].Value
		if given[0].Label != "" {
			all[at].Label = given[0].Label
		}
	}
	for i := range all {
		all[i].Primary = i == at
	}
	p.Phones = &all
}
