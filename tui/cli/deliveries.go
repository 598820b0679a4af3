package cli

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/notify"
)

func (t *tree) deliveriesCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "deliveries", Short: "List who was told what, when, and what they answered", Args: known,
		Long: "deliveries lists what targets were told, and what waits to be sent. What was\n" +
			"given up after six tries in nine hours is undelivered: it needs you until it is\n" +
			"sent again or dropped.",
		Example: "arcadia deliveries\narcadia deliveries --undelivered\narcadia deliveries -o json",
	}
	var given bool
	cmd.Flags().BoolVar(&given, "undelivered", false, "only what was given up and needs you")
	out := output(cmd, "table", "json")
	cmd.AddCommand(t.deliverAgainCommand(), t.deliverDropCommand())
	cmd.RunE = t.at(Read, "deliveries", func(ctx context.Context, p *Place, _ []string) error {
		read := notify.All
		if given {
			read = notify.NotDelivered
		}
		all, err := read(ctx, p.Engine)
		if err != nil {
			return err
		}
		if out.value == "json" {
			return object(t.env.Out, all)
		}
		rows := [][]string{{"WHEN", "TARGET", "EVENT", "BECAME", "ID"}}
		for _, d := range all {
			rows = append(rows, []string{moment(d.Note.At), d.Target, string(d.Note.Event), delivered(d), d.ID})
		}
		return columns(t.env.Out, listed(rows))
	})
	return cmd
}

// delivered is what became of a delivery. Only what its receiver has taken was sent.
func delivered(d notify.Delivery) string {
	switch {
	case !d.Sent.IsZero():
		return "sent " + moment(d.Sent) + ", " + d.Answer
	case !d.Dropped.IsZero():
		return fmt.Sprintf("dropped %s, after %d tries: %s", moment(d.Dropped), d.Tries, d.Answer)
	case d.Digest != "":
		return "told in " + d.Digest
	case !d.GaveUp.IsZero():
		return fmt.Sprintf("undelivered after %d tries: %s", d.Tries, d.Answer)
	case d.Tries > 0:
		return fmt.Sprintf("waits until %s, try %d: %s", moment(d.Next), d.Tries+1, d.Answer)
	}
	return "waits"
}

func (t *tree) deliverAgainCommand() *cobra.Command {
	return &cobra.Command{
		Use: "again ID", Short: "Send again what could not be delivered", Args: exactly("ID"), Example: "arcadia deliveries again ID",
		ValidArgsFunction: cobra.NoFileCompletions,
		RunE: t.at(Act, "deliveries again", func(ctx context.Context, p *Place, args []string) error {
			if err := notify.Again(ctx, p.Engine, args[0]); err != nil {
				return err
			}
			say(t.env.Err, "in the outbox again")
			return nil
		}),
	}
}

func (t *tree) deliverDropCommand() *cobra.Command {
	return &cobra.Command{
		Use: "drop ID ...", Short: "Give up on what could not be delivered",
		Long:              "drop says that deliveries need not arrive any more, so that they no longer need\nyou. They stay in the list.",
		Example:           "arcadia deliveries drop ID",
		ValidArgsFunction: cobra.NoFileCompletions,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 {
				return misuse("deliveries drop needs an id: see arcadia deliveries --undelivered")
			}
			return nil
		},
		RunE: t.at(Act, "deliveries drop", func(ctx context.Context, p *Place, args []string) error {
			if err := notify.Drop(ctx, p.Engine, args...); err != nil {
				return err
			}
			say(t.env.Err, "dropped")
			return nil
		}),
	}
}

// sendTime is how long a command that has driven a saga tries to send what that has caused, before it leaves it to the next host.
const sendTime = 5 * time.Second

// sendOne sends what is due and gives a delivery as it is then; nil when another process sends here.
func (t *tree) sendOne(ctx context.Context, p *Place, id string) (*notify.Delivery, error) {
	if p.Send == nil {
		return nil, nil
	}
	sending, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	if err := p.Send(sending); err != nil && sending.Err() == nil {
		return nil, err
	}
	all, err := notify.All(ctx, p.Engine)
	if err != nil {
		return nil, err
	}
	at := slices.IndexFunc(all, func(d notify.Delivery) bool { return d.ID == id })
	if at < 0 {
		return nil, nil
	}
	return &all[at], nil
}

// sendOff sends what a saga that this process has driven has caused, and says what has to wait.
func (t *tree) sendOff(ctx context.Context, p *Place, saga *engine.Saga) {
	if p.Send == nil || saga == nil {
		return
	}
	waiting := func() int {
		n := 0
		told, err := notify.OfSaga(ctx, p.Engine, saga.ID, saga.Seq)
		if err != nil {
			return 0
		}
		for _, d := range told {
			if d.Sent.IsZero() && d.GaveUp.IsZero() && d.Digest == "" {
				n++
			}
		}
		return n
	}
	if waiting() == 0 {
		return
	}
	sending, cancel := context.WithTimeout(ctx, sendTime)
	defer cancel()
	err := p.Send(sending)
	if n := waiting(); n > 0 {
		why := ""
		if err != nil && sending.Err() == nil {
			why = " (" + err.Error() + ")"
		}
		say(t.env.Err, fmt.Sprintf("%d of those who are to be told of it could not be told yet%s: it is tried again at the next host; see arcadia deliveries", n, why))
	}
}
