package engine_test

import (
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func TestEverySessionReadsWhatItMayApproveAndViewersReadNoKeys(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2")
		e, _ := governed(t, storagetest.NewMemory(), p, demand(2))
		id := enginetest.Launch(t, e.As(person("ops1")), "change")
		if err := approve(t, e, person("ops2"), id); err != nil {
			t.Fatal(err)
		}
		viewer, local := person("eve"), person("root")
		viewer.Role, local.Key = engine.Viewer, ""
		for _, c := range []struct {
			who   engine.Actor
			yours bool
			keys  bool
		}{{person("ops1"), false, true}, {person("ops2"), false, true}, {person("ops3"), true, true}, {viewer, false, false}, {local, false, true}} {
			s := e.As(c.who)
			whole, err := s.Saga(t.Context(), id)
			heads, err2 := s.Summaries(t.Context(), id)
			page, err3 := s.List(t.Context(), engine.Query{Limit: 10})
			if err != nil || err2 != nil || err3 != nil {
				t.Fatal(err, err2, err3)
			}
			for _, a := range []*engine.Approval{whole.Approval, heads[0].Approval, page.Items[0].Approval} {
				if keys := a.By.Key != "" && a.Votes[0].Key != ""; a.Yours != c.yours || keys != c.keys {
					t.Errorf("%s: yours %v, keys %v, want %v, %v", c.who.Name, a.Yours, keys, c.yours, c.keys)
				}
			}
		}
	})
}
