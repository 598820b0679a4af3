package dosim_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// TestClientsThatDebianShipsAreGreen runs those of other people's clients that are installed, which takes minutes.
func TestClientsThatDebianShipsAreGreen(t *testing.T) {
	if os.Getenv("ARCADIA_TORTURE") != "1" {
		t.Skip("long: set ARCADIA_TORTURE=1")
	}
	t.Parallel()
	arcadia := filepath.Join(t.TempDir(), "arcadia")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", arcadia, "arcadia").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	out, err := exec.CommandContext(t.Context(), "testdata/clients/run", arcadia).CombinedOutput()
	t.Logf("%s", out)
	if err != nil {
		t.Error(err)
	}
}
