package cli

import (
	"context"
	"fmt"
	"io"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/visible"
)

func (t *tree) freezeCommand() *cobra.Command {
	var v engine.Request
	var drain bool
	cmd := &cobra.Command{
		Use: "freeze --reason R", Short: "Hold all sagas: no step starts until thaw", Args: exactly(),
		Long: "freeze stops everything: attempts under way go on to their own end, and no step\n" +
			"of any saga starts, forward or backward, until arcadia thaw. Everybody's header\n" +
			"says who did it and why. With --drain it stays until nothing is under way.",
		Example: "arcadia freeze --reason \"maintenance of the DNS provider\"\narcadia freeze --drain --reason \"look first\"",
	}
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why; needed, since everybody sees it")
	cmd.Flags().BoolVar(&drain, "drain", false, "stay until nothing is under way any more")
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		ctx := cmd.Context()
		p, err := t.place(ctx, Act, "freeze")
		if err != nil {
			return err
		}
		defer p.Close()
		if err := p.Engine.Freeze(ctx, v); err != nil {
			return err
		}
		if drain {
			if err := t.drain(ctx, p.Engine); err != nil {
				return err
			}
		}
		return t.frozen(p.Engine.Frozen(), out)
	}
	return cmd
}

func (t *tree) thawCommand() *cobra.Command {
	var v engine.Request
	cmd := &cobra.Command{
		Use: "thaw", Short: "End a freeze", Args: exactly(),
		Long: "thaw ends a freeze. What was held up starts again little by little: with each\n" +
			"attempt that goes well twice as many may be under way.",
		Example: "arcadia thaw --reason \"the provider is back\"",
	}
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Act, "thaw", func(ctx context.Context, p *Place, _ []string) error {
		if err := p.Engine.Thaw(ctx, v); err != nil {
			return err
		}
		if c, err := p.Engine.Counts(ctx); err == nil && c.Active() > 0 && p.Host != nil {
			say(t.env.Err, fmt.Sprintf("sagas at work: %d: they go on at the next arcadia, arcadia serve or launch", c.Active()))
		}
		return t.frozen(p.Engine.Frozen(), out)
	})
	return cmd
}

// drain waits until nothing is under way, or everything goes on again.
func (t *tree) drain(ctx context.Context, eng Engine) error {
	feed := eng.Watch()
	defer feed.Close()
	far := func(context.Context) string { return freezeText(eng.Frozen()) }
	return t.progress(ctx, "waits", far, func() error {
		for {
			if f := eng.Frozen(); f == nil || f.InFlight == 0 {
				return nil
			}
			select {
			case <-ctx.Done():
				return ctx.Err()
			case <-feed.Ready():
				feed.Take()
			}
		}
	})
}

// frozen writes how a freeze stands. Nil is null as JSON.
func (t *tree) frozen(f *engine.Frozen, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, f)
	}
	_, err := io.WriteString(t.env.Out, visible.Text(freezeText(f))+"\n")
	return written(err)
}

// freezeText says in one line how a freeze stands.
func freezeText(f *engine.Frozen) string {
	switch {
	case f == nil:
		return "everything goes on"
	case f.Width > 0:
		return fmt.Sprintf("thawing: at most %d at once, in flight %d", f.Width, f.InFlight)
	}
	text := fmt.Sprintf("frozen by %s since %s UTC: %s", f.Who(), moment(f.At), f.Why)
	if f.InFlight > 0 {
		return fmt.Sprintf("%s (in flight %d)", text, f.InFlight)
	}
	return text + " (drained)"
}

// sayFrozen tells a person who looks at sagas why they do not move.
func (t *tree) sayFrozen(p *Place) {
	if f := p.Engine.Frozen(); f != nil {
		say(t.env.Err, freezeText(f))
	}
}

// heldError is what a waiting command ends with when a person has frozen everything: how long that lasts nobody knows.
type heldError struct {
	saga *engine.Saga
	by   *engine.Frozen
}

func (e heldError) Error() string {
	return fmt.Sprintf("%s: saga %s is recorded and goes on after arcadia thaw", freezeText(e.by), e.saga.Short)
}

// held reports whether a saga goes nowhere because of a freeze that only a person ends. One that the engine began it also ends.
func held(f *engine.Frozen, s *engine.Saga) bool {
	return f != nil && !f.Auto && f.Width == 0 && (f.InFlight == 0 || !underway(s))
}

// underway reports whether an attempt of a saga may be going on: that one comes to its own end.
func underway(s *engine.Saga) bool {
	for i := range s.Rows {
		if r := &s.Rows[i]; (r.Status == engine.RowRunning || r.Status == engine.RowCompensating) && r.NextAttemptAt.IsZero() {
			return true
		}
	}
	return false
}
