package crashtest

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

// outside is one random history of sagas over few names, undone in random order, judged from outside: by the zone before
// and after each verb and by what the verb was answered. It knows nothing of steps, ledgers or rules. Nothing dies in it and
// the provider is well: what goes wrong here needs no crash.
type outside struct {
	seed     uint64
	rng      *rand.Rand
	sim      *dosim.Sim
	store    engine.Store
	engine   *engine.Engine
	ops      []*engine.Session
	estate   estate
	orphan   int64 // a snapshot that another ledger's saga has made
	start    picture
	deeds    []*deed
	foreign  []edit // by strangers, in order
	moment   int    // counts what has happened
	strange  bool   // strangers take part
	focus    []int  // the sorts of launch about the estate that most of this history is about; none: all alike
	zoneOnly bool   // records, snapshots and resources alone
	log      []string
	found    []string
	resolved int
	refused  int
	undone   int

	withdrawn int
	retries   int
	fleets    int // launches about droplets, addresses, firewalls and volumes
}

// deed is one saga as the operator who launched it knows it.
type deed struct {
	id            engine.ID
	text          string
	before, after picture // around its way forward
	from, to      int     // the moments at which it began and ended
	over          bool    // rolled back
	spoken        bool    // it has failed and said why, so that what it left is known
}

// edit is what a stranger did to the records of a name and type.
type edit struct {
	at    int
	group group
	id    int64 // the record that says so now; 0 when it was removed
	data  string
	was   string // what the record said before
}

func (o *outside) note(format string, args ...any) {
	o.moment++
	o.log = append(o.log, fmt.Sprintf("%3d ", o.moment)+fmt.Sprintf(format, args...))
}

func (o *outside) wrong(format string, args ...any) {
	o.found = append(o.found, fmt.Sprintf("at %d: ", o.moment)+fmt.Sprintf(format, args...))
}

// newOutside draws a history. blind wraps the store for a control.
func newOutside(seed uint64, strange bool) *outside {
	return &outside{seed: seed, rng: rand.New(rand.NewPCG(seed, 0x6f757473696465)), strange: strange}
}

// live goes through the history in a bubble and returns what is wrong.
func (o *outside) live(t *testing.T, store engine.Store) []string {
	o.sim = dosim.New(dosim.WithEmptyWorld(), dosim.WithRateLimit(0, 0), dosim.WithActionTime(takes), dosim.WithSeed(int64(o.seed%1000)))
	o.sim.AddDomain(zone)
	o.furnish()
	for _, r := range o.furniture() {
		o.sim.PutRecord(zone, r)
	}
	o.store = store
	cloud, err := digitalocean.New(digitalocean.Config{Token: token, Transport: paced{o.sim}})
	if err != nil {
		t.Fatal(err)
	}
	list, kinds := steps.Catalog(cloud, store, good{})
	e, err := engine.New(store, engine.Config{Steps: list, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	o.engine = e
	ctx, cancel := context.WithCancel(context.Background())
	over := make(chan error, 1)
	go func() { over <- e.Run(ctx) }()
	<-e.Ready()
	defer func() {
		cancel()
		if err := <-over; err != nil {
			o.wrong("the engine ended: %v", err)
		}
		if bad, err := engine.Check(context.Background(), store); err != nil || len(bad) > 0 {
			o.wrong("check: %v %v", bad, err)
		}
	}()
	for _, name := range []string{"ada", "grace", "edsger"} {
		o.ops = append(o.ops, e.As(engine.Actor{Name: name, Role: engine.Operator}))
	}
	o.start = o.look()
	o.note("start: %s", o.start)
	sagas := 2 + o.rng.IntN(4)
	if !o.zoneOnly {
		o.focus = o.aim()
		sagas += 1 + o.rng.IntN(2)
	}
	for range sagas {
		o.stranger(4)
		if len(o.deeds) > 0 && o.rng.IntN(4) == 0 {
			o.crossed()
		} else {
			o.launch()
		}
		if len(o.found) > 0 {
			return o.found
		}
	}
	if !o.strange && len(o.deeds) > 1 && o.rng.IntN(5) == 0 {
		o.atOnce()
	} else {
		o.rollBackAll()
	}
	return o.found
}

// op is whoever is at the desk now.
func (o *outside) op() *engine.Session { return o.ops[o.rng.IntN(len(o.ops))] }

// launch starts one saga and waits for its end.
func (o *outside) launch() {
	l, text := o.draw()
	before, from := o.look(), o.moment
	s, err := o.begin(l)
	if err != nil {
		o.note("%s is refused: %v", text, err)
		return
	}
	o.settled(s.ID, text, before, from)
}

// settled waits for the end of a launch, and judges it by the zone.
func (o *outside) settled(id engine.ID, text string, before picture, from int) {
	s := o.rest(id)
	if s == nil {
		return
	}
	d := &deed{id: s.ID, text: text, before: before, after: o.look(), from: from, to: o.moment + 1}
	o.note("%s %s is %s: %s", s.Short, text, s.Status, d.after)
	switch s.Status {
	case engine.Completed:
		o.deeds = append(o.deeds, d)
	case engine.RolledBack:
		o.same(before, d.after, "after "+s.Short+", which took back what it had done")
	case engine.Pending, engine.Running, engine.Compensating, engine.Failed:
		o.wrong("%s is %s: %s", s.Short, s.Status, rows(s))
	}
	o.twins()
}

// rest waits until the saga is at rest; nil when it never is.
func (o *outside) rest(id engine.ID) *engine.Saga {
	s := &engine.Saga{}
	for end := time.Now().Add(4 * time.Hour); ; time.Sleep(500 * time.Millisecond) {
		if err := catchUp(context.Background(), o.engine, id, s); err != nil {
			o.wrong("read saga %s: %v", id.Short(), err)
			return nil
		}
		if s.Status.Terminal() {
			return s
		}
		if time.Now().After(end) {
			locks, _ := o.store.Locks(context.Background())
			o.wrong("saga %s is %s for ever, waiting on %+v: %v; locks %v", s.Short, s.Status, s.Waiting, rows(s), locks)
			return nil
		}
	}
}

// rollBackAll undoes every saga, in random order, and goes on for as long as that gets anywhere.
func (o *outside) rollBackAll() {
	for {
		left := slices.DeleteFunc(slices.Clone(o.deeds), func(d *deed) bool { return d.over })
		if len(left) == 0 {
			break
		}
		o.rng.Shuffle(len(left), func(i, j int) { left[i], left[j] = left[j], left[i] })
		moved := false
		for _, d := range left {
			o.stranger(8)
			moved = o.rollBack(d) || moved
			if len(o.found) > 0 {
				return
			}
		}
		if !moved {
			o.wrong("nothing that is left can be rolled back: %s", texts(left))
			return
		}
	}
	o.end()
}

// atOnce asks for all undos in one request, which finds the order, and judges how it ends. A part of them that needs another
// one first is refused before, and nothing is begun.
func (o *outside) atOnce() {
	var ids []engine.ID
	for _, i := range o.rng.Perm(len(o.deeds)) {
		if !o.deeds[i].over {
			ids = append(ids, o.deeds[i].id)
		}
	}
	if len(ids) < 2 {
		o.rollBackAll()
		return
	}
	before := o.look()
	if some := ids[:1+o.rng.IntN(len(ids)-1)]; o.rng.IntN(2) == 0 {
		if _, err := o.engine.RollbackOrder(context.Background(), some...); err != nil {
			_, err = o.op().RollbackAll(context.Background(), some, engine.Request{})
			if o.note("roll back %d of %d at once: %v", len(some), len(ids), err); !errors.Is(err, engine.ErrRefused) {
				o.wrong("some of the sagas are rolled back although one of them cannot be: %v", err)
			}
			o.same(before, o.look(), "after a refusal")
		}
	}
	order, err := o.op().RollbackAll(context.Background(), ids, engine.Request{})
	if o.note("roll back all at once: %v %v", order, err); err != nil || len(order) != len(ids) {
		o.wrong("roll back all: %v", err)
		return
	}
	for _, d := range o.deeds {
		s := o.rest(d.id)
		if s == nil || s.Status != engine.RolledBack {
			o.wrong("%s is not rolled back with all others", d.id.Short())
			return
		}
		d.over = true
		o.undone++
	}
	o.twins()
	o.end()
}

func texts(deeds []*deed) string {
	var out []string
	for _, d := range deeds {
		out = append(out, d.id.Short()+" "+d.text)
	}
	return strings.Join(out, "; ")
}

// rollBack asks for one undo and judges it by the zone. It reports whether that has got anywhere.
func (o *outside) rollBack(d *deed) bool {
	before := o.look()
	err := o.op().Rollback(context.Background(), d.id, engine.Request{})
	switch {
	case errors.Is(err, engine.ErrRefused):
		o.refused++
		o.note("roll back %s is refused: %v", d.id.Short(), err)
		o.same(before, o.look(), "after a refusal")
		return false
	case err != nil:
		o.wrong("roll back %s: %v", d.id.Short(), err)
		return false
	}
	return o.undoneNow(d, before)
}

// undoneNow waits for the end of an undo that has been asked for, and judges it.
func (o *outside) undoneNow(d *deed, before picture) bool {
	ctx := context.Background()
	s := o.rest(d.id)
	var tries []try
	if s != nil && s.Status == engine.Failed && o.rng.IntN(2) == 0 {
		tries = append(tries, try{before, o.look()})
		var last picture
		s, last = o.retried(d, s)
		tries = append(tries, try{before: last})
	} else {
		tries = append(tries, try{before: before})
	}
	if s == nil {
		return false
	}
	after := o.look()
	tries[len(tries)-1].after = after
	o.note("roll back %s is %s: %s", d.id.Short(), s.Status, after)
	o.twins()
	switch s.Status {
	case engine.Completed:
		o.same(before, after, "after a rollback that was given up")
		return false
	case engine.RolledBack:
		d.over = true
		o.undone++
		o.judge(d, tries)
	case engine.Failed:
		o.note("because: %s", rows(s))
		if !o.excused(d) {
			o.wrong("%s has failed and nobody else has written what it wrote: %s", d.id.Short(), rows(s))
			return false
		}
		for i, r := range s.Rows {
			if r.Status == engine.RowCompensationFailed {
				if err := o.op().Resolve(ctx, d.id, i, engine.Request{Reason: "looked at the zone"}); err != nil {
					o.wrong("resolve %s: %v", d.id.Short(), err)
				}
			}
		}
		if s = o.rest(d.id); s == nil || s.Status != engine.RolledBack {
			o.wrong("%s is not rolled back after everything was resolved", d.id.Short())
			return false
		}
		d.over, d.spoken = true, true
		o.resolved++
	case engine.Pending, engine.Running, engine.Compensating:
	}
	return true
}
