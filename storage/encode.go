package storage

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// micros writes a time: microseconds since 1970 UTC, 0 for the zero time.
func micros(t time.Time) int64 {
	if t.IsZero() {
		return 0
	}
	return t.UnixMicro()
}

// instant reads what micros wrote.
func instant(us int64) time.Time {
	if us == 0 {
		return time.Time{}
	}
	return time.UnixMicro(us).UTC()
}

// listText writes a list or map as JSON, and an empty one as the empty text.
func listText[T any](n int, v T) (string, error) {
	if n == 0 {
		return "", nil
	}
	b, err := json.Marshal(v)
	if err != nil {
		return "", &desk.Error{Kind: desk.Internal, Message: "A value cannot be written.", Err: err}
	}
	return string(b), nil
}

// readList reads what listText wrote.
func readList(s string, v any) error {
	if s == "" {
		return nil
	}
	if err := json.Unmarshal([]byte(s), v); err != nil {
		return &desk.Error{Kind: desk.Internal, Message: sayDamaged, Err: err}
	}
	return nil
}

// origin is where the values of some fields came from. Most contacts have one
// or two, so that it takes little room.
type origin struct {
	Source contacts.Source `json:"source"`
	By     string          `json:"by,omitempty"`
	At     int64           `json:"at"`
	Pinned bool            `json:"pinned,omitempty"`
	Fields string          `json:"fields"`
}

// provenanceText writes the fields that share an origin together.
func provenanceText(m map[string]contacts.Provenance) (string, error) {
	if len(m) == 0 {
		return "", nil
	}
	fields := make([]string, 0, len(m))
	for f := range m {
		fields = append(fields, f)
	}
	slices.Sort(fields)
	var all []origin
	for _, f := range fields {
		p := m[f]
		o := origin{Source: p.Source, By: p.By, At: micros(p.At), Pinned: p.Pinned}
		i := slices.IndexFunc(all, func(x origin) bool {
			x.Fields = ""
			return x == o
		})
		if i < 0 {
			o.Fields = f
			all = append(all, o)
			continue
		}
		all[i].Fields += " " + f
	}
	return listText(len(all), all)
}

// readProvenance reads what provenanceText wrote.
func readProvenance(s string) (map[string]contacts.Provenance, error) {
	if s == "" {
		return nil, nil
	}
	var all []origin
	if err := readList(s, &all); err != nil {
		return nil, err
	}
	m := make(map[string]contacts.Provenance, 8)
	for _, o := range all {
		for f := range strings.SplitSeq(o.Fields, " ") {
			m[f] = contacts.Provenance{Source: o.Source, By: o.By, At: instant(o.At), Pinned: o.Pinned}
		}
	}
	return m, nil
}

// cleanContact reports whether the texts that are kept as JSON can be kept;
// the others are looked at as arguments.
func cleanContact(c *contacts.Contact) bool {
	for _, e := range c.Emails {
		if !cleanText(e.Label) || !cleanText(e.Value) {
			return false
		}
	}
	for _, p := range c.Phones {
		if !cleanText(p.Label) || !cleanText(p.Value) || !cleanText(p.E164) {
			return false
		}
	}
	for f, p := range c.Provenance {
		if !cleanText(f) || !cleanText(p.By) || strings.Contains(f, " ") {
			return false
		}
	}
	return cleanMap(c.Custom) && cleanMap(c.External)
}

func cleanMap(m map[string]string) bool {
	for k, v := range m {
		if !cleanText(k) || !cleanText(v) {
			return false
		}
	}
	return true
}
