// Package cli is arcadia's command tree: text in, text out.
//
// Run builds the tree for each run over what Env hands in, so the same tree serves a shell and an SSH session:
// nothing here reads the process's own streams, environment or arguments. Results go to Env.Out and nothing else does;
// progress and errors go to Env.Err, an error as one line that ends with what to do next.
//
// Commands that read never drive sagas. Commands that act record what was asked for first and then host the engine, which
// takes up everything unfinished, until their own saga is at rest:
//
//	launch ──► Start (durable) ──► host: Engine.Run ──┬── follow: one line per entry ──► at rest ──► stop ──► exit status
//	                                                  └── interrupted: stop in order, the saga goes on at the next host
package cli

import (
	"cmp"
	"context"
	"io"
	"runtime/debug"
	"time"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/schedule"
	"arcadia/engine/trial"
	"arcadia/tui"
)

// Env is all that the commands need from outside.
type Env struct {
	In       io.Reader
	Out, Err io.Writer
	Screen   bool   // In and Out are a terminal: the console can be drawn
	Lively   bool   // Err is a terminal: progress is worth showing
	Term     string // what In and Out are, as TERM says
	Token    bool   // there is access to an account
	NoColor  bool   // what the environment wants
	// Session: another process runs this command line for its operator, who has neither its folder nor its choice of store.
	// Simulated: the account of that process is a simulated one.
	Session, Simulated bool
	Operator           string
	Build              Build
	Database           string // from the environment; empty: the place for data of the operator's
	Context            string // from the environment: the name of one of Contexts; empty: none
	Store              string // from the environment: the address of a store that several hosts share; empty: none

	// Open opens the store and puts the engine on it. The caller closes the Place.
	Open func(ctx context.Context, want Want) (*Place, error)
	// Console draws the console on an open place until the operator leaves; a *Switch says that it goes on in another context. Nil: there
	// is none here.
	Console func(ctx context.Context, p *Place, look Look) error
	// Check examines a store without changing it and returns what is wrong with it, one line each; an address is as for Copy,
	// and empty for the operator's own file. Nil: not here.
	Check func(ctx context.Context, at Store) (Verdict, error)
	// Serve opens doors to a place until ctx ends. Nil: not here.
	Serve func(ctx context.Context, p *Place, d Doors) error
	// Settings reads the operator's settings of the console and says where they are kept, and Kept is that place. Nil: not here.
	Settings func() (tui.Settings, string, error)
	Kept     tui.Keeper
	// Contexts reads the accounts that have names. Nil: not here.
	Contexts func() ([]Context, error)
	// Operators reads an operators file. Nil: not here.
	Operators func(file string) ([]engine.Actor, error)
	// Stop ends the process that hosts a store. Nil: not here.
	Stop func(ctx context.Context, database string) error
	// Copy carries a store into one that is empty and returns how many sagas that were; an address is a file's name or that of
	// a store that several hosts share. Nil: not here.
	Copy func(ctx context.Context, from, to Store) (int, error)
	// Simulate serves a simulated account until ctx ends, and calls ready with its URL once it answers. Nil: not here.
	Simulate func(ctx context.Context, s Simulation, ready func(url string)) error
}

// Build says what this program is.
type Build struct{ Version, Commit, Date string }

// OrBuilt adds what the toolchain knows, when the linker was told nothing, and says so where nobody knows.
func (b Build) OrBuilt() Build {
	if info, ok := debug.ReadBuildInfo(); ok && b.Version == "" {
		b.Version = info.Main.Version
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Commit = s.Value
			case "vcs.time":
				b.Date = s.Value
			}
		}
	}
	return Build{cmp.Or(b.Version, "unknown"), cmp.Or(b.Commit, "unknown"), cmp.Or(b.Date, "unknown")}
}

// Access is what a command wants to do with the store.
type Access int

// The kinds of access.
const (
	Nothing Access = iota // no store at all: only what the build knows
	Glance                // read, if that can be had at once: no waiting, and a store that is missing stays missing
	Read                  // read; a store that was named must exist
	Act                   // record and drive; the store is made when it is missing
)

// Want says which place to open.
type Want struct {
	Access   Access
	Database string   // empty: the operator's own
	Store    Store    // a store that several hosts share; with an address Database is empty
	Context  *Context // whose account it is; Database and Store are its own. Nil: that of the environment
	Demo     bool     // a simulated account, and a store of its own unless Database names one
	ReadOnly bool     // nothing may be changed
	Purpose  string   // for the process that comes second: "arcadia launch"
}

// Store says where a store is that several hosts share, and how to get there.
type Store struct {
	Address       string // etcd://HOST:PORT,.../NAME; empty: none
	CA, Cert, Key string // files in PEM; see the flags
}

// Look says how the console shall look.
type Look struct {
	ASCII, NoColor, ReadOnly bool
	Warning                  string // said in the footer at first; empty: nothing
}

// Place is an open store with the engine on it. The functions that are nil are not available there.
type Place struct {
	Engine Engine
	// Host drives sagas until ctx ends, as Engine.Run does. Nil: somebody else drives them.
	Host func(ctx context.Context) error
	// Send tries once to deliver what waits for targets; an error says what could not be recorded. Nil: another process sends.
	Send func(ctx context.Context) error
	// Provider looks at the account itself. Nil without access.
	Provider Provider
	// Trials are the smoke tests. Without them there are none here.
	Trials trial.Table
	// Backup writes a copy of the store, whole and synced, to a file that must not exist.
	Backup func(ctx context.Context, file string) error
	// Drift looks at a resource now. Orphans lists snapshots with our names for which accountedFor says no. Nil without access.
	Drift   func(ctx context.Context, r engine.Resource) estate.Drift
	Orphans estate.Lister
	// Inventory lists what there is at the provider. Nil without access.
	Inventory tui.Inventory
	// Things lists what carries a tag. Nil without access.
	Things schedule.Things
	// Hosts are who has a store open that several share, and Cluster what else is known of them. Nil where only one process can.
	Hosts   func(ctx context.Context) ([]engine.Host, error)
	Cluster func(ctx context.Context) (tui.Cluster, error)
	// Prune removes sagas that ended before a moment and returns how many.
	Prune func(ctx context.Context, before time.Time) (int, error)
	// Close gives back what was opened. An error of the store is in the log; all that was acknowledged is durable by then.
	Close func()

	Simulated bool   // the account is a simulated one: nothing in it is real
	Name      string // of the account, for people
}

// Engine is the engine as one operator may use it. *engine.Session satisfies it.
type Engine interface {
	Reader
	tui.Launcher
	tui.Verbs
	tui.Freezer
	Actor() engine.Actor
	RollbackAll(ctx context.Context, ids []engine.ID, v engine.Request) ([]engine.ID, error)
	PutDocs(ctx context.Context, changes ...engine.DocChange) error
	ApproveDefinition(ctx context.Context, of, hash string, q engine.Request) error
	RefuseDefinition(ctx context.Context, of string, q engine.Request) error
}

// Reader is how commands look at sagas.
type Reader interface {
	List(ctx context.Context, q engine.Query) (engine.Page, error)
	Saga(ctx context.Context, id engine.ID) (*engine.Saga, error)
	Summaries(ctx context.Context, ids ...engine.ID) ([]engine.Summary, error)
	Entries(ctx context.Context, id engine.ID, after uint64) ([]engine.Entry, error)
	Counts(ctx context.Context) (engine.Counts, error)
	Find(ctx context.Context, ref string) (engine.ID, error)
	Resources(ctx context.Context) ([]engine.Resource, error)
	Locks(ctx context.Context) ([]engine.Lock, error)
	Freezes(ctx context.Context, limit int) ([]engine.Freeze, error)
	Frozen() *engine.Frozen
	Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error)
	UndoText(s *engine.Saga, idx int) string
	Watch() *engine.Feed
	Considered(id engine.ID) bool
}

// Provider looks at the account itself, past every ledger, for the smoke tests. Its answers are of now.
type Provider interface {
	// Snapshottable gives the ids of the droplets that can be snapshotted.
	Snapshottable(ctx context.Context) ([]int64, error)
	Domains(ctx context.Context) ([]string, error)
	// TXT gives the data of the TXT records at a relative name.
	TXT(ctx context.Context, domain, name string) ([]string, error)
	// Stock is all that the account has, one line a thing, in order.
	Stock(ctx context.Context) ([]string, error)
	// Snapshots gives the names of a droplet's snapshots.
	Snapshots(ctx context.Context, droplet int64) ([]string, error)
}

var _ Engine = (*engine.Session)(nil)

// Verdict is what an examination of a store found.
type Verdict struct {
	Sagas    int      `json:"sagas"`
	Problems []string `json:"problems"` // none: all is well
}
