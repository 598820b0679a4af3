package engine

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Freeze is one stop of everything: from its beginning to its end no step starts, in either direction. What is under way
// goes on to its own end.
type Freeze struct {
	N        uint64 `json:"n"` // 1, 2, ... in the order of their beginnings
	At       Time   `json:"at"`
	By       *Actor `json:"by,omitempty"` // nil: the engine itself
	Why      string `json:"why"`
	Copy     bool   `json:"copy,omitempty"`    // begun by the store: it is a copy of another, which may have gone on
	Auto     bool   `json:"auto"`              // begun by the engine, which also ends it when an attempt goes well again
	Refused  bool   `json:"refused,omitempty"` // begun by the engine: the provider refuses the token
	EndedAt  Time   `json:"ended_at"`          // zero while it lasts
	EndedBy  *Actor `json:"ended_by,omitempty"`
	EndedWhy string `json:"ended_why,omitempty"`
}

// Who is the operator who began it, or the program.
func (f Freeze) Who() string {
	if f.By == nil {
		return "arcadia"
	}
	return f.By.Name
}

// Frozen is a freeze that has not ended, or that ended a moment ago and lets only some through yet.
type Frozen struct {
	Freeze
	InFlight int `json:"in_flight"` // attempts under way
	Width    int `json:"width"`     // attempts that may be under way at once: 0 while it lasts, growing while it thaws
}

// Freezes reads the newest freezes, the newest first, at most limit; 0 means all.
func (e *Engine) Freezes(ctx context.Context, limit int) ([]Freeze, error) {
	all, err := e.store.Freezes(ctx, limit)
	if err != nil {
		return nil, fmt.Errorf("read the freezes: %w", err)
	}
	return all, nil
}

// Frozen is the freeze that holds things up now, nil when everything goes on. It is cheap, but for the first call on an
// engine that does not run, which reads the store. Feeds are marked with the empty ID when it changes.
func (e *Engine) Frozen() *Frozen {
	if err := e.loadFreezeOnce(context.Background()); err != nil {
		e.log.Error("whether everything is frozen is not known", "error", err)
	}
	return e.gate.frozen()
}

// Freeze stops everything until Thaw: no step starts after it returns, in either direction. It is durable then. The reason
// is required: it stands in everybody's header. A freeze that the engine began is taken over.
func (s *Session) Freeze(ctx context.Context, v Request) error {
	if err := s.permit(VerbFreeze); err != nil {
		return err
	}
	if err := v.check("freeze"); err != nil {
		return err
	}
	if strings.TrimSpace(v.Reason) == "" {
		return fmt.Errorf("freeze: %w: say why: everybody sees it", ErrInput)
	}
	if err := s.engine.freeze(ctx, &s.actor, v.Reason); err != nil {
		return err
	}
	s.engine.gate.calm() // what was let through a moment ago is on its way into the ledger
	return nil
}

func (e *Engine) freeze(ctx context.Context, by *Actor, why string) error {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	for {
		err := e.freezeOnce(ctx, by, why)
		if !e.several || !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// freezeOnce is one try of freeze: in between somebody else may freeze or thaw, elsewhere. Call with freezing held.
func (e *Engine) freezeOnce(ctx context.Context, by *Actor, why string) error {
	if err := e.loadFreezeLocked(ctx); err != nil {
		return err
	}
	if f := e.gate.freeze(); f != nil && !f.Auto {
		return fmt.Errorf("freeze: %w: %s has frozen everything already: %s", ErrRefused, f.Who(), f.Why)
	} else if f != nil {
		if err := e.endFreeze(*f, by, "taken over"); err != nil {
			return err
		}
	}
	return e.beginFreeze(Freeze{By: by, Why: why})
}

// Thaw ends a freeze. What was held up starts again little by little: each attempt that goes well lets twice as many
// through.
func (s *Session) Thaw(ctx context.Context, v Request) error {
	if err := s.permit(VerbThaw); err != nil {
		return err
	}
	if err := v.check("thaw"); err != nil {
		return err
	}
	e := s.engine
	e.freezing.Lock()
	defer e.freezing.Unlock()
	if err := e.loadFreezeLocked(ctx); err != nil {
		return err
	}
	f := e.gate.freeze()
	if f == nil {
		return fmt.Errorf("thaw: %w: nothing is frozen", ErrRefused)
	}
	if err := e.endFreeze(*f, &s.actor, v.Reason); err != nil {
		return err
	}
	e.thaw()
	return nil
}

// beginFreeze makes a new freeze durable and closes the gate. Call with freezing held.
func (e *Engine) beginFreeze(f Freeze) error {
	f.N, f.At = e.gate.known()+1, At(time.Now())
	if err := e.putFreeze(f); err != nil {
		return err
	}
	e.gate.shut(f, time.Now())
	e.log.Warn("everything is frozen", "by", f.Who(), "why", f.Why)
	e.hub.mark("")
	return nil
}

// endFreeze makes the end of a freeze durable. Call with freezing held.
func (e *Engine) endFreeze(f Freeze, by *Actor, why string) error {
	f.EndedAt, f.EndedBy, f.EndedWhy = At(time.Now()), by, why
	if f.EndedAt.Before(f.At.Time) {
		f.EndedAt = f.At
	}
	return e.putFreeze(f)
}

// thaw lets things go on little by little, or at once when nothing waits.
func (e *Engine) thaw() {
	e.gate.thaw()
	e.mu.Lock()
	if len(e.live) == 0 {
		e.gate.endThaw()
	}
	e.mu.Unlock()
	e.log.Info("everything goes on, little by little")
	e.stir()
}

// stir tells every driver and every watcher that the gate has moved.
func (e *Engine) stir() {
	e.mu.Lock()
	for _, r := range e.live {
		r.nudge()
	}
	e.mu.Unlock()
	e.hub.mark("")
}

// putFreeze makes a freeze durable; see unsure for an answer that leaves open whether it is.
func (e *Engine) putFreeze(f Freeze) error {
	if err := e.Err(); err != nil {
		return err
	}
	err := e.store.PutFreeze(context.Background(), f)
	if err == nil || Untouched(err) {
		return err
	}
	return e.unsure(0, fmt.Errorf("record freeze %d: %w", f.N, err))
}

// loadFreeze reads once whether a freeze lasts from before.
func (e *Engine) loadFreeze(ctx context.Context) error {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	return e.loadFreezeLocked(ctx)
}

// loadFreezeOnce is loadFreeze for who does not need to know what others have done a moment ago.
func (e *Engine) loadFreezeOnce(ctx context.Context) error {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	if e.freezeLoaded {
		return nil
	}
	return e.loadFreezeLocked(ctx)
}

func (e *Engine) loadFreezeLocked(ctx context.Context) error {
	if e.freezeLoaded && e.several {
		return e.syncFreezeLocked(ctx)
	}
	if e.freezeLoaded {
		return nil
	}
	last, err := e.Freezes(ctx, 0)
	if err != nil {
		return err
	}
	for _, f := range last {
		if f.Copy {
			e.mu.Lock()
			e.copiedAt = f.At
			e.mu.Unlock()
			break
		}
	}
	if len(last) > 0 {
		e.gate.know(last[0].N)
		if last[0].EndedAt.IsZero() {
			e.gate.shut(last[0], time.Time{}) // one that the engine began is put to the test at once
		}
	}
	e.freezeLoaded = true
	return nil
}

// judge draws conclusions from the end of an attempt: the provider that refuses the token, or that answers nothing but errors for
// a while, freezes everything; an attempt that goes well thaws what the engine froze.
func (e *Engine) judge(id ID, in *stay, res result) {
	v := verdictOf(res)
	e.obey(e.gate.learn(id, in, v, time.Now()), v, res.err)
}

// heard takes in that the provider has answered a look.
func (e *Engine) heard() { e.obey(e.gate.heard(time.Now()), verdictGood, nil) }

// obey does what the gate wants done.
func (e *Engine) obey(o order, v verdict, cause error) {
	switch o {
	case doFreeze:
		e.autoFreeze(v, cause)
	case doThaw:
		e.autoThaw()
	case doStir:
		e.stir()
	case doNothing:
	}
}

func (e *Engine) autoFreeze(v verdict, cause error) {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	if e.gate.freeze() != nil || e.Err() != nil {
		return
	}
	why := "nothing but errors from several sagas for a while, the last: " + errorText(cause)
	if v == verdictRefused {
		why = errorText(cause)
	}
	if err := e.beginFreeze(Freeze{Why: clip(why, MaxWords), Auto: true, Refused: v == verdictRefused}); err != nil {
		e.log.Error("an automatic freeze could not be recorded", "error", err)
	}
}

func (e *Engine) autoThaw() {
	e.freezing.Lock()
	defer e.freezing.Unlock()
	f := e.gate.freeze()
	if f == nil || !f.Auto {
		return
	}
	if err := e.endFreeze(*f, nil, "an attempt went well"); err != nil {
		e.log.Error("the end of an automatic freeze could not be recorded", "error", err)
		return
	}
	e.thaw()
}
