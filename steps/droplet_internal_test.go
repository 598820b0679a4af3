package steps

import "testing"

func TestASnapshotsPlanSaysWhatItWillNotHold(t *testing.T) {
	t.Parallel()
	for n, want := range map[int]string{
		0: "", 1: "the volume attached to it is not in the snapshot", 3: "the 3 volumes attached to it are not in the snapshot",
	} {
		if got := (Droplet{Volumes: make([]string, n)}).without(); got != want {
			t.Errorf("%d volumes: %q, want %q", n, got, want)
		}
	}
}
