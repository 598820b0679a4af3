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
)

const maxScheduleFile = 1 << 20 // bytes

func (t *tree) scheduleApplyCommand() *cobra.Command {
	var plan bool
	cmd := &cobra.Command{
		Use: "apply FILE", Short: "Make the schedules of a YAML file so", Args: exactly("FILE"),
		Long: "apply adds the schedules of a file and changes those that differ. Others are\n" +
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
			if _, err := foresee(ctx, p, s); err != nil {
				return fmt.Errorf("schedule %s: %w", s.Name, err)
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

// readSchedules reads a file of schedules. An unknown key is refused with its line and the nearest that is known.
func readSchedules(file string) ([]schedule.Schedule, error) {
	info, err := os.Stat(file)
	if err != nil {
		return nil, fmt.Errorf("read the schedules: %w", err)
	}
	if info.Size() > maxScheduleFile {
		return nil, misuse("%s: %d bytes: at most %d", file, info.Size(), maxScheduleFile)
	}
	raw, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("read the schedules: %w", err)
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(raw, &doc); err != nil {
		return nil, misuse("%s: %w", file, err)
	}
	if len(doc.Content) != 1 || doc.Content[0].Kind != yaml.MappingNode {
		return nil, misuse("%s: begin with schedules:, and under it the schedules by name", file)
	}
	var out []schedule.Schedule
	top := doc.Content[0]
	for i := 0; i+1 < len(top.Content); i += 2 {
		key, all := top.Content[i], top.Content[i+1]
		if err := knownKey(file, key, []string{"schedules"}); err != nil {
			return nil, err
		}
		if all.Kind != yaml.MappingNode {
			return nil, misuse("%s: line %d: schedules: give them by name", file, all.Line)
		}
		for j := 0; j+1 < len(all.Content); j += 2 {
			s, err := scheduleOf(file, all.Content[j], all.Content[j+1])
			if err != nil {
				return nil, err
			}
			out = append(out, s)
		}
	}
	return out, nil
}

// scheduleKeys are what a schedule in a file may say: all but what is not its author's to say.
func scheduleKeys() []string {
	var keys []string
	for f := range reflect.TypeFor[schedule.Schedule]().Fields() {
		name, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name != "-" && name != "paused" && name != "since" {
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

func scheduleOf(file string, name, body *yaml.Node) (schedule.Schedule, error) {
	var s schedule.Schedule
	if body.Kind != yaml.MappingNode {
		return s, misuse("%s: line %d: schedule %.60q says nothing", file, body.Line, name.Value)
	}
	keys := scheduleKeys()
	for i := 0; i+1 < len(body.Content); i += 2 {
		if err := knownKey(file, body.Content[i], keys); err != nil {
			return s, err
		}
	}
	raw, err := json.Marshal(texts(body))
	if err == nil {
		err = json.Unmarshal(raw, &s)
	}
	s.Name = name.Value
	if err == nil {
		err = s.Check()
	}
	if err != nil {
		return s, misuse("%s: line %d: schedule %.60s: %w", file, name.Line, name.Value, err)
	}
	return s, nil
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
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		p, err := t.place(cmd.Context(), Read, "schedule export")
		if err != nil {
			return err
		}
		defer p.Close()
		all, err := schedule.List(cmd.Context(), p.Engine, time.Now())
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
	}
	return cmd
}
