package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"arcadia/engine"
	"arcadia/engine/notify"
	words "arcadia/tui/say"
)

func (t *tree) showCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "show SAGA", Short: "Show one saga with its ledger", Args: exactly("SAGA"), ValidArgsFunction: t.sagas(nil),
		Example: "arcadia show 3f9c2a1b\narcadia show 3f9c2a1b -o json",
	}
	out := output(cmd, "table", "json")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		ctx := cmd.Context()
		p, saga, err := t.subject(ctx, Read, "show", args[0])
		if err != nil {
			return err
		}
		defer p.Close()
		if out.value != "json" && !saga.Status.Terminal() {
			t.sayFrozen(p)
		}
		return t.show(p, saga, out)
	}
	return cmd
}

func (t *tree) show(p *Place, s *engine.Saga, out *format) error {
	if out.value == "json" {
		return object(t.env.Out, shownIn(p, s))
	}
	if err := ledger(t.env.Out, p.Engine, s); err != nil {
		return err
	}
	told := toldOf(p, s)
	if len(told) == 0 {
		return nil
	}
	rows := [][]string{{"TOLD", "WHEN", "EVENT", "BECAME"}}
	for _, d := range told {
		rows = append(rows, []string{d.Target, moment(d.Note.At), string(d.Note.Event), delivered(d)})
	}
	if _, err := io.WriteString(t.env.Out, "\n"); err != nil {
		return written(err)
	}
	return columns(t.env.Out, rows)
}

// toldOf is who was told of a saga. What cannot be read of that hides nothing of the saga.
func toldOf(p *Place, s *engine.Saga) []notify.Delivery {
	told, err := notify.OfSaga(context.Background(), p.Engine, s.ID, s.Seq)
	if err != nil {
		return nil
	}
	return told
}

// showAll writes several sagas, in JSON as one array.
func (t *tree) showAll(p *Place, sagas []*engine.Saga, out *format) error {
	if out.value != "json" {
		for _, s := range sagas {
			if err := ledger(t.env.Out, p.Engine, s); err != nil {
				return err
			}
		}
		return nil
	}
	all := make([]shown, len(sagas))
	for i, s := range sagas {
		all[i] = shownIn(p, s)
	}
	return object(t.env.Out, all)
}

func shownIn(p *Place, s *engine.Saga) shown {
	return shown{words.WholeOf(s), remainsOf(p.Engine, s), toldOf(p, s)}
}

// lookedAt says when somebody looked again at what a rollback has undone.
func lookedAt(s *engine.Saga) string {
	if s.Verified.IsZero() {
		return "not looked at again"
	}
	return moment(s.Verified) + " UTC: " + words.Nothing(&s.Summary) + " left"
}

// ledger writes a saga as text: its header, then one line per step, then what is left behind.
func ledger(w io.Writer, eng Reader, s *engine.Saga) error {
	head := [][]string{
		{"saga", s.Short + "  " + title(s)},
		{"status", standing(&s.Summary)},
		{"launched", moment(s.CreatedAt) + " UTC by " + s.CreatedBy},
	}
	if !s.FinishedAt.IsZero() {
		head = append(head, []string{"finished", moment(s.FinishedAt) + " UTC"})
	}
	if s.Status == engine.RolledBack && s.Undone > s.Accepted {
		head = append(head, []string{"looked", lookedAt(s)})
	}
	if len(s.Waiting) > 0 {
		head = append(head, []string{"waits", words.WaitingOn(s.Waiting)})
	}
	if s.Error != nil {
		head = append(head, []string{"error", blame(s.Error)})
	}
	for i, k := range slices.Sorted(maps.Keys(s.Inputs)) {
		label := ""
		if i == 0 {
			label = "inputs"
		}
		head = append(head, []string{label, k + "=" + s.Inputs[k]})
	}
	if err := columns(w, head); err != nil {
		return err
	}
	if _, err := io.WriteString(w, "\n"); err != nil {
		return written(err)
	}
	rows := [][]string{{"#", "STEP", "STATUS", "TRIES", "TOOK", "OUTPUT"}}
	pivot := s.PointOfNoReturn()
	for i, name := range s.StepNames {
		if i == pivot {
			rows = append(rows, noReturn)
		}
		if i >= len(s.Rows) {
			rows = append(rows, []string{strconv.Itoa(i), name, "not started", "", "", ""})
			continue
		}
		rows = append(rows, ledgerRow(&s.Rows[i]))
	}
	if err := columns(w, rows); err != nil {
		return err
	}
	return writeRemains(w, remainsOf(eng, s), time.Now())
}

// noReturn is the line before the step after which there is no way back.
var noReturn = []string{"", "──── " + words.NoReturn + " ────", "", "", "", ""}

func ledgerRow(r *engine.Row) []string {
	spent, tries := took(r.StartedAt, r.FinishedAt), strconv.Itoa(r.Attempts)
	text := values(r.Output)
	switch {
	case r.Compensation != nil && r.Compensation.Error != "":
		text = r.Compensation.Error
	case r.Compensation != nil && r.Compensation.Reason != "":
		text = fmt.Sprintf("resolved by %s: %s", r.Compensation.By, r.Compensation.Reason)
	case r.Passed != "" && r.Status == engine.RowCompleted:
		text = strings.TrimSpace(r.Passed + " is gone for good  " + text)
	case r.Error != "":
		text = r.Error
	case r.Note != "":
		text = r.Note
	}
	if c := r.Compensation; c != nil && c.Attempts > 0 { // forward, and then back
		tries += "+" + strconv.Itoa(c.Attempts)
		spent += "+" + took(c.StartedAt, c.FinishedAt)
	}
	return []string{strconv.Itoa(r.Idx), r.Name, string(r.Status), tries, spent, text}
}

// standing is a saga's status with what matters about it.
func standing(s *engine.Summary) string {
	switch s.Status {
	case engine.RolledBack, engine.Failed:
		return fmt.Sprintf("%s, %s", s.Status, words.Outcome(s))
	case engine.Compensating:
		return fmt.Sprintf("%s, %d of %d undone", s.Status, s.Undone, s.UndoTotal)
	case engine.Pending, engine.Running, engine.Completed:
	}
	if s.CancelRequested && !s.Status.Terminal() {
		return string(s.Status) + ", cancel requested"
	}
	return string(s.Status)
}

func blame(e *engine.SagaError) string {
	text := e.Reason
	if e.By != "" {
		text += " by " + e.By
	}
	if e.Why != "" {
		text += fmt.Sprintf(" (%s)", e.Why)
	}
	return text
}

const maxValue = 60 // runes of one value in a table; JSON has all of it

// values lists an output as name=value. What is of several parts is for programs, and left out when there is anything else.
func values(out map[string]json.RawMessage) string {
	parts := make([]string, 0, len(out))
	for _, k := range slices.Sorted(maps.Keys(out)) {
		if !composed(out[k]) {
			parts = append(parts, k+"="+value(out[k]))
		}
	}
	if len(parts) > 0 {
		return strings.Join(parts, " ")
	}
	for _, k := range slices.Sorted(maps.Keys(out)) {
		parts = append(parts, k+"="+value(out[k]))
	}
	return strings.Join(parts, " ")
}

// value is one value as a table has it: a text without its quotes, and not too long.
func value(raw json.RawMessage) string {
	v := words.Value(raw)
	if runes := []rune(v); len(runes) > maxValue {
		v = string(runes[:maxValue-1]) + "…"
	}
	return v
}

func composed(v json.RawMessage) bool { return len(v) > 0 && (v[0] == '{' || v[0] == '[') }
