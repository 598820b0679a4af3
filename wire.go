package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/storage/bolt"
	"arcadia/tui"
	"arcadia/tui/cli"
)

// How the simulator behaves in a demonstration: slow enough to watch.
const (
	demoLatency = 120 * time.Millisecond
	demoAction  = 9 * time.Second
)

// wire puts the parts together as the environment says.
type wire struct {
	env      func(string) string
	operator string
	version  string
}

func (w wire) token() string {
	if t := strings.TrimSpace(w.env("DIGITALOCEAN_TOKEN")); t != "" {
		return t
	}
	return strings.TrimSpace(w.env("DIGITALOCEAN_ACCESS_TOKEN"))
}

// open puts an engine on a store.
func (w wire) open(ctx context.Context, want cli.Want) (p *cli.Place, err error) {
	var closers []func() error
	shut := func() error {
		var errs []error
		for i := len(closers) - 1; i >= 0; i-- {
			errs = append(errs, closers[i]())
		}
		return errors.Join(errs...)
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, shut())
		}
	}()
	log := slog.New(slog.DiscardHandler)
	if want.Access == cli.Act {
		file, err := w.logFile()
		if err != nil {
			return nil, err
		}
		closers = append(closers, file.Close)
		log = slog.New(slog.NewJSONHandler(file, nil)).With("pid", os.Getpid(), "purpose", want.Purpose)
	}
	cloud, err := w.cloud(want.Demo, log)
	if err != nil {
		return nil, err
	}
	catalog, kinds := steps.Catalog(nil)
	p = &cli.Place{Close: shut, Name: "no account", Simulated: want.Demo}
	if cloud != nil {
		closers = append(closers, func() error { cloud.Close(); return nil })
		catalog, kinds = steps.Catalog(cloud)
		p.Provider, p.Name = provider{cloud}, "DigitalOcean"
		if p.Simulated = want.Demo || w.loopback(); p.Simulated {
			p.Name = "DEMO"
		}
	}
	var store engine.Store
	if want.Access != cli.Nothing {
		file, away, err := w.database(want)
		if err != nil {
			return nil, err
		}
		closers = append(closers, away)
		s, err := openStore(file, want)
		if err != nil {
			return nil, err
		}
		closers = append(closers, s.Close)
		store, p.Backup = s, s.Backup
	}
	eng, err := engine.New(store, engine.Config{Steps: catalog, Kinds: kinds, Log: log})
	if err != nil {
		return nil, err
	}
	role := engine.Operator
	if want.ReadOnly {
		role = engine.Viewer
	}
	p.Engine = eng.As(engine.Actor{Name: w.operator, Role: role})
	if want.Access == cli.Act {
		p.Host = eng.Run
	}
	return p, nil
}

// cloud is the way to the account, or to the simulated one; nil without a token.
func (w wire) cloud(demo bool, log *slog.Logger) (*digitalocean.Client, error) {
	cfg := digitalocean.Config{
		Token: w.token(), ProvisioningToken: w.env("ARCADIA_PROVISIONING_TOKEN"), APIURL: w.env("DIGITALOCEAN_API_URL"),
		UserAgent: "arcadia/" + w.version, Log: log,
	}
	switch {
	case demo:
		sim := dosim.New(dosim.WithLatency(demoLatency), dosim.WithActionTime(demoAction))
		cfg.Token, cfg.ProvisioningToken, cfg.APIURL, cfg.Transport = "demo", "", "", sim
	case cfg.Token == "":
		return nil, nil
	}
	return digitalocean.New(cfg)
}

// loopback reports whether the API is on this machine, where DigitalOcean's own never is.
func (w wire) loopback() bool {
	u, err := url.Parse(w.env("DIGITALOCEAN_API_URL"))
	return err == nil && u.Scheme == "http"
}

// database is the store's file, and what to do with it in the end.
func (w wire) database(want cli.Want) (file string, away func() error, err error) {
	keep := func() error { return nil }
	if want.Database != "" {
		return want.Database, keep, nil
	}
	if want.Demo {
		dir, err := os.MkdirTemp("", "arcadia-demo-")
		if err != nil {
			return "", nil, fmt.Errorf("make a folder for the demo's store: %w", err)
		}
		return filepath.Join(dir, "arcadia.db"), func() error { return os.RemoveAll(dir) }, nil
	}
	dir, err := w.folder("XDG_DATA_HOME", ".local/share")
	if err != nil {
		return "", nil, fmt.Errorf("%w, or name a file with --db", err)
	}
	return filepath.Join(dir, "arcadia.db"), keep, nil
}

// openStore opens a store as wanted. One that nobody named and that is not there yet is an empty one.
func openStore(file string, want cli.Want) (*bolt.Store, error) {
	if want.Access == cli.Read {
		s, err := bolt.OpenReadOnly(file, bolt.WithPurpose(want.Purpose))
		if want.Database != "" || !errors.Is(err, bolt.ErrMissing) {
			return s, err
		}
	}
	return bolt.Open(file, bolt.WithPurpose(want.Purpose))
}

// folder is the operator's own folder of one sort.
func (w wire) folder(variable, below string) (string, error) {
	if dir := w.env(variable); filepath.IsAbs(dir) {
		return filepath.Join(dir, "arcadia"), nil
	}
	home := w.env("HOME")
	if !filepath.IsAbs(home) {
		return "", fmt.Errorf("no folder for arcadia: set %s or HOME", variable)
	}
	return filepath.Join(home, below, "arcadia"), nil
}

// logFile opens the log for appending, for its owner's eyes only.
func (w wire) logFile() (*os.File, error) {
	dir, err := w.folder("XDG_STATE_HOME", ".local/state")
	if err != nil {
		return nil, err
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make the folder for the log: %w", err)
	}
	f, err := os.OpenFile(filepath.Join(dir, "arcadia.log"), os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o600)
	if err != nil {
		return nil, fmt.Errorf("open the log: %w", err)
	}
	if err := f.Chmod(0o600); err != nil {
		return nil, errors.Join(fmt.Errorf("make the log private: %w", err), f.Close())
	}
	return f, nil
}

// simulate serves a simulated account until ctx ends.
func simulate(ctx context.Context, addr string, seed int64, ready func(url string)) error {
	listener, err := new(net.ListenConfig).Listen(ctx, "tcp", addr)
	if err != nil {
		return fmt.Errorf("serve the simulator: %w: choose another address with --listen", err)
	}
	srv := &http.Server{Handler: dosim.New(dosim.WithSeed(seed)), ReadHeaderTimeout: 10 * time.Second}
	stopped := make(chan error, 1)
	go func() {
		<-ctx.Done()
		stopped <- srv.Close()
	}()
	ready("http://" + listener.Addr().String())
	if err := srv.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
		return fmt.Errorf("serve the simulator: %w", err)
	}
	return <-stopped
}

// console shows the console on the process's own terminal.
func console(ctx context.Context, p *cli.Place, look cli.Look) error {
	session, ok := p.Engine.(*engine.Session)
	if !ok {
		return errors.New("show the console: the engine is not of this process")
	}
	cfg := tui.Config{
		Backend: session, Env: p.Name, Live: !p.Simulated, ReadOnly: look.ReadOnly, Operator: session.Actor().Name,
		ASCII: look.ASCII, NoColor: look.NoColor || os.Getenv("NO_COLOR") != "", Dark: true, Hosting: p.Host != nil,
	}
	if seen, ok := p.Provider.(provider); ok {
		cfg.Inventory = inventory(seen)
	}
	return tui.Run(ctx, cfg, os.Stdin, os.Stdout, tea.WithoutSignalHandler())
}

// provider is the account as the smoke tests look at it.
type provider struct{ cloud steps.Cloud }

func (p provider) Droplets(ctx context.Context) ([]int64, error) {
	all, err := p.cloud.Droplets(ctx)
	var ids []int64
	for _, d := range all {
		if !d.Locked {
			ids = append(ids, d.ID)
		}
	}
	return ids, err
}

func (p provider) Domains(ctx context.Context) ([]string, error) { return domains(ctx, p.cloud) }

func (p provider) TXT(ctx context.Context, domain, name string) ([]string, error) {
	all, err := p.cloud.RecordsAt(ctx, domain, name)
	var data []string
	for _, r := range all {
		if r.Type == "TXT" {
			data = append(data, r.Data)
		}
	}
	return data, err
}

func (p provider) Snapshots(ctx context.Context, droplet int64) ([]string, error) {
	all, err := p.cloud.DropletSnapshots(ctx, droplet)
	var names []string
	for _, s := range all {
		names = append(names, s.Name)
	}
	return names, err
}

// inventory is the account as the console lists it.
type inventory struct{ cloud steps.Cloud }

func (i inventory) Droplets(ctx context.Context) ([]tui.Droplet, error) {
	all, err := i.cloud.Droplets(ctx)
	out := make([]tui.Droplet, 0, len(all))
	for _, d := range all {
		out = append(out, tui.Droplet{
			ID: d.ID, Name: d.Name, Status: d.Status, Region: d.Region, Size: d.Size, Image: d.Image, IPv4: d.IPv4,
		})
	}
	return out, err
}

func (i inventory) Domains(ctx context.Context) ([]string, error) { return domains(ctx, i.cloud) }

func (i inventory) Records(ctx context.Context, domain string) ([]tui.Record, error) {
	all, err := i.cloud.AllRecords(ctx, domain)
	out := make([]tui.Record, 0, len(all))
	for _, r := range all {
		out = append(out, tui.Record{
			ID: r.ID, Domain: domain, Type: r.Type, Name: r.Name, Data: r.Data, TTL: r.TTL, Priority: r.Priority,
		})
	}
	return out, err
}

func domains(ctx context.Context, zones steps.Zones) ([]string, error) {
	all, err := zones.Domains(ctx)
	names := make([]string, 0, len(all))
	for _, d := range all {
		names = append(names, d.Name)
	}
	return names, err
}
