package contacts

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

// Bulk does one thing to all selected contacts, or to none: each is checked,
// and when one fails, nothing is changed; the error tells about the first, the
// results about all. More than MaxBulk are refused as desk.Limited. Deleting
// needs MayDelete, purging MayPurge, restoring MayDelete, all else MayModify.
func (s *Service) Bulk(ctx context.Context, a desk.Actor, sel Selection, do Action) ([]BulkResult, error) {
	rs, _, err := s.bulk(ctx, a, "contacts.Bulk", sel, do)
	return rs, desk.In("contacts.Bulk", err)
}

// bulk is the work of Bulk, Delete, Restore and Purge.
func (s *Service) bulk(ctx context.Context, a desk.Actor, op string, sel Selection, do Action) ([]BulkResult, *bulkRun, error) {
	if err := checkAction(a, &do); err != nil {
		return nil, nil, err
	}
	ids, err := s.selected(ctx, a, sel)
	if err != nil {
		return nil, nil, err
	}
	var run *bulkRun
	replay, err := s.write(ctx, a, op, bulkInput(sel, do), func(tx Tx) ([]string, error) {
		run = &bulkRun{s: s, a: a, do: do, now: desk.Moment(s.now())}
		run.j = s.journal(a, run.now, "")
		err := run.all(ctx, tx, ids)
		return run.changed, err
	})
	if replay != nil {
		if sel.Query != nil {
			// What matches now may not be what matched then.
			ids = make([]desk.ContactID, len(replay))
			for i, id := range replay {
				ids[i] = desk.ContactID(id)
			}
		}
		return resultsFor(ids), &bulkRun{}, err
	}
	if run == nil {
		return nil, nil, err
	}
	if err == nil {
		s.wrote(ctx, a.Workspace, len(run.records))
	}
	return run.results, run, err
}

// bulkInput is what a bulk change with an idempotency key is known by: the
// query as it was asked, not what it finds, which the change may have changed.
func bulkInput(sel Selection, do Action) any {
	in := struct {
		IDs   []desk.ContactID
		Query string
		Do    Action
	}{IDs: sel.IDs, Do: do}
	if sel.Query != nil {
		in.Query = "?" + sel.Query.Values().Encode()
	}
	return in
}

func resultsFor(ids []desk.ContactID) []BulkResult {
	rs := make([]BulkResult, len(ids))
	for i, id := range ids {
		rs[i].ID = id
	}
	return rs
}

// verbGrant is the permission that each verb needs, and the words for it.
var verbGrant = map[Verb]struct {
	grant desk.Permission
	words string
}{
	BulkDelete:     {MayDelete, "delete contacts"},
	BulkRestore:    {MayDelete, "restore contacts"},
	BulkPurge:      {MayPurge, "remove contacts for good"},
	BulkActivate:   {MayModify, "change contacts"},
	BulkDeactivate: {MayModify, "change contacts"},
	BulkSetOwner:   {MayModify, "change contacts"},
	BulkSetStatus:  {MayModify, "change contacts"},
}

func checkAction(a desk.Actor, do *Action) error {
	g, ok := verbGrant[do.Verb]
	if !ok {
		if err := CheckActor(a); err != nil {
			return err
		}
		return invalid("verb", "There is no such bulk change.")
	}
	if err := need(a, g.words, g.grant); err != nil {
		return err
	}
	if err := needView(a); err != nil {
		return err
	}
	var err error
	switch do.Verb {
	case BulkActivate, BulkDeactivate:
		return mayTouch(a, fActive)
	case BulkSetOwner:
		if do.Value, err = desk.CleanLine("owner", do.Value, maxOwner); err != nil {
			return err
		}
		return mayTouch(a, fOwner)
	case BulkSetStatus:
		if do.Value, err = desk.CleanLine("status", do.Value, maxText); err != nil {
			return err
		}
		return mayTouch(a, fStatus)
	}
	return nil
}

// selected returns the ids of a selection, sorted and each once: sorted, so
// that two bulk changes never wait for each other in a circle.
func (s *Service) selected(ctx context.Context, a desk.Actor, sel Selection) ([]desk.ContactID, error) {
	if sel.Query == nil {
		if len(sel.IDs) > MaxBulk {
			return nil, tooMany()
		}
		ids := slices.Clone(sel.IDs)
		slices.Sort(ids)
		return slices.Compact(ids), nil
	}
	if len(sel.IDs) > 0 {
		return nil, invalid("selection", "Select contacts by ids or by a query, not both.")
	}
	q := *sel.Query
	q.Count = false
	f, err := s.find(ctx, s.store, a, q)
	if err != nil {
		return nil, err
	}
	var ids []desk.ContactID
	f.Limit = desk.MaxPage
	for {
		found, err := s.store.Find(ctx, a.Workspace, f)
		if err != nil {
			return nil, err
		}
		for _, c := range found.Contacts {
			ids = append(ids, c.ID)
		}
		if len(ids) > MaxBulk {
			return nil, tooMany()
		}
		if !found.More || len(found.Positions) == 0 {
			slices.Sort(ids)
			return slices.Compact(ids), nil
		}
		f.After = &found.Positions[len(found.Positions)-1]
	}
}

func tooMany() error {
	return desk.Errorf(desk.Limited, "selection", "At most %d contacts can be changed at once. Nothing was changed; select fewer.", MaxBulk)
}

// bulkRun is one bulk change within its transaction.
type bulkRun struct {
	s   *Service
	a   desk.Actor
	do  Action
	now time.Time
	j   *journal

	results  []BulkResult
	records  []Record
	purged   []desk.ContactID
	changed  []string
	replaced map[desk.ContactID][]string
	taken    map[Key]desk.ContactID
}

// bulkChunk is how many contacts a bulk change reads or writes at once.
const bulkChunk = 1000

func (b *bulkRun) all(ctx context.Context, tx Tx, ids []desk.ContactID) error {
	b.results = resultsFor(ids)
	cs, err := b.load(ctx, tx, ids)
	if err != nil {
		return err
	}
	if b.do.Verb == BulkRestore {
		if err := b.findTaken(ctx, tx, cs); err != nil {
			return err
		}
	}
	failed := 0
	var first error
	for i, id := range ids {
		err := b.one(cs[id])
		if err == nil {
			continue
		}
		b.results[i].Err = err
		if failed++; first == nil {
			first = err
		}
	}
	if failed > 0 {
		return bulkError(first, failed, len(ids))
	}
	return b.keep(ctx, tx)
}

// bulkError wraps the error of the first contact that failed.
func bulkError(first error, failed, of int) error {
	if of == 1 {
		return first
	}
	return &desk.Error{
		Kind: desk.KindOf(first), Field: desk.FieldOf(first), Err: first,
		Message: fmt.Sprintf("%d of %d contacts cannot be changed, so nothing was done. The first: %s", failed, of, desk.MessageOf(first)),
	}
}

func (b *bulkRun) load(ctx context.Context, tx Tx, ids []desk.ContactID) (map[desk.ContactID]*Contact, error) {
	m := make(map[desk.ContactID]*Contact, len(ids))
	valid := slices.DeleteFunc(slices.Clone(ids), func(id desk.ContactID) bool { return !desk.IsID("contact", string(id)) })
	for chunk := range slices.Chunk(valid, bulkChunk) {
		cs, err := tx.Contacts(ctx, b.a.Workspace, chunk)
		if err != nil {
			return nil, err
		}
		for i := range cs {
			m[cs[i].ID] = &cs[i]
		}
	}
	return m, nil
}

// one checks and changes one contact.
func (b *bulkRun) one(c *Contact) error {
	if c == nil || !sees(b.a, c) {
		return notFound()
	}
	if c.State == Archived {
		return conflict("", "This contact was merged into another one.")
	}
	after := *c
	verb := VerbUpdated
	switch b.do.Verb {
	case BulkDelete:
		if c.State == Live && c.PortalAccess {
			return portalBlocks()
		}
		verb, after.State = VerbDeleted, Binned
		after.DeletedAt = b.now
	case BulkRestore:
		verb, after.State = VerbRestored, Live
		after.DeletedAt = time.Time{}
		b.withoutTaken(&after)
	case BulkPurge:
		return b.purge(c)
	default:
		if c.State == Binned {
			return conflict("", "This contact is in the recycle bin. Restore it first.")
		}
		b.set(&after)
	}
	return b.put(c, &after, verb)
}

// set changes the one field that the action is about.
func (b *bulkRun) set(c *Contact) {
	switch b.do.Verb {
	case BulkActivate, BulkDeactivate:
		c.Active = b.do.Verb == BulkActivate
	case BulkSetOwner:
		c.Owner = b.do.Value
	case BulkSetStatus:
		c.Status = b.do.Value
	}
}

// put notes a changed contact to be written, and who has changed its values.
func (b *bulkRun) put(before, after *Contact, verb string) error {
	if before.State == after.State {
		trace(after, diff(before, after), Provenance{Source: defaultSource(b.a), By: b.a.ID, At: b.now})
	}
	return b.putAs(before, after, verb)
}

// putAs notes a changed contact to be written.
func (b *bulkRun) putAs(before, after *Contact, verb string) error {
	changes := diff(before, after)
	if len(changes) == 0 && before.State == after.State {
		return nil
	}
	after.Version++
	after.UpdatedAt = b.now
	b.records = append(b.records, record(*after))
	b.changed = append(b.changed, string(after.ID))
	return b.j.changed(verb, string(after.ID), changes)
}

func (b *bulkRun) purge(c *Contact) error {
	if c.State != Binned {
		return conflict("", "Only contacts in the recycle bin can be removed for good. Delete this one first.")
	}
	b.purged = append(b.purged, c.ID)
	b.changed = append(b.changed, string(c.ID))
	return b.j.Add(VerbPurged, string(c.ID), "Contact removed for good.", false, nil)
}

// keep writes what was changed.
func (b *bulkRun) keep(ctx context.Context, tx Tx) error {
	for chunk := range slices.Chunk(b.records, bulkChunk) {
		// Someone changed one of them since it was read, or took an address:
		// a second try sees that.
		if err := AsRace(tx.UpdateContacts(ctx, b.a.Workspace, chunk), ""); err != nil {
			return err
		}
	}
	for chunk := range slices.Chunk(b.purged, bulkChunk) {
		if err := tx.PurgeContacts(ctx, b.a.Workspace, chunk); err != nil {
			return err
		}
	}
	if len(b.j.All) == 0 {
		return nil
	}
	return b.s.record(ctx, tx, b.a.Workspace, b.j.All)
}
