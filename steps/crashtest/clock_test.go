package crashtest

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
)

// twoClocks is a course whose two lives are on two clocks.
type twoClocks struct {
	course
	dir   string
	fatal int
	w     *world
	a     *acks
	died  bool
}

func (d *twoClocks) machine() *machine {
	return &machine{path: filepath.Join(d.dir, "arcadia.db"), noted: d.a.note, next: d.w.sim}
}

// first lives until its fatal point, or until it has come to rest.
func (d *twoClocks) first(t *testing.T) {
	if err := os.RemoveAll(d.dir); err != nil {
		t.Fatal(err)
	}
	d.w, d.a = newWorld(d.scenario), newAcks()
	o := newOperator(&d.course, d.w)
	p, err := d.machine().start(newLife(d.fatal), d.stroke)
	if err != nil {
		t.Fatal(err)
	}
	tended := o.tend(p)
	p.stop()
	if _, d.died = p.life.points(); !d.died && tended != nil {
		t.Error(tended)
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}

// second goes on, on another clock, and may not take longer than the policy's waits.
func (d *twoClocks) second(t *testing.T) {
	ctx := context.Background()
	o := newOperator(&d.course, d.w)
	p, err := d.machine().start(newLife(0), nil)
	if err != nil {
		t.Fatal(err)
	}
	began := time.Now()
	if err := o.tend(p); err != nil {
		t.Error(err)
	}
	if took := time.Since(began); took > 10*time.Minute {
		t.Errorf("after the jump it took %s, which no policy asks for", took)
	}
	for _, w := range o.verdict(p, d.a, &outcome{}) {
		t.Error(w)
	}
	entries, err := p.store.Entries(ctx, o.id, 0)
	if err != nil {
		t.Error(err)
	}
	for i := 1; i < len(entries); i++ {
		if entries[i].At.Before(entries[i-1].At.Time) {
			t.Errorf("entry %d is dated %s, before the one before it", i+1, entries[i].At)
		}
	}
	sg, err := engine.Fold(entries)
	if err != nil {
		t.Error(err)
	}
	for _, r := range sg.Rows {
		if r.FinishedAt.Before(r.StartedAt.Time) {
			t.Errorf("row %d ends before it starts", r.Idx)
		}
	}
	if err := p.end(); err != nil {
		t.Error(err)
	}
}
