package main

import (
	"context"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"os"
	"path/filepath"
	"testing"
	"time"

	"arcadia/engine"
	"arcadia/storage/etcd"
	"arcadia/storage/storagetest"
	"go.etcd.io/etcd/client/pkg/v3/transport"
	clientv3 "go.etcd.io/etcd/client/v3"
	"go.etcd.io/etcd/server/v3/embed"
)

// authority signs certificates into files of a folder.
type authority struct {
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
}

func newAuthority(t *testing.T, name string) authority {
	t.Helper()
	a := authority{dir: filepath.Join(t.TempDir(), name)}
	must(t, os.Mkdir(a.dir, 0o700))
	a.cert, a.key = a.sign(t, "ca", &x509.Certificate{IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign})
	return a
}

func (a authority) sign(t *testing.T, name string, c *x509.Certificate) (*x509.Certificate, *ecdsa.PrivateKey) {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	must(t, err)
	c.SerialNumber, c.Subject = big.NewInt(time.Now().UnixNano()), pkix.Name{CommonName: name}
	c.NotBefore, c.NotAfter = time.Now().Add(-time.Hour), time.Now().Add(time.Hour)
	by, with := a.cert, a.key
	if by == nil {
		by, with = c, key
	}
	der, err := x509.CreateCertificate(rand.Reader, c, by, &key.PublicKey, with)
	must(t, err)
	raw, err := x509.MarshalPKCS8PrivateKey(key)
	must(t, err)
	must(t, os.WriteFile(filepath.Join(a.dir, name+".pem"), pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), 0o600))
	must(t, os.WriteFile(filepath.Join(a.dir, name+"-key.pem"), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: raw}), 0o600))
	cert, err := x509.ParseCertificate(der)
	must(t, err)
	return cert, key
}

// issue makes a certificate for both ends of a connection on this machine.
func (a authority) issue(t *testing.T, name string) (cert, key string) {
	t.Helper()
	a.sign(t, name, &x509.Certificate{
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, KeyUsage: x509.KeyUsageDigitalSignature,
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth, x509.ExtKeyUsageServerAuth},
	})
	return a.file(name), a.file(name + "-key")
}

func (a authority) file(name string) string { return filepath.Join(a.dir, name+".pem") }

// guarded is a member that asks for a certificate, and for a user and a password.
func guarded(t *testing.T) (c etcd.Config, stranger authority) {
	t.Helper()
	ours, stranger := newAuthority(t, "ours"), newAuthority(t, "stranger")
	cert, key := ours.issue(t, "member")
	m, err := start(t.TempDir(), 1, careless, func(c *embed.Config) {
		c.BcryptCost = 4 // the least: with the race detector a password takes ten times as long as without
		for _, urls := range [][]*string{{&c.ListenClientUrls[0].Scheme}, {&c.AdvertiseClientUrls[0].Scheme}} {
			*urls[0] = "https"
		}
		c.ClientTLSInfo = transport.TLSInfo{CertFile: cert, KeyFile: key, TrustedCAFile: ours.file("ca"), ClientCertAuth: true}
	})
	must(t, err)
	t.Cleanup(m.stop)
	c = etcd.Config{Endpoints: m.endpoints(), Name: "prod", CA: ours.file("ca")}
	c.Cert, c.Key = ours.issue(t, "host")
	info := transport.TLSInfo{CertFile: c.Cert, KeyFile: c.Key, TrustedCAFile: c.CA}
	secure, err := info.ClientConfig()
	must(t, err)
	root, err := clientv3.New(clientv3.Config{Endpoints: []string{"https://" + c.Endpoints[0]}, TLS: secure})
	must(t, err)
	defer func() { _ = root.Close() }()
	ctx := t.Context()
	for user, role := range map[string]string{"root": "root", "arcadia": "console", "guest": "other"} {
		_, err := root.UserAdd(ctx, user, "secret of "+user)
		must(t, err)
		if role != "root" {
			_, err = root.RoleAdd(ctx, role)
			must(t, err)
		}
		_, err = root.UserGrantRole(ctx, user, role)
		must(t, err)
	}
	_, err = root.RoleGrantPermission(ctx, "console", "/arcadia/prod/", clientv3.GetPrefixRangeEnd("/arcadia/prod/"), clientv3.PermissionType(clientv3.PermReadWrite))
	must(t, err)
	_, err = root.AuthEnable(ctx)
	must(t, err)
	return c, stranger
}

// TestAStoreBehindTLSAndAPassword opens one as it should be, and with everything that can be wrong.
func TestAStoreBehindTLSAndAPassword(t *testing.T) {
	t.Parallel()
	ctx := t.Context()
	right, stranger := guarded(t)
	right.User, right.Password = "arcadia", "secret of arcadia"
	s := opened(t, right)
	must(t, s.Append(ctx, storagetest.Creation(1)))
	must(t, s.PutFreeze(ctx, engine.Freeze{N: 1, At: engine.At(time.Now()), Why: "maintenance"}))
	lead, err := s.Lead(ctx)
	must(t, err)
	must(t, s.Announce(ctx, engine.Host{Name: "host-1"}))
	if hosts, err := s.Hosts(ctx); err != nil || len(hosts) != 1 {
		t.Errorf("hosts: %v, %v", hosts, err)
	}
	lead.Resign()
	must(t, consistent(ctx, s))

	strange, strangeKey := stranger.issue(t, "host")
	for name, wrong := range map[string]struct {
		change func(*etcd.Config)
		words  []string
	}{
		"no password":      {func(c *etcd.Config) { c.User, c.Password = "", "" }, []string{"user and password", "ARCADIA_STORE_PASSWORD"}},
		"a wrong password": {func(c *etcd.Config) { c.Password = "guess" }, []string{"user and password", "ARCADIA_STORE_PASSWORD"}},
		"another user":     {func(c *etcd.Config) { c.User, c.Password = "guest", "secret of guest" }, []string{"needs to read and write everything under /arcadia/prod/"}},
		"a wrong CA":       {func(c *etcd.Config) { c.CA = stranger.file("ca") }, []string{"certificate", "--store-ca"}},
		"a strange cert":   {func(c *etcd.Config) { c.Cert, c.Key = strange, strangeKey }, []string{"certificate", "--store-cert"}},
		"no cert":          {func(c *etcd.Config) { c.Cert, c.Key = "", "" }, []string{"certificate", "--store-cert"}},
		"no TLS":           {func(c *etcd.Config) { c.CA, c.Cert, c.Key = "", "", "" }, []string{"--store-ca"}},
		"a key of another": {func(c *etcd.Config) { c.Key = strangeKey }, []string{"--store-key", "private key does not match"}},
		"a CA of nothing":  {func(c *etcd.Config) { c.CA = c.Key }, []string{"there is no certificate in it"}},
		"a missing file":   {func(c *etcd.Config) { c.CA = "nothing.pem" }, []string{"read --store-ca"}},
		"half of a pair":   {func(c *etcd.Config) { c.Key = "" }, []string{"belong together"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := right
			wrong.change(&c)
			ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
			defer cancel()
			began := time.Now()
			s, err := etcd.Open(ctx, c)
			if err == nil {
				_ = s.Close()
			}
			says(t, err, wrong.words...)
			if took := time.Since(began); took > 12*time.Second {
				t.Errorf("it took %s", took)
			}
		})
	}
}
