package crashtest

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps"
)

// The controls are wrong on purpose, each in one way that the promises exclude. The judge must find each of them wrong;
// otherwise its silence about the shipped thing proves nothing.

// hasty is an upsert that writes first and records what it did afterwards.
type hasty struct{ cloud steps.Cloud }

func (hasty) Name() string { return "upsert_dns_record" }

func (hasty) Inputs() []engine.Field {
	var out []engine.Field
	for _, n := range []string{"domain", "record_type", "record_name", "record_data", "record_ttl"} {
		out = append(out, engine.Field{Name: "dns_" + n})
	}
	return out
}

func (h hasty) Execute(ctx context.Context, s *engine.State) error {
	r, err := h.cloud.CreateRecord(ctx, s.Input("dns_domain"), steps.Record{
		Type: s.Input("dns_record_type"), Name: s.Input("dns_record_name"), Data: s.Input("dns_record_data"), TTL: 600,
	})
	if err != nil {
		return err
	}
	s.Put("made", r.ID)
	return s.Save(ctx)
}

func (h hasty) Compensate(ctx context.Context, s *engine.State) error {
	var id int64
	if ok, err := s.Saved("made", &id); err != nil || !ok {
		return err
	}
	return h.cloud.DeleteRecord(ctx, s.Input("dns_domain"), id)
}

// blind is a transport that repeats a POST without a good answer, as godo's retry option does.
type blind struct{ next http.RoundTripper }

func (b blind) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodPost {
		return b.next.RoundTrip(r)
	}
	text, err := io.ReadAll(r.Body)
	if err != nil {
		return nil, err
	}
	again := func() (*http.Response, error) {
		c := r.Clone(r.Context())
		c.Body = io.NopCloser(bytes.NewReader(text))
		return b.next.RoundTrip(c)
	}
	resp, err := again()
	if err != nil && r.Context().Err() == nil {
		return again()
	}
	if err == nil && resp.StatusCode >= 500 {
		_ = resp.Body.Close()
		return again()
	}
	return resp, err
}

// eager is a transport that answers a DELETE before it is carried out, so that the outcome is in the ledger before the fact.
type eager struct {
	next http.RoundTripper

	mu  sync.Mutex // guards due
	due []*http.Request
}

func (e *eager) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Method != http.MethodDelete {
		e.settle()
		return e.next.RoundTrip(r)
	}
	e.mu.Lock()
	e.due = append(e.due, r.Clone(context.WithoutCancel(r.Context())))
	e.mu.Unlock()
	time.AfterFunc(time.Millisecond, e.settle)
	return &http.Response{StatusCode: http.StatusNoContent, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

func (e *eager) settle() {
	e.mu.Lock()
	due := e.due
	e.due = nil
	e.mu.Unlock()
	for _, r := range due {
		if resp, err := e.next.RoundTrip(r); err == nil {
			_ = resp.Body.Close()
		}
	}
}

// lazy is a store that acknowledges an append before it is durable: the newest one is written with the next.
type lazy struct {
	engine.Store

	mu   sync.Mutex // guards kept
	kept *engine.Batch
}

func (l *lazy) Append(ctx context.Context, b engine.Batch) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.kept != nil {
		if err := l.Store.Append(ctx, *l.kept); err != nil {
			return err
		}
		l.kept = nil
	}
	if b.After > 0 && !b.Summary.Status.Terminal() {
		l.kept = &b
		return nil
	}
	return l.Store.Append(ctx, b)
}

// byName is a create that finds what an earlier attempt has left by its name, which somebody else's droplet has too.
type byName struct {
	steps.CreateDroplet
	cloud steps.Cloud
}

func (b byName) Execute(ctx context.Context, s *engine.State) error {
	var begun bool
	if _, err := s.Saved("begun", &begun); err != nil {
		return err
	}
	if begun {
		all, err := b.cloud.Droplets(ctx)
		if err != nil {
			return engine.Retryable(err, 0)
		}
		if at := slices.IndexFunc(all, func(d steps.Droplet) bool { return d.Name == s.Input("name") }); at >= 0 {
			s.Put("made", all[at].ID)
			return nil
		}
	}
	s.Put("begun", true)
	if err := s.Save(ctx); err != nil {
		return err
	}
	d, err := b.cloud.CreateDroplet(ctx, steps.DropletOrder{Name: s.Input("name"), Region: s.Input("region"), Size: s.Input("size"), Image: s.Input("image")})
	if err != nil {
		return engine.Unknown(err)
	}
	s.Put("made", d.ID)
	return nil
}

func TestJudgeFindsEveryControlWrong(t *testing.T) {
	t.Parallel()
	create := creations()[0]
	machine := fleet()[2] // a droplet of the name of one that is there
	controls := []struct {
		name     string
		scenario *scenario
		ending   ending
		unknown  bool // goes through unknown outcomes, not through crash points
		rig      rig
	}{
		{"a step that writes before its intent is saved", create, completes, false, rig{steps: func(c steps.Cloud, list []engine.Step) []engine.Step {
			for i := range list {
				if list[i].Name() == "upsert_dns_record" {
					list[i] = hasty{c}
				}
			}
			return list
		}}},
		{"a step that finds its droplet by name", machine, completes, false, rig{steps: func(c steps.Cloud, list []engine.Step) []engine.Step {
			for i := range list {
				if made, is := list[i].(steps.CreateDroplet); is {
					list[i] = byName{made, c}
				}
			}
			return list
		}}},
		{"a client that repeats a POST blindly", create, completes, true, rig{wire: func(next http.RoundTripper) http.RoundTripper { return blind{next} }}},
		{"a client that reports a DELETE before it is carried out", create, fails, false, rig{wire: func(next http.RoundTripper) http.RoundTripper { return &eager{next: next} }}},
		{"a store that acknowledges before it is durable", create, completes, false, rig{store: func(s engine.Store) engine.Store { return &lazy{Store: s} }}},
	}
	for _, k := range controls {
		t.Run(k.name, func(t *testing.T) {
			t.Parallel()
			dir := scratch(t)
			c := course{scenario: k.scenario, ending: k.ending, rig: k.rig}
			base := baseline(t, &c, dir)
			tried, found := 0, 0
			try := func() {
				out := inBubble(t, &c, dir)
				tried++
				if len(out.against(&base)) > 0 {
					found++
				}
			}
			if k.unknown {
				for _, m := range mishaps() {
					c.stroke = &stroke{mishap: m, nth: 1}
					try()
				}
			} else {
				for n := 1; n <= base.lives[0]; n++ {
					c.deaths = []int{n}
					try()
				}
			}
			t.Logf("figure | control: %s | %d courses | found wrong in %d", k.name, tried, found)
			if found == 0 {
				t.Errorf("%s was found right in %d courses: the harness proves nothing", k.name, tried)
			}
		})
	}
}

func TestOracleFindsBlindClientWrong(t *testing.T) {
	t.Parallel()
	dir := scratch(t)
	const most = 2000
	found, seeds := 0, 0
	for ; seeds < most && found == 0; seeds++ {
		m := newModel(uint64(seeds))
		m.rig.wire = func(next http.RoundTripper) http.RoundTripper { return blind{next} }
		synctest.Test(t, func(*testing.T) {
			if len(m.history(dir)) > 0 {
				found++
			}
		})
	}
	t.Logf("figure | control: the random histories with a client that repeats a POST blindly | until found | found wrong at the seed %d", seeds)
	if found == 0 {
		t.Errorf("a client that repeats a POST blindly was found right in %d histories: the oracle proves nothing", seeds)
	}
}
