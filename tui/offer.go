package tui

import (
	"slices"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/say"
)

// The types of things that screens list and that kinds act on; see engine.Subject.
const (
	thingDroplet  = "droplet"
	thingRecord   = "dns_record"
	thingSnapshot = "snapshot"
	thingResource = "resource"

	thingTombstone  = "droplet_tombstone"
	thingVolumeCopy = "volume_copy"
	thingAddress    = "address"
	thingWall       = "firewall"
)

// thing is what is under the cursor: its type, and its attributes as kinds ask for them.
type thing struct {
	of   string
	says map[string]string
}

// offer is what is done to a thing: the form of the kind that acts on things of its type with this verb opens.
type offer struct {
	on   thing
	verb string
	at   string // the attribute with which the form begins; empty: where the form itself does
}

func (o offer) perform(a *App) tea.Cmd { return a.do(o.open(&a.env)) }

// open opens the form, or says why it cannot be.
func (o offer) open(env *Env) Action {
	if why := operators(env); why != "" {
		return Notify{Level: say.Error, Text: o.verb + ": " + why}
	}
	k, ok := o.kind(env)
	if !ok {
		return Notify{Level: say.Error, Text: o.verb + ": this build has no kind that does it"}
	}
	l := newLaunch(engine.Launch{Kind: k.Name, Inputs: k.On.Of(o.on.says)})
	for input, attribute := range k.On.Inputs {
		if attribute == o.at {
			l.first = input
		}
	}
	return Open{l}
}

// refuses reports whether a verb is one of kinds, and of none that acts on such a thing: one cannot take a snapshot of what is gone.
func (x thing) refuses(env *Env, verb string) bool {
	verbs := false
	for _, k := range env.State.Kinds {
		if verbOf(k) == verb && k.On.Type != "" {
			verbs = true
			if k.On.Type == x.of {
				return false
			}
		}
	}
	return verbs
}

func (o offer) kind(env *Env) (engine.Kind, bool) {
	at := slices.IndexFunc(env.State.Kinds, func(k engine.Kind) bool { return k.On.Type == o.on.of && verbOf(k) == o.verb })
	if at < 0 {
		return engine.Kind{}, false
	}
	return env.State.Kinds[at], true
}

// verbOf is what a kind does to a thing, in one word where it has one.
func verbOf(k engine.Kind) string {
	if k.On.Verb == "" {
		return k.Name
	}
	return k.On.Verb
}

// offers are menu lines for the kinds that act on a thing, without those of verbs that the menu has already.
func offers(env *Env, on thing, had ...string) []item {
	why := operators(env)
	var out []item
	for _, k := range env.State.Kinds {
		if verb := verbOf(k); on.of != "" && k.On.Type == on.of && !slices.Contains(had, verb) {
			out = append(out, item{Text: verb, Note: k.Summary, Why: why, Do: offer{on: on, verb: verb}})
		}
	}
	return out
}
