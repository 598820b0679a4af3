package dosim_test

import (
	"context"
	"net/http"
	"net/http/httptest"
	"testing"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

// signed adds a token on the way to the next transport.
type signed struct {
	token string
	next  http.RoundTripper
}

func (s signed) RoundTrip(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.Header.Set("Authorization", "Bearer "+s.token)
	return s.next.RoundTrip(r)
}

// inProcess is a godo client that calls the Sim without a socket.
func inProcess(t *testing.T, s *dosim.Sim) *godo.Client {
	t.Helper()
	return client(t, s, "https://api.digitalocean.com/")
}

// overSocket is a godo client that calls the Sim through a real server.
func overSocket(t *testing.T, s *dosim.Sim) *godo.Client {
	t.Helper()
	srv := httptest.NewServer(s)
	t.Cleanup(srv.Close)
	transport := &http.Transport{}
	t.Cleanup(transport.CloseIdleConnections)
	return client(t, transport, srv.URL+"/")
}

func client(t *testing.T, next http.RoundTripper, base string) *godo.Client {
	t.Helper()
	c, err := godo.New(&http.Client{Transport: signed{"dop_v1_test", next}}, godo.SetBaseURL(base))
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// bothWays runs a test through a socket and inside the process.
func bothWays(t *testing.T, run func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client)) {
	t.Helper()
	for name, connect := range map[string]func(*testing.T, *dosim.Sim) *godo.Client{
		"socket": overSocket, "in process": inProcess,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			run(t, connect)
		})
	}
}

func TestGodoPagesThroughEveryRecord(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		sim := dosim.New()
		c := connect(t, sim)
		for _, size := range []int{0, 7, 50, 200, 1000} {
			opt := &godo.ListOptions{Page: 1, PerPage: size}
			var ids []int
			for {
				records, resp, err := c.Domains.Records(context.Background(), "example.net", opt)
				if err != nil {
					t.Fatal(err)
				}
				for _, r := range records {
					ids = append(ids, r.ID)
				}
				if resp.Links.IsLastPage() {
					break
				}
				current, err := resp.Links.CurrentPage()
				if err != nil {
					t.Fatal(err)
				}
				opt.Page = current + 1
			}
			truth := sim.Zone("example.net")
			if len(ids) != len(truth) {
				t.Fatalf("per_page %d: paged through %d records, the zone has %d", size, len(ids), len(truth))
			}
			for i, r := range truth {
				if int64(ids[i]) != r.ID {
					t.Fatalf("per_page %d: record %d is %d, want %d", size, i, ids[i], r.ID)
				}
			}
		}
	})
}
