package cli

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Every flag of every command that is not global, by its name, and what its value is: in an attached session the command line is run
// by another process, so that one that names a file is made absolute. Write the row with the flag, and call MarkFlagFilename for a file.
var rows = map[string]string{
	"all": "yes", "from": "text", "to": "text", "confirm": "text", "cron": "text", "every": "time", "jitter": "time", "misfire": "choice", "overlap": "choice", "tz": "text", "window": "time",
	"events": "list", "format": "choice", "exec": "text", "kinds": "list", "min-age": "time", "secret": "text", "url": "text",
	"action-time": "time", "action-time-per-gb": "time", "delete-window": "time", "fault": "array", "latency": "time", "public-url": "text", "tls": "file",
	"authorized-keys": "file", "back": "number", "by": "text", "check": "yes", "domain": "text", "drain": "yes", "drift": "yes", "droplet": "number", "hash": "text", "host-key": "file",
	"if-locked": "choice", "key": "text", "kind": "text", "limit": "number", "listen": "text", "metrics": "text", "no-wait": "yes", "older-than": "text",
	"on-failure": "choice", "output": "choice", "plan": "yes", "plan-hash": "text", "public": "yes", "reason": "text", "seed": "number", "status": "list", "step": "text",
	"steps": "list", "undelivered": "yes", "until": "text", "wait": "yes", "yes": "yes",
}

// TestEveryFlagIsHeededOrRefusedWhereverItsCommandRuns sends every flag of every command to another process as Attach does, and wants it
// to arrive there with the value it has here; a file's as it is meant here.
func TestEveryFlagIsHeededOrRefusedWhereverItsCommandRuns(t *testing.T) {
	t.Parallel()
	used := map[string]bool{}
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		cmd.LocalNonPersistentFlags().VisitAll(func(f *pflag.Flag) {
			if f.Name == "help" || f.Name == "version" || f.Name == "no-descriptions" {
				return
			}
			used[f.Name] = true
			sort, there := rows[f.Name]
			if !there {
				t.Errorf("%s --%s has no row: what is its value?", cmd.CommandPath(), f.Name)
				return
			}
			if _, file := f.Annotations[cobra.BashCompFilenameExt]; file != (sort == "file") {
				t.Errorf("%s --%s: a row of %s, and marked as a file: %v", cmd.CommandPath(), f.Name, sort, file)
			}
			arrives(t, cmd, f, sort)
		})
		for _, c := range cmd.Commands() {
			walk(c)
		}
	}
	root := (&tree{}).root(nil)
	walk(root)
	for name := range rows {
		if !used[name] {
			t.Errorf("no command has --%s any more", name)
		}
	}
	known := map[string]bool{}
	for _, g := range globals() {
		known[g.name] = true
	}
	root.PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !known[f.Name] {
			t.Errorf("--%s has no row in globals: which commands heed it, and which sessions?", f.Name)
		}
	})
}

// arrives runs a flag through words and a fresh tree.
func arrives(t *testing.T, cmd *cobra.Command, f *pflag.Flag, sort string) {
	t.Helper()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	gives, wants := map[string]string{"text": `a 'b", =c`, "number": "7", "yes": "true", "list": `one,"two,three"`, "file": "some.file", "choice": f.DefValue, "time": "7s", "array": "a,b"}, map[string]string{}
	maps.Copy(wants, gives)
	wants["file"], wants["list"] = filepath.Join(wd, "some.file"), `[one,"two,three"]`
	wants["array"] = `["a,b"]`
	line := append(strings.Fields(cmd.CommandPath())[1:], "--"+f.Name+"="+gives[sort])
	there := parsed(t, parsed(t, line).sent(t))
	if got := there.ran.Flags().Lookup(f.Name).Value.String(); got != wants[sort] {
		t.Errorf("%s: --%s arrives as %q, want %q", strings.Join(line, " "), f.Name, got, wants[sort])
	}
}

// parsed is a tree as it stands when a command begins, with as many arguments as the command wants.
func parsed(t *testing.T, line []string) *tree {
	t.Helper()
	tr := &tree{}
	cmd, rest, err := tr.root(line).Find(line)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err != nil {
		t.Fatalf("%q: %v", line, err)
	}
	tr.ran, tr.args = cmd, cmd.Flags().Args()
	return tr
}

func (t *tree) sent(tt *testing.T) []string {
	tt.Helper()
	words, err := t.words()
	if err != nil {
		tt.Fatal(err)
	}
	return words
}

func TestFilesAreMeantWhereTheyAreNamed(t *testing.T) {
	t.Parallel()
	wd, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct{ line, want []string }{
		{[]string{"backup", "rel.db"}, []string{"backup", "--", filepath.Join(wd, "rel.db")}},
		{[]string{"backup", "/abs.db", "--db", "x.db"}, []string{"backup", "--", "/abs.db"}},
		{[]string{"cancel", "rel.db", "--read-only"}, []string{"cancel", "--read-only=true", "--", "rel.db"}},
		{[]string{"launch", "echo", "--", "text=-v"}, []string{"launch", "--", "echo", "text=-v"}},
		{[]string{"--read-only", "--ascii"}, []string{"--ascii=true", "--read-only=true"}},
		{[]string{}, nil},
	} {
		if got := parsed(t, c.line).sent(t); !slices.Equal(got, c.want) {
			t.Errorf("%q is sent as %q, want %q", c.line, got, c.want)
		}
	}
}
