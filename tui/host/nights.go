package host

import (
	"context"
	"log/slog"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/notify/carry"
	"arcadia/engine/schedule"
	"arcadia/tui"
	"arcadia/tui/say"
)

// Nights is what goes on beside the sagas where they are driven: schedules fire, deliveries are sent, and what is no saga's doing is
// noticed.
type Nights struct {
	Keeper  schedule.Keeper
	Sender  notify.Sender
	Lookout notify.Lookout
	Morning notify.Morning
}

// NewNights makes the nights of an engine. Hooks are looked for in a folder; drifts may be nil.
func NewNights(eng *engine.Engine, things schedule.Things, drifts tui.Drifts, hooks string, log *slog.Logger) Nights {
	as := func(name string) *engine.Session { return eng.As(engine.Actor{Name: name, Role: engine.Operator}) }
	own := as("arcadia")
	n := Nights{
		Keeper: schedule.Keeper{
			As: func(name string) schedule.Engine { return as(schedule.Actor(name)) }, Things: things, Watch: eng.Watch, Log: log,
			Tell: func(ctx context.Context, name string, o schedule.Outcome) ([]engine.DocChange, error) {
				return notify.Tell(ctx, own, "missed/"+name+"/"+o.At.UTC().Format("20060102T150405Z"), notify.Note{
					Event: notify.Missed, At: o.At, Schedule: name, Reason: o.Why,
				})
			},
		},
		Sender:  notify.Sender{Book: own, Carrier: carry.New(say.Notice, hooks), Watch: own.Watch, Log: log},
		Lookout: notify.Lookout{Book: own, Freezes: own.Freezes, Watch: own.Watch, Log: log},
		Morning: notify.Morning{Book: own, Night: own, Zone: time.Local, Log: log},
	}
	if drifts != nil {
		n.Lookout.Drifts = func() map[string]notify.Adrift {
			out := map[string]notify.Adrift{}
			for key, d := range drifts.Drifts() {
				if d.Astray() {
					out[key] = notify.Adrift{State: string(d.State), At: d.CheckedAt}
				}
			}
			return out
		}
	}
	return n
}

// Run is all of it, each for as long as this process drives.
func (n Nights) Run(eng *engine.Engine) []func(context.Context) {
	all := []func(context.Context){n.Keeper.Run, n.Sender.Run, n.Lookout.Run, n.Morning.Run}
	for i, f := range all {
		all[i] = func(ctx context.Context) { eng.WhileDriving(ctx, f) }
	}
	return all
}

// Send tries once what is due.
func (n Nights) Send(ctx context.Context) error { return n.Sender.Look(ctx, time.Now()) }
