package tui

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"arcadia/engine/visible"
	"arcadia/tui/keys"
	"arcadia/tui/theme"
)

// Settings are what an operator has chosen for every session. The zero Settings change nothing.
type Settings struct {
	Theme    string                    // one of ThemeNames; empty: not chosen
	Keys     map[keys.Command][]string // in place of the built-in keys; none: the palette alone has the command
	Progress bool                      // see Config
	Bell     bool                      // see Config
	Notify   string                    // see Config
}

// ParseSettings reads settings from YAML:
//
//	theme: light
//	progress: true
//	bell: true
//	notify: osc9
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
			case "keys":
				s.Keys = p.keys(v)
			default:
				p.wrong(v.Line, "%s is no setting: there are theme, progress, bell, notify and keys", visible.Text(name))
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

// keys reads the keys of commands, by their names in the palette; a blank in a name may be written _ or -.
func (p *settingsParser) keys(n *yaml.Node) map[keys.Command][]string {
	out, km := map[keys.Command][]string{}, builtIn()
	p.entries(n, func(name string, v *yaml.Node) {
		c := keys.Command(strings.NewReplacer("_", " ", "-", " ").Replace(name))
		if _, ok := km.Of(c); !ok {
			p.wrong(v.Line, "%s is no command: arcadia keys lists them", visible.Text(name))
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
				p.wrong(v.Line, "%q is no key%s", k.Value, why)
				continue
			}
			out[c] = append(out[c], k.Value)
		}
	})
	return out
}
