package main

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/policy"
)

// TestTheStricterFileOfTwoHostsHolds gives two hosts policy files that differ, edits that of one, and launches at the other, whose own file asks
// for nothing.
func TestTheStricterFileOfTwoHostsHolds(t *testing.T) {
	t.Parallel()
	conf := fresh()
	conf.Lease = 3 * time.Second
	dir := t.TempDir()
	file := func(i int) string { return filepath.Join(dir, name(i)+".yaml") }
	write := func(i int, text string) {
		t.Helper()
		must(t, os.WriteFile(file(i), []byte(text), 0o600))
	}
	write(0, "approvals:\n  - when: {kind: adhoc}\n    need: 1\n    within: 2h\nbreak_glass: {after: 5m}\n")
	var engines [2]*engine.Engine
	stopped := make(chan error, len(engines))
	ctx, stop := context.WithCancel(t.Context())
	defer func() {
		stop()
		for range engines {
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		}
	}()
	for i := range engines {
		e, err := engine.New(opened(t, conf), engine.Config{
			Steps: []engine.Step{enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}, Host: engine.Host{Name: name(i)}, Policy: policy.File(file(i)).Policy,
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() { stopped <- e.Run(ctx) }()
		engines[i] = e
	}
	here := engines[1].As(ops)
	launch := func() (*engine.Saga, error) {
		return here.Create(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
	}
	// until is when a launch here first answers as the other host's file says.
	until := func(what string, ok func(*engine.Saga, error) bool) {
		t.Helper()
		began := time.Now()
		for deadline := began.Add(20 * time.Second); ; time.Sleep(20 * time.Millisecond) {
			sg, err := launch()
			if ok(sg, err) {
				t.Logf("figure | a policy file of another host holds here: %s | %d ms", what, time.Since(began).Milliseconds())
				return
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: launched with %v", what, err)
			}
		}
	}
	asks := func(need int, within time.Duration) func(*engine.Saga, error) bool {
		return func(sg *engine.Saga, err error) bool {
			return err == nil && sg.Approval != nil && sg.Approval.Need == need && sg.Approval.Within == engine.Span(within)
		}
	}
	refuses := func(text string) func(*engine.Saga, error) bool {
		return func(_ *engine.Saga, err error) bool {
			return errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), text)
		}
	}
	until("one has to approve", asks(1, 2*time.Hour))
	write(1, "approvals:\n  - when: {step: echo}\n    need: 2\n    within: 4h\n")
	until("the stricter of both parts", asks(2, 2*time.Hour))
	if testing.Short() {
		return // an edit is told to the others with the next look, which takes some seconds each time
	}
	write(0, "approvals:\n  - when: {kind: adhoc}\n    nead: 1\n")
	until("a line that is wrong forbids", refuses("host "+name(0)+" cannot read its policy, and what cannot be read forbids"))
	must(t, os.Remove(file(0)))
	until("its own only, once the other file is gone", asks(2, 4*time.Hour))
}
