package tui

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/charmbracelet/x/ansi"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/schedule"
	"arcadia/tui/confirm"
	"arcadia/tui/keys"
)

// walks are the ways to every dialog there is, and to the pages that end in one, in every state that it can be opened in.
var walks = map[string][]string{
	"cancel of one at work":           {"@9ad01c77", "x"},
	"cancel of one that waits":        {"@0c4411aa", "x"},
	"cancel of one that sleeps":       {"@5ee90001", "x"},
	"cancel of one that is paused":    {"@9a05ed01", "x"},
	"roll back":                       {"@51b7f0e9", "X"},
	"roll back of one that failed":    {"@77e0b1d2", "X"},
	"retry of one that failed":        {"@77e0b1d2", "r"},
	"pause":                           {"@9ad01c77", "p"},
	"pause of one on its way back":    {"@3f9c2a1b", "p"},
	"resume":                          {"@9a05ed01", "p"},
	"retry of one that waits":         {"@fa11ed01", "r"},
	"skip":                            {"@fa11ed01", ":skip"},
	"proceed":                         {"@5ee90001", ":proceed"},
	"postpone":                        {"@5ee90001", ":postpone"},
	"cancel of several":               {"@9ad01c77", "space", "space", "x"},
	"roll back of several":            {"@51b7f0e9", "space", "space", "X"},
	"freeze":                          {"W"},
	"leave":                           {"q"},
	"pause of a schedule":             {"8", "p"},
	"resume of a schedule":            {"8", "down", ":resume"},
	"fire of a schedule":              {"8", ":fire"},
	"removal of a schedule":           {"8", ":remove"},
	"a setting":                       {":settings", "g", "down", "down", "enter"},
	"a filter to save":                {"/", "f", "a", "enter", ":save filter"},
	"what is left behind, tried":      {"@77e0b1d2", "d", "enter"},
	"what is left behind, accepted":   {"@77e0b1d2", "d", "down", "enter"},
	"a step that failed, skipped":     {"@fa11ed01", "d", "down", "enter"},
	"a conflict, theirs":              {"@c0f11c01", "d", "enter"},
	"a conflict, ours":                {"@c0f11c01", "d", "down", "enter"},
	"a conflict, tried":               {"@c0f11c01", "d", "down", "down", "enter"},
	"the same answer for several":     {"@c0f11c01", "space", "d", "down", "enter"},
	"a cancel in a narrow window":     {"#40x10", "@9ad01c77", "x"},
	"a roll back in a narrow window":  {"#40x10", "@51b7f0e9", "X"},
	"a conflict in a narrow window":   {"#40x12", "@c0f11c01", "d", "down", "enter"},
	"a conflict in an unusual window": {"#200x60", "@c0f11c01", "d", "down", "enter"},
}

// goToSaga goes to a saga by its short id.
func (s *stage) goToSaga(short string) {
	s.tb.Helper()
	l := s.list()
	for i := range l.size() {
		if l.at(i).Short == short {
			s.run(s.app.do(l.goTo(i)))
			s.send(nil)
			return
		}
	}
	s.tb.Fatalf("no saga %s is listed:\n%s", short, s.text())
}

// walk goes a way: keys, @ and a saga, : and a command by its name, # and a size.
func (s *stage) walk(way []string) {
	s.tb.Helper()
	for _, step := range way {
		switch {
		case len(step) > 1 && step[0] == '@':
			s.goToSaga(step[1:])
		case len(step) > 1 && step[0] == ':':
			s.run(s.app.command(keys.Command(step[1:])))
			s.send(nil)
		case len(step) > 1 && step[0] == '#':
			var w, h int
			if _, err := fmt.Sscanf(step, "#%dx%d", &w, &h); err != nil {
				s.tb.Fatal(err)
			}
			s.send(resize(w, h))
		default:
			s.press(step)
		}
	}
}

// asked is the dialog that has the keys, in an overlay or at the end of a page; nil when none has.
func (s *stage) asked() *confirm.Dialog {
	if n := len(s.app.overlays); n > 0 {
		v := reflect.ValueOf(s.app.overlays[n-1])
		if v.Kind() == reflect.Pointer && v.Elem().Kind() == reflect.Struct && v.Elem().FieldByName("Dialog").IsValid() {
			d, _ := reflect.TypeAssert[*confirm.Dialog](v.Elem().FieldByName("Dialog").Addr())
			return d
		}
		return nil
	}
	if d, ok := s.app.screen().(*deciding); ok && d.Typing() {
		return &d.form.Dialog
	}
	return nil
}

// where is the place on the screen of what has the focus: a line by the cursor, an answer by its words.
func (s *stage) where(d *confirm.Dialog) (x, y int, seen bool) {
	v := s.app.View()
	if c := v.Cursor; c != nil {
		return c.X, c.Y, true
	}
	word := confirm.KeepWord
	for _, a := range d.Answers {
		if a.ID == d.Focus {
			word = a.Word
		}
	}
	for y, l := range strings.Split(ansi.Strip(v.Content), "\n") {
		if at := strings.LastIndex(l, "[ "+word+" ]"); at >= 0 {
			return ansi.StringWidth(l[:at]), y, true
		}
	}
	return 0, 0, false
}

// state is all that a dialog could change.
func (s *stage) state() string {
	b := s.app.cfg.Backend
	var out strings.Builder
	done := make(chan struct{})
	go func() { // the backend is for commands, and not for whoever draws
		defer close(done)
		page, err := b.List(context.Background(), engine.Query{Limit: 1000})
		if err != nil {
			panic(err)
		}
		for i := range page.Items {
			fmt.Fprintln(&out, page.Items[i].ID, page.Items[i].Seq)
		}
		all, err := schedule.List(context.Background(), b, noon)
		body, _ := json.Marshal([]any{all, b.Frozen()})
		fmt.Fprintln(&out, string(body), err)
	}()
	<-done
	return out.String()
}

// forWalks makes sagas for the dialogs that the exhibit has none for.
func (x *exhibit) forWalks() {
	x.carve("5ee90001", "snapshot_then_dns", "A late.example.com", "ops1", 3*time.Minute, "create_droplet_snapshot", "upsert_dns_record").start(0).
		add(engine.Entry{Type: engine.EntryIdle, Idx: 0, Waiting: []engine.Waiting{{For: engine.ForTime, Because: engine.BecauseMoment, Text: "the old TTL", Until: engine.At(noon.Add(time.Hour))}}}).keep()
	x.carve("9a05ed01", "snapshot_then_dns", "A wait.example.com", "ops1", 3*time.Minute, "create_droplet_snapshot", "upsert_dns_record").start(0).later(time.Second).done(0, "").
		add(engine.Entry{Type: engine.EntryPaused, By: &engine.Actor{Name: "ops2"}}).
		add(engine.Entry{Type: engine.EntryWaiting, Waiting: []engine.Waiting{{For: engine.ForOperator, Because: engine.BecausePaused, By: "ops2"}}}).keep()
	x.carve("fa11ed01", "snapshot_then_dns", "A broken.example.com", "ops1", 3*time.Minute, "create_droplet_snapshot", "upsert_dns_record").start(0).later(time.Second).done(0, "").start(1).
		add(engine.Entry{Type: engine.EntryStepFailed, Idx: 1, Attempt: 1, Error: "no luck", Asks: true}).
		add(engine.Entry{Type: engine.EntryWaiting, Waiting: []engine.Waiting{{For: engine.ForOperator, Because: engine.BecauseFailed, Idx: 1, Step: "upsert_dns_record", Text: "no luck"}}}).keep()
	x.conflict("c0f11c01", "A shop.example.com")
}

// conflict is a saga of which the record was changed by somebody else.
func (x *exhibit) conflict(short, subject string) {
	x.carve(short, "upsert_dns_record", subject, "ops1", 2*time.Hour, "upsert_dns_record").start(0).later(time.Second).done(0, `{"outcome":"updated"}`).
		end(engine.EntrySagaCompleted).later(time.Hour).
		add(engine.Entry{Type: engine.EntryRollbackStarted, From: new(int), Reason: "rollback_requested", By: &engine.Actor{Name: "ops1"}, Why: "it moves next week after all"}).
		undoing(0).
		add(engine.Entry{Type: engine.EntryCompensationFailed, Idx: 0, Attempt: 1, Error: "somebody else changed it", Conflict: &engine.Conflict{
			Subject: subject, Prior: "203.0.113.77 ttl 1800", Written: "203.0.113.20 ttl 300", Live: "198.51.100.7 ttl 300", Overwritable: true,
		}}).end(engine.EntrySagaFailed).keep()
}

// Every dialog, from every state in which it opens: tab goes over the screen from top to bottom and from left to right, through the
// lines, the harmless answer and those that do something, and back; it begins on the harmless answer, which has one name; what has
// the focus is to be seen; a key that is typed goes into the first line; neither esc nor the harmless answer changes anything, and
// the answer that does something changes nothing either before what has to be typed is there, and leads to it.
func TestEveryDialogIsWalkedInOneOrder(t *testing.T) {
	t.Parallel()
	for name, way := range walks {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			backend := func() Backend { x := newExhibit(t); x.forWalks(); return x.session(enginetest.Ops) }
			open := func(c *Config) { c.Hosting, c.Kept = true, &notes{} }
			onStage(t, 120, 40, backend, open, func(s *stage) {
				s.walk(way)
				s.drawsOnly(name)
				before := s.state()
				d := s.asked()
				if d == nil {
					t.Fatalf("it does not open:\n%s", s.text())
				}
				if d.Focus != confirm.Keep {
					t.Fatalf("it begins on %s:\n%s", d.Focus, s.text())
				}
				if why := s.text(); strings.Contains(why, "It cannot be done") {
					t.Fatalf("it opens where nothing can be done:\n%s", why)
				}
				want := make([]string, 0, len(d.Lines)+1+len(d.Answers))
				for _, l := range d.Lines {
					want = append(want, l.ID)
				}
				want = append(want, confirm.Keep)
				for _, a := range d.Answers {
					want = append(want, a.ID)
				}
				s.tabs(d, want)
				s.refuses(d, before)
				s.harmless(way, before)
			})
		})
	}
}

// tabs goes once round, forwards by the places on the screen, and back.
func (s *stage) tabs(d *confirm.Dialog, want []string) {
	s.tb.Helper()
	for d.Focus != want[0] {
		s.press("tab")
	}
	lastX, lastY := -1, -1
	for _, id := range want {
		x, y, seen := s.where(d)
		if d.Focus != id || !seen {
			s.tb.Errorf("tab leads to %s, want %s (to be seen: %v)\n%s", d.Focus, id, seen, s.text())
		}
		if y < lastY || y == lastY && x <= lastX {
			s.tb.Errorf("%s stands at %d,%d, before %d,%d\n%s", id, x, y, lastX, lastY, s.text())
		}
		lastX, lastY = x, y
		s.press("tab")
	}
	back := slices.Clone(want)
	slices.Reverse(back)
	for _, id := range append(want[:1:1], back...) {
		if d.Focus != id {
			s.tb.Errorf("shift+tab leads to %s, want %s", d.Focus, id)
		}
		s.press("shift+tab")
	}
	for d.Focus != confirm.Keep {
		s.press("tab")
	}
}

// refuses gives the answer that does something before anything is typed.
func (s *stage) refuses(d *confirm.Dialog, before string) {
	s.tb.Helper()
	if d.Missing() == "" || len(d.Answers) == 0 {
		return
	}
	missing := d.Missing()
	for d.Focus != d.Answers[0].ID {
		s.press("tab")
	}
	s.press("enter")
	if d.Notice != missing || !slices.ContainsFunc(d.Lines, func(l confirm.Line) bool { return l.ID == d.Focus }) {
		s.tb.Errorf("refused with %q, the focus on %s; want %q and a line\n%s", d.Notice, d.Focus, missing, s.text())
	}
	if now := s.state(); now != before {
		s.tb.Errorf("something was done:\n%s\nwas\n%s", now, before)
	}
	for d.Focus != confirm.Keep {
		s.press("tab")
	}
	s.write("zz")
	if d.Lines[0].Text.String() != "zz" || d.Focus != d.Lines[0].ID {
		s.tb.Errorf("what is typed goes to %s: %q", d.Focus, d.Lines[0].Text.String())
	}
	for d.Focus != d.Answers[0].ID {
		s.press("tab")
	}
	if d.Lines[0].Phrase == "" {
		return
	}
	s.press("enter")
	if now := s.state(); now != before || d.Focus != d.Lines[0].ID {
		s.tb.Errorf("a wrong phrase did something, or leads to %s", d.Focus)
	}
}

// harmless leaves with esc, opens it again, and leaves with the harmless answer.
func (s *stage) harmless(way []string, before string) {
	s.tb.Helper()
	s.press("esc")
	if s.asked() != nil {
		s.tb.Errorf("esc does not close it:\n%s", s.text())
	}
	for range 3 { // pages have a reading zone
		s.press("esc")
	}
	s.press("1", "esc", "esc")
	s.walk(way)
	if d := s.asked(); d == nil || d.Focus != confirm.Keep {
		s.tb.Errorf("it does not open again on the harmless answer:\n%s", s.text())
		return
	}
	s.press("enter")
	if s.asked() != nil {
		s.tb.Errorf("the harmless answer does not close it:\n%s", s.text())
	}
	if now := s.state(); now != before {
		s.tb.Errorf("something was changed:\n%s\nwas\n%s", now, before)
	}
}
