package contacts

// patch returns the values of a new contact that are not empty, as changes to
// an empty one. The pointers are into n.
func (n *NewContact) patch() Patch {
	var p Patch
	str := func(dst **string, v *string) {
		if *v != "" {
			*dst = v
		}
	}
	str(&p.FirstName, &n.FirstName)
	str(&p.LastName, &n.LastName)
	str(&p.DisplayName, &n.DisplayName)
	str(&p.Email, &n.Email)
	str(&p.CompanyName, &n.CompanyName)
	str(&p.JobTitle, &n.JobTitle)
	str(&p.Division, &n.Division)
	str(&p.Street, &n.Address.Street)
	str(&p.City, &n.Address.City)
	str(&p.Region, &n.Address.Region)
	str(&p.PostalCode, &n.Address.PostalCode)
	str(&p.Country, &n.Address.Country)
	str(&p.Notes, &n.Notes)
	str(&p.Status, &n.Status)
	str(&p.Owner, &n.Owner)
	str(&p.TimeZone, &n.TimeZone)
	str(&p.Language, &n.Language)
	n.patchRest(&p)
	p.Custom, p.External = filled(n.Custom), filled(n.External)
	p.Source, p.Cause = n.Source, n.Cause
	return p
}

// patchRest puts what is no text into the patch.
func (n *NewContact) patchRest(p *Patch) {
	flag := func(dst **bool, v *bool) {
		if *v {
			*dst = v
		}
	}
	flag(&p.LockedToCompany, &n.LockedToCompany)
	flag(&p.MarketingOptOut, &n.MarketingOptOut)
	flag(&p.DoNotCall, &n.DoNotCall)
	flag(&p.PortalAccess, &n.PortalAccess)
	if n.Inactive {
		p.Active = new(bool)
	}
	if len(n.Emails) > 0 {
		p.Emails = &n.Emails
	}
	if len(n.Phones) > 0 {
		p.Phones = &n.Phones
	}
	if n.CompanyID != "" {
		p.CompanyID = &n.CompanyID
	}
	if n.Kind != "" {
		p.Kind = &n.Kind
	}
	if n.CallHours != (CallHours{}) {
		p.CallHours = &n.CallHours
	}
}

// filled returns the map without empty values.
func filled(m map[string]string) map[string]string {
	empty := 0
	for _, v := range m {
		if v == "" {
			empty++
		}
	}
	if empty == 0 {
		return m
	}
	kept := make(map[string]string, len(m)-empty)
	for k, v := range m {
		if v != "" {
			kept[k] = v
		}
	}
	return kept
}
