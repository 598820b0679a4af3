// Package keys is the vocabulary of what can be pressed: commands, the keys that they are bound to and where, which bindings
// cannot be, and how people write them. Footers, help, palette, menus and the settings are made from it.
package keys

import (
	"slices"
	"strings"
)

// Command is something a key can do. It has a name, so that the palette and the help can do it too.
type Command string

// Scope is where a binding works.
type Scope string

// The scopes.
const (
	Everywhere  Scope = "everywhere"
	Lists       Scope = "lists"
	Sagas       Scope = "sagas"    // a saga is under the cursor or on the screen
	OneSaga     Scope = "one saga" // the saga screen
	Machines    Scope = "droplets"
	Zones       Scope = "domains"
	Records     Scope = "records"
	Provisioned Scope = "resources"
	Strays      Scope = "snapshots"
	Gateways    Scope = "network"
	Timetable   Scope = "schedules"
	Overnight   Scope = "last night"
	Holders     Scope = "operators"
	Fleet       Scope = "hosts"
	Decisions   Scope = "decision"
	Choices     Scope = "settings"
	Shelf       Scope = "saved filters" // of the list of sagas
)

// Scopes lists all, in the order of the help.
func Scopes() []Scope {
	return []Scope{Everywhere, Lists, Sagas, OneSaga, Machines, Zones, Records, Provisioned, Strays, Gateways, Timetable, Overnight, Holders, Fleet, Decisions, Choices, Shelf}
}

// The commands.
const (
	CmdHelp      Command = "help"
	CmdPalette   Command = "palette"
	CmdFilter    Command = "filter"
	CmdBack      Command = "back"
	CmdOut       Command = "out" // back, and at the root leave
	CmdLeave     Command = "leave"
	CmdPane      Command = "next pane"
	CmdPaneBack  Command = "previous pane"
	CmdSagas     Command = "sagas"
	CmdDroplets  Command = "droplets"
	CmdRecords   Command = "records"
	CmdResource  Command = "resources"
	CmdMessages  Command = "messages"
	CmdLogs      Command = "everything" // the log of all sagas
	CmdOrphans   Command = "orphans"
	CmdCopies    Command = "snapshots"
	CmdNetwork   Command = "network"
	CmdSchedules Command = "schedules"
	CmdLastNight Command = "last night"
	CmdSettings  Command = "settings"
	CmdTimes     Command = "times"
	CmdCopy      Command = "copy"
	CmdRedraw    Command = "redraw"
	CmdMouse     Command = "mouse"
	CmdDump      Command = "dump"
	CmdFreeze    Command = "freeze"
	CmdThaw      Command = "thaw"

	CmdDown     Command = "down"
	CmdUp       Command = "up"
	CmdNewest   Command = "first"
	CmdOldest   Command = "last"
	CmdHalfDown Command = "half page down"
	CmdHalfUp   Command = "half page up"
	CmdPageDown Command = "page down"
	CmdPageUp   Command = "page up"
	CmdOpen     Command = "open"
	CmdMark     Command = "mark"
	CmdSortLeft Command = "sort by the column before"
	CmdSortNext Command = "sort by the next column"
	CmdOrder    Command = "order"
	CmdHold     Command = "hold"

	CmdNew      Command = "new"
	CmdEvery    Command = "run every"
	CmdActions  Command = "actions"
	CmdCancel   Command = "cancel"
	CmdRollback Command = "roll back"
	CmdRetry    Command = "retry"
	CmdResolve  Command = "resolve"
	CmdPause    Command = "pause"
	CmdResume   Command = "resume"
	CmdFire     Command = "fire"
	CmdRemove   Command = "remove"
	CmdRefuse   Command = "refuse"

	CmdNightBefore Command = "night before"
	CmdNightAfter  Command = "night after"
	CmdSkip        Command = "skip"
	CmdProceed     Command = "proceed"
	CmdPostpone    Command = "postpone"
	CmdLog         Command = "log"
	CmdNeedsMe     Command = "next that needs me"
	CmdEntries     Command = "entries"
	CmdOperators   Command = "operators"
	CmdHosts       Command = "hosts"
	CmdContexts    Command = "ctx"
	CmdGlass       Command = "break glass"
	CmdDecide      Command = "decide"
	CmdVote        Command = "vote"
	CmdSaga        Command = "saga"
	CmdReload      Command = "reload"
	CmdSnapshot    Command = "snapshot"
	CmdChange      Command = "change"
	CmdCheck       Command = "check"
	CmdRestore     Command = "restore"
	CmdAccept      Command = "accept"
	CmdForget      Command = "forget"
	CmdAdopt       Command = "adopt"
	CmdWipe        Command = "delete"
	CmdNextTab     Command = "next filter"
	CmdLastTab     Command = "previous filter"
	CmdSaveTab     Command = "save filter"
)

// Binding ties keys to a command in one scope.
type Binding struct {
	Command Command
	Scope   Scope
	Keys    []string // as tea.KeyPressMsg.String() gives them
	Label   string   // the keys as people write them; empty: the first key
	Word    string   // one or two words for the footer
	Help    string   // one line for the help
	Danger  bool     // it changes the world, after asking
}

// Show is the keys as people write them.
func (b Binding) Show() string {
	switch {
	case b.Label != "":
		return b.Label
	case len(b.Keys) > 0:
		return b.Keys[0]
	}
	return ""
}

// Hint is a key and one or two words on what it does.
type Hint struct{ Key, Word string }

// Hints makes hints of keys and words in turn.
func Hints(pairs ...string) []Hint {
	out := make([]Hint, 0, len(pairs)/2)
	for i := 0; i+1 < len(pairs); i += 2 {
		out = append(out, Hint{Key: pairs[i], Word: pairs[i+1]})
	}
	return out
}

// Map is all bindings. Footers, help, palette and menus are made from it.
type Map struct {
	all      []Binding
	byKey    map[Scope]map[string]Command
	builtIn  []Binding // before anybody chose keys of their own
	together [][]Scope
}

// All lists the bindings in the order of the help.
func (k *Map) All() []Binding { return slices.Clone(k.all) }

// Find says what a key does in the first of the scopes that binds it.
func (k *Map) Find(key string, scopes ...Scope) (Command, bool) {
	for _, s := range scopes {
		if c, ok := k.byKey[s][key]; ok {
			return c, true
		}
	}
	return "", false
}

// Of is the binding of a command, and whether there is one.
func (k *Map) Of(c Command) (Binding, bool) {
	i := slices.IndexFunc(k.all, func(b Binding) bool { return b.Command == c })
	if i < 0 {
		return Binding{}, false
	}
	return k.all[i], true
}

// In is the binding of a command in the first of the scopes that has one, and whether there is one.
func (k *Map) In(c Command, scopes ...Scope) (Binding, bool) {
	for _, s := range scopes {
		if i := slices.IndexFunc(k.all, func(b Binding) bool { return b.Command == c && b.Scope == s }); i >= 0 {
			return k.all[i], true
		}
	}
	return Binding{}, false
}

// Where names the screens that do a command.
func (k *Map) Where(c Command) string {
	var out []string
	for _, b := range k.all {
		if b.Command == c && !slices.Contains(out, string(b.Scope)) {
			out = append(out, string(b.Scope))
		}
	}
	return strings.Join(out, ", ")
}

// NewMap makes a map of bindings, in the order of the help. together are the scopes that work at the same time, on one screen.
func NewMap(all []Binding, together ...[]Scope) *Map {
	k := &Map{all: all, builtIn: all, together: together, byKey: map[Scope]map[string]Command{}}
	for _, b := range k.all {
		if k.byKey[b.Scope] == nil {
			k.byKey[b.Scope] = map[string]Command{}
		}
		for _, key := range b.Keys {
			k.byKey[b.Scope][key] = b.Command
		}
	}
	return k
}

// With is the map with other keys in place of its own; a command with none has none.
func (k *Map) With(own map[Command][]string) *Map {
	all := slices.Clone(k.all)
	for i := range all {
		if keys, ok := own[all[i].Command]; ok {
			all[i].Keys, all[i].Label = keys, ""
		}
	}
	out := NewMap(all, k.together...)
	out.builtIn = k.builtIn
	return out
}
