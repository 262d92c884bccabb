package contacts

import (
	"context"
	"fmt"
	"slices"

	"golang.org/x/sync/errgroup"

	"github.com/deskfolk/desk"
)

// Scan asks the store for contacts in the order of their ids.
type Scan struct {
	State State
	// Owner limits it to the contacts of this owner; empty: of all.
	Owner string
	// Fields are the names of the fields that are needed; nil: all. Others may
	// be left empty, but for id, state and owner.
	Fields []string
	// After is the id to go on behind; empty: from the first.
	After desk.ContactID
	// Limit is how many to return at most. The store returns fewer if their
	// texts are long, at least one.
	Limit int
}

// Scanned is what a scan found.
type Scanned struct {
	Contacts []Contact
	// More reports that there can be contacts behind the last one.
	More bool
}

// The sizes of an export's pages. They begin small and grow while the texts
// are short, so that a page takes little memory whatever the contacts hold.
const (
	exportPage      = 500
	scanPage        = 2000
	firstExportPage = 50
	// pageText is how much text a page should have at most, in bytes.
	pageText = 2 << 20
)

// exportPager reads the pages of an export.
type exportPager struct {
	*Service
	actor desk.Actor
	find  Find
	// scan, if not nil, is what is read instead of find.
	scan  *Scan
	limit int
}

// each reads all pages and hands out their contacts. The next page is read
// while the contacts of one are worked on, where the store is for more than
// one goroutine.
func (p *exportPager) each(ctx context.Context, yield func(Contact, error) bool) error {
	if !p.store.Concurrent() {
		return p.inTurn(ctx, yield)
	}
	ctx, stop := context.WithCancel(ctx)
	group, ctx := errgroup.WithContext(ctx)
	pages := make(chan []Contact)
	group.Go(func() (err error) {
		defer close(pages)
		defer func() {
			if v := recover(); v != nil { // a panic in here would end the process
				err = &desk.Error{Kind: desk.Internal, Message: "The contacts could not be read on.", Err: fmt.Errorf("panic: %v", v)}
			}
		}()
		return p.readAhead(ctx, pages)
	})
	ended := false
	defer func() { // also when yield panics
		stop()
		if !ended {
			_ = group.Wait()
		}
	}()
	for page := range pages {
		if !handOut(page, yield) {
			return nil
		}
	}
	ended = true
	return group.Wait()
}

func (p *exportPager) readAhead(ctx context.Context, to chan<- []Contact) error {
	for more := true; more; {
		var page []Contact
		var err error
		if page, more, err = p.next(ctx); err != nil {
			return err
		}
		select {
		case to <- page:
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}

func (p *exportPager) inTurn(ctx context.Context, yield func(Contact, error) bool) error {
	for more := true; more; {
		var page []Contact
		var err error
		if page, more, err = p.next(ctx); err != nil {
			return err
		}
		if !handOut(page, yield) {
			return nil
		}
	}
	return nil
}

func handOut(page []Contact, yield func(Contact, error) bool) bool {
	for i := range page {
		if !yield(page[i], nil) {
			return false
		}
	}
	return true
}

// next reads a page and reports whether there can be another one.
func (p *exportPager) next(ctx context.Context) ([]Contact, bool, error) {
	read := p.found
	if p.scan != nil {
		read = p.scanned
	}
	page, more, err := read(ctx)
	if err != nil {
		return nil, false, err
	}
	p.limit = nextPage(p.limit, page)
	// The query is limited to what the actor sees; this is the rule itself, on
	// the rows as they are now.
	page = slices.DeleteFunc(page, func(c Contact) bool { return !sees(p.actor, &c) })
	return page, more, p.shown(ctx, p.store, p.actor, pointers(page)...)
}

func (p *exportPager) found(ctx context.Context) ([]Contact, bool, error) {
	p.find.Limit = min(p.limit, exportPage)
	found, err := p.store.Find(ctx, p.actor.Workspace, p.find)
	if err != nil || len(found.Positions) == 0 {
		return nil, false, err
	}
	p.find.After = &found.Positions[len(found.Positions)-1]
	return found.Contacts, found.More, nil
}

func (p *exportPager) scanned(ctx context.Context) ([]Contact, bool, error) {
	p.scan.Limit = min(p.limit, scanPage)
	got, err := p.store.Scan(ctx, p.actor.Workspace, *p.scan)
	if err != nil || len(got.Contacts) == 0 {
		return nil, false, err
	}
	p.scan.After = got.Contacts[len(got.Contacts)-1].ID
	return got.Contacts, got.More, nil
}

// nextPage returns how many contacts the next page should have: twice as many,
// or as many as pageText has room for.
func nextPage(limit int, page []Contact) int {
	size := 0
	for i := range page {
		size += textSize(&page[i])
	}
	if size == 0 {
		return min(2*limit, scanPage)
	}
	return max(1, min(2*limit, scanPage, pageText*len(page)/size))
}

// textSize is about how much memory the texts of a contact take, without those
// that are always short.
func textSize(c *Contact) int {
	n := len(c.Notes) + len(c.Address.Street) + len(c.FirstName) + len(c.LastName) + len(c.DisplayName)
	for _, e := range c.Emails {
		n += len(e.Label) + len(e.Value)
	}
	for _, v := range c.Custom {
		n += len(v)
	}
	return n + 100*len(c.Phones)
}
