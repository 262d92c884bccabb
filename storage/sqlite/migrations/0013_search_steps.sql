-- How far a step of indexing has come that takes several transactions; see
-- storage/search_step.go.
ALTER TABLE desk_search_state ADD COLUMN step_until INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk_search_state ADD COLUMN step_orders INTEGER NOT NULL DEFAULT 0;
ALTER TABLE desk_search_state ADD COLUMN step_token TEXT NOT NULL DEFAULT '';
