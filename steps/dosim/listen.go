package dosim

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/url"
	"os"
	"time"
)

// halfSent is what the body of a request has to come in. It is no time limit of the server, which would end answers that a fault
// hangs.
const halfSent = 20 * time.Second

// Door is where an account is served.
type Door struct {
	Address string // to listen on, host and port
	CAFile  string // not empty: over TLS, with the certificate of the authority written there
}

// ListenAndServe serves the account until ctx ends, and calls ready with its URL once it answers.
func (s *Sim) ListenAndServe(ctx context.Context, d Door, ready func(url string)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", d.Address)
	if err != nil {
		return fmt.Errorf("serve the simulator: %w: choose another address with --listen", err)
	}
	address := "http://" + listener.Addr().String()
	if d.CAFile != "" {
		listener, err = s.secure(listener, d.CAFile)
		if err != nil {
			return err
		}
		address = "https://" + listener.Addr().String()
	}
	srv := &http.Server{Handler: s, ErrorLog: log.New(io.Discard, "", 0), ReadHeaderTimeout: 10 * time.Second, IdleTimeout: 2 * time.Minute, MaxHeaderBytes: 64 << 10}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- srv.Close()
	}()
	ready(address)
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the simulator: %w", err)
	}
	return <-stopped
}

// secure puts TLS on a listener. The certificate is good for the address, for this machine, for the public address and for
// the service's own name, so that a client whose host is fixed can be pointed here by its resolver.
func (s *Sim) secure(plain net.Listener, caFile string) (net.Listener, error) {
	names := []string{"api.digitalocean.com", "localhost", "127.0.0.1", "::1"}
	if host, _, err := net.SplitHostPort(plain.Addr().String()); err == nil {
		names = append(names, host)
	}
	if u, err := url.Parse(s.set.publicURL); err == nil && u.Hostname() != "" {
		names = append(names, u.Hostname())
	}
	authority, certificate, err := issue(names, time.Now())
	if err == nil {
		err = os.WriteFile(caFile, authority, 0o644) //nolint:gosec // a certificate is for everybody
	}
	if err != nil {
		return nil, errors.Join(fmt.Errorf("serve the simulator over TLS: %w", err), plain.Close())
	}
	return tls.NewListener(plain, &tls.Config{
		Certificates: []tls.Certificate{certificate}, MinVersion: tls.VersionTLS12, NextProtos: []string{"http/1.1"},
	}), nil
}
