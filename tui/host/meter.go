package host

import (
	"context"
	"sync"

	"github.com/prometheus/client_golang/prometheus"

	"arcadia/engine"
)

// Meter is a store that measures what goes through it, once it is durable: how long each attempt at a step took and how
// it ended, and how many sagas of each kind have each status. It asks nothing of the engine and never holds it up.
type Meter struct {
	engine.Store
	census census
	took   *prometheus.HistogramVec
	votes  *prometheus.CounterVec

	mu    sync.Mutex // guards under; a leaf
	under map[engine.ID]engine.Entry
}

// NewMeter measures what goes into store from now on.
func NewMeter(store engine.Store) *Meter {
	return &Meter{
		Store: store, census: census{again: make(chan struct{}, 1)}, under: map[engine.ID]engine.Entry{},
		took: prometheus.NewHistogramVec(prometheus.HistogramOpts{
			Name: "arcadia_step_seconds", Help: "Attempts at steps and at their compensation.",
			Buckets: []float64{.005, .025, .1, .25, .5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1800},
		}, []string{"step", "direction", "outcome"}),
		votes: prometheus.NewCounterVec(prometheus.CounterOpts{
			Name: "arcadia_approvals_total", Help: "What was asked and said of approvals since this process began.",
		}, []string{"event"}),
	}
}

// Unwrap is the store that is measured.
func (m *Meter) Unwrap() engine.Store { return m.Store }

// Append passes the batch on, and counts it when it is durable.
func (m *Meter) Append(ctx context.Context, b engine.Batch) error {
	before := m.census.before(ctx, m.Store, &b)
	err := m.Store.Append(ctx, b)
	m.census.after(before, &b, err)
	if err == nil {
		m.time(&b)
	}
	return err
}

// Steps are the attempts, as arcadia_step_seconds by step, direction and outcome.
func (m *Meter) Steps() prometheus.Collector { return m.took }

// Approvals are what was asked and said of approvals, as arcadia_approvals_total by event.
func (m *Meter) Approvals() prometheus.Collector { return m.votes }

// The directions and outcomes of an attempt, as labels.
const (
	forward, backward          = "forward", "backward"
	done, retried, failed, cut = "done", "retried", "failed", "interrupted"
)

// time measures the attempts that end with a batch, counts what is said of approvals, and notes the attempt that begins. At most one of a saga is under way.
func (m *Meter) time(b *engine.Batch) {
	m.mu.Lock()
	defer m.mu.Unlock()
	for i := range b.Entries {
		e := &b.Entries[i]
		switch e.Type {
		case engine.EntryStepStarted, engine.EntryCompensating:
			m.under[b.ID] = engine.Entry{Type: e.Type, Idx: e.Idx, At: e.At}
		case engine.EntryStepCompleted, engine.EntryCompensated, engine.EntryRollbackOvertaken:
			m.ended(b, e, done)
		case engine.EntryAttemptFailed, engine.EntryCompensationRetried:
			m.ended(b, e, retried)
		case engine.EntryStepFailed, engine.EntryCompensationFailed:
			m.ended(b, e, failed)
		case engine.EntryInterrupted:
			m.ended(b, e, cut)
		case engine.EntryApprovalRequested, engine.EntryApproved, engine.EntryApprovalRefused, engine.EntryApprovalVoided, engine.EntryApprovalGranted, engine.EntryGlassBroken:
			m.votes.WithLabelValues(string(e.Type)).Inc()
		}
	}
	if b.Summary.Status.Terminal() {
		delete(m.under, b.ID)
	}
}

// ended measures an attempt. One that began in an earlier process, or that never began, is not one.
func (m *Meter) ended(b *engine.Batch, e *engine.Entry, outcome string) {
	start, known := m.under[b.ID]
	if !known || start.Idx != e.Idx || e.Idx >= len(b.Summary.StepNames) {
		return
	}
	delete(m.under, b.ID)
	direction := forward
	if start.Type == engine.EntryCompensating {
		direction = backward
	}
	m.took.WithLabelValues(b.Summary.StepNames[e.Idx], direction, outcome).Observe(e.At.Sub(start.At.Time).Seconds())
}
