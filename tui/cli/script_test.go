package cli_test

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/base64"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"
	"go.etcd.io/bbolt"
)

var update = flag.Bool("update", false, "write what the scripts compare with")

// binary is the folder of the real program, built once.
var binary string

// patience is for how long a test waits for what has to come: it says nothing about how fast that is.
const patience = 2 * time.Minute

// raceRules are for each process of the program: a race ends it at once, so that an end need not wait a second for one still to show.
const raceRules = "GORACE=halt_on_error=1 exitcode=66 atexit_sleep_ms=0"

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
	cmd := exec.CommandContext(context.Background(), "go", append(args, "../..")...)
	if out, err := cmd.CombinedOutput(); err != nil {
		fmt.Fprintf(os.Stderr, "build the program: %v\n%s", err, out)
		return 1
	}
	binary = dir
	// The scripts wait for a simulated account more than they compute.
	if err := flag.Set("test.parallel", "8"); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
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
				"LANG=C.UTF-8", "TERM=dumb", raceRules,
			)
			return os.Mkdir(filepath.Join(env.WorkDir, "private"), 0o700)
		},
		Condition: func(cond string) (bool, error) {
			switch cond {
			case "root":
				return os.Geteuid() == 0, nil
			case "torture":
				return os.Getenv("ARCADIA_TORTURE") == "1", nil
			}
			return false, fmt.Errorf("unknown condition %q", cond)
		},
		Cmds: map[string]func(*testscript.TestScript, bool, []string){
			"exits": exits, "mask": mask, "field": field, "capture": capture,
			"sim": startSim, "control": control, "world": world, "lines": lines, "until": until, "appears": appears, "gone": gone, "foreign": foreign, "receiver": listener, "newer": newer, "spoil": spoil,
			"api": api, "release": release, "suspend": suspend, "within": within,
		},
	})
}

// foreign makes a file of somebody else's: foreign FILE.
func foreign(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: foreign FILE")
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), bytes.Repeat([]byte("not a store\n"), 1000), 0o600))
}

// newer makes a store one of schema 9, sealed as storage/bolt documents it: newer FILE.
func newer(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: newer FILE")
	}
	body := `,"v":1,"format":"arcadia","schema":9}`
	inner := sha256.Sum256([]byte("meta\x00format" + body))
	outer := sha256.Sum256(append(make([]byte, 12), inner[:]...))
	value := `{"sum":"` + base64.RawURLEncoding.EncodeToString(outer[:12]) + `"` + body
	db, err := bbolt.Open(ts.MkAbs(args[0]), 0o600, nil)
	ts.Check(err)
	ts.Check(db.Update(func(tx *bbolt.Tx) error { return tx.Bucket([]byte("meta")).Put([]byte("format"), []byte(value)) }))
	ts.Check(db.Close())
}

// spoil replaces the first occurrence of a text in a file by another one of its length: spoil FILE TEXT OTHER.
func spoil(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 3 || len(args[1]) != len(args[2]) {
		ts.Fatalf("usage: spoil FILE TEXT OTHER")
	}
	content := ts.ReadFile(args[0])
	if !strings.Contains(content, args[1]) {
		ts.Fatalf("%s does not hold %s", args[0], args[1])
	}
	ts.Check(os.WriteFile(ts.MkAbs(args[0]), []byte(strings.ReplaceAll(content, args[1], args[2])), 0o600))
}
