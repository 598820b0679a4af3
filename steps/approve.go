package steps

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// Approve lets the saga go on when other people have agreed to the steps behind it; see engine.Asker.
type Approve struct{}

const (
	inNeed       = "need"
	inFrom       = "from"
	inAskedFor   = "within"
	defaultAsked = "24h"
)

// Name is "approve".
func (Approve) Name() string { return "approve" }

// Inputs declares how many have to agree, who, and for how long they are asked.
func (a Approve) Inputs() []engine.Field {
	return []engine.Field{
		{Name: inNeed, Label: "Approvals", Type: engine.IntField, Default: "1", Help: "how many people besides the one who launches have to agree"},
		{Name: inFrom, Label: "From", Type: engine.TextField, Help: "who counts, as ops2,ops3; empty: every approver", Check: a.check},
		{Name: inAskedFor, Label: "Within", Type: engine.TextField, Default: defaultAsked, Help: "for how long they are asked; then the saga is undone", Check: lasting(time.Minute, engine.MaxWithin)},
	}
}

func (a Approve) check(_ string, in engine.Inputs) error {
	_, err := a.Asks(in)
	return err
}

// Asks is what the inputs say.
func (Approve) Asks(in engine.Inputs) (engine.Demand, error) {
	d := engine.Demand{Need: 1}
	var err error
	if in[inNeed] != "" {
		if d.Need, err = strconv.Atoi(in[inNeed]); err != nil {
			return d, fmt.Errorf("%q is not a number of people", visible.Short(in[inNeed], 40))
		}
	}
	within := in[inAskedFor]
	if within == "" {
		within = defaultAsked
	}
	lasts, err := time.ParseDuration(within)
	d.Within = engine.Span(lasts)
	if err != nil {
		return d, fmt.Errorf("%q is not a time: write it as 24h", visible.Short(within, 40))
	}
	for name := range strings.SplitSeq(in[inFrom], ",") {
		name = strings.TrimSpace(name)
		if name != "" {
			d.From = append(d.From, name)
		}
	}
	return d, d.Sound()
}

// Plan says who has to agree.
func (a Approve) Plan(_ context.Context, in engine.Inputs) (engine.Change, error) {
	d, err := a.Asks(in)
	c := engine.Change{Action: engine.ActWait, Undo: nothingToUndo, Note: "undone when nobody has within " + d.Within.String()}
	c.Subject = "approval of " + strconv.Itoa(d.Need)
	if len(d.From) > 0 {
		c.Subject += " of " + visible.Short(strings.Join(d.From, ", "), 200)
	}
	return c, err
}

// Execute runs once they have agreed: nothing is left to do.
func (Approve) Execute(context.Context, *engine.State) error { return nil }

// Local says that no account is needed for it.
func (Approve) Local() {}
