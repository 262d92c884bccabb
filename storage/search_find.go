package storage

import (
	"context"
	"database/sql"
	"slices"
	"strconv"

	"github.com/deskfolk/desk"
	"github.com/deskfolk/desk/contacts"
)

// fetchAll is the size of a result up to which all its entries are read and
// sorted; a greater one is walked in the order's runs.
const fetchAll = 400

// found is what the index found: hits in the list's order.
type found struct {
	hits  []hit
	more  bool
	count int
	about bool
}

// Find lists contacts.
func (r *rows) Find(ctx context.Context, w desk.WorkspaceID, f contacts.Find) (contacts.Found, error) {
	q := &search{
		realm: contactRealm, terms: f.Terms, none: f.None, ids: f.IDs,
		facets: append([][]string{{stateFacet(f.State)}}, f.Facets...),
		key:    sortKey(f.Sort), desc: f.Desc, after: f.After, before: f.Before, limit: f.Limit, count: f.Count,
	}
	for _, rg := range f.Ranges {
		q.ranges = append(q.ranges, keyRange{sortKey(rg.By), rg.From, rg.Until})
	}
	res, err := r.search(ctx, w, q)
	if err != nil {
		return contacts.Found{}, err
	}
	ids := make([]desk.ContactID, len(res.hits))
	for i, h := range res.hits {
		ids[i] = desk.ContactID(h.id)
	}
	cs, err := r.Contacts(ctx, w, ids)
	if err != nil {
		return contacts.Found{}, err
	}
	byID := make(map[string]contacts.Contact, len(cs))
	for _, c := range cs {
		byID[string(c.ID)] = c
	}
	out := contacts.Found{More: res.more, Count: res.count, CountAbout: res.about}
	for _, h := range res.hits {
		if c, ok := byID[h.id]; ok && c.State == f.State {
			out.Contacts = append(out.Contacts, c)
			out.Positions = append(out.Positions, contacts.Position{Key: h.key, ID: h.id})
		}
	}
	return out, nil
}

// FindCompanies lists companies by name.
func (r *rows) FindCompanies(ctx context.Context, w desk.WorkspaceID, f contacts.CompanyFind) (contacts.CompaniesFound, error) {
	q := &search{realm: companyRealm, terms: f.Terms, facets: [][]string{{companyFacet}},
		after: f.After, before: f.Before, limit: f.Limit, count: f.Count}
	res, err := r.search(ctx, w, q)
	if err != nil {
		return contacts.CompaniesFound{}, err
	}
	ids := make([]desk.CompanyID, len(res.hits))
	for i, h := range res.hits {
		ids[i] = desk.CompanyID(h.id)
	}
	byID, err := r.companies(ctx, w, ids)
	if err != nil {
		return contacts.CompaniesFound{}, err
	}
	out := contacts.CompaniesFound{More: res.more, Count: res.count, CountAbout: res.about}
	for _, h := range res.hits {
		if c, ok := byID[desk.CompanyID(h.id)]; ok {
			out.Companies = append(out.Companies, c)
			out.Positions = append(out.Positions, contacts.Position{Key: h.key, ID: h.id})
		}
	}
	return out, nil
}

// companyFacet is what every company has.
const companyFacet = "company"

func stateFacet(s contacts.State) string { return "state=" + string(rune('0'+s)) }

func sortKey(s contacts.Sort) int { return max(slices.Index(contacts.Sorts, s), 0) }

// searchTries bounds how often a search begins anew.
const searchTries = 5

// search runs a query of the index, again when a change that came in between
// has taken docs away from under it.
func (r *rows) search(ctx context.Context, w desk.WorkspaceID, q *search) (found, error) {
	if q.ids != nil {
		return r.searchAmong(ctx, w, q)
	}
	for try := 1; ; try++ {
		q.vanished = false
		res, err := r.searchOnce(ctx, w, q)
		if err != nil || !q.vanished || try == searchTries {
			return res, err
		}
	}
}

func (r *rows) searchOnce(ctx context.Context, w desk.WorkspaceID, q *search) (found, error) {
	// The order of these three reads is what makes them safe; see search.go.
	void, first, err := r.voidDocs(ctx, w, q.realm)
	if err != nil {
		return found{}, err
	}
	loose, err := r.looseEntries(ctx, w, q, first)
	if err != nil {
		return found{}, err
	}
	result, err := r.result(ctx, w, q)
	if err != nil {
		return found{}, err
	}
	result.cut(first)
	for _, doc := range void {
		result.drop(doc)
	}
	for _, rg := range q.ranges {
		docs, err := r.rangeDocs(ctx, w, q.realm, rg)
		if err != nil {
			return found{}, err
		}
		result.and(docs)
	}
	return r.collect(ctx, w, q, loose, result)
}

// collect turns a result into the page of hits, together with those of the
// entries that were read one by one.
func (r *rows) collect(ctx context.Context, w desk.WorkspaceID, q *search, loose looseHits, result docSet) (found, error) {
	var hits []hit
	var err error
	out := found{count: result.count(), about: q.unproven()}
	if out.count <= fetchAll {
		if hits, err = r.fetchHits(ctx, w, q, result.docs(), loose.ids); err != nil {
			return found{}, err
		}
		out.count, out.about = len(hits), false
	} else if hits, err = r.walk(ctx, w, q, result, loose.ids); err != nil {
		return found{}, err
	}
	out.count += len(loose.hits)
	hits = append(hits, loose.hits...)
	hits = slices.DeleteFunc(hits, func(h hit) bool { return !q.ahead(h) })
	out.page(q, hits)
	return out, nil
}

// page orders hits, cuts them to the page, and turns them to the list's order.
func (f *found) page(q *search, hits []hit) {
	f.hits = q.order(hits)
	if f.more = len(f.hits) > q.limit; f.more {
		f.hits = f.hits[:q.limit]
	}
	if q.before != nil {
		slices.Reverse(f.hits)
	}
}

// looseHits are the hits among entries that the bitmaps did not have when the
// search began, and the ids of all such entries.
type looseHits struct {
	hits []hit
	ids  map[string]bool
}

// looseEntries reads the entries one by one that the bitmaps do not have:
// first those that have docs, from first on, then those that are pending. One that
// changes in between goes from these to those.
func (r *rows) looseEntries(ctx context.Context, w desk.WorkspaceID, q *search, first int64) (looseHits, error) {
	out := looseHits{ids: map[string]bool{}}
	look := func(e *storedEntry) {
		out.ids[e.id] = true
		if q.accepts(e) {
			out.hits = append(out.hits, hit{e.keys[q.key], e.id})
		}
	}
	if err := r.eachNumbered(ctx, w, q.realm, first, noDoc, look); err != nil {
		return out, err
	}
	ids, err := r.pendingIDs(ctx, w, q.realm, -1)
	if err != nil || len(ids) == 0 {
		return out, err
	}
	ids = slices.DeleteFunc(ids, func(id string) bool { return out.ids[id] })
	return out, r.eachEntry(ctx, w, q.realm, ids, "", look)
}

// pendingIDs reads the ids of entries without a doc, n at most, or all for -1.
func (r *rows) pendingIDs(ctx context.Context, w desk.WorkspaceID, realm string, n int) ([]string, error) {
	limit := ""
	if n >= 0 {
		limit = ` LIMIT ` + strconv.Itoa(n)
	}
	rs, err := r.query(ctx, `SELECT id FROM desk_search_pending WHERE workspace_id = $1 AND realm = $2 ORDER BY id`+limit, string(w), realm)
	if err != nil {
		return nil, err
	}
	return r.scanIDs(rs)
}

// scanIDs reads rows of one id each, and closes them.
func (r *rows) scanIDs(rs *sql.Rows) ([]string, error) {
	defer rs.Close()
	var ids []string
	for rs.Next() {
		var id string
		if err := rs.Scan(&id); err != nil {
			return nil, r.mapError(err)
		}
		ids = append(ids, id)
	}
	return ids, r.mapError(rs.Err())
}

// hitsAmong reads the entries with the ids and keeps those that hold.
func (r *rows) hitsAmong(ctx context.Context, w desk.WorkspaceID, q *search, ids []string) ([]hit, error) {
	var hits []hit
	err := r.eachEntry(ctx, w, q.realm, ids, "", func(e *storedEntry) {
		if q.accepts(e) {
			hits = append(hits, hit{e.keys[q.key], e.id})
		}
	})
	return hits, err
}

// searchAmong answers a query that is limited to some ids.
func (r *rows) searchAmong(ctx context.Context, w desk.WorkspaceID, q *search) (found, error) {
	hits, err := r.hitsAmong(ctx, w, q, q.ids)
	if err != nil {
		return found{}, err
	}
	out := found{count: len(hits)}
	out.page(q, slices.DeleteFunc(hits, func(h hit) bool { return !q.ahead(h) }))
	return out, nil
}

// storedEntry is an entry as it is kept.
type storedEntry struct {
	id, text, facets string
	doc              int64
	keys             [maxKeys][]byte
}

// storedColumns are the columns of a storedEntry.
const storedColumns = "id, doc, text, facets, k0, k1, k2, k3, k4, k5"

// eachEntry reads the whole entries of ids, and locks them by lock.
func (r *rows) eachEntry(ctx context.Context, w desk.WorkspaceID, realm string, ids []string, lock string, fn func(*storedEntry)) error {
	query := lookUp{columns: storedColumns, table: "desk_search_entries", where: inRealm, column: "id", n: 3, lock: lock}
	return r.scanEntries(ctx, fn, query.sql(r.d), string(w), realm, r.d.texts(ids))
}

// scanEntries reads the entries that a query finds.
func (r *rows) scanEntries(ctx context.Context, fn func(*storedEntry), query string, args ...any) error {
	rs, err := r.query(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rs.Close()
	for rs.Next() {
		var e storedEntry
		k := &e.keys
		if err := rs.Scan(&e.id, &e.doc, &e.text, &e.facets, &k[0], &k[1], &k[2], &k[3], &k[4], &k[5]); err != nil {
			return r.mapError(err)
		}
		fn(&e)
	}
	return r.mapError(rs.Err())
}

// voidDocs returns the docs that changes have made void since they were indexed,
// and the first doc that is not indexed.
func (r *rows) voidDocs(ctx context.Context, w desk.WorkspaceID, realm string) (void []uint32, first int64, err error) {
	rs, err := r.query(ctx, `SELECT doc FROM desk_search_stale WHERE `+inRealm+` UNION ALL SELECT -indexed FROM desk_search_state WHERE `+inRealm, string(w), realm)
	if err != nil {
		return nil, 0, err
	}
	defer rs.Close()
	first = 1
	for rs.Next() {
		var doc int64
		if err := rs.Scan(&doc); err != nil {
			return nil, 0, r.mapError(err)
		}
		if doc < 0 {
			first = -doc
		} else {
			void = append(void, uint32(doc)) //nolint:gosec // docs are less than 1<<32
		}
	}
	return void, first, r.mapError(rs.Err())
}

// fetchHits reads the entries of docs and keeps those that hold. Entries in
// skip are left out: they are known from elsewhere.
func (r *rows) fetchHits(ctx context.Context, w desk.WorkspaceID, q *search, docs []uint32, skip map[string]bool) ([]hit, error) {
	if len(docs) == 0 {
		return nil, nil
	}
	check := q.unproven()
	column := "''"
	if check {
		column = "text"
	}
	rs, err := r.query(ctx, byDoc("id, "+keyColumns[q.key]+", "+column).sql(r.d), string(w), q.realm, r.d.ints(docs))
	if err != nil {
		return nil, err
	}
	defer rs.Close()
	hits := make([]hit, 0, len(docs))
	there := 0
	for ; rs.Next(); there++ {
		var h hit
		var text string
		if err := rs.Scan(&h.id, &h.key, &text); err != nil {
			return nil, r.mapError(err)
		}
		if !skip[h.id] && (!check || q.textHolds(text)) {
			hits = append(hits, h)
		}
	}
	if there < len(docs) {
		q.vanished = true
	}
	return hits, r.mapError(rs.Err())
}

// byDoc reads columns of entries by the list of docs that is the argument $3.
func byDoc(columns string) lookUp {
	return lookUp{columns: columns, table: "desk_search_entries", where: inRealm + ` AND doc > 0`, column: "doc", n: 3, ints: true}
}

var keyColumns = [maxKeys]string{"k0", "k1", "k2", "k3", "k4", "k5"}
