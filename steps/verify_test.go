package steps_test

import (
	"bytes"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

func TestARollbackIsLookedAtAgain(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, sc := range scenarios() {
			r := sc.rig(t)
			r.sim.Inject(dosim.Fault{Kind: dosim.FaultGhost, Times: 4})
			s := r.run(engine.RolledBack, sc.list(true), sc.in(r)...)
			if s.Verified.IsZero() != sc.quiet || len(s.Left) != 0 {
				t.Errorf("%s: looked at %v, left %v", sc.name, s.Verified, s.Left)
			}
			if sc.quiet || slices.Contains([]string{"update", "replace a set", "delete all", "delete ours", "restore what was changed"}, sc.name) {
				r.stop()
				continue // nothing was created
			}
			if last := r.sim.Requests()[len(r.sim.Requests())-1]; last.Method != http.MethodGet {
				t.Errorf("%s: the last request is %s %s", sc.name, last.Method, last.Path)
			}
			r.stop()
		}
	})
}

// liar answers every deletion with 204 and deletes nothing.
type liar struct{ next http.RoundTripper }

func (l liar) RoundTrip(req *http.Request) (*http.Response, error) {
	if req.Method != http.MethodDelete {
		return l.next.RoundTrip(req)
	}
	return &http.Response{StatusCode: http.StatusNoContent, Header: http.Header{}, Body: io.NopCloser(&bytes.Buffer{}), Request: req}, nil
}

func TestADeletionThatDeletedNothingIsNotCalledRolledBack(t *testing.T) {
	bubble(t, func(t *testing.T) {
		for _, sc := range scenarios() {
			if !slices.Contains([]string{"create", "add to a set", "snapshot"}, sc.name) {
				continue
			}
			r := newRig(t)
			r.stop()
			r.cloud = connect(t, liar{r.sim})
			r.start()
			s := r.run(engine.Failed, sc.list(true), sc.in(r)...)
			if len(s.Left) == 0 || !strings.Contains(s.Rows[0].Compensation.Error, s.Left[0]) {
				t.Errorf("%s: %s", sc.name, dump(s))
			}
			r.stop()
		}
	})
}

func TestWhatSomebodyChangedAfterTheRollbackIsNotOurs(t *testing.T) {
	bubble(t, func(t *testing.T) {
		r := newRig(t)
		// Between the compensation's write and the look, somebody writes the record.
		r.sim.Inject(dosim.Fault{
			Method: http.MethodGet, Path: "/v2/domains/*/records", Skip: 1, Count: 1, Kind: dosim.FaultRecordChanges,
			Change: &dosim.Record{Type: "TXT", Name: "_new", Data: "theirs", TTL: 60},
		})
		s := r.run(engine.RolledBack, "upsert_dns_record,fail", record("TXT", "_new", "ours")...)
		if len(s.Left) != 0 || len(r.here("TXT", "_new")) != 1 {
			t.Errorf("left %v, %v", s.Left, r.here("TXT", "_new"))
		}
	})
}
