package crashtest

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// model is one random history, drawn from a seed: launches, verbs, crashes and a misbehaving provider.
type model struct {
	seed     uint64
	rng      *rand.Rand
	world    *world
	droplets []int64
	m        *machine
	acks     *acks
	p        *process
	sagas    []*told
	faults   []func()
	props    *props
	rig      rig
	crashes  int
	log      []string
}

func newModel(seed uint64) *model {
	return &model{seed: seed, rng: rand.New(rand.NewPCG(seed, 0x6d6f64656c))}
}

func (m *model) note(format string, args ...any) {
	m.log = append(m.log, time.Now().Format("15:04:05.000 ")+fmt.Sprintf(format, args...))
}

// history lives through one seed in a bubble and returns what is wrong.
func (m *model) history(dir string) (wrong []string) {
	start := list(rec("A", "solo-b", "192.0.2.1", 900), rec("TXT", "set", "one", setTTL), rec("TXT", "set", "two", setTTL))
	// Every request takes time, so that the order of what happens at a name can be read from the ledgers.
	m.world = newWorld(&scenario{before: start}, dosim.WithLatency(20*time.Millisecond), dosim.WithSeed(int64(m.seed%1000)))
	m.droplets = []int64{m.world.droplet, m.world.sim.AddDroplet("web-02")}
	m.acks = newAcks()
	m.props = m.world.props
	m.m = &machine{path: filepath.Join(dir, fmt.Sprintf("seed-%d.db", m.seed)), froze: m.acks.frozen, next: m.world.sim, rig: m.rig}
	m.m.noted = func(b engine.Batch) error {
		m.props.watch(b)
		return m.acks.note(b)
	}
	defer func() {
		if err := os.Remove(m.m.path); err != nil {
			wrong = append(wrong, err.Error())
		}
	}()
	if err := m.begin(); err != nil {
		return []string{err.Error()}
	}
	defer func() {
		if m.p != nil {
			if err := m.p.end(); err != nil {
				wrong = append(wrong, "end: "+err.Error())
			}
		}
	}()
	for range 10 + m.rng.IntN(15) {
		if m.rng.IntN(2) == 0 {
			time.Sleep(time.Duration(m.rng.IntN(8000)) * time.Millisecond)
		}
		if err := m.event(); err != nil {
			return append(wrong, err.Error())
		}
	}
	for _, over := range m.faults {
		over()
	}
	if err := m.settle(); err != nil {
		return append(wrong, err.Error())
	}
	return append(wrong, m.judge()...)
}

// begin starts a process after the one before has died or was ended.
func (m *model) begin() error {
	if old := m.p; old != nil {
		m.p = nil
		if err := old.end(); err != nil {
			return fmt.Errorf("end: %w", err)
		}
	}
	p, err := m.m.start(newLife(0), nil)
	if err == nil {
		m.p = p
	}
	return err
}

// do asks for something, again in the next process if the one asked died over it.
func (m *model) do(what string, f func(*engine.Session) error) error {
	for {
		if _, dead := m.p.life.points(); dead {
			m.crashes++
			m.note("died: %s", m.p.life.at)
			if err := m.begin(); err != nil {
				return fmt.Errorf("start again: %w", err)
			}
		}
		err := f(m.p.ops)
		if _, dead := m.p.life.points(); dead {
			continue
		}
		m.note("%s: %v", what, err)
		return err
	}
}

// event lets one random thing happen. A refusal is no error.
func (m *model) event() error {
	ctx := context.Background()
	var s *told
	if len(m.sagas) > 0 {
		s = m.sagas[m.rng.IntN(len(m.sagas))]
	}
	switch n := m.rng.IntN(28); {
	case n < 7 || s == nil:
		return m.launch(ctx, drawWish(m.rng, m.droplets))
	case n >= 20:
		return m.verb(ctx, s, n)
	case n < 9:
		if err := m.do("cancel "+s.id.Short(), func(e *engine.Session) error { return e.Cancel(ctx, s.id, engine.Request{}) }); err == nil {
			s.asked = true
		}
	case n < 12:
		_ = m.do("roll back "+s.id.Short(), func(e *engine.Session) error { return e.Rollback(ctx, s.id, engine.Request{}) })
	case n < 13:
		_ = m.do("retry "+s.id.Short(), func(e *engine.Session) error { return e.Retry(ctx, s.id, engine.Request{}) })
	case n < 16:
		k := 1 + m.rng.IntN(25)
		m.note("dies in %d points", k)
		m.p.life.doom(k)
	case n < 17:
		m.note("orderly restart")
		return m.begin()
	default:
		f := m.fault()
		m.note("fault %s %s skip %d count %d", f.Kind, f.Method, f.Skip, f.Count)
		m.faults = append(m.faults, m.world.sim.Inject(f))
	}
	return nil
}

// launch asks for a saga under one key, until there is an answer. What the provider's bad moments refuse was never launched,
// unless a process has died over an earlier try: then it asks again.
func (m *model) launch(ctx context.Context, w wish) error {
	key := strconv.Itoa(len(m.log))
	var id engine.ID
	var err error
	for before, tries := m.crashes, 0; tries == 0 || err != nil && m.crashes > before && tries < 20; tries++ {
		if tries > 0 {
			time.Sleep(5 * time.Second)
		}
		err = m.do(fmt.Sprintf("launch %+v", w), func(e *engine.Session) error {
			sg, err := e.Start(ctx, w.launch(key))
			if err == nil {
				id = sg.ID
			}
			return err
		})
	}
	if err == nil {
		m.note("it is %s", id.Short())
		m.sagas = append(m.sagas, &told{wish: w, id: id})
	}
	return nil
}

func (m *model) fault() dosim.Fault {
	kinds := []dosim.FaultKind{
		dosim.FaultBurst, dosim.FaultServerError, dosim.FaultBadGateway, dosim.FaultUnavailable, dosim.FaultGatewayTimeout,
		dosim.FaultResetBefore, dosim.FaultResetAfter, dosim.FaultHangAfter, dosim.FaultTruncatedBody, dosim.FaultGarbageBody,
		dosim.FaultEmptyBody, dosim.FaultSnapshotLate, dosim.FaultPendingEvent, dosim.FaultActionErrors,
	}
	methods := []string{"", http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete}
	f := dosim.Fault{
		Kind: kinds[m.rng.IntN(len(kinds))], Method: methods[m.rng.IntN(len(methods))], Skip: m.rng.IntN(6), Count: 1 + m.rng.IntN(3),
		RetryAfter: 2 * time.Second,
	}
	switch f.Kind {
	case dosim.FaultSnapshotLate:
		f.Times, f.Method = 1+m.rng.IntN(4), http.MethodPost
	case dosim.FaultPendingEvent, dosim.FaultActionErrors:
		f.Method = http.MethodPost
	default:
	}
	return f
}

// settle brings every saga to rest on a provider that is well again, with an operator who resolves conflicts and retries
// all else.
func (m *model) settle() error {
	ctx := context.Background()
	m.p.life.doom(1 << 40)
	m.thaw(ctx)
	for end := time.Now().Add(2 * patience); ; time.Sleep(5 * time.Second) {
		open := ""
		for _, s := range m.sagas {
			var sg *engine.Saga
			if err := m.do("look at "+s.id.Short(), func(e *engine.Session) (err error) { sg, err = e.Saga(ctx, s.id); return err }); err != nil {
				return err
			}
			m.log = m.log[:len(m.log)-1]
			if sg.Status == engine.Completed || sg.Status == engine.RolledBack {
				continue
			}
			open = fmt.Sprintf("saga %s is %s, waiting on %+v: %s", sg.Short, sg.Status, sg.Waiting, rows(sg))
			if err := m.see(ctx, s, sg); err != nil {
				return err
			}
		}
		if open == "" {
			return nil
		}
		if time.Now().After(end) {
			return errors.New("no way on: " + open)
		}
	}
}

// help is what an operator does about a failed saga: accept a conflict; try again what failed otherwise, three times, and
// then accept what nobody can know (whether an action of the same hour was this saga's), as far as the provider has nothing
// of it. What the judge finds left behind is wrong all the same.
func (m *model) help(ctx context.Context, s *told, sg *engine.Saga) error {
	for i, r := range sg.Rows {
		if r.Compensation == nil || r.Status != engine.RowCompensationFailed {
			continue
		}
		unsure := s.retries >= 3 && strings.Contains(r.Compensation.Error, "snapshot_not_found_after_completion")
		final := strings.Contains(r.Compensation.Error, "cannot be brought back")
		if r.Compensation.Conflict == nil && !unsure && !final {
			continue
		}
		return m.do("resolve "+sg.Short+": "+r.Compensation.Error, func(e *engine.Session) error {
			return e.Resolve(ctx, sg.ID, i, engine.Request{Reason: "looked at the provider"})
		})
	}
	s.retries++
	return m.do("retry "+sg.Short+": "+rows(sg), func(e *engine.Session) error { return e.Retry(ctx, sg.ID, engine.Request{}) })
}

// judge compares all that is left with what the ledgers say.
func (m *model) judge() []string {
	ctx := context.Background()
	m.p.stop()
	time.Sleep(afterwards)
	wrong := look(m.acks, m.p.store, "at rest")
	page, err := m.p.store.List(ctx, engine.Query{Limit: 1000})
	if err != nil || len(page.Items) != len(m.sagas) {
		wrong = append(wrong, fmt.Sprintf("%d launches were acknowledged, there are %d sagas (%v)", len(m.sagas), len(page.Items), err))
	}
	var kept []string
	for _, s := range m.sagas {
		entries, err := m.p.store.Entries(ctx, s.id, 0)
		if err == nil {
			wrong = append(wrong, rules(entries)...)
			err = s.read(entries)
		}
		if err != nil {
			return append(wrong, err.Error())
		}
		if s.asked && !s.withdrew && s.status != engine.RolledBack {
			wrong = append(wrong, fmt.Sprintf("saga %s is %s after its cancel was acknowledged", s.id.Short(), s.status))
		}
		if s.doomed && !s.skipped["fail"] && s.status != engine.RolledBack {
			wrong = append(wrong, fmt.Sprintf("saga %s is %s with a step that fails", s.id.Short(), s.status))
		}
		if s.droplet != 0 && s.status == engine.Completed && !s.skipped["create_droplet_snapshot"] {
			kept = append(kept, fmt.Sprintf("arcadia-snap-%d-%s", s.droplet, s.id.Short()))
		}
	}
	for _, s := range m.sagas { // what is final is gone, and its saga completed or accepted so
		if s.erases != "" && (s.status == engine.Completed || s.resolved > 0) {
			kept = slices.DeleteFunc(kept, func(name string) bool { return name == s.erases })
		}
	}
	wrong = append(wrong, m.props.seen()...)
	wrong = append(wrong, m.books(ctx)...)
	wrong = append(wrong, m.pictures(kept)...)
	names := []string{"solo-a", "solo-b", "set"}
	now := m.world.sim.Zone(zone)
	wrong = append(wrong, oracle(m.sagas, linesAt(m.world.records, names...), linesAt(now, names...))...)
	for _, r := range m.world.records {
		if !slices.Contains(names, r.Name) && !slices.Contains(now, r) {
			wrong = append(wrong, fmt.Sprintf("record %d of somebody else is not what it was: %s", r.ID, plain(r)))
		}
	}
	if raw, err := os.ReadFile(m.m.path); err != nil || bytes.Contains(raw, []byte(token)) {
		wrong = append(wrong, fmt.Sprintf("the token is in the ledger's file (%v)", err))
	}
	return wrong
}

func (m *model) pictures(kept []string) []string {
	var have []string
	want := kept
	for _, s := range m.world.sim.Snapshots() {
		have = append(have, s.Name)
	}
	for _, s := range m.world.pictures {
		want = append(want, s.Name)
	}
	return differences("snapshots", have, want)
}

func TestRandomHistoriesKeepTheLedgerAndTheProviderTogether(t *testing.T) {
	t.Parallel()
	seeds, first := uint64(32), uint64(1)
	if torture() {
		seeds = 10_000
	}
	if text := os.Getenv("ARCADIA_SEED"); text != "" {
		n, err := strconv.ParseUint(text, 10, 64)
		if err != nil {
			t.Fatal(err)
		}
		first, seeds = n, 1
	}
	const lanes = 4
	var done, wrong, crashes, sagas, resolved atomic.Int64
	t.Run("seeds", func(t *testing.T) {
		for lane := range uint64(lanes) {
			t.Run(strconv.FormatUint(lane, 10), func(t *testing.T) {
				t.Parallel()
				dir := scratch(t)
				for seed := first + lane; seed < first+seeds; seed += lanes {
					m := newModel(seed)
					var found []string
					synctest.Test(t, func(*testing.T) { found = m.history(dir) })
					done.Add(1)
					crashes.Add(int64(m.crashes))
					sagas.Add(int64(len(m.sagas)))
					for _, s := range m.sagas {
						resolved.Add(int64(s.resolved))
					}
					if len(found) > 0 && wrong.Add(1) <= 10 {
						t.Errorf("seed %d (ARCADIA_SEED=%d repeats it):\n  %s\n  %s%s", seed, seed, strings.Join(found, "\n  "), strings.Join(m.log, "\n    "), m.world.story())
					}
				}
			})
		}
	})
	if wrong.Load() > 0 {
		t.Fail()
	}
	t.Logf("figure | random histories | %d seeds, %d sagas, %d crashes, %d rows that stopped and asked | %d wrong", done.Load(), sagas.Load(), crashes.Load(), resolved.Load(), wrong.Load())
}
