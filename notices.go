package main

import (
	"context"
	"log/slog"
	"path/filepath"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/notify/carry"
	"arcadia/engine/schedule"
	"arcadia/steps"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/say"
)

// nights is what goes on beside the sagas where they are driven: schedules fire, deliveries are sent, and what is no saga's doing is
// noticed.
type nights struct {
	keeper  schedule.Keeper
	sender  notify.Sender
	lookout notify.Lookout
	morning notify.Morning
}

func (w wire) nights(eng *engine.Engine, things schedule.Things, drifts tui.Drifts, log *slog.Logger) nights {
	as := func(name string) *engine.Session { return eng.As(engine.Actor{Name: name, Role: engine.Operator}) }
	own := as("arcadia")
	hooks := ""
	if file, err := cli.SettingsFile(w.env); err == nil {
		hooks = filepath.Join(filepath.Dir(file), "hooks")
	}
	n := nights{
		keeper: schedule.Keeper{
			As: func(name string) schedule.Engine { return as(schedule.Actor(name)) }, Things: things, Watch: eng.Watch, Log: log,
			Tell: func(ctx context.Context, name string, o schedule.Outcome) ([]engine.DocChange, error) {
				return notify.Tell(ctx, own, "missed/"+name+"/"+o.At.UTC().Format("20060102T150405Z"), notify.Note{
					Event: notify.Missed, At: o.At, Schedule: name, Reason: o.Why,
				})
			},
		},
		sender:  notify.Sender{Book: own, Carrier: carry.New(say.Notice, hooks), Watch: own.Watch, Log: log},
		lookout: notify.Lookout{Book: own, Freezes: own.Freezes, Watch: own.Watch, Log: log},
		morning: notify.Morning{Book: own, Night: own, Zone: time.Local, Log: log},
	}
	if drifts != nil {
		n.lookout.Drifts = func() map[string]notify.Adrift {
			out := map[string]notify.Adrift{}
			for key, d := range drifts.Drifts() {
				if d.State == string(steps.Modified) || d.State == string(steps.Deleted) {
					out[key] = notify.Adrift{State: d.State, At: d.CheckedAt}
				}
			}
			return out
		}
	}
	return n
}

// run is all of it, each for as long as this process drives.
func (n nights) run(eng *engine.Engine) []func(context.Context) {
	all := []func(context.Context){n.keeper.Run, n.sender.Run, n.lookout.Run, n.morning.Run}
	for i, f := range all {
		all[i] = func(ctx context.Context) { eng.WhileDriving(ctx, f) }
	}
	return all
}

// send tries once what is due.
func (n nights) send(ctx context.Context) error { return n.sender.Look(ctx, time.Now()) }
