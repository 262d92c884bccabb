package main

import (
	"context"
	"os"
	"path/filepath"
)

func Example() {
	dir, err := os.MkdirTemp("", "embed-*")
	if err != nil {
		panic(err)
	}
	defer func() { _ = os.RemoveAll(dir) }()
	if err := run(context.Background(), filepath.Join(dir, "shop.db"), os.Stdout); err != nil {
		panic(err)
	}
	// Output:
	// Zoë Ångström <zoe@angstrom.example>: 2 orders
	// 1 contact
}
