// Package frames lets a console rest in which nothing happens. Bubble Tea looks for a new frame at fixed moments, up to sixty
// times a second and for as long as it runs, and has no option for that: so its clock is slowed down while no message comes.
package frames

import (
	"reflect"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

const (
	// awake is for how many frames after the last message the clock goes at its usual pace: one shows what came of it.
	awake = 3
	// drowsy is between two looks after that, and drowses for how long: a frame that a busy machine has drawn too late comes then.
	drowsy  = 250 * time.Millisecond
	drowses = 600 * time.Millisecond
	// asleep is between two looks of a resting clock. There is nothing to see then; it bounds how late a frame would be that
	// came without a message.
	asleep = time.Minute
)

// Clock is the clock of one program's frames. Its model stirs it.
type Clock struct {
	program *tea.Program
	ticker  *time.Ticker // the program's; nil before it runs, and if it has none that is known
	every   time.Duration

	mu   sync.Mutex    // guards the fields below
	pace time.Duration // at which it goes
	last time.Time     // when it was stirred
	rest *time.Timer
}

// Of makes the clock that of a program. Call it before the program runs.
func (c *Clock) Of(program *tea.Program) { c.program = program }

// Stir lets frames follow each other at the program's usual pace for a while. Call it in the model's Update and View: from there
// the program's clock is read without a race. A clock of no program does nothing.
func (c *Clock) Stir() {
	if c.ticker == nil && !c.find() {
		return
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.last = time.Now()
	if c.pace == c.every {
		return
	}
	c.run(c.every)
	if c.rest == nil {
		c.rest = time.AfterFunc(awake*c.every, c.sleep)
		return
	}
	c.rest.Reset(awake * c.every)
}

// run lets the clock go at a pace. Call with mu held.
func (c *Clock) run(pace time.Duration) {
	if c.pace != pace {
		c.pace = pace
		c.ticker.Reset(pace)
	}
}

// sleep slows the clock down when it was not stirred for long enough, and looks again when it may be more.
func (c *Clock) sleep() {
	c.mu.Lock()
	defer c.mu.Unlock()
	quiet := time.Since(c.last)
	switch {
	case quiet < awake*c.every:
		c.rest.Reset(awake*c.every - quiet)
	case quiet < drowses:
		c.run(drowsy)
		c.rest.Reset(drowses - quiet)
	default:
		c.run(asleep)
	}
}

// Close forgets the program, which has ended.
func (c *Clock) Close() {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.rest != nil {
		c.rest.Stop()
	}
}

// find looks for the program's ticker, which has no name outside of its package.
func (c *Clock) find() bool {
	if c.program == nil {
		return false
	}
	p := reflect.ValueOf(c.program).Elem()
	ticker, fps := p.FieldByName("ticker"), p.FieldByName("fps")
	if !ticker.IsValid() || ticker.Type() != reflect.TypeFor[*time.Ticker]() || ticker.IsNil() || !fps.IsValid() || !fps.CanInt() || fps.Int() < 1 {
		return false
	}
	c.ticker, c.every = (*time.Ticker)(ticker.UnsafePointer()), time.Second/time.Duration(fps.Int())
	return true
}
