-- Postings are written in smaller blocks, of 8,192 docs, and joined later; see
-- storage/search_levels.go. Block numbers go up by way of negative ones, as each must be free.
ALTER TABLE desk_search_state ADD COLUMN joined INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk_search_state ADD COLUMN joined_token TEXT NOT NULL DEFAULT '';
UPDATE desk_search_postings SET block = -4 * block - 4;
UPDATE desk_search_postings SET block = -block - 4;
