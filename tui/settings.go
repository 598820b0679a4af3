package tui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"time"

	yaml "go.yaml.in/yaml/v3"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/list"
	"arcadia/tui/say"
	"arcadia/tui/theme"
)

// Settings are what an operator has chosen for every session. The zero Settings change nothing.
type Settings struct {
	Theme    string                    // one of ThemeNames; empty: not chosen
	Keys     map[keys.Command][]string // in place of the built-in keys; none: the palette alone has the command
	Progress bool                      // see Config
	Bell     bool                      // see Config
	Notify   string                    // see Config
	Times    say.Format                // how times are written
	Mouse    bool                      // the mouse is on from the beginning
	ASCII    bool                      // no symbols beyond ASCII
	Pace     time.Duration             // the least time between two looks at what has changed; 0: pace
	Columns  []string                  // of the list of sagas, besides status and target; nil: all for which there is room
	Filters  []SavedFilter             // shown as tabs above the list of sagas
}

// SavedFilter is a filter of the list of sagas under a name.
type SavedFilter struct{ Name, Text string }

// Bounds of settings.
const (
	maxPace       = 10 * time.Second
	maxFilters    = 9
	maxFilterName = 20
)

// formats are the names of how times are written.
var formats = map[string]say.Format{"age": say.Age, "local": say.Local, "utc": say.UTC}

// ParseSettings reads settings from YAML:
//
//	theme: light
//	progress: true
//	bell: true
//	notify: osc9
//	times: utc
//	mouse: true
//	ascii: true
//	pace: 500ms
//	columns: [kind, age, by]
//	filters:
//	  mine: by:ops1
//	  broken: status:failed
//	keys:
//	  cancel: [x, f8]
//	  roll back: X
//
// Dialogs, menus and forms keep their own keys: confirmations use the same keys for everybody.
//
// An error names every line that is wrong: an entry that is not known or occurs twice, a value of another form, a key that
// no terminal sends, and every conflict of the key map that comes out.
func ParseSettings(data []byte) (Settings, error) {
	var s Settings
	var doc, more yaml.Node
	dec := yaml.NewDecoder(bytes.NewReader(data))
	if err := dec.Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return s, fmt.Errorf("read the settings: %w", err)
	}
	p := settingsParser{lines: map[keys.Command]int{}}
	if err := dec.Decode(&more); !errors.Is(err, io.EOF) {
		p.wrong(more.Line, "settings are one document: nothing may follow ---")
	}
	if len(doc.Content) > 0 && doc.Content[0].Tag != "!!null" {
		p.entries(doc.Content[0], func(name string, v *yaml.Node) {
			switch name {
			case "theme":
				s.Theme = p.oneOf(v, theme.Names())
			case "progress":
				s.Progress = p.yes(v)
			case "bell":
				s.Bell = p.yes(v)
			case "notify":
				s.Notify = p.oneOf(v, notifyWays)
			case "times":
				s.Times = formats[p.oneOf(v, []string{"age", "local", "utc"})]
			case "mouse":
				s.Mouse = p.yes(v)
			case "ascii":
				s.ASCII = p.yes(v)
			case "pace":
				s.Pace = p.span(v, pace, maxPace)
			case "columns":
				s.Columns = p.among(v, columnNames)
			case "filters":
				s.Filters = p.filters(v)
			case "keys":
				s.Keys = p.keys(v)
			default:
				p.wrong(v.Line, "%s is not a setting: there are %s", visible.Text(name), strings.Join(settingNames, ", "))
			}
		})
	}
	for _, c := range builtIn().With(s.Keys).Conflicts() {
		p.wrong(p.lines[c.Command], "%s", c)
	}
	if err := errors.Join(p.errs...); err != nil {
		return Settings{}, err
	}
	return s, nil
}

// settingsParser collects what is wrong.
type settingsParser struct {
	errs  []error
	lines map[keys.Command]int // where a command's keys are given
}

func (p *settingsParser) wrong(line int, format string, args ...any) {
	text := fmt.Sprintf(format, args...)
	if line > 0 {
		text = fmt.Sprintf("line %d: %s", line, text)
	}
	p.errs = append(p.errs, errors.New(text))
}

// entries goes through a mapping, each name once.
func (p *settingsParser) entries(n *yaml.Node, each func(name string, v *yaml.Node)) {
	if n.Kind != yaml.MappingNode {
		p.wrong(n.Line, "names with values are wanted here, like theme: light")
		return
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(n.Content); i += 2 {
		name := n.Content[i].Value
		if seen[name] {
			p.wrong(n.Content[i].Line, "%s occurs twice", visible.Text(name))
			continue
		}
		seen[name] = true
		v := *n.Content[i+1]
		v.Line = n.Content[i].Line
		each(name, &v)
	}
}

func (p *settingsParser) oneOf(v *yaml.Node, words []string) string {
	if v.Kind != yaml.ScalarNode || !slices.Contains(words, v.Value) {
		p.wrong(v.Line, "%q is none of %s", v.Value, strings.Join(words, ", "))
	}
	return v.Value
}

func (p *settingsParser) yes(v *yaml.Node) bool {
	var b bool
	if v.Decode(&b) != nil {
		p.wrong(v.Line, "%q is neither true nor false", v.Value)
	}
	return b
}

// span reads a duration within bounds.
func (p *settingsParser) span(v *yaml.Node, least, most time.Duration) time.Duration {
	d, err := time.ParseDuration(v.Value)
	if err != nil || d < least || d > most {
		p.wrong(v.Line, "%q is no time from %s to %s, like 500ms", v.Value, least, most)
	}
	return d
}

// among reads a list of words.
func (p *settingsParser) among(v *yaml.Node, words []string) []string {
	out := []string{}
	if v.Kind != yaml.SequenceNode {
		p.wrong(v.Line, "a list is wanted here, like [%s]", strings.Join(words, ", "))
		return out
	}
	for _, x := range v.Content {
		if !slices.Contains(words, x.Value) || slices.Contains(out, x.Value) {
			p.wrong(v.Line, "%q is none of %s, or stands there twice", x.Value, strings.Join(words, ", "))
			continue
		}
		out = append(out, x.Value)
	}
	return out
}

// filters reads filters by their names.
func (p *settingsParser) filters(n *yaml.Node) []SavedFilter {
	var out []SavedFilter
	p.entries(n, func(name string, v *yaml.Node) {
		f := SavedFilter{Name: name, Text: v.Value}
		switch why := f.wrong(); {
		case v.Kind != yaml.ScalarNode:
			p.wrong(v.Line, "%s wants a filter, like by:ops1", visible.Text(name))
		case why != "":
			p.wrong(v.Line, "%s", why)
		case len(out) == maxFilters:
			p.wrong(v.Line, "there are more than %d filters", maxFilters)
		default:
			out = append(out, f)
		}
	})
	return out
}

// wrong says why the filter cannot be kept.
func (f SavedFilter) wrong() string {
	switch {
	case f.Name == "" || len(f.Name) > maxFilterName || visible.Text(f.Name) != f.Name || strings.ContainsAny(f.Name, " :"):
		return fmt.Sprintf("%q names no filter: one word of at most %d letters does", f.Name, maxFilterName)
	case strings.TrimSpace(f.Text) == "" || visible.Text(f.Text) != f.Text:
		return "the filter " + f.Name + " has to say something"
	}
	return list.Parse(f.Text, sagaFields).Wrong
}

// keys reads the keys of commands, by their names in the palette; a blank in a name may be written _ or -.
func (p *settingsParser) keys(n *yaml.Node) map[keys.Command][]string {
	out, km := map[keys.Command][]string{}, builtIn()
	p.entries(n, func(name string, v *yaml.Node) {
		c := keys.Command(strings.NewReplacer("_", " ", "-", " ").Replace(name))
		if _, ok := km.Of(c); !ok {
			p.wrong(v.Line, "%s is not a command: arcadia keys lists them", visible.Text(name))
			return
		}
		if _, twice := out[c]; twice {
			p.wrong(v.Line, "%s occurs twice", c)
			return
		}
		nodes := []*yaml.Node{v}
		switch {
		case v.Kind == yaml.SequenceNode:
			nodes = v.Content
		case v.Kind != yaml.ScalarNode || v.Tag == "!!null":
			p.wrong(v.Line, "%s wants a key or a list of keys; [] is none", c)
			return
		}
		p.lines[c], out[c] = v.Line, []string{}
		for _, k := range nodes {
			if why := keys.NoKey(k.Value); k.Kind != yaml.ScalarNode || why != "" {
				p.wrong(v.Line, "%q is not a key%s", k.Value, why)
				continue
			}
			out[c] = append(out[c], k.Value)
		}
	})
	return out
}
