package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// pager is an overlay to read text in: outputs, errors, stacks, JSON.
type pager struct {
	name string
	text []string // clean lines
	load func(ctx context.Context, b Backend) ([]string, error)

	width   int // that lines were made for
	lines   []string
	scroll  list.Scroll
	loading bool
	whole   bool // lines are cut in place of being wrapped
	search  pagerSearch
}

// textMsg answers a pager's load.
type textMsg struct {
	lines []string
	err   string
}

// Name is the title.
func (p *pager) Name(*Env) string { return p.name }

// Hints are the pager's keys.
func (p *pager) Hints(*Env) []keys.Hint {
	if p.search.open {
		return keys.Hints("enter", "find", "esc", "close")
	}
	return keys.Hints("j k", "scroll", "/", "find", "n N", "next", "w", "wrap", "y", "copy", "esc", "close")
}

// Update scrolls.
func (p *pager) Update(_ *Env, msg tea.Msg) Action {
	switch msg := msg.(type) {
	case Shown:
		if p.load != nil && !p.loading {
			p.loading = true
			return Ask{To: p, Read: func(ctx context.Context, b Backend) tea.Msg {
				lines, err := p.load(ctx, b)
				if err != nil {
					return textMsg{err: visible.Text(err.Error())}
				}
				return textMsg{lines: lines}
			}}
		}
	case textMsg:
		p.loading, p.width = false, 0
		p.text = msg.lines
		if msg.err != "" {
			p.text = []string{msg.err}
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		if p.search.open {
			p.scroll.Top = p.search.typed(msg, p.lines, p.scroll.Top)
		} else if k, ok := msg.(tea.KeyPressMsg); ok {
			return p.key(k.String())
		}
	case tea.MouseWheelMsg:
		p.scroll.By(list.Wheel(msg))
	}
	return nil
}

func (p *pager) key(name string) Action {
	switch name {
	case "esc", "q", "h", "enter":
		return Close{}
	case "y":
		return Copy{What: strings.ToLower(p.name), Text: strings.Join(p.text, "\n")}
	case "/":
		p.search.open = true
		p.search.line.Set("")
	case "n":
		p.scroll.Top = p.search.next(p.lines, p.scroll.Top, 1)
	case "N":
		p.scroll.Top = p.search.next(p.lines, p.scroll.Top, -1)
	case "w":
		p.whole, p.width = !p.whole, 0
	default:
		p.scroll.Press(pagerMoves[name])
	}
	return nil
}

// pagerMoves are the keys that scroll.
var pagerMoves = map[string]keys.Command{
	"j": keys.CmdDown, "down": keys.CmdDown, "k": keys.CmdUp, "up": keys.CmdUp, "ctrl+d": keys.CmdHalfDown, "ctrl+u": keys.CmdHalfUp,
	"pgdown": keys.CmdPageDown, "space": keys.CmdPageDown, "pgup": keys.CmdPageUp, "g": keys.CmdNewest, "home": keys.CmdNewest, "G": keys.CmdOldest, "end": keys.CmdOldest,
}

// wrapped are the lines in a width.
func (p *pager) wrapped(width int) []string {
	if p.width == width {
		return p.lines
	}
	var out []string
	for _, l := range p.text {
		if p.whole {
			out = append(out, widget.Cut(l, width))
			continue
		}
		out = append(out, widget.Wrap(l, width)...)
	}
	return out
}

// View draws the lines from the top one on.
func (p *pager) View(env *Env, width, height int) Drawing {
	width = min(width, 110)
	if p.loading {
		return Drawing{Lines: []string{env.Theme.Faint.Paint("reading")}}
	}
	all, tall := p.wrapped(width), height
	if len(all) > height || p.search.on() {
		tall = max(1, height-1)
	}
	scroll := p.scroll.Fit(len(all), tall)
	end := min(len(all), scroll.Top+tall)
	d := Drawing{Lines: slices.Clone(all[scroll.Top:end]), Shown: func() { p.width, p.lines, p.scroll = width, all, scroll }}
	for i, l := range d.Lines {
		d.Lines[i] = p.search.paint(env.Theme, l)
	}
	at := ""
	if len(all) > height {
		at = fmt.Sprintf("%d to %d of %d", scroll.Top+1, end, len(all))
	}
	switch {
	case p.search.on():
		foot, cursor := p.search.view(env.Theme, all, at, width)
		if cursor != nil {
			cursor.Y = len(d.Lines)
		}
		d.Lines, d.Cursor = append(d.Lines, foot), cursor
	case at != "":
		d.Lines = append(d.Lines, widget.Spaces(width-len(at))+env.Theme.Faint.Paint(at))
	}
	return d
}

// maxPagerLines bounds what a pager reads.
const maxPagerLines = 20000

// showEntries opens a saga's entries as JSON.
func showEntries(id engine.ID, short string) Action {
	return Show{&pager{name: "Entries of " + short, load: func(ctx context.Context, b Backend) ([]string, error) {
		entries, err := b.Entries(ctx, id, 0)
		if err != nil {
			return nil, err
		}
		var lines []string
		for i := range entries {
			raw, err := json.MarshalIndent(entries[i], "", "  ")
			if err != nil {
				return nil, err
			}
			lines = append(lines, visible.Lines(string(raw))...)
			if len(lines) > maxPagerLines {
				return append(lines, strconv.Itoa(len(entries)-i-1)+" more entries: arcadia show "+short+" -o json"), nil
			}
		}
		return lines, nil
	}}}
}

// showRow opens everything that is known of a ledger row.
func showRow(env *Env, d *detail, idx int) Action {
	r := &d.saga.Rows[idx]
	var out []string
	add := func(name, text string) {
		if text != "" {
			out = append(out, fmt.Sprintf("%-12s %s", name, text))
		}
	}
	block := func(name, text string) {
		if text != "" {
			out = append(out, "", name)
			for l := range strings.SplitSeq(text, "\n") {
				out = append(out, "  "+l)
			}
		}
	}
	add("status", env.Theme.Row(r.Status).Word)
	add("attempts", strconv.Itoa(r.Attempts))
	add("started", env.Clock.Full(r.StartedAt.Time))
	add("finished", env.Clock.Full(r.FinishedAt.Time))
	add("next attempt", env.Clock.Full(r.NextAttemptAt.Time))
	if r.Dirty {
		add("intent", "saved: it may have changed something")
	}
	add("undo", d.undo[idx])
	add("note", r.Note)
	block("error", r.Error)
	block("stack", r.Stack)
	if c := r.Compensation; c != nil {
		out = append(out, "", "compensation")
		add("  status", env.Theme.Row(c.Status).Word)
		add("  attempts", strconv.Itoa(c.Attempts))
		add("  started", env.Clock.Full(c.StartedAt.Time))
		add("  finished", env.Clock.Full(c.FinishedAt.Time))
		add("  resolved by", c.By)
		add("  reason", c.Reason)
		block("error of the compensation", c.Error)
		block("stack of the compensation", c.Stack)
		if k := c.Conflict; k != nil {
			text := k.Subject + "\nprior    " + k.Prior + "\nwritten  " + k.Written + "\nlive     " + k.Live
			if k.Why != "" {
				text += "\nwhy      " + k.Why
			}
			block("conflict", text)
		}
	}
	if len(r.Output) > 0 {
		raw, err := json.MarshalIndent(r.Output, "", "  ")
		if err == nil {
			block("output", strings.Join(visible.Lines(string(raw)), "\n"))
		}
	}
	return Show{&pager{name: "Step " + strconv.Itoa(idx) + " " + r.Name, text: out}}
}

// showEntry opens one entry of the log whole.
func showEntry(env *Env, d *detail, i int) Action {
	text, _ := say.Entry(d.saga, &d.entries[i])
	lines := []string{env.Clock.Full(d.entries[i].At.Time), "", text, ""}
	raw, err := json.MarshalIndent(d.entries[i], "", "  ")
	if err == nil {
		lines = append(lines, visible.Lines(string(raw))...)
	}
	return Show{&pager{name: "Entry " + strconv.FormatUint(d.entries[i].Seq, 10), text: lines}}
}
