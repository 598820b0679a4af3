package cli

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/url"
	"time"

	"github.com/spf13/cobra"
)

// Simulation is how a simulated account is served, and how it behaves.
type Simulation struct {
	Listen       string // address and port
	Public       bool   // other machines may reach it
	Seed         int64  // what everything made up derives from, the account's UUID and team too
	ActionTime   time.Duration
	PerGB        time.Duration // more for each GiB of the disk that an action carries
	Latency      time.Duration
	DeleteWindow time.Duration // how long a deleted droplet can still be read
	PublicURL    string        // what links begin with; empty: as the request
	CAFile       string        // not empty: serve over TLS, and write the certificate of the authority there
	Faults       []string      // KIND[,NAME=VALUE]...
}

func (t *tree) simCommand() *cobra.Command {
	var s Simulation
	cmd := &cobra.Command{
		Use: "sim", Short: "Serve a simulated DigitalOcean account", Args: exactly(),
		Long: "sim serves a simulated account over HTTP until it is interrupted and\n" +
			"prints its URL first. Any token is good. Point any client at it, arcadia\n" +
			"with DIGITALOCEAN_API_URL.\n\n" +
			"--fault rehearses what can only be rehearsed here, and can be given more\n" +
			"than once: shutdown_ignored, size_unavailable,text=SIZE, stores_otherwise,\n" +
			"action_errors,text=resize,skip=1,count=1, status_late,delay=1m. A wrong\n" +
			"name is answered with all of them.",
		Example: "arcadia sim --listen 127.0.0.1:8080 --seed 7\n" +
			"arcadia sim --action-time 30s --fault shutdown_ignored,delay=2m",
	}
	flags := cmd.Flags()
	flags.StringVar(&s.Listen, "listen", "127.0.0.1:0", "address and port to listen on")
	flags.BoolVar(&s.Public, "public", false, "other machines may reach it, and its control")
	flags.Int64Var(&s.Seed, "seed", 1, "what everything made up derives from, the account's UUID and team too")
	flags.DurationVar(&s.ActionTime, "action-time", 6*time.Second, "how long a snapshot takes; other actions take a share of it")
	flags.DurationVar(&s.PerGB, "action-time-per-gb", 0, "more for each GiB of the disk that an action carries")
	flags.DurationVar(&s.Latency, "latency", 0, "how long each request waits")
	flags.DurationVar(&s.DeleteWindow, "delete-window", 11*time.Second, "how long a deleted droplet can still be read")
	flags.StringVar(&s.PublicURL, "public-url", "", "what links in answers begin with; else as the request")
	flags.StringVar(&s.CAFile, "tls", "", "serve over TLS with an authority of its own, whose certificate is written to this file")
	flags.StringArrayVar(&s.Faults, "fault", nil, "a fault to arm, as KIND[,NAME=VALUE]...")
	_ = cmd.MarkFlagFilename("tls") // the flag is there
	cmd.RunE = func(cmd *cobra.Command, _ []string) error {
		if t.env.Simulate == nil {
			return errors.New("sim: not available in this session: run it in a shell")
		}
		if err := s.check(); err != nil {
			return err
		}
		var unsaid error
		ctx, cancel := context.WithCancel(cmd.Context())
		defer cancel()
		err := t.env.Simulate(ctx, s, func(url string) {
			if _, err := fmt.Fprintln(t.env.Out, url); err != nil {
				unsaid = written(err)
				cancel()
			}
		})
		return errors.Join(err, unsaid)
	}
	return cmd
}

// check refuses what cannot be served.
func (s Simulation) check() error {
	for name, d := range map[string]time.Duration{
		"action-time": s.ActionTime, "action-time-per-gb": s.PerGB, "latency": s.Latency, "delete-window": s.DeleteWindow,
	} {
		if d < 0 {
			return misuse("--%s %s: a time cannot be negative", name, d)
		}
	}
	if !s.Public && !onlyHere(s.Listen) {
		return misuse("sim --listen %s: other machines could reach it, and whoever does rules the account: listen on 127.0.0.1, or add --public", s.Listen)
	}
	if s.PublicURL == "" {
		return nil
	}
	u, err := url.Parse(s.PublicURL)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return misuse("--public-url %s: give a scheme and a host, as in https://api.example.com", s.PublicURL)
	}
	return nil
}

// onlyHere reports whether an address can be reached from this machine only.
func onlyHere(addr string) bool {
	host, _, err := net.SplitHostPort(addr)
	ip := net.ParseIP(host)
	return err != nil || host == "localhost" || ip != nil && ip.IsLoopback() // what is no address is an error soon enough
}
