//go:build race

package tickets_test

func init() { raced = true }
