package tui

import (
	"fmt"
	"testing"

	"arcadia/engine/enginetest"
)

// sizes are the terminals that every screen must look designed on.
var sizes = []struct{ w, h int }{{40, 10}, {80, 24}, {120, 40}, {200, 60}}

// TestScreensLookAsDrawn compares every screen with its golden file at every size.
func TestScreensLookAsDrawn(t *testing.T) {
	t.Parallel()
	scenes := map[string][]string{
		"sagas":            nil,
		"sagas-failed":     {"!"},
		"saga":             {"down", "down", "enter"},
		"saga-failed":      {"!", "enter"},
		"saga-rolled-back": {"down", "down", "down", "down", "down", "enter"},
		"saga-log":         {"down", "down", "L"},
		"row":              {"!", "enter", "enter"},
		"entries":          {"down", "enter", "e"},
		"actions":          {"a"},
		"help":             {"?"},
		"palette":          {":"},
		"messages":         {"T", "T", "T", "5"},
		"messages-none":    {"5"},
	}
	for name, keys := range scenes {
		for _, size := range sizes {
			t.Run(fmt.Sprintf("%s-%dx%d", name, size.w, size.h), func(t *testing.T) {
				t.Parallel()
				backend := func() Backend { return newExhibit(t).session(enginetest.Ops) }
				onStage(t, size.w, size.h, backend, nil, func(s *stage) {
					s.press(keys...)
					s.golden(fmt.Sprintf("%s-%dx%d", name, size.w, size.h))
				})
			})
		}
	}
}
