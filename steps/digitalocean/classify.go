package digitalocean

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"net"
	"net/http"
	"strings"

	"arcadia/engine"
	"arcadia/steps"
)

// answer is what came of one request, as far as its class depends on it.
type answer struct {
	write   bool
	unsent  bool   // it is certain that the request did not leave
	status  int    // 0: there was no answer
	message string // of an error answer
	err     error  // of the transport, or of reading a good answer
}

// classify says what a failed request means.
//
// A write without a clear answer is Unknown, 503 included: front ends have been seen to answer so after the request was
// carried out. Only what is known not to have been carried out is Retryable.
func classify(a answer) steps.Class {
	murky := steps.Retryable
	if a.write {
		murky = steps.Unknown
	}
	switch {
	case a.status == 0 && untrusted(a.err):
		return steps.Permanent
	case a.status == 0 && (a.unsent || dialing(a.err) || errors.Is(a.err, engine.ErrDeposed)):
		return steps.Retryable
	case a.status == 0, a.status >= 200 && a.status <= 299:
		return murky
	case a.status == http.StatusUnauthorized:
		return steps.Blocked
	case a.status == http.StatusNotFound:
		return steps.NotFound
	case a.status == http.StatusTooManyRequests:
		return steps.Retryable
	case a.status == http.StatusUnprocessableEntity && strings.Contains(strings.ToLower(a.message), "pending event"):
		return steps.Pending
	case a.status == http.StatusRequestTimeout, a.status >= 500:
		return murky
	}
	return steps.Permanent
}

// untrusted reports whether the other side is not who it should be, or the request was refused on this side.
func untrusted(err error) bool {
	var cert *tls.CertificateVerificationError
	var unknown x509.UnknownAuthorityError
	var host x509.HostnameError
	return errors.As(err, &cert) || errors.As(err, &unknown) || errors.As(err, &host) || errors.Is(err, errHost) || errors.Is(err, errRedirect)
}

// dialing reports whether the connection was never made.
func dialing(err error) bool {
	var op *net.OpError
	return errors.As(err, &op) && op.Op == "dial"
}
