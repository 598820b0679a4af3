package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/schedule"
	words "arcadia/tui/say"
)

func (t *tree) scheduleCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "schedule", Short: "Launch sagas at given times", Args: known,
		Long: "schedule says what is launched by itself, and when. Schedules fire where sagas\n" +
			"are driven: in a console that hosts the store, or under arcadia serve. Each\n" +
			"occurrence is launched once, and what was skipped or missed says why.",
		Example: "arcadia schedule list",
	}
	cmd.AddCommand(t.scheduleAddCommand(), t.scheduleListCommand(), t.scheduleShowCommand(), t.schedulePauseCommand(), t.scheduleResumeCommand(),
		t.scheduleFireCommand(), t.scheduleApproveCommand(), t.scheduleRefuseCommand(), t.scheduleRemoveCommand(), t.scheduleApplyCommand(), t.scheduleExportCommand())
	cmd.RunE = func(cmd *cobra.Command, _ []string) error { return cmd.Help() }
	return cmd
}

// timing is what the flags of a schedule say.
type timing struct {
	s                      schedule.Schedule
	every, window, jitter  time.Duration
	overlap, misfire, fail format
}

func (f *timing) flags(cmd *cobra.Command) {
	f.overlap = format{value: "skip", among: []string{"skip", "queue"}}
	f.misfire = format{value: "skip", among: []string{"skip", "once"}}
	f.fail = format{value: "rollback", among: []string{"rollback", "pause"}}
	flags := cmd.Flags()
	flags.StringVar(&f.s.Cron, "cron", "", "minute, hour, day of month, month, weekday: \"30 2 * * *\"")
	flags.DurationVar(&f.every, "every", 0, "an interval, in place of --cron: 6h")
	flags.StringVar(&f.s.Zone, "tz", "", "the zone of --cron: Europe/Berlin; UTC when not given")
	flags.DurationVar(&f.window, "window", 0, "how late it may start; an hour when not given")
	flags.DurationVar(&f.jitter, "jitter", 0, "delay each start by a part of this, always the same part")
	flags.StringSliceVar(&f.s.Steps, "steps", nil, "the steps of an adhoc saga, in order")
	flags.Var(&f.overlap, "overlap", "while the saga before is not at rest")
	flags.Var(&f.misfire, "misfire", "when it is too late")
	flags.Var(&f.fail, "on-failure", "when a step has failed for good")
}

func (f *timing) schedule(name, kind string, given []string) (schedule.Schedule, error) {
	s := f.s
	s.Name, s.Kind = name, kind
	s.Every, s.Window, s.Jitter = schedule.Span(f.every), schedule.Span(f.window), schedule.Span(f.jitter)
	if f.overlap.value == "queue" {
		s.Overlap = schedule.OverlapQueue
	}
	if f.misfire.value == "once" {
		s.Misfire = schedule.MisfireOnce
	}
	if f.fail.value == "pause" {
		s.OnFailure = engine.OnFailurePause
	}
	var err error
	s.Inputs, err = inputs(given)
	if err != nil {
		return s, err
	}
	s.ForEach = s.Inputs[words.EachWord]
	delete(s.Inputs, words.EachWord)
	return s, s.Check()
}

func (t *tree) scheduleAddCommand() *cobra.Command {
	var f timing
	cmd := &cobra.Command{
		Use: "add NAME KIND [name=value ...]", Short: "Launch a kind at given times from now on",
		Long: "add keeps a schedule: what to launch, with which inputs, and when, as --cron in\n" +
			"the local time of --tz or as --every. for_each=tag:NAME launches a saga for each\n" +
			"thing that has the tag then. It says what would happen now, and when it will.",
		Example: "arcadia schedule add hourly echo text=hello --every 1h\n" +
			"arcadia schedule add nightly echo text=hello --cron \"30 2 * * *\" --tz Europe/Berlin",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) < 2 {
				return misuse("schedule add needs a name and a kind: see arcadia kinds")
			}
			return nil
		},
		ValidArgsFunction: cobra.NoFileCompletions,
	}
	f.flags(cmd)
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		s, err := f.schedule(args[0], args[1], args[2:])
		if err != nil {
			return err
		}
		p, err := t.place(ctx, Act, "schedule add")
		if err != nil {
			return err
		}
		defer p.Close()
		foreseen, err := foresee(ctx, p, &s)
		if err != nil {
			return err
		}
		if err := schedule.Put(ctx, p.Engine, s, 0); err != nil {
			return err
		}
		v, err := schedule.Get(ctx, p.Engine, s.Name)
		if err != nil || out.value == "json" {
			return joined(err, func() error { return object(t.env.Out, v) })
		}
		rows := [][]string{{"schedule", v.Name}, {"launches", what(v.Schedule)}, {"when", when(v.Schedule)}, {"next", soon(v.Next)}, {"now", foreseen}}
		if text := definition(v, time.Now()); text != "" {
			rows = append(rows, []string{"approval", text})
		}
		if err := columns(t.env.Out, listed(rows)); err != nil {
			return err
		}
		say(t.env.Err, "take it back with: arcadia schedule remove "+v.Name)
		return nil
	}
	return cmd
}

// joined is the error, or what f says when there is none.
func joined(err error, f func() error) error {
	if err != nil {
		return err
	}
	return f()
}

// foresee says what a schedule would do now. It refuses inputs that its kind does not take.
func foresee(ctx context.Context, p *Place, s *schedule.Schedule) (string, error) {
	f, err := schedule.Foresee(ctx, p.Engine, p.Things, s)
	if err != nil {
		return "", err
	}
	return words.Foreseen(s, &f), nil
}

// what a schedule launches, in one line.
func what(s schedule.Schedule) string { return words.Launches(&s) }

// when a schedule occurs, in one line.
func when(s schedule.Schedule) string { return words.Occurs(&s) }

// soon is a moment, and how far off it is.
func soon(at engine.Time) string {
	if at.IsZero() {
		return "never"
	}
	return moment(at) + ", in " + age(time.Until(at.Time))
}
