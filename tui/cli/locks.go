package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// queue is one lock: the saga that holds it, and those that wait for it in their order.
type queue struct {
	Name    string      `json:"name"`
	Holder  engine.ID   `json:"held_by"`
	Waiting []engine.ID `json:"waiting"`
}

func (t *tree) locksCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "locks", Short: "Which saga holds what, and which wait for it", Args: exactly(),
		Long: "locks lists what sagas hold so that no other touches it meanwhile: a droplet, a\n" +
			"record's name. Those that wait get it in turn. A failed saga holds its locks\n" +
			"until what it left is undone or resolved.",
		Example: "arcadia locks\narcadia locks -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Read, "locks", func(ctx context.Context, p *Place, _ []string) error {
		locks, err := p.Engine.Locks(ctx)
		if err != nil {
			return err
		}
		queues := queuesOf(locks)
		switch {
		case out.value == "json":
			return object(t.env.Out, queues)
		case len(queues) == 0:
			say(t.env.Err, "no locks")
			return nil
		}
		rows := [][]string{{"LOCK", "HELD BY", "WAITING"}}
		for _, q := range queues {
			var waiting []string
			for _, id := range q.Waiting {
				waiting = append(waiting, id.Short())
			}
			rows = append(rows, []string{q.Name, q.Holder.Short(), strings.Join(waiting, ", ")})
		}
		return columns(t.env.Out, listed(rows))
	})
	return cmd
}

// queuesOf makes queues of locks, which come by name and then in the order of the queue.
func queuesOf(locks []engine.Lock) []queue {
	queues := []queue{}
	for _, l := range locks {
		if n := len(queues); n > 0 && queues[n-1].Name == l.Name {
			queues[n-1].Waiting = append(queues[n-1].Waiting, l.Saga)
			continue
		}
		queues = append(queues, queue{Name: l.Name, Holder: l.Saga, Waiting: []engine.ID{}})
	}
	return queues
}
