package tui

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"

	yaml "go.yaml.in/yaml/v3"

	"arcadia/engine"
	"arcadia/tui/say"
	"arcadia/tui/theme"
)

// Keeper is where the text of somebody's settings is kept. Empty text is no settings.
type Keeper interface {
	Read(ctx context.Context) ([]byte, error)
	Write(ctx context.Context, text []byte) error
}

// ReadSettings reads kept settings.
func ReadSettings(ctx context.Context, k Keeper) (Settings, error) {
	text, err := k.Read(ctx)
	if err != nil {
		return Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	return ParseSettings(text)
}

// ChangeSetting puts a value in the place of that of a setting, where it is kept, and returns all of them. An empty value takes the
// setting out. A value that cannot be changes nothing; see Setting for names and values.
func ChangeSetting(ctx context.Context, k Keeper, name, value string) (Settings, error) {
	text, err := k.Read(ctx)
	if err != nil {
		return Settings{}, fmt.Errorf("read the settings: %w", err)
	}
	text, err = editSettings(text, name, value)
	if err != nil {
		return Settings{}, err
	}
	s, err := ParseSettings(text)
	if err != nil {
		return Settings{}, fmt.Errorf("%w: setting %s to %q: %w", engine.ErrInput, name, value, err)
	}
	if err := k.Write(ctx, text); err != nil {
		return Settings{}, fmt.Errorf("keep the settings: %w", err)
	}
	return s, nil
}

// editSettings changes one setting in a text. What else stands there stays, comments too.
func editSettings(text []byte, name, value string) ([]byte, error) {
	var doc yaml.Node
	if err := yaml.NewDecoder(bytes.NewReader(text)).Decode(&doc); err != nil && !errors.Is(err, io.EOF) {
		return nil, fmt.Errorf("read the settings: %w", err)
	}
	if len(doc.Content) == 0 || doc.Content[0].Kind != yaml.MappingNode {
		doc = yaml.Node{Kind: yaml.DocumentNode, Content: []*yaml.Node{{Kind: yaml.MappingNode}}}
	}
	at, within := doc.Content[0], name
	if group, rest, ok := strings.Cut(name, " "); ok && (group == "filter" || group == "key") {
		at, within = child(doc.Content[0], group+"s"), rest
	} else if !slices.Contains(settingNames, name) || name == "filters" || name == "keys" {
		return nil, fmt.Errorf("%w: %s is no setting: there are %s, filter NAME and key COMMAND", engine.ErrInput, name, strings.Join(settingNames, ", "))
	}
	put(at, within, valueNode(name, value))
	if len(doc.Content[0].Content) == 0 {
		return nil, nil
	}
	var out bytes.Buffer
	enc := yaml.NewEncoder(&out)
	enc.SetIndent(2)
	if err := errors.Join(enc.Encode(&doc), enc.Close()); err != nil {
		return nil, fmt.Errorf("write the settings: %w", err)
	}
	return out.Bytes(), nil
}

// child is the mapping below a name, made when there is none.
func child(in *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(in.Content); i += 2 {
		if in.Content[i].Value == name && in.Content[i+1].Kind == yaml.MappingNode {
			in.Content[i+1].Style = 0
			return in.Content[i+1]
		}
	}
	n := &yaml.Node{Kind: yaml.MappingNode}
	put(in, name, n)
	return n
}

// put puts a value under a name, in the place of the one that is there; nil takes it out.
func put(in *yaml.Node, name string, v *yaml.Node) {
	for i := 0; i+1 < len(in.Content); i += 2 {
		switch {
		case in.Content[i].Value != name:
		case v == nil:
			in.Content = slices.Delete(in.Content, i, i+2)
			return
		default:
			v.LineComment = in.Content[i+1].LineComment
			in.Content[i+1] = v
			return
		}
	}
	if v != nil {
		in.Content = append(in.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: name}, v)
	}
}

// valueNode is a value as it stands in the text; nil for none.
func valueNode(name, value string) *yaml.Node {
	if value == "" {
		return nil
	}
	if name != "columns" && !strings.HasPrefix(name, "key ") {
		return &yaml.Node{Kind: yaml.ScalarNode, Value: value}
	}
	n := &yaml.Node{Kind: yaml.SequenceNode, Style: yaml.FlowStyle}
	for _, word := range strings.FieldsFunc(value, func(r rune) bool { return r == ' ' || r == ',' }) {
		if word == "none" && name == "columns" {
			continue
		}
		n.Content = append(n.Content, &yaml.Node{Kind: yaml.ScalarNode, Value: word})
	}
	return n
}

// settingNames are the names in the text of settings.
var settingNames = []string{"theme", "times", "columns", "pace", "mouse", "ascii", "bell", "progress", "notify", "filters", "keys"}

// Setting is one setting as a person reads and changes it.
type Setting struct {
	Name  string   // as ChangeSetting takes it
	Value string   // empty: as it comes
	Takes []string // the values that it can have; nil: it is free
	About string
}

// List is every setting as it stands: the fixed ones, then the saved filters, then the keys that are not the built-in ones.
func (s Settings) List() []Setting {
	yes := func(on bool) string {
		if on {
			return "true"
		}
		return ""
	}
	times := ""
	if s.Times != say.Age {
		times = strings.ToLower(s.Times.String())
	}
	span := ""
	if s.Pace > 0 {
		span = s.Pace.String()
	}
	columns := strings.Join(s.Columns, ", ")
	if s.Columns != nil && columns == "" {
		columns = "none"
	}
	truth := []string{"true", "false"}
	out := []Setting{
		{"theme", s.Theme, theme.Names(), "the colors of the console"},
		{"times", times, []string{"age", "local", "utc"}, "how times are written; T changes it for now"},
		{"columns", columns, nil, "of the list of sagas, besides status and target: " + strings.Join(columnNames, ", ")},
		{"pace", span, nil, "the least time between two looks at what has changed, from " + pace.String() + " to " + maxPace.String()},
		{"mouse", yes(s.Mouse), truth, "the mouse is on from the beginning; F2 changes it for now"},
		{"ascii", yes(s.ASCII), truth, "no symbols beyond ASCII"},
		{"bell", yes(s.Bell), truth, "rings when a saga that is on the screen comes to rest"},
		{"progress", yes(s.Progress), truth, "shows how far things are in the terminal's own progress bar"},
		{"notify", s.Notify, notifyWays, "how the terminal tells you that a saga needs somebody"},
	}
	for _, f := range s.Filters {
		out = append(out, Setting{"filter " + f.Name, f.Text, nil, "a saved filter: a tab above the list of sagas"})
	}
	for _, c := range slices.Sorted(maps.Keys(s.Keys)) {
		out = append(out, Setting{"key " + string(c), strings.Join(s.Keys[c], " "), nil, "the keys of this command, in place of the built-in ones"})
	}
	return out
}
