package main

import (
	"context"
	"fmt"
	"strings"
	"time"
)

// How long a screen must hold still to count as settled, and how long a key is given to show an effect before the
// next one is typed. After an escape the pause is longer than the 50 ms that Bubble Tea waits for the rest of a
// sequence: it takes an escape and a letter that come together for alt and that letter.
const (
	quiet       = 300 * time.Millisecond
	keyPause    = 30 * time.Millisecond
	escapePause = 100 * time.Millisecond
)

type verb int

const (
	doPress  verb = iota // key
	doType               // text, a character at a time
	doWait               // until text is on the screen
	doGone               // until text is not on the screen
	doSettle             // until the screen holds still
	doSnap               // settle, then a picture called text
	doCatch              // a picture called text of the frame the last wait found, moving or not
	doRecord             // begin a moving picture called text
	doCut                // end it
	doSleep              // only for looking around: pictures that are kept wait for something
)

// action is one line of a script.
type action struct {
	verb verb
	key  key
	text string
	last time.Duration
}

// parseScript reads the script of the command line: keys and actions with commas between.
func parseScript(s string) ([]action, error) {
	var script []action
	for word := range strings.SplitSeq(s, ",") {
		if word == "" {
			continue
		}
		name, arg, ok := strings.Cut(word, ":")
		switch {
		case ok && name == "text":
			script = append(script, action{verb: doType, text: arg})
		case ok && name == "wait":
			script = append(script, action{verb: doWait, text: arg})
		case ok && name == "gone":
			script = append(script, action{verb: doGone, text: arg})
		case ok && name == "sleep":
			d, err := time.ParseDuration(arg)
			if err != nil {
				return nil, fmt.Errorf("script word %q: %w", word, err)
			}
			script = append(script, action{verb: doSleep, last: d})
		case word == "settle":
			script = append(script, action{verb: doSettle})
		default:
			k, err := parseKey(word)
			if err != nil {
				return nil, err
			}
			script = append(script, action{verb: doPress, key: k})
		}
	}
	return script, nil
}

// stage carries out a script on a terminal.
type stage struct {
	term  *terminal
	limit time.Duration // for each wait
	seen  *frame        // what the last wait found
	snap  func(name string, f *frame) error
	movie func(name string, shots []shot) error

	reel *reel
}

func (s *stage) play(ctx context.Context, script []action) error {
	for i, a := range script {
		if err := s.do(ctx, a); err != nil {
			return fmt.Errorf("action %d: %w", i+1, err)
		}
	}
	return nil
}

func (s *stage) do(ctx context.Context, a action) error {
	var err error
	switch a.verb {
	case doPress:
		return s.press(ctx, a.key)
	case doType:
		for _, r := range a.text {
			if err := s.press(ctx, key{name: string(r), normal: string(r)}); err != nil {
				return err
			}
		}
	case doWait:
		s.seen, err = s.term.await(ctx, s.limit, fmt.Sprintf("%q on the screen", a.text), func(f *frame) bool { return f.shows(a.text) })
	case doGone:
		s.seen, err = s.term.await(ctx, s.limit, fmt.Sprintf("%q to leave the screen", a.text), func(f *frame) bool { return !f.shows(a.text) })
	case doSettle:
		err = s.term.settle(ctx, quiet, s.limit)
		s.seen = s.term.now()
	case doSnap:
		if err := s.term.settle(ctx, quiet, s.limit); err != nil {
			return err
		}
		return s.snap(a.text, s.term.now())
	case doCatch:
		if s.seen == nil {
			return fmt.Errorf("catch %q: wait for something before", a.text)
		}
		return s.snap(a.text, s.seen)
	case doRecord:
		s.reel = newReel(s.term, a.text, a.last)
	case doCut:
		if s.reel == nil {
			return fmt.Errorf("cut: nothing is being recorded")
		}
		r := s.reel
		s.reel = nil
		return s.movie(r.name, r.cut())
	case doSleep:
		t := time.NewTimer(a.last)
		defer t.Stop()
		select {
		case <-t.C:
		case <-ctx.Done():
			return context.Cause(ctx)
		}
	}
	return err
}

func (s *stage) press(ctx context.Context, k key) error {
	if err := s.term.send(k); err != nil {
		return err
	}
	// Whether the key did anything, and whether the screen moves for another reason, is for the next wait to say.
	pause := keyPause
	if k.normal == "\x1b" {
		pause = escapePause
	}
	_ = s.term.settle(ctx, pause, 5*pause)
	return context.Cause(ctx)
}

// script puts actions together. The constructors below are the words of scenes; there is none for doSleep.
func script(parts ...[]action) []action {
	var all []action
	for _, p := range parts {
		all = append(all, p...)
	}
	return all
}

// press types keys by name. It panics on an unknown name: scenes are part of this program.
func press(names ...string) []action {
	var all []action
	for _, n := range names {
		k, err := parseKey(n)
		if err != nil {
			panic(err)
		}
		all = append(all, action{verb: doPress, key: k})
	}
	return all
}

// typing types text a character at a time.
func typing(text string) []action { return []action{{verb: doType, text: text}} }

func wait(text string) []action { return []action{{verb: doWait, text: text}} }
func gone(text string) []action { return []action{{verb: doGone, text: text}} }
func settle() []action          { return []action{{verb: doSettle}} }
func snap(name string) []action { return []action{{verb: doSnap, text: name}} }

// catch takes the frame that the last wait found. A moving screen may have gone on since, so snap cannot take it.
func catch(name string) []action { return []action{{verb: doCatch, text: name}} }
func cut() []action              { return []action{{verb: doCut}} }

// record begins a moving picture; see newReel for pace.
func record(name string, pace time.Duration) []action {
	return []action{{verb: doRecord, text: name, last: pace}}
}
