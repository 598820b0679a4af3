package dosim_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"arcadia/steps/dosim"
)

const token = "dop_v1_test"

// answer is a response as it came, with its body read.
type answer struct {
	t      *testing.T
	status int
	header http.Header
	body   []byte
}

// send makes one request in the process with a token and a literal body.
func send(t *testing.T, s *dosim.Sim, method, target, body string) answer {
	t.Helper()
	return sendAs(t, s, token, method, target, body)
}

func sendAs(t *testing.T, s *dosim.Sim, token, method, target, body string) answer {
	t.Helper()
	resp, err := try(t, s, token, method, target, body)
	if err != nil {
		t.Fatalf("%s %s: %v", method, target, err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatalf("%s %s: read: %v", method, target, err)
	}
	return answer{t, resp.StatusCode, resp.Header, read}
}

func try(t *testing.T, s http.RoundTripper, token, method, target, body string) (*http.Response, error) {
	t.Helper()
	var sent io.Reader
	if body != "" {
		sent = strings.NewReader(body)
	}
	req, err := http.NewRequestWithContext(context.Background(), method, "https://sim.example"+target, sent)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		req.Header.Set("Authorization", "Bearer "+token)
	}
	return s.RoundTrip(req)
}

// want checks the status and reads the body into v, if there is one to read into.
func (a answer) want(status int, v any) answer {
	a.t.Helper()
	if a.status != status {
		a.t.Fatalf("status %d, want %d; body %s", a.status, status, a.body)
	}
	if v != nil {
		if err := json.Unmarshal(a.body, v); err != nil {
			a.t.Fatalf("read %s: %v", a.body, err)
		}
	}
	return a
}

// refused checks an error answer in full.
func (a answer) refused(status int, id, message string) {
	a.t.Helper()
	want, err := json.Marshal(map[string]string{"id": id, "message": message})
	if err != nil {
		a.t.Fatal(err)
	}
	if a.status != status || !bytes.Equal(a.body, want) {
		a.t.Fatalf("answered %d %s, want %d %s", a.status, a.body, status, want)
	}
}

// record is a record as the API gives it, so that null can be told from 0.
type record struct {
	ID       int64   `json:"id"`
	Type     string  `json:"type"`
	Name     string  `json:"name"`
	Data     string  `json:"data"`
	Priority *int    `json:"priority"`
	Port     *int    `json:"port"`
	TTL      int     `json:"ttl"`
	Weight   *int    `json:"weight"`
	Flags    *int    `json:"flags"`
	Tag      *string `json:"tag"`
}

// addRecord posts a record that must be taken.
func addRecord(t *testing.T, s *dosim.Sim, zone, body string) record {
	t.Helper()
	var out struct {
		Record record `json:"domain_record"`
	}
	send(t, s, "POST", "/v2/domains/"+zone+"/records", body).want(201, &out)
	return out.Record
}

// emptyZone is a Sim with nothing but one zone.
func emptyZone(t *testing.T, opts ...dosim.Option) *dosim.Sim {
	t.Helper()
	s := dosim.New(append([]dosim.Option{dosim.WithEmptyWorld()}, opts...)...)
	s.AddDomain("example.com")
	return s
}

// sendVia makes one request with a token through a real server.
func sendVia(t *testing.T, srv *httptest.Server, method, target string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(context.Background(), method, srv.URL+target, http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Authorization", "Bearer "+token)
	resp, err := srv.Client().Do(req)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	read, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{t, resp.StatusCode, resp.Header, read}
}
