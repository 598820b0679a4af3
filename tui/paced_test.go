package tui

import (
	"testing"
	"testing/synctest"
	"time"

	tea "charm.land/bubbletea/v2"
)

// TestFramesAreHeldBackAfterABurst presses keys a hundred times a second and counts what is drawn.
func TestFramesAreHeldBackAfterABurst(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, _ := warm(t, 300)
		p := newPaced(app, time.Now)
		frames, late, last := 0, 0, ""
		draw := func() {
			if now := p.View().Content; now != last {
				frames, last = frames+1, now
			}
		}
		var due []time.Time // of the frames that are awaited
		for i := range 1000 {
			if len(due) > 0 && !time.Now().Before(due[0]) {
				due = due[1:]
				p.Update(frameMsg{})
				draw()
			}
			before := p.hold
			p.Update(keyPress([]string{"j", "k"}[i/7%2]))
			if p.hold && !before {
				due = append(due, time.Now().Add(time.Second/fps))
			}
			if draw(); i < burst && p.hold {
				late++
			}
			time.Sleep(10 * time.Millisecond)
		}
		if most := 10*fps + burst; frames > most || frames < 10*fps/2 {
			t.Errorf("%d frames in ten seconds, want at most %d", frames, most)
		}
		if late > 1 {
			t.Errorf("%d of the first %d frames were held back", late, burst)
		}
	})
}

// TestTheLastFrameIsDrawn proves that what is held back comes by itself.
func TestTheLastFrameIsDrawn(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		app, _ := warm(t, 300)
		p := newPaced(app, time.Now)
		p.View()
		var cmd tea.Cmd
		for range 20 {
			if _, next := p.Update(keyPress("j")); next != nil {
				cmd = next
			}
			p.View()
		}
		if p.View().Content == app.View().Content || cmd == nil {
			t.Fatal("twenty frames were drawn at once")
		}
		msg := cmd()
		if batch, ok := msg.(tea.BatchMsg); ok {
			msg = batch[len(batch)-1]()
		}
		p.Update(msg)
		if p.View().Content != app.View().Content {
			t.Errorf("the last frame is not drawn after %T", msg)
		}
	})
}
