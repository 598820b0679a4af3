package main

import (
	"context"
	"fmt"
	"os"
	"strings"

	"arcadia/engine"
	"arcadia/steps/digitalocean"
	"arcadia/tui"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
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

// alone is what one host does for all: the one that drives.
func (s *shared) alone(eng *engine.Engine, f func(context.Context)) func(context.Context) {
	if s == nil {
		return f
	}
	return func(ctx context.Context) { eng.WhileDriving(ctx, f) }
}

// divide leaves the provider's budget to the host that drives, but for a tenth for each other one.
func (s *shared) divide(h *host.Host, client *digitalocean.Client, eng *engine.Engine) {
	if s == nil {
		return
	}
	client.Divide(func() digitalocean.Share {
		return digitalocean.Share{Drives: eng.Drives(), Others: max(0, len(eng.Crowd().Hosts)-1)}
	})
	h.Look.Budget = func() int { // what is shown when it is low: of who follows it always is
		b := client.Budget()
		if !eng.Drives() {
			return b.Remaining
		}
		return b.HourRemaining
	}
	h.Budget = func() sshd.Budget {
		b := client.Budget()
		return sshd.Budget{Limit: b.HourLimit, Remaining: b.HourRemaining}
	}
}

// policyFile is where the policy of this host is; empty when nobody knows.
func (w wire) policyFile() string {
	file, err := cli.PolicyFile(w.env)
	if err != nil {
		return ""
	}
	return file
}
