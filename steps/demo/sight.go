package demo

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"slices"
	"strings"

	"arcadia/steps"
)

// Sight is what a client sees of a simulated account, whose addresses are nobody's: a droplet that is on answers at its addresses, at
// every port and over HTTP with status 200, and name servers give the records of the account.
type Sight struct{ Cloud steps.Cloud }

// Probe looks once.
func (s Sight) Probe(ctx context.Context, p steps.Probe) error {
	switch {
	case p.HTTP != "":
		u, err := url.Parse(p.HTTP)
		if err != nil {
			return err
		}
		return s.host(ctx, u.Hostname())
	case p.TCP != "":
		host, _, err := net.SplitHostPort(p.TCP)
		if err != nil {
			return err
		}
		return s.host(ctx, host)
	}
	return s.name(ctx, p)
}

func (s Sight) host(ctx context.Context, host string) error {
	all, err := s.Cloud.Droplets(ctx)
	if err != nil {
		return err
	}
	ips, err := s.Cloud.ReservedIPs(ctx)
	if err != nil {
		return err
	}
	behind := int64(0)
	at := slices.IndexFunc(ips, func(r steps.ReservedIP) bool { return r.IP == host })
	if at >= 0 {
		behind = ips[at].Droplet
	}
	for _, d := range all {
		if d.ID != behind && d.IPv4 != host {
			continue
		}
		now, err := s.Cloud.Droplet(ctx, d.ID)
		if err == nil && now.Status != "active" {
			err = errors.New("connection refused")
		}
		return err
	}
	return errors.New("no route to host")
}

func (s Sight) name(ctx context.Context, p steps.Probe) error {
	domains, err := s.Cloud.Domains(ctx)
	if err != nil {
		return err
	}
	name := strings.TrimSuffix(p.DNS, ".")
	for _, d := range domains {
		rel, in := strings.CutSuffix("."+name, "."+d.Name)
		if !in {
			continue
		}
		rel = strings.TrimPrefix(rel, ".")
		if rel == "" {
			rel = "@"
		}
		all, err := s.Cloud.RecordsAt(ctx, d.Name, rel)
		if err != nil {
			return err
		}
		if slices.ContainsFunc(all, func(r steps.Record) bool {
			return r.Type == p.Type && strings.EqualFold(strings.TrimSuffix(r.Data, "."), strings.TrimSuffix(p.Value, "."))
		}) {
			return nil
		}
		return fmt.Errorf("no %s record says %s", p.Type, p.Value)
	}
	return errors.New("no name servers are known for it")
}
