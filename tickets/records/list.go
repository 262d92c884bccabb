package records

import (
	"context"
	"encoding/binary"
	"net/url"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// maxFilter is how many kinds or statuses a filter may name.
const maxFilter = 20

// List returns a page of the records that match and that the actor sees, with
// the number of all of them. It needs MayView.
func (s *Service) List(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	l, err := s.list(ctx, a, q, p)
	if err != nil {
		return List{}, desk.In("records.List", err)
	}
	return l, nil
}

func (s *Service) list(ctx context.Context, a desk.Actor, q Query, p desk.Page) (List, error) {
	var l List
	f, err := findOf(a, q.Filter)
	if err != nil {
		return l, err
	}
	n, err := p.Size()
	if err != nil {
		return l, err
	}
	f.Oldest, f.Limit = q.Oldest, n
	scope := "records.List\x00" + string(a.Workspace) + "\x00" + string(a.Kind) + "\x00" + q.values().Encode()
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return l, err
	}
	f.After, f.Before = placeOf(after), placeOf(before)
	if l.Count, err = s.store.CountRecords(ctx, a.Workspace, f); err != nil {
		return l, err
	}
	rs, more, err := s.store.FindRecords(ctx, a.Workspace, f)
	if err != nil {
		return l, err
	}
	rows := make([]desk.Position, len(rs))
	for i := range rs {
		rows[i] = positionOf(&rs[i])
		mask(a, &rs[i])
	}
	l.Records = rs
	l.Next, l.Prev, err = s.cursors.Neighbours(scope, after, before, rows, more)
	return l, err
}

// Totals sums the records that match and that the actor sees: the time that
// was spent on a ticket or with a contact, the worth of its deals. It needs MayView.
func (s *Service) Totals(ctx context.Context, a desk.Actor, f Filter) (Totals, error) {
	const op = "records.Totals"
	find, err := findOf(a, f)
	if err != nil {
		return Totals{}, desk.In(op, err)
	}
	t, err := s.store.TotalRecords(ctx, a.Workspace, find)
	return t, desk.In(op, err)
}

// findOf checks a filter and limits it to what the actor sees.
func findOf(a desk.Actor, f Filter) (Find, error) {
	if err := need(a, "see records", MayView); err != nil {
		return Find{}, err
	}
	if f.Company != "" && hides(a, "company") {
		return Find{}, restricted("company")
	}
	if len(f.Kinds) > maxFilter || len(f.Statuses) > maxFilter {
		return Find{}, invalid("kinds", "Ask for at most %d kinds and statuses.", maxFilter)
	}
	for _, k := range f.Kinds {
		if !slices.Contains(Kinds, k) {
			return Find{}, invalid("kinds", "There is no such kind of record.")
		}
	}
	for _, s := range f.Statuses {
		if !slices.Contains(Statuses(Deal), s) && !slices.Contains(Statuses(Call), s) {
			return Find{}, invalid("statuses", "There is no such status.")
		}
	}
	for name, v := range map[string]string{"contact": string(f.Contact), "ticket": string(f.Ticket), "company": string(f.Company), "owner": f.Owner} {
		if err := desk.CheckText(name, v, maxOwner, false); err != nil {
			return Find{}, err
		}
	}
	f.From, f.Until = desk.Moment(f.From), desk.Moment(f.Until)
	return Find{Filter: f, Sight: sightOf(a)}, nil
}

// values is what a cursor is bound to.
func (q *Query) values() url.Values {
	f := &q.Filter
	v := url.Values{"contact": {string(f.Contact)}, "ticket": {string(f.Ticket)}, "company": {string(f.Company)}, "owner": {f.Owner}}
	for _, k := range f.Kinds {
		v.Add("kind", string(k))
	}
	for _, s := range f.Statuses {
		v.Add("status", string(s))
	}
	for name, on := range map[string]bool{"unmatched": f.Unmatched, "oldest": q.Oldest} {
		if on {
			v.Set(name, "1")
		}
	}
	for name, t := range map[string]time.Time{"from": f.From, "until": f.Until} {
		if !t.IsZero() {
			v.Set(name, t.UTC().Format(time.RFC3339Nano))
		}
	}
	return v
}

// positionOf and placeOf write a row's place into a cursor and read it again.
func positionOf(r *Record) desk.Position {
	return desk.Position{Key: binary.BigEndian.AppendUint64(nil, uint64(r.At.UnixMicro())), ID: string(r.ID)}
}

func placeOf(p *desk.Position) *Place {
	if p == nil || len(p.Key) != 8 {
		return nil
	}
	return &Place{At: time.UnixMicro(int64(binary.BigEndian.Uint64(p.Key))).UTC(), ID: desk.RecordID(p.ID)}
}
