// Package probe looks at servers as their clients do: over HTTP, over TCP, and at the name servers of a zone.
package probe

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"syscall"
	"time"

	"arcadia/steps"
)

const (
	timeout   = 5 * time.Second
	mostBody  = 64 << 10
	redirects = 5
)

// Net probes from this machine. The zero value is ready to use.
type Net struct{}

// Probe looks once.
func (n Net) Probe(ctx context.Context, p steps.Probe) error {
	ctx, cancel := context.WithTimeoutCause(ctx, timeout, fmt.Errorf("no answer within %s", timeout))
	defer cancel()
	var err error
	switch {
	case p.HTTP != "":
		err = n.http(ctx, p)
	case p.TCP != "":
		err = n.tcp(ctx, p.TCP)
	default:
		err = n.dns(ctx, p)
	}
	if err != nil && ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// dialer refuses addresses that are out of bounds once names are resolved, at each connection, so that no name and no redirect
// leads there.
func dialer() *net.Dialer {
	return &net.Dialer{Timeout: timeout, Control: func(_, address string, _ syscall.RawConn) error {
		at, err := netip.ParseAddrPort(address)
		if err != nil {
			return err
		}
		return bounded(at.Addr())
	}}
}

func bounded(addr netip.Addr) error {
	if steps.OutOfBounds(addr) {
		return fmt.Errorf("%s is link-local or of the provider's metadata: nothing is looked at there", addr)
	}
	return nil
}

func (Net) tcp(ctx context.Context, address string) error {
	c, err := dialer().DialContext(ctx, "tcp", address)
	if err != nil {
		return err
	}
	return c.Close()
}

func (Net) http(ctx context.Context, p steps.Probe) error {
	transport := &http.Transport{DialContext: dialer().DialContext, DisableKeepAlives: true, MaxResponseHeaderBytes: mostBody}
	defer transport.CloseIdleConnections()
	client := &http.Client{Transport: transport, CheckRedirect: stay}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, p.HTTP, nil)
	if err != nil {
		return err
	}
	req.Header.Set("User-Agent", "arcadia-probe")
	res, err := client.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	if res.StatusCode < p.From || res.StatusCode > p.To {
		return fmt.Errorf("status %d, not %d to %d", res.StatusCode, p.From, p.To)
	}
	if p.Contains == "" {
		return nil
	}
	body, err := io.ReadAll(io.LimitReader(res.Body, mostBody))
	if err != nil {
		return err
	}
	if !strings.Contains(string(body), p.Contains) {
		return fmt.Errorf("status %d, and the answer does not hold %q", res.StatusCode, p.Contains)
	}
	return nil
}

// stay follows redirects on one host only.
func stay(req *http.Request, via []*http.Request) error {
	if len(via) > redirects {
		return errors.New("it redirects without end")
	}
	if from, to := via[0].URL.Hostname(), req.URL.Hostname(); !strings.EqualFold(from, to) {
		return fmt.Errorf("it redirects to another host, %s", to)
	}
	return nil
}
