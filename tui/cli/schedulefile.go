package cli

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"reflect"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"go.yaml.in/yaml/v3"

	"arcadia/engine"
	"arcadia/engine/schedule"
	words "arcadia/tui/say"
)

const maxScheduleFile = 1 << 20 // bytes

func (t *tree) scheduleApplyCommand() *cobra.Command {
	var plan bool
	cmd := &cobra.Command{
		Use: "apply FILE", Short: "Apply the schedules in a YAML file", Args: exactly("FILE"),
		Long: "apply adds the schedules in a file and changes those that differ. Others are\n" +
			"left alone. The file is as export writes it. With --plan it only says what it\n" +
			"would do.",
		Example: "arcadia schedule apply schedules.yaml --plan\narcadia schedule apply schedules.yaml",
	}
	cmd.Flags().BoolVar(&plan, "plan", false, "say what it would do, and do nothing")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		wanted, err := readSchedules(args[0])
		if err != nil {
			return err
		}
		access := Act
		if plan {
			access = Read
		}
		p, err := t.place(cmd.Context(), access, "schedule apply")
		if err != nil {
			return err
		}
		defer p.Close()
		return t.apply(cmd.Context(), p, wanted, plan)
	}
	return cmd
}

// apply checks everything before it changes anything.
func (t *tree) apply(ctx context.Context, p *Place, wanted []schedule.Schedule, plan bool) error {
	have, err := schedule.List(ctx, p.Engine, time.Now())
	if err != nil {
		return err
	}
	rows := [][]string{{"SCHEDULE", "DOES", "LAUNCHES", "WHEN"}}
	versions := map[string]uint64{}
	var todo []schedule.Schedule
	for _, s := range wanted {
		does := "add"
		if at := slices.IndexFunc(have, func(v schedule.View) bool { return v.Name == s.Name }); at >= 0 {
			does, versions[s.Name] = "change", have[at].Version
			old := have[at].Schedule
			s.Paused = old.Paused // a pause is an operator's, not the file's
			old.Since = s.Since
			s.Name = old.Name
			if reflect.DeepEqual(old, s) {
				does = "no change"
			}
		}
		if does != "no change" {
			if _, err := foresee(ctx, p, &s); err != nil {
				return fmt.Errorf("schedule %s: %w", s.Name, err)
			}
			if s.Demand != nil {
				does += ", and asks for " + words.Demand(*s.Demand)
			}
			todo = append(todo, s)
		}
		rows = append(rows, []string{s.Name, does, what(s), when(s)})
	}
	if !plan {
		for _, s := range todo {
			if err := schedule.Put(ctx, p.Engine, s, versions[s.Name]); err != nil {
				return err
			}
		}
	}
	return columns(t.env.Out, listed(rows))
}

// readSchedules reads a file of schedules.
func readSchedules(file string) (out []schedule.Schedule, err error) {
	err = readFile(file, "schedules", func(name, body *yaml.Node) error {
		s, err := scheduleOf(file, name, body)
		out = append(out, s)
		return err
	})
	return out, err
}

// readFile reads a file of things by name under one word, each once. An unknown key is refused with its line and the nearest that
// is known.
func readFile(file, top string, each func(name, body *yaml.Node) error) error {
	info, err := os.Stat(file)
	if err != nil {
		return fmt.Errorf("read the %s: %w", top, err)
	}
	if info.Size() > maxScheduleFile {
		return misuse("%s: %d bytes: at most %d", file, info.Size(), maxScheduleFile)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return fmt.Errorf("read the %s: %w", top, err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return misuse("%s: %w", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return misuse("%s: begin with %s:, and under it the %s by name", file, top, top)
	}
	seen := map[string]bool{}
	for i := 0; i+1 < len(doc.Content[0].Content); i += 2 {
		key, all := doc.Content[0].Content[i], doc.Content[0].Content[i+1]
		if err := knownKey(file, key, []string{top}); err != nil {
			return err
		}
		if all.Kind != yaml.MappingNode {
			return misuse("%s: line %d: %s: give them by name", file, all.Line, top)
		}
		for j := 0; j+1 < len(all.Content); j += 2 {
			name := all.Content[j]
			if seen[name.Value] {
				return misuse("%s: line %d: %.60s is there twice", file, name.Line, name.Value)
			}
			seen[name.Value] = true
			if err := each(name, all.Content[j+1]); err != nil {
				return err
			}
		}
	}
	return nil
}

// scheduleKeys are what a schedule in a file may say: all but what is not its author's to say.
func scheduleKeys() []string {
	return slices.DeleteFunc(keysOf(reflect.TypeFor[schedule.Schedule]()), func(k string) bool { return k == "paused" || k == "since" || k == "approved" })
}

// keysOf are the names of a document's fields.
func keysOf(of reflect.Type) []string {
	var keys []string
	for f := range of.Fields() {
		if name, _, _ := strings.Cut(f.Tag.Get("json"), ","); name != "-" {
			keys = append(keys, name)
		}
	}
	return keys
}

func knownKey(file string, key *yaml.Node, known []string) error {
	if slices.Contains(known, key.Value) {
		return nil
	}
	return misuse("%s: line %d: unknown key %.60q%s: there are %s", file, key.Line, key.Value, engine.Meant(key.Value, known), strings.Join(known, ", "))
}

func scheduleOf(file string, name, body *yaml.Node) (s schedule.Schedule, err error) {
	if err := readInto(file, "schedule", name, body, scheduleKeys(), &s); err != nil {
		return s, err
	}
	s.Name = name.Value
	if err := s.Check(); err != nil {
		return s, misuse("%s: line %d: schedule %.60s: %w", file, name.Line, name.Value, err)
	}
	return s, nil
}

// readInto reads the fields of one thing of a file.
func readInto(file, what string, name, body *yaml.Node, keys []string, into any) error {
	if body.Kind != yaml.MappingNode {
		return misuse("%s: line %d: %s %.60s says nothing", file, body.Line, what, name.Value)
	}
	for i := 0; i+1 < len(body.Content); i += 2 {
		if err := knownKey(file, body.Content[i], keys); err != nil {
			return err
		}
	}
	raw, err := json.Marshal(texts(body))
	if err == nil {
		err = json.Unmarshal(raw, into)
	}
	if err != nil {
		return misuse("%s: line %d: %s %.60s: %w", file, name.Line, what, name.Value, err)
	}
	return nil
}

// texts is a node with every scalar as it was written: a number among inputs is text too.
func texts(n *yaml.Node) any {
	switch n.Kind {
	case yaml.MappingNode:
		out := map[string]any{}
		for i := 0; i+1 < len(n.Content); i += 2 {
			out[n.Content[i].Value] = texts(n.Content[i+1])
		}
		return out
	case yaml.SequenceNode:
		out := []any{}
		for _, c := range n.Content {
			out = append(out, texts(c))
		}
		return out
	case yaml.AliasNode:
		return texts(n.Alias)
	case yaml.DocumentNode, yaml.ScalarNode:
	}
	return n.Value
}

func (t *tree) scheduleExportCommand() *cobra.Command {
	cmd := &cobra.Command{
		Use: "export", Short: "Write all schedules as YAML, for apply", Args: exactly(), Example: "arcadia schedule export",
	}
	cmd.RunE = t.at(Read, "schedule export", func(ctx context.Context, p *Place, _ []string) error {
		all, err := schedule.List(ctx, p.Engine, time.Now())
		if err != nil {
			return err
		}
		out := map[string]map[string]any{}
		for _, v := range all {
			raw, err := json.Marshal(v.Schedule)
			if err != nil {
				return err
			}
			fields := map[string]any{}
			if err := json.Unmarshal(raw, &fields); err != nil {
				return err
			}
			keys := scheduleKeys()
			maps.DeleteFunc(fields, func(k string, _ any) bool { return !slices.Contains(keys, k) })
			out[v.Name] = fields
		}
		text, err := yaml.Marshal(map[string]any{"schedules": out})
		if err != nil {
			return err
		}
		_, err = exact(t.env.Out).Write(text)
		return written(err)
	})
	return cmd
}
