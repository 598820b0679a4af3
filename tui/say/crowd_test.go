package say

import (
	"slices"
	"testing"

	"arcadia/engine"
)

// TestWhatWasUnderWayIsSaidInThePast has the words of rows that nobody drives.
func TestWhatWasUnderWayIsSaidInThePast(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		stand Stand
		texts []string
		want  []string
	}{
		{AtWork, nil, []string{"was running"}},
		{AtWork, []string{"2/5 upsert_dns_record", "2/5"}, []string{"was at 2/5 upsert_dns_record", "was at 2/5"}},
		{AtWork, []string{"waits for action 36804636", "waits"}, []string{"was waiting for action 36804636", "was waiting"}},
		{Undoing, []string{"1 of 2 undone"}, []string{"was undoing"}},
	} {
		if got := Was(c.stand, c.texts); !slices.Equal(got, c.want) {
			t.Errorf("%v: %q, want %q", c.texts, got, c.want)
		}
	}
}

// TestAHostThatLacksAStepSaysWhatToDo counts the sagas that need what a build does not have.
func TestAHostThatLacksAStepSaysWhatToDo(t *testing.T) {
	t.Parallel()
	sagas := []engine.Summary{{StepNames: []string{"echo", "wait_for"}}, {StepNames: []string{"approve"}}, {StepNames: []string{"echo"}}}
	h := engine.Host{Version: "1.3.2", Steps: []string{"echo"}}
	if got, want := CannotDrive(&h, sagas, "1.4.0"), "cannot drive: it lacks approve and wait_for, which 2 sagas need; update it to 1.4.0"; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	h.Steps = []string{"approve", "echo", "wait_for"}
	if got := CannotDrive(&h, sagas, "1.4.0"); got != "" {
		t.Errorf("a build that lacks nothing: %q", got)
	}
}

// TestFilesThatDifferAreNamed compares accounts and digests, and a file that only some hosts have.
func TestFilesThatDifferAreNamed(t *testing.T) {
	t.Parallel()
	hosts := []engine.Host{
		{Account: "blue", Files: map[string]string{"operators": "a", "policy": "p"}},
		{Files: map[string]string{"operators": "b", "policy": "p"}},
		{Account: "blue", Files: map[string]string{"operators": "a", "policy": "p", "contexts": "c"}},
	}
	if got := Unlike(hosts); !slices.Equal(got, []string{"contexts", "operators"}) {
		t.Errorf("%v differ", got)
	}
	hosts[2].Account = "red"
	if got := Unlike(hosts); !slices.Equal(got, []string{"account", "contexts", "operators"}) {
		t.Errorf("%v differ", got)
	}
	if got := Unlike(hosts[:1]); len(got) > 0 {
		t.Errorf("of one host %v differ", got)
	}
}
