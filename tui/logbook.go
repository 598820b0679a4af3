package tui

import (
	"cmp"
	"context"
	"slices"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

// Bounds of a logbook.
const (
	logMax     = 2000 // lines kept; the oldest go first
	logEach    = 200  // entries of one saga that are read at once; what lies before them is on the saga's own screen
	logSagas   = 100  // sagas that one read takes
	logPending = 500  // sagas whose news wait to be read; more, and the newest are read again
	logText    = 400  // runes of a line
)

// logbook is what the engine did over all sagas, as far as it has been read: the newest lines, oldest first.
//
// Invariant: lines is ordered by time, then saga, then entry, holds every entry at most once, and is no longer than logMax.
type logbook struct {
	lines []logLine
	last  map[engine.ID]uint64 // the newest entry of each saga that has been read
	no    int                  // lines that have ever come
}

// logLine is one entry in words.
type logLine struct {
	at    time.Time
	saga  engine.ID
	seq   uint64
	kind  string
	level say.Level
	text  string
	no    int // of its coming
}

func newLogbook() *logbook { return &logbook{last: map[engine.ID]uint64{}} }

// add takes over what was read, in any order.
func (b *logbook) add(lines []logLine) {
	for _, l := range lines {
		if l.seq <= b.last[l.saga] {
			continue
		}
		b.no++
		l.no = b.no
		b.lines = append(b.lines, l)
	}
	for _, l := range lines {
		b.last[l.saga] = max(b.last[l.saga], l.seq)
	}
	slices.SortStableFunc(b.lines, logLine.compare)
	if n := len(b.lines) - logMax; n > 0 {
		b.lines = append(b.lines[:0], b.lines[n:]...)
	}
	if len(b.last) > 2*logMax { // forget the sagas that have no line any more
		kept := make(map[engine.ID]uint64, logMax)
		for i := range b.lines {
			kept[b.lines[i].saga] = b.last[b.lines[i].saga]
		}
		b.last = kept
	}
}

func (l logLine) compare(m logLine) int {
	return cmp.Or(l.at.Compare(m.at), cmp.Compare(l.saga, m.saga), cmp.Compare(l.seq, m.seq))
}

// logRead answers a read of entries.
type logRead struct {
	lines []logLine
	err   string
}

// readLog reads what the given sagas did after the entries that are known; without any, what the newest sagas did.
func readLog(ids []engine.ID, known map[engine.ID]uint64) func(context.Context, Backend) logRead {
	return func(ctx context.Context, b Backend) logRead {
		var sums []engine.Summary
		var err error
		if len(ids) > 0 {
			sums, err = b.Summaries(ctx, ids...)
		} else {
			var p engine.Page
			p, err = b.List(ctx, engine.Query{Limit: logSagas})
			sums = p.Items
		}
		var m logRead
		for i := range sums {
			if err != nil {
				break
			}
			s := &sums[i]
			after := known[s.ID]
			if s.Seq > logEach {
				after = max(after, s.Seq-logEach)
			}
			var entries []engine.Entry
			if entries, err = b.Entries(ctx, s.ID, after); err != nil {
				break
			}
			clean.Summary(s)
			m.lines = append(m.lines, logLines(s, entries)...)
		}
		if err != nil {
			m.err = visible.Text(err.Error())
		}
		return m
	}
}

// logLines puts entries into words.
func logLines(s *engine.Summary, entries []engine.Entry) []logLine {
	whole := &engine.Saga{Summary: *s}
	out := make([]logLine, 0, len(entries))
	for i := range entries {
		x := &entries[i]
		clean.Entry(x)
		text, _ := say.Entry(whole, x)
		if r := []rune(text); len(r) > logText {
			text = string(r[:logText])
		}
		out = append(out, logLine{at: x.At.Time, saga: s.ID, seq: x.Seq, kind: s.Kind, level: say.EntryLevel(x), text: text})
	}
	return out
}
