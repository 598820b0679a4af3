package cli

import (
	"regexp"
	"strings"
	"testing"

	"charm.land/lipgloss/v2"
	"github.com/spf13/cobra"
)

var word = regexp.MustCompile(`"[^"]*"|[^ ]+`)

// TestHelpHasExamplesThatAreUnderstood walks the command tree: every command says in one line what it does and has an
// example, and the tree understands every example, flags and arguments included.
func TestHelpHasExamplesThatAreUnderstood(t *testing.T) {
	t.Parallel()
	seen := 0
	var walk func(cmd *cobra.Command)
	walk = func(cmd *cobra.Command) {
		seen++
		if cmd.Short == "" || strings.HasSuffix(cmd.Short, ".") {
			t.Errorf("%s: %q is no line about it", cmd.CommandPath(), cmd.Short)
		}
		for line := range strings.Lines(cmd.Long) {
			if lipgloss.Width(line) > 80 {
				t.Errorf("%s: %q is wider than 80 columns", cmd.CommandPath(), line)
			}
		}
		if cmd.Example == "" {
			t.Errorf("%s has no example", cmd.CommandPath())
		}
		for line := range strings.Lines(cmd.Example) {
			understand(t, cmd.CommandPath(), strings.TrimRight(line, "\n"))
		}
		for _, sub := range cmd.Commands() {
			walk(sub)
		}
	}
	walk((&tree{}).root(nil))
	if seen < 30 {
		t.Errorf("only %d commands were seen", seen)
	}
}

func understand(t *testing.T, path, line string) {
	t.Helper()
	if !strings.HasPrefix(line, path+" ") && line != path {
		t.Errorf("%s: %q is an example of something else", path, line)
		return
	}
	line, _, _ = strings.Cut(line, " | ")
	var args []string
	for _, w := range word.FindAllString(line, -1)[1:] {
		args = append(args, strings.Trim(w, `"`))
	}
	cmd, rest, err := (&tree{}).root(args).Find(args)
	if err == nil {
		err = cmd.ParseFlags(rest)
	}
	if err == nil {
		err = cmd.ValidateArgs(cmd.Flags().Args())
	}
	if err != nil {
		t.Errorf("%s: %q is not understood: %v", path, line, err)
	}
}
