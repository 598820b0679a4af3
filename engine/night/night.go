package night

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/schedule"
)

// Night is what went on between an evening and the next morning.
type Night struct {
	From engine.Time `json:"from"`
	To   engine.Time `json:"to"`
	Zone string      `json:"tz"` // of whose clocks evening and morning are

	Completed  int `json:"completed"`
	RolledBack int `json:"rolled_back"`
	Failed     int `json:"failed"`
	Open       int `json:"under_way"` // not at rest yet
	Missed     int `json:"missed"`    // outcomes of schedules

	MonthlyUSD float64         `json:"monthly_usd"` // what it adds to the bill of a month, below 0: saves
	Things     []Things        `json:"things"`      // what was made and deleted, by type
	Look       []Trouble       `json:"look_at"`     // what somebody should look at, the oldest first
	Rows       []Row           `json:"timetable"`
	Subjects   []Subject       `json:"targets"` // of which something was made or deleted, or was to be
	Freezes    []engine.Freeze `json:"freezes"` // that held any of it up, the oldest first
	More       bool            `json:"more"`    // there were more sagas than are looked at
}

// Things counts what was made and deleted of one type of resource.
type Things struct {
	Type    string `json:"type"`
	Made    int    `json:"made"`
	Deleted int    `json:"deleted"`
}

// Trouble is a saga that has not done what it was launched for, or an occurrence that launched nothing and should have.
type Trouble struct {
	At      engine.Time     `json:"at"`
	By      string          `json:"by"` // the schedule, or the person who has launched it
	Saga    *engine.Summary `json:"saga,omitempty"`
	Outcome schedule.Result `json:"outcome,omitempty"` // of an occurrence without a saga
	Why     string          `json:"why,omitempty"`     // what the step said that failed, or why there is no saga
}

// Row is what one schedule did, or what people did by hand.
type Row struct {
	Schedule string `json:"schedule,omitempty"` // empty: by hand
	Runs     []Run  `json:"runs"`
}

// Run is one saga, or one occurrence without any.
type Run struct {
	At      engine.Time     `json:"at"`
	Saga    engine.ID       `json:"saga,omitempty"`
	Status  engine.Status   `json:"status,omitempty"`
	Outcome schedule.Result `json:"outcome,omitempty"`
}

// Subject is something that sagas were about.
type Subject struct {
	Name       string  `json:"target"`
	Made       int     `json:"made"`
	Deleted    int     `json:"deleted"`
	MonthlyUSD float64 `json:"monthly_usd"`
	Bad        bool    `json:"not_done,omitempty"` // a schedule's saga about it was turned back
}

// Evening and morning, by the clocks of the zone.
const (
	evening = 18
	morning = 8
)

// Span is when the night was that ended, or will end, on the day of now; back goes to earlier ones.
func Span(now time.Time, zone *time.Location, back int) (from, to time.Time) {
	l := now.In(zone)
	day := l.Day() - back
	return time.Date(l.Year(), l.Month(), day-1, evening, 0, 0, 0, zone), time.Date(l.Year(), l.Month(), day, morning, 0, 0, 0, zone)
}

// Zone is the one that most schedules are in; without any, the one given.
func Zone(all []schedule.View, otherwise *time.Location) *time.Location {
	count := map[string]int{}
	best := ""
	for _, v := range all {
		if v.Zone == "" {
			continue
		}
		count[v.Zone]++
		if n, most := count[v.Zone], count[best]; n > most || n == most && v.Zone < best {
			best = v.Zone
		}
	}
	if zone, err := time.LoadLocation(best); best != "" && err == nil {
		return zone
	}
	return otherwise
}

// Changes counts what a saga has made and deleted and has not taken back. What it only changed is neither.
func Changes(s *engine.Saga) []Things {
	var out []Things
	for i := range s.Rows {
		r := &s.Rows[i]
		if r.Status != engine.RowCompleted {
			continue
		}
		for _, c := range r.Resources {
			switch {
			case c.Before == nil && c.After != nil:
				out = sum(out, Things{Type: c.After.Type, Made: 1})
			case c.Before != nil && c.After == nil:
				out = sum(out, Things{Type: c.Before.Type, Deleted: 1})
			}
		}
	}
	return out
}

func sum(all []Things, more ...Things) []Things {
	for _, t := range more {
		at := slices.IndexFunc(all, func(o Things) bool { return o.Type == t.Type })
		if at < 0 {
			all = append(all, t)
			continue
		}
		all[at].Made, all[at].Deleted = all[at].Made+t.Made, all[at].Deleted+t.Deleted
	}
	return all
}

// Total is what was made and deleted, whatever it is.
func Total(all []Things) (made, deleted int) {
	for _, t := range all {
		made, deleted = made+t.Made, deleted+t.Deleted
	}
	return made, deleted
}

// tell fills a night in. Sagas are those of its time, whole, the oldest first.
func (n *Night) tell(sagas []*engine.Saga, views []schedule.View) {
	n.Things, n.Look, n.Rows, n.Subjects = []Things{}, []Trouble{}, []Row{}, []Subject{}
	fired := map[engine.ID]string{}
	for _, v := range views {
		for _, o := range v.State.Outcomes {
			for _, id := range o.Sagas {
				fired[id] = v.Name
			}
			if o.At.Before(n.From.Time) || !o.At.Before(n.To.Time) || len(o.Sagas) > 0 || o.Result != schedule.Missed && !o.Refused {
				continue
			}
			if o.Result == schedule.Missed {
				n.Missed++
			}
			n.Look = append(n.Look, Trouble{At: o.At, By: v.Name, Outcome: o.Result, Why: o.Why})
			n.run(v.Name, Run{At: o.At, Outcome: o.Result})
		}
	}
	usd := 0.0
	for _, s := range sagas {
		by := cmp.Or(fired[s.ID], schedule.By(s.CreatedBy))
		n.saga(s, by)
		usd += s.MonthlyUSD
	}
	n.MonthlyUSD = cents(usd)
	for i := range n.Subjects {
		n.Subjects[i].MonthlyUSD = cents(n.Subjects[i].MonthlyUSD)
	}
	slices.SortStableFunc(n.Look, func(a, b Trouble) int { return a.At.Compare(b.At.Time) })
	for i := range n.Rows {
		slices.SortStableFunc(n.Rows[i].Runs, func(a, b Run) int { return a.At.Compare(b.At.Time) })
	}
	slices.SortStableFunc(n.Rows, func(a, b Row) int {
		if (a.Schedule == "") != (b.Schedule == "") {
			return strings.Compare(a.Schedule, b.Schedule) // what was done by hand comes first
		}
		return cmp.Or(a.Runs[0].At.Compare(b.Runs[0].At.Time), strings.Compare(a.Schedule, b.Schedule))
	})
	slices.SortStableFunc(n.Subjects, func(a, b Subject) int { return strings.Compare(a.Name, b.Name) })
}

func cents(usd float64) float64 { return math.Round(usd*100) / 100 }

func (n *Night) run(by string, r Run) {
	at := slices.IndexFunc(n.Rows, func(o Row) bool { return o.Schedule == by })
	if at < 0 {
		at = len(n.Rows)
		n.Rows = append(n.Rows, Row{Schedule: by})
	}
	n.Rows[at].Runs = append(n.Rows[at].Runs, r)
}

// saga adds one saga; by is its schedule, empty for none.
func (n *Night) saga(s *engine.Saga, by string) {
	n.run(by, Run{At: s.CreatedAt, Saga: s.ID, Status: s.Status})
	bad := false
	switch s.Status {
	case engine.Completed:
		n.Completed++
	case engine.RolledBack:
		n.RolledBack++
		bad = true
	case engine.Failed:
		n.Failed++
		bad = true
	case engine.Pending, engine.Running, engine.Compensating:
		n.Open++
		bad = s.NeedsOperator()
	}
	if bad {
		one := s.Summary
		n.Look = append(n.Look, Trouble{At: s.CreatedAt, By: cmp.Or(by, s.CreatedBy), Saga: &one, Why: Failure(s)})
	}
	changes := Changes(s)
	n.Things = sum(n.Things, changes...)
	made, deleted := Total(changes)
	if made+deleted == 0 && (!bad || by == "") {
		return
	}
	at := slices.IndexFunc(n.Subjects, func(o Subject) bool { return o.Name == s.Target })
	if at < 0 {
		at = len(n.Subjects)
		n.Subjects = append(n.Subjects, Subject{Name: s.Target})
	}
	x := &n.Subjects[at]
	x.Made, x.Deleted, x.MonthlyUSD, x.Bad = x.Made+made, x.Deleted+deleted, x.MonthlyUSD+s.MonthlyUSD, x.Bad || bad
}

// Failure is what the step said that failed; empty when none did.
func Failure(s *engine.Saga) string {
	if !s.Error.StepFailed() {
		return ""
	}
	for i := range slices.Backward(s.Rows) {
		if s.Rows[i].Error != "" {
			return s.Rows[i].Error
		}
	}
	return ""
}

// Short is the night without its timetable, and with no more of the rest than fits into a message.
func (n Night) Short() Night {
	const most = 12
	n.Rows = nil
	n.Look = n.Look[:min(most, len(n.Look))]
	n.Subjects = n.Subjects[:min(2*most, len(n.Subjects))]
	n.Freezes = n.Freezes[:min(most, len(n.Freezes))]
	return n
}
