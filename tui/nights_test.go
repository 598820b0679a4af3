package tui

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/engine/notify"
)

func TestWhatCouldNotBeDeliveredNeedsSomebodyUntilItIsDropped(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		s.has("1 needs you")
		d := notify.Delivery{ID: "x/7/pager", Target: "pager", Note: notify.Note{Event: notify.Failed, Kind: "rotate_snapshots", Subject: "web-01"}, GaveUp: engine.At(noon.Add(-time.Hour)), Answer: "it answers 503"}
		body, err := json.Marshal(d)
		if err != nil {
			t.Fatal(err)
		}
		b := s.app.cfg.Backend
		if err := b.PutDocs(t.Context(), engine.DocChange{Doc: engine.Doc{Collection: notify.GivenUp, Name: d.ID, Body: body}}); err != nil {
			t.Fatal(err)
		}
		s.send(lookAgain(t.Context(), b, s.app.feed, func() time.Time { return noon }))
		s.has("2 need you")
		s.press("!")
		s.has("sagas › 77e0b1d2 › decide")
		s.press("!") // the last saga that needs somebody has been seen
		s.has("1 delivery was given up")
		s.has("pager could not be told")
		s.press("!")
		s.has("› 77e0b1d2 › decide")
		s.press("5", "5", "/")
		s.write("undelivered")
		s.press("enter")
		s.has("pager could not be told, it answers 503: rotate_snapshots web-01")
		s.press("enter", "d")
		s.send(lookAgain(t.Context(), b, s.app.feed, func() time.Time { return noon }))
		s.has("1 needs you")
		s.hasNot("pager could not be told")
	})
}

func TestATerminalIsAskedToNotifyOnceInTheWayThatWasChosen(t *testing.T) {
	t.Parallel()
	a := New(Config{Notify: "osc777"})
	defer a.Close()
	failed := []engine.Summary{{ID: "a", Kind: "echo;x\x1b\a", Target: "y", Status: engine.Failed}}
	if a.call(failed) == nil || a.call(failed) != nil {
		t.Error("not told once")
	}
	failed[0].Status = engine.RolledBack
	a.call(failed)
	failed[0].Status = engine.Failed
	if a.call(failed) == nil {
		t.Error("not told of the second time")
	}
	for way, want := range map[string]string{
		"off": "", "": "", "bell": "\a", "osc9": "\x1b]9;echo,x␛␇ y\x1b\\", "osc777": "\x1b]777;notify;arcadia;echo,x␛␇ y\x1b\\",
	} {
		if got := calling(way, "echo;x\x1b\a y"); strings.ReplaceAll(got, "\ufffd", "") != want {
			t.Errorf("%s: %q, want %q", way, got, want)
		}
	}
	if got := throughTmux(calling("osc9", "x")); got != "\x1bPtmux;\x1b\x1b]9;x\x1b\x1b\\\x1b\\" || throughTmux("\a") != "\a" {
		t.Errorf("%q", got)
	}
}
