package dosim_test

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

// faultTests has a test for every kind of fault there is; TestEveryFaultKindHasATest
// sees to that.
var faultTests = map[dosim.FaultKind]func(*testing.T){
	dosim.FaultLatency:        latencyWaits,
	dosim.FaultBurst:          refuses(dosim.Fault{RetryAfter: 1500 * time.Millisecond}, 429, "Too many requests", "2"),
	dosim.FaultHourly:         refuses(dosim.Fault{}, 429, "API Rate limit exceeded.", ""),
	dosim.FaultServerError:    refuses(dosim.Fault{}, 500, "Unexpected server-side error", ""),
	dosim.FaultBadGateway:     refuses(dosim.Fault{}, 502, "<!DOCTYPE html>", ""),
	dosim.FaultUnavailable:    refuses(dosim.Fault{RetryAfter: 3 * time.Second}, 503, "Service is currently unavailable.", "3"),
	dosim.FaultGatewayTimeout: refuses(dosim.Fault{}, 504, "<!DOCTYPE html>", ""),
	dosim.FaultStatus:         refuses(dosim.Fault{Status: 409, Text: "conflict of interests"}, 409, "conflict of interests", ""),
	dosim.FaultResetBefore:    resetBefore,
	dosim.FaultTokenRevoked:   tokenRevoked,
	dosim.FaultScopeMissing:   scopeMissing,

	dosim.FaultResetAfter:    resetAfter,
	dosim.FaultHangAfter:     hangAfter,
	dosim.FaultTruncatedBody: spoils(dosim.Fault{}, truncated),
	dosim.FaultGarbageBody:   spoils(dosim.Fault{}, garbage),
	dosim.FaultEmptyBody:     spoils(dosim.Fault{}, empty),
	dosim.FaultHugeBody:      spoils(dosim.Fault{Times: 3}, huge),
	dosim.FaultResetInPast:   resetInPast,

	dosim.FaultActionErrors:     actionErrors,
	dosim.FaultActionNeverEnds:  actionNeverEnds,
	dosim.FaultSnapshotLate:     snapshotLate,
	dosim.FaultSnapshotSmall:    snapshotSmall,
	dosim.FaultGhost:            ghosts,
	dosim.FaultBackupDeleteNoOp: backupStays,
	dosim.FaultPendingEvent:     pendingEvent,
	dosim.FaultRecordChanges:    recordChanges,
	dosim.FaultStrictPatch:      strictPatch,
	dosim.FaultLenientPut:       lenientPut,
	dosim.FaultDropletLate:      dropletLate,
	dosim.FaultAbsoluteHref:     absoluteHref,
	dosim.FaultTagShape:         tagShape,
	dosim.FaultDropletLocked:    dropletLocked,
	dosim.FaultShutdownIgnored:  shutdownIgnored,
	dosim.FaultStatusLate:       statusLate,
	dosim.FaultSizeUnavailable:  sizeUnavailable,
	dosim.FaultStoresOtherwise:  storesOtherwise,
}

func TestEveryFaultKindHasATest(t *testing.T) {
	t.Parallel()
	for _, kind := range dosim.FaultKinds() {
		run := faultTests[kind]
		if run == nil {
			t.Errorf("fault %s has no test", kind)
			continue
		}
		t.Run(string(kind), func(t *testing.T) {
			t.Parallel()
			run(t)
		})
	}
	if len(faultTests) != len(dosim.FaultKinds()) {
		t.Errorf("%d tests for %d kinds", len(faultTests), len(dosim.FaultKinds()))
	}
}

const recordsOf = "/v2/domains/*/records"

// newRecord is a write to try under a fault.
func newRecord(c *godo.Client) error {
	_, _, err := c.Domains.CreateRecord(context.Background(), "example.com", &godo.DomainRecordEditRequest{
		Type: "A", Name: "new", Data: "192.0.2.7",
	})
	return err
}

// zoneSize is how many records a new zone has before any test adds to it.
const zoneSize = 4

// refuses tests a fault that answers an error before the request is applied.
func refuses(f dosim.Fault, status int, message, retryAfter string) func(*testing.T) {
	return func(t *testing.T) {
		kind := kindOf(t)
		f.Kind, f.Method, f.Path, f.Skip, f.Count = kind, "POST", recordsOf, 1, 1
		bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
			s := emptyZone(t)
			c := connect(t, s)
			s.Inject(f)
			if err := newRecord(c); err != nil {
				t.Fatalf("the skipped request: %v", err)
			}
			err := newRecord(c)
			var answered *godo.ErrorResponse
			if !errors.As(err, &answered) || answered.Response.StatusCode != status || !strings.Contains(answered.Message, message) {
				t.Fatalf("answered %v, want %d %s", err, status, message)
			}
			if got := answered.Response.Header.Get("retry-after"); got != retryAfter {
				t.Errorf("retry-after %q, want %q", got, retryAfter)
			}
			if n := len(s.Zone("example.com")); n != zoneSize+1 || s.Writes() != 1 {
				t.Errorf("%d records after %d writes", n, s.Writes())
			}
			if log := s.Requests(); log[1].Fault != kind || log[1].Status != status || log[1].Applied {
				t.Errorf("logged %+v", log[1])
			}
			if err := newRecord(c); err != nil {
				t.Errorf("after the count: %v", err)
			}
		})
	}
}

// kindOf is the fault the running subtest is named for.
func kindOf(t *testing.T) dosim.FaultKind {
	t.Helper()
	return dosim.FaultKind(t.Name()[strings.LastIndex(t.Name(), "/")+1:])
}

func latencyWaits(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := emptyZone(t, dosim.WithLatency(time.Second))
		c := inProcess(t, s)
		s.Inject(dosim.Fault{Kind: dosim.FaultLatency, Method: "POST", Delay: 5 * time.Second})
		begun := time.Now()
		if err := newRecord(c); err != nil || time.Since(begun) != 6*time.Second {
			t.Errorf("took %s, %v", time.Since(begun), err)
		}
		ctx, cancel := context.WithTimeout(context.Background(), 2*time.Second)
		defer cancel()
		_, _, err := c.Domains.Create(ctx, &godo.DomainCreateRequest{Name: "late.example.com"})
		if !errors.Is(err, context.DeadlineExceeded) || len(s.Domains()) != 1 {
			t.Errorf("cut short: %v, zones %q", err, s.Domains())
		}
	})
}

func resetBefore(t *testing.T) {
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		s := emptyZone(t)
		c := connect(t, s)
		s.Inject(dosim.Fault{Kind: dosim.FaultResetBefore, Method: "POST", Path: recordsOf, Count: 1})
		if err := newRecord(c); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v, want a reset", err)
		}
		if n := len(s.Zone("example.com")); n != zoneSize || s.Writes() != 0 {
			t.Errorf("%d records after %d writes", n, s.Writes())
		}
		if err := newRecord(c); err != nil {
			t.Error(err)
		}
	})
}

func resetAfter(t *testing.T) {
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		s := emptyZone(t)
		c := connect(t, s)
		s.Inject(dosim.Fault{Kind: dosim.FaultResetAfter, Method: "POST", Path: recordsOf, Count: 1})
		if err := newRecord(c); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("%v, want a reset", err)
		}
		zone := s.Zone("example.com")
		if len(zone) != zoneSize+1 || s.Writes() != 1 {
			t.Fatalf("%d records after %d writes", len(zone), s.Writes())
		}
		log := s.Requests()
		if last := log[len(log)-1]; last.Status != 201 || !last.Applied || len(last.Created) != 1 || last.Created[0] != zone[zoneSize].ID {
			t.Errorf("logged %+v", last)
		}
	})
}

func hangAfter(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := emptyZone(t)
		hc := &http.Client{Transport: signed{token, s}, Timeout: 30 * time.Second}
		c, err := godo.New(hc)
		if err != nil {
			t.Fatal(err)
		}
		defer s.Inject(dosim.Fault{Kind: dosim.FaultHangAfter, Method: "POST", Count: 1})()
		begun := time.Now()
		if err := newRecord(c); !errors.Is(err, context.DeadlineExceeded) || time.Since(begun) != 30*time.Second {
			t.Errorf("after %s: %v", time.Since(begun), err)
		}
		if n := len(s.Zone("example.com")); n != zoneSize+1 {
			t.Errorf("%d records", n)
		}
		s.Inject(dosim.Fault{Kind: dosim.FaultHangAfter, Method: "POST", Count: 1, Delay: time.Second})
		if err := newRecord(c); !errors.Is(err, syscall.ECONNRESET) {
			t.Errorf("hung with an end: %v", err)
		}
	})
	// Through a socket the server has to notice that the client has gone.
	s := emptyZone(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultHangAfter})
	var left atomic.Int64
	srv := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer left.Add(1)
		s.ServeHTTP(w, r)
	}))
	ctx, cancel := context.WithTimeout(context.Background(), 250*time.Millisecond)
	defer cancel()
	c := client(t, srv.Client().Transport, srv.URL+"/")
	if _, _, err := c.Account.Get(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("through a socket: %v", err)
	}
	srv.Close() // returns once every request has ended
	if left.Load() != 1 {
		t.Errorf("%d requests ended", left.Load())
	}
}

func tokenRevoked(t *testing.T) {
	s := emptyZone(t)
	c := inProcess(t, s)
	remove := s.Inject(dosim.Fault{Kind: dosim.FaultTokenRevoked, Method: "POST", Path: recordsOf, Skip: 1})
	ctx := context.Background()
	if err := newRecord(c); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Domains.Get(ctx, "example.com"); err != nil {
		t.Fatalf("before: %v", err)
	}
	if err := newRecord(c); statusOf(err) != http.StatusUnauthorized {
		t.Fatalf("revoked: %v", err)
	}
	if _, _, err := c.Domains.Get(ctx, "example.com"); statusOf(err) != http.StatusUnauthorized {
		t.Errorf("from then on: %v", err)
	}
	sendAs(t, s, "another", "GET", "/v2/domains", "").want(200, nil)
	remove()
	remove()
	if _, _, err := c.Domains.Get(ctx, "example.com"); err != nil {
		t.Errorf("removed: %v", err)
	}
}

func scopeMissing(t *testing.T) {
	s := dosim.New()
	droplet := strconv.FormatInt(s.Droplets()[0].ID, 10)
	defer s.Inject(dosim.Fault{Kind: dosim.FaultScopeMissing, Scope: "image:create", Count: 1})()
	actions := "/v2/droplets/" + droplet + "/actions"
	send(t, s, "GET", "/v2/images", "").want(200, nil)
	send(t, s, "POST", actions, `{"type":"snapshot","name":"n"}`).
		refused(403, "Forbidden", "You are not authorized to perform this operation")
	send(t, s, "POST", actions, `{"type":"snapshot","name":"n"}`).want(201, nil)
	s.Inject(dosim.Fault{Kind: dosim.FaultScopeMissing, Path: "/v2/snapshots", Count: 1})
	send(t, s, "GET", "/v2/snapshots", "").want(403, nil)
	send(t, s, "GET", "/v2/snapshots", "").want(200, nil)
}

// spoils tests a fault that spoils the body of an answer, through a socket and in process.
func spoils(f dosim.Fault, check func(t *testing.T, whole, got []byte, err error)) func(*testing.T) {
	return func(t *testing.T) {
		f.Kind, f.Method, f.Path, f.Count = kindOf(t), "POST", recordsOf, 1
		for name, socket := range map[string]bool{"socket": true, "in process": false} {
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := emptyZone(t)
				var next http.RoundTripper = s
				base := "https://sim.example"
				if socket {
					srv := httptest.NewServer(s)
					defer srv.Close()
					next, base = srv.Client().Transport, srv.URL
				}
				s.Inject(f)
				hc := &http.Client{Transport: signed{token, next}}
				req, err := http.NewRequestWithContext(context.Background(), http.MethodPost, base+"/v2/domains/example.com/records",
					strings.NewReader(`{"type":"A","name":"new","data":"192.0.2.7"}`))
				if err != nil {
					t.Fatal(err)
				}
				resp, err := hc.Do(req)
				if err != nil {
					t.Fatal(err)
				}
				defer resp.Body.Close()
				got, err := io.ReadAll(resp.Body)
				if resp.StatusCode != http.StatusCreated || len(s.Zone("example.com")) != zoneSize+1 {
					t.Errorf("status %d, %d records", resp.StatusCode, len(s.Zone("example.com")))
				}
				made := s.Zone("example.com")[zoneSize]
				whole := send(t, s, "GET", at(made.ID), "").body
				check(t, whole, got, err)
			})
		}
	}
}

func truncated(t *testing.T, whole, got []byte, err error) {
	if !errors.Is(err, io.ErrUnexpectedEOF) || string(got) != string(whole[:len(whole)/2]) {
		t.Errorf("read %q, %v", got, err)
	}
}

func garbage(t *testing.T, _, got []byte, err error) {
	if err != nil || len(got) == 0 || json.Valid(got) {
		t.Errorf("read %q, %v", got, err)
	}
}

func empty(t *testing.T, _, got []byte, err error) {
	if err != nil || len(got) != 0 {
		t.Errorf("read %q, %v", got, err)
	}
}

func huge(t *testing.T, whole, got []byte, err error) {
	if err != nil || len(got) != 3<<20+len(whole) || string(got[3<<20:]) != string(whole) || !json.Valid(got) {
		t.Errorf("read %d bytes, %v", len(got), err)
	}
}

func resetInPast(t *testing.T) {
	s := emptyZone(t)
	s.Inject(dosim.Fault{Kind: dosim.FaultResetInPast})
	_, resp, err := inProcess(t, s).Account.Get(context.Background())
	if err != nil || !resp.Reset.Before(time.Now()) || resp.Limit != 5000 {
		t.Errorf("rate %+v, %v", resp.Rate, err)
	}
}
