package main

import (
	"context"
	"crypto/rand"
	"database/sql"
	"encoding/hex"

	"github.com/deskfolk/desk"
)

// cursorKeys returns the keys that sign cursors: a cursor that one command
// printed must be good for the next.
func cursorKeys(ctx context.Context, db *sql.DB) (desk.CursorKeys, error) {
	key, err := secret(ctx, db, "cursor")
	return desk.CursorKeys{key}, err
}

// secret returns a key of 32 bytes, and makes it on the first call.
func secret(ctx context.Context, db *sql.DB, name string) ([]byte, error) {
	const read = `SELECT value FROM helpdesk_secrets WHERE name = $1`
	var value string
	if err := db.QueryRowContext(ctx, read, name).Scan(&value); err != nil {
		key := make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, err
		}
		_, err := db.ExecContext(ctx, `CREATE TABLE IF NOT EXISTS helpdesk_secrets (name TEXT NOT NULL PRIMARY KEY, value TEXT NOT NULL)`)
		if err != nil {
			return nil, err
		}
		if _, err := db.ExecContext(ctx, `INSERT INTO helpdesk_secrets (name, value) VALUES ($1, $2) ON CONFLICT DO NOTHING`, name, hex.EncodeToString(key)); err != nil {
			return nil, err
		}
		if err := db.QueryRowContext(ctx, read, name).Scan(&value); err != nil {
			return nil, err
		}
	}
	return hex.DecodeString(value)
}
