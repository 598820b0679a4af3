package engine

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// wording refuses text of an operator's that cannot be kept as it was given.
func wording(what, text string, most int) error {
	switch {
	case !utf8.ValidString(text):
		return fmt.Errorf("%w: the %s is not UTF-8", ErrInput, what)
	case strings.IndexByte(text, 0) >= 0:
		return fmt.Errorf("%w: the %s has a zero byte in it", ErrInput, what)
	case len(text) > most:
		return fmt.Errorf("%w: the %s has %d bytes: %w: at most %d", ErrInput, what, len(text), ErrTooLarge, most)
	}
	return nil
}

// check refuses a verb whose reason cannot be kept.
func (v Request) check(verb string) error {
	if err := wording("reason", v.Reason, MaxWords); err != nil {
		return fmt.Errorf("%s: %w", verb, err)
	}
	return nil
}

// check refuses a launch with text in it that cannot be kept.
func (l *Launch) check() error {
	for _, text := range [...]struct {
		what, text string
		most       int
	}{{"kind", l.Kind, MaxName}, {"key", l.Key, MaxName}, {"reason", l.Reason, MaxWords}, {"plan's hash", l.PlanHash, MaxName}} {
		if err := wording(text.what, text.text, text.most); err != nil {
			return fmt.Errorf("launch: %w", err)
		}
	}
	if l.OnFailure != OnFailureRollBack && l.OnFailure != OnFailurePause {
		return fmt.Errorf("launch: %w: %.40q is not what can follow a failure", ErrInput, string(l.OnFailure))
	}
	for i, s := range l.Steps {
		if err := wording(fmt.Sprintf("name of step %d", i), s, MaxName); err != nil {
			return fmt.Errorf("launch: %w", err)
		}
	}
	if err := DocsFit(l.Docs); err != nil {
		return fmt.Errorf("launch: %w: %w", ErrInput, err)
	}
	n := 0
	for _, name := range slices.Sorted(maps.Keys(l.Inputs)) {
		if err := wording("name of an input", name, MaxName); err != nil {
			return fmt.Errorf("launch: %w", err)
		}
		value := l.Inputs[name]
		if err := wording("value", value, MaxInputs); err != nil {
			return &InputError{Name: name, Idx: -1, Err: err}
		}
		n += len(name) + len(value)
	}
	if n > MaxInputs {
		return fmt.Errorf("launch: %w: inputs of %d bytes: %w: at most %d", ErrInput, n, ErrTooLarge, MaxInputs)
	}
	return nil
}

// lockable refuses locks that no store takes: their names come from the inputs.
func lockable(names []string) error {
	if len(names) > MaxLocks {
		return fmt.Errorf("launch: %w: it needs %d locks: %w: at most %d: launch it in parts", ErrInput, len(names), ErrTooLarge, MaxLocks)
	}
	for _, n := range names {
		if err := wording("name of a lock", n, MaxName); err != nil {
			return fmt.Errorf("launch: %w", err)
		}
		if n == "" {
			return fmt.Errorf("launch: %w: a lock without a name", ErrInput)
		}
	}
	return nil
}
