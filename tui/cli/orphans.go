package cli

import (
	"context"
	"errors"
	"fmt"
	"strconv"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/estate"
)

func (t *tree) orphansCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "orphans", Short: "List snapshots created by arcadia but not tracked by any saga", Args: known,
		Long: "orphans lists the account's snapshots that are named like those of sagas but\n" +
			"that no saga in this store tracks, with what they cost a month. Another store\n" +
			"may track them; adopt or delete one only when none does.",
		Example: "arcadia orphans\narcadia orphans adopt 229305609\narcadia orphans delete 229305609 --reason \"left by a lost store\"",
	}
	cmd.AddCommand(
		t.orphan("adopt", "Track a snapshot",
			"adopt launches a saga that makes a snapshot a resource of this store. Rolling it\nback makes it an orphan again."),
		t.orphan("delete", "Delete a snapshot for good",
			"delete launches a saga that deletes a snapshot. That cannot be undone, so that\nit needs --yes or, on a terminal, a word typed."),
	)
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "orphans", func(ctx context.Context, p *Place, _ []string) error {
		if p.Orphans == nil {
			return errors.New("orphans: there is no access to an account: set DIGITALOCEAN_TOKEN, or use --demo")
		}
		found, err := estate.Orphans(ctx, p.Orphans, p.Engine)
		if err != nil {
			return err
		}
		return t.orphans(found, out)
	})
	return cmd
}

// orphan is a command that launches a saga about one snapshot, of the kind that does to snapshots what the command is named
// for.
func (t *tree) orphan(use, short, long string) *cobra.Command {
	var l launching
	cmd := &cobra.Command{
		Use: use + " ID", Short: short, Args: exactly("ID"), Long: long, ValidArgsFunction: cobra.NoFileCompletions,
		Example: "arcadia orphans " + use + " 229305609 --plan\narcadia orphans " + use + " 229305609 --reason \"left by a lost store\"",
	}
	l.flags(cmd)
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return t.launch(cmd.Context(), l, func(p *Place) (string, engine.Inputs, error) {
			of := "snapshot"
			if _, err := strconv.ParseInt(args[0], 10, 64); err != nil { // those of volumes have ids that are no numbers
				of = "volume_copy"
			}
			return about(p, of, use, map[string]string{"id": args[0]})
		})
	}
	return cmd
}

func (t *tree) orphans(found []estate.Orphan, out *format) error {
	if out.value == "json" {
		if found == nil {
			found = []estate.Orphan{}
		}
		return object(t.env.Out, found)
	}
	if len(found) == 0 {
		say(t.env.Err, "no orphans")
		return nil
	}
	rows := [][]string{{"ID", "NAME", "OF", "CREATED", "AGE", "GIB", "A MONTH"}}
	for _, o := range found {
		id, of := strconv.FormatInt(o.ID, 10), "droplet "+strconv.FormatInt(o.Droplet, 10)
		if o.VolumeCopy != "" {
			id, of = o.VolumeCopy, "volume "+o.Volume
		}
		rows = append(rows, []string{
			id, o.Name, of, moment(engine.At(o.Created)), age(o.Age),
			strconv.FormatFloat(o.SizeGB, 'f', 2, 64), fmt.Sprintf("$%.2f", o.MonthlyUSD),
		})
	}
	if err := columns(t.env.Out, listed(rows)); err != nil {
		return err
	}
	say(t.env.Err, "what now: arcadia orphans adopt ID, or arcadia orphans delete ID")
	return nil
}
