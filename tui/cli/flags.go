package cli

import (
	"encoding/csv"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// longReading is how long a command may look without a word.
const longReading = 5 * time.Second

// global is a flag of every command. A flag that a command or a session does not heed is refused there: it may have been meant
// as a restriction, and nobody may believe in one that is not there.
type global struct {
	name string
	// heeds says whether a command does what the flag asks.
	heeds func(cmd *cobra.Command) bool
	// session says why the flag is not available in a session of another process; empty when it is. Nil: it is.
	session func(Env) string
}

// ownStore is why a session takes no flag that names a store.
const ownStore = "the session works on the store of the process that serves it: leave it out"

// globals are the flags of every command, a row each: one without a row cannot be given.
func globals() []global {
	const elsewhere = "the process that has the store has its account: leave it out, or end that process (arcadia stop)"
	return []global{
		{name: "demo", heeds: opens, session: func(env Env) string {
			if env.Simulated {
				return ""
			}
			return elsewhere
		}},
		{name: "db", heeds: func(cmd *cobra.Command) bool { return opens(cmd) || isOneOf(cmd, "check", "stop") }, session: func(Env) string { return ownStore }},
		{name: "store", heeds: func(cmd *cobra.Command) bool { return opens(cmd) || isOneOf(cmd, "check") }, session: func(Env) string { return ownStore }},
		{name: "store-ca", heeds: shares, session: func(Env) string { return ownStore }},
		{name: "store-cert", heeds: shares, session: func(Env) string { return ownStore }},
		{name: "store-key", heeds: shares, session: func(Env) string { return ownStore }},
		{name: "context", heeds: func(cmd *cobra.Command) bool { return contextual(cmd) || isOneOf(cmd, "contexts") }, session: func(Env) string { return ownStore }},
		{name: "read-only", heeds: func(cmd *cobra.Command) bool { return opens(cmd) && !isOneOf(cmd, "serve", "host") }},
		{name: "accessible", heeds: func(cmd *cobra.Command) bool { return cmd == cmd.Root() }},
		{name: "no-color", heeds: always},
		{name: "ascii", heeds: always},
	}
}

func always(*cobra.Command) bool { return true }

// shares reports whether a command may open a store that several hosts share.
func shares(cmd *cobra.Command) bool { return opens(cmd) || isOneOf(cmd, "copy", "check") }

// opens reports whether a command works on a place, which is the rule.
func opens(cmd *cobra.Command) bool {
	return !isOneOf(cmd, "check", "stop", "copy", "sim", "version", "keys", "settings", "operators", "contexts", "man", "help", "completion")
}

// isOneOf reports whether a command, or the one that it belongs to, is among those.
func isOneOf(cmd *cobra.Command, list ...string) bool {
	for ; cmd != nil && cmd != cmd.Root(); cmd = cmd.Parent() {
		if slices.Contains(list, cmd.Name()) {
			return true
		}
	}
	return false
}

// heed refuses what will not be heeded. It runs before every command.
func (t *tree) heed(cmd *cobra.Command, args []string) (err error) {
	t.ran, t.args = cmd, args
	rows := map[string]global{}
	for _, g := range globals() {
		rows[g.name] = g
	}
	t.slow.end()
	t.slow = whenSlow(longReading, func() {
		if StaysOf([]string{cmd.Name()}) == Answers && opens(cmd) && !isOneOf(cmd, "serve", "host") && cmd != cmd.Root() {
			say(t.env.Err, fmt.Sprintf("%s still reads after %s: it goes on, ctrl+c ends it", cmd.CommandPath(), longReading))
		}
	})
	cmd.Root().PersistentFlags().VisitAll(func(f *pflag.Flag) {
		if !f.Changed || err != nil {
			return
		}
		g, known := rows[f.Name]
		switch {
		case !known || !g.heeds(cmd):
			err = misuse("%s does not heed --%s: leave it out", cmd.CommandPath(), f.Name)
		case t.env.Session && g.session != nil && g.session(t.env) != "":
			err = misuse("--%s is not available in this session: %s", f.Name, g.session(t.env))
		}
	})
	if err != nil {
		return err
	}
	flags := cmd.Root().PersistentFlags()
	t.looksOnly = t.readOnly
	if err := t.enter(flags); err != nil || t.context != nil {
		return err
	}
	return t.oneStore(flags)
}

// oneStore sees to it that one store is named: what the command line says goes before the environment.
func (t *tree) oneStore(flags *pflag.FlagSet) error {
	file, shared := flags.Changed("db"), flags.Changed("store")
	switch {
	case file && shared:
		return misuse("--db and --store name two stores: leave one out")
	case file:
		t.store.Address = ""
	case shared:
		t.database = ""
	case t.database != "" && t.store.Address != "" && (opens(t.ran) || isOneOf(t.ran, "check")):
		return misuse("ARCADIA_DB and ARCADIA_STORE name two stores: unset one, or say --db or --store")
	}
	for _, f := range []string{"store-ca", "store-cert", "store-key"} {
		if flags.Changed(f) && t.store.Address == "" && !isOneOf(t.ran, "copy") {
			return misuse("--%s goes with --store: name the store that several hosts share, or leave it out", f)
		}
	}
	return nil
}

// words is the command line as another process on this machine shall run it: without the name of the store or of the context, by which that process
// was found, and with the names of files as they are meant here.
func (t *tree) words() ([]string, error) {
	var words []string
	for c := t.ran; c != c.Root(); c = c.Parent() {
		words = append([]string{c.Name()}, words...)
	}
	var failed error
	t.ran.Flags().Visit(func(f *pflag.Flag) {
		if f.Name == "db" || f.Name == "context" || t.context != nil && strings.HasPrefix(f.Name, "store") {
			return
		}
		value := f.Value.String()
		list, ok := f.Value.(pflag.SliceValue)
		if ok && f.Value.Type() == "stringArray" {
			for _, v := range list.GetSlice() {
				words = append(words, "--"+f.Name+"="+v)
			}
			return
		}
		if ok {
			var line strings.Builder
			w := csv.NewWriter(&line)
			_ = w.Write(list.GetSlice()) // to memory
			w.Flush()
			value = strings.TrimSuffix(line.String(), "\n")
		}
		if _, file := f.Annotations[cobra.BashCompFilenameExt]; file {
			value, failed = absolute(value, failed)
		}
		words = append(words, "--"+f.Name+"="+value)
	})
	if t.context != nil && t.context.ReadOnly && !t.ran.Flags().Changed("read-only") {
		words = append(words, "--read-only=true") // what narrows here narrows there
	}
	if len(t.args) > 0 {
		words = append(words, "--")
	}
	takes := strings.Fields(t.ran.Use)[1:]
	for i, a := range t.args {
		if i < len(takes) && takes[i] == "FILE" {
			a, failed = absolute(a, failed)
		}
		words = append(words, a)
	}
	return words, failed
}

// absolute is a file's name as it is meant in this process's folder.
func absolute(file string, before error) (string, error) {
	abs, err := filepath.Abs(file)
	if err != nil && before == nil {
		before = fmt.Errorf("find %s: %w", file, err)
	}
	return abs, before
}
