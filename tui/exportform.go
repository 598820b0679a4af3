package tui

import (
	"encoding/json"
	"io"
	"strconv"
	"strings"

	"arcadia/engine"
	"arcadia/tui/say"
)

// exportJSON writes the same as the commands do with -o json: an array of headers, or one saga with its rows.
type exportJSON struct {
	w    io.Writer
	n    int
	done bool // a saga is written, and no array
}

func (x *exportJSON) sagas(page []engine.Summary) error {
	for i := range page {
		raw, err := json.MarshalIndent(say.HeaderOf(page[i]), "  ", "  ")
		if err != nil {
			return err
		}
		before := ",\n  "
		if x.n == 0 {
			before = "[\n  "
		}
		x.n++
		if _, err := io.WriteString(x.w, before+string(raw)); err != nil {
			return err
		}
	}
	return nil
}

func (x *exportJSON) saga(s *engine.Saga, _ []engine.Entry) error {
	x.done = true
	raw, err := json.MarshalIndent(say.WholeOf(s), "", "  ")
	if err != nil {
		return err
	}
	_, err = x.w.Write(append(raw, '\n'))
	return err
}

func (x *exportJSON) end() error {
	text := "\n]\n"
	switch {
	case x.done:
		return nil
	case x.n == 0:
		text = "[]\n"
	}
	_, err := io.WriteString(x.w, text)
	return err
}

// The columns of a list of sagas, and of a ledger. Times are RFC 3339 in UTC.
var (
	exportHead = []string{"saga", "status", "kind", "target", "step", "steps", "left", "launched", "by", "ended", "waiting_on", "reason"}
	exportRows = []string{"#", "step", "status", "attempts", "started", "finished", "output", "error", "undo_error"}
)

func exportCells(s *engine.Summary) []string {
	reason := ""
	if s.Error != nil {
		reason = s.Error.Reason
	}
	return []string{
		string(s.ID), string(s.Status), s.Kind, s.Target, strconv.Itoa(s.CurrentStepIdx), strconv.Itoa(len(s.StepNames)),
		strconv.Itoa(s.Residue), moment(s.CreatedAt), s.CreatedBy, moment(s.FinishedAt), say.WaitingOn(s.Waiting), reason,
	}
}

func exportRow(s *engine.Saga, i int) []string {
	if i >= len(s.Rows) {
		return []string{strconv.Itoa(i), s.StepNames[i], "", "0", "", "", "", "", ""}
	}
	r := &s.Rows[i]
	undo := ""
	if r.Compensation != nil {
		undo = r.Compensation.Error
	}
	return []string{
		strconv.Itoa(i), r.Name, string(r.Status), strconv.Itoa(r.Attempts), moment(r.StartedAt), moment(r.FinishedAt), say.Pairs(r.Output), r.Error, undo,
	}
}

func moment(t engine.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format("2006-01-02T15:04:05.000Z")
}

// exportMarkdown writes tables to be read by people.
type exportMarkdown struct {
	w      io.Writer
	headed bool
}

func (x *exportMarkdown) sagas(page []engine.Summary) error {
	var b strings.Builder
	if !x.headed {
		x.headed = true
		markdownHead(&b, exportHead)
	}
	for i := range page {
		markdownRow(&b, exportCells(&page[i]))
	}
	_, err := io.WriteString(x.w, b.String())
	return err
}

func (x *exportMarkdown) saga(s *engine.Saga, entries []engine.Entry) error {
	var b strings.Builder
	b.WriteString("# " + inMarkdown(s.Kind+" "+s.Target) + "\n\n")
	markdownHead(&b, exportHead)
	markdownRow(&b, exportCells(&s.Summary))
	b.WriteString("\n## Ledger\n\n")
	markdownHead(&b, exportRows)
	for i := range s.StepNames {
		markdownRow(&b, exportRow(s, i))
	}
	b.WriteString("\n## Log\n\n")
	for i := range entries {
		text, _ := say.Entry(s, &entries[i])
		b.WriteString("- " + moment(entries[i].At) + " " + inMarkdown(text) + "\n")
	}
	_, err := io.WriteString(x.w, b.String())
	return err
}

func (x *exportMarkdown) end() error { return nil }

func markdownHead(b *strings.Builder, cells []string) {
	markdownRow(b, cells)
	b.WriteString(strings.Repeat("|---", len(cells)) + "|\n")
}

func markdownRow(b *strings.Builder, cells []string) {
	for _, c := range cells {
		b.WriteString("| " + inMarkdown(c) + " ")
	}
	b.WriteString("|\n")
}

// markdownPlain takes the meaning from what Markdown and HTML would read as markup.
var markdownPlain = strings.NewReplacer(`\`, `\\`, "|", `\|`, "<", "&lt;", ">", "&gt;", "&", "&amp;", "`", "\\`", "*", `\*`, "_", `\_`, "[", `\[`, "]", `\]`, "\n", " ",
	"~", `\~`, "://", `\://`, "www.", `www\.`, "WWW.", `WWW\.`, "@", `\@`, "mailto:", `mailto\:`, "xmpp:", `xmpp\:`) // what looks like an address becomes a link

func inMarkdown(s string) string { return markdownPlain.Replace(s) }
