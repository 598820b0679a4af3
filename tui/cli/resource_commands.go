package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// resourceCommand is a command that launches a saga about one resource, of the kind that does to resources what the command is named
// for.
func (t *tree) resourceCommand(use, short, long string) *cobra.Command {
	var l launching
	cmd := &cobra.Command{
		Use: use + " RESOURCE", Short: short, Args: exactly("RESOURCE"), ValidArgsFunction: t.provisioned(),
		Long:    long + "\nRESOURCE is as in arcadia resources: its key, its id or its name.",
		Example: "arcadia " + use + " dns_record/123 --plan\narcadia " + use + " dns_record/123 --reason \"seen with --drift\"",
	}
	l.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		return t.launch(ctx, l, func(p *Place) (string, engine.Inputs, error) {
			key, err := resourceKey(ctx, p.Engine, args[0])
			if err != nil {
				return "", nil, err
			}
			return about(p, "resource", use, map[string]string{"key": key})
		})
	}
	return cmd
}

func (t *tree) restoreCommand() *cobra.Command {
	return t.resourceCommand("restore", "Put a resource back to its desired state",
		"restore launches a saga that puts a resource back to its desired state: it\nchanges it back, or creates it again when it is gone.")
}

func (t *tree) acceptCommand() *cobra.Command {
	return t.resourceCommand("accept", "Accept the current state as the desired state",
		"accept launches a saga that makes the current state of a resource its desired\nstate. Nothing is written at the provider.")
}

func (t *tree) forgetCommand() *cobra.Command {
	return t.resourceCommand("forget", "Stop tracking a resource",
		"forget launches a saga after which arcadia no longer tracks a resource. The\nthing itself is not deleted.")
}

// about is a launch of the kind that does something to a thing of a type.
func about(p *Place, of, verb string, says map[string]string) (string, engine.Inputs, error) {
	for _, k := range p.Engine.Kinds() {
		if k.On.Type == of && k.On.Verb == verb {
			return k.Name, k.On.Of(says), nil
		}
	}
	return "", nil, fmt.Errorf("%s: this build has no kind that does it to a %s", verb, of)
}

// resourceKey finds the resource that a person means by its key, its id or its name.
func resourceKey(ctx context.Context, eng Reader, ref string) (string, error) {
	all, err := eng.Resources(ctx)
	if err != nil {
		return "", err
	}
	var found []string
	for _, r := range all {
		if r.Key() == ref {
			return ref, nil
		}
		if r.ExternalID == ref || strings.EqualFold(r.Name, ref) {
			found = append(found, r.Key())
		}
	}
	switch len(found) {
	case 0:
		return "", misuse("no resource %q: arcadia resources shows what there is", ref)
	case 1:
		return found[0], nil
	}
	return "", misuse("%q is several resources: give one of %s", ref, strings.Join(found, ", "))
}
