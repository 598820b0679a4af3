package engine

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"time"
)

// Account is whose things steps change. A store belongs to one: that of the first saga that needs one.
type Account struct {
	UUID     string `json:"uuid"`                // of the account, by the provider
	TeamUUID string `json:"team_uuid,omitempty"` // of its team; members of a team have accounts of their own
	Team     string `json:"team,omitempty"`      // the team's name
	Host     string `json:"host"`                // of the API, without a port
}

// Same reports whether both are one account, as far as what is in it goes.
func (a Account) Same(b Account) bool {
	if a.Host != b.Host {
		return false
	}
	if a.TeamUUID != "" && b.TeamUUID != "" {
		return a.TeamUUID == b.TeamUUID
	}
	return a.UUID == b.UUID
}

// owner tells the account from every other one.
func (a Account) owner() string { return cmp.Or(a.TeamUUID, a.UUID) }

func (a Account) short() string { return a.UUID[:min(8, len(a.UUID))] }

func (a Account) name() string {
	if a.Team == "" {
		return "account " + a.short()
	}
	return "team " + a.Team
}

// Local is a step that needs no account: what it does, it does wherever the program runs.
type Local interface {
	Local()
}

// Where a store says to which account it belongs.
const (
	storeCollection = "store"
	accountName     = "account"
)

// accountAsk bounds one question whose account it is.
const accountAsk = 5 * time.Second

// owner is what an engine knows of the account of its store, and of its own.
type owner struct {
	mu    sync.Mutex // guards the fields below; never held during a call
	bound *Account   // to which the store belongs; nil: to none yet
	known *Account   // which the steps act on; nil: not known
	why   error      // why it is not known; nil: nobody has asked
}

// needsAccount reports whether one of the steps does.
func (e *Engine) needsAccount(steps []string) bool {
	if e.account == nil {
		return false
	}
	for _, name := range steps {
		if _, local := e.steps[name].(Local); !local {
			return true
		}
	}
	return false
}

// current is the account that the steps act on. It is asked for once.
func (e *Engine) current(ctx context.Context) (Account, error) {
	o := &e.owner
	o.mu.Lock()
	known := o.known
	o.mu.Unlock()
	if known != nil {
		return *known, nil
	}
	ctx, cancel := context.WithTimeout(ctx, accountAsk)
	defer cancel()
	a, err := e.account(ctx)
	o.mu.Lock()
	defer o.mu.Unlock()
	o.why = err
	if err != nil {
		return a, fmt.Errorf("ask whose account it is: %w", err)
	}
	o.known = &a
	return a, nil
}

// own is the account that the steps act on, as far as it is known.
func (e *Engine) own() string {
	e.owner.mu.Lock()
	defer e.owner.mu.Unlock()
	if e.owner.known == nil {
		return ""
	}
	return e.owner.known.owner()
}

// estranged is the account that the store belongs to, and why the steps here do not act on it; no reason when they do, or when
// that is not known yet.
func (e *Engine) estranged() (account, why string) {
	o := &e.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.bound == nil:
	case o.known == nil && o.why != nil:
		return o.bound.owner(), "whose account this process has cannot be asked: " + errorText(o.why)
	case o.known != nil && !o.bound.Same(*o.known):
		return o.bound.owner(), errorText(foreign(*o.bound, *o.known))
	}
	return "", ""
}

// introduce asks whose account the steps act on, until there is an answer, and lets the other hosts know. Whoever drives and should not
// makes way.
func (e *Engine) introduce(ctx context.Context) {
	if e.account == nil {
		return
	}
	for wait := time.Second; ctx.Err() == nil; wait = min(2*wait, sweepEvery) {
		_, err := e.current(ctx)
		_, ownerErr := e.Owner(ctx)
		if err == nil && ownerErr == nil {
			break
		}
		sleep(ctx, wait)
	}
	e.crowd.mu.Lock()
	e.crowd.said = false
	e.crowd.mu.Unlock()
	e.attend(ctx)
	if err := e.makeWay(ctx); err != nil && ctx.Err() == nil {
		e.log.Warn("who should drive is looked at again in a while", "error", err)
	}
}

// Owner is the account that the store belongs to, nil when it belongs to none yet.
func (e *Engine) Owner(ctx context.Context) (*Account, error) {
	o := &e.owner
	o.mu.Lock()
	bound := o.bound
	o.mu.Unlock()
	if bound != nil {
		return bound, nil
	}
	docs, err := e.store.Docs(ctx, storeCollection, accountName)
	if err != nil || len(docs) == 0 {
		return nil, err
	}
	a := &Account{}
	if err := json.Unmarshal(docs[0].Body, a); err != nil {
		return nil, fmt.Errorf("read to which account the store belongs: %w", err)
	}
	e.belongs(*a)
	return a, nil
}

func (e *Engine) belongs(a Account) {
	e.owner.mu.Lock()
	defer e.owner.mu.Unlock()
	e.owner.bound = &a
}

// foreign says that the store belongs to another account than the steps act on.
func foreign(bound, have Account) error {
	return fmt.Errorf("%w: this store belongs to %s (%s); the token is of %s: use its own store (--db), or that account's token",
		ErrRefused, bound.name(), bound.short(), have.name())
}

// claim refuses what would act on another account than the store belongs to. When it belongs to none yet, the answer is the change
// with which it belongs to this one.
func (e *Engine) claim(ctx context.Context) ([]DocChange, error) {
	have, err := e.current(ctx)
	if err != nil {
		return nil, err
	}
	bound, err := e.Owner(ctx)
	switch {
	case err != nil:
		return nil, err
	case bound == nil:
		body, err := json.Marshal(have)
		return []DocChange{{Doc: Doc{Collection: storeCollection, Name: accountName, Body: body}}}, err
	case !bound.Same(have):
		return nil, foreign(*bound, have)
	}
	return nil, nil
}

// bind makes the store belong to the account that the steps act on, if it belongs to none yet.
func (s *Session) bind(ctx context.Context) error {
	for {
		change, err := s.engine.claim(ctx)
		if err != nil || len(change) == 0 {
			return err
		}
		if err := s.engine.putDocs(ctx, s.signed(change)); !errors.Is(err, ErrConflict) {
			return err
		}
	}
}

// admits refuses a verb on a saga whose things are in another account. Where the account cannot be asked the verb is recorded, and
// what it asks for waits.
func (s *Session) admits(ctx context.Context, id ID) error {
	found, err := s.engine.store.Summaries(ctx, id)
	if err != nil || len(found) == 0 || !s.engine.needsAccount(found[0].StepNames) {
		return err
	}
	if _, err := s.engine.current(ctx); err != nil {
		return ctx.Err()
	}
	return s.bind(ctx)
}

// settle asks, until there is an answer, whether what needs an account may be driven. A token that is refused freezes everything, and
// the answer thaws it, as those of attempts do.
func (e *Engine) settle(ctx context.Context) {
	bound, err := e.Owner(ctx)
	if err != nil || e.account == nil || bound == nil && !e.waitsForAccount(ctx) {
		return // it belongs to none yet: whoever launches or asks for something first decides
	}
	for wait := time.Second; ; wait = min(2*wait, sweepEvery) {
		_, err := e.current(ctx)
		if ctx.Err() != nil {
			return
		}
		if err == nil {
			break
		}
		e.log.Warn("whose account it is is not known: what needs one waits", "error", err)
		if class, _ := classify(err); class == classBlocked {
			e.judge("", nil, result{err: err})
		}
		e.stir()
		t := time.NewTimer(wait)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
			return
		}
	}
	if f := e.gate.freeze(); f != nil && f.Auto {
		e.judge("", nil, result{})
	}
	if bound == nil { // an older build has left sagas in it: who drives them first decides
		e.adoptStore(ctx)
	}
	e.stir()
}

// adoptStore makes a store that belongs to no account yet belong to this one.
func (e *Engine) adoptStore(ctx context.Context) {
	change, err := e.claim(ctx)
	if err == nil && len(change) > 0 {
		change[0].By, change[0].UpdatedAt = Actor{Name: "arcadia"}, At(time.Now())
		err = e.putDocs(ctx, change)
	}
	if err != nil && !errors.Is(err, ErrConflict) {
		e.log.Error("to which account the store belongs is not recorded", "error", err)
	}
}

// waitsForAccount reports whether a saga is unfinished that needs an account.
func (e *Engine) waitsForAccount(ctx context.Context) bool {
	p, err := e.store.List(ctx, Query{Statuses: []Status{Pending, Running, Compensating}, Limit: 1000})
	return err == nil && slices.ContainsFunc(p.Items, func(s Summary) bool { return e.needsAccount(s.StepNames) })
}

// accountHolds says whether a saga that needs an account has to wait for it: for a moment, while it is asked for, or until something
// changes.
func (e *Engine) accountHolds() (asking bool, waiting []Waiting) {
	o := &e.owner
	o.mu.Lock()
	defer o.mu.Unlock()
	switch {
	case o.bound == nil:
	case o.known == nil && o.why == nil:
		return true, nil
	case o.known == nil:
		return false, []Waiting{{For: ForProvider, Because: BecauseAccount, Text: "whose account it is cannot be asked: " + errorText(o.why)}}
	case !o.bound.Same(*o.known):
		return false, []Waiting{{For: ForOperator, Because: BecauseAccount, Text: "an account: " + errorText(foreign(*o.bound, *o.known))}}
	}
	return false, nil
}
