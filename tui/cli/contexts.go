package cli

import (
	"errors"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// Switch is what Env.Console returns when the operator goes on in another context.
type Switch struct{ To string }

// Error says what was asked for.
func (s *Switch) Error() string { return "go on in context " + s.To }

// whereabouts is which account and store are worked on, and how far.
type whereabouts struct {
	contextName string   // that was chosen; empty: none
	context     *Context // likewise
	database    string
	store       Store // that several hosts share
	readOnly    bool
}

func (t *tree) contextsCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "contexts", Short: "List the accounts that --context knows, each with its own store", Args: exactly(),
		Long: "contexts lists the accounts in contexts.yaml, which stands beside the settings:\n" +
			"each with its store, the color of its badge, and whether it is read-only. Tokens\n" +
			"are named there, never given: env:NAME or file:/PATH. --context NAME or\n" +
			"ARCADIA_CONTEXT chooses one, :ctx in the console goes to another.",
		Example: "arcadia contexts\narcadia contexts -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(*cobra.Command, []string) error {
		if t.env.Contexts == nil {
			return errors.New("contexts: not available in this session: run it in a shell")
		}
		all, err := t.env.Contexts()
		if err != nil {
			return err
		}
		current := t.contextName
		if current != "" {
			if _, err := ContextNamed(all, current); err != nil {
				return err
			}
		}
		type row struct {
			Context
			Current bool `json:"current"`
		}
		list, rows := []row{}, [][]string{{"NAME", "CURRENT", "TOKEN", "API", "STORE", "COLOR", "READ-ONLY"}}
		yes := map[bool]string{true: "yes"}
		for _, c := range all {
			is := c.Name == current
			list = append(list, row{c, is})
			rows = append(rows, []string{c.Name, yes[is], c.Token, c.API, c.Store, c.Color, yes[c.ReadOnly]})
		}
		switch {
		case out.value == "json":
			return object(t.env.Out, list)
		case len(all) == 0:
			say(t.env.Err, "no contexts: write them in contexts.yaml beside the settings")
			return nil
		}
		return columns(t.env.Out, listed(rows))
	}
	return cmd
}

// offersContexts completes the name of a context.
func (t *tree) offersContexts(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
	var offers []string
	if t.env.Contexts != nil {
		all, _ := t.env.Contexts() // a shell has no place for what is wrong
		for _, c := range all {
			offers = append(offers, c.Name+"\t"+c.Store)
		}
	}
	return offers, cobra.ShellCompDirectiveNoFileComp
}

// enter takes over what the context says that was chosen. The command line goes before the environment; whatever else names an account or a
// store is refused beside it, since one of both would not be heeded.
func (t *tree) enter(flags *pflag.FlagSet) error {
	chosen := flags.Changed("context")
	if t.contextName == "" && !chosen || !contextual(t.ran) {
		return nil
	}
	as := "--context"
	if !chosen {
		as = "ARCADIA_CONTEXT"
	}
	for _, other := range []string{"db", "store", "demo", "store-ca", "store-cert", "store-key"} {
		if flags.Changed(other) {
			return misuse("%s names an account with its store: leave out --%s, or the context", as, other)
		}
	}
	if !chosen && (t.env.Database != "" || t.env.Store != "") {
		return misuse("ARCADIA_CONTEXT and ARCADIA_DB or ARCADIA_STORE name two stores: unset one, or say --context")
	}
	return t.into(t.contextName)
}

// contextual reports whether a command works in a context.
func contextual(cmd *cobra.Command) bool { return opens(cmd) || isOneOf(cmd, "check", "stop") }

// into makes a context the one that is worked in.
func (t *tree) into(name string) error {
	if t.env.Contexts == nil {
		return misuse("--context is not available in this session: %s", ownStore)
	}
	all, err := t.env.Contexts()
	if err != nil {
		return err
	}
	c, err := ContextNamed(all, name)
	if err != nil {
		return err
	}
	if c.ReadOnly && isOneOf(t.ran, "serve", "host") {
		return misuse("context %s is read-only, and %s does not heed that: operators have roles in their file", name, t.ran.Name())
	}
	t.contextName, t.context = name, c
	t.readOnly = t.looksOnly || c.ReadOnly
	t.database, t.store = c.Store, Store{}
	if c.shared() {
		t.database, t.store = "", Store{Address: c.Store, CA: c.StoreCA, Cert: c.StoreCert, Key: c.StoreKey}
	}
	return nil
}
