package tui

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/visible"
	"arcadia/tui/list"
	"arcadia/tui/say"
)

// The formats of an export.
var exportFormats = []string{"json", "csv", "md"}

// exporter is a screen whose contents can be written to a file.
type exporter interface {
	// export says what is written: a name for the file, and what writes it. write runs in a command, and returns how many
	// sagas it has written.
	export() (name string, write func(ctx context.Context, b Backend, out exportWriter) (int, error))
}

// exportWriter writes one export in one format.
type exportWriter interface {
	sagas(page []engine.Summary) error // page after page
	saga(s *engine.Saga, entries []engine.Entry) error
	end() error
}

// exportAs writes what the screen shows to a file in the current directory. A file that is there is never overwritten.
type exportAs struct {
	format string
	file   string // empty: a name made of the screen and the time
}

// exportWords reads "export csv FILE" as it is typed into the palette; nil when it is something else, or names no file:
// then it is a line of the palette.
func exportWords(text string) Action {
	w := strings.Fields(text)
	if len(w) < 3 || w[0] != "export" || !slices.Contains(exportFormats, w[1]) {
		return nil
	}
	return exportAs{format: w[1], file: strings.Join(w[2:], " ")}
}

// noExport says why nothing can be exported in this session; empty when it can.
func (e *Env) noExport() string {
	if !e.Files {
		return "this session writes no files: they would be on the host"
	}
	return ""
}

func (x exportAs) perform(a *App) tea.Cmd {
	refuse := func(why string) tea.Cmd { return a.note(Notify{Level: say.Error, Text: "export: " + why}) }
	if why := a.env.noExport(); why != "" {
		return refuse(why)
	}
	from, ok := a.screen().(exporter)
	if !ok {
		return refuse("only the list of sagas and a saga can be written to a file")
	}
	name, write := from.export()
	if x.file == "" {
		x.file = "arcadia-" + name + "-" + a.now().In(a.env.Clock.Zone()).Format("20060102-150405") + "." + x.format
	}
	if filepath.Base(x.file) != x.file || x.file == "." || x.file == ".." || visible.Text(x.file) != x.file {
		return refuse("name a file of the current directory, without a folder")
	}
	ctx, b, dir := a.ctx, a.cfg.Backend, a.cfg.Dir
	return func() tea.Msg {
		n, err := exportTo(filepath.Join(dir, x.file), x.format, func(out exportWriter) (int, error) { return write(ctx, b, out) })
		if err != nil {
			return said{Level: say.Error, Text: "export: " + visible.Text(err.Error())}
		}
		return said{Level: say.Good, Text: strconv.Itoa(n) + say.Plural(n, " saga", " sagas") + " written to " + x.file}
	}
}

// said is what a command has to say when it is done.
type said Notify

// exportTo writes a new file whole, or leaves none.
func exportTo(path, format string, write func(exportWriter) (int, error)) (n int, err error) {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o600)
	switch {
	case errors.Is(err, os.ErrExist):
		return 0, fmt.Errorf("%s is there already and stays as it is: give another name", filepath.Base(path))
	case err != nil:
		return 0, fmt.Errorf("open a new file: %w", err)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, os.Remove(path))
		}
	}()
	w := bufio.NewWriter(f)
	out := newExportWriter(format, w)
	if n, err = write(out); err == nil {
		err = out.end()
	}
	return n, errors.Join(err, w.Flush(), f.Close())
}

func newExportWriter(format string, w io.Writer) exportWriter {
	switch format {
	case "csv":
		return newExportCSV(w)
	case "md":
		return &exportMarkdown{w: w}
	}
	return &exportJSON{w: w}
}

// export writes every saga that the filter lets pass, newest first, also those that are not in memory.
func (s *sagas) export() (string, func(context.Context, Backend, exportWriter) (int, error)) {
	f := s.sift
	return "sagas", func(ctx context.Context, b Backend, out exportWriter) (int, error) {
		n := 0
		w := list.From(f)
		for {
			p := w.Read(ctx, b)
			if p.Err != nil {
				return n, p.Err
			}
			if err := out.sagas(p.Items); err != nil {
				return n, err
			}
			n += len(p.Items)
			if p.End {
				return n, nil
			}
			w = p.Next()
		}
	}
}

// export writes the saga with all its rows; as text also its entries.
func (s *saga) export() (string, func(context.Context, Backend, exportWriter) (int, error)) {
	id := s.first.ID
	return s.first.Short, func(ctx context.Context, b Backend, out exportWriter) (int, error) {
		m, ok := readDetail(id, true, 0)(ctx, b).(detailMsg)
		if !ok || m.err != "" {
			return 0, errors.New(m.err)
		}
		return 1, out.saga(m.detail.saga, m.detail.entries)
	}
}
