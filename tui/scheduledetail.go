package tui

import (
	"context"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/night"
	"arcadia/engine/notify"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

// timedDetail is what is known of one schedule besides its row. Its texts are clean.
type timedDetail struct {
	name   string
	inputs []say.Input // of what it launches, with their labels
	thing  string      // the type of what it launches one for each of; empty: it launches one
	each   []string    // the ids of those that there are now
	named  map[string]string
	tells  []string // targets that hear of it when it fails
	nights []fired  // the newest first
	more   int      // outcomes that are not among them
	err    string   // what could not be read
}

// fired is an occurrence with its sagas.
type fired struct {
	schedule.Outcome
	sagas []ran
	gone  int // sagas that were pruned since, or are too many to be read
}

// ran is a saga of an occurrence.
type ran struct {
	engine.Summary
	made, deleted int
	why           string // why it failed; empty when it has not
}

// timedDetailMsg answers a look at a schedule.
type timedDetailMsg struct {
	ask    int
	detail *timedDetail
}

// The bounds of a look at a schedule.
const (
	detailNights = 24
	detailSagas  = 150
)

func readTimed(ctx context.Context, b Backend, v *timed, things schedule.Things) *timedDetail {
	d := &timedDetail{name: v.Name, named: map[string]string{}}
	d.labels(b, v)
	note := func(err error) {
		if err != nil && d.err == "" {
			d.err = visible.Text(err.Error())
		}
	}
	note(d.listEach(ctx, b, v, things))
	targets, err := notify.List(ctx, b)
	note(err)
	for _, t := range targets {
		if t.Hears(v.Kind) {
			d.tells = append(d.tells, visible.Text(t.Name))
		}
	}
	note(d.readNights(ctx, b, v.State.Outcomes))
	return d
}

// labels gives the inputs the labels of their form.
func (d *timedDetail) labels(b Backend, v *timed) {
	var labels say.Labels
	if _, fields, err := b.Fields(v.Kind, v.Steps); err == nil { // without them the names say as much
		labels = say.LabelsOf(fields)
	}
	for _, in := range say.Inputs(v.Inputs, labels) {
		d.inputs = append(d.inputs, say.Input{Label: visible.Text(in.Label), Value: visible.Short(in.Value, 60)})
	}
}

// listEach lists the things that it would launch a saga for now.
func (d *timedDetail) listEach(ctx context.Context, b Backend, v *timed, things schedule.Things) error {
	if v.ForEach == "" {
		return nil
	}
	at := slices.IndexFunc(b.Kinds(), func(k engine.Kind) bool { return k.Name == v.Kind })
	if at < 0 || things == nil {
		return nil
	}
	d.thing = visible.Text(b.Kinds()[at].On.Type)
	found, err := things(ctx, b.Kinds()[at].On.Type, v.ForEach[len("tag:"):])
	for _, says := range found {
		id := visible.Text(says["id"])
		d.each = append(d.each, id)
		d.named[id] = visible.Text(says["name"])
	}
	return err
}

// readNights reads the sagas of the newest occurrences.
func (d *timedDetail) readNights(ctx context.Context, b Backend, all []schedule.Outcome) error {
	read := 0
	for _, o := range slices.Backward(all) {
		if len(d.nights) == detailNights {
			d.more++
			continue
		}
		f := fired{Outcome: o}
		f.Why = visible.Text(o.Why)
		for _, id := range o.Sagas {
			if read == detailSagas {
				f.gone++
				continue
			}
			read++
			s, err := b.Saga(ctx, id)
			if err != nil { // pruned, or the store does not answer: then nothing else will be read either
				f.gone++
				if ctx.Err() != nil {
					return err
				}
				continue
			}
			f.sagas = append(f.sagas, ranOf(s))
		}
		d.nights = append(d.nights, f)
	}
	return nil
}

func ranOf(s *engine.Saga) ran {
	r := ran{Summary: s.Summary}
	r.made, r.deleted = night.Total(night.Changes(s))
	clean.Summary(&r.Summary)
	r.why = visible.Text(night.Failure(s))
	return r
}

// bad reports whether a saga has not done what it was launched for.
func (r *ran) bad() bool {
	return r.Status == engine.Failed || r.Status == engine.RolledBack || r.NeedsOperator()
}

// trouble reports whether a saga of the occurrence has not done what it should.
func (f *fired) trouble() bool {
	return slices.ContainsFunc(f.sagas, func(r ran) bool { return r.bad() })
}

// late is by how much the first saga came after its time; 0 for less than a minute.
func (f *fired) late() time.Duration {
	if len(f.sagas) == 0 {
		return 0
	}
	if d := f.sagas[0].CreatedAt.Sub(f.At.Time); d >= time.Minute {
		return d
	}
	return 0
}
