//go:build !race

package engine_test

// raceEnabled says that the race detector is in the way of measuring memory.
const raceEnabled = false
