package tui

import (
	"context"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/tui/clean"
	"arcadia/tui/say"
)

// inability is why a saga could not be undone, as its ledger says up to an entry.
type inability struct {
	seq   uint64
	texts []string
}

// unableMsg answers askUnable.
type unableMsg map[engine.ID]inability

// maxUnable bounds how many rows are asked for: those that need a person come first.
const maxUnable = 60

// askUnable asks why those among the rows could not be undone of which that is not known yet.
func (s *sagas) askUnable(env *Env) Action {
	var ids []engine.ID
	for i := range min(s.size(), maxUnable) {
		at := s.at(i)
		if known := env.State.Unable[at.ID]; at.Status == engine.Failed && known.seq != at.Seq {
			env.State.Unable[at.ID] = inability{seq: at.Seq, texts: known.texts}
			ids = append(ids, at.ID)
		}
	}
	if len(ids) == 0 {
		return nil
	}
	return Ask{To: s, Read: func(ctx context.Context, b Backend) tea.Msg {
		m := unableMsg{}
		for _, id := range ids {
			if raw, err := b.Saga(ctx, id); err == nil { // else the row says how many steps could not be undone
				m[id] = inability{raw.Seq, say.Unable(clean.Saga(raw))}
			}
		}
		return m
	}}
}

// unable is why a saga could not be undone; nil when that is not known.
func (e *Env) unable(s *engine.Summary) []string { return e.State.Unable[s.ID].texts }
