package requests

import (
	"strings"

	"github.com/deskfolk/desk"
)

// pageOf reads a page of rows that are listed by their ids, newest first. The
// function find reads at most limit rows behind one id, or ahead of another.
func pageOf[T any, ID ~string](s *Service, scope string, p desk.Page, id func(*T) ID, find func(after, before ID, limit int) ([]T, error)) (rows []T, next, prev desk.Cursor, err error) {
	n, err := p.Size()
	if err != nil {
		return nil, "", "", err
	}
	after, before, err := s.cursors.Place(scope, p.Cursor)
	if err != nil {
		return nil, "", "", err
	}
	found, err := find(placed[ID](after), placed[ID](before), n+1)
	if err != nil {
		return nil, "", "", err
	}
	rows, more := cutPage(found, n, before != nil)
	places := make([]desk.Position, len(rows))
	for i := range rows {
		places[i].ID = string(id(&rows[i]))
	}
	next, prev, err = s.cursors.Neighbours(scope, after, before, places, more)
	return rows, next, prev, err
}

// scopeOf is what a cursor is bound to.
func scopeOf(op string, a desk.Actor, parts ...string) string {
	return strings.Join(append([]string{op, string(a.Workspace), string(a.Kind)}, parts...), "\x00")
}

// placed returns the id of a place, or "".
func placed[T ~string](p *desk.Position) T {
	if p == nil {
		return ""
	}
	return T(p.ID)
}

// cutPage cuts one row more than was asked for off a page, at its far end. A
// page ahead of a place has its far end first.
func cutPage[T any](rows []T, n int, before bool) (page []T, more bool) {
	switch {
	case len(rows) <= n:
		return rows, false
	case before:
		return rows[len(rows)-n:], true
	}
	return rows[:n], true
}

// checkIDs checks what a filter compares ids with; what is no id matches nothing.
func checkIDs(ids map[string]string) error {
	for name, id := range ids {
		if err := desk.CheckText(name, id, maxMember, false); err != nil {
			return err
		}
	}
	return nil
}
