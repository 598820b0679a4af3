package probe_test

import (
	"context"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/miekg/dns"

	"arcadia/steps"
	"arcadia/steps/probe"
)

func TestAServerIsSeenAsItsClientsSeeIt(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	srv := httptest.NewServer(mux)
	t.Cleanup(srv.Close)
	secure := httptest.NewTLSServer(mux)
	t.Cleanup(secure.Close)
	mux.HandleFunc("/ok", func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("all is well")) })
	mux.HandleFunc("/teapot", func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusTeapot) })
	mux.HandleFunc("/here", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/ok", http.StatusFound) })
	mux.HandleFunc("/away", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://localhost:1/", http.StatusFound)
	})
	mux.HandleFunc("/metadata", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "http://169.254.169.254/metadata/v1", http.StatusFound)
	})
	mux.HandleFunc("/endless", func(w http.ResponseWriter, r *http.Request) {
		line := []byte(strings.Repeat("x", 1<<10))
		for r.Context().Err() == nil {
			if _, err := w.Write(line); err != nil {
				return
			}
		}
	})
	closed, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	_ = closed.Close()
	web := func(path, contains string) steps.Probe {
		return steps.Probe{HTTP: srv.URL + path, From: 200, To: 399, Contains: contains}
	}
	for name, c := range map[string]struct {
		p   steps.Probe
		why string // empty: good
	}{
		"good":                     {web("/ok", "well"), ""},
		"another text":             {web("/ok", "ill"), "does not hold"},
		"another status":           {web("/teapot", ""), "status 418"},
		"a status that is named":   {steps.Probe{HTTP: srv.URL + "/teapot", From: 418, To: 418}, ""},
		"redirected on its host":   {web("/here", "well"), ""},
		"redirected to another":    {web("/away", ""), "another host"},
		"redirected to metadata":   {web("/metadata", ""), "another host"},
		"an endless body":          {web("/endless", "y"), "does not hold"},
		"a certificate of nobody":  {steps.Probe{HTTP: secure.URL + "/ok", From: 200, To: 399}, "certificate"},
		"a port that is open":      {steps.Probe{TCP: srv.Listener.Addr().String()}, ""},
		"a port that is closed":    {steps.Probe{TCP: closed.Addr().String()}, "refused"},
		"metadata":                 {steps.Probe{TCP: "169.254.169.254:80"}, "link-local"},
		"metadata as IPv6":         {steps.Probe{TCP: "[::ffff:169.254.169.254]:80"}, "link-local"},
		"metadata by HTTP":         {steps.Probe{HTTP: "http://169.254.169.254/", From: 200, To: 399}, "link-local"},
		"a name that nobody knows": {steps.Probe{TCP: "nobody.invalid:22"}, "nobody.invalid"},
		"link-local name servers":  {steps.Probe{DNS: "example.com", Type: "A", Value: "192.0.2.1", At: []string{"169.254.1.1"}}, "link-local"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := probe.Net{}.Probe(t.Context(), c.p)
			if (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v, want %q", err, c.why)
			}
		})
	}
}

func TestEveryNameServerHasToGiveTheValue(t *testing.T) {
	t.Parallel()
	both := nameServer(t, "www.example.com. 60 IN A 192.0.2.7", "www.example.com. 60 IN TXT \"one\" \"two\"", "example.com. 60 IN MX 10 mail.example.com.")
	old := nameServer(t, "www.example.com. 60 IN A 192.0.2.6")
	for name, c := range map[string]struct {
		p   steps.Probe
		why string
	}{
		"as asked":            {steps.Probe{DNS: "www.example.com", Type: "A", Value: "192.0.2.7", At: []string{both}}, ""},
		"a text in two parts": {steps.Probe{DNS: "www.example.com", Type: "TXT", Value: "onetwo", At: []string{both}}, ""},
		"a mail server":       {steps.Probe{DNS: "example.com", Type: "MX", Value: "MAIL.example.com", At: []string{both}}, ""},
		"one is behind":       {steps.Probe{DNS: "www.example.com", Type: "A", Value: "192.0.2.7", At: []string{both, old}}, "it gives 192.0.2.6"},
		"no such type":        {steps.Probe{DNS: "www.example.com", Type: "AAAA", Value: "::1", At: []string{both}}, "no AAAA record"},
		"no such name":        {steps.Probe{DNS: "api.example.com", Type: "A", Value: "192.0.2.7", At: []string{both}}, "NXDOMAIN"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := probe.Net{}.Probe(t.Context(), c.p)
			if (err == nil) != (c.why == "") || err != nil && !strings.Contains(err.Error(), c.why) {
				t.Errorf("%v, want %q", err, c.why)
			}
		})
	}
}

func TestAProbeEndsWithItsContext(t *testing.T) {
	t.Parallel()
	silent, err := net.Listen("tcp", "127.0.0.1:0") // accepts, and never says a word
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = silent.Close() })
	ctx, cancel := context.WithCancel(t.Context())
	done := make(chan error, 1)
	go func() {
		done <- probe.Net{}.Probe(ctx, steps.Probe{HTTP: "http://" + silent.Addr().String() + "/", From: 200, To: 399})
	}()
	cancel()
	if err := <-done; err == nil {
		t.Error("it saw something good")
	}
}

// nameServer answers for the given records until the test ends, and gives its address.
func nameServer(t *testing.T, records ...string) string {
	t.Helper()
	zone := map[string][]dns.RR{}
	for _, text := range records {
		rr, err := dns.NewRR(text)
		if err != nil {
			t.Fatal(err)
		}
		zone[rr.Header().Name] = append(zone[rr.Header().Name], rr)
	}
	pc, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	srv := &dns.Server{PacketConn: pc, Handler: dns.HandlerFunc(func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg)
		a.SetReply(q)
		have, known := zone[q.Question[0].Name]
		if !known {
			a.Rcode = dns.RcodeNameError
		}
		for _, rr := range have {
			if rr.Header().Rrtype == q.Question[0].Qtype {
				a.Answer = append(a.Answer, rr)
			}
		}
		_ = w.WriteMsg(a)
	})}
	over := make(chan error, 1)
	go func() { over <- srv.ActivateAndServe() }()
	t.Cleanup(func() {
		_ = srv.Shutdown()
		_ = <-over
	})
	return pc.LocalAddr().String()
}
