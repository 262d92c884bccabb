package contacts

import (
	"context"
	"hash/maphash"
	"math/bits"
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

// fileKeys remembers by what the rows of a file can be found: tables of hashes
// with open addressing, since a map of them would take three times the room.
// Two keys that have one hash (once in some thirty million files of a million
// rows) make a plan say that a row is there already; what is applied looks
// at the keys themselves.
type fileKeys struct {
	seed   maphash.Seed
	tables [1 << tableBits]fileTable
	// more are the further holders of keys that several contacts have.
	more map[uint64][]fileHolder
	// all are the rows, in blocks, which are not copied as a slice that grows is.
	all [][]fileRow
	n   uint32
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

// fileTable is a part of the hashes. There are many, so that one that grows
// needs room twice for its part alone.
type fileTable struct {
	hashes []uint64
	rows   []fileHolder // the first holder of each
	n      int
}

const (
	tableBits = 6
	rowBits   = 12 // of a block of rows
)

func newFileKeys() *fileKeys {
	f := &fileKeys{seed: maphash.MakeSeed(), more: map[uint64][]fileHolder{}, ids: map[uint32]desk.ContactID{},
		recent: map[uint32]*working{}, recentIDs: map[desk.ContactID]uint32{}}
	for i := range f.tables {
		f.tables[i] = newFileTable(64)
	}
	return f
}

func newFileTable(size int) fileTable {
	return fileTable{hashes: make([]uint64, size), rows: make([]fileHolder, size)}
}

// row returns what is kept of a row, which is counted from 1.
func (f *fileKeys) row(n uint32) *fileRow {
	return &f.all[(n-1)>>rowBits][(n-1)&(1<<rowBits-1)]
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

// of returns the table of a hash.
func (f *fileKeys) of(h uint64) *fileTable { return &f.tables[h&(1<<tableBits-1)] }

// place returns where a hash stands or would stand.
func (t *fileTable) place(h uint64) int {
	high, _ := bits.Mul64(h, uint64(len(t.hashes)))
	for i := int(high); ; i++ { //nolint:gosec // it is below the length
		if i == len(t.hashes) {
			i = 0
		}
		if t.hashes[i] == 0 || t.hashes[i] == h {
			return i
		}
	}
}

// put makes sure that a hash stands in the table, and returns where.
func (t *fileTable) put(h uint64) int {
	i := t.place(h)
	if t.hashes[i] != 0 {
		return i
	}
	if t.n*4 > len(t.hashes)*3 {
		t.grow()
		i = t.place(h)
	}
	t.hashes[i] = h
	t.n++
	return i
}

func (t *fileTable) grow() {
	old := *t
	*t = newFileTable(len(old.hashes)*4/3 + 1)
	t.n = old.n
	for i, h := range old.hashes {
		if h != 0 {
			at := t.place(h)
			t.hashes[at], t.rows[at] = h, old.rows[i]
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
	f.n++
	n := f.n
	if e.w.born == 0 {
		e.w.born = n
	}
	row.born = e.w.born
	if (n-1)>>rowBits == uint32(len(f.all)) { //nolint:gosec // a file has fewer rows
		f.all = append(f.all, make([]fileRow, 1<<rowBits))
	}
	*f.row(n) = row
	f.remember(n, e.w)
	for _, k := range e.keys {
		h := fileHolder(2 * n)
		if k.Kind == KeyExternal || k.Kind == KeyEmail && k.Value == e.main {
			h++
		}
		f.hold(f.hash(k), h, e.w)
	}
}

// hold notes that the contact of a row has a key.
func (f *fileKeys) hold(hash uint64, h fileHolder, w *working) {
	f.drop(hash, w)
	t := f.of(hash)
	i := t.put(hash)
	switch first := t.rows[i]; {
	case first == 0:
		t.rows[i] = h
		return
	case f.before(h, first):
		t.rows[i], h = h, first
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
		return x != "" || y == "" && f.row(a.row()).born < f.row(b.row()).born
	}
	return x < y
}

// drop forgets that a contact has a key. The hash stays, for others that were
// put behind it.
func (f *fileKeys) drop(hash uint64, w *working) {
	t := f.of(hash)
	i := t.place(hash)
	if t.rows[i] == 0 {
		return
	}
	rest := slices.DeleteFunc(append([]fileHolder{t.rows[i]}, f.more[hash]...), func(h fileHolder) bool { return f.isOf(h, w) })
	t.rows[i] = 0
	delete(f.more, hash)
	if len(rest) == 0 {
		return
	}
	f.sort(rest)
	t.rows[i] = rest[0]
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

// find returns the earlier row that has the key, of those that are not about
// different people; see contradicts.
func (f *fileKeys) find(k Key, rr *readyRow) matched {
	if f == nil {
		return matched{}
	}
	for _, h := range f.holders(k) {
		row := f.row(h.row())
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
	t := f.of(hash)
	first := t.rows[t.place(hash)]
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
func (f *fileKeys) otherPerson(k Key, row *fileRow, rr *readyRow) bool {
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
	hash := f.hash(k)
	t := f.of(hash)
	h := t.rows[t.place(hash)]
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
