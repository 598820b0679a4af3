package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	"charm.land/fang/v2"
	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// tree is one run of the command tree: what was handed in and what the global flags say.
type tree struct {
	env Env

	whereabouts
	demo, accessible, noColor, ascii bool
	looksOnly                        bool       // --read-only was given, whatever the context says
	opening                          bool       // the console is what was asked for
	held                             *Elsewhere // a completion found the store held by another process
	values                           map[*pflag.Flag]cobra.CompletionFunc
	ran                              *cobra.Command // what was asked for, with args
	args                             []string
	slow                             *slow // says that a command takes long
}

// Run runs one command line, without the program's name, and returns its exit status.
func Run(ctx context.Context, env Env, args []string) int {
	t := &tree{env: env}
	if env.Screen {
		t.env.Out = isolating{env.Out}
	}
	defer func() { t.slow.end() }()
	root := t.root(args)
	root.SetArgs(args)
	root.SetIn(env.In)
	root.SetOut(env.Out)
	root.SetErr(env.Err)
	if wantsHelp(args) {
		return report(env.Err, t.help(ctx, root, slices.Contains(args, "--no-color")))
	}
	if len(args) > 0 && (args[0] == cobra.ShellCompRequestCmd || args[0] == cobra.ShellCompNoDescRequestCmd) {
		return report(env.Err, t.complete(ctx, root, args))
	}
	err := root.ExecuteContext(ctx)
	t.slow.end()
	if elsewhere, ok := errors.AsType[*Elsewhere](err); ok {
		err = t.attach(ctx, elsewhere)
	}
	return report(env.Err, err)
}

// help is drawn by fang on a terminal, where colors are welcome. Nothing else goes through it: on an error it asks the process's own
// terminal for its background, on the stream that is for results.
func (t *tree) help(ctx context.Context, root *cobra.Command, plain bool) error {
	if !t.env.Screen || t.env.Session || t.env.NoColor || plain {
		indent(root)
		return root.ExecuteContext(ctx)
	}
	unsaid := func(io.Writer, fang.Styles, error) {} // Run reports errors
	return fang.Execute(ctx, root, fang.WithVersion(t.env.Build.Version), fang.WithoutManpage(),
		fang.WithErrorHandler(unsaid), fang.WithColorSchemeFunc(fang.AnsiColorScheme))
}

// indent sets examples off from the line above them.
func indent(cmd *cobra.Command) {
	if cmd.Example != "" {
		cmd.Example = "  " + strings.ReplaceAll(cmd.Example, "\n", "\n  ")
	}
	for _, c := range cmd.Commands() {
		indent(c)
	}
}

func (t *tree) root(args []string) *cobra.Command {
	root := &cobra.Command{
		Use:   "arcadia",
		Short: "The operations console for DigitalOcean, where cancel means rolled back",
		Long: "arcadia runs changes to DigitalOcean as sagas: every step is recorded\n" +
			"before it is shown, survives kill -9, and can be undone.\n" +
			"Without a command it opens the console. Try it without an account: arcadia\n" +
			"--demo",
		Example:           "arcadia --demo\narcadia --read-only\narcadia launch echo text=hello --demo",
		Version:           t.env.Build.Version,
		SilenceUsage:      true,
		SilenceErrors:     true,
		Args:              known,
		PersistentPreRunE: t.heed,
		RunE:              func(cmd *cobra.Command, _ []string) error { return t.console(cmd.Context()) },
	}
	root.SetFlagErrorFunc(func(cmd *cobra.Command, err error) error {
		if word := firstWord(args); cmd == root && word != "" {
			if err := known(root, []string{word}); err != nil {
				return err
			}
		}
		return misuse("%w: see %s --help", err, cmd.CommandPath())
	})
	flags := root.PersistentFlags()
	flags.BoolVar(&t.demo, "demo", false, "a simulated account, and a temporary store unless --db or --store names one")
	flags.StringVar(&t.database, "db", t.env.Database, "the store's file")
	flags.StringVar(&t.store.Address, "store", t.env.Store, "a store that several hosts share: etcd://HOST:PORT,.../NAME")
	flags.StringVar(&t.store.CA, "store-ca", "", "who signs the certificates of that store's members")
	flags.StringVar(&t.store.Cert, "store-cert", "", "our certificate for that store")
	flags.StringVar(&t.store.Key, "store-key", "", "the key of our certificate for that store")
	for _, name := range []string{"store-ca", "store-cert", "store-key"} {
		_ = root.MarkPersistentFlagFilename(name) // the flag is there
	}
	flags.StringVar(&t.contextName, "context", t.env.Context, "an account with its own store, from contexts.yaml")
	t.offers(flags, "context", t.offersContexts)
	flags.BoolVar(&t.readOnly, "read-only", false, "only look")
	flags.BoolVar(&t.accessible, "accessible", false, "the console as plain lines and numbered menus")
	flags.BoolVar(&t.noColor, "no-color", t.env.NoColor, "no colors")
	flags.BoolVar(&t.ascii, "ascii", false, "no symbols beyond ASCII")
	root.AddGroup(&cobra.Group{ID: "act", Title: "act on sagas"}, &cobra.Group{ID: "look", Title: "look"}, &cobra.Group{ID: "care", Title: "care"})
	group := func(id string, commands ...*cobra.Command) {
		for _, c := range commands {
			c.GroupID = id
			root.AddCommand(c)
		}
	}
	group("act", t.launchCommand(), t.cancelCommand(), t.rollbackCommand(), t.retryCommand(), t.decideCommand(), t.resolveCommand(), t.pauseCommand(), t.resumeCommand(), t.skipCommand(), t.proceedCommand(), t.postponeCommand(),
		t.approveCommand(), t.refuseCommand(), t.breakGlassCommand(),
		t.freezeCommand(), t.thawCommand(), t.scheduleCommand(), t.targetCommand(), t.deliveriesCommand(), t.lastNightCommand(), t.restoreCommand(), t.acceptCommand(), t.forgetCommand())
	group("look", t.accessibleCommand(), t.statusCommand(), t.listCommand(), t.approvalsCommand(), t.showCommand(), t.watchCommand(), t.kindsCommand(), t.resourcesCommand(), t.orphansCommand(), t.locksCommand(), t.auditCommand(), t.keysCommand(), t.settingsCommand(), t.operatorsCommand(), t.hostsCommand(), t.contextsCommand())
	group("care", t.smokeCommand(), t.checkCommand(), t.backupCommand(), t.copyCommand(), t.pruneCommand(), t.serveCommand(), t.stopCommand(), t.simCommand(), t.versionCommand())
	root.AddCommand(t.manCommand(), t.hostCommand())
	for _, c := range root.Commands() {
		if c.ValidArgsFunction == nil && !strings.Contains(c.Use, "FILE") {
			c.ValidArgsFunction = cobra.NoFileCompletions
		}
	}
	return root
}

// known refuses a word that is not a command, and offers the nearest one that is.
func known(cmd *cobra.Command, args []string) error {
	if len(args) == 0 {
		return nil
	}
	if cmd.HasSubCommands() && slices.ContainsFunc(cmd.Commands(), func(c *cobra.Command) bool { return c.Name() == args[0] }) {
		return nil
	}
	cmd.SuggestionsMinimumDistance = 2
	meant := ""
	if near := cmd.SuggestionsFor(args[0]); len(near) > 0 {
		meant = fmt.Sprintf(" (did you mean %s?)", strings.Join(near, " or "))
	}
	return misuse("unknown command %q%s: see %s --help", args[0], meant, cmd.CommandPath())
}

// firstWord is the first argument that is neither a flag nor a flag's value.
func firstWord(args []string) string {
	for i, a := range args {
		if !strings.HasPrefix(a, "-") && (i == 0 || !slices.Contains([]string{"--context", "--db", "--store", "--store-ca", "--store-cert", "--store-key"}, args[i-1])) {
			return a
		}
	}
	return ""
}

// wantsHelp reports whether the answer to a command line is a page of help.
func wantsHelp(args []string) bool {
	if word := firstWord(args); word == "help" {
		return true
	}
	for _, a := range args {
		switch a {
		case "--":
			return false
		case "-h", "--help":
			return true
		}
	}
	return false
}

// place opens what a command works on.
func (t *tree) place(ctx context.Context, access Access, purpose string) (p *Place, err error) {
	err = t.progress(ctx, "opening the store", nil, func() (err error) {
		p, err = t.env.Open(ctx, Want{
			Access: access, Database: t.database, Store: t.store, Context: t.context, Demo: t.demo, ReadOnly: t.readOnly, Purpose: "arcadia " + purpose,
		})
		return err
	})
	return p, err
}

// atLeastOne wants any number of arguments but none.
func atLeastOne(name string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) == 0 {
			return exactly(name)(cmd, args)
		}
		return nil
	}
}

// exactly wants so many arguments, and says which.
func exactly(names ...string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		switch {
		case len(args) < len(names):
			return misuse("%s needs %s: see %s --help", cmd.CommandPath(), strings.Join(names[len(args):], " and "), cmd.CommandPath())
		case len(args) > len(names):
			return misuse("%s does not take %q: see %s --help", cmd.CommandPath(), args[len(names)], cmd.CommandPath())
		}
		return nil
	}
}
