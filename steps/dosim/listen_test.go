package dosim_test

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"arcadia/steps/dosim"
)

func TestOverTLSClientsTrustItsAuthorityUnderEveryName(t *testing.T) {
	t.Parallel()
	ctx, stop := context.WithCancel(context.Background())
	file := filepath.Join(t.TempDir(), "ca.pem")
	address, over := make(chan string, 1), make(chan error, 1)
	s := dosim.New(dosim.WithPublicURL("https://sim.example.org:8443"))
	go func() {
		over <- s.ListenAndServe(ctx, dosim.Door{Address: "127.0.0.1:0", CAFile: file}, func(url string) { address <- url })
	}()
	url := <-address
	pem, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	if !roots.AppendCertsFromPEM(pem) || !strings.HasPrefix(url, "https://127.0.0.1:") {
		t.Fatalf("%s, %s", url, pem)
	}
	get := func(host string, roots *x509.CertPool) error {
		transport := &http.Transport{
			TLSClientConfig: &tls.Config{RootCAs: roots},
			DialContext: func(ctx context.Context, network, _ string) (net.Conn, error) {
				return new(net.Dialer).DialContext(ctx, network, strings.TrimPrefix(url, "https://"))
			},
		}
		defer transport.CloseIdleConnections()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/v2/account", nil)
		if err != nil {
			return err
		}
		resp, err := transport.RoundTrip(req)
		if err != nil {
			return err
		}
		return resp.Body.Close()
	}
	for _, host := range []string{"127.0.0.1", "localhost", "api.digitalocean.com", "sim.example.org"} {
		if err := get(host, roots); err != nil {
			t.Errorf("as %s: %v", host, err)
		}
	}
	if get("elsewhere.example.org", roots) == nil || get("localhost", x509.NewCertPool()) == nil {
		t.Error("a wrong name, or no trust in the authority, was let pass")
	}
	stop()
	if err := <-over; err != nil {
		t.Error(err)
	}
}
