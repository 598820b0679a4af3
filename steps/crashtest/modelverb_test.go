package crashtest

import (
	"context"
	"fmt"
	"strings"

	"arcadia/engine"
)

// verb asks for one of the things that an operator can ask for besides cancel, rollback and retry.
func (m *model) verb(ctx context.Context, s *told, n int) error {
	why := engine.Request{Reason: "looked at it"}
	on := func(what string, f func(*engine.Session) error) { _ = m.do(what+" "+s.id.Short(), f) } // a refusal is no error
	switch n {
	case 20:
		on("pause", func(e *engine.Session) error { return e.Pause(ctx, s.id, why) })
	case 21:
		on("resume", func(e *engine.Session) error { return e.Resume(ctx, s.id, why) })
	case 22:
		on("skip", func(e *engine.Session) error { return e.Skip(ctx, s.id, why) })
	case 23:
		idx := m.rng.IntN(3)
		on("retry row of", func(e *engine.Session) error { return e.RetryRow(ctx, s.id, idx, why) })
	case 24:
		if err := m.do("freeze", func(e *engine.Session) error { return e.Freeze(ctx, why) }); err == nil {
			m.props.freeze(true)
		}
	case 25:
		m.thaw(ctx)
	default:
		return m.care(ctx)
	}
	return nil
}

func (m *model) thaw(ctx context.Context) {
	m.props.freeze(false)
	_ = m.do("thaw", func(e *engine.Session) error { return e.Thaw(ctx, engine.Request{}) }) // refused when nothing is frozen
}

// care launches a saga that is about a resource and writes no record.
func (m *model) care(ctx context.Context) error {
	all, err := m.p.store.Resources(ctx)
	if err != nil || len(all) == 0 {
		return err
	}
	r := all[m.rng.IntN(len(all))]
	w := wish{kind: []string{"accept_resource", "forget_resource"}[m.rng.IntN(2)], about: r.Key()}
	if r.Type == "droplet_snapshot" && m.rng.IntN(2) == 0 {
		w.kind, w.erases = "delete_snapshot", r.Name
	}
	return m.launch(ctx, w)
}

// see is what an operator does about a saga that is not at rest, if it needs one.
func (m *model) see(ctx context.Context, s *told, sg *engine.Saga) error {
	why := engine.Request{Reason: "looked at it"}
	switch {
	case sg.Paused:
		return m.do("resume "+sg.Short, func(e *engine.Session) error { return e.Resume(ctx, sg.ID, why) })
	case sg.Status == engine.Failed:
		return m.help(ctx, s, sg)
	case undecided(sg) && !sg.Rows[sg.CurrentStepIdx].Dirty && m.rng.IntN(2) == 0:
		return m.do("skip "+sg.Short, func(e *engine.Session) error { return e.Skip(ctx, sg.ID, why) })
	case undecided(sg):
		s.asked = true
		return m.do("cancel "+sg.Short, func(e *engine.Session) error { return e.Cancel(ctx, sg.ID, why) })
	}
	return nil
}

// books says which resources are not as the provider has them, at names where nobody had to accept anything.
func (m *model) books(ctx context.Context) (wrong []string) {
	resources, err := m.p.store.Resources(ctx)
	if err != nil {
		return []string{err.Error()}
	}
	accepted := map[string]bool{}
	for _, s := range m.sagas {
		if s.resolved > 0 {
			accepted[s.name], accepted[s.erases] = true, true
		}
		if s.kind == "forget_resource" && !s.back.IsZero() {
			accepted[s.about] = true // it is accounted for again, whatever others have done to it meanwhile: that shows as drift
		}
	}
	for _, a := range m.world.read(resources) {
		name, _, _ := strings.Cut(a.says, " ")
		if a.state != inSync && !accepted[name] && !accepted[a.key] {
			wrong = append(wrong, fmt.Sprintf("every saga is at rest and %s of saga %s", a, a.saga.Short()))
		}
	}
	return wrong
}
