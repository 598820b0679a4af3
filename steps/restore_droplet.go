package steps

import (
	"context"

	"arcadia/engine"
)

// restore is the kind that puts a snapshot in the place of what is on a droplet.
func (r recipe) restore() engine.Kind {
	image := pick(NewRebuildDroplet(r.cloud, r.ledger).Inputs(), inImage)[0]
	return engine.Kind{
		Name: "restore_droplet", Summary: "puts a snapshot in the place of all that is on a droplet, with a copy of that taken before",
		Undo: "rebuilds the droplet from that copy, and deletes the copy", On: onDroplet,
		Inputs: append(append([]engine.Field{r.droplet(), image}, healthFields()...), approvalsField("that it is kept")),
		Make: func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			d, err := r.resting(ctx, in)
			if err != nil {
				return nil, err
			}
			rebuild := call("rebuild_droplet", "")
			rebuild.From = map[string]string{inSafety: keyVerified}
			out := append(copied("the way back"), off("what is written now would be lost"), rebuild, call("power_on_droplet", "", inIsOff, "yes"))
			if in[inHTTP]+in[inTCP] != "" {
				if err := healthy(in); err != nil {
					return nil, err
				}
				answers := call("wait_for", "one that does not work goes back")
				answers.Inputs = probing(in, d.IPv4)
				out = append(out, answers)
			}
			return append(out, agreed(in, "keep it? no brings back what was there")...), nil
		},
	}
}

// resize is the kind that gives a droplet another size.
func (r recipe) resize() engine.Kind {
	size := pick(NewResizeDroplet(r.cloud).Inputs(), inSize)[0]
	return engine.Kind{
		Name: "resize_droplet", Summary: "gives a droplet more or fewer processors and memory; its disk stays",
		Undo: "gives the former size back, switches it on, deletes the snapshot", On: onDroplet,
		Inputs: append([]engine.Field{r.droplet(), size, graceField()}, healthFields()...),
		Make: func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			d, err := dropletStep{r.cloud}.find(ctx, in)
			if err != nil {
				return nil, err
			}
			out := []engine.StepCall{call("create_droplet_snapshot", "a copy, should the droplet not come back"), call("power_off_droplet", ""), call("resize_droplet", "")}
			if d.Status == statusActive {
				out = append(out, call("power_on_droplet", "", inIsOff, "yes"))
			}
			if in[inHTTP]+in[inTCP] == "" || d.Status != statusActive {
				return out, nil
			}
			if err := healthy(in); err != nil {
				return nil, err
			}
			answers := call("wait_for", "one that does not work gets its former size back")
			answers.Inputs = probing(in, d.IPv4)
			return append(out, answers), nil
		},
	}
}
