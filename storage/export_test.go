package storage

// SmallBlocks makes the blocks of a store's search index small, so that a test
// fills some.
func SmallBlocks(db *DB, bits uint) {
	d := *db.d
	d.smallBlocks = bits
	db.d, db.conn.d = &d, &d
}

// Postings counts the rows of the search index's postings.
const Postings = `SELECT COUNT(*) FROM desk_search_postings WHERE block < 3`
