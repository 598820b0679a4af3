package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"charm.land/lipgloss/v2"
)

// actAs makes the test binary act as a program under test: the tests need programs with known screens, and start
// themselves again with this variable set.
const actAs = "SCREENSHOTS_ACT_AS"

// limit is generous: a test that needs it has gone wrong in another way.
const limit = 30 * time.Second

func TestMain(m *testing.M) {
	var err error
	switch act := os.Getenv(actAs); act {
	case "":
		os.Exit(m.Run())
	case "console":
		_, err = tea.NewProgram(&console{}).Run()
	case "flash":
		flash()
	case "quitter":
		fmt.Println("out of paper")
		os.Exit(7)
	default:
		err = fmt.Errorf("act as %q: no such act", act)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

// console is a small Bubble Tea program in the manner of the real one.
type console struct {
	dark  string
	keys  []string
	width int
}

func (c *console) Init() tea.Cmd { return tea.RequestBackgroundColor }

func (c *console) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		c.width = msg.Width
	case tea.BackgroundColorMsg:
		c.dark = "light"
		if msg.IsDark() {
			c.dark = "dark"
		}
		c.dark += " " + msg.String()
	case tea.KeyPressMsg:
		c.keys = append(c.keys, msg.String())
		if msg.String() == "Q" {
			return c, tea.Quit
		}
	}
	return c, nil
}

func (c *console) View() tea.View {
	last := ""
	if len(c.keys) > 0 {
		last = c.keys[len(c.keys)-1]
	}
	bar := lipgloss.NewStyle().Reverse(true).Width(c.width).Render(" ● running")
	accent := lipgloss.NewStyle().Foreground(lipgloss.Color("#A78BFA")).Bold(true)
	v := tea.NewView(strings.Join([]string{
		accent.Render("console") + " on " + c.dark,
		strings.Repeat("─", c.width),
		bar,
		fmt.Sprintf("key %d <%s>", len(c.keys), last),
	}, "\n"))
	v.AltScreen = true
	v.Cursor = tea.NewCursor(6, 3)
	return v
}

// flash shows a word for one frame only, once a line has been typed.
func flash() {
	fmt.Print("ready")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
	fmt.Print("\x1b[?2026h\x1b[2J\x1b[Hlightning\x1b[?2026l\x1b[?2026h\x1b[2J\x1b[Hthunder\x1b[?2026l")
	_, _ = bufio.NewReader(os.Stdin).ReadString('\n')
}

// open starts the test binary in an act; it is closed with the test.
func open(t *testing.T, act string, th theme) *terminal {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	term, err := start(t.Context(), program{
		argv: []string{self}, env: environment([]string{"PATH=" + os.Getenv("PATH")}, []string{actAs + "=" + act}),
		dir: t.TempDir(), size: size{60, 8}, theme: th,
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { term.close(time.Second) })
	return term
}

func awaitText(ctx context.Context, t *testing.T, term *terminal, text string) *frame {
	t.Helper()
	f, err := term.await(ctx, limit, text, func(f *frame) bool { return f.shows(text) })
	if err != nil {
		t.Fatal(err)
	}
	return f
}
