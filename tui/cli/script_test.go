package cli_test

import (
	"bytes"
	"context"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

var update = flag.Bool("update", false, "write what the scripts compare with")

// binary is the folder of the real program, built once.
var binary string

func TestMain(m *testing.M) {
	flag.Parse()
	os.Exit(build(m))
}

func build(m *testing.M) int {
	dir, err := os.MkdirTemp("", "arcadia-script-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	defer os.RemoveAll(dir)
	args := []string{"build", "-ldflags=-X main.version=v0.0.0-test -X main.commit=c0ffee -X main.date=2026-01-02", "-o", filepath.Join(dir, "arcadia")}
	if raceEnabled {
		args = append(args, "-race")
	}
	cmd := exec.CommandContext(context.Background(), "go", append(args, "arcadia")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	binary = dir
	return m.Run()
}

// TestScripts drives the real program, each script with a home of its own.
func TestScripts(t *testing.T) {
	t.Parallel()
	testscript.Run(t, testscript.Params{
		Dir:                 filepath.Join("testdata", "script"),
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		UpdateScripts:       *update,
		Setup: func(env *testscript.Env) error {
			env.Vars = append(env.Vars,
				"PATH="+binary+string(os.PathListSeparator)+os.Getenv("PATH"),
				"HOME="+env.WorkDir, "XDG_DATA_HOME="+filepath.Join(env.WorkDir, "data"), "XDG_STATE_HOME="+filepath.Join(env.WorkDir, "state"),
				"ARCADIA_DB="+filepath.Join(env.WorkDir, "private", "arcadia.db"),
				"LANG=C.UTF-8", "TERM=dumb", "GORACE=halt_on_error=1 exitcode=66",
			)
			return os.Mkdir(filepath.Join(env.WorkDir, "private"), 0o700)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "mask": mask, "field": field, "capture": capture,
			"sim": startSim, "control": control, "world": world, "lines": lines, "until": until, "gone": gone, "foreign": foreign,
		},
	})
}

// foreign writes a bbolt file of somebody else's, or one of a later schema: foreign FILE.
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: foreign FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte("not a store\n"), 1000), 0o600))
}
