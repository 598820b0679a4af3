package main

import (
	"image/color"
	"io"

	uv "github.com/charmbracelet/ultraviolet"
	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/vt"
)

// screen is the emulated terminal. It belongs to one goroutine, except for replies, which may be read by another:
// write blocks until the emulator's answers to queries have been read there.
type screen struct {
	emulator *vt.Emulator
	theme    theme
	complete func(*frame) // called from write, each time the program says that a frame is whole

	cursor    cursor
	drawing   bool // between "begin" and "end" of a synchronized update the screen is half old, half new
	appCursor bool // arrow keys are to be sent in their application form
}

func newScreen(s size, th theme, complete func(*frame)) *screen {
	e := vt.NewEmulator(s.cols, s.rows)
	e.SetDefaultForegroundColor(th.fg)
	e.SetDefaultBackgroundColor(th.bg)
	e.SetDefaultCursorColor(th.fg)
	sc := &screen{emulator: e, theme: th, complete: complete, cursor: cursor{visible: true}}
	// The emulator answers "not recognized" for modes that nobody has touched yet. Touching these two makes programs
	// use them: synchronized updates, so that no picture is taken of a half drawn frame, and grapheme clusters, which
	// is how the emulator measures text in any case.
	_, _ = e.WriteString(ansi.ResetModeSynchronizedOutput + ansi.ResetModeUnicodeCore)
	e.SetCallbacks(vt.Callbacks{
		CursorVisibility: func(visible bool) { sc.cursor.visible = visible },
		CursorStyle:      func(style vt.CursorStyle, _ bool) { sc.cursor.style = style },
		EnableMode:       func(m ansi.Mode) { sc.mode(m, true) },
		DisableMode:      func(m ansi.Mode) { sc.mode(m, false) },
	})
	return sc
}

func (sc *screen) mode(m ansi.Mode, on bool) {
	switch m {
	case ansi.ModeCursorKeys:
		sc.appCursor = on
	case ansi.ModeSynchronizedOutput:
		ended := sc.drawing && !on
		sc.drawing = on
		if ended {
			sc.complete(sc.frame())
		}
	}
}

// write feeds what a program printed. A program that does not use synchronized updates gets a frame per write.
func (sc *screen) write(p []byte) {
	_, _ = sc.emulator.Write(p)
	if !sc.drawing {
		sc.complete(sc.frame())
	}
}

// replies is where the emulator's answers to the program's queries come out; it ends after hangUp.
func (sc *screen) replies() io.Reader { return sc.emulator }

func (sc *screen) hangUp() {
	if c, ok := sc.emulator.InputPipe().(io.Closer); ok {
		_ = c.Close()
	}
}

func (sc *screen) frame() *frame {
	s := size{sc.emulator.Width(), sc.emulator.Height()}
	fg, bg := opaque(sc.emulator.ForegroundColor()), opaque(sc.emulator.BackgroundColor())
	f := &frame{size: s, cells: make([]cell, 0, s.cols*s.rows), bg: bg}
	if sc.cursor.visible { // where a hidden one is makes no difference between frames
		f.cursor = sc.cursor
		f.cursor.at = sc.emulator.CursorPosition()
		f.cursor.color = opaque(sc.emulator.CursorColor())
	}
	for y := range s.rows {
		for x := range s.cols {
			f.cells = append(f.cells, sc.theme.cell(sc.emulator.CellAt(x, y), fg, bg))
		}
	}
	return f
}

// cell decides the look of one emulated cell, given the colors of text that asked for none.
func (t theme) cell(c *uv.Cell, fg, bg color.RGBA) cell {
	if c == nil {
		return cell{text: " ", width: 1, fg: fg, bg: bg, line: fg}
	}
	st := c.Style
	out := cell{
		text: c.Content, width: c.Width, underline: st.Underline,
		fg: t.color(st.Fg, fg), bg: t.color(st.Bg, bg),
		bold:   st.Attrs&uv.AttrBold != 0,
		italic: st.Attrs&uv.AttrItalic != 0,
		strike: st.Attrs&uv.AttrStrikethrough != 0,
	}
	if out.text == "" && out.width == 1 {
		out.text = " "
	}
	if st.Attrs&uv.AttrReverse != 0 {
		out.fg, out.bg = out.bg, out.fg
	}
	if st.Attrs&uv.AttrFaint != 0 {
		out.fg = mix(out.fg, out.bg, 100)
	}
	if st.Attrs&uv.AttrConceal != 0 {
		out.fg = out.bg
	}
	out.line = t.color(st.UnderlineColor, out.fg)
	return out
}
