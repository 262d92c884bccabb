package contacts

import (
	"context"
	"hash/maphash"
	"slices"

	"github.com/deskfolk/desk"
)

// Planner says what the rows of a file would do, batch by batch, and writes
// nothing. It remembers, in some tens of bytes for each row, by what the rows
// so far can be found, so that a contact that stands in the file twice is seen.
// It is for one goroutine at a time.
type Planner struct {
	s       *Service
	a       desk.Actor
	o       ApplyOptions
	earlier *fileKeys
	// companies are those that rows so far would make.
	companies map[string]Company
}

// NewPlanner returns a planner for the rows of one file. It needs what Apply needs.
func (s *Service) NewPlanner(ctx context.Context, a desk.Actor, o ApplyOptions) (*Planner, error) {
	// No rows: the permission, the choices and the team switch are looked at.
	if _, err := s.prepareBatch(ctx, a, nil, o); err != nil {
		return nil, desk.In("contacts.NewPlanner", err)
	}
	return &Planner{s: s, a: a, o: o, earlier: newFileKeys(), companies: map[string]Company{}}, nil
}

// Plan returns what would become of the batch's rows, in their order, if they
// were applied now, after those that were planned before. The batch must be of
// the same actor and choices.
func (p *Planner) Plan(ctx context.Context, b *Batch) ([]Outcome, error) {
	run := b.newRun(p.s.store)
	run.earlier = p.earlier
	for key, c := range p.companies {
		run.book.known[key] = c
	}
	if err := run.all(ctx, b.ready, b.rows); err != nil {
		return nil, desk.In("contacts.Plan", err)
	}
	for _, c := range run.book.fresh {
		p.companies[c.NameKey] = c.Company
	}
	return run.outs, nil
}

// Companies returns how many companies the rows so far would make.
func (p *Planner) Companies() int { return len(p.companies) }

// again is the outcome of a row that is about what an earlier row of the file
// makes or changes.
func (run *applyRun) again(row *Incoming, f matched) Outcome {
	out := Outcome{Line: row.Line, ID: f.id, By: f.by, InFile: f.line}
	switch run.o.OnDuplicate {
	case Update:
		out.Kind = Updated
	case MergeInto:
		out.Kind = Merged
	default:
		out.Kind, out.Reason = Skipped, "A contact with this "+f.by+" is there already."
	}
	return out
}

// fileKeys remembers by what the rows of a file can be found: a table of hashes
// with open addressing, since a map of them would take three times the room.
// Two keys that have one hash (once in some thirty million files of a million
// rows) make a plan say that a row is there already; what is applied looks
// at the keys themselves.
type fileKeys struct {
	seed   maphash.Seed
	hashes []uint64
	rows   []fileHolder // the first holder of each
	n      int
	// more are the further holders of keys that several contacts have.
	more map[uint64][]fileHolder
	all  []fileRow
	// ids are the contacts that were there before the file.
	ids map[uint32]desk.ContactID
	// recent are the contacts of some rows, as these have made or changed them,
	// with recentIDs of those that were there before the file; order is that in
	// which they came.
	recent    map[uint32]*working
	recentIDs map[desk.ContactID]uint32
	order     []uint32
}

// recentRows is for how many rows it is remembered what they made of their
// contacts. Of a contact that stands in the file again after more rows than
// that, a plan does not know whether there is anything left to change.
const recentRows = 4_000

// fileHolder is a row whose contact has a key: twice the row's number, from 1,
// and 1 if no other contact may have the key. 0 is none.
type fileHolder uint32

func (h fileHolder) row() uint32 { return uint32(h) / 2 }
func (h fileHolder) only() bool  { return h&1 == 1 }

// fileRow is what is kept of a row to see whether another is about someone else.
type fileRow struct {
	line int32
	name uint32 // a hash of the name, 0 for none
	born uint32 // the first row that is about the same contact
	mail bool
}

func newFileKeys() *fileKeys {
	const size = 1 << 12
	return &fileKeys{seed: maphash.MakeSeed(), hashes: make([]uint64, size), rows: make([]fileHolder, size), more: map[uint64][]fileHolder{}, ids: map[uint32]desk.ContactID{},
		recent: map[uint32]*working{}, recentIDs: map[desk.ContactID]uint32{}}
}

func (f *fileKeys) hash(k Key) uint64 {
	var h maphash.Hash
	h.SetSeed(f.seed)
	_, _ = h.WriteString(string(k.Kind))
	_ = h.WriteByte(0)
	_, _ = h.WriteString(k.Value)
	return max(h.Sum64(), 1) // 0 is an empty place
}

func (f *fileKeys) nameHash(n foldedNames) uint32 {
	if !named(n) {
		return 0
	}
	name := joined(n.first, n.last)
	if name == "" {
		name = n.display
	}
	return max(uint32(maphash.String(f.seed, name)), 1) //nolint:gosec // a part of the hash
}

// place returns where a hash stands or would stand.
func (f *fileKeys) place(h uint64) int {
	mask := len(f.hashes) - 1
	for i := int(h) & mask; ; i = (i + 1) & mask { //nolint:gosec // only the low bits count
		if f.hashes[i] == 0 || f.hashes[i] == h {
			return i
		}
	}
}

// fileEntry is by what the contact of a row can be found.
type fileEntry struct {
	keys  []Key
	main  string // that of them which is the main address
	names foldedNames
	w     *working
}

// add remembers the contact of a row. The first row of a key counts.
func (f *fileKeys) add(line int, e fileEntry) {
	row := fileRow{line: int32(min(line, 1<<31-1)), name: f.nameHash(e.names), mail: hasEmail(e.keys)} //nolint:gosec // bounded
	n := uint32(len(f.all)) + 1                                                                        //nolint:gosec // a file has fewer rows
	if e.w.born == 0 {
		e.w.born = n
	}
	row.born = e.w.born
	f.all = append(f.all, row)
	f.remember(n, e.w)
	for _, k := range e.keys {
		h := fileHolder(2 * n)
		if k.Kind == KeyExternal || k.Kind == KeyEmail && k.Value == e.main {
			h++
		}
		f.hold(f.hash(k), h, e.w)
		if f.n*4 > len(f.hashes)*3 {
			f.grow()
		}
	}
}

// hold notes that the contact of a row has a key.
func (f *fileKeys) hold(hash uint64, h fileHolder, w *working) {
	f.drop(hash, w)
	i := f.place(hash)
	if f.hashes[i] == 0 {
		f.hashes[i] = hash
		f.n++
	}
	switch first := f.rows[i]; {
	case first == 0:
		f.rows[i] = h
		return
	case f.before(h, first):
		f.rows[i], h = h, first
	}
	if len(f.more[hash]) < weakHolders {
		f.more[hash] = append(f.more[hash], h)
	}
}

// before reports whether of two contacts with a key the first one is meant: the
// one that has it for itself, else the older one (see applyRun.holderOf).
func (f *fileKeys) before(a, b fileHolder) bool {
	if a.only() != b.only() {
		return a.only()
	}
	x, y := f.ids[a.row()], f.ids[b.row()]
	if x == "" || y == "" {
		return x != "" || y == "" && f.all[a.row()-1].born < f.all[b.row()-1].born
	}
	return x < y
}

// drop forgets that a contact has a key. The hash stays, for others that were
// put behind it.
func (f *fileKeys) drop(hash uint64, w *working) {
	i := f.place(hash)
	if f.rows[i] == 0 {
		return
	}
	rest := slices.DeleteFunc(append([]fileHolder{f.rows[i]}, f.more[hash]...), func(h fileHolder) bool { return f.isOf(h, w) })
	f.rows[i] = 0
	delete(f.more, hash)
	if len(rest) == 0 {
		return
	}
	f.sort(rest)
	f.rows[i] = rest[0]
	if len(rest) > 1 {
		f.more[hash] = rest[1:]
	}
}

// isOf reports whether a row is about the contact.
func (f *fileKeys) isOf(h fileHolder, w *working) bool {
	return f.recent[h.row()] == w || w.after.ID != "" && f.ids[h.row()] == w.after.ID
}

// remember keeps what a row has made of its contact, in place of what the
// oldest row that is remembered has.
func (f *fileKeys) remember(n uint32, w *working) {
	if id := w.after.ID; id != "" {
		f.ids[n], f.recentIDs[id] = id, n
	}
	f.recent[n] = w
	if f.order = append(f.order, n); len(f.order) <= recentRows {
		return
	}
	oldest := f.order[0]
	f.order = f.order[1:]
	if id := f.recent[oldest].after.ID; f.recentIDs[id] == oldest {
		delete(f.recentIDs, id)
	}
	delete(f.recent, oldest)
}

// changed returns what rows so far have made of a contact that was there
// before, or nil.
func (f *fileKeys) changed(id desk.ContactID) *working {
	if f == nil {
		return nil
	}
	return f.recent[f.recentIDs[id]]
}

func (f *fileKeys) grow() {
	hashes, rows := f.hashes, f.rows
	f.hashes, f.rows = make([]uint64, 2*len(hashes)), make([]fileHolder, 2*len(rows))
	for i, h := range hashes {
		if h != 0 {
			at := f.place(h)
			f.hashes[at], f.rows[at] = h, rows[i]
		}
	}
}

// find returns the earlier row that has the key, of those that are not about
// different people; see contradicts.
func (f *fileKeys) find(k Key, rr *readyRow) matched {
	if f == nil {
		return matched{}
	}
	for _, h := range f.holders(k) {
		row := f.all[h.row()-1]
		w := f.recent[h.row()]
		if !weak(k) || w == nil && !f.otherPerson(k, row, rr) || w != nil && !contradicts(k, &w.after, rr) {
			return matched{w: w, line: int(row.line), id: f.ids[h.row()], only: h.only()}
		}
	}
	return matched{}
}

// holders returns the rows that have a key, those that are meant first.
func (f *fileKeys) holders(k Key) []fileHolder {
	hash := f.hash(k)
	first := f.rows[f.place(hash)]
	if first == 0 {
		return nil
	}
	holders := append([]fileHolder{first}, f.more[hash]...)
	f.sort(holders)
	return holders
}

func (f *fileKeys) sort(holders []fileHolder) {
	slices.SortFunc(holders, func(a, b fileHolder) int {
		if f.before(a, b) {
			return -1
		}
		return 1
	})
}

// known returns the contacts that were there before the file, that rows have
// changed, and that have a key now, as far as they are remembered.
func (f *fileKeys) known(k Key) []*working {
	var ws []*working
	for _, h := range f.holders(k) {
		if w := f.recent[h.row()]; w != nil && w.after.ID != "" {
			ws = append(ws, w)
		}
	}
	return ws
}

// otherPerson is contradicts for a row of which only hashes are kept.
func (f *fileKeys) otherPerson(k Key, row fileRow, rr *readyRow) bool {
	name := f.nameHash(rr.names)
	if k.Kind == KeyPhone && row.name != 0 && name != 0 {
		return row.name != name
	}
	return row.mail && hasEmail(rr.keys)
}

// taken reports whether an earlier row has the key for itself, and is about
// another contact than w, which is nil for a new one.
func (f *fileKeys) taken(k Key, w *working) bool {
	if f == nil {
		return false
	}
	h := f.rows[f.place(f.hash(k))]
	return h.only() && (w == nil || !f.isOf(h, w))
}

// release forgets a key that the contact of a row does not have any more.
func (f *fileKeys) release(k Key, w *working) {
	if f == nil {
		return
	}
	f.drop(f.hash(k), w)
}

// fieldsOf returns the names of the fields that changed, each once.
func fieldsOf(changes []desk.Change) []string {
	names := make([]string, 0, len(changes))
	for _, ch := range changes {
		if !slices.Contains(names, ch.Field) {
			names = append(names, ch.Field)
		}
	}
	return names
}
