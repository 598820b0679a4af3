package etcd

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/netip"
	"net/url"
	"os"
	"regexp"
	"strings"
	"time"

	"arcadia/engine"
)

// Config says which store to open, and how.
type Config struct {
	Endpoints []string // host:port of each member
	Name      string   // of the store, among those in one etcd
	User      string   // empty: etcd asks for none
	Password  string
	// CA, Cert and Key are files in PEM: who signs the members' certificates, and our own certificate with its key. Without a CA
	// the members must be on this machine. Without Cert and Key we have none.
	CA, Cert, Key string
	// Lease is how long the driver keeps its place without a sign of life; 0 means 10 s.
	Lease time.Duration
	// Archive keeps copies of sagas that are about to be removed, as they are at a moment, and says where. When it returns they are
	// durable there and have been examined. Nil: what is removed is gone, and nothing is removed but when somebody asks for it.
	Archive func(ctx context.Context, from *Moment, ids []engine.ID) (file string, err error)
	// Care is how often it is looked how full the store is, while this process has it open; 0 means 30 s. All else that is done for
	// the store follows from it; see care.go.
	Care time.Duration
	// ReadOnly: nothing is written, and a store that is not there is not made.
	ReadOnly bool
}

// Scheme is how an address begins.
const Scheme = "etcd://"

var storeName = regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$`)

// Parse reads an address: etcd://[USER@]HOST:PORT[,HOST:PORT...]/NAME. What is wrong with it is an ErrInput.
func Parse(address string) (Config, error) {
	bad := func(why string) error {
		return fmt.Errorf("%w: store %q: %s: give etcd://HOST:2379,HOST:2379/NAME", engine.ErrInput, address, why)
	}
	rest, is := strings.CutPrefix(address, Scheme)
	if !is {
		return Config{}, bad("it is not an address of etcd")
	}
	hosts, name, _ := strings.Cut(rest, "/")
	c := Config{Name: name}
	if user, after, has := strings.Cut(hosts, "@"); has {
		if strings.Contains(user, ":") {
			return Config{}, fmt.Errorf("%w: store etcd://...@%s/%s: a password does not belong into an address: give it as ARCADIA_STORE_PASSWORD", engine.ErrInput, after, name)
		}
		plain, err := url.PathUnescape(user)
		if err != nil || plain == "" {
			return Config{}, bad("the user's name cannot be read")
		}
		c.User, hosts = plain, after
	}
	if !storeName.MatchString(name) {
		return Config{}, bad("the name of the store is missing or has more than letters, digits, dots, dashes and underscores")
	}
	for one := range strings.SplitSeq(hosts, ",") {
		host, port, err := net.SplitHostPort(one)
		if err != nil || host == "" || port == "" {
			return Config{}, bad(fmt.Sprintf("%q is no HOST:PORT", one))
		}
		c.Endpoints = append(c.Endpoints, one)
	}
	return c, nil
}

// String is the address without anything secret.
func (c Config) String() string { return Scheme + strings.Join(c.Endpoints, ",") + "/" + c.Name }

// secure reads the files of TLS; nil without. What travels in the clear stays on this machine.
func (c Config) secure() (*tls.Config, error) {
	if c.CA == "" && c.Cert == "" && c.Key == "" {
		for _, at := range c.Endpoints {
			if !loopback(at) {
				return nil, fmt.Errorf("store %s: %w: %s is another machine, and without TLS anybody between could read and change the store: give --store-ca (and --store-cert, --store-key)", c, engine.ErrInput, at)
			}
		}
		return nil, nil
	}
	if (c.Cert == "") != (c.Key == "") {
		return nil, fmt.Errorf("store %s: %w: --store-cert and --store-key belong together: give both", c, engine.ErrInput)
	}
	t := &tls.Config{MinVersion: tls.VersionTLS12}
	if c.CA != "" {
		pem, err := os.ReadFile(c.CA)
		if err != nil {
			return nil, fmt.Errorf("store %s: read --store-ca: %w", c, err)
		}
		t.RootCAs = x509.NewCertPool()
		if !t.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("store %s: --store-ca %s: %w: there is no certificate in it: give the file of the authority in PEM", c, c.CA, engine.ErrInput)
		}
	}
	if c.Cert != "" {
		own, err := tls.LoadX509KeyPair(c.Cert, c.Key)
		if err != nil {
			return nil, fmt.Errorf("store %s: --store-cert %s and --store-key %s: %w", c, c.Cert, c.Key, err)
		}
		t.Certificates = []tls.Certificate{own}
	}
	return t, nil
}

func loopback(endpoint string) bool {
	host, _, _ := net.SplitHostPort(endpoint)
	if host == "localhost" {
		return true
	}
	ip, err := netip.ParseAddr(host)
	return err == nil && ip.IsLoopback()
}
