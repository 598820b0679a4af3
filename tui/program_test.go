package tui

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"
	"unicode"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"
	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/estate"
)

// wire is a terminal's line that keeps what was written to it.
type wire struct {
	mu  sync.Mutex // guards buf
	buf bytes.Buffer
}

func (w *wire) Write(p []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.buf.Write(p)
}

// take returns what was written since the last take.
func (w *wire) take() string {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.buf.String()
	w.buf.Reset()
	return s
}

// onProgram runs the whole program in a bubble and gives f its line and a way to send it messages.
func onProgram(t *testing.T, cfg func() Config, f func(p *tea.Program, w *wire)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &wire{}
		app := New(cfg())
		p := tea.NewProgram(app, tea.WithInput(nil), tea.WithOutput(w), tea.WithoutSignalHandler(), tea.WithWindowSize(180, 40),
			tea.WithColorProfile(colorprofile.TrueColor), tea.WithEnvironment([]string{"TERM=xterm-256color"}), tea.WithFPS(fps))
		done := make(chan error, 1)
		go func() { _, err := p.Run(); done <- err }()
		time.Sleep(time.Second)
		f(p, w)
		p.Quit()
		if err := <-done; err != nil {
			t.Error(err)
		}
		app.Close()
		synctest.Wait()
	})
}

func TestNothingIsWrittenWhileNothingChanges(t *testing.T) {
	t.Parallel()
	cfg := func() Config {
		c := newCrowd(t, 10_000)
		return Config{Backend: guarded{c}, Env: "DEMO", Operator: "ops1", Now: func() time.Time { return noon.Add(90 * 24 * time.Hour) }, Location: time.UTC}
	}
	onProgram(t, cfg, func(p *tea.Program, w *wire) {
		for _, keys := range [][]string{nil, {"enter"}, {"esc", "5"}, {"1", "?"}} {
			for _, k := range keys {
				p.Send(keyPress(k))
			}
			time.Sleep(20 * time.Second) // messages fade
			w.take()
			time.Sleep(20 * time.Minute)
			if got := w.take(); got != "" {
				t.Errorf("after %v: %d bytes in twenty minutes in which nothing happened: %q", keys, len(got), got)
			}
		}
	})
}

func TestAStepChangeCostsFewBytes(t *testing.T) {
	t.Parallel()
	cfg := func() Config {
		return Config{Backend: guarded{newExhibit(t).session(enginetest.Ops)}, Env: "DEMO", Operator: "ops1", Now: func() time.Time { return noon }, Location: time.UTC}
	}
	onProgram(t, cfg, func(p *tea.Program, w *wire) {
		x := newExhibit(t).session(enginetest.Ops)
		page, err := x.List(context.Background(), engine.Query{Limit: 5})
		if err != nil {
			t.Fatal(err)
		}
		counts, err := x.Counts(context.Background())
		if err != nil {
			t.Fatal(err)
		}
		s := page.Items[1]
		s.StepNames = append(slices.Clone(s.StepNames), "first", "second", "third")
		time.Sleep(10 * time.Second)
		w.take()
		for range 2 {
			s.Seq++
			s.CurrentStepIdx++
			p.Send(changesMsg{changed: Fresh{Summaries: []engine.Summary{s}}, counts: counts})
			time.Sleep(200 * time.Millisecond)
			if n := len(w.take()); n > 500 || n == 0 {
				t.Errorf("a step change cost %d bytes, want 1 to 500", n)
			}
		}
	})
}

// nasty is an inventory of hostile names.
type nasty struct{}

func (nasty) Droplets(context.Context) ([]estate.Droplet, error) {
	var out []estate.Droplet
	for i, s := range hostile {
		out = append(out, estate.Droplet{ID: int64(i + 1), Name: s, Status: s, Region: s, Size: s, Image: s, IPv4: s})
	}
	return out, nil
}

func (n nasty) Estate(ctx context.Context) (estate.Estate, error) {
	var e estate.Estate
	all, err := n.Droplets(ctx)
	for i, s := range hostile {
		c := estate.Snapshot{ID: s, Name: s, Of: s, OfName: s, SizeGB: 1}
		w := estate.Wall{ID: s, Name: s, Tags: []string{s}, Rules: []string{s}}
		e.Copies, e.Walls, e.Addresses = append(e.Copies, c), append(e.Walls, w), append(e.Addresses, estate.Reserved{IP: s, Region: s, Name: s, Droplet: 1})
		e.Remains = append(e.Remains, estate.Remains{ID: s, Name: s, Size: s, Region: s, Copies: []estate.Snapshot{c}})
		e.Machines = append(e.Machines, estate.Machine{
			Droplet: all[i], Tags: []string{s}, Addresses: []estate.Address{{IP: s, Sort: "public"}}, Records: []estate.Record{{Domain: s, Type: s, Name: s, Data: s}},
			Volumes: []estate.Volume{{ID: s, Name: s}}, Copies: []estate.Snapshot{c}, Walls: []estate.Wall{w},
		})
		e.Missing = append(e.Missing, s)
	}
	return e, err
}

func (nasty) Domains(context.Context) ([]string, error) { return hostile, nil }

func (nasty) Records(context.Context, string) ([]estate.Record, error) {
	var out []estate.Record
	for i, s := range hostile {
		out = append(out, estate.Record{ID: int64(i + 1), Type: s, Name: s, Data: s})
	}
	return out, nil
}

// frosty is a backend that is frozen for hostile reasons.
type frosty struct{ Backend }

func (frosty) Frozen() *engine.Frozen {
	return &engine.Frozen{Freeze: engine.Freeze{By: &engine.Actor{Name: hostile[0]}, Why: strings.Join(hostile, " ")}, InFlight: 1}
}

func nastyBeat() *beat {
	b := newBeat()
	for i, s := range hostile {
		b.found["droplet_snapshot/"+s] = estate.Drift{State: estate.State(s), Note: s, Changes: []engine.FieldChange{{Name: s, From: s, To: s}}}
		if key := []string{"droplet_snapshot/229305611", "droplet_snapshot/229305620"}; i < len(key) {
			b.found[key[i]] = estate.Drift{State: []estate.State{estate.Modified, estate.State(s)}[i], Note: s, Changes: []engine.FieldChange{{Name: s, From: s, To: s}}}
		}
	}
	return b
}

func nastyOrphans(context.Context, func(string) bool) ([]estate.Orphan, error) {
	var out []estate.Orphan
	for i, s := range hostile {
		out = append(out, estate.Orphan{ID: int64(i + 1), Name: s})
	}
	return out, nil
}

func nastyOthers() []Presence {
	var out []Presence
	for _, s := range hostile {
		out = append(out, Presence{Name: s})
	}
	return out
}

// nastyExhibit has sagas whose every text is hostile.
func nastyExhibit(tb testing.TB) *exhibit {
	x := newExhibit(tb)
	for i, s := range hostile {
		s = strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD") // a store keeps neither
		put := fmt.Sprintf(`{"a":%q}`, "x")
		c := x.carve(fmt.Sprintf("%08x", 0xdead0000+i), s, s, s, time.Duration(i)*time.Millisecond, s, s)
		c.entries[0].Why = s
		c.entries[0].By.From = s
		c.entries[0].Created.Inputs = engine.Inputs{s: s}
		c.start(0).saved(0, put).log(0, s).add(engine.Entry{Type: engine.EntryWaiting, On: s}).done(0, put).start(1)
		c.entries[len(c.entries)-2].Put["b"] = jsonText(s)
		c.add(engine.Entry{Type: engine.EntryStepFailed, Idx: 1, Attempt: 1, Error: s, Stack: s + "\n" + s}).back(1, s).undoing(1)
		c.add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: 1, Attempt: 1, Error: s, Stack: s, Conflict: &engine.Conflict{Subject: s, Prior: s, Written: s, Live: s}})
		if i%2 == 0 {
			c.undoing(0).undone(0).end(engine.EntrySagaFailed)
		}
		c.keep()
	}
	return x
}

// TestHostileTextNeverReachesTheTerminal goes through every screen with hostile text in every field and parses all that
// was written: there may be our own sequences, and text that can be seen.
func TestHostileTextNeverReachesTheTerminal(t *testing.T) {
	t.Parallel()
	cfg := func() Config {
		return Config{
			Backend: guarded{frosty{nastyExhibit(t).session(enginetest.Ops)}}, Inventory: nasty{}, Env: hostile[0], Operator: hostile[1],
			Drifts: nastyBeat(), Orphans: nastyOrphans, Who: nastyOthers,
			Now: func() time.Time { return noon }, Location: time.UTC,
		}
	}
	onProgram(t, cfg, func(p *tea.Program, w *wire) {
		for range len(hostile) {
			for _, k := range []string{"enter", "down", "enter", "esc", "tab", "tab", "enter", "esc", "esc", "X", "esc", "down"} {
				p.Send(keyPress(k))
				time.Sleep(100 * time.Millisecond)
			}
		}
		for _, k := range []string{"e", "G", "esc", "a", "esc", "y", "down", "enter", "2", "G", "y", "esc", "s", "esc", "esc", "3", "down", "down", "enter", "a", "esc", "y", "esc", "4", "down", "enter", "esc", "a", "esc", "d", "esc", "7", "a", "esc", "y", "esc", "d", "esc", "5", "1", "W", "esc", ":", "esc", "/"} {
			p.Send(keyPress(k))
			time.Sleep(100 * time.Millisecond)
		}
		p.Send(tea.PasteMsg{Content: strings.Join(hostile, " ")})
		for _, s := range hostile {
			for _, r := range s {
				p.Send(tea.KeyPressMsg{Code: r, Text: string(r)})
			}
		}
		time.Sleep(time.Second)
		inspect(t, w.take())
	})
}

// inspect fails the test when a stream holds anything but our own sequences and visible text.
func inspect(t *testing.T, stream string) {
	t.Helper()
	if len(stream) < 1000 {
		t.Fatalf("only %d bytes were written", len(stream))
	}
	var state byte
	p := ansi.NewParser()
	for len(stream) > 0 {
		seq, width, n, next := ansi.DecodeSequence(stream, state, p)
		state, stream = next, stream[n:]
		switch {
		case width > 0, unicode.Is(unicode.Mn, []rune(seq)[0]), seq == "\n", seq == "\r", seq == "\b", seq == "\t":
		case strings.HasPrefix(seq, "\x1b[") && strings.ContainsRune("mHABCDEFGJKLMPSTX@bdhlnpqrtuZ`", rune(seq[len(seq)-1])):
		case strings.HasPrefix(seq, "\x1b]2;arcadia ") || strings.HasPrefix(seq, "\x1b]2;"), strings.HasPrefix(seq, "\x1b]52;c;"), seq == "\x1bM":
			if strings.HasPrefix(seq, "\x1b]52;c;b3duZWQ=") {
				t.Errorf("somebody else's clipboard: %q", seq)
			}
			for _, r := range strings.TrimSuffix(strings.TrimSuffix(seq[2:], "\a"), "\x1b\\") {
				if unicode.IsControl(r) || unicode.In(r, unicode.Cf) {
					t.Errorf("a title or a copy holds %q", seq)
				}
			}
		default:
			t.Errorf("%q is none of our sequences", seq)
		}
		for _, r := range seq {
			if r >= 0x80 && (unicode.IsControl(r) || unicode.In(r, unicode.Cf, unicode.Zl, unicode.Zp)) {
				t.Errorf("%q was written", seq)
			}
		}
	}
}
