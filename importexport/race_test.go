//go:build race

package importexport_test

func init() { raced = true }
