package crashtest

import (
	"fmt"
	"os"
	"runtime/debug"
	"testing"
)

// TestMain runs the tests, or, where a test has started this binary again, the one process that it shall be.
func TestMain(m *testing.M) {
	for name, child := range map[string]func(string) error{childEngine: runEngine, childHolder: runHolder} {
		if spec := os.Getenv(name); spec != "" {
			if err := child(spec); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
			os.Exit(0)
		}
	}
	if os.Getenv("GOGC") == "" {
		debug.SetGCPercent(400) // as the program itself
	}
	os.Exit(m.Run())
}
