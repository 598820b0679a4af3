package steps_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/steps"
	"arcadia/storage/storagetest"
)

// sights is a prober that sees, look by look, what it was given: g is good; the last goes on for ever.
type sights struct {
	mu   sync.Mutex
	seen string
	n    int
}

func (s *sights) Probe(ctx context.Context, _ steps.Probe) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	at := s.seen[min(s.n, len(s.seen)-1)]
	s.n++
	if at == 'g' {
		return nil
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return errors.New("connection refused")
}

// watches drives one step over a prober to its end.
func watches(t *testing.T, seen string, step func(steps.Prober) engine.Step, in engine.Inputs) (*engine.Saga, *sights) {
	t.Helper()
	p := &sights{seen: seen}
	one := step(p)
	s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{one}, Kinds: []engine.Kind{{Name: "k", Steps: []string{one.Name()}}}})
	sg, err := s.Start(t.Context(), engine.Launch{Kind: "k", Inputs: in})
	if err != nil {
		t.Fatal(err)
	}
	return enginetest.Rest(t, s, sg.ID), p
}

func waitFor(p steps.Prober) engine.Step { return steps.NewWaitFor(p) }
func soak(p steps.Prober) engine.Step    { return steps.NewSoak(p) }

func TestProbesDecideBySightsInARow(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		step  func(steps.Prober) engine.Step
		seen  string
		in    engine.Inputs
		end   engine.Status
		looks int
		why   string
	}{
		"three good in a row":           {waitFor, "bgbggg", engine.Inputs{"tcp": "192.0.2.1:22"}, engine.Completed, 6, ""},
		"never good":                    {waitFor, "b", engine.Inputs{"tcp": "192.0.2.1:22", "within": "1m"}, engine.RolledBack, 7, "connection refused"},
		"never three in a row":          {waitFor, "ggbggbggbggb", engine.Inputs{"tcp": "192.0.2.1:22", "within": "1m"}, engine.RolledBack, 7, "not_good_in_time"},
		"a soak that stays good":        {soak, "g", engine.Inputs{"http": "http://192.0.2.1/", "for": "1m"}, engine.Completed, 7, ""},
		"a soak that is bad at times":   {soak, "gbbgbbg", engine.Inputs{"http": "http://192.0.2.1/", "for": "1m"}, engine.Completed, 7, ""},
		"a soak that turns bad":         {soak, "gggbbbg", engine.Inputs{"http": "http://192.0.2.1/", "for": "1h"}, engine.RolledBack, 6, "turned_bad"},
		"a soak that is bad at its end": {soak, "ggggggbbb", engine.Inputs{"http": "http://192.0.2.1/", "for": "1m"}, engine.RolledBack, 9, "turned_bad"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				sg, p := watches(t, c.seen, c.step, c.in)
				if sg.Status != c.end || p.n != c.looks || !strings.Contains(sg.Rows[0].Error, c.why) {
					t.Errorf("%s after %d looks, want %s after %d: %s", sg.Status, p.n, c.end, c.looks, sg.Rows[0].Error)
				}
			})
		})
	}
}

func TestALongSoakWritesLittle(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := &sights{seen: strings.Repeat("gb", 2000) + "g"}
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{steps.NewSoak(p)}, Kinds: []engine.Kind{{Name: "k", Steps: []string{"soak"}}}})
		sg, err := s.Start(t.Context(), engine.Launch{Kind: "k", Inputs: engine.Inputs{"tcp": "192.0.2.1:22", "for": "10h", "every": "10s"}})
		if err != nil {
			t.Fatal(err)
		}
		if sg = enginetest.Rest(t, s, sg.ID); sg.Status != engine.Completed || sg.Seq > 110 || p.n < 3600 {
			t.Errorf("%s with %d entries after %d looks", sg.Status, sg.Seq, p.n)
		}
	})
}

func TestACancelEndsAProbeAtOnce(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{steps.NewSoak(&sights{seen: "g"})}, Kinds: []engine.Kind{{Name: "k", Steps: []string{"soak"}}}})
		sg, err := s.Start(t.Context(), engine.Launch{Kind: "k", Inputs: engine.Inputs{"tcp": "192.0.2.1:22", "for": "10h", "every": "1h"}})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		at := time.Now()
		if err := s.Cancel(t.Context(), sg.ID, engine.Request{}); err != nil {
			t.Fatal(err)
		}
		enginetest.Rest(t, s, sg.ID)
		if d := time.Since(at); d > time.Second {
			t.Errorf("it took %s", d)
		}
	})
}

func TestWhatIsNoWaitAndNoProbeIsRefusedBeforeAnythingIsStored(t *testing.T) {
	t.Parallel()
	list, kinds := steps.Catalog(nil, nil, nil)
	e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: list, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	s := e.As(engine.Actor{Name: "t", Role: engine.Operator})
	for _, c := range []struct {
		step string
		in   engine.Inputs
		why  string
	}{
		{"wait_for", engine.Inputs{}, "give one of http, tcp and dns"},
		{"wait_for", engine.Inputs{"tcp": "a:1", "dns": "b/A=1.2.3.4"}, "give one of"},
		{"wait_for", engine.Inputs{"tcp": "host"}, "host:port"},
		{"wait_for", engine.Inputs{"tcp": "host:99999"}, "host:port"},
		{"wait_for", engine.Inputs{"http": "ftp://host/"}, "not a URL to look at"},
		{"wait_for", engine.Inputs{"http": "https://me:secret@host/"}, "without a password"},
		{"wait_for", engine.Inputs{"http": "http://169.254.169.254/metadata/v1"}, "link-local"},
		{"wait_for", engine.Inputs{"tcp": "[fe80::1]:22"}, "link-local"},
		{"wait_for", engine.Inputs{"tcp": "[::ffff:169.254.169.254]:80"}, "link-local"},
		{"wait_for", engine.Inputs{"dns": "www.example.com/A=192.0.2.1", "at": "169.254.169.254"}, "link-local"},
		{"wait_for", engine.Inputs{"dns": "www.example.com/SPF=x"}, "the types are"},
		{"wait_for", engine.Inputs{"http": "http://host/", "expect": "2xx"}, "no statuses"},
		{"wait_for", engine.Inputs{"tcp": "host:22", "every": "1ms"}, "not a time between"},
		{"wait_for", engine.Inputs{"tcp": "host:22", "good": "0"}, "not a number from"},
		{"soak", engine.Inputs{"tcp": "host:22", "for": "400d"}, "not a time between"},
		{"wait_until", engine.Inputs{}, "give one of for, until and after"},
		{"wait_until", engine.Inputs{"for": "1h", "until": "2099-12-01 08:00"}, "give one of"},
		{"wait_until", engine.Inputs{"until": "2019-12-01 08:00"}, "has passed"},
		{"wait_until", engine.Inputs{"until": "2099-12-01 08:00", "tz": "Mars/Olympus"}, "no time zone"},
		{"wait_until", engine.Inputs{"until": "soon"}, "not a moment"},
		{"wait_until", engine.Inputs{"until": "2099-12-01 08:00", "tz": "Local"}, "no time zone"},
		{"wait_until", engine.Inputs{"until": "2099-12-01 08:00", "tz": "../../etc/passwd"}, "no time zone"},
		{"wait_until", engine.Inputs{"until": "+2h"}, "give for=2h"},
		{"wait_until", engine.Inputs{"for": "1h", "tz": "Europe/Zurich"}, "input tz: is not used with the other inputs"},
		{"wait_until", engine.Inputs{"after": "dns_ttl_over", "tz": "Europe/Zurich"}, "input tz: is not used with the other inputs"},
		{"wait_for", engine.Inputs{"tcp": "host:22", "contains": "ok"}, "input contains: is not used with the other inputs"},
		{"wait_for", engine.Inputs{"http": "http://host/", "at": "192.0.2.53"}, "input at: is not used with the other inputs"},
		{"wait_until", engine.Inputs{"until": "2027-03-28 02:30", "tz": "Europe/Zurich"}, "there is no 2027-03-28 02:30 in Europe/Zurich"},
		{"wait_until", engine.Inputs{"until": "2027-10-31 02:30", "tz": "Europe/Zurich"}, "is twice in Europe/Zurich"},
		{"wait_until", engine.Inputs{"until": "2099-12-01 08:00"}, "more than a year away"},
		{"wait_until", engine.Inputs{"until": "2099-12-01T08:00:00Z", "tz": "Europe/Zurich"}, "says its own zone"},
		{"wait_until", engine.Inputs{"for": "-1h"}, "not a time between"},
	} {
		_, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{c.step}, Inputs: c.in})
		if err == nil || !strings.Contains(err.Error(), c.why) {
			t.Errorf("%s %v: %v, want %q", c.step, c.in, err, c.why)
		}
	}
	if p, err := s.List(t.Context(), engine.Query{Limit: 1}); err != nil || len(p.Items) > 0 {
		t.Errorf("%d sagas are stored (%v)", len(p.Items), err)
	}
}
