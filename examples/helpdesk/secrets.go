package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"

	"github.com/deskfolk/desk"
)

// cursorKeys returns the keys that sign cursors, and makes them on the first
// call: a cursor that one command printed must be good for the next.
func cursorKeys(ctx context.Context, db *sql.DB) (desk.CursorKeys, error) {
	const read = `SELECT value FROM helpdesk_secrets WHERE name = 'cursor'`
	var value string
	if err := db.QueryRowContext(ctx, read).Scan(&value); err != nil {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		for _, s := range []string{
			`CREATE TABLE IF NOT EXISTS helpdesk_secrets (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`,
			`INSERT INTO helpdesk_secrets (name, value) VALUES ('cursor', '` + hex.EncodeToString(key) + `') ON CONFLICT DO NOTHING`,
		} {
			if _, err := db.ExecContext(ctx, s); err != nil {
				return nil, err
			}
		}
		if err := db.QueryRowContext(ctx, read).Scan(&value); err != nil {
			return nil, err
		}
	}
	key, err := hex.DecodeString(value)
	return desk.CursorKeys{key}, err
}
