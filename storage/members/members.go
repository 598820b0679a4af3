package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"path/filepath"
	"strings"
	"time"

	"go.etcd.io/etcd/server/v3/embed"
)

// members are etcd servers in this process, on loopback.
type members []*embed.Etcd

// start runs n members of one etcd with their data in a folder, configured as some functions want it, and returns when all of them
// answer.
func start(dir string, n int, want ...func(*embed.Config)) (all members, err error) {
	defer func() {
		if err != nil {
			all.stop()
		}
	}()
	ports, err := free(2 * n)
	if err != nil {
		return nil, err
	}
	for i := range n {
		c := member(i, dir, ports)
		for _, f := range want {
			f(c)
		}
		one, err := embed.StartEtcd(c)
		if err != nil {
			return all, fmt.Errorf("start member %d: %w", i+1, err)
		}
		all = append(all, one)
	}
	for i, one := range all {
		select {
		case <-one.Server.ReadyNotify():
		case err := <-one.Err():
			return all, fmt.Errorf("member %d: %w", i+1, err)
		case <-time.After(time.Minute):
			return all, fmt.Errorf("member %d: %w", i+1, errors.New("it is not ready after a minute"))
		}
	}
	return all, nil
}

// member is the configuration of one of several members on loopback; ports are those for clients, and then those for each other.
func member(i int, dir string, ports []int) *embed.Config {
	n := len(ports) / 2
	at := func(i int) url.URL { return url.URL{Scheme: "http", Host: fmt.Sprintf("127.0.0.1:%d", ports[i])} }
	name := func(i int) string { return fmt.Sprintf("member-%d", i+1) }
	var cluster []string
	for i := range n {
		peer := at(n + i)
		cluster = append(cluster, name(i)+"="+peer.String())
	}
	c := embed.NewConfig()
	c.Name, c.Dir = name(i), filepath.Join(dir, name(i))
	c.ListenClientUrls, c.AdvertiseClientUrls = []url.URL{at(i)}, []url.URL{at(i)}
	c.ListenPeerUrls, c.AdvertisePeerUrls = []url.URL{at(n + i)}, []url.URL{at(n + i)}
	c.InitialCluster, c.LogLevel, c.LogOutputs = strings.Join(cluster, ","), "fatal", []string{"/dev/null"}
	return c
}

// endpoints are the members' HOST:PORT for clients.
func (m members) endpoints() (all []string) {
	for _, one := range m {
		all = append(all, one.Clients[0].Addr().String())
	}
	return all
}

func (m members) stop() {
	for _, one := range m {
		one.Close()
	}
}

// free finds ports that nobody has.
func free(n int) (ports []int, err error) {
	for range n {
		l, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
		if err != nil {
			return nil, fmt.Errorf("find a port: %w", err)
		}
		defer func() { _ = l.Close() }()
		ports = append(ports, l.Addr().(*net.TCPAddr).Port) //nolint:forcetypeassert // tcp
	}
	return ports, nil
}
