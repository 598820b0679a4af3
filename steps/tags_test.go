package steps_test

import (
	"slices"
	"strconv"
	"testing"

	"arcadia/steps"
)

func TestTheTagsOfADropletAreNamesThatAPolicyProtects(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		tagsOf := steps.TagsOf(r.cloud)
		all, err := r.cloud.Droplets(t.Context())
		if err != nil || len(all) == 0 {
			t.Fatal(all, err)
		}
		for _, d := range all {
			got, err := tagsOf(t.Context(), "droplet:"+strconv.FormatInt(d.ID, 10))
			if err != nil || len(got) != len(d.Tags) || len(got) > 0 && !slices.Contains(d.Tags, got[0][len("tag:"):]) {
				t.Errorf("droplet %d has %v and is said to have %v (%v)", d.ID, d.Tags, got, err)
			}
		}
		for _, none := range []string{"droplet:999999999", "droplet:x", "dns:example.com/@", ""} {
			if got, err := tagsOf(t.Context(), none); err != nil || len(got) != 0 {
				t.Errorf("%q: %v, %v", none, got, err)
			}
		}
	})
}
