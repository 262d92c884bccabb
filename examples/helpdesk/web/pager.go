package web

import (
	"net/url"

	"github.com/deskfolk/desk"
)

// pager is the foot of a list: how much of it is shown, and the ways to the
// pages beside this one.
type pager struct{ Shown, First, Prev, Next string }

// pagerOf is the foot under a page of n rows. The total is how many there are
// in words, "" when all of them are shown; at is the address of the page at a
// cursor, and of the first one for none.
func pagerOf(n int, total string, prev, next desk.Cursor, at func(desk.Cursor) string) pager {
	v := pager{Shown: plural(n, "row", "rows")}
	if total != "" {
		v.Shown = number(n) + " of " + total
	}
	if prev != "" {
		v.First, v.Prev = at(""), at(prev)
	}
	if next != "" {
		v.Next = at(next)
	}
	return v
}

// totalOf is how many there are when that is more than the n that are shown.
func totalOf(n, count int, estimated bool) string {
	if count <= n {
		return ""
	}
	return about(count, estimated)
}

// cursorOf is a cursor as a part of an address; none is left out.
func cursorOf(c desk.Cursor) url.Values {
	if c == "" {
		return nil
	}
	return url.Values{"cursor": {string(c)}}
}

// pageAt is the address of a page of a list. Pairs are the names and values of
// its query; empty values are left out.
func pageAt(path string, cursor desk.Cursor, pairs ...string) string {
	q := url.Values{}
	for i := 0; i < len(pairs); i += 2 {
		if pairs[i+1] != "" {
			q.Set(pairs[i], pairs[i+1])
		}
	}
	if cursor != "" {
		q.Set("cursor", string(cursor))
	}
	if len(q) == 0 {
		return path
	}
	return path + "?" + q.Encode()
}
