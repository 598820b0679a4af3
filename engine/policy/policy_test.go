package policy_test

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/policy"
	"arcadia/engine/trust"
)

const whole = `approvals:
  - when: {final: true}   # any step past which there is no way back
    need: 1
    within: 24h
  - when: {kind: offboard_droplet, touches: "tag:prod"}
    need: 2
    from: [ops2, ops3]
break_glass: {after: 10m}
protect: [droplet:482913, tag:prod, dns:example.com/@]
`

func TestAPolicyIsReadAsItIsWritten(t *testing.T) {
	t.Parallel()
	want := engine.Policy{
		Approvals: []engine.ApprovalRule{
			{When: engine.When{Final: true}, Demand: engine.Demand{Need: 1, Within: engine.Span(24 * time.Hour)}},
			{When: engine.When{Kind: "offboard_droplet", Touches: "tag:prod"}, Demand: engine.Demand{Need: 2, From: []string{"ops2", "ops3"}, Within: engine.Span(24 * time.Hour)}},
		},
		BreakGlass: engine.Span(10 * time.Minute),
		Protect:    []string{"droplet:482913", "tag:prod", "dns:example.com/@"},
	}
	if got, err := policy.Parse([]byte(whole)); err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v, want %+v", got, err, want)
	}
	for _, none := range []string{"", "\n", "# nothing yet\n", "---\n", "{}\n"} {
		if got, err := policy.Parse([]byte(none)); err != nil || !reflect.DeepEqual(got, engine.Policy{}) {
			t.Errorf("%q: %+v, %v", none, got, err)
		}
	}
}

// TestEveryLineThatIsWrongIsSaid makes each line of a sound policy wrong, in turn, and more.
func TestEveryLineThatIsWrongIsSaid(t *testing.T) {
	t.Parallel()
	for i, line := range strings.Split(strings.TrimSpace(whole), "\n") {
		bad := strings.Replace(whole, line, strings.Replace(line, ":", "x:", 1), 1)
		if got, err := policy.Parse([]byte(bad)); err == nil || !reflect.DeepEqual(got, engine.Policy{}) {
			t.Errorf("line %d made %q: %+v, %v", i+1, strings.Replace(line, ":", "x:", 1), got, err)
		}
	}
	for text, want := range map[string]string{
		"aprovals: []":                                                  "line 1: policy: \"aprovals\" is not known (did you mean approvals?)",
		"protect: [dorplet:1]":                                          "names nothing",
		"protect: [droplet:]":                                           "names nothing",
		"protect: droplet:1":                                            "give a list",
		"protect:\n- droplet:1\n- [x]":                                  "line 3: protect: give one value",
		"protect: []\nprotect: []":                                      "given twice",
		"break_glass: {}":                                               "say after how long",
		"break_glass: {after: soon}":                                    "not a length of time",
		"break_glass: {after: -1m}":                                     "not a length of time",
		"break_glass: 10m":                                              "break_glass: give after",
		"approvals:\n- need: 1":                                         "line 2: approvals: say when",
		"approvals:\n- when: {}\n  need: 1":                             "say what it is about",
		"approvals:\n- when: {final: false}\n  need: 1":                 "true, or leave it out",
		"approvals:\n- when: {final: yes please}\n  need: 1":            "true, or leave it out",
		"approvals:\n- when: {final: true}":                             "0 approvals",
		"approvals:\n- when: {final: true}\n  need: 99":                 "99 approvals",
		"approvals:\n- when: {final: true}\n  need: many":               "give a whole number",
		"approvals:\n- when: {final: true}\n  need: 2\n  from: [a]":     "name as many people",
		"approvals:\n- when: {final: true}\n  need: 1\n  from: [a, a]":  "named twice",
		"approvals:\n- when: {final: true}\n  need: 1\n  within: 9999h": "between 1 minute and 90 days",
		"approvals: &a []\nprotect: *a":                                 "no anchors",
		"a: b: c":                                                       "mapping values",
		"--- {}\n--- {}":                                                "nothing may follow",
		"[]":                                                            "give approvals, break_glass, protect",
		"\t":                                                            "",
	} {
		if _, err := policy.Parse([]byte(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
}

func TestAPolicyIsReadFromAFileThatNobodyElseCanWrite(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "policy.yaml")
	if p, err := policy.File(file).Policy(); err != nil || !reflect.DeepEqual(p, engine.Policy{}) {
		t.Errorf("no file: %+v, %v", p, err)
	}
	write := func(text string, mode os.FileMode) {
		if err := errors.Join(os.WriteFile(file, []byte(text), 0o600), os.Chmod(file, mode)); err != nil {
			t.Fatal(err)
		}
	}
	write(whole, 0o644)
	if p, err := policy.File(file).Policy(); err != nil || len(p.Approvals) != 2 {
		t.Errorf("%+v, %v", p, err)
	}
	write("protect: [tag:prod]\n", 0o644) // an edit counts at the next use
	if p, err := policy.File(file).Policy(); err != nil || len(p.Protect) != 1 || len(p.Approvals) != 0 {
		t.Errorf("%+v, %v", p, err)
	}
	write("protect: [tag:prod]\n", 0o666)
	if _, err := policy.File(file).Policy(); !errors.Is(err, trust.ErrUntrusted) {
		t.Errorf("others may write it: %v", err)
	}
	write(strings.Repeat("#", 300<<10), 0o600)
	if _, err := policy.File(file).Policy(); err == nil {
		t.Error("a huge file is read")
	}
	if err := os.Remove(file); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink("nowhere", file); err != nil {
		t.Fatal(err)
	}
	if _, err := policy.File(file).Policy(); err == nil {
		t.Error("a link that leads nowhere is no policy at all")
	}
}
