package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
)

// decision is a command that tells a saga something and returns at once, without driving it to its end.
func (t *tree) decision(use, short, long, why string, fits func(*engine.Summary) bool, ask func(Engine, context.Context, engine.ID, engine.Request) error) *cobra.Command {
	var v engine.Request
	cmd := &cobra.Command{Use: use + " SAGA", Short: short, Long: long, Args: exactly("SAGA")}
	cmd.Example = "arcadia " + use + " 3f9c2a1b --reason \"" + why + "\""
	cmd.ValidArgsFunction = t.sagas(fits, engine.Pending, engine.Running, engine.Compensating)
	cmd.Flags().StringVar(&v.Reason, "reason", "", "why, in your words, for the record")
	out := output(cmd, "table", "json")
	cmd.RunE = t.at(Act, use, func(ctx context.Context, p *Place, args []string) error {
		id, err := p.Engine.Find(ctx, args[0])
		if err != nil {
			return err
		}
		if err := ask(p.Engine, ctx, id, v); err != nil {
			return err
		}
		saga, err := p.Engine.Saga(ctx, id)
		if err != nil {
			return err
		}
		return t.show(p, saga, out)
	})
	return cmd
}

func (t *tree) pauseCommand() *cobra.Command {
	return t.decision("pause", "Start no further step of a saga",
		"pause lets the step under way finish and starts no other, forward or\nbackward, until arcadia resume. A paused saga can be canceled.", "call first",
		takes(engine.VerbPause), Engine.Pause)
}

func (t *tree) resumeCommand() *cobra.Command {
	return t.decision("resume", "End a pause",
		"resume ends a pause. The saga goes on where sagas are driven: in a console, a\nhost, or with arcadia watch.", "called",
		takes(engine.VerbResume), Engine.Resume)
}

func (t *tree) skipCommand() *cobra.Command {
	return t.decision("skip", "Go on without a step that failed and changed nothing",
		"skip goes on without the failed step of a saga that was launched with\n--on-failure pause. A step that may have changed something cannot be skipped.\nWhat is undone and cannot be looked at ends without the look.", "not needed",
		(*engine.Summary).NeedsOperator, Engine.Skip)
}

func (t *tree) proceedCommand() *cobra.Command {
	return t.decision("proceed", "Let a saga that waits for a moment go on now",
		"proceed ends the wait of a saga for a moment: its step goes on at once, where\nsagas are driven. The reason is required.", "the old TTL has passed everywhere",
		takes(engine.VerbProceed), Engine.Proceed)
}

func (t *tree) postponeCommand() *cobra.Command {
	until := ""
	cmd := t.decision("postpone", "Let a saga that waits for a moment wait until another",
		"postpone moves the wait of a saga to another moment, later or earlier, in the\nlocal time zone, or with an offset, or as +2h from now. The reason is required.", "the customer asked for a day more",
		takes(engine.VerbPostpone),
		func(eng Engine, ctx context.Context, id engine.ID, v engine.Request) error {
			at, err := engine.ParseMoment(until, time.Local, time.Now())
			if err != nil {
				return misuse("--until: %w", err)
			}
			return eng.Postpone(ctx, id, at, v)
		})
	cmd.Example = `arcadia postpone 3f9c2a1b --until "2026-12-01 08:00" --reason "the customer asked for a day more"`
	cmd.Flags().StringVar(&until, "until", "", "the moment: 2026-12-01 08:00, or +2h")
	return cmd
}
