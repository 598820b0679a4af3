package storagetest

import (
	"context"
	"slices"

	"arcadia/engine"
)

// admitDocs refuses changes that expect other versions than there are.
func (m *Memory) admitDocs(changes []engine.DocChange) error {
	for i := range changes {
		if err := changes[i].Admits(m.docs[[2]string{changes[i].Collection, changes[i].Name}].Version); err != nil {
			return err
		}
	}
	return nil
}

// changeDocs makes changes that were admitted.
func (m *Memory) changeDocs(changes []engine.DocChange) {
	for _, c := range changes {
		at := [2]string{c.Collection, c.Name}
		if c.Remove {
			delete(m.docs, at)
			continue
		}
		c.Version = c.IfVersion + 1
		m.docs[at] = c.Doc
	}
}

// Docs implements engine.Store.
func (m *Memory) Docs(ctx context.Context, collection string, names ...string) ([]engine.Doc, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if len(names) == 0 {
		for at := range m.docs {
			if at[0] == collection {
				names = append(names, at[1])
			}
		}
		slices.Sort(names)
	}
	var found []engine.Doc
	for _, n := range names {
		if d, ok := m.docs[[2]string{collection, n}]; ok {
			found = append(found, d)
		}
	}
	return clone(found)
}

// PutDocs implements engine.Store.
func (m *Memory) PutDocs(ctx context.Context, changes ...engine.DocChange) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	if err := engine.DocsFit(changes); err != nil {
		return err
	}
	changes, err := clone(changes)
	if err != nil {
		return err
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	if err := m.admitDocs(changes); err != nil {
		return err
	}
	m.changeDocs(changes)
	m.shared.mark("")
	return nil
}
