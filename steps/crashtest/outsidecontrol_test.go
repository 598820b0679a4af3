package crashtest

import (
	"context"
	"testing"

	"arcadia/engine"
)

// byRecord is a store that forgets who came later and what has moved, so that ownership goes by record id and the order of
// undos is nobody's affair, as it was before there was an order.
type byRecord struct{ engine.Store }

func (byRecord) Later(context.Context, engine.ID, int, ...string) ([]engine.ID, error) {
	return nil, nil
}

func (byRecord) Moves(context.Context, ...string) (map[string]string, error) { return nil, nil }

// unordered forgets only who came later, and unmoved only what has moved: neither rule does without the other.
type (
	unordered struct{ engine.Store }
	unmoved   struct{ engine.Store }
)

func (unordered) Later(context.Context, engine.ID, int, ...string) ([]engine.ID, error) {
	return nil, nil
}

func (unmoved) Moves(context.Context, ...string) (map[string]string, error) { return nil, nil }

func TestUndosWithoutAnOrderAreFoundWrong(t *testing.T) {
	t.Parallel()
	for name, wrap := range map[string]func(engine.Store) engine.Store{
		"neither order nor moves": func(s engine.Store) engine.Store { return byRecord{s} },
		"no order":                func(s engine.Store) engine.Store { return unordered{s} },
		"no moves":                func(s engine.Store) engine.Store { return unmoved{s} },
	} {
		t.Run(name, func(t *testing.T) {
			found := outsideRun(t, 1, 100, false, wrap, false)
			if found == 0 {
				t.Error("found right in 100 histories: the test proves nothing")
			}
			t.Logf("figure | control: undos with %s | 100 histories | found wrong in %d", name, found)
		})
	}
}
