package importexport

import (
	"slices"
	"strings"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// listOf returns the list that the field is, or is one of; else "".
func listOf(field string) string {
	switch field {
	case "email", "emails":
		return "emails"
	case "phone", "phones":
		return "phones"
	}
	return ""
}

// isList reports whether several columns can go to the field.
func isList(field string) bool {
	switch field {
	case "emails", "phones", "external_ids", "notes", "street", "name_prefix":
		return true
	}
	return false
}

// single returns the field by which two columns are told to fill the same.
func single(field string) string {
	if field == fullNameFamilyFirst {
		return fullName
	}
	return field
}

// settleWords decides about headers that mean one thing in one file and
// another in the next, by the other headers and by the samples.
func (m *mapping) settleWords(header []string, samples []Record) {
	first, last, job := m.has("first_name"), m.has("last_name"), m.has("job_title")
	address := m.has("city") || m.has("street") || m.has("postal_code") || m.has("country")
	for i := range m.sources {
		s := &m.sources[i]
		switch s.role {
		case nameRole:
			switch {
			case last && !first:
				s.field = "first_name"
			case first && !last:
				s.field = "last_name"
			}
			s.role = plainRole
		case titleRole:
			if s.role, s.field = plainRole, "job_title"; job || allOf(samples, i, isHonorific) {
				s.field = "name_prefix"
			}
		case kindRole:
			m.keepIf(i, allOf(samples, i, isKind), "Its values are not the kinds of contacts that there are.")
		case serviceRole:
			m.keepIf(i, slices.ContainsFunc(header, isFrench), noField)
		case stateRole:
			m.keepIf(i, address, "It could be the state of an address, but there is no other part of one.")
		case countryRole:
			m.keepIf(i, !m.has("country") && !anyOf(samples, i, beginsLikeCode), "It holds calling codes, or a country that another column names.")
		}
		if s.n > 1 && (s.field == "email" || s.field == "phone") {
			s.field = listOf(s.field)
		}
		// Zendesk writes the address where it knows no name.
		if !s.own && s.role == plainRole && !(s.field == fullName && m.has("email")) && contradicted(s.field, samples, i) {
			m.sources[i] = columnSource{labels: -1, reason: noField}
		}
	}
}

// contradicted reports whether the samples cannot be what the header says:
// addresses in place of names and numbers, or yes and no in place of both.
func contradicted(field string, samples []Record, i int) bool {
	switch field {
	case "email", "emails", "phone", "phones":
		return allOf(samples, i, isFlagWord) || listOf(field) == "phones" && allOf(samples, i, isAddress)
	case fullName, fullNameFamilyFirst, "first_name", "last_name", "company", "job_title":
		return allOf(samples, i, isAddress)
	}
	return false
}

func isFlagWord(s string) bool {
	_, ok := flagWords[contacts.Fold(s)]
	return ok && strings.Trim(s, "0123456789") != ""
}

// isFrench knows a header that every French file of contacts has.
func isFrench(header string) bool {
	switch nameKey(header) {
	case "prenom", "societe", "entreprise", "courriel":
		return true
	}
	return false
}

func (m *mapping) keepIf(i int, keep bool, reason string) {
	m.sources[i].role = plainRole
	if !keep {
		m.sources[i] = columnSource{labels: -1, reason: reason}
	}
}

func (m *mapping) has(field string) bool {
	return slices.ContainsFunc(m.sources, func(s columnSource) bool { return s.field == field && s.role == plainRole })
}

// settleIDs leaves a column named id out when it holds another program's.
func (m *mapping) settleIDs(header []string, samples []Record) {
	ours := func(v string) bool { return desk.IsID("contact", v) }
	for i := range m.sources {
		if m.sources[i].field == "id" && anyOf(samples, i, notEmpty) && !anyOf(samples, i, ours) {
			m.leave(i, "The column "+quote(header[i])+" holds ids that are not those of an export from here; they were not read. Map the column to external_id to keep them.", true)
		}
	}
}

// addressGroup tells which address of the file a column is part of.
func addressGroup(s columnSource) (group string, rank int, ok bool) {
	switch s.field {
	case "street", "city", "region", "postal_code", "country":
	default:
		return "", 0, false
	}
	if s.role != plainRole {
		return "", 0, false
	}
	switch s.group {
	case workAddress:
		return s.group, 1, true
	case homeAddress:
		return s.group, 2, true
	case otherAddress:
		return s.group, 3, true
	case "address":
		rank = s.n
		if s.n > 1 {
			rank += 2
		}
		return s.group + string(rune('0'+min(s.n, 99))), rank, true
	}
	return "", 0, true
}

// addressUse is one address of the file, and how often it is there.
type addressUse struct {
	group      string
	rank, rows int
	located    bool
	columns    []int
}

// chooseAddress leaves all addresses out but one, since a contact has one: the
// one that the caller named a part of, else of those that most rows have the
// one for work.
func (m *mapping) chooseAddress(header []string, samples []Record, named []bool) {
	uses := m.addresses(samples)
	if len(uses) < 2 {
		return
	}
	best, most := -1, 0
	for _, u := range uses {
		if u.located {
			most = max(most, u.rows)
		}
	}
	for j, u := range uses {
		if slices.ContainsFunc(u.columns, func(i int) bool { return named[i] }) {
			best = j
			break
		}
		if u.located && 2*u.rows >= most && (best < 0 || u.rank < uses[best].rank) {
			best = j
		}
	}
	if best < 0 {
		best = 0
	}
	for j, u := range uses {
		if j != best {
			m.leaveAddress(header, u, uses[best], named)
		}
	}
}

// leaveAddress leaves an address out, but for parts that the chosen one has no
// column for and whose headers name no other address.
func (m *mapping) leaveAddress(header []string, u, chosen addressUse, named []bool) {
	for _, i := range u.columns {
		missing := !slices.ContainsFunc(chosen.columns, func(c int) bool { return m.sources[c].field == m.sources[i].field })
		if named[i] || u.group == "" && missing {
			continue
		}
		m.rivals = append(m.rivals, i)
		m.leave(i, "A contact has one address, which is read from "+quote(header[chosen.columns[0]])+" and what belongs to it.", false)
	}
}

// addresses returns the addresses of the file in the order of their columns.
func (m *mapping) addresses(samples []Record) []addressUse {
	var uses []addressUse
	for i, s := range m.sources {
		group, rank, ok := addressGroup(s)
		if !ok {
			continue
		}
		j := slices.IndexFunc(uses, func(u addressUse) bool { return u.group == group })
		if j < 0 {
			j = len(uses)
			uses = append(uses, addressUse{group: group, rank: rank})
		}
		uses[j].columns = append(uses[j].columns, i)
		uses[j].located = uses[j].located || s.field == "street" || s.field == "city" || s.field == "postal_code"
	}
	for j := range uses {
		for _, rec := range samples {
			if slices.ContainsFunc(uses[j].columns, func(i int) bool { return notEmpty(recordCell(rec, i)) }) {
				uses[j].rows++
			}
		}
	}
	return uses
}

// joinLabels finds for each numbered value the column with its labels.
func (m *mapping) joinLabels() {
	used := map[int]bool{}
	for i := range m.sources {
		s := &m.sources[i]
		if s.group == "" || s.role == labelsRole || listOf(s.field) == "" {
			continue
		}
		s.labels = slices.IndexFunc(m.sources, func(l columnSource) bool { return l.role == labelsRole && l.group == s.group && l.n == s.n })
		if s.labels >= 0 {
			used[s.labels] = true
		}
	}
	for i := range m.sources {
		if m.sources[i].role == labelsRole && !used[i] {
			m.leave(i, "It holds the labels of a column that is not read.", false)
		}
	}
}

// chooseEmail makes a column of addresses the main one's if none is: one
// without a label if there is one, else the first.
func (m *mapping) chooseEmail() {
	if m.present["email"] {
		return
	}
	best := -1
	for i, s := range m.sources {
		if s.field != "emails" || s.own || s.asked || s.role == labelsRole {
			continue
		}
		if best < 0 || s.label == "" && m.sources[best].label != "" {
			best = i
		}
	}
	if best >= 0 {
		m.sources[best].field, m.present["email"] = "email", true
	}
}

// recordCell is a cell of a sample; one that cannot be used shows nothing.
func recordCell(rec Record, i int) string {
	if rec.Err != nil {
		return ""
	}
	return cellOfRecord(rec, i)
}

func notEmpty(s string) bool { return strings.TrimSpace(s) != "" }

// allOf reports whether the samples' values of the column, of which there must
// be some, are all so.
func allOf(samples []Record, i int, is func(string) bool) bool {
	n := 0
	for _, rec := range samples {
		if v := strings.TrimSpace(recordCell(rec, i)); v != "" {
			if !is(v) {
				return false
			}
			n++
		}
	}
	return n > 0
}

func anyOf(samples []Record, i int, is func(string) bool) bool {
	return slices.ContainsFunc(samples, func(rec Record) bool {
		v := strings.TrimSpace(recordCell(rec, i))
		return v != "" && is(v)
	})
}

func beginsLikeCode(s string) bool { return s[0] == '+' || '0' <= s[0] && s[0] <= '9' }
