package engine_test

import (
	"context"
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

const nightly = "schedules/nightly"

// define makes or changes the document behind a definition, as whoever a session is for.
func define(t *testing.T, s *engine.Session, text string, d *engine.Demand) *engine.Under {
	t.Helper()
	docs, err := s.Docs(t.Context(), "schedules", "nightly")
	if err != nil {
		t.Fatal(err)
	}
	c := engine.DocChange{Doc: engine.Doc{Collection: "schedules", Name: "nightly", Body: json.RawMessage(`{}`)}, Defining: &engine.Defining{Hash: engine.HashOf([]byte(text)), Demand: d}}
	if len(docs) > 0 {
		c.IfVersion = docs[0].Version
	}
	if err := s.PutDocs(t.Context(), c); err != nil {
		t.Fatal(err)
	}
	return &engine.Under{Of: nightly, Hash: c.Defining.Hash}
}

func defined(t *testing.T, s *engine.Session) *engine.Approval {
	t.Helper()
	docs, err := s.Docs(t.Context(), engine.Definitions, nightly)
	if err != nil || len(docs) != 1 {
		t.Fatalf("%d documents: %v", len(docs), err)
	}
	a, err := engine.ReadDefinition(docs[0], time.Now())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// fires launches by a definition, and says why that was refused.
func fires(t *testing.T, s *engine.Session, u *engine.Under) (engine.ID, string) {
	t.Helper()
	sg, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}, Under: u})
	switch {
	case err == nil:
		return sg.ID, ""
	case !errors.Is(err, engine.ErrRefused):
		t.Fatal(err)
	}
	return "", err.Error()
}

func TestWhatADefinitionLaunchesRunsWithoutAskingOnceItIsApproved(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3")
		d := demand(2)
		e, _ := governed(t, storagetest.NewMemory(), p, d)
		ops1, own := e.As(person("ops1")), e.As(engine.Actor{Name: "schedule nightly", Role: engine.Operator})
		under := define(t, ops1, "at two", &d)
		if _, why := fires(t, own, under); !strings.Contains(why, "has 0 of 2 approvals that count") {
			t.Fatalf("before anybody has approved: %s", why)
		}
		if c, err := e.Counts(t.Context()); err != nil || c.Total != 0 {
			t.Fatalf("%d sagas (%v)", c.Total, err)
		}
		for _, who := range []string{"ops2", "ops3"} {
			if err := e.As(person(who)).ApproveDefinition(t.Context(), nightly, under.Hash.Short(), engine.Request{Reason: "read it"}); err != nil {
				t.Fatal(err)
			}
		}
		if a := defined(t, ops1); a.Granted.IsZero() || a.Counted() != 2 || a.Votes[0].Why != "read it" {
			t.Fatalf("%+v", a)
		}
		for range 3 {
			id, why := fires(t, own, under)
			if why != "" {
				t.Fatal(why)
			}
			if sg := enginetest.Rest(t, ops1, id); sg.Status != engine.Completed || sg.Approval != nil {
				t.Fatalf("%s, %+v", sg.Status, sg.Approval)
			}
			entries, err := e.Entries(t.Context(), id, 0)
			if agreed := entries[0].Created.Agreed; err != nil || agreed == nil || agreed.Of != nightly || len(agreed.Votes) != 2 || agreed.Votes[1].Key != "SHA256:ops3" {
				t.Fatalf("the ledger keeps %+v (%v)", agreed, err)
			}
		}
		viewer := person("eve")
		viewer.Role = engine.Viewer
		if a := defined(t, e.As(viewer)); a.By.Key != "" || a.Votes[0].Key != "" || a.Votes[0].Name != "ops2" {
			t.Errorf("a viewer reads %+v", a)
		}
		page, err := e.As(viewer).List(t.Context(), engine.Query{Limit: 1})
		if err != nil {
			t.Fatal(err)
		}
		entries, err := e.As(viewer).Entries(t.Context(), page.Items[0].ID, 0)
		if err != nil || entries[0].Created.Agreed.Votes[0].Key != "" {
			t.Errorf("a viewer reads %+v (%v)", entries[0].Created.Agreed, err)
		}
		// A person's own launch of the same is asked about by itself.
		id := enginetest.Launch(t, ops1, "change")
		standing(t, e, id, engine.Pending, "unapproved 0 of 2;")
	})
}

// TestAnApprovalOfADefinitionCountsNoLongerThanWhatItWasGivenFor goes through what ends one.
func TestAnApprovalOfADefinitionCountsNoLongerThanWhatItWasGivenFor(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		for what, c := range map[string]struct {
			then func(p *people, e *engine.Engine) *engine.Under
			want string // why it does not fire any more; empty: it does
		}{
			"nothing":    {func(*people, *engine.Engine) *engine.Under { return nil }, ""},
			"89 days":    {func(*people, *engine.Engine) *engine.Under { time.Sleep(89 * 24 * time.Hour); return nil }, ""},
			"90 days":    {func(*people, *engine.Engine) *engine.Under { time.Sleep(90 * 24 * time.Hour); return nil }, "has 0 of 1 approvals that count"},
			"key is out": {func(p *people, _ *engine.Engine) *engine.Under { p.leaves("ops2"); return nil }, "has 0 of 1 approvals that count"},
			"the same again": {func(_ *people, e *engine.Engine) *engine.Under {
				return define(t, e.As(person("ops3")), "at two", nil)
			}, ""},
			"changed": {func(_ *people, e *engine.Engine) *engine.Under {
				return define(t, e.As(person("ops1")), "at three", nil)
			}, "has 0 of 1 approvals that count"},
			"changed in secret": {func(*people, *engine.Engine) *engine.Under {
				return &engine.Under{Of: nightly, Hash: engine.HashOf([]byte("at three"))}
			}, "nobody has approved it as it is now"},
			"of another": {func(*people, *engine.Engine) *engine.Under {
				return &engine.Under{Of: "schedules/other", Hash: engine.HashOf([]byte("at two"))}
			}, "nobody has approved it as it is now"},
			"refused": {func(_ *people, e *engine.Engine) *engine.Under {
				if err := e.As(person("ops3")).RefuseDefinition(t.Context(), nightly, engine.Request{Reason: "not in December"}); err != nil {
					t.Error(err)
				}
				return nil
			}, "was refused by ops3: not in December"},
		} {
			p := team("ops1", "ops2", "ops3")
			d := demand(1)
			e, stop := governed(t, storagetest.NewMemory(), p, d)
			under := define(t, e.As(person("ops1")), "at two", &d)
			if err := e.As(person("ops2")).ApproveDefinition(t.Context(), nightly, under.Hash.Short(), engine.Request{}); err != nil {
				t.Fatal(err)
			}
			if other := c.then(p, e); other != nil {
				under = other
			}
			_, why := fires(t, e.As(engine.Actor{Name: "schedule nightly", Role: engine.Operator}), under)
			if (c.want == "") != (why == "") || !strings.Contains(why, c.want) {
				t.Errorf("%s: %q, want %q", what, why, c.want)
			}
			if err := stop(); err != nil {
				t.Error(err)
			}
		}
	})
}

func TestWhoDoesNotCountForADefinitionIsToldWhy(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3")
		d := demand(2, "ops1", "ops2", "ops3", "ops5")
		e, _ := governed(t, storagetest.NewMemory(), p, d)
		under := define(t, e.As(person("ops1")), "at two", &d)
		vote := func(who engine.Actor) error {
			return e.As(who).ApproveDefinition(t.Context(), nightly, under.Hash.Short(), engine.Request{})
		}
		if err := vote(person("ops2")); err != nil {
			t.Fatal(err)
		}
		local, viewer, twin := person("ops3"), person("ops3"), person("ops3")
		local.Key, viewer.Role, twin.Key = "", engine.Viewer, "SHA256:ops2"
		for what, c := range map[string]struct {
			who  engine.Actor
			want string
		}{
			"own": {person("ops1"), "ops1 has launched it"}, "twice": {person("ops2"), "ops2 has approved it already"}, "one key": {twin, "this very key has approved it already"},
			"viewer": {viewer, "a viewer can only read"}, "local": {local, "no key of its own"}, "not asked": {person("ops4"), "only ops1, ops2"}, "removed": {person("ops5"), "not in the operators file any more"},
		} {
			if err := vote(c.who); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("%s: %v, want %q", what, err, c.want)
			}
		}
		ops3 := e.As(person("ops3"))
		if err := ops3.ApproveDefinition(t.Context(), nightly, "0123456789ab", engine.Request{}); !errors.Is(err, engine.ErrRefused) || !strings.Contains(err.Error(), "and not 0123456789ab") {
			t.Errorf("another hash: %v", err)
		}
		if err := ops3.RefuseDefinition(t.Context(), nightly, engine.Request{}); !errors.Is(err, engine.ErrInput) {
			t.Errorf("without a reason: %v", err)
		}
		if err := ops3.ApproveDefinition(t.Context(), "schedules/none", under.Hash.Short(), engine.Request{}); !errors.Is(err, engine.ErrNotFound) {
			t.Errorf("of nothing: %v", err)
		}
		forged := engine.DocChange{Doc: engine.Doc{Collection: engine.Definitions, Name: nightly, Body: json.RawMessage(`{}`)}, IfVersion: 2}
		if err := e.As(person("ops1")).PutDocs(t.Context(), forged); !errors.Is(err, engine.ErrRefused) {
			t.Errorf("written past the engine: %v", err)
		}
		gone := engine.DocChange{Doc: engine.Doc{Collection: "schedules", Name: "nightly"}, IfVersion: 1, Remove: true, Defining: &engine.Defining{}}
		if err := e.As(person("ops1")).PutDocs(t.Context(), gone); err != nil {
			t.Fatal(err)
		}
		if docs, err := e.Docs(t.Context(), engine.Definitions); err != nil || len(docs) != 0 {
			t.Errorf("%d are left of a definition that was removed (%v)", len(docs), err)
		}
	})
}

func TestWhatHappensToADefinitionIsToldInItsTransaction(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		p := team("ops1", "ops2", "ops3")
		var told []engine.EntryType
		e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Approvers: p.list,
			TellOf: func(_ context.Context, _ string, _ engine.Approval, what engine.EntryType) ([]engine.DocChange, error) {
				told = append(told, what)
				return nil, nil
			},
		})
		d := demand(2)
		under := define(t, e.As(person("ops1")), "at two", &d)
		for _, who := range []string{"ops2", "ops3"} {
			if err := e.As(person(who)).ApproveDefinition(t.Context(), nightly, under.Hash.Short(), engine.Request{}); err != nil {
				t.Fatal(err)
			}
		}
		if err := e.As(person("ops3")).RefuseDefinition(t.Context(), nightly, engine.Request{Reason: "no"}); err != nil {
			t.Fatal(err)
		}
		want := []engine.EntryType{engine.EntryApprovalRequested, engine.EntryApprovalGranted, engine.EntryApprovalRefused}
		if len(told) != len(want) || told[0] != want[0] || told[1] != want[1] || told[2] != want[2] {
			t.Errorf("told %v, want %v", told, want)
		}
	})
}
