package engine

import (
	"math"
	"slices"
)

// Made is what a step says of what it has made, for lists.
type Made struct {
	Text       string  `json:"text,omitempty"`        // "18.4 GB"
	MonthlyUSD float64 `json:"monthly_usd,omitempty"` // what that adds to the bill of a month
}

// Made records what the step has made, in a few words, and what it adds to the bill of a month in US dollars, below 0 what it saves.
// Both are durable with its completion, and stand in the saga's header in place of what was planned; without words those of an earlier
// step stay. The last call counts.
func (s *State) Made(text string, monthlyUSD float64) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.made = &Made{Text: legible(text, maxValue), MonthlyUSD: dollars(monthlyUSD)}
}

// maxValue bounds what lists show behind a target.
const maxValue = 128

// dollars is an amount that a store can keep.
func dollars(usd float64) float64 {
	if math.IsNaN(usd) || math.IsInf(usd, 0) {
		return 0
	}
	return math.Round(usd*100) / 100
}

// value is what the target of a plan becomes: what its first step that says so would make of it.
func (p Plan) value() string {
	for _, s := range p.Steps {
		if s.Change.Value != "" {
			return legible(s.Change.Value, maxValue)
		}
	}
	return ""
}

// was is what the target of a plan is before it becomes its value; empty when it is nothing, or when the plan does not say.
func (p Plan) was() string {
	for _, s := range p.Steps {
		if s.Change.Value == "" {
			continue
		}
		at := slices.IndexFunc(s.Change.Fields, func(f FieldChange) bool { return f.To == s.Change.Value })
		if at < 0 {
			return ""
		}
		return legible(s.Change.Fields[at].From, maxValue)
	}
	return ""
}

// monthly is what each step of a plan adds to the bill of a month, nil when none adds anything.
func (p Plan) monthly() []float64 {
	out := make([]float64, len(p.Steps))
	for i, s := range p.Steps {
		out[i] = dollars(s.Change.MonthlyUSD)
	}
	if slices.IndexFunc(out, func(x float64) bool { return x != 0 }) < 0 {
		return nil
	}
	return out
}

// costs takes over what a step adds to the bill of a month.
func (s *Saga) costs(idx int, usd float64) {
	if idx < 0 || idx >= len(s.StepNames) {
		return
	}
	all := make([]float64, len(s.StepNames)) // a copy of the saga may share the old one
	copy(all, s.monthly)
	all[idx] = usd
	s.monthly = all
	s.sum()
}

func (s *Saga) sum() {
	total := 0.0
	for _, x := range s.monthly {
		total += x
	}
	s.MonthlyUSD = dollars(total)
}

// stays leaves of what a saga adds to the bill what it has done and not undone, once it has gone back.
func (s *Saga) stays() {
	for i := range s.monthly {
		if i >= len(s.Rows) || s.Rows[i].Status != RowCompleted && s.Rows[i].Status != RowCompensationFailed && s.Rows[i].Status != RowResolved {
			s.costs(i, 0)
		}
	}
}
