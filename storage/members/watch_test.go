package main

import (
	"context"
	"slices"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
)

// TestWhoFollowsHearsOfAChangeInTime measures from a launch at one host, before it is durable, to the mark on a console at another.
func TestWhoFollowsHearsOfAChangeInTime(t *testing.T) {
	t.Parallel()
	conf := fresh()
	var engines [2]*engine.Engine
	stopped := make(chan error, len(engines))
	ctx, stop := context.WithCancel(t.Context())
	for i := range engines {
		e, err := engine.New(opened(t, conf), engine.Config{
			Steps: []engine.Step{enginetest.Echo()}, Kinds: []engine.Kind{enginetest.Kind}, Host: engine.Host{Name: name(i)},
		})
		if err != nil {
			t.Fatal(err)
		}
		go func() { stopped <- e.Run(ctx) }()
		engines[i] = e
	}
	defer func() {
		stop()
		for range engines {
			if err := <-stopped; err != nil {
				t.Error(err)
			}
		}
	}()
	for engines[0].Drives() == engines[1].Drives() {
		time.Sleep(10 * time.Millisecond)
	}
	if !engines[0].Drives() {
		engines[0], engines[1] = engines[1], engines[0]
	}
	feed := engines[1].Watch()
	defer feed.Close()
	var took []time.Duration
	for range 100 {
		began := time.Now()
		sg, err := engines[0].As(ops).Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		if err != nil {
			t.Fatal(err)
		}
		for {
			<-feed.Ready()
			if ids, all := feed.Take(); all || slices.Contains(ids, sg.ID) {
				break
			}
		}
		took = append(took, time.Since(began))
	}
	slices.Sort(took)
	median, most := took[len(took)/2], took[len(took)-1]
	if median > 250*time.Millisecond {
		t.Errorf("half of the changes were heard of after %s or later", median)
	}
	t.Logf("figure | a launch at one host, a console at another is told | 100 changes | median %s, the longest %s", median.Round(10*time.Microsecond), most.Round(10*time.Microsecond))
}
