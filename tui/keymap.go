package tui

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
	Strays      Scope = "orphans"
	Texts       Scope = "text" // what only scrolls
)

// The commands.
const (
	CmdHelp     Command = "help"
	CmdPalette  Command = "palette"
	CmdFilter   Command = "filter"
	CmdBack     Command = "back"
	CmdOut      Command = "out" // back, and at the root leave
	CmdLeave    Command = "leave"
	CmdPane     Command = "next pane"
	CmdPaneBack Command = "previous pane"
	CmdSagas    Command = "sagas"
	CmdDroplets Command = "droplets"
	CmdRecords  Command = "records"
	CmdResource Command = "resources"
	CmdMessages Command = "messages"
	CmdLogs     Command = "everything" // the log of all sagas
	CmdOrphans  Command = "orphans"
	CmdTimes    Command = "times"
	CmdCopy     Command = "copy"
	CmdRedraw   Command = "redraw"
	CmdMouse    Command = "mouse"
	CmdDump     Command = "dump"
	CmdFreeze   Command = "freeze"
	CmdThaw     Command = "thaw"

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
	CmdActions  Command = "actions"
	CmdCancel   Command = "cancel"
	CmdRollback Command = "roll back"
	CmdRetry    Command = "retry"
	CmdResolve  Command = "resolve"
	CmdPause    Command = "pause"
	CmdResume   Command = "resume"
	CmdSkip     Command = "skip"
	CmdLog      Command = "log"
	CmdNeedsMe  Command = "next that needs me"
	CmdEntries  Command = "entries"
	CmdReload   Command = "reload"
	CmdSnapshot Command = "snapshot"
	CmdChange   Command = "change"
	CmdCheck    Command = "check"
	CmdRestore  Command = "restore"
	CmdAccept   Command = "accept"
	CmdForget   Command = "forget"
	CmdAdopt    Command = "adopt"
	CmdWipe     Command = "delete"
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

// KeyMap is all bindings. Footers, help, palette and menus are made from it.
type KeyMap struct {
	all   []Binding
	byKey map[Scope]map[string]Command
}

// All lists the bindings in the order of the help.
func (k *KeyMap) All() []Binding { return slices.Clone(k.all) }

// Find says what a key does in the first of the scopes that binds it.
func (k *KeyMap) Find(key string, scopes ...Scope) (Command, bool) {
	for _, s := range scopes {
		if c, ok := k.byKey[s][key]; ok {
			return c, true
		}
	}
	return "", false
}

// Of is the binding of a command, and whether there is one.
func (k *KeyMap) Of(c Command) (Binding, bool) {
	i := slices.IndexFunc(k.all, func(b Binding) bool { return b.Command == c })
	if i < 0 {
		return Binding{}, false
	}
	return k.all[i], true
}

// In is the binding of a command in the first of the scopes that has one, and whether there is one.
func (k *KeyMap) In(c Command, scopes ...Scope) (Binding, bool) {
	for _, s := range scopes {
		if i := slices.IndexFunc(k.all, func(b Binding) bool { return b.Command == c && b.Scope == s }); i >= 0 {
			return k.all[i], true
		}
	}
	return Binding{}, false
}

// where names the screens that do a command.
func (k *KeyMap) where(c Command) string {
	var out []string
	for _, b := range k.all {
		if b.Command == c && !slices.Contains(out, string(b.Scope)) {
			out = append(out, string(b.Scope))
		}
	}
	return strings.Join(out, ", ")
}

// Hint is a command for the footer.
func (k *KeyMap) Hint(c Command) Hint {
	b, _ := k.Of(c)
	return Hint{Key: b.Show(), Word: b.Word}
}

func newKeyMap() *KeyMap { return mapOf(bindings()) }

func mapOf(all []Binding) *KeyMap {
	k := &KeyMap{all: all, byKey: map[Scope]map[string]Command{}}
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

// bindings is the key map. No mutation is bound to a key that a torn escape sequence can produce over a slow line, and some
// keys are bound to nothing at all: those that terminals, multiplexers and habits have other plans for.
func bindings() []Binding {
	return []Binding{
		{CmdHelp, Everywhere, []string{"?"}, "", "help", "every key that works here; type to search, enter does it", false},
		{CmdPalette, Everywhere, []string{":"}, "", "palette", "verbs and screens by name, tab completes", false},
		{CmdFilter, Everywhere, []string{"/"}, "", "filter", "words are ANDed; ~fuzzy /regexp/ !not field:value", false},
		{CmdBack, Everywhere, []string{"esc"}, "", "back", "clear the filter, or go back", false},
		{CmdOut, Everywhere, []string{"q"}, "", "back", "go back; at the root, leave", false},
		{CmdLeave, Everywhere, []string{"ctrl+c"}, "", "leave", "leave the console", false},
		{CmdPane, Everywhere, []string{"tab"}, "", "next pane", "the next pane", false},
		{CmdPaneBack, Everywhere, []string{"shift+tab"}, "", "pane before", "the pane before", false},
		{CmdSagas, Everywhere, []string{"1"}, "", "sagas", "the sagas", false},
		{CmdDroplets, Everywhere, []string{"2"}, "", "droplets", "the droplets of the account", false},
		{CmdRecords, Everywhere, []string{"3"}, "", "records", "the DNS records of the account", false},
		{CmdResource, Everywhere, []string{"4"}, "", "resources", "what sagas have provisioned", false},
		{CmdMessages, Everywhere, []string{"5"}, "", "messages", "everything that was said in the footer", false},
		{CmdLogs, Everywhere, []string{"6", "L"}, "6 L", "log", "what the engine did over all sagas; on a saga L is its own log", false},
		{CmdOrphans, Everywhere, []string{"7"}, "", "orphans", "snapshots with our names that no saga accounts for, and what they cost", false},
		{CmdTimes, Everywhere, []string{"T"}, "", "times", "times as age, local or UTC", false},
		{CmdCopy, Everywhere, []string{"y"}, "", "copy", "copy the id, the row, the JSON or the error", false},
		{CmdRedraw, Everywhere, []string{"ctrl+l"}, "", "redraw", "draw the screen again", false},
		{CmdMouse, Everywhere, []string{"f2"}, "F2", "mouse", "mouse on or off", false},
		{CmdFreeze, Everywhere, []string{"W"}, "", "freeze all", "everything waits: no step of any saga starts, in either direction; on what is frozen, thaw", true},
		{CmdThaw, Everywhere, nil, "", "thaw", "end a freeze: what was held up starts again, little by little", true},
		{CmdDump, Everywhere, nil, "", "dump", "this screen as plain text, to select from", false},

		{CmdDown, Lists, []string{"j", "down"}, "j ↓", "down", "one row down", false},
		{CmdUp, Lists, []string{"k", "up"}, "k ↑", "up", "one row up", false},
		{CmdNewest, Lists, []string{"g", "home"}, "g home", "first", "the first row", false},
		{CmdOldest, Lists, []string{"G", "end"}, "G end", "last", "the last row", false},
		{CmdHalfDown, Lists, []string{"ctrl+d"}, "", "down", "half a page down", false},
		{CmdHalfUp, Lists, []string{"ctrl+u"}, "", "up", "half a page up", false},
		{CmdPageDown, Lists, []string{"pgdown"}, "pgdn", "down", "a page down", false},
		{CmdPageUp, Lists, []string{"pgup"}, "", "up", "a page up", false},
		{CmdOpen, Lists, []string{"enter", "l"}, "enter", "open", "open what is under the cursor", false},
		{CmdBack, Lists, []string{"h"}, "", "back", "go back", false},
		{CmdMark, Lists, []string{"space"}, "", "mark", "mark or unmark the row", false},
		{CmdSortLeft, Lists, []string{"<"}, "", "sort", "sort by the column before", false},
		{CmdSortNext, Lists, []string{">"}, "", "sort", "sort by the next column", false},
		{CmdOrder, Lists, []string{"o"}, "", "order", "turn the order round", false},
		{CmdHold, Lists, []string{"f"}, "", "hold", "hold the rows still, or let them go on", false},

		{CmdNew, Sagas, []string{"n"}, "", "new", "launch a saga", false},
		{CmdActions, Sagas, []string{"a"}, "", "actions", "everything that can be done to this saga", false},
		{CmdCancel, Sagas, []string{"x"}, "", "cancel", "stop the saga and undo what it did; asks first", true},
		{CmdRollback, Sagas, []string{"X"}, "", "roll back", "undo the whole saga; asks first", true},
		{CmdRetry, Sagas, []string{"r"}, "", "retry", "try again what gave up or waits; asks first", true},
		{CmdPause, Sagas, []string{"p"}, "", "pause", "let the step under way finish and start no other; a paused saga is resumed; asks first", false},
		{CmdResume, Sagas, nil, "", "resume", "let a paused saga go on; asks first", true},
		{CmdSkip, Sagas, []string{"s"}, "", "skip", "go on without the step that failed, when it changed nothing; asks first", true},
		{CmdLog, Sagas, []string{"L"}, "", "log", "the saga's log", false},
		{CmdNeedsMe, Sagas, []string{"!"}, "", "needs me", "the next saga that needs a person", false},

		{CmdEntries, OneSaga, []string{"e"}, "", "entries", "the saga's entries as JSON", false},
		{CmdResolve, OneSaga, nil, "", "resolve", "accept what this row has left behind; asks for the reason", true},

		{CmdSnapshot, Machines, []string{"s"}, "", "snapshot", "launch snapshot_droplet for this droplet", false},
		{CmdReload, Machines, []string{"ctrl+r"}, "", "reload", "ask the provider again", false},
		{CmdNew, Zones, []string{"n"}, "", "new", "launch upsert_dns_record in this zone", false},
		{CmdReload, Zones, []string{"ctrl+r"}, "", "reload", "ask the provider again", false},
		{CmdChange, Records, []string{"enter"}, "", "change", "launch upsert_dns_record with the values of this record", false},
		{CmdNew, Records, []string{"n"}, "", "new", "launch upsert_dns_record in this zone", false},
		{CmdActions, Records, []string{"a"}, "", "actions", "change, delete or copy this record", false},
		{CmdReload, Records, []string{"ctrl+r"}, "", "reload", "ask the provider again", false},
		{CmdCheck, Provisioned, []string{"v"}, "", "look", "look at this resource now", false},
		{CmdReload, Provisioned, []string{"ctrl+r"}, "", "look at all", "look at all resources now", false},
		{CmdRestore, Provisioned, []string{"r"}, "", "restore", "make it as it was wanted; the plan comes first", true},
		{CmdAccept, Provisioned, []string{"t"}, "", "accept", "what is live is wanted from now on; the plan comes first", true},
		{CmdForget, Provisioned, []string{"d"}, "", "forget", "account for it no more, the thing stays; the plan comes first", true},
		{CmdActions, Provisioned, []string{"a"}, "", "actions", "everything that can be done to this resource", false},
		{CmdAdopt, Strays, []string{"t"}, "", "adopt", "account for it from now on; the plan comes first", true},
		{CmdWipe, Strays, []string{"d"}, "", "delete", "delete it for good; the plan comes first", true},
		{CmdActions, Strays, []string{"a"}, "", "actions", "adopt, delete or copy this orphan", false},
		{CmdReload, Strays, []string{"ctrl+r"}, "", "reload", "ask the provider again", false},
	}
}
