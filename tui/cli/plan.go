package cli

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/visible"
	words "arcadia/tui/say"
)

func (t *tree) showPlan(p engine.Plan, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, p)
	}
	rows := [][]string{{"#", "STEP", "DOES", "TO", "UNDO"}}
	made := slices.ContainsFunc(p.Steps, func(s engine.PlanStep) bool { return s.Why != "" })
	if made {
		rows[0] = append(rows[0], "WHY")
	}
	for _, s := range p.Steps {
		if s.Change.Final != "" {
			rows = append(rows, noReturn[:len(rows[0])])
		}
		row := []string{strconv.Itoa(s.Idx), s.Name, string(s.Change.Action), t.change(s.Change), s.Change.Undo}
		switch {
		case s.Refused:
			row = []string{row[0], s.Name, "refused", s.Error, ""}
		case s.Error != "":
			row = []string{row[0], s.Name, "?", s.Error, ""}
		}
		if made {
			row = append(row, s.Why)
		}
		rows = append(rows, row)
	}
	if err := columns(t.env.Out, rows); err != nil {
		return err
	}
	for _, note := range notes(p) {
		if _, err := fmt.Fprintln(t.env.Out, visible.Text(note)); err != nil {
			return written(err)
		}
	}
	return nil
}

// notes say what matters of a plan besides its steps.
func notes(p engine.Plan) []string {
	out := []string{"plan " + p.Hash.Short()}
	if len(p.WaitsFor) > 0 {
		out = append(out, "waits for saga "+strings.Join(p.WaitsFor, ", "))
	}
	if p.Nothing() {
		out = append(out, "nothing to do")
	}
	if p.Approval != nil {
		out = append(out, fmt.Sprintf("waits for %s, for %s", words.Demand(*p.Approval), p.Approval.Within))
	}
	return append(out, pointsOfNoReturn(p)...)
}

// pointsOfNoReturn names the steps of a plan whose effect cannot be taken back.
func pointsOfNoReturn(p engine.Plan) []string {
	var out []string
	for _, s := range p.Steps {
		if s.Change.Final != "" {
			out = append(out, fmt.Sprintf("point of no return: step %d %s: %s", s.Idx, s.Name, s.Change.Final))
		}
	}
	return out
}

// insist refuses a launch that cannot be undone, unless an operator at a terminal types the kind's name. Only kinds that say
// of themselves that they cannot be undone, and lists of steps, are planned for that: a plan looks at the account. What was
// agreed to is what is launched: ask gets the hash of that plan.
func (t *tree) insist(ctx context.Context, p *Place, ask *engine.Launch) error {
	at := slices.IndexFunc(p.Engine.Kinds(), func(k engine.Kind) bool { return k.Name == ask.Kind })
	if at < 0 || !p.Engine.Kinds()[at].Adhoc && !strings.Contains(p.Engine.Kinds()[at].Undo, cannotBeUndone) {
		return nil
	}
	plan, err := p.Engine.Plan(ctx, *ask)
	if err != nil {
		return err
	}
	if err := plan.Refusal(); err != nil {
		return fmt.Errorf("launch %s: %w", ask.Kind, err)
	}
	points := pointsOfNoReturn(plan)
	if len(points) == 0 {
		return nil
	}
	about := strings.TrimRight(ask.Kind+" "+plan.Target, " ")
	if !t.env.Screen {
		return misuse("%s: %s: nothing was done: add --yes", about, strings.Join(points, "; "))
	}
	asker, err := newPrompter(t.env.In, t.env.Err)
	if err != nil {
		return err
	}
	defer asker.close()
	asker.print(about)
	asker.print(points...)
	sure, err := asker.typed(ctx, "", words.PlanName(&plan))
	switch {
	case err != nil:
		return err
	case !sure:
		return misuse("%s: nothing was done", about)
	}
	ask.PlanHash = cmp.Or(ask.PlanHash, string(plan.Hash))
	return nil
}

// cannotBeUndone is how a kind says in its line about rollback that there is none.
const cannotBeUndone = "cannot be undone"

func (t *tree) change(c engine.Change) string {
	arrow := "→"
	if t.ascii {
		arrow = "->"
	}
	parts := []string{c.Subject}
	for _, f := range c.Fields {
		switch {
		case f.From == "":
			parts = append(parts, f.Name+" "+f.To)
		case f.To == "":
			parts = append(parts, f.Name+" "+f.From)
		default:
			parts = append(parts, fmt.Sprintf("%s %s %s %s", f.Name, f.From, arrow, f.To))
		}
		if f.Note != "" {
			parts[len(parts)-1] += " (" + f.Note + ")"
		}
	}
	if c.Note != "" {
		parts = append(parts, c.Note)
	}
	return strings.Join(parts, "; ")
}
