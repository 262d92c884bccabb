package contacts

import (
	"maps"
	"slices"
	"strings"

	"github.com/deskfolk/desk"
)

// diff returns the fields in which two states of a contact differ, with their
// values in full.
func diff(before, after *Contact) []desk.Change {
	var cs desk.Changes
	for f := range fieldCount {
		cs.Add(fieldTable[f].name, fieldTable[f].text(before), fieldTable[f].text(after))
	}
	if before.Company == after.Company && before.CompanyID != after.CompanyID {
		cs.Add("company", string(before.CompanyID), string(after.CompanyID))
	}
	if !slices.Equal(before.Phones, after.Phones) && phonesText(before.Phones) == phonesText(after.Phones) {
		// The same text, read in another region now.
		cs = append(cs, desk.Change{Field: "phones", Old: phonesText(before.Phones), New: phonesText(after.Phones)})
	}
	cs.Add(external, mapText(before.External), mapText(after.External))
	for _, key := range unionKeys(before.Custom, after.Custom) {
		cs.Add("custom."+key, before.Custom[key], after.Custom[key])
	}
	return cs
}

func mapText(m map[string]string) string {
	parts := make([]string, 0, len(m))
	for _, k := range slices.Sorted(maps.Keys(m)) {
		parts = append(parts, listEscape.Replace(k)+":"+listEscape.Replace(m[k]))
	}
	return strings.Join(parts, "; ")
}

func unionKeys(a, b map[string]string) []string {
	if len(a) == 0 && len(b) == 0 {
		return nil
	}
	all := slices.Collect(maps.Keys(a))
	for k := range b {
		if _, ok := a[k]; !ok {
			all = append(all, k)
		}
	}
	slices.Sort(all)
	return all
}

// trace notes where the changed values came from, and pins and unpins.
func trace(c *Contact, cs []desk.Change, p Provenance) {
	if len(cs) == 0 {
		return
	}
	ps := maps.Clone(c.Provenance)
	if ps == nil {
		ps = make(map[string]Provenance, len(cs))
	}
	for _, ch := range cs {
		p.Pinned = ps[ch.Field].Pinned
		ps[ch.Field] = p
	}
	c.Provenance = ps
}

// pin keeps values against imports and sync, or no longer. It reports whether
// anything changed.
func pin(a desk.Actor, c *Contact, pins, unpins []string) (bool, error) {
	changed := false
	for i, name := range slices.Concat(pins, unpins) {
		on := i < len(pins)
		if err := checkPin(a, name); err != nil {
			return false, err
		}
		if name == "phone" {
			name = "phones"
		}
		p := c.ProvenanceOf(name)
		if p.Pinned == on {
			continue
		}
		p.Pinned = on
		c.Provenance = maps.Clone(c.Provenance)
		if c.Provenance == nil {
			c.Provenance = map[string]Provenance{}
		}
		c.Provenance[name] = p
		changed = true
	}
	return changed, nil
}

func checkPin(a desk.Actor, name string) error {
	key, custom := strings.CutPrefix(name, "custom.")
	_, known := fieldNamed(name)
	if !known && name != external && !(custom && desk.IsKey(key)) {
		return invalid("pin", "There is no such field to pin.")
	}
	if x := accessToName(a, name); x != desk.FullAccess {
		return restricted(name, x)
	}
	return nil
}

// ProvenanceOf returns where the value of the field came from: what is noted
// for the field, else how the contact itself came to be.
func (c *Contact) ProvenanceOf(field string) Provenance {
	if p, ok := c.Provenance[field]; ok {
		return p
	}
	return Provenance{Source: c.Source, By: c.CreatedBy, At: c.CreatedAt}
}
