package engine_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func TestDocumentsChangeWithALaunchOrNotAtAll(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		s, _ := enginetest.Host(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
		change := func(version uint64, body string) engine.DocChange {
			return engine.DocChange{IfVersion: version, Doc: engine.Doc{Collection: "schedules", Name: "nightly", Body: json.RawMessage(body)}}
		}
		l := engine.Launch{Kind: "adhoc", Steps: []string{"echo"}, Key: "run-1", Docs: []engine.DocChange{change(0, `1`)}}
		first, err := s.Start(t.Context(), l)
		if err != nil {
			t.Fatal(err)
		}
		again, err := s.Start(t.Context(), l)
		if err != nil || again.ID != first.ID {
			t.Errorf("the same launch under its key: %v", err)
		}
		l.Key = "run-2"
		if _, err := s.Start(t.Context(), l); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("a launch whose document has changed: %v", err)
		}
		docs, err := s.Docs(t.Context(), "schedules")
		if err != nil || len(docs) != 1 || docs[0].Version != 1 || docs[0].By.Name != enginetest.Ops.Name || docs[0].UpdatedAt.IsZero() {
			t.Errorf("documents: %+v, %v", docs, err)
		}
		if c, err := s.Counts(t.Context()); err != nil || c.Total != 1 {
			t.Errorf("sagas: %+v, %v", c, err)
		}
		if err := s.PutDocs(t.Context(), change(1, `2`)); err != nil {
			t.Error(err)
		}
		for name, bad := range map[string]engine.DocChange{"too large": change(2, `"`+strings.Repeat("x", engine.MaxDoc)+`"`), "no JSON": change(2, `{`)} {
			if err := s.PutDocs(t.Context(), bad); !errors.Is(err, engine.ErrInput) {
				t.Errorf("%s: %v, want bad input", name, err)
			}
		}
		if err := s.PutDocs(t.Context(), change(1, `3`)); !errors.Is(err, engine.ErrConflict) {
			t.Errorf("another version: %v", err)
		}
		if s.Err() != nil {
			t.Errorf("the engine has stopped: %v", s.Err())
		}
		enginetest.Rest(t, s, first.ID)
	})
}

func TestAViewerChangesNoDocuments(t *testing.T) {
	t.Parallel()
	e, err := engine.New(storagetest.NewMemory(), engine.Config{})
	if err != nil {
		t.Fatal(err)
	}
	err = e.As(engine.Actor{Name: "eve", Role: engine.Viewer}).PutDocs(t.Context(), engine.DocChange{})
	if !errors.Is(err, engine.ErrForbidden) {
		t.Errorf("a viewer: %v", err)
	}
}
