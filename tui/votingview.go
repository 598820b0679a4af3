package tui

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/clean"
	"arcadia/tui/confirm"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// replanEvery is how often the plan is made again while somebody looks at it.
const replanEvery = 30 * time.Second

// replanned is what the saga would do now, as far as that was looked at.
type replanned struct {
	plan engine.Plan
	err  string // why it could not be planned
	at   time.Time
	busy bool
}

type againMsg struct {
	plan engine.Plan // clean
	err  string
}

// replan makes the plan again, one at a time.
func (v *voting) replan() Action {
	if v.again.busy {
		return nil
	}
	v.again.busy = true
	id := v.first.ID
	return Ask{To: v, Read: func(ctx context.Context, b Backend) tea.Msg {
		p, err := b.PlanAgain(ctx, id)
		if err != nil {
			return againMsg{err: visible.Text(err.Error())}
		}
		return againMsg{plan: clean.Plan(p)}
	}}
}

// keepFresh makes the plan again when the last look is old, or was at another plan than people are asked about now.
func (v *voting) keepFresh(env *Env) Action {
	s := v.seen.whole()
	if s == nil || s.Awaits() == nil || env.Time().Sub(v.again.at) < replanEvery {
		return nil
	}
	return v.replan()
}

// past are the last two sagas of the kind about the same thing, the newer first, and how long it was down in each.
type past struct {
	sagas []engine.Summary
	down  []time.Duration
}

// looksBack is how many sagas of the kind are looked through.
const looksBack = 100

// lookBack reads them.
func (v *voting) lookBack() Action {
	id := v.first.ID
	return Ask{To: v, Read: func(ctx context.Context, b Backend) tea.Msg {
		var out past
		this, err := b.Saga(ctx, id)
		if err != nil {
			return out // the page says what cannot be read
		}
		first, last, down := engine.Outage(this.AskedPlan)
		page, err := b.List(ctx, engine.Query{Kind: this.Kind, From: id, Limit: looksBack})
		for i := range page.Items {
			s := &page.Items[i]
			if err != nil || s.Target != this.Target || !s.Status.Terminal() || len(out.sagas) == 2 {
				continue
			}
			out.sagas = append(out.sagas, *s)
			if !down || s.Status != engine.Completed {
				continue
			}
			whole, err := b.Saga(ctx, s.ID)
			if err != nil {
				continue
			}
			if took := whole.Down(first, last); took > 0 {
				out.down = append(out.down, took)
			}
		}
		return out
	}}
}

// roomForVote is the height from which the lines of the vote stand below the plan while it is read.
const roomForVote = 14

// Where says who else looks at it.
func (v *voting) Where(env *Env) string {
	too := env.State.watchers(v.first.ID)
	switch len(too) {
	case 0:
		return ""
	case 1:
		return too[0] + " is looking too"
	}
	return say.Listed(too) + " are looking too"
}

// View draws who asks, the plan, and the vote.
func (v *voting) View(env *Env, width, height int) Drawing {
	t, w := env.Theme, v.seen.shown()
	switch {
	case v.seen.err != "":
		return Drawing{Lines: empty(env, width, height, "this saga cannot be read", v.seen.err)}
	case w == nil:
		return Drawing{Lines: []string{"", "  " + t.Faint.Paint("reading its ledger"+t.Symbols.More)}}
	case w.saga.Approval == nil:
		return Drawing{Lines: empty(env, width, height, "nobody is asked to approve it", "esc goes back")}
	}
	at := 30
	if width < twoLines {
		at = 0
	}
	form, cursor := v.Form(t, confirm.Zone{At: at, Width: width, Live: v.live, Airy: height >= 24})
	foot := append([]string{t.Border.Paint(strings.Repeat(t.Symbols.Rule, width)), "  " + v.voter(env, w.saga)}, form...)
	switch {
	case v.Busy:
		foot, cursor = append(foot[:2], "  "+t.Faint.Paint("it is recorded"+t.Symbols.More)), nil
	case !v.live && height < roomForVote:
		foot = foot[:2]
	}
	lines, scroll := v.body.Cut(t, v.lines(env, w, width), width-1, height-len(foot))
	if cursor != nil {
		cursor.Y += len(lines) + 2
	}
	return Drawing{Lines: append(lines, foot...), Cursor: cursor, Shown: func() { v.body = scroll }}
}

// voter says as who one votes.
func (v *voting) voter(env *Env, s *engine.Saga) string {
	text := "as " + env.Operator
	if env.Key != "" {
		text += ", with the key " + say.ShortKey(env.Key)
	}
	return env.Theme.Strong.Paint("Your vote") + "   " + env.Theme.Faint.Paint(visible.Text(text+"; "+s.CreatedBy+" cannot vote on their own saga"))
}

// facts are lines with a label before each.
type facts struct {
	t     *theme.Theme
	width int
	out   []string
}

// add puts one, already painted text as it is and plain text wrapped.
func (f *facts) add(name, painted string) {
	f.out = append(f.out, f.t.Faint.Paint(widget.Fit("  "+name, planAt))+painted)
}

func (f *facts) wrap(name, text string) {
	for i, l := range widget.Wrap(visible.Text(text), max(10, f.width-planAt-1)) {
		if i > 0 {
			name = ""
		}
		f.add(name, l)
	}
}

// lines are all above the vote.
func (v *voting) lines(env *Env, w *detail, width int) []string {
	t, s := env.Theme, w.saga
	a := s.Approval
	dot := " " + t.Symbols.Dot + " "
	right := t.Strong.With(t.Vote).Paint(fmt.Sprintf("%d of %d", a.Counted(), a.Need)) + t.Faint.Paint(dot+"ends "+env.Clock.Soon(a.Until.Time)+" ")
	head := t.Stand(say.YourVote)
	whose := " asks for an approval"
	if a.Yours {
		whose = " asks for your approval"
	}
	f := facts{t: t, width: width, out: []string{"", widget.Sides("  "+t.Strong.With(head.Ink).Paint(head.Symbol+" "+visible.Text(s.CreatedBy)+whose), right, width)}}
	story := strings.TrimSpace(s.Kind+" "+s.Target) + ", asked " + env.Clock.Time(a.AskedAt.Time)
	if a.By.From != "" {
		story += " from " + a.By.From
	}
	if a.By.Key != "" {
		story += ", key " + say.ShortKey(a.By.Key)
	}
	line := "  "
	if len(w.entries) > 0 && w.entries[0].Why != "" {
		line += `"` + w.entries[0].Why + `"   `
	}
	f.out = append(f.out, widget.Cut(line+t.Faint.Paint(visible.Text(story)), width-1), "")
	f.add("plan", a.Hash.Short()+"   "+v.again.says(env, a.Hash))
	v.money(&f, s.AskedPlan)
	v.outage(env, &f, s.AskedPlan)
	if text := say.Approvals(s, env.Clock); text != "" {
		f.wrap("so far", text)
	}
	p := &plan{got: &engine.Plan{Steps: s.AskedPlan}}
	if b := a.Before; b != nil {
		f.wrap("voided", "plan "+b.Hash.Short()+": "+b.Reason)
		f.out = append(f.out, "", "  "+t.Faint.Paint("IT WAS"))
		f.out = append(f.out, (&plan{got: &engine.Plan{Steps: s.VoidedPlan}}).steps(t, width)...)
		f.out = append(f.out, "", "  "+t.Faint.Paint("NOW IT IS"))
	} else {
		f.out = append(f.out, "")
	}
	f.out = append(append(f.out, p.steps(t, width)...), "")
	v.runsThere(&f, s.AskedPlan)
	v.meanwhile(env, &f)
	v.before(env, &f, s)
	if final := p.final(); final != nil {
		f.out = append(append(f.out, ""), t.Final(fmt.Sprintf("Step %d cannot be undone.", final.Idx), widget.Wrap(say.Sentence(final.Change.Final), width-7), width)...)
	}
	for i := range f.out {
		f.out[i] = widget.Cut(f.out[i], width)
	}
	whom := "others"
	rest := slices.DeleteFunc(slices.Clone(a.From), func(name string) bool { return name == env.Operator })
	if len(rest) > 0 {
		whom = say.Listed(rest)
	}
	return append(f.out, "", "  "+t.Faint.Paint(widget.Cut(visible.Text("Refusing ends the saga: what it has done is undone. Doing nothing leaves it to "+whom+"."), width-3)))
}

// says is whether the plan is still the one that people are asked about.
func (r *replanned) says(env *Env, asked engine.PlanHash) string {
	t := env.Theme
	read := t.Faint.Paint(", read again at " + env.Clock.Time(r.at))
	switch {
	case r.at.IsZero():
		return t.Faint.Paint("it is made again" + t.Symbols.More)
	case r.err != "":
		return t.Compensating.Paint(t.Symbols.Failed+" it cannot be made again: "+r.err) + t.Faint.Paint(", tried at "+env.Clock.Time(r.at))
	case r.plan.Hash != asked:
		return t.Failed.Paint(t.Symbols.Failed+" it would do something else now: plan "+r.plan.Hash.Short()) + read
	}
	return t.Completed.Paint(t.Symbols.Completed+" still the same") + read
}

// outage says when it is down, and for how long that was the last times.
func (v *voting) outage(env *Env, f *facts, steps []engine.PlanStep) {
	if text, rest := say.Outage(steps, v.past.down); text != "" {
		if rest != "" {
			text += "   " + env.Theme.Faint.Paint(rest)
		}
		f.add("downtime", text)
	}
}

// before says what became of the last ones of this kind about the same thing.
func (v *voting) before(env *Env, f *facts, s *engine.Saga) {
	if len(v.past.sagas) == 0 {
		return
	}
	var parts []string
	for i := range v.past.sagas {
		p := &v.past.sagas[i]
		parts = append(parts, say.Words(string(p.Status))+" "+env.Clock.WhenMinute(p.CreatedAt.Time)+" by "+p.CreatedBy)
	}
	f.wrap("before", s.Kind+" "+strings.Join(parts, ", "))
}
