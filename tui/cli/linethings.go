package cli

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/tui"
	words "arcadia/tui/say"
)

// thing is what kinds can act on, as a person chooses it.
type thing struct {
	of    string            // its type, as engine.Subject has it
	says  map[string]string // its attributes
	text  string            // its line
	names []string          // what it is called
	head  string
	facts []string // what is known of it, a line each
}

// things asks for one of some things, and then what to do with it: whatever kinds of this build act on such.
func (m *lineMode) things(ctx context.Context, question, none string, read func(ctx context.Context) ([]thing, error)) error {
	for {
		all, err := read(ctx)
		if err != nil {
			return err
		}
		if len(all) == 0 {
			m.print(none)
			return nil
		}
		options := make([]option, len(all))
		for i, x := range all {
			options[i] = option{head: x.head, text: x.text, names: x.names}
		}
		at, err := m.choose(ctx, question, options)
		if err != nil {
			return back(err)
		}
		if err := m.onThing(ctx, &all[at]); err != nil {
			return err
		}
	}
}

// onThing says what is known of a thing, and asks what to do with it.
func (m *lineMode) onThing(ctx context.Context, x *thing) error {
	m.print(x.facts...)
	var all []choice
	for _, k := range m.p.Engine.Kinds() {
		if k.On.Type != x.of {
			continue
		}
		all = append(all, choice{label: cmp.Or(k.On.Verb, k.Name) + ": " + k.Summary, ends: true, do: func(ctx context.Context) error {
			given := k.On.Of(x.says)
			if k.On.Verb == "change" { // everything about it can be another afterwards
				return m.begin(ctx, engine.Launch{Kind: k.Name, Inputs: engine.Inputs{}}, given)
			}
			return m.begin(ctx, engine.Launch{Kind: k.Name, Inputs: given}, nil)
		}})
	}
	if len(all) == 0 {
		m.print("nothing can be done to it here")
		return nil
	}
	return m.perform(ctx, x.text, func() ([]choice, error) { return all, nil })
}

// account is the account's inventory, or why there is none.
func (m *lineMode) account() (tui.Inventory, error) {
	if m.p.Inventory == nil {
		return nil, errors.New(words.NoProvider)
	}
	return m.p.Inventory, nil
}

// estate reads the account.
func (m *lineMode) estate(ctx context.Context) (estate.Estate, error) {
	inv, err := m.account()
	if err != nil {
		return estate.Estate{}, err
	}
	e, err := inv.Estate(ctx)
	for _, missing := range e.Missing {
		m.print("not read: " + missing)
	}
	return e, err
}

func (m *lineMode) droplets(ctx context.Context) error {
	return m.things(ctx, "which droplet", "no droplets in this account", func(ctx context.Context) ([]thing, error) {
		e, err := m.estate(ctx)
		var out []thing
		for i := range e.Machines {
			x := &e.Machines[i]
			id := strconv.FormatInt(x.ID, 10)
			out = append(out, thing{
				of: "droplet", says: map[string]string{"id": id, "name": x.Name}, names: []string{x.Name, id}, head: "droplets:",
				text:  facts("  ", x.Name, x.Status, x.Size, x.Region, x.IPv4, counted(len(x.Copies), "snapshot"), monthly(x.MonthlyUSD)),
				facts: machineFacts(x),
			})
		}
		for i := range e.Remains {
			x := &e.Remains[i]
			of, state, says := "snapshot", "gone, a copy is left", map[string]string{}
			switch {
			case x.Asleep:
				of, state, says = "droplet_tombstone", "asleep, a saga can wake it", map[string]string{"id": x.ID, "name": x.Name}
			case len(x.Copies) > 0:
				says = map[string]string{"id": x.Copies[0].ID, "name": x.Copies[0].Name}
			}
			if !x.Asleep && len(x.Copies) == 1 {
				state = "gone, this is the last copy"
			}
			out = append(out, thing{
				of: of, says: says, names: []string{x.Name, x.ID}, head: "not there any more:",
				text: facts("  ", cmp.Or(x.Name, "droplet "+x.ID), state, x.Size, x.Region, monthly(x.MonthlyUSD)), facts: copyFacts(x.Copies),
			})
		}
		return out, err
	})
}

// machineFacts are what is known of a droplet: all that would be hit.
func machineFacts(x *estate.Machine) []string {
	out := []string{facts("  ", x.Name, strconv.FormatInt(x.ID, 10), x.Status, x.Size, x.Region, x.Image)}
	for _, a := range x.Addresses {
		out = append(out, a.Sort+" address "+a.IP)
	}
	for _, r := range x.Records {
		out = append(out, fmt.Sprintf("record %s %s.%s points here, ttl %d", r.Type, r.Name, r.Domain, r.TTL))
	}
	for _, v := range x.Volumes {
		out = append(out, facts(", ", "volume "+v.Name, strconv.Itoa(v.SizeGB)+" GB", counted(v.Copies, "snapshot"), monthly(v.MonthlyUSD)))
	}
	for _, w := range x.Walls {
		out = append(out, "firewall "+w.Name+": "+strings.Join(w.Rules, ", "))
	}
	if len(x.Tags) > 0 {
		out = append(out, "tags "+strings.Join(x.Tags, ", "))
	}
	return append(out, copyFacts(x.Copies)...)
}

func copyFacts(all []estate.Snapshot) []string {
	out := make([]string, len(all))
	for i := range all {
		out[i] = "snapshot " + copyText(&all[i])
	}
	return out
}

// copyText is a snapshot in a line.
func copyText(x *estate.Snapshot) string {
	state := ""
	switch {
	case x.Stray:
		state = "orphan, tracked by no saga"
	case x.Kept:
		state = "kept"
	case x.Verified:
		state = "verified"
	}
	of := "of " + x.OfName
	if x.OfName == "" {
		of = "of " + x.Of + ", which is gone"
	}
	return facts(", ", x.Name+" ("+x.ID+")", of, fmt.Sprintf("%.1f GB", x.SizeGB), "made "+moment(engine.At(x.Created)), state, monthly(x.MonthlyUSD))
}

func (m *lineMode) snapshots(ctx context.Context) error {
	return m.things(ctx, "which snapshot", "no snapshots in this account", func(ctx context.Context) ([]thing, error) {
		e, err := m.estate(ctx)
		if err != nil {
			return nil, err
		}
		stray := map[string]bool{}
		if m.p.Orphans != nil {
			orphans, err := estate.Orphans(ctx, m.p.Orphans, m.p.Engine)
			if err != nil {
				return nil, err
			}
			for _, o := range orphans {
				stray[cmp.Or(o.VolumeCopy, strconv.FormatInt(o.ID, 10))] = true
			}
		}
		out := make([]thing, len(e.Copies))
		for i := range e.Copies {
			x := &e.Copies[i]
			x.Stray = x.Stray || stray[x.ID]
			of := "snapshot"
			if x.Volume {
				of = "volume_copy"
			}
			out[i] = thing{of: of, says: map[string]string{"id": x.ID, "name": x.Name}, names: []string{x.Name, x.ID}, text: copyText(x)}
		}
		slices.SortStableFunc(out, func(a, b thing) int { return cmp.Compare(strayFirst(b, stray), strayFirst(a, stray)) })
		return out, nil
	})
}

func strayFirst(x thing, stray map[string]bool) int {
	if stray[x.says["id"]] {
		return 1
	}
	return 0
}

func (m *lineMode) network(ctx context.Context) error {
	return m.things(ctx, "which address or firewall", "no reserved addresses and no firewalls in this account", func(ctx context.Context) ([]thing, error) {
		e, err := m.estate(ctx)
		var out []thing
		for _, a := range e.Addresses {
			at := "assigned to nobody"
			if a.Droplet != 0 {
				at = "assigned to " + cmp.Or(a.Name, strconv.FormatInt(a.Droplet, 10))
			}
			out = append(out, thing{
				of: "address", says: map[string]string{"ip": a.IP}, names: []string{a.IP}, head: "reserved addresses:", text: facts("  ", a.IP, a.Region, at),
			})
		}
		for _, w := range e.Walls {
			out = append(out, thing{
				of: "firewall", says: map[string]string{"id": w.ID, "name": w.Name}, names: []string{w.Name, w.ID}, head: "firewalls:",
				text: facts("  ", w.Name, counted(w.Droplets, "droplet"), strings.Join(w.Tags, ", "), strings.Join(w.Rules, "; ")),
			})
		}
		return out, err
	})
}

func (m *lineMode) records(ctx context.Context) error {
	inv, err := m.account()
	if err != nil {
		return err
	}
	for {
		domains, err := inv.Domains(ctx)
		if err != nil {
			return err
		}
		if len(domains) == 0 {
			m.print("no domains in this account")
			return nil
		}
		options := make([]option, len(domains))
		for i, d := range domains {
			options[i] = option{text: d, names: []string{d}}
		}
		at, err := m.choose(ctx, "which domain", options)
		if err != nil {
			return back(err)
		}
		if err := m.recordsOf(ctx, inv, domains[at]); err != nil {
			return err
		}
	}
}

func (m *lineMode) recordsOf(ctx context.Context, inv tui.Inventory, domain string) error {
	return m.things(ctx, "which record", "no records in "+domain, func(ctx context.Context) ([]thing, error) {
		all, err := inv.Records(ctx, domain)
		managed := map[string]string{}
		if resources, err := m.p.Engine.Resources(ctx); err == nil {
			for _, r := range resources {
				managed[r.ExternalID] = "managed by saga " + r.SagaID.Short()
			}
		}
		out := make([]thing, len(all))
		for i, r := range all {
			id := strconv.FormatInt(r.ID, 10)
			out[i] = thing{
				of: "dns_record", says: tui.RecordSays(r, domain), names: []string{r.Name, r.Name + "." + domain, id, r.Type + " " + r.Name},
				text: facts("  ", r.Type+" "+r.Name, r.Data, "ttl "+strconv.Itoa(r.TTL), managed[id]),
			}
		}
		return out, err
	})
}

func (m *lineMode) resources(ctx context.Context) error {
	return m.things(ctx, "which resource", "no resources: no saga has provisioned anything", func(ctx context.Context) ([]thing, error) {
		all, err := m.t.look(ctx, m.p, m.p.Drift != nil)
		if err != nil {
			return nil, err
		}
		out := make([]thing, len(all))
		for i, r := range all {
			state := ""
			if r.Drift != nil {
				state = m.t.drifted(*r.Drift)
			}
			out[i] = thing{
				of: "resource", says: map[string]string{"key": r.Key()}, names: []string{r.Name, r.Key(), r.ExternalID},
				text: facts("  ", r.Key(), r.Name, "saga "+r.SagaID.Short(), state),
			}
		}
		return out, nil
	})
}

// facts are those that say something, in a line.
func facts(between string, all ...string) string {
	return strings.Join(slices.DeleteFunc(all, func(s string) bool { return s == "" }), between)
}

func counted(n int, what string) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n) + " " + words.Plural(n, what, what+"s")
}

func monthly(usd float64) string {
	if usd <= 0 {
		return ""
	}
	return words.Monthly(usd)
}
