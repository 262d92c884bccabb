package contacts

import (
	"context"
	"maps"
	"slices"
	"time"

	"github.com/deskfolk/desk"
)

func portalBlocks() error {
	return conflict("portal_access", "This contact can use the portal. Withdraw its portal access before you delete it.")
}

// Delete puts contacts into the bin, all or none, where they stay for BinDays.
// One with portal access is refused. It needs MayDelete.
func (s *Service) Delete(ctx context.Context, a desk.Actor, ids ...desk.ContactID) error {
	_, _, err := s.bulk(ctx, a, "contacts.Delete", Selection{IDs: ids}, Action{Verb: BulkDelete})
	return desk.In("contacts.Delete", err)
}

// Restore brings a contact back from the bin. A main address or external id
// that another contact has by now stays away, and the result says so. It needs
// MayDelete.
func (s *Service) Restore(ctx context.Context, a desk.Actor, id desk.ContactID) (Restored, error) {
	const op = "contacts.Restore"
	_, run, err := s.bulk(ctx, a, op, Selection{IDs: []desk.ContactID{id}}, Action{Verb: BulkRestore})
	if err != nil {
		return Restored{}, desk.In(op, err)
	}
	c, err := s.get(ctx, s.store, a, id)
	if err == nil {
		err = s.shown(ctx, s.store, a, &c)
	}
	if err != nil {
		return Restored{}, desk.In(op, err)
	}
	return Restored{Contact: c, Replaced: run.replaced[id]}, nil
}

// Purge removes contacts that are in the bin for good, all or none: their
// records and all that the log says of them but that there was something. It
// needs MayPurge.
func (s *Service) Purge(ctx context.Context, a desk.Actor, ids ...desk.ContactID) error {
	_, _, err := s.bulk(ctx, a, "contacts.Purge", Selection{IDs: ids}, Action{Verb: BulkPurge})
	return desk.In("contacts.Purge", err)
}

// EmptyBin purges the contacts that have been in the bin for BinDays and
// returns their number. It needs MayPurge.
func (s *Service) EmptyBin(ctx context.Context, a desk.Actor) (int, error) {
	n, err := s.emptyBin(ctx, a)
	return n, desk.In("contacts.EmptyBin", err)
}

func (s *Service) emptyBin(ctx context.Context, a desk.Actor) (int, error) {
	if err := need(a, "remove contacts for good", MayPurge); err != nil {
		return 0, err
	}
	if err := needView(a); err != nil {
		return 0, err
	}
	a.Key = "" // the key of one call is no key for its many transactions
	old := desk.Moment(s.now()).Add(-BinDays * 24 * time.Hour)
	// Nothing changes in the bin: the last change of a contact there was its removal.
	until := TimeKey(old.Add(time.Microsecond)) // what has its time today is due
	f := Find{State: Binned, Sort: SortUpdated, Ranges: []Range{{By: SortUpdated, Until: until}}, Limit: bulkChunk}
	limitFind(a, &f)
	purged := 0
	for {
		found, err := s.store.Find(ctx, a.Workspace, f)
		if err != nil {
			return purged, err
		}
		if len(found.Contacts) == 0 {
			return purged, nil
		}
		ids := make([]desk.ContactID, len(found.Contacts))
		for i, c := range found.Contacts {
			ids[i] = c.ID
		}
		if _, _, err := s.bulk(ctx, a, "contacts.EmptyBin", Selection{IDs: ids}, Action{Verb: BulkPurge}); err != nil {
			return purged, err
		}
		purged += len(ids)
	}
}

// findTaken finds which unique values of binned contacts live ones have now.
func (b *bulkRun) findTaken(ctx context.Context, tx Tx, cs map[desk.ContactID]*Contact) error {
	var keys []Key
	for _, c := range cs {
		keys = append(keys, uniqueKeys(c)...)
	}
	b.taken = map[Key]desk.ContactID{}
	b.replaced = map[desk.ContactID][]string{}
	for chunk := range slices.Chunk(keys, bulkChunk) {
		found, err := tx.FindKeys(ctx, b.a.Workspace, chunk)
		if err != nil {
			return err
		}
		for _, m := range found {
			if m.Key.Kind == KeyExternal || m.Main {
				b.taken[m.Key] = m.ID
			}
		}
	}
	return nil
}

// uniqueKeys are the values that no two live contacts share.
func uniqueKeys(c *Contact) []Key {
	var keys []Key
	if c.Email != "" {
		keys = append(keys, Key{KeyEmail, address(c.Email).Key})
	}
	for source, key := range c.External {
		keys = append(keys, ExternalKey(source, key))
	}
	return keys
}

// withoutTaken takes away the unique values that other contacts have, and
// notes its own as taken.
func (b *bulkRun) withoutTaken(c *Contact) {
	takenBy := func(k Key) bool {
		id, ok := b.taken[k]
		if !ok {
			b.taken[k] = c.ID
		}
		return ok && id != c.ID
	}
	if c.Email != "" && takenBy(Key{KeyEmail, address(c.Email).Key}) {
		c.Email = ""
		b.replaced[c.ID] = append(b.replaced[c.ID], "email")
	}
	for _, source := range slices.Sorted(maps.Keys(c.External)) {
		if !takenBy(ExternalKey(source, c.External[source])) {
			continue
		}
		c.External = maps.Clone(c.External)
		delete(c.External, source)
		if !slices.Contains(b.replaced[c.ID], external) {
			b.replaced[c.ID] = append(b.replaced[c.ID], external)
		}
	}
}

// PreviewRemoval says what deleting the contacts would take away, and which
// cannot be deleted. It needs MayDelete, sees what the actor sees, and changes
// nothing.
func (s *Service) PreviewRemoval(ctx context.Context, a desk.Actor, ids []desk.ContactID) (Removal, error) {
	r, err := s.previewRemoval(ctx, a, ids)
	return r, desk.In("contacts.PreviewRemoval", err)
}

func (s *Service) previewRemoval(ctx context.Context, a desk.Actor, ids []desk.ContactID) (Removal, error) {
	var r Removal
	if err := need(a, "delete contacts", MayDelete); err != nil {
		return r, err
	}
	if err := needView(a); err != nil {
		return r, err
	}
	ids, err := s.selected(ctx, a, Selection{IDs: ids})
	if err != nil {
		return r, err
	}
	for chunk := range slices.Chunk(ids, bulkChunk) {
		cs, err := s.store.Contacts(ctx, a.Workspace, chunk)
		if err != nil {
			return r, err
		}
		byID := make(map[desk.ContactID]*Contact, len(cs))
		for i := range cs {
			byID[cs[i].ID] = &cs[i]
		}
		for _, id := range chunk {
			if err := s.addRemoval(ctx, a, &r, id, byID[id]); err != nil {
				return r, err
			}
		}
	}
	return r, nil
}

// previewNames is how many names a preview shows.
const previewNames = 10

func (s *Service) addRemoval(ctx context.Context, a desk.Actor, r *Removal, id desk.ContactID, c *Contact) error {
	if c == nil || !sees(a, c) {
		r.Blocked = append(r.Blocked, BulkResult{id, notFound()})
		return nil
	}
	r.Contacts++
	n, err := s.store.CountEvents(ctx, a.Workspace, EventFind{Subject: string(id)})
	if err != nil {
		return err
	}
	r.Events += n
	mask(a, c, nil)
	r.Emails += len(c.Emails)
	if c.Email != "" {
		r.Emails++
	}
	r.Phones += len(c.Phones)
	if len(r.Names) < previewNames {
		r.Names = append(r.Names, c.Name())
	}
	if c.PortalAccess && c.State == Live {
		r.Blocked = append(r.Blocked, BulkResult{id, portalBlocks()})
	}
	return nil
}
