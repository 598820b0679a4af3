package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

// pace is the least time between two looks at the dirty set. The engine may change ten thousand times a second; the screen
// is drawn fifteen times.
const pace = 25 * time.Millisecond

// openedMsg is the engine's first answer.
type openedMsg struct {
	feed   *engine.Feed
	kinds  []engine.Kind
	steps  []string
	counts engine.Counts
	busy   map[engine.ID]say.Stand
	ended  map[engine.ID]time.Time
	used   map[string]int
	frozen *engine.Frozen
	nights *Nights
	crowd  *engine.Crowd
	err    error
}

// changesMsg is what has changed since the last one.
type changesMsg struct {
	changed Fresh
	counts  engine.Counts
	busy    map[engine.ID]say.Stand // nil: no news of it besides the changes
	frozen  *engine.Frozen
	nights  *Nights // nil: no news of them
	crowd   *engine.Crowd
	err     error
}

// Fresh is what came with a Changed: the new headers of the sagas that changed, clean, or All when they are too many to
// name and everything shown has to be read again.
type Fresh struct {
	Summaries []engine.Summary
	All       bool
}

// open subscribes before it reads, so that no change falls between the two.
func (a *App) open() tea.Cmd {
	ctx, b, now, crowd := a.ctx, a.cfg.Backend, a.now(), a.lookCrowd()
	return func() tea.Msg {
		m := openedMsg{feed: b.Watch(), kinds: clean.Kinds(b.Kinds()), steps: b.StepNames(), frozen: clean.Frozen(b.Frozen()), crowd: crowd()}
		if m.counts, m.err = b.Counts(ctx); m.err == nil {
			m.busy, m.err = standing(ctx, b)
		}
		if m.err == nil {
			m.ended, m.used, m.err = ended(ctx, b)
		}
		if m.err == nil {
			m.nights, m.err = readNights(ctx, b, now)
		}
		return m
	}
}

// watch waits for changes and reads them. Exactly one is in flight: Update starts the next when it has applied this one.
func (a *App) watch() tea.Cmd {
	ctx, b, feed, last, crowd := a.ctx, a.cfg.Backend, a.feed, a.looked, a.lookCrowd()
	least := max(pace, a.cfg.Settings.Pace)
	return func() tea.Msg {
		select {
		case <-ctx.Done():
			return nil
		case <-feed.Ready():
		}
		if wait := least - time.Since(last); wait > 0 && !sleep(ctx, wait) {
			return nil
		}
		m := lookAgain(ctx, b, feed, a.cfg.Now)
		m.crowd = crowd()
		return m
	}
}

func lookAgain(ctx context.Context, b Backend, feed *engine.Feed, now func() time.Time) changesMsg {
	ids, all := feed.Take()
	m := changesMsg{changed: Fresh{All: all}, frozen: clean.Frozen(b.Frozen())}
	marked := all || slices.Contains(ids, "") // a freeze, its end, or documents
	ids = slices.DeleteFunc(ids, func(id engine.ID) bool { return id == "" })
	if !all && len(ids) > 0 {
		m.changed.Summaries, m.err = b.Summaries(ctx, ids...)
		for i := range m.changed.Summaries {
			clean.Summary(&m.changed.Summaries[i])
		}
	}
	if m.err == nil {
		m.counts, m.err = b.Counts(ctx)
	}
	if m.err == nil && all {
		m.busy, m.err = standing(ctx, b)
	}
	if m.err == nil && marked {
		m.nights, m.err = readNights(ctx, b, now())
	}
	if m.err == nil {
		m.err = b.Err()
	}
	return m
}

// sleep waits, and reports false when ctx ended first.
func sleep(ctx context.Context, d time.Duration) bool {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-t.C:
		return true
	}
}

// crowdPace is how often it is asked at least whether anybody drives.
const crowdPace = 5 * time.Second

// tickMsg says that time has passed. Only one tick is awaited at a time; an older one is ignored.
type tickMsg struct{ no int }

// tick waits a second while something is at work, so that its times move, and else until the next minute.
func (a *App) tick() tea.Cmd {
	a.ticks++
	no, ctx := a.ticks, a.ctx
	now := a.now()
	wait := now.Truncate(time.Minute).Add(time.Minute).Sub(now)
	a.fast = a.env.State.Active() > 0
	switch {
	case a.fast:
		wait = time.Second
	case a.cfg.Crowd != nil:
		wait = min(wait, crowdPace)
	}
	return func() tea.Msg {
		if !sleep(ctx, wait) {
			return nil
		}
		return tickMsg{no: no}
	}
}
