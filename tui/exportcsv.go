package tui

import (
	"bufio"
	"io"
	"strings"
	"unicode"
	"unicode/utf8"

	"arcadia/engine"
)

// exportCSV writes a table for spreadsheets.
type exportCSV struct {
	w      *bufio.Writer
	headed bool
}

func newExportCSV(w io.Writer) *exportCSV { return &exportCSV{w: bufio.NewWriter(w)} }

func (x *exportCSV) sagas(page []engine.Summary) error {
	if err := x.head(exportHead); err != nil {
		return err
	}
	for i := range page {
		if err := x.row(exportCells(&page[i])); err != nil {
			return err
		}
	}
	return nil
}

func (x *exportCSV) saga(s *engine.Saga, _ []engine.Entry) error {
	if err := x.head(exportRows); err != nil {
		return err
	}
	for i := range s.StepNames {
		if err := x.row(exportRow(s, i)); err != nil {
			return err
		}
	}
	return nil
}

func (x *exportCSV) head(cells []string) error {
	if x.headed {
		return nil
	}
	x.headed = true
	return x.row(cells)
}

func (x *exportCSV) end() error {
	return x.w.Flush()
}

// row writes one line (RFC 4180).
func (x *exportCSV) row(cells []string) error {
	for i, c := range cells {
		c = inert(c)
		if strings.IndexFunc(c, unquotable) >= 0 || strings.TrimSpace(c) != c {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		if i > 0 {
			c = "," + c
		}
		if _, err := x.w.WriteString(c); err != nil {
			return err
		}
	}
	_, err := x.w.WriteString("\n")
	return err
}

// unquotable reports whether a cell with r in it must be quoted. What separates cells differs from country to country, so that
// everything is quoted but what separates nothing anywhere.
func unquotable(r rune) bool {
	return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !strings.ContainsRune(" -_.:/", r)
}

// inert puts an apostrophe before what a spreadsheet would take for a formula, in wide characters too: names and errors come from
// outside.
func inert(cell string) string {
	if first, _ := utf8.DecodeRuneInString(strings.TrimLeftFunc(cell, unicode.IsSpace)); strings.ContainsRune("=+-@＝＋－＠", first) {
		return "'" + cell
	}
	return cell
}
