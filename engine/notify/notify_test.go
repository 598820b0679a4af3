package notify_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/engine/notify"
	"arcadia/storage/storagetest"
)

var (
	errDown = errors.New("connection refused")
	errDead = errors.New("the process has died")
)

// post is a receiver that can be down, and a process that can die around each call. Targets are served at once.
type post struct {
	notify.Book

	mu         sync.Mutex // guards what follows while a sender runs
	down       func() bool
	got        []string // ids as they came, those that came again too
	events     []notify.Event
	at         []time.Time
	calls, die int
}

func (p *post) call() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.callLocked()
}

func (p *post) callLocked() error {
	if p.calls++; p.die != 0 && p.calls >= p.die {
		return errDead
	}
	return nil
}

func (p *post) Carry(_ context.Context, _ notify.Target, id string, n notify.Note) (string, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if err := p.callLocked(); err != nil {
		return "", err
	}
	if p.down != nil && p.down() {
		return "", errDown
	}
	p.got, p.events, p.at = append(p.got, id), append(p.events, n.Event), append(p.at, time.Now())
	return "204", p.callLocked() // it may die after the receiver has taken it
}

func (p *post) PutDocs(ctx context.Context, changes ...engine.DocChange) error {
	if err := p.call(); err != nil {
		return err
	}
	if err := p.Book.PutDocs(ctx, changes...); err != nil {
		return err
	}
	return p.call()
}

var errBroken = errors.New("broken")

// world is an engine that tells, with a step whose failing is a switch.
type world struct {
	*engine.Session
	fails bool
	post  *post
}

func newWorld(t *testing.T, targets ...notify.Target) *world {
	t.Helper()
	w := &world{}
	store := storagetest.NewMemory()
	step := enginetest.Step("work", func(context.Context, *engine.State) error {
		if w.fails {
			return errBroken
		}
		return nil
	}, nil)
	w.Session, _ = enginetest.Host(t, store, engine.Config{Steps: []engine.Step{step}, Tell: notify.Teller{Store: store}.Tell})
	for _, x := range targets {
		if err := notify.Put(t.Context(), w.Session, x); err != nil {
			t.Fatal(err)
		}
	}
	w.post = &post{Book: w.Session}
	return w
}

func (w *world) saga(t *testing.T, fails bool) engine.ID {
	t.Helper()
	w.fails = fails
	id := enginetest.Launch(t, w.Session, "work")
	enginetest.Rest(t, w.Session, id)
	return id
}

// send lets a sender run for a while.
func (w *world) send(t *testing.T, d time.Duration) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), d)
	defer cancel()
	w.sender().Run(ctx)
}

func (w *world) sender() notify.Sender {
	return notify.Sender{Book: w.post, Carrier: w.post, Watch: w.Watch}
}

func (w *world) all(t *testing.T) []notify.Delivery {
	t.Helper()
	all, err := notify.All(t.Context(), w.Session)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func ops(events ...notify.Event) notify.Target {
	return notify.Target{Name: "ops", URL: "https://ops.example.com/hook", Format: notify.FormatText, Events: events}
}

func TestATargetIsToldWhatItWantsAndNothingElse(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		done := notify.Target{Name: "done", URL: "https://done.example.com", Format: notify.FormatText, Events: []notify.Event{notify.Completed}}
		other := ops()
		other.Name, other.Kinds = "other", []string{"some_other_kind"}
		w := newWorld(t, ops(), done, other)
		for _, fails := range []bool{false, true, true, false, false} {
			w.saga(t, fails)
			time.Sleep(time.Minute)
		}
		got := map[string][]notify.Event{}
		all := w.all(t)
		for _, d := range slices.Backward(all) {
			got[d.Target] = append(got[d.Target], d.Note.Event)
		}
		if !slices.Equal(got["ops"], []notify.Event{notify.Failed, notify.Failed, notify.Recovered}) || len(got["done"]) != 3 || len(got["other"]) != 0 {
			t.Errorf("%v", got)
		}
	})
}

func TestAReceiverThatIsDownForThreeHoursGetsAllInTheOrderOfEachSaga(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		for range 5 {
			w.saga(t, true)
			time.Sleep(time.Minute)
		}
		up := time.Now().Add(3 * time.Hour)
		w.post.down = func() bool { return time.Now().Before(up) }
		w.send(t, 10*time.Minute)
		for _, d := range w.all(t) {
			if !d.Sent.IsZero() || d.Tries == 0 || d.Answer != errDown.Error() {
				t.Errorf("said to be sent before it was: %+v", d)
			}
		}
		time.Sleep(10 * time.Hour)
		w.send(t, time.Minute)
		if len(w.post.got) != 5 || len(slices.Compact(slices.Sorted(slices.Values(w.post.got)))) != 5 {
			t.Errorf("%v", w.post.got)
		}
		for _, d := range w.all(t) {
			if d.Sent.IsZero() || d.Answer != "204" {
				t.Errorf("%+v", d)
			}
		}
		time.Sleep(31 * 24 * time.Hour)
		w.send(t, time.Minute)
		if all := w.all(t); len(all) != 0 {
			t.Errorf("%d are kept after 31 days", len(all))
		}
	})
}

func TestWhatNobodyTakesIsGivenUpAndToldToTheOthers(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		pager := ops(notify.Undelivered)
		pager.Name = "pager"
		w := newWorld(t, ops(notify.Failed), pager)
		w.saga(t, true)
		w.post.down = func() bool { return true }
		for range 10 {
			w.send(t, time.Minute)
			time.Sleep(2 * time.Hour)
		}
		all := w.all(t)
		if len(all) != 2 || all[0].Target != "pager" || all[0].Note.Told != "ops" || all[1].GaveUp.IsZero() || all[1].Tries != 6 {
			t.Fatalf("%+v", all)
		}
		w.post.down = nil
		if err := notify.Again(t.Context(), w.Session, all[1].ID); err != nil {
			t.Fatal(err)
		}
		w.send(t, time.Hour)
		if !slices.Contains(w.post.got, all[1].ID) {
			t.Errorf("%v", w.post.got)
		}
		if err := notify.Again(t.Context(), w.Session, all[1].ID); !errors.Is(err, engine.ErrInput) {
			t.Errorf("sent again what has arrived: %v", err)
		}
	})
}

func TestAFloodIsOneDigest(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		for range 30 {
			w.saga(t, true)
		}
		w.send(t, time.Minute)
		if len(w.post.got) != 1 || w.post.events[0] != notify.Digest {
			t.Fatalf("%v", w.post.got)
		}
		traces := 0
		for _, d := range w.all(t) {
			switch {
			case d.Note.Event == notify.Digest && (len(d.Note.Parts)+d.Note.More != 30 || d.Sent.IsZero()):
				t.Errorf("%d parts, %d more", len(d.Note.Parts), d.Note.More)
			case d.Note.Event != notify.Digest && d.Digest == w.post.got[0]:
				traces++
			}
		}
		if traces != 30 {
			t.Errorf("%d say in which digest they were told", traces)
		}
	})
}

func TestNoTargetIsToldMoreThanTwentyThingsAMinute(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		ctx, cancel := context.WithCancel(t.Context())
		over := make(chan struct{})
		go func() {
			defer close(over)
			w.sender().Run(ctx)
		}()
		for range 50 { // never twenty at once
			w.saga(t, true)
			time.Sleep(time.Second)
		}
		time.Sleep(3 * time.Minute)
		cancel()
		<-over
		digests := 0
		for _, e := range w.post.events {
			if e == notify.Digest {
				digests++
			}
		}
		if len(w.post.got) > 40 || digests != 1 {
			t.Errorf("%d were sent, %d digests", len(w.post.got), digests)
		}
		for i := 20; i < len(w.post.at); i++ {
			if in := w.post.at[i].Sub(w.post.at[i-20]); in < time.Minute {
				t.Errorf("21 within %s", in)
			}
		}
	})
}

// TestAtEveryCrashPointADeliveryArrivesUnderOneID kills the process around every call of a sender, over more and more sagas and failures
// of the receiver: 500 points with ARCADIA_TORTURE.
func TestAtEveryCrashPointADeliveryArrivesUnderOneID(t *testing.T) {
	t.Parallel()
	points, sagas, failures := 0, []int{2}, []int{2}
	if os.Getenv("ARCADIA_TORTURE") != "" {
		sagas, failures = []int{1, 2, 4, 7, 11, 16, 20}, []int{0, 1, 2}
	}
	for _, n := range sagas {
		for _, down := range failures {
			for die := 1; dies(t, n, down, die); die++ {
				points++
			}
		}
	}
	t.Logf("figure | crash points around deliveries | %d | 0 wrong", points)
	if points < 8 || len(sagas) > 1 && points < 500 {
		t.Errorf("only %d points", points)
	}
}

// dies has a sender die at its die-th call, and another one go on. It reports whether the first has lived to make that call.
func dies(t *testing.T, sagas, failures, die int) (died bool) {
	synctest.Test(t, func(t *testing.T) {
		w := newWorld(t, ops(notify.Failed))
		for range sagas {
			w.saga(t, true)
		}
		left := failures
		w.post.down = func() bool { left--; return left >= 0 }
		w.post.die = die
		s := notify.Sender{Book: w.post, Carrier: w.post}
		for range 20 { // until it dies
			_ = s.Look(t.Context(), time.Now())
			time.Sleep(40 * time.Second)
		}
		died = w.post.calls >= die
		w.post.die = 0
		time.Sleep(3 * time.Hour)
		w.send(t, 7*time.Minute) // the second try may be five minutes off
		ids := slices.Compact(slices.Sorted(slices.Values(w.post.got)))
		if len(ids) != sagas {
			t.Errorf("death at call %d of %d sagas and %d failures: %v", die, sagas, failures, w.post.got)
		}
	})
	return died
}

func TestATargetThatCannotBeIsRefusedWithTheReason(t *testing.T) {
	t.Parallel()
	for text, x := range map[string]notify.Target{
		"small letters":        {Name: "Ops", URL: "https://x.example.com", Format: notify.FormatText},
		"url or exec":          {Name: "ops"},
		"a webhook is signed":  {Name: "ops", URL: "https://x.example.com"},
		"never the secret":     {Name: "ops", URL: "https://x.example.com", Secret: "whsec_abc"},
		"not a path":           {Name: "ops", Exec: "../page"},
		"link-local":           {Name: "ops", URL: "http://169.254.169.254/latest", Format: notify.FormatText},
		"to this machine":      {Name: "ops", URL: "http://x.example.com", Format: notify.FormatText},
		"holds a password":     {Name: "ops", URL: "https://me:pass@x.example.com", Format: notify.FormatText},
		"not arcadia, slack":   {Name: "ops", URL: "https://x.example.com", Format: "teams"},
		"did you mean missed?": {Name: "ops", URL: "https://x.example.com", Format: notify.FormatText, Events: []notify.Event{"mised"}},
	} {
		if text == "link-local" {
			x.URL = "https://169.254.169.254/latest"
		}
		if err := x.Check(); err == nil || !errors.Is(err, engine.ErrInput) || !strings.Contains(fmt.Sprint(err), text) {
			t.Errorf("%v, want %q", err, text)
		}
	}
	hook := notify.Target{Name: "ops", URL: "https://hooks.example.com/services/T0/B0/XXXX", Format: notify.FormatText}
	if hook.Check() != nil || strings.Contains(hook.Where(), "XXXX") {
		t.Errorf("%v %q", hook.Check(), hook.Where())
	}
	hook.Format = notify.FormatSlack
	if err := hook.Check(); !errors.Is(err, engine.ErrInput) || strings.Contains(fmt.Sprint(err), "XXXX") {
		t.Errorf("the address of a Slack hook is kept: %v", err)
	}
	hook.URL = "env:SLACK_URL"
	if err := hook.Check(); err != nil {
		t.Error(err)
	}
}
