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

// NumberedReads are the statements that read entries from a doc on.
var NumberedReads = []string{firstNumbered + "9", nextNumbered + "9", docRange + "9"}
