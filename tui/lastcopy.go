package tui

import (
	"context"
	"slices"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/widget"
)

// LastCopies are what is left of droplets that are gone, where undoing a saga would delete the only copy.
func LastCopies(s *engine.Saga, e estate.Estate) []estate.Remains {
	made := map[string]bool{}
	for _, i := range s.ToUndo() {
		for _, c := range s.Rows[i].Resources {
			if c.After != nil && strings.HasSuffix(c.After.Type, "snapshot") {
				made[c.After.ExternalID] = true
			}
		}
	}
	var out []estate.Remains
	for _, x := range e.Remains {
		if len(x.Copies) == 1 && made[x.Copies[0].ID] {
			out = append(out, x)
		}
	}
	return out
}

// called is the name of what is gone.
func called(x *estate.Remains) string {
	if x.Name == "" {
		return "droplet " + x.ID
	}
	return x.Name
}

// LastCopy says what deleting the only copy of something that is gone means.
func LastCopy(x *estate.Remains) (head, text string) {
	text = "The droplet is gone, and there is no other snapshot of it. What is on it cannot be brought back."
	if x.Asleep {
		text = "The droplet is asleep, and there is no other snapshot of it: without this one it cannot be woken."
	}
	return "This is the last copy of " + called(x) + ".", text
}

// estateMsg is how the account was found.
type estateMsg struct{ estate estate.Estate }

// lookForCopies reads the account before something is undone that may delete a last copy. What cannot be read is not known, and
// keeps nobody from undoing.
func (d *dialog) lookForCopies(env *Env) Action {
	inv := env.Inventory
	if inv == nil || !slices.Contains([]keys.Command{keys.CmdRollback, keys.CmdCancel}, d.verb) {
		return nil
	}
	return Ask{To: d, Read: func(ctx context.Context, _ Backend) tea.Msg {
		e, err := readEstate(ctx, inv)
		if err != nil {
			return nil
		}
		return estateMsg{e}
	}}
}

// lastCopies are those that the dialog would delete.
func (d *dialog) lastCopies() []estate.Remains {
	var out []estate.Remains
	for _, id := range d.ids {
		if s := d.seen[id]; s != nil {
			out = append(out, LastCopies(s.saga, d.estate)...)
		}
	}
	return out
}

// found takes over how the account is, and calls the answer what it is.
func (d *dialog) found(m estateMsg) {
	d.estate = m.estate
	if len(d.lastCopies()) > 0 {
		d.Answers[0].Word = "Delete the last copy"
	}
}

// final is what cannot be brought back once it is undone.
func (d *dialog) final(env *Env, width int) []string {
	var out []string
	for _, x := range d.lastCopies() {
		head, text := LastCopy(&x)
		if c := x.Copies[0]; !c.Created.IsZero() {
			text += " It is " + env.Clock.Age(c.Created) + " old, " + gigabytes(c.SizeGB) + ", " + say.Monthly(c.MonthlyUSD) + "."
		}
		out = append(out, env.Theme.Final(head, widget.Wrap(text, width-7), width)...)
	}
	return out
}
