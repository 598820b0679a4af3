package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"
	"github.com/spf13/cobra"

	"arcadia/engine/visible"
	"arcadia/tui/widget"
)

// columns writes rows with aligned columns two blanks apart. Every cell is cleaned here, so rows may hold what anybody wrote.
func columns(w io.Writer, rows [][]string) error {
	var wide []int
	for _, row := range rows {
		for i, cell := range row {
			row[i] = visible.Text(cell)
			if i == len(wide) {
				wide = append(wide, 0)
			}
			wide[i] = max(wide[i], lipgloss.Width(row[i]))
		}
	}
	var b strings.Builder
	for _, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(cell + strings.Repeat(" ", wide[i]-lipgloss.Width(cell)+2))
		}
		b.WriteString(strings.TrimRight(line.String(), " "))
		b.WriteByte('\n')
	}
	_, err := io.WriteString(w, b.String())
	return written(err)
}

// maxCell is how many cells a text of a list may take: somebody else's long name or reason must not push away what stands beside it.
const maxCell = 256

// listed are rows for a list: each cell is clean and cut.
func listed(rows [][]string) [][]string {
	for _, row := range rows {
		for i, cell := range row {
			row[i] = ansi.Truncate(visible.Text(cell), maxCell, "…")
		}
	}
	return rows
}

// isolating is a terminal: text that runs from right to left moves nothing that is written beside it. Each write is whole lines.
type isolating struct{ terminal io.Writer }

func (w isolating) Write(p []byte) (int, error) {
	if _, err := io.WriteString(w.terminal, widget.Isolate(string(p))); err != nil {
		return 0, err
	}
	return len(p), nil
}

// exact is w for what is copied and parsed: to the byte.
func exact(w io.Writer) io.Writer {
	if t, ok := w.(isolating); ok {
		return t.terminal
	}
	return w
}

// object writes one JSON value. Control bytes are escaped by JSON itself; what else could steer a terminal or hide text is
// escaped here, which changes nothing for a program that reads it.
func object(w io.Writer, v any) error {
	text, err := json.MarshalIndent(v, "", "  ")
	if err != nil {
		return fmt.Errorf("write as JSON: %w", err)
	}
	var b strings.Builder
	for _, r := range string(text) {
		switch {
		case r == '\n' || r == ' ' || visible.Text(string(r)) == string(r):
			b.WriteRune(r)
		case r > 0xffff:
			r -= 0x10000
			fmt.Fprintf(&b, `\u%04x\u%04x`, 0xd800+r>>10, 0xdc00+r&0x3ff)
		default:
			fmt.Fprintf(&b, `\u%04x`, r)
		}
	}
	b.WriteByte('\n')
	_, err = io.WriteString(exact(w), b.String())
	return written(err)
}

func written(err error) error {
	if err != nil {
		return fmt.Errorf("write the output: %w", err)
	}
	return nil
}

// format is the value of -o.
type format struct {
	value string
	among []string
}

func (f *format) String() string { return f.value }
func (f *format) Type() string   { return strings.Join(f.among, "|") }

func (f *format) Set(v string) error {
	if !slices.Contains(f.among, v) {
		return fmt.Errorf("there are %s", strings.Join(f.among, ", "))
	}
	f.value = v
	return nil
}

// output adds -o to a command. The first of among is what comes without it.
func output(cmd *cobra.Command, among ...string) *format {
	f := &format{value: among[0], among: among}
	cmd.Flags().VarP(f, "output", "o", "how to write the result")
	return f
}
