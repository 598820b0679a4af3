package widget_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"arcadia/tui/widget"
)

func TestAGaugeNeverLies(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		part, whole int
		want        string
	}{{0, 3, "------"}, {1, 100, "#-----"}, {1, 2, "###---"}, {99, 100, "#####-"}, {3, 3, "######"}, {5, 3, "######"}, {1, 0, "------"}, {-1, 3, "------"}} {
		if got := widget.Gauge(6, c.part, c.whole, "#", "-"); got != c.want {
			t.Errorf("%d of %d: %s, want %s", c.part, c.whole, got, c.want)
		}
	}
}

func TestColumnsLeaveInTheirOrderUntilTheRestFits(t *testing.T) {
	t.Parallel()
	columns := []widget.Column{{Width: 10}, {Width: 10, Grow: 1}, {Width: 10, Drop: 1}, {Width: 10, Drop: 2}}
	for width, want := range map[int][4]int{48: {10, 10, 10, 10}, 58: {10, 20, 10, 10}, 47: {10, 21, 10, 0}, 30: {10, 16, 0, 0}, 10: {10, 1, 0, 0}} {
		got := widget.Layout(columns, width)
		if [4]int(got) != want {
			t.Errorf("in %d cells: %v, want %v", width, got, want)
		}
	}
}

func TestARowFillsItsWidthExactly(t *testing.T) {
	t.Parallel()
	columns := []widget.Column{{Width: 8}, {Width: 8, Grow: 1}, {Width: 6, Right: true}}
	cells := []widget.Cell{{Text: "世界世界世界"}, {Text: "a long text that does not fit"}, {Text: "42", Ink: "\x1b[31m"}}
	for width := 1; width < 60; width++ {
		for _, bar := range []widget.Bar{{}, {Ground: "\x1b[7m", Edge: ">"}, {Ground: "\x1b[7m", Edge: ">", Keep: true}} {
			row := widget.Row(columns, widget.Layout(columns, width-3), cells, "   ", width, bar)
			if n := ansi.StringWidth(row); n != max(3, width) {
				t.Errorf("width %d: %d cells: %q", width, n, row)
			}
		}
	}
}

// TestTheCursorIsAlwaysInTheWindow also sees that the window moves no more than it must.
func TestTheCursorIsAlwaysInTheWindow(t *testing.T) {
	t.Parallel()
	for n := range 12 {
		for height := range 14 {
			for cursor := range n {
				for top := -2; top < 14; top++ {
					got := widget.Window(n, cursor, top, height)
					if height > 0 && (cursor < got || cursor >= got+height) {
						t.Fatalf("row %d of %d is not among the %d from %d", cursor, n, height, got)
					}
					if top >= 0 && top <= cursor && cursor < top+height && top+height <= n && got != top {
						t.Fatalf("the window moved from %d to %d", top, got)
					}
				}
			}
		}
	}
}

var (
	strokes = widget.Strokes{Forward: "#", Backward: "<", Wait: ".", Gap: ":", Now: "|", At: -1}
	axis    = widget.Axis{Break: "~", Text: func(at, _ time.Duration) string { return at.String() }}
)

func TestTheWayBackIsDrawnBackward(t *testing.T) {
	t.Parallel()
	second := time.Second
	spans := []widget.Span{{From: 0, To: 6 * second}, {From: 6 * second, To: 8 * second, Back: true}}
	if got, want := widget.NewScale(10*second, spans).Until(10*second).Track(spans, 10, strokes), "######<<  "; got != want {
		t.Errorf("%q, want %q", got, want)
	}
	short := []widget.Span{{From: 5 * second, To: 5 * second}, {From: 5 * second, To: 5 * second, Back: true}}
	if got, want := widget.NewScale(10*second, short).Track(short, 10, strokes), "     #<   "; got != want {
		t.Errorf("%q, want %q: a short way back hides what it undoes", got, want)
	}
	for _, total := range []time.Duration{0, 1, time.Millisecond, 44 * second, time.Hour, 1000 * time.Hour} {
		scale := widget.NewScale(total, spans)
		for width := range 130 {
			if n := ansi.StringWidth(scale.Axis(width, axis)); n != width {
				t.Errorf("the axis of %v in %d cells has %d", total, width, n)
			}
			if n := ansi.StringWidth(scale.Track(spans, width, strokes)); n != width {
				t.Errorf("the track of %v in %d cells has %d", total, width, n)
			}
		}
	}
}

func TestABoxLiesOverWideTextWithoutMovingIt(t *testing.T) {
	t.Parallel()
	lines := []string{strings.Repeat("世", 10), strings.Repeat("\x1b[31mx\x1b[m", 20), strings.Repeat("世", 10)}
	box := widget.Box("t", []string{"hi"}, 9, widget.Plain, "", "")
	for x := range 12 {
		got := append([]string(nil), lines...)
		widget.Over(got, box, x, 0)
		for i, l := range got {
			if n := ansi.StringWidth(l); n != 20 {
				t.Errorf("at %d line %d has %d cells: %q", x, i, n, ansi.Strip(l))
			}
		}
		if plain := ansi.Strip(got[1]); !strings.Contains(plain, "|  hi   |") && !strings.Contains(plain, "|  hi  |") && !strings.Contains(plain, "|  hi") {
			t.Errorf("at %d the box is broken: %q", x, plain)
		}
	}
}

func TestATimelineCutsShortWhatNothingHappenedIn(t *testing.T) {
	t.Parallel()
	const second, hour = time.Second, time.Hour
	first := []widget.Span{{From: 0, To: 20 * second}, {From: 3 * hour, To: 3*hour + 20*second, Back: true}}
	second2 := []widget.Span{{From: 20 * second, To: 40 * second}}
	s := widget.NewScale(3*hour+20*second, append(slices.Clone(first), second2...))
	for got, want := range map[string]string{
		s.Axis(76, axis):                          "0s        10s       20s       30s         ~ 2 h 59 m ~ 3h0m0s    3h0m10s    ",
		s.Track(first, 76, strokes):               "####################                            :      <<<<<<<<<<<<<<<<<<<<<",
		s.Track(second2, 76, strokes):             "                    ####################        :                           ",
		widget.NewScale(hour, nil).Axis(20, axis): "0s        30m0s     ",
	} {
		if got != want {
			t.Errorf("\n%q, want\n%q", got, want)
		}
	}
	if whole := widget.NewScale(60*second, []widget.Span{{From: 0, To: 20 * second}, {From: 35 * second, To: 60 * second}}); whole.Total() != 60*second {
		t.Errorf("a short wait is cut: %v", whole.Total())
	}
}
