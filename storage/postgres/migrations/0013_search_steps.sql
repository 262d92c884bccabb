-- How far a step of indexing has come that takes several transactions; see
-- storage/search_step.go.
ALTER TABLE desk_search_state ADD COLUMN step_until BIGINT NOT NULL DEFAULT 0;
ALTER TABLE desk_search_state ADD COLUMN step_orders BIGINT NOT NULL DEFAULT 0;
ALTER TABLE desk_search_state ADD COLUMN step_token TEXT COLLATE "C" NOT NULL DEFAULT '';
