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
	"slices"
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
func (w wire) open(_ context.Context, want cli.Want) (p *cli.Place, err error) {
	var open closers
	defer func() {
		if err != nil {
			err = errors.Join(err, open.close())
		}
	}()
	log := slog.New(slog.DiscardHandler)
	if want.Access == cli.Act {
		file, err := w.logFile()
		if err != nil {
			return nil, err
		}
		open.add(file.Close)
		log = slog.New(slog.NewJSONHandler(file, nil)).With("pid", os.Getpid(), "purpose", want.Purpose)
	}
	p = &cli.Place{Name: "no account", Simulated: want.Demo}
	catalog, kinds := steps.Catalog(nil)
	switch cloud, err := w.cloud(want.Demo, log); {
	case err != nil && want.Access == cli.Act:
		return nil, err
	case err == nil && cloud != nil:
		open.add(func() error { cloud.Close(); return nil })
		catalog, kinds = steps.Catalog(cloud)
		p.Provider, p.Name = provider{cloud}, "DigitalOcean"
		if p.Simulated = want.Demo || w.loopback(); p.Simulated {
			p.Name = "DEMO"
		}
	}
	var store engine.Store
	if want.Access != cli.Nothing {
		s, err := w.store(want, &open, log)
		if err != nil {
			return nil, err
		}
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
	p.Close = open.close
	return p, nil
}

// closers is what has been opened so far.
type closers []func() error

func (c *closers) add(fn func() error) { *c = append(*c, fn) }

// close closes all of it, the last first.
func (c *closers) close() error {
	var errs []error
	for _, fn := range slices.Backward(*c) {
		errs = append(errs, fn())
	}
	return errors.Join(errs...)
}

// store opens the store as wanted. One that nobody named and that is not there yet is an empty one.
func (w wire) store(want cli.Want, open *closers, log *slog.Logger) (s *bolt.Store, err error) {
	file, away, err := w.database(want)
	if err != nil {
		return nil, err
	}
	open.add(away)
	if want.Access == cli.Read {
		s, err = bolt.OpenReadOnly(file, bolt.WithPurpose(want.Purpose))
	}
	if want.Access == cli.Act || want.Database == "" && errors.Is(err, bolt.ErrMissing) {
		s, err = bolt.Open(file, bolt.WithPurpose(want.Purpose))
	}
	if err != nil {
		return nil, err
	}
	log.Info("store opened", "file", file)
	open.add(func() error {
		err := s.Close()
		log.Info("store closed", "file", file, "error", err)
		return err
	})
	return s, nil
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
		ASCII: look.ASCII, NoColor: look.NoColor, Dark: true, Hosting: p.Host != nil,
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
