package schedule

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"time"

	"arcadia/engine"
)

// Engine is what a Keeper asks of the engine, as one person. *engine.Session satisfies it.
type Engine interface {
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	PutDocs(ctx context.Context, changes ...engine.DocChange) error
	Start(ctx context.Context, l engine.Launch) (*engine.Saga, error)
	Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error)
	Kinds() []engine.Kind
	Frozen() *engine.Frozen
}

// Things lists the things of a type that carry a tag, each by its attributes; "id" is one of them. Live reads.
type Things func(ctx context.Context, of, tag string) ([]map[string]string, error)

// Keeper launches what is due. It is driven by whoever drives the store's sagas; several on one store do no harm.
type Keeper struct {
	As     func(schedule string) Engine // the engine as a schedule acts: what it launches bears its name
	Things Things                       // nil: schedules for each thing fire on nothing, and say so
	Watch  func() *engine.Feed          // of what changes in the store; only Run needs it
	Log    *slog.Logger                 // nil: silence

	// Tell gives the documents that become durable with an outcome that somebody must hear of: what was missed, or Refused. Nil: nobody
	// is told.
	Tell func(ctx context.Context, schedule string, o Outcome) ([]engine.DocChange, error)
}

// How often a Keeper looks.
const (
	lookPause = 2 * time.Second  // between two looks at least, unless something is due
	lookAgain = 15 * time.Second // when something could not be decided
	lookEvery = time.Minute      // when nothing is due and nothing has changed: clocks are set
)

// Run looks until ctx ends: when something is due, and when the store has changed. What fails is logged and tried again.
func (k Keeper) Run(ctx context.Context) {
	log := k.Log
	if log == nil {
		log = slog.New(slog.DiscardHandler)
	}
	feed := k.Watch()
	defer feed.Close()
	for ctx.Err() == nil {
		next, err := k.Look(ctx, time.Now())
		wait := lookEvery
		if err != nil && ctx.Err() == nil {
			wait = lookAgain
			log.Error("schedules cannot be looked at", "error", err)
		}
		if !next.IsZero() {
			wait = min(wait, max(time.Second, time.Until(next)))
		}
		feed.Await(ctx, min(wait, lookPause), wait)
	}
}

// Look decides about everything that is due now, and says when the next occurrence is, zero when there is none. What
// cannot be decided now, because the provider does not answer, is left for the next look until its window is over.
func (k Keeper) Look(ctx context.Context, now time.Time) (next time.Time, err error) {
	docs, err := k.As("").Docs(ctx, Collection)
	if err != nil {
		return time.Time{}, err
	}
	var errs []error
	for _, d := range docs {
		at, err := k.keep(ctx, d, now)
		if err != nil && !errors.Is(err, engine.ErrConflict) { // another host has decided, or a person has changed it
			errs = append(errs, fmt.Errorf("schedule %s: %w", d.Name, err))
		}
		if !at.IsZero() && (next.IsZero() || at.Before(next)) {
			next = at
		}
	}
	return next, errors.Join(errs...)
}

// keep decides about one schedule. Each decision is durable before the next one is made.
func (k Keeper) keep(ctx context.Context, d engine.Doc, now time.Time) (next time.Time, err error) {
	s, err := read(d)
	if err != nil {
		return time.Time{}, err
	}
	rule, err := s.Rule()
	if err != nil {
		return time.Time{}, err
	}
	state, version, err := k.state(ctx, s)
	if err != nil {
		return time.Time{}, err
	}
	p := dueNow(&s, rule, state.DecidedUntil.Time, now)
	told := state.Outcomes
	put := func(to State) error {
		state = to
		docs, err := k.tell(ctx, s.Name, told, state)
		if err != nil {
			return err
		}
		told = state.Outcomes
		err = putState(ctx, k.As(s.Name), s.Name, state, version, docs...)
		version++
		return err
	}
	for _, at := range p.fire {
		o, err := k.fire(ctx, &s, at, state, put)
		if err != nil {
			return now.Add(lookAgain), err
		}
		before := p.missed // what was missed is older than what runs
		p.missed = nil
		if err := put(state.decided(at, append(before, o)...)); err != nil {
			return time.Time{}, err
		}
	}
	if len(p.missed) > 0 {
		if err := put(state.decided(p.until, p.missed...)); err != nil {
			return time.Time{}, err
		}
	}
	return p.next, nil
}

// state reads what was decided so far. Of a new schedule that is: everything before it was made.
func (k Keeper) state(ctx context.Context, s Schedule) (State, uint64, error) {
	return stateOf(ctx, k.As(s.Name), s)
}

func stateOf(ctx context.Context, eng Engine, s Schedule) (State, uint64, error) {
	docs, err := eng.Docs(ctx, States, s.Name)
	if err != nil {
		return State{}, 0, err
	}
	var state State
	var version uint64
	if len(docs) > 0 {
		if err := json.Unmarshal(docs[0].Body, &state); err != nil {
			return State{}, 0, fmt.Errorf("read the state of schedule %s: %w", s.Name, err)
		}
		version = docs[0].Version
	}
	if state.DecidedUntil.Before(s.Since.Time) {
		state.DecidedUntil = s.Since
	}
	return state, version, nil
}

// tell are the documents for the outcomes that are new and that somebody must hear of: a person's own pause or freeze is no news.
func (k Keeper) tell(ctx context.Context, name string, before []Outcome, state State) ([]engine.DocChange, error) {
	if k.Tell == nil {
		return nil, nil
	}
	var out []engine.DocChange
	for _, o := range state.Outcomes {
		if o.Result != Missed && !o.Refused || slices.ContainsFunc(before, func(b Outcome) bool { return b.At.Equal(o.At.Time) && b.Result == o.Result }) {
			continue
		}
		docs, err := k.Tell(ctx, name, o)
		if err != nil {
			return nil, err
		}
		out = append(out, docs...)
	}
	return out, nil
}

func putState(ctx context.Context, eng Engine, name string, state State, version uint64, more ...engine.DocChange) error {
	body, err := json.Marshal(state)
	if err != nil {
		return err
	}
	return eng.PutDocs(ctx, append(more, engine.DocChange{Doc: engine.Doc{Collection: States, Name: name, Body: body}, IfVersion: version})...)
}

// fire launches one occurrence, or says why not. An error means that it is not decided. What was begun before a crash goes on
// whatever has changed since: some of its sagas may be there.
func (k Keeper) fire(ctx context.Context, s *Schedule, at time.Time, state State, put func(State) error) (Outcome, error) {
	eng := k.As(s.Name)
	begun := state.Firing.Equal(at)
	out := Outcome{At: engine.At(at), Result: Skipped}
	if !begun {
		running, err := unrested(ctx, eng, state)
		if err != nil {
			return Outcome{}, err
		}
		out.Why = whyNot(s, eng.Frozen(), running)
		if out.Why != "" {
			return out, nil
		}
	}
	launches, why, err := k.launches(ctx, s, at)
	if err != nil || why != "" {
		out.Why, out.Refused = why, true
		return out, err
	}
	if !begun {
		state.Firing = engine.At(at)
		if err := put(state); err != nil {
			return Outcome{}, err
		}
	}
	for _, l := range launches {
		saga, err := eng.Start(ctx, l)
		switch {
		case err == nil:
			out.Sagas = append(out.Sagas, saga.ID)
		case refusal(err):
			out.Why, out.Refused = err.Error(), true
		default:
			return Outcome{}, err
		}
	}
	if len(out.Sagas) > 0 {
		out.Result = Fired
	}
	return out, nil
}

// Fire launches now what a schedule launches, besides its times, and notes it. A pause or a freeze does not hold it back: a
// person asks for it.
func (k Keeper) Fire(ctx context.Context, name string, now time.Time) (Outcome, error) {
	v, err := Get(ctx, k.As(name), name)
	if err != nil {
		return Outcome{}, err
	}
	s := v.Schedule
	s.Name = name
	state, version, err := stateOf(ctx, k.As(name), s)
	if err != nil {
		return Outcome{}, err
	}
	at := now.UTC().Truncate(time.Second)
	until, firing := state.DecidedUntil, state.Firing
	state.Firing = engine.At(at)
	o, err := k.fire(ctx, &s, at, state, nil)
	if err != nil {
		return Outcome{}, err
	}
	state = state.decided(until.Time, o)
	state.Firing = firing
	return o, putState(ctx, k.As(name), name, state, version)
}

// refusal reports whether trying the same launch again soon would end alike.
func refusal(err error) bool {
	for _, is := range []error{engine.ErrRefused, engine.ErrInput, engine.ErrLocked, engine.ErrKeyTaken, engine.ErrForbidden, engine.ErrTooLarge} {
		if errors.Is(err, is) {
			return true
		}
	}
	return false
}

// unrested is a saga of the last occurrence that fired and that is not at rest; empty when there is none.
func unrested(ctx context.Context, eng Engine, state State) (engine.ID, error) {
	for _, v := range slices.Backward(state.Outcomes) {
		ids := v.Sagas
		if len(ids) == 0 {
			continue
		}
		all, err := eng.Summaries(ctx, ids...)
		for _, sum := range all {
			if !sum.Status.Terminal() {
				return sum.ID, err
			}
		}
		return "", err
	}
	return "", nil
}

// launches are those of one occurrence, or why there are none.
func (k Keeper) launches(ctx context.Context, s *Schedule, at time.Time) ([]engine.Launch, string, error) {
	one := engine.Launch{
		Kind: s.Kind, Steps: s.Steps, Inputs: s.Inputs, OnFailure: s.OnFailure, Key: s.Key(at, ""),
		Reason: "schedule " + s.Name + ", " + at.UTC().Format(time.RFC3339), Under: &engine.Under{Of: Of(s.Name), Hash: s.Hash()},
	}
	if s.ForEach == "" {
		return []engine.Launch{one}, "", nil
	}
	each, err := Each(ctx, s, k.As(s.Name).Kinds(), k.Things)
	if err != nil {
		if refusal(err) {
			return nil, err.Error(), nil
		}
		return nil, "", err
	}
	var out []engine.Launch
	for _, t := range each {
		l := one
		l.Inputs, l.Key = t.Inputs, s.Key(at, t.Name)
		out = append(out, l)
	}
	if len(out) == 0 {
		return nil, "nothing carries " + s.ForEach, nil
	}
	return out, "", nil
}
