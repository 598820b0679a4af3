package tui

import (
	"context"
	"slices"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/engine/schedule"
	"arcadia/tui/keys"
	"arcadia/tui/say"
	"arcadia/tui/theme"
	"arcadia/tui/widget"
)

// Screen fills the body. Its methods are called from Update and View only, one at a time.
type Screen interface {
	// Title is its part of the breadcrumb, in as many pieces as it needs.
	Title(env *Env) []string
	// Commands are all that it does, in the order of the help. They may change with what is shown.
	Commands(env *Env) []command
	// Update gets what is not a bound key: answers to Ask, Changed, Resized, Shown, wheel and paste, and, while the
	// screen is Typing, every key.
	Update(env *Env, msg tea.Msg) Action
	// View draws at most height lines of at most width cells. It changes nothing: what of it is on the screen then, the Shown of its
	// drawing takes down.
	View(env *Env, width, height int) Drawing
	// Hints are those of its commands, and of the console's, that the footer shows, the most useful first. What it does not do, or
	// cannot do now, is left out.
	Hints(env *Env) []keys.Command
}

// Typist is a Screen that takes text now and then. While Typing is true keys go to its Update unlooked at, but for ctrl+c.
type Typist interface {
	Typing() bool
}

// Tipper is a Screen whose keys are its own, always or now and then, and not those of the key map: the footer shows its Tips and
// nothing else, unless they are nil.
type Tipper interface {
	Tips(env *Env) []keys.Hint
}

// Placer is a Screen that says where in it one is: "1 of 2 to decide". The footer shows it when nothing else was said.
type Placer interface {
	Where(env *Env) string
}

// Overlay lies over the dimmed body and takes all keys but ctrl+c while it is open. Esc reaches it like any key: it
// returns Close.
type Overlay interface {
	// Update gets keys, pastes, answers to Ask, and Changed.
	Update(env *Env, msg tea.Msg) Action
	// View draws what goes into the box: at most height lines of at most width cells. The box is as wide as the widest.
	View(env *Env, width, height int) Drawing
	// Name is the title in the box's upper edge.
	Name(env *Env) string
	// Hints are the keys that the footer shows: "tab" "next".
	Hints(env *Env) []keys.Hint
}

// Receiver is who may Ask: a Screen or an Overlay.
type Receiver interface {
	Update(env *Env, msg tea.Msg) Action
}

// Drawing is a picture of text.
type Drawing = widget.Drawing

// Messages that App sends to screens and overlays.
type (
	// Changed follows every change of State that came from the engine.
	Changed struct{ Fresh Fresh }
	// Drifted follows when more is known of how resources stand.
	Drifted struct{}
	// Resized follows a new size of the terminal.
	Resized struct{}
	// Shown follows when a screen comes to the front, for the first time or again.
	Shown struct{}
	// Noted follows, on the screen that is shown, when something was said in the footer.
	Noted struct{}
	// Ticked follows when time has passed that is worth showing.
	Ticked struct{}
)

// Env is what screens and overlays may look at. It is App's, handed to every call, never kept.
type Env struct {
	Session
	Sources
	Settings Settings
	Theme    *theme.Theme
	Keys     *keys.Map
	State    *State
	Width    int // of the terminal, in cells
	Height   int
	Clock    say.Clock        // what the screen shows
	Time     func() time.Time // what a clock shows at this moment

	front Screen  // the one that is shown
	roots []stack // those that keys show
}

// Session is whose console it is, and what can be done from it.
type Session struct {
	Operator string
	Key      string // the fingerprint of the key with which they have come in; empty: none
	Context  string // as contexts.yaml names it; empty: none
	ReadOnly bool   // nothing may be changed
	Files    bool   // files can be written where its operator finds them
	Keeps    bool   // settings can be changed
	Moves    bool   // it can go on in another context
}

// Sources are what can be read besides the engine; each is nil where it is not there. They are read in commands only.
type Sources struct {
	Inventory Inventory
	Cluster   func(ctx context.Context) (Cluster, error)
	Things    schedule.Things
	Drifts    Drifts
}

// newEnv is what screens see of a console before the engine has answered.
func newEnv(cfg *Config) Env {
	return Env{
		Session: Session{
			Operator: cfg.Operator, Key: cfg.Key, Context: cfg.Context, ReadOnly: cfg.ReadOnly,
			Files: !cfg.NoFiles, Keeps: cfg.Kept != nil, Moves: cfg.Contexts != nil,
		},
		Sources: Sources{Inventory: cfg.Inventory, Cluster: cfg.Cluster, Things: cfg.Things, Drifts: cfg.Drifts},
		State:   newState(),
		Clock:   say.Clock{Now: cfg.Now(), Location: cfg.Location},
		Time:    func() time.Time { return cfg.Now() },
	}
}

// Has reports whether there is a screen in this session that a command shows.
func (e *Env) Has(c keys.Command) bool {
	return slices.ContainsFunc(e.roots, func(s stack) bool { return s.root() == c })
}

// now is what sentences about sagas depend on.
func (e *Env) now() say.Now {
	return say.Now{Clock: e.Clock, Frozen: e.State.Frozen, Nobody: e.State.Nobody(), Usual: e.usual, Gauge: e.gauge, Unable: e.unable}
}

// usual is how long the step that a saga is at usually takes; 0 when nobody knows.
func (e *Env) usual(s *engine.Summary) time.Duration {
	k, at := usualOf(s)
	if !at {
		return 0
	}
	return e.State.Usual[k]
}

// gaugeSize is how many cells a gauge in a row has.
const gaugeSize = 6

func (e *Env) gauge(part, whole int) string {
	return widget.Gauge(gaugeSize, part, whole, e.Theme.Symbols.Done, e.Theme.Symbols.Left)
}

// keyOf is the first key of a command as people write it; empty when the settings have left it none.
func (e *Env) keyOf(c keys.Command) string {
	b, _ := e.Keys.Of(c)
	return b.Show()
}
