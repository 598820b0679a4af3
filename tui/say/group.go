package say

import (
	"cmp"
	"slices"

	"arcadia/engine"
)

// groups are what kinds are grouped by where one is chosen: the sort of thing that they act on, in this order. What acts on nothing in
// particular is for practice, or a list of one's own.
var groups = []struct {
	name  string
	types []string
}{
	{"Droplets", []string{"droplet", "droplet_tombstone", "new_droplet"}},
	{"Snapshots", []string{"snapshot", "volume", "volume_copy"}},
	{"DNS", []string{"dns_record"}},
	{"Network", []string{"address", "firewall"}},
	{"Tracking", []string{"resource"}},
	{"Practice", []string{""}},
}

// GroupOf is the name of a kind's group.
func GroupOf(k *engine.Kind) string {
	i := groupOf(k)
	if i == len(groups) {
		return "Others"
	}
	return groups[i].name
}

func groupOf(k *engine.Kind) int {
	for i, g := range groups {
		if slices.Contains(g.types, k.On.Type) {
			return i
		}
	}
	return len(groups)
}

// Grouped is kinds by their groups, in each the most used first.
func Grouped(all []engine.Kind, used map[string]int) []engine.Kind {
	out := slices.Clone(all)
	slices.SortStableFunc(out, func(a, b engine.Kind) int {
		return cmp.Or(cmp.Compare(groupOf(&a), groupOf(&b)), cmp.Compare(used[b.Name], used[a.Name]))
	})
	return out
}
