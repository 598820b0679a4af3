package main

import (
	"context"
	"os"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"arcadia/engine"
)

// trials is how many a test makes: few, or as many as ARCADIA_TRIALS says.
func trials(t *testing.T, few int) int {
	t.Helper()
	text := os.Getenv("ARCADIA_TRIALS")
	if text == "" {
		if testing.Short() {
			t.Skip("takes half a minute")
		}
		return few
	}
	n, err := strconv.Atoi(text)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// mostTakeover is how long one may take at most: where members are lost, a lease gets its whole time again at each loss of a leader.
const mostTakeover = time.Minute

// lanes makes n trials in several lanes at once, and returns the lanes.
func lanes(t *testing.T, n int, on ground, one func(*lane, int)) (all []*lane) {
	t.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	var group sync.WaitGroup
	for i := range min(n, 12) {
		l := newLane(t, uint64(i+1), on)
		all = append(all, l)
		group.Go(func() {
			for trial := 0; left.Add(-1) >= 0; trial++ {
				one(l, trial)
				l.mu.Lock()
				stop := len(l.wrong) > 0
				l.mu.Unlock()
				if stop {
					return
				}
			}
		})
	}
	group.Wait()
	return all
}

// sleep stops whoever makes some request, lets the other take over, and wakes the first while the other works or afterwards. Without
// a request in time nobody is stopped, and it is tried again.
func sleep(l *lane, trial int, took *tally) {
	ctx := l.t.Context()
	if !l.until("a driver", 20*time.Second, func() bool { return l.driver() >= 0 }) {
		return
	}
	stopped := make(chan int, 1)
	l.arm(1+l.rng.IntN(18), l.rng.IntN(2) == 0, func(host int) {
		l.signal(host, syscall.SIGSTOP)
		stopped <- host
	})
	w := l.launch(ctx, trial)
	var host int
	select {
	case host = <-stopped:
	case <-time.After(2 * time.Second):
		l.arm(1, true, func(host int) { // everything was done before: the next request is the one
			l.signal(host, syscall.SIGSTOP)
			stopped <- host
		})
		again := l.launch(ctx, trial+1<<20)
		for id, record := range again.records {
			w.records[id] = record
			if again.droplets[id] != "" {
				w.droplets[id] = again.droplets[id]
			}
		}
		select {
		case host = <-stopped:
		case <-time.After(time.Minute):
			l.blame("nobody drives what was launched")
			return
		}
	}
	began := time.Now()
	l.until("a take-over", mostTakeover, func() bool { return l.driver() == 1-host })
	took.add(time.Since(began))
	time.Sleep(time.Duration(l.rng.IntN(2500)) * time.Millisecond)
	woken := time.Now()
	l.signal(host, syscall.SIGCONT)
	if l.rest(ctx, w) {
		l.judge(ctx, w)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, c := range l.calls { // where members are lost, terms are heard of late
		if c.host == host && len(l.on.members) == 0 && c.at.After(woken) && !l.leads(host, c.at) {
			l.wrong = append(l.wrong, name(host)+" woke after its term and called "+c.what)
		}
	}
	l.calls = nil
}

// leads reports whether the host has had a term at that moment. Call with mu held.
func (l *lane) leads(host int, at time.Time) bool {
	for _, s := range l.terms {
		if s.host == name(host) && s.began.Before(at) && (s.to == 0 || s.end.After(at)) {
			return true
		}
	}
	return false
}

// tally is the longest of some durations, and how many there were.
type tally struct {
	mu   sync.Mutex
	n    int
	most time.Duration
}

func (y *tally) add(d time.Duration) {
	y.mu.Lock()
	defer y.mu.Unlock()
	y.n, y.most = y.n+1, max(y.most, d)
}

func TestAHostThatSleepsBeyondItsLeaseDoesNothingMore(t *testing.T) {
	var took tally
	writes := 0
	n := trials(t, 12)
	for _, l := range lanes(t, n, ground{}, func(l *lane, trial int) { sleep(l, trial, &took) }) {
		writes += l.writes(t.Context())
		l.sound(t.Context())
		if len(l.wrong) > 0 {
			t.Errorf("%s", strings.Join(l.wrong, "\n"))
		}
	}
	t.Logf("figure | the driver stopped beyond its lease, another takes over, it wakes | %d trials, %d writes in terms, the longest take-over %s with a lease of %s | 0 wrong",
		took.n, writes, took.most.Round(10*time.Millisecond), trialLease)
}

func TestWithoutAFenceAHostThatSleepsIsFoundWrong(t *testing.T) {
	var took tally
	found := 0
	for _, l := range lanes(t, min(trials(t, 12), 36), ground{wild: true}, func(l *lane, trial int) { sleep(l, trial, &took) }) {
		l.writes(t.Context())
		if len(l.wrong) > 0 {
			found++
		}
	}
	if found == 0 {
		t.Errorf("%d hosts without a fence were found right: the trials prove nothing", took.n)
	}
	t.Logf("figure | control: a host that sleeps, without the fence | %d trials in 12 lanes | found wrong in %d lanes", took.n, found)
}

// TestAHostThatIsKilledIsNotMissed kills hosts at any point under sagas and verbs from elsewhere.
func TestAHostThatIsKilledIsNotMissed(t *testing.T) {
	var took tally
	var kills atomic.Int64
	writes := 0
	n := trials(t, 12)
	for _, l := range lanes(t, n, ground{}, func(l *lane, trial int) { kill(l, trial, &took, &kills) }) {
		writes += l.writes(t.Context())
		l.sound(t.Context())
		if len(l.wrong) > 0 {
			t.Errorf("%s", strings.Join(l.wrong, "\n"))
		}
	}
	t.Logf("figure | kill -9 of any host under mixed kinds and verbs | %d kills, %d of them of the driver, %d writes in terms, the longest take-over %s with a lease of %s | 0 wrong",
		kills.Load(), took.n, writes, took.most.Round(10*time.Millisecond), trialLease)
}

// kill kills whoever makes some request, or one at random, while the operator gives verbs at a third host.
func kill(l *lane, trial int, took *tally, kills *atomic.Int64) {
	ctx := l.t.Context()
	if !l.until("a driver", 20*time.Second, func() bool { return l.driver() >= 0 }) {
		return
	}
	dead := make(chan int, 1)
	var once sync.Once
	blow := func(host int) {
		once.Do(func() {
			l.signal(host, syscall.SIGKILL)
			dead <- host
		})
	}
	if l.rng.IntN(4) > 0 {
		l.arm(1+l.rng.IntN(18), l.rng.IntN(2) == 0, blow)
	}
	w := l.launch(ctx, trial)
	verbs := make(chan struct{})
	pause := time.Duration(l.rng.IntN(600)) * time.Millisecond
	dice := l.rng.IntN(4)
	go func() {
		defer close(verbs)
		time.Sleep(pause)
		l.meddle(ctx, w, dice)
	}()
	time.Sleep(time.Duration(l.rng.IntN(900)) * time.Millisecond)
	l.arm(0, false, nil)
	blow(l.rng.IntN(2))
	host, began := <-dead, time.Now()
	kills.Add(1)
	if l.driver() == host {
		if l.until("a take-over", mostTakeover, func() bool { return l.driver() == 1-host }) {
			took.add(time.Since(began))
		}
	}
	_ = l.hosts[host].Wait()
	l.begin(host)
	<-verbs
	if l.rest(ctx, w) {
		l.judge(ctx, w)
	}
	l.mu.Lock()
	l.calls = nil
	l.mu.Unlock()
}

// meddle gives verbs from the third host.
func (l *lane) meddle(ctx context.Context, w work, dice int) {
	switch dice {
	case 0:
	case 1:
		for id := range w.records {
			_ = l.s.Cancel(ctx, id, engine.Request{Reason: "no"}) // or it is done
		}
	case 2:
		if err := l.s.Freeze(ctx, engine.Request{Reason: "look first"}); err != nil {
			l.blame("%v", err)
			return
		}
		time.Sleep(300 * time.Millisecond)
		if err := l.s.Thaw(ctx, engine.Request{}); err != nil {
			l.blame("%v", err)
		}
	default:
		for id := range w.records {
			if l.s.Rollback(ctx, id, engine.Request{Reason: "back"}) == nil {
				return
			}
		}
	}
}
