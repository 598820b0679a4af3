package cli

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/cobra"
)

// afterwards are the sections of the manual page that the command tree does not know, as pairs of a term and its meaning.
var afterwards = []struct {
	title string
	pairs [][2]string
}{
	{"EXIT STATUS", [][2]string{
		{"0", "Done; the saga that was waited for is completed."},
		{"1", "An error."},
		{"2", "A mistake on the command line: unknown command, flag, kind or input."},
		{"3", "The saga that was waited for is rolled back, which is what cancel and rollback end with when all went well."},
		{"4", "The saga that was waited for has failed, so that something is left, or waits for a person's decision."},
		{"5", "A person has frozen everything: the saga that was waited for is recorded and goes on after arcadia thaw."},
	}},
	{"ENVIRONMENT", [][2]string{
		{"DIGITALOCEAN_TOKEN, DIGITALOCEAN_ACCESS_TOKEN", "The account. It is never stored, logged or shown."},
		{"ARCADIA_PROVISIONING_TOKEN", "A second token, for writes; reads use the first."},
		{"DIGITALOCEAN_API_URL", "Another address of the API, such as that of arcadia sim."},
		{"ARCADIA_DB", "The store."},
		{"ARCADIA_CONTEXT", "The context, as --context names it."},
		{"ARCADIA_STORE", "The store that several hosts share, as --store names it, in place of ARCADIA_DB."},
		{"ARCADIA_STORE_PASSWORD", "The password of the user that the address of that store names."},
		{"NO_COLOR", "Any value: no colors."},
	}},
	{"FILES", [][2]string{
		{"$XDG_DATA_HOME/arcadia/arcadia.db", "The store (~/.local/share). Beside it, while it is open: its lock, and the socket for the operator's other processes."},
		{"$XDG_STATE_HOME/arcadia/arcadia.log", "The log (~/.local/state)."},
		{"$XDG_CONFIG_HOME/arcadia/config.yaml", "The console's theme and keys (~/.config)."},
		{"$XDG_CONFIG_HOME/arcadia/contexts.yaml", "Accounts by name, each with its own store; nobody but its owner may be able to write it."},
		{"$XDG_CONFIG_HOME/arcadia/policy.yaml", "Who has to agree to what, and what is protected; likewise."},
	}},
}

func (t *tree) manCommand() *cobra.Command {
	return &cobra.Command{
		Use: "man", Short: "Print the manual page", Args: exactly(), Hidden: true, Example: "arcadia man | man -l -",
		RunE: func(cmd *cobra.Command, _ []string) error {
			_, err := io.WriteString(t.env.Out, manual(cmd.Root(), t.env.Build))
			return written(err)
		},
	}
}

// manual is the manual page of a command tree, for man(1).
func manual(root *cobra.Command, b Build) string {
	var p page
	p.line(".TH", strings.ToUpper(root.Name()), "1", b.Date, root.Name()+" "+b.Version)
	p.section("NAME")
	p.text(root.Name() + " - " + root.Short)
	p.section("SYNOPSIS")
	p.text(root.Name() + " [options] [command] [arguments]")
	p.section("DESCRIPTION")
	p.text(root.Long)
	p.examples(root)
	p.section("OPTIONS")
	p.options(root.PersistentFlags().FlagUsages())
	p.section("COMMANDS")
	p.commands(root)
	for _, s := range afterwards {
		p.section(s.title)
		for _, pair := range s.pairs {
			p.term(pair[0], pair[1])
		}
	}
	return p.String()
}

// page is text with the macros of man(7).
type page struct{ strings.Builder }

// line writes a macro with its arguments.
func (p *page) line(macro string, args ...string) {
	p.WriteString(macro)
	for _, a := range args {
		fmt.Fprintf(p, ` "%s"`, strings.ReplaceAll(escaped(a), `"`, `\(dq`))
	}
	p.WriteByte('\n')
}

func (p *page) section(title string) { p.line(".SH", title) }

// text writes a paragraph; man breaks the lines itself.
func (p *page) text(s string) {
	for l := range strings.Lines(s) {
		p.WriteString(escaped(strings.TrimSpace(l)) + "\n")
	}
}

func (p *page) term(name, means string) {
	p.WriteString(".TP\n\\fB" + escaped(name) + "\\fR\n")
	p.text(means)
}

// options writes flags as the tree prints them: the names, two blanks or more, the meaning.
func (p *page) options(usages string) {
	for l := range strings.Lines(usages) {
		name, means, _ := strings.Cut(strings.TrimSpace(l), "  ")
		p.term(name, strings.TrimSpace(means))
	}
}

func (p *page) commands(of *cobra.Command) {
	for _, c := range of.Commands() {
		if c.Hidden || c.Name() == "completion" || c.Name() == "help" {
			continue
		}
		p.line(".SS", strings.TrimPrefix(c.UseLine(), c.Root().Name()+" "))
		if c.Long != "" {
			p.text(c.Long)
		} else {
			p.text(c.Short + ".")
		}
		p.options(c.LocalFlags().FlagUsages())
		p.examples(c)
		p.commands(c)
	}
}

func (p *page) examples(c *cobra.Command) {
	if c.Example == "" {
		return
	}
	p.WriteString(".PP\n.EX\n")
	p.text(c.Example)
	p.WriteString(".EE\n")
}

// escaped keeps text from being read as macros.
func escaped(s string) string {
	s = strings.NewReplacer(`\`, `\(rs`, "-", `\-`).Replace(s)
	if strings.HasPrefix(s, ".") || strings.HasPrefix(s, "'") {
		return `\&` + s
	}
	return s
}
