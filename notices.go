package main

import (
	"context"
	"log/slog"
	"path/filepath"

	"arcadia/engine"
	"arcadia/engine/notify"
	"arcadia/engine/notify/carry"
	"arcadia/engine/schedule"
	"arcadia/tui/cli"
	"arcadia/tui/say"
)

// beside is what goes on beside the sagas where they are driven: schedules fire, and deliveries are sent.
func (w wire) beside(eng *engine.Engine, things schedule.Things, log *slog.Logger) []func(context.Context) {
	as := func(name string) *engine.Session { return eng.As(engine.Actor{Name: name, Role: engine.Operator}) }
	own := as("arcadia")
	keeper := schedule.Keeper{
		As: func(name string) schedule.Engine { return as("schedule " + name) }, Things: things, Log: log,
		Tell: func(ctx context.Context, name string, o schedule.Outcome) ([]engine.DocChange, error) {
			return notify.Tell(ctx, own, "missed/"+name+"/"+o.At.UTC().Format("20060102T150405Z"), notify.Note{
				Event: notify.Missed, At: o.At, Schedule: name, Reason: o.Why,
			})
		},
	}
	hooks := ""
	if file, err := cli.SettingsFile(w.env); err == nil {
		hooks = filepath.Join(filepath.Dir(file), "hooks")
	}
	sender := notify.Sender{Book: own, Carrier: carry.New(say.Notice, hooks), Log: log}
	return []func(context.Context){keeper.Run, sender.Run}
}
