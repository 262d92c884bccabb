//go:build !race

package intake_test

// raced is how many times longer the race detector lets things take.
const raced = 1
