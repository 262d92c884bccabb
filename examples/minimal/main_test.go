package main

import "os"

func Example() {
	dir, err := os.MkdirTemp("", "minimal-*")
	check(err)
	defer func() { _ = os.RemoveAll(dir) }()
	check(os.Chdir(dir))
	main()
	// Output: Zoë Ångström of Nordlicht AG
}
