package crashtest

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
	"arcadia/storage/bolt"
)

// ending is what the operator and the kind make of a scenario.
type ending string

const (
	completes ending = "completed"
	fails     ending = "failed after" // a failing step follows
	canceled  ending = "canceled"     // at a point
	undone    ending = "undone"       // rolled back after its completion
)

func endings() []ending { return []ending{completes, fails, canceled, undone} }

// course is one way through a scenario.
type course struct {
	*scenario
	ending   ending
	play     *play // of the played ending
	cancelAt int   // the point, counted over all lives, at which the operator cancels
	deaths   []int // the fatal point of each life but the last
	stroke   *stroke
	doom     int           // die so many points after the stroke; 0: live on
	late     time.Duration // after which a write that a process died over arrives all the same; 0: never
	rig      rig
	opts     []dosim.Option
}

// String names the course so that it can be found again.
func (c *course) String() string {
	s := fmt.Sprintf("%s, %s", c.name, c.ending)
	if c.play != nil {
		s += " (" + c.play.name + ")"
	}
	if c.pointed() {
		s += fmt.Sprintf(" at point %d", c.cancelAt)
	}
	if len(c.deaths) > 0 {
		s += fmt.Sprintf(", died at %v", c.deaths)
	}
	if c.late > 0 {
		s += fmt.Sprintf(", its last write arrived %s later", c.late)
	}
	if c.stroke != nil {
		s += fmt.Sprintf(", write %d met %s, lag %d, doom %d", c.stroke.nth, c.stroke.mishap.name, c.lag, c.doom)
	}
	return s
}

// pointed reports whether the operator acts at a point of the course.
func (c *course) pointed() bool { return c.ending == canceled || c.play != nil && c.play.verb != nil }

// request is what the operator launches.
func (c *course) request(w *world) engine.Launch {
	l := c.launch(w, launchKey, c.ending == fails)
	if c.play != nil {
		l.Kind, l.Steps = "adhoc", slices.Clone(c.steps)
		c.play.launch(&l)
	}
	l.Inputs = replaced(replaced(l.Inputs, "$resource", w.key), "$snapshot", strconv.FormatInt(w.snapshot, 10))
	return l
}

// outcome is what came of a course.
type outcome struct {
	wrong  []string // what the judge found; empty is good
	lives  []int    // points of each life
	died   []string // where the lives ended that did not come to rest
	trail  []string // names of the points of all lives
	posts  int
	writes int
	kept   []int64
	final  engine.Status
	story  string
}

// patience is how long, on the bubble's clock, a saga may take to come to rest after its last crash.
const patience = 12 * time.Hour

// run goes through the course. Call it in a bubble; dir is the caller's, and is left empty.
func (c *course) run(dir string) (out outcome) {
	w := newWorld(c.scenario, c.opts...)
	o := newOperator(c, w)
	got := newAcks()
	m := &machine{
		path: filepath.Join(dir, "arcadia.db"), froze: got.frozen, next: http.RoundTripper(w.sim), rig: c.rig, rest: c.rest(), late: c.late,
		extra: w.props.steps(),
		noted: func(b engine.Batch) error {
			w.props.watch(b)
			return got.note(b)
		},
	}
	if err := c.prologue(m, w); err != nil {
		out.wrong = append(out.wrong, err.Error())
		return out
	}
	m.trail = func(s string) {
		o.mu.Lock()
		defer o.mu.Unlock()
		out.trail = append(out.trail, s)
	}
	defer func() {
		if err := os.Remove(m.path); err != nil && !errors.Is(err, os.ErrNotExist) {
			out.wrong = append(out.wrong, err.Error())
		}
		out.wrong = append(out.wrong, w.props.seen()...)
		out.story = w.story() + o.diary()
	}()
	for i := 0; ; i++ {
		fatal := 0
		if i < len(c.deaths) {
			fatal = c.deaths[i]
		}
		l := newLife(fatal)
		l.watch = func(int) { o.passed() }
		m.before = func(store *bolt.Store) {
			out.wrong = append(out.wrong, look(got, store, fmt.Sprintf("at start %d", i))...)
		}
		p, err := m.start(l, c.stroke)
		if err != nil {
			out.wrong = append(out.wrong, "start: "+err.Error())
			return out
		}
		if c.stroke != nil && c.doom > 0 {
			c.stroke.then(func() { l.doom(c.doom) })
		}
		err = o.tend(p)
		p.stop()
		n, dead := l.points()
		out.lives = append(out.lives, n)
		switch {
		case dead: // perhaps after its saga came to rest
			out.died = append(out.died, l.at)
		case err != nil:
			out.wrong = append(out.wrong, err.Error())
		default:
			out.wrong = append(out.wrong, o.verdict(p, got, &out)...)
		}
		if err := p.end(); err != nil {
			out.wrong = append(out.wrong, "end: "+err.Error())
		}
		if !dead || i > len(c.deaths)+2 {
			return out
		}
	}
}

// rest is the time that the operator needs to act at a point.
func (c *course) rest() time.Duration {
	if c.pointed() {
		return time.Millisecond
	}
	return 0
}

// launchKey is the key under which the operator's form launches, however often it has to.
const launchKey = "form-1"

// operator is the person at the console: it remembers what it asked for across the crashes of its tool, and nothing else.
type operator struct {
	*course
	world *world

	id    engine.ID // of the saga, once a launch was answered
	asked bool      // a cancel was acknowledged
	late  bool      // a cancel was refused, for it was completed
	told  func()    // after a cancel was answered; may be nil
	mend  func()    // ends what it has done to the provider; nil while it has done nothing
	well  bool      // that has ended

	now  chan struct{} // closed when it wants to cancel
	once sync.Once

	mu    sync.Mutex // guards the fields below
	total int        // points passed in all lives
	lines []string
}

func newOperator(c *course, w *world) *operator {
	return &operator{course: c, world: w, now: make(chan struct{})}
}

// passed counts a point and calls for the cancel at its time.
func (o *operator) passed() {
	o.mu.Lock()
	o.total++
	due := o.pointed() && o.total == o.cancelAt
	o.mu.Unlock()
	if due {
		o.callCancel()
	}
}

// callCancel makes the operator want to cancel, once.
func (o *operator) callCancel() { o.once.Do(func() { close(o.now) }) }

func (o *operator) note(format string, args ...any) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.lines = append(o.lines, fmt.Sprintf(format, args...))
}

func (o *operator) diary() string {
	o.mu.Lock()
	defer o.mu.Unlock()
	return "\n  the operator: " + strings.Join(o.lines, "; ")
}

// tend does what there is to do while one process lives, until the saga is at rest as it should be, the process has died
// (any error then), or there is no way on.
func (o *operator) tend(p *process) error {
	ctx := context.Background()
	if o.id == "" {
		sg, err := p.ops.Start(ctx, o.request(o.world))
		if err != nil {
			return fmt.Errorf("launch: %w", err)
		}
		o.id = sg.ID
	}
	feed := p.ops.Watch()
	defer feed.Close()
	end := time.NewTimer(patience)
	defer end.Stop()
	call, sg := o.now, &engine.Saga{}
	for {
		if o.asked || o.late || !o.pointed() {
			call = nil
		}
		if err := catchUp(ctx, p.ops, o.id, sg); err != nil {
			return fmt.Errorf("read the saga: %w", err)
		}
		if done, err := o.judgeRest(ctx, p, sg); done || err != nil {
			return err
		}
		select {
		case <-feed.Ready():
			feed.Take()
		case <-call:
			if err := o.act(ctx, p.ops); err != nil {
				return err
			}
		case <-p.life.gone:
			return errDead
		case <-end.C:
			return fmt.Errorf("no way on: it is %s, waiting on %+v: %s", sg.Status, sg.Waiting, rows(sg))
		}
	}
}

type reader interface {
	Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error)
}

// catchUp reads what is new in the ledger of a saga.
func catchUp(ctx context.Context, s reader, id engine.ID, sg *engine.Saga) error {
	news, err := s.Entries(ctx, id, sg.Seq)
	for i := range news {
		err = errors.Join(err, sg.Apply(&news[i]))
	}
	return err
}

// act asks for what the operator wants at its point, which is a cancel unless a play says otherwise.
func (o *operator) act(ctx context.Context, s *engine.Session) error {
	verb := func() error { return s.Cancel(ctx, o.id, engine.Request{Reason: "changed my mind"}) }
	if o.play != nil {
		verb = func() error { return o.play.verb(ctx, o, s) }
	}
	switch err := verb(); {
	case err == nil:
		o.asked = true
	case errors.Is(err, engine.ErrRefused):
		o.late = true
	default:
		return fmt.Errorf("at the point: %w", err)
	}
	o.note("what it wanted at its point was acknowledged %v, too late %v", o.asked, o.late)
	if o.told != nil {
		o.told()
	}
	return nil
}

// judgeRest says whether a saga at rest is where the operator wants it, and asks for a rollback when that is what is next.
func (o *operator) judgeRest(ctx context.Context, p *process, sg *engine.Saga) (bool, error) {
	if o.play != nil {
		return o.play.react(ctx, o, p.ops, sg)
	}
	if stuck := sg.Status == engine.Running && sg.NeedsOperator() && sg.Passed != ""; stuck && o.hopeless() {
		return false, o.heals(ctx, p)
	}
	if !sg.Status.Terminal() {
		return false, nil
	}
	back := o.ending == undone || o.ending == canceled && !o.asked
	if sg.Status == engine.Completed && o.asked && sg.Withdrawn() != "" { // the cancel came before the rollback had begun, and withdrew it
		o.asked, back = false, true
	}
	switch {
	case sg.Status == engine.Completed && back:
		switch err := p.ops.Rollback(ctx, o.id, engine.Request{}); {
		case o.final && errors.Is(err, engine.ErrRefused) && strings.Contains(err.Error(), "cannot be brought back"):
			return true, nil // it is as final as its plan says
		case o.final && err == nil:
			return false, errors.New("what cannot be taken back is being rolled back")
		case err == nil, errors.Is(err, engine.ErrRefused): // or an earlier one was not answered and stands
		default:
			return false, fmt.Errorf("roll back: %w", err)
		}
		return false, nil
	case sg.Status == engine.Completed && o.asked && o.final && sg.Passed != "":
		return true, nil // the cancel came when the provider was deleting already
	case sg.Status == engine.Completed && (o.asked || o.ending == fails):
		return false, fmt.Errorf("it is completed, with cancel acknowledged: %v", o.asked)
	case sg.Status == engine.Failed && o.hopeless():
		return false, o.heals(ctx, p)
	case sg.Status == engine.Failed:
		return false, fmt.Errorf("it is failed: %s", rows(sg))
	case sg.Status == engine.RolledBack && o.ending == completes && !o.refused && !o.mayFail():
		return false, fmt.Errorf("it is rolled back: %s", rows(sg))
	}
	return true, nil
}

// heals lets the provider be well again, and asks for another try.
func (o *operator) heals(ctx context.Context, p *process) error {
	o.stroke.heal()
	o.note("the provider is well again: retry")
	if err := p.ops.Retry(ctx, o.id, engine.Request{}); err != nil && !errors.Is(err, engine.ErrRefused) {
		return fmt.Errorf("retry: %w", err)
	}
	return nil
}

// hopeless reports whether every write meets a mishap, so that budgets of attempts may run out.
func (o *operator) hopeless() bool { return o.stroke != nil && o.stroke.nth == 0 && !o.stroke.healed() }

// mayFail reports whether the mishaps leave a saga no way but back: all writes meet them, or a refusal cannot be read.
func (o *operator) mayFail() bool {
	return o.stroke != nil && (o.stroke.nth == 0 || o.stroke.illegible())
}

// rows are a saga's rows in short, for the report of a failure.
func rows(sg *engine.Saga) string {
	var b strings.Builder
	for _, r := range sg.Rows {
		fmt.Fprintf(&b, "[%d %s %s attempts %d %s", r.Idx, r.Name, r.Status, r.Attempts, r.Error)
		if c := r.Compensation; c != nil {
			fmt.Fprintf(&b, " / compensation attempts %d %s", c.Attempts, c.Error)
		}
		b.WriteString("] ")
	}
	return b.String()
}
