package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// amend is a command that launches a saga of a kind about one resource.
func (t *tree) amend(use, kind, short, long string) *cobra.Command {
	var l launching
	cmd := &cobra.Command{
		Use: use + " RESOURCE", Short: short, Args: exactly("RESOURCE"), ValidArgsFunction: t.provisioned(),
		Long:    long + "\nRESOURCE is as in arcadia resources: its key, its id or its name.",
		Example: "arcadia " + use + " dns_record/123 --plan\narcadia " + use + " dns_record/123 --reason \"seen with --drift\"",
	}
	l.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		return t.launch(ctx, l, kind, func(p *Place) (engine.Inputs, error) {
			key, err := resourceKey(ctx, p.Engine, args[0])
			return engine.Inputs{resourceInput: key}, err
		})
	}
	return cmd
}

func (t *tree) restoreCommand() *cobra.Command {
	return t.amend("restore", "restore_resource", "Write what was wanted of a resource back",
		"restore launches a saga that makes a resource again what a saga wanted it to be:\nit changes it back, or creates it anew when it is gone.")
}

func (t *tree) acceptCommand() *cobra.Command {
	return t.amend("accept", "accept_resource", "Want a resource to be as it is now",
		"accept launches a saga that makes what a resource is now what is wanted of it.\nNothing is written at the provider.")
}

func (t *tree) forgetCommand() *cobra.Command {
	return t.amend("forget", "forget_resource", "Account for a resource no more",
		"forget launches a saga after which arcadia accounts for a resource no more. The\nthing itself stays.")
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
