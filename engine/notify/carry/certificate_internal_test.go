package carry

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"io"
	"log"
	"math/big"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"arcadia/engine/notify"
)

// TestACertificateThatIsNotGoodNowIsRefused has a receiver whose issuer is trusted, so that nothing but the flaw is refused.
func TestACertificateThatIsNotGoodNowIsRefused(t *testing.T) {
	t.Parallel()
	now := time.Now()
	for name, x := range map[string]struct {
		from, to time.Time
		host     string
		want     string // empty: it is taken
	}{
		"good":        {now.Add(-time.Hour), now.Add(time.Hour), "127.0.0.1", ""},
		"expired":     {now.Add(-48 * time.Hour), now.Add(-time.Hour), "127.0.0.1", "certificate has expired"},
		"not yet":     {now.Add(time.Hour), now.Add(48 * time.Hour), "127.0.0.1", "not yet valid"},
		"another's":   {now.Add(-time.Hour), now.Add(time.Hour), "192.0.2.7", "certificate is valid for 192.0.2.7, not 127.0.0.1"},
		"nobody's":    {now.Add(-time.Hour), now.Add(time.Hour), "", "certificate"},
		"a year gone": {now.Add(-800 * 24 * time.Hour), now.Add(-365 * 24 * time.Hour), "127.0.0.1", "certificate has expired"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			box := &inbox{status: http.StatusNoContent}
			server := httptest.NewUnstartedServer(box)
			server.Config.ErrorLog = log.New(io.Discard, "", 0)
			cert, roots := issued(t, x.from, x.to, x.host)
			server.TLS = &tls.Config{Certificates: []tls.Certificate{cert}, MinVersion: tls.VersionTLS12}
			server.StartTLS()
			t.Cleanup(server.Close)
			c := newCarrier(words, "", &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots, MinVersion: tls.VersionTLS12}})
			answer, err := c.Carry(t.Context(), notify.Target{Name: "ops", URL: server.URL + "/T0/SECRET", Format: notify.FormatText}, "id", note())
			switch {
			case x.want == "" && (err != nil || answer != "204" || len(box.bodies) != 1):
				t.Errorf("%q %v", answer, err)
			case x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want) || strings.Contains(err.Error(), "SECRET") || len(box.bodies) != 0):
				t.Errorf("%v, want %q; %d bodies arrived", err, x.want, len(box.bodies))
			}
		})
	}
}

// issued is a certificate that its own issuer, who is trusted, has made out to an address; to nobody without one.
func issued(t *testing.T, from, to time.Time, host string) (tls.Certificate, *x509.CertPool) {
	t.Helper()
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	x := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "receiver"}, NotBefore: from, NotAfter: to, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	if host != "" {
		x.IPAddresses = []net.IP{net.ParseIP(host)}
	}
	raw, err := x509.CreateCertificate(rand.Reader, x, x, &private.PublicKey, private)
	if err != nil {
		t.Fatal(err)
	}
	parsed, err := x509.ParseCertificate(raw)
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(parsed)
	return tls.Certificate{Certificate: [][]byte{raw}, PrivateKey: private}, roots
}
