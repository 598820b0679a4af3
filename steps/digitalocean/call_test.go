package digitalocean_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"
	"unicode"
	"unicode/utf8"

	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
)

func TestEveryCallWorksOverASocketAndInTheProcess(t *testing.T) {
	t.Parallel()
	for _, socket := range []bool{false, true} {
		for i := range calls(0, 0, 0, 0) {
			sim, list := world(t)
			c := client(t, sim)
			if socket {
				srv := httptest.NewServer(sim)
				t.Cleanup(srv.Close)
				c = client(t, nil, func(cfg *digitalocean.Config) { cfg.APIURL = srv.URL })
				t.Cleanup(c.Close)
			}
			if err := list[i].do(t.Context(), c); err != nil {
				t.Errorf("%s, socket %v: %v", list[i].name, socket, err)
			}
			if n := len(sim.Requests()); n != 1 {
				t.Errorf("%s, socket %v: %d requests", list[i].name, socket, n)
			}
		}
	}
}

// wireFaults are the ways in which an answer can be lost or bad.
var wireFaults = []dosim.FaultKind{
	dosim.FaultServerError, dosim.FaultBadGateway, dosim.FaultUnavailable, dosim.FaultGatewayTimeout, dosim.FaultResetBefore,
	dosim.FaultResetAfter, dosim.FaultHangAfter, dosim.FaultTruncatedBody, dosim.FaultGarbageBody, dosim.FaultEmptyBody, dosim.FaultHugeBody,
	dosim.FaultBurst, dosim.FaultHourly,
}

func TestReadsAreRepeatedAndWritesNeverAre(t *testing.T) {
	t.Parallel()
	for _, kind := range wireFaults {
		for i := range calls(0, 0, 0, 0) {
			synctest.Test(t, func(t *testing.T) {
				sim, list := world(t)
				c, call := client(t, sim), list[i]
				sim.Inject(dosim.Fault{Kind: kind, Count: 2, Times: 3})
				err := call.do(t.Context(), c)
				switch n := len(sim.Requests()); {
				case !call.write && err != nil:
					t.Errorf("%s under two of %s: %v", call.name, kind, err)
				case call.write && n != 1:
					t.Errorf("%s under %s: %d requests", call.name, kind, n)
				case call.write && kind == dosim.FaultEmptyBody && strings.HasPrefix(call.name, "Delete"):
					// the answer to a deletion has no body to lose
				case call.write && err == nil && !strings.HasPrefix(call.name, "Delete"):
					t.Errorf("%s under %s: no error", call.name, kind)
				case call.write && err != nil:
					want := steps.Unknown
					if kind == dosim.FaultBurst || kind == dosim.FaultHourly {
						want = steps.Retryable
					}
					if ce := classOf(t, err); ce.Class != want {
						t.Errorf("%s under %s is %s: %v", call.name, kind, ce.Class, err)
					}
				}
			})
		}
	}
}

func TestReadsGiveUpAfterAWhile(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim, list := world(t)
		sim.Inject(dosim.Fault{Kind: dosim.FaultServerError})
		for _, call := range list {
			if call.write {
				continue
			}
			sim.ResetLog()
			began := time.Now()
			ce := classOf(t, call.do(t.Context(), client(t, sim)))
			if n, took := len(sim.Requests()), time.Since(began); ce.Class != steps.Retryable || n != 4 || took > 10*time.Second {
				t.Errorf("%s: %s after %d requests and %s", call.name, ce.Class, n, took)
			}
		}
	})
}

// A service that answers with the token, with control sequences or without end.
func TestTheTokenAndControlBytesStayOutOfErrorsAndLogs(t *testing.T) {
	t.Parallel()
	evil := `{"id":"x` + canary + `","message":"` + canary + ` \u001b[31m \u202e ` + strings.Repeat("long ", 400) + `"}`
	services := map[string]http.RoundTripper{
		"html":    says(502, "<html>Bearer "+canary+"\x1b]0;title\x07</html>"),
		"text":    says(500, "Bearer "+canary+"\x1b[2J\u009b31m"),
		"good":    says(200, `{"x":"`+canary+`"}`),
		"created": says(201, canary),
		"moved":   says(302, "", "Location", "https://evil.example.com/"+canary),
		"echo":    tripper(func(r *http.Request) (*http.Response, error) { return says(500, fmt.Sprint(r.Header))(r) }),
		"error":   tripper(func(r *http.Request) (*http.Response, error) { return nil, fmt.Errorf("dial with %v\x1b[0m", r.Header) }),
	}
	for _, status := range []int{400, 401, 403, 404, 409, 422, 429, 500, 503} {
		services[fmt.Sprint(status)] = says(status, evil, "x-request-id", canary)
	}
	for name, rt := range services {
		for _, call := range calls(1, 2, 3, 4) {
			synctest.Test(t, func(t *testing.T) {
				sink, lines := logged()
				c := client(t, rt, func(cfg *digitalocean.Config) { cfg.Log, cfg.ProvisioningToken = sink, canary+"write" })
				err := call.do(t.Context(), c)
				if err == nil {
					t.Fatalf("%s from %q: no error", call.name, name)
				}
				for e := err; e != nil; e = errors.Unwrap(e) {
					text := e.Error()
					if strings.Contains(text, "canary") {
						t.Errorf("%s from %q leaks the token: %s", call.name, name, text)
					}
					if !utf8.ValidString(text) || strings.ContainsFunc(text, func(r rune) bool { return unicode.IsControl(r) || unicode.Is(unicode.Cf, r) }) {
						t.Errorf("%s from %q steers a terminal: %q", call.name, name, text)
					}
					if n := utf8.RuneCountInString(text); n > 512 {
						t.Errorf("%s from %q: an error of %d runes", call.name, name, n)
					}
				}
				if strings.Contains(lines.String(), "canary0123") {
					t.Errorf("%s from %q logs the token: %s", call.name, name, lines)
				}
			})
		}
	}
}

func TestTheTokenGoesToOneHostOnly(t *testing.T) {
	t.Parallel()
	var other int
	thief := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { other++ }))
	t.Cleanup(thief.Close)
	srv := httptest.NewServer(http.RedirectHandler(thief.URL, http.StatusTemporaryRedirect))
	t.Cleanup(srv.Close)
	c := client(t, nil, func(cfg *digitalocean.Config) { cfg.APIURL = srv.URL })
	t.Cleanup(c.Close)
	for _, call := range calls(1, 2, 3, 4) {
		if ce := classOf(t, call.do(t.Context(), c)); ce.Class != steps.Permanent || !strings.Contains(ce.Text, "redirect") {
			t.Errorf("%s: %s %v", call.name, ce.Class, ce)
		}
	}
	if other != 0 {
		t.Errorf("%d requests reached another host", other)
	}
}

func TestWritesCarryTheProvisioningToken(t *testing.T) {
	t.Parallel()
	sim, list := world(t)
	seen := map[string]string{}
	rt := tripper(func(r *http.Request) (*http.Response, error) {
		kind := "read"
		if r.Method != http.MethodGet {
			kind = "write"
		}
		seen[kind] = r.Header.Get("Authorization")
		if ua := r.Header.Get("User-Agent"); !strings.HasPrefix(ua, "arcadia/9 ") {
			t.Errorf("user agent %q", ua)
		}
		return sim.RoundTrip(r)
	})
	c := client(t, rt, func(cfg *digitalocean.Config) { cfg.ProvisioningToken, cfg.UserAgent = "dop_v1_writer", "arcadia/9" })
	for _, call := range list {
		if err := call.do(t.Context(), c); err != nil {
			t.Errorf("%s: %v", call.name, err)
		}
	}
	if seen["read"] != "Bearer "+canary || seen["write"] != "Bearer dop_v1_writer" {
		t.Errorf("tokens: %v", seen)
	}
}

func TestAConnectionThatCannotBeMadeIsRetryableAlsoForWrites(t *testing.T) {
	t.Parallel()
	srv := httptest.NewServer(http.NotFoundHandler())
	srv.Close()
	c := client(t, nil, func(cfg *digitalocean.Config) { cfg.APIURL = srv.URL })
	if ce := classOf(t, c.DeleteRecord(t.Context(), "example.com", 1)); ce.Class != steps.Retryable {
		t.Errorf("%s: %v", ce.Class, ce)
	}
}

func TestACertificateOfSomebodyElseIsRefusedForGood(t *testing.T) {
	t.Parallel()
	srv := httptest.NewUnstartedServer(http.NotFoundHandler())
	srv.Config.ErrorLog = log.New(io.Discard, "", 0)
	srv.StartTLS()
	t.Cleanup(srv.Close)
	c := client(t, nil, func(cfg *digitalocean.Config) { cfg.APIURL = srv.URL })
	t.Cleanup(c.Close)
	for _, call := range calls(1, 2, 3, 4) {
		if ce := classOf(t, call.do(t.Context(), c)); ce.Class != steps.Permanent {
			t.Errorf("%s: %s: %v", call.name, ce.Class, ce)
		}
	}
}

func TestAnEndOfTheCallerEndsACallPromptly(t *testing.T) {
	t.Parallel()
	why := errors.New("the reason")
	for i, call := range calls(0, 0, 0, 0) {
		synctest.Test(t, func(t *testing.T) {
			sim, list := world(t)
			c := client(t, sim)
			sim.Inject(dosim.Fault{Kind: dosim.FaultHangAfter})
			ctx, cancel := context.WithCancelCause(t.Context())
			began := time.Now()
			time.AfterFunc(2*time.Second, func() { cancel(why) })
			err := list[i].do(ctx, c)
			limit := 2 * time.Second
			if call.write {
				limit = 5 * time.Second // its answer is worth a little waiting
			}
			if !errors.Is(err, why) || time.Since(began) > limit {
				t.Errorf("%s: %v after %s", call.name, err, time.Since(began))
			}
			if ce := classOf(t, err); call.write && ce.Class != steps.Unknown {
				t.Errorf("%s: %s", call.name, ce.Class)
			}
		})
	}
}

func TestAWriteUnderWayMayGetItsAnswerAfterTheCallerEnded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		sim := dosim.New(dosim.WithLatency(2 * time.Second))
		c := client(t, sim)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Second, cancel)
		r, err := c.CreateRecord(ctx, "example.com", steps.Record{Type: "TXT", Name: "late", Data: "x", TTL: 60})
		if err != nil || r.ID == 0 {
			t.Errorf("%+v, %v", r, err)
		}
	})
}

func TestADomainCannotLeaveItsPlaceInThePath(t *testing.T) {
	t.Parallel()
	c := client(t, tripper(func(r *http.Request) (*http.Response, error) {
		t.Errorf("request for %s", r.URL)
		return nil, errors.New("no")
	}))
	for _, domain := range []string{"", ".", "..", "a/b", "a%2fb", "a?b", "a#b", "a b", "A.com", "a.com.", ".a.com", "a..com", "a\x00.com"} {
		if _, err := c.RecordsAt(t.Context(), domain, "@"); err == nil {
			t.Errorf("%q is taken", domain)
		}
	}
}

func TestTokensThatCannotBeOnesAreRefused(t *testing.T) {
	t.Parallel()
	for _, token := range []string{"", "  ", "a b", "a\nb", "tökén"} {
		if c, err := digitalocean.New(digitalocean.Config{Token: token}); err == nil {
			t.Errorf("%q makes %v", token, c)
		} else if token != "" && strings.Contains(err.Error(), token) && strings.TrimSpace(token) != "" {
			t.Errorf("%q is in its error: %v", token, err)
		}
	}
}
