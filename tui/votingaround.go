package tui

import (
	"context"
	"slices"
	"strconv"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
	"arcadia/engine/visible"
	"arcadia/tui/say"
)

// around is what stands around what a saga would change: the machines, and what is scheduled for them next.
type around struct {
	machines []estate.Machine
	later    []schedule.View // the soonest first
	err      string          // why the account cannot be read
	read     bool
}

// lookAround reads what stands around what holds these locks.
func (v *voting) lookAround(env *Env, locks []string) Action {
	from := env.Inventory
	return Ask{To: v, Read: func(ctx context.Context, b Backend) tea.Msg {
		a := around{read: true}
		if from != nil {
			e, err := readEstate(ctx, from)
			if err != nil {
				a.err = visible.Text(err.Error())
			}
			a.machines = slices.DeleteFunc(e.Machines, func(m estate.Machine) bool { return !slices.Contains(locks, machineLock(&m)) })
		}
		all, err := schedule.List(ctx, b, time.Now())
		if err != nil {
			return a // who votes can do without
		}
		kinds := b.Kinds()
		for _, s := range all {
			if !s.Next.IsZero() && slices.ContainsFunc(a.machines, func(m estate.Machine) bool { return isFor(&s.Schedule, kinds, &m) }) {
				a.later = append(a.later, s)
			}
		}
		slices.SortStableFunc(a.later, func(x, y schedule.View) int { return x.Next.Compare(y.Next.Time) })
		return a
	}}
}

func machineLock(m *estate.Machine) string { return "droplet:" + strconv.FormatInt(m.ID, 10) }

// machineTitle is a machine as the steps about it name it.
func machineTitle(m *estate.Machine) string {
	return m.Name + " (" + strconv.FormatInt(m.ID, 10) + ")"
}

// isFor reports whether a schedule launches something on a machine.
func isFor(s *schedule.Schedule, kinds []engine.Kind, m *estate.Machine) bool {
	at := slices.IndexFunc(kinds, func(k engine.Kind) bool { return k.Name == s.Kind })
	if at < 0 || kinds[at].On.Type != "droplet" {
		return false
	}
	if tag, each := strings.CutPrefix(s.ForEach, "tag:"); each {
		return slices.Contains(m.Tags, tag)
	}
	for name, value := range kinds[at].On.Of(map[string]string{"id": strconv.FormatInt(m.ID, 10)}) {
		if s.Inputs[name] != value {
			return false
		}
	}
	return true
}

// runsThere says what leads to the machines, which is down with them.
func (v *voting) runsThere(f *facts, steps []engine.PlanStep) {
	t, a := f.t, &v.around
	if a.err != "" {
		f.add("runs there", t.Compensating.Paint(t.Symbols.Failed+" it cannot be read: "+a.err))
		return
	}
	var names []string
	for i := range a.machines {
		m := &a.machines[i]
		for _, r := range m.Records {
			names = append(names, r.Type+" "+fullName(r.Name, r.Domain))
		}
		for _, ip := range m.Addresses {
			if ip.Sort != "private" {
				names = append(names, ip.IP)
			}
		}
	}
	if len(names) == 0 {
		return
	}
	const few = 5
	text := strings.Join(names[:min(few, len(names))], ", ")
	if more := len(names) - few; more > 0 {
		text += " and " + strconv.Itoa(more) + " more"
	}
	if dark := say.Dark(steps, v.past.down); dark != "" {
		text += "   " + t.Faint.Paint(dark)
	}
	f.add("runs there", text)
}

// meanwhile says what else could get in the way.
func (v *voting) meanwhile(env *Env, f *facts) {
	t, p := f.t, &v.again.plan
	if v.again.err != "" || v.again.at.IsZero() {
		return
	}
	good := func(text string) string { return t.Completed.Paint(t.Symbols.Completed) + " " + text }
	warn := func(text string) string { return t.Compensating.Paint(t.Symbols.Failed) + " " + text }
	parts := []string{good("no other saga holds it")}
	if len(p.WaitsFor) > 0 {
		parts[0] = warn("waits for saga " + say.Listed(p.WaitsFor))
	}
	for _, s := range v.around.later[:min(2, len(v.around.later))] {
		parts = append(parts, warn(visible.Text(s.Name)+" "+env.Clock.Soon(s.Next.Time)+" would wait for it"))
	}
	f.add("meanwhile", strings.Join(parts, "   "))
}

// money says what the machine costs a month and will, and what else is added to the bill and by which steps.
func (v *voting) money(f *facts, steps []engine.PlanStep) {
	t, minus := f.t, f.t.Symbols.Minus
	one := v.around.machines
	changed, total, parts := 0.0, 0.0, []string{}
	for _, s := range steps {
		c := &s.Change
		usd := c.MonthlyUSD
		total += usd
		if len(one) == 1 && c.Action != engine.ActCreate && strings.Contains(c.Subject, machineTitle(&one[0])) {
			changed += usd
		}
		if bill := say.Bill(usd, minus); bill != "" {
			parts = append(parts, s.Name+" "+bill)
		}
	}
	bill := say.Bill(total, minus)
	switch {
	case len(parts) == 0:
		return
	case bill == "":
		bill = "$0.00"
	}
	text := t.Strong.Paint(bill) + " a month"
	if len(one) == 1 && one[0].MonthlyUSD > 0 && say.Bill(changed, minus) != "" {
		text = "$" + money(one[0].MonthlyUSD) + " " + t.Faint.Paint(t.Symbols.Arrow) + " $" + money(one[0].MonthlyUSD+changed) + " a month   " + t.Strong.Paint(bill)
	}
	if len(parts) > 1 {
		text += "   " + t.Faint.Paint(visible.Text(strings.Join(parts, ", ")))
	}
	f.add("money", text)
}
