package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// errNoValue: what is completed is no value of a flag that is known to offer some.
var errNoValue = errors.New("no value of a flag is completed")

// offers says what can be the value of a flag. Cobra would keep that in a map of the process, for good, and with it the whole tree of
// the command (200 KB each, measured); a process that serves runs some thousand commands a day.
func (t *tree) offers(flags *pflag.FlagSet, name string, offer cobra.CompletionFunc) {
	if t.values == nil {
		t.values = map[*pflag.Flag]cobra.CompletionFunc{}
	}
	t.values[flags.Lookup(name)] = offer
}

// fixed offers words that are always the same.
func fixed(words []string) cobra.CompletionFunc {
	return cobra.FixedCompletions(words, cobra.ShellCompDirectiveNoFileComp)
}

// completeValue answers a shell that asks for the value of a flag, as cobra's own command does: a line for each offer, and a last one
// with what the shell is to do. errNoValue when it asks for something else.
func (t *tree) completeValue(ctx context.Context, root *cobra.Command, args []string) error {
	words := args[1:]
	if len(words) == 0 {
		return errNoValue
	}
	before, typed := words[:len(words)-1], words[len(words)-1]
	cmd, _, err := root.Find(before)
	if err != nil || slices.Contains(before, "--") {
		return errNoValue
	}
	flag, typed := asksValue(cmd, before, typed)
	offer := t.values[flag]
	if f, is := valueOf(flag).(*format); is {
		offer = fixed(f.among)
	}
	if offer == nil {
		return errNoValue
	}
	cmd.SetContext(ctx)
	offered, directive := offer(cmd, nil, typed)
	for _, o := range offered {
		if args[0] == cobra.ShellCompNoDescRequestCmd {
			o, _, _ = strings.Cut(o, "\t")
		}
		if _, err := fmt.Fprintln(cmd.OutOrStdout(), strings.TrimSpace(o)); err != nil {
			return written(err)
		}
	}
	_, err = fmt.Fprintf(cmd.OutOrStdout(), ":%d\n", directive)
	return written(err)
}

// asksValue finds the flag whose value is typed: --name=typed, --name typed or -n typed; nil when it is none.
func asksValue(cmd *cobra.Command, before []string, typed string) (*pflag.Flag, string) {
	if name, value, ok := strings.Cut(typed, "="); ok && strings.HasPrefix(name, "--") {
		return cmd.Flag(name[2:]), value
	}
	if len(before) == 0 || strings.HasPrefix(typed, "-") {
		return nil, typed
	}
	last := before[len(before)-1]
	switch {
	case strings.HasPrefix(last, "--"):
		return cmd.Flag(last[2:]), typed
	case len(last) == 2 && last[0] == '-':
		return cmd.Flags().ShorthandLookup(last[1:]), typed
	}
	return nil, typed
}

// valueOf is nil without a flag.
func valueOf(flag *pflag.Flag) pflag.Value {
	if flag == nil {
		return nil
	}
	return flag.Value
}
