package schedule

import (
	"context"
	"fmt"
	"maps"
	"slices"
	"strings"

	"arcadia/engine"
)

// Thing is one of the things that a schedule launches a saga for.
type Thing struct {
	Name   string        // "droplet:482913"
	Inputs engine.Inputs // of its launch
}

// Each lists the things that a schedule's for_each names now: those of the type that its kind acts on. An error that is an
// ErrInput says that there can be none.
func Each(ctx context.Context, s *Schedule, kinds []engine.Kind, things Things) ([]Thing, error) {
	tag := strings.TrimPrefix(s.ForEach, "tag:")
	at := slices.IndexFunc(kinds, func(k engine.Kind) bool { return k.Name == s.Kind })
	if at < 0 || kinds[at].On.Type == "" {
		return nil, fmt.Errorf("%w: for_each: kind %.60s acts on no thing that could carry a tag", engine.ErrInput, s.Kind)
	}
	on := kinds[at].On
	if things == nil {
		return nil, fmt.Errorf("%w: for_each: there is no access to an account", engine.ErrInput)
	}
	found, err := things(ctx, on.Type, tag)
	if err != nil {
		return nil, fmt.Errorf("list what carries the tag %s: %w", tag, err)
	}
	var out []Thing
	for _, says := range found {
		in := engine.Inputs{}
		maps.Copy(in, on.Of(says))
		maps.Copy(in, s.Inputs) // what was given counts
		out = append(out, Thing{Name: on.Type + ":" + says["id"], Inputs: in})
	}
	return out, nil
}
