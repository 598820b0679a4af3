// Package tui is the console: what an operator keeps open to watch sagas, launch them and turn them back.
//
//	step done → store commit → engine marks the saga dirty (never blocks)
//	   → one Watch command in flight takes the dirty set, loads those summaries
//	   → changesMsg → App.Update → State.apply (drops older seq) → View reads State
//	key → App: overlay? global? screen → Action → App performs it: a command → engine
//
// App is the root: it owns routing, the size, the theme and the read model (State). A screen owns only its view state
// (cursor, scroll, filter). Neither Update nor View does any input or output: what has to be read or written is an Action
// that runs in a command and comes back as a message. Outside text is cleaned (visible.Text) in the command that read it, so
// nothing in State can steer a terminal.
//
// # How screens and overlays plug in
//
// A Screen (screen.go) fills the body. It says which bound keys work on it (Scopes) and does them (Do); the same way serves
// keys, the palette and the help. Everything else, answers to its own questions included, comes to its Update. It draws
// whole lines and never more than it is given.
//
// An Overlay is a Screen's little sister: it lies over the dimmed body in a box that App draws, and gets all keys while it
// is open. Dialogs, menus, pickers and pagers are overlays. They are opened by an action and never by themselves.
//
// Both return Actions (action.go): Open, Show, Back, Close, Replace, Ask, Notify, Batch ... and any type of your own with
// a perform method. Ask runs a function outside Update and brings its answer to the Update of whoever asked, wherever that
// is in the stack by then, or drops it when it is gone.
package tui

import (
	"context"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
)

// Config says whose console this is and on what.
type Config struct {
	Backend   Backend       // *engine.Session satisfies it
	Inventory Inventory     // droplets and records for their screens; nil: there are none
	Env       string        // the badge: DEMO, or the provider's name
	Account   func() string // whose account it is, in place of Env; empty while not known; asked while drawing, so it must not wait
	Context   string        // the context that it is, as contexts.yaml names it; its badge comes before the others. Empty: none
	Color     string        // of that badge: one of theme.Badges
	Contexts  Contexts      // those that this console can go on in; nil: it cannot
	Live      bool          // the badge is red: a real account
	Budget    func() int    // requests left in this hour, below 0 when unknown; asked while drawing, so it must not wait. Nil: not shown
	ReadOnly  bool          // nothing may be changed: verbs are grayed, with the reason
	Operator  string        // whose session it is
	Key       string        // the fingerprint of the key with which they have come in; empty: none
	ASCII     bool          // no symbols beyond ASCII
	Remote    bool          // the terminal is at the other end of a network, where sequences arrive torn
	NoColor   bool          // attributes only, as with any NO_COLOR in the environment of the terminal
	Dark      bool          // the background until the terminal has said what it is
	Theme     string        // one of ThemeNames; empty: that of the settings, or auto
	Settings  Settings      // what the operator has chosen
	Kept      Keeper        // where that is kept and can be changed; nil: nowhere
	Remembers bool          // what is changed by a key, like the theme, is kept too
	Warning   string        // said in the footer at the beginning; empty: nothing

	// Progress shows how far things are in the terminal's own progress bar (OSC 9;4). Bell rings when a saga that is open
	// on a screen comes to rest.
	Progress, Bell bool
	// Notify is how the terminal tells its owner, who may be looking elsewhere, that a saga has failed or needs a person: bell, osc9
	// (iTerm2, Windows Terminal, kitty) or osc777 (foot, Ghostty, VTE, rxvt); empty or off: not at all.
	Notify string

	// Dir is where an export writes its file; empty: the current directory. NoFiles says that there is none to write to:
	// the session is on another machine than its operator.
	Dir     string
	NoFiles bool

	// Drifts says how the resources stand to what was wanted of them, and Orphans lists the snapshots with our names that no
	// saga accounts for; accountedFor says of a name whether one does. Either may be nil: then it is not shown.
	Drifts  Drifts
	Orphans estate.Lister

	// Things lists what carries a tag, for schedules that are fired here. May be left out.
	Things schedule.Things

	// Operators lists those who may come in over SSH; nil: nobody can.
	Operators func(ctx context.Context) ([]engine.Actor, error)

	// Who answers with the other sessions on the same store; it is asked in a command, at the start and whenever WhoChanged
	// receives. Here is told, in a command, the id of the saga that comes to this session's screen, empty for none. All
	// three may be left out.
	Who        func() []Presence
	WhoChanged <-chan struct{}
	Here       func(saga string)

	// Crowd says who has the store open, nil where only one process can; it is asked whenever something has changed, and with time, and must not wait. Cluster says,
	// for the screen of hosts, what else is known of them and of the store. Either may be left out.
	Crowd   func() *engine.Crowd
	Cluster func(ctx context.Context) (Cluster, error)

	// Notice receives what whoever serves this session has to say to its operator: that it will end, and why. It is shown
	// in the footer until a key is pressed. May be left out.
	Notice <-chan string

	// Hosting says that this process drives the sagas, so that leaving while some are at work asks first. Handover lets
	// them go on in the background; nil when that cannot be done here.
	Hosting  bool
	Handover func(ctx context.Context) error
	Suspend  func() // stops the process as a shell does; nil: ctrl+z does nothing. It is called in a command
	Fleeting bool   // the account is a simulated one that ends with this process

	// Spot is where to begin; Left is told where the operator was when the console ends. Both may be left out.
	Spot Spot
	Left func(Spot)

	Now      func() time.Time // nil: time.Now
	Location *time.Location   // for local times; nil: time.Local
}

// Backend is what the console asks of the engine. All of it is called from commands only, never from Update or View.
type Backend interface {
	Reader
	Launcher
	Verbs
	Freezer
	schedule.Book
}

// Reader is how the console sees sagas.
type Reader interface {
	List(ctx context.Context, q engine.Query) (engine.Page, error)
	Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error)
	Saga(ctx context.Context, id engine.ID) (*engine.Saga, error)
	Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error)
	Counts(ctx context.Context) (engine.Counts, error)
	Find(ctx context.Context, ref string) (engine.ID, error)
	Locks(ctx context.Context) ([]engine.Lock, error)
	Resources(ctx context.Context) ([]engine.Resource, error)
	UndoText(s *engine.Saga, idx int) string
	Tries(step string) (forward, backward int)
	Watch() *engine.Feed
	Err() error
}

// Launcher is how the console starts sagas.
type Launcher interface {
	Kinds() []engine.Kind
	StepNames() []string
	Fields(kind string, steps []string) ([]string, [][]engine.Field, error)
	Plan(ctx context.Context, l engine.Launch) (engine.Plan, error)
	PlanAgain(ctx context.Context, id engine.ID) (engine.Plan, error)
	Start(ctx context.Context, l engine.Launch) (*engine.Saga, error)
}

// Verbs are what an operator can do to a saga.
type Verbs interface {
	Cancel(ctx context.Context, id engine.ID, v engine.Request) error
	Rollback(ctx context.Context, id engine.ID, v engine.Request) error
	RollbackOrder(ctx context.Context, ids ...engine.ID) ([]engine.ID, error)
	Retry(ctx context.Context, id engine.ID, v engine.Request) error
	RetryRow(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Resolve(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Overrule(ctx context.Context, id engine.ID, idx int, v engine.Request) error
	Pause(ctx context.Context, id engine.ID, v engine.Request) error
	Resume(ctx context.Context, id engine.ID, v engine.Request) error
	Skip(ctx context.Context, id engine.ID, v engine.Request) error
	Proceed(ctx context.Context, id engine.ID, v engine.Request) error
	Postpone(ctx context.Context, id engine.ID, until time.Time, v engine.Request) error
	Approve(ctx context.Context, id engine.ID, hash string, v engine.Request) error
	ApproveDefinition(ctx context.Context, of, hash string, v engine.Request) error
	RefuseDefinition(ctx context.Context, of string, v engine.Request) error
	Refuse(ctx context.Context, id engine.ID, v engine.Request) error
	BreakGlass(ctx context.Context, id engine.ID, v engine.Request) error
}

// Freezer stops everything, and lets it go on.
type Freezer interface {
	Frozen() *engine.Frozen // nil when everything goes on
	Freezes(ctx context.Context, limit int) ([]engine.Freeze, error)
	Freeze(ctx context.Context, v engine.Request) error
	Thaw(ctx context.Context, v engine.Request) error
}

// Inventory lists what there is at the provider, for looking at and for picking from. Answers may be some seconds old.
type Inventory interface {
	Droplets(ctx context.Context) ([]estate.Droplet, error)
	Domains(ctx context.Context) ([]string, error)
	Records(ctx context.Context, domain string) ([]estate.Record, error)
	Estates
}

var _ Backend = (*engine.Session)(nil)
