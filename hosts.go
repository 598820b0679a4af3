package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"arcadia/engine"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
)

// host is how this process is called where several have a store open.
func (w wire) host() engine.Host {
	name := strings.TrimSpace(w.env("ARCADIA_HOST"))
	if name == "" {
		machine, err := os.Hostname()
		if err != nil {
			machine = "host"
		}
		name = fmt.Sprintf("%s-%d", machine, os.Getpid())
	}
	return engine.Host{Name: name, Address: strings.TrimSpace(w.env("ARCADIA_HOST_ADDRESS")), Version: w.build.Version}
}

// shared is what can be asked of a store that several hosts have open.
type shared struct {
	board   host.Board
	hosts   func(context.Context) ([]engine.Host, error)
	members func(context.Context) (tui.Cluster, error)
}

// several lets a host and commands know who else has the store open. A process that does not run its engine, which is a command that
// reads, has not seen anybody: it asks the store.
func (s *shared) several(h *host.Host, eng *engine.Engine, policy string) {
	if s == nil {
		return
	}
	h.Shared = host.Shared{Board: s.board, Crowd: eng.Crowd, Members: s.members, Decides: eng.Decides, Policy: policy}
	h.Place.Hosts, h.Place.Cluster = s.hosts, h.Cluster
}

// policyFile is where the policy of this host is; empty when nobody knows.
func (w wire) policyFile() string {
	file, err := cli.PolicyFile(w.env)
	if err != nil {
		return ""
	}
	return file
}
