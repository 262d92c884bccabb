package storage

import "github.com/uptrace/bun"

// The rows of the small tables, as bun reads and writes them. The tables that
// are read and written much have statements of their own.

type settingsModel struct {
	bun.BaseModel `bun:"table:desk_settings"`

	Workspace string `bun:"workspace_id,pk"`
	Package   string `bun:"package,pk"`
	Version   int64  `bun:"version"`
	Data      string `bun:"data"`
}

type fieldModel struct {
	bun.BaseModel `bun:"table:desk_contact_fields"`

	Workspace  string `bun:"workspace_id,pk"`
	Key        string `bun:"key,pk"`
	Position   int    `bun:"position"`
	Definition string `bun:"definition"`
}

type sealModel struct {
	bun.BaseModel `bun:"table:desk_activity_seals"`

	Workspace string `bun:"workspace_id,pk"`
	Number    int64  `bun:"number,pk"`
	At        int64  `bun:"at"`
	Events    int    `bun:"events"`
	Hash      []byte `bun:"hash"`
}
