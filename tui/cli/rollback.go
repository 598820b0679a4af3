package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/tui"
)

func (t *tree) rollbackCommand() *cobra.Command {
	var v engine.Request
	var yes bool
	cmd := &cobra.Command{
		Use: "rollback SAGA... --yes", Short: "Undo completed sagas", Args: atLeastOne("SAGA"),
		ValidArgsFunction: t.sagas(nil, engine.Completed),
		Long: "rollback undoes a completed saga from its last step down; without --yes it\n" +
			"says what would be undone. A saga is undone before every earlier one that wrote\n" +
			"the same thing; it finds the order of several, and when one cannot be undone\n" +
			"nothing is begun. It exits with 3 when all are rolled back, 4 when something is\n" +
			"left, 1 when a rollback is withdrawn before it began.",
		Example: "arcadia rollback 3f9c2a1b\narcadia rollback 3f9c2a1b --yes --reason \"not wanted any more\"\narcadia rollback 3f9c2a1b 9ad01c77 --yes",
	}
	cmd.Flags().BoolVar(&yes, "yes", false, "undo it")
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		return t.rollback(cmd.Context(), args, yes, v, out)
	}
	return cmd
}

// rollback rolls sagas back, each after those that are in its way, and waits for all of them.
func (t *tree) rollback(ctx context.Context, refs []string, yes bool, v engine.Request, out *format) error {
	p, err := t.place(ctx, Act, "rollback")
	if err != nil {
		return err
	}
	defer p.Close()
	sagas, ids, err := named(ctx, p, refs)
	if err != nil {
		return err
	}
	if !yes {
		return t.wouldUndo(ctx, p, sagas, ids)
	}
	order := ids
	if len(ids) == 1 {
		v.IfSeq = sagas[ids[0]].Seq
		err = p.Engine.Rollback(ctx, ids[0], v)
	} else {
		order, err = p.Engine.RollbackAll(ctx, ids, v)
	}
	if err != nil {
		return err
	}
	return t.awaitAll(ctx, p, sagas, order, out)
}

// wouldUndo says what would be undone and in which order, or why it cannot be; nothing is done.
func (t *tree) wouldUndo(ctx context.Context, p *Place, sagas map[engine.ID]*engine.Saga, ids []engine.ID) error {
	order, err := p.Engine.RollbackOrder(ctx, ids...)
	if err != nil {
		return err
	}
	for _, id := range order {
		s := sagas[id]
		for _, idx := range s.ToUndo() {
			text := fmt.Sprintf("%d %s: %s", idx, s.StepNames[idx], p.Engine.UndoText(s, idx))
			if len(order) > 1 {
				text = s.Short + "  " + text
			}
			say(t.env.Err, text)
		}
		for _, line := range lastCopies(ctx, p, s) {
			say(t.env.Err, line)
		}
	}
	if len(order) > 1 {
		return misuse("roll back %d sagas: nothing was done: add --yes", len(order))
	}
	return misuse("roll back saga %s %s: nothing was done: add --yes", sagas[order[0]].Short, title(sagas[order[0]]))
}

// lastCopies says what of a saga that would be undone is the last copy of something that is gone.
func lastCopies(ctx context.Context, p *Place, s *engine.Saga) []string {
	if p.Inventory == nil || len(s.ToUndo()) == 0 {
		return nil
	}
	e, err := p.Inventory.Estate(ctx)
	if err != nil {
		return []string{"whether it is the last copy of something is not known: " + err.Error()}
	}
	var out []string
	for _, x := range tui.LastCopies(s, e) {
		head, text := tui.LastCopy(&x)
		out = append(out, head+" "+text)
	}
	return out
}

// awaitAll waits for the end of each rollback, and says how it ended.
func (t *tree) awaitAll(ctx context.Context, p *Place, sagas map[engine.ID]*engine.Saga, order []engine.ID, out *format) error {
	var ends []*engine.Saga
	for _, id := range order {
		s, err := t.await(ctx, p, id, sagas[id].Seq)
		if err != nil || len(order) == 1 {
			return t.undone(ctx, p, s, err, out)
		}
		ends = append(ends, s)
	}
	if err := t.showAll(p, ends, out); err != nil {
		return err
	}
	t.rest(ctx, p)
	return worst(ends)
}

// named finds sagas by their references, each once.
func named(ctx context.Context, p *Place, refs []string) (map[engine.ID]*engine.Saga, []engine.ID, error) {
	sagas := map[engine.ID]*engine.Saga{}
	var ids []engine.ID
	for _, ref := range refs {
		id, err := p.Engine.Find(ctx, ref)
		if err != nil {
			return nil, nil, err
		}
		s, err := p.Engine.Saga(ctx, id)
		if err != nil {
			return nil, nil, err
		}
		if sagas[id] == nil {
			sagas[id], ids = s, append(ids, id)
		}
	}
	return sagas, ids, nil
}

// undone ends the wait for one rollback.
func (t *tree) undone(ctx context.Context, p *Place, s *engine.Saga, waited error, out *format) error {
	if err := t.outcome(ctx, p, s, waited, out); err != nil {
		return err
	}
	return withdrawn(s)
}

// withdrawn says why a rollback that was asked for was given up before it began; nil when it was not.
func withdrawn(s *engine.Saga) error {
	if why := s.Withdrawn(); why != "" {
		return fmt.Errorf("roll back saga %s: nothing was undone: %s", s.Short, why)
	}
	return nil
}

// worst is the exit status of several rollbacks.
func worst(sagas []*engine.Saga) error {
	for _, s := range sagas {
		if s.NeedsOperator() {
			return exitError(NeedsOperator)
		}
	}
	for _, s := range sagas {
		if err := withdrawn(s); err != nil {
			return err
		}
	}
	return exitError(RolledBack)
}
