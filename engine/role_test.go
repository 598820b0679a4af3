package engine_test

import (
	"errors"
	"reflect"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

// verbs has a row for every method of a Session that changes something: it says how to call it. Viewers are refused all
// of them, operators none for their role but the approval.
var verbs = map[string]func(s *engine.Session, t *testing.T, id engine.ID) error{
	"Start": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		_, err := s.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		return err
	},
	"Create": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		_, err := s.Create(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"echo"}})
		return err
	},
	"Cancel": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Cancel(t.Context(), id, engine.Request{})
	},
	"Rollback": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Rollback(t.Context(), id, engine.Request{})
	},
	"RollbackAll": func(s *engine.Session, t *testing.T, id engine.ID) error {
		_, err := s.RollbackAll(t.Context(), []engine.ID{id}, engine.Request{})
		return err
	},
	"Retry": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Retry(t.Context(), id, engine.Request{})
	},
	"RetryRow": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.RetryRow(t.Context(), id, 0, engine.Request{})
	},
	"Resolve": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Resolve(t.Context(), id, 0, engine.Request{Reason: "because"})
	},
	"Overrule": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Overrule(t.Context(), id, 0, engine.Request{Reason: "because"})
	},
	"Skip": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Skip(t.Context(), id, engine.Request{})
	},
	"Pause": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Pause(t.Context(), id, engine.Request{})
	},
	"Proceed": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Proceed(t.Context(), id, engine.Request{Reason: "because"})
	},
	"Postpone": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Postpone(t.Context(), id, time.Now().Add(time.Hour), engine.Request{Reason: "because"})
	},
	"Approve": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Approve(t.Context(), id, "0123456789ab", engine.Request{})
	},
	"Refuse": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Refuse(t.Context(), id, engine.Request{Reason: "because"})
	},
	"BreakGlass": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.BreakGlass(t.Context(), id, engine.Request{Reason: "because"})
	},
	"ApproveDefinition": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		return s.ApproveDefinition(t.Context(), "schedules/nightly", "0123456789ab", engine.Request{})
	},
	"RefuseDefinition": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		return s.RefuseDefinition(t.Context(), "schedules/nightly", engine.Request{Reason: "because"})
	},
	"Freeze": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		return s.Freeze(t.Context(), engine.Request{Reason: "because"})
	},
	"Thaw": func(s *engine.Session, t *testing.T, _ engine.ID) error {
		return s.Thaw(t.Context(), engine.Request{})
	},
	"Resume": func(s *engine.Session, t *testing.T, id engine.ID) error {
		return s.Resume(t.Context(), id, engine.Request{})
	},
}

func TestEveryVerbHasARowInTheRoleMatrix(t *testing.T) {
	t.Parallel()
	session := reflect.TypeFor[*engine.Session]()
	found := 0
	for m := range session.Methods() {
		for in := range m.Type.Ins() {
			if m.Name == "Plan" || in != reflect.TypeFor[engine.Request]() && in != reflect.TypeFor[engine.Launch]() {
				continue
			}
			found++
			if verbs[m.Name] == nil {
				t.Errorf("verb %s has no row", m.Name)
			}
		}
	}
	if found != len(verbs) {
		t.Errorf("%d verbs, %d rows", found, len(verbs))
	}
}

// permitted reports whether a role permits a method.
func permitted(name string, role engine.Role) bool {
	switch name {
	case "Approve", "ApproveDefinition":
		return role.Has(engine.Approver)
	case "Refuse", "RefuseDefinition":
		return role.Has(engine.Approver) || role.Has(engine.Operator)
	}
	return role.Has(engine.Operator)
}

func TestAViewerChangesNothingAndAnOperatorIsNeverForbidden(t *testing.T) {
	t.Parallel()
	for name, call := range verbs {
		for _, role := range []engine.Role{engine.Viewer, engine.Operator, engine.Approver, "operator,approver", "", "root", "operators"} {
			synctest.Test(t, func(t *testing.T) {
				e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{Steps: []engine.Step{enginetest.Echo()}})
				s := e.As(enginetest.Ops)
				id := enginetest.Launch(t, s, "echo")
				before := enginetest.Rest(t, s, id)
				err := call(e.As(engine.Actor{Name: "guest", Role: role, Key: "SHA256:guest"}), t, id)
				if forbidden := errors.Is(err, engine.ErrForbidden); forbidden == permitted(name, role) {
					t.Errorf("%s as %q: %v", name, role, err)
				}
				if permitted(name, role) {
					return
				}
				counts, err := s.Counts(t.Context())
				if err != nil || counts.Total != 1 {
					t.Errorf("%s as %q: %d sagas (%v)", name, role, counts.Total, err)
				}
				if after := enginetest.Rest(t, s, id); after.Seq != before.Seq {
					t.Errorf("%s as %q moved the ledger from %d to %d", name, role, before.Seq, after.Seq)
				}
			})
		}
	}
}
