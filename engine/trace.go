package engine

import (
	"cmp"
	"slices"
)

// Touch is what a row has written, or what it relies on as it found it: a name, mostly that of a lock, and which part of
// what stands under it. An empty part is all of it. Two sagas touch each other when they name the same part, or one of
// them all of it: then the later one must be rolled back first.
type Touch struct {
	Name string `json:"name"`
	Part string `json:"part,omitempty"`
}

const everyPart = "*"

// leaves are the names under which a saga that touches this is found.
func (t Touch) leaves() []string {
	return []string{t.Name, t.Name + " " + cmp.Or(t.Part, everyPart)}
}

// meets are the names under which those are found that touch what this one touches.
func (t Touch) meets() []string {
	if t.Part == "" {
		return []string{t.Name}
	}
	return []string{t.Name + " " + t.Part, t.Name + " " + everyPart}
}

// each gathers one kind of names of all touches, sorted and each once.
func each(touched []Touch, names func(Touch) []string) []string {
	var out []string
	for _, t := range touched {
		out = append(out, names(t)...)
	}
	slices.Sort(out)
	return slices.Compact(out)
}

// Moved says that what had the resource key From (dns_record/5) is back under the key To: an undo has put it back.
type Moved struct {
	From string `json:"from"`
	To   string `json:"to"`
}

// Trace says that the effect of a saga stands under a name.
type Trace struct {
	Name string `json:"name"`
	Saga ID     `json:"saga_id"`
}

// TraceChange files a saga under names, as the latest one there, or takes it out again.
type TraceChange struct {
	Leave []string // the names
	Lift  bool     // all that the saga has left
}

// Standing are the names under which the saga is filed now: none unless it has ended and is not rolled back.
func (s *Saga) Standing() []string {
	if !s.stands {
		return nil
	}
	return each(s.Touched, Touch.leaves)
}

// undoLocks are the locks that a rollback takes: those of the launch, and the names of what was touched since. A droplet has its
// number only once it is made, and whoever undoes its making waits for those who are at work on it.
func (s *Saga) undoLocks() []string {
	names := slices.Clone(s.Locks)
	for _, t := range s.Touched {
		if len(names) < MaxLocks && !slices.Contains(names, t.Name) {
			names = append(names, t.Name)
		}
	}
	return names
}

// compareTouches orders touches by name and part.
func compareTouches(a, b Touch) int {
	return cmp.Or(cmp.Compare(a.Name, b.Name), cmp.Compare(a.Part, b.Part))
}

// whole is what a saga of an older build touches, and a step that does not say: everything under its locks.
func whole(locks []string) []Touch {
	out := make([]Touch, 0, len(locks))
	for _, name := range locks {
		out = append(out, Touch{Name: name})
	}
	return out
}

// touched is what the rows that may have had an effect have touched. Call with mu held.
func (r *run) touched() []Touch {
	out := []Touch{}
	for i := range r.saga.Rows {
		row := &r.saga.Rows[i]
		if row.forward != RowCompleted && !row.Dirty {
			continue
		}
		switch step := r.e.steps[row.Name].(type) {
		case Toucher:
			out = append(out, step.Touches(r.saga.preview(i))...)
		case Locker:
			out = append(out, whole(r.saga.Locks)...)
		}
	}
	slices.SortFunc(out, compareTouches)
	return slices.Compact(out)
}
