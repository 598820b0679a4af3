package main

import (
	"context"
	"fmt"
	"log/slog"

	"arcadia/engine"
	"arcadia/engine/estate"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/smoke"
	"arcadia/tui/cli"
	"arcadia/tui/host"
	"arcadia/tui/sshd"
)

// simulate serves a simulated account of its own.
func simulate(ctx context.Context, s cli.Simulation, ready func(string)) error {
	opts := []dosim.Option{
		dosim.WithSeed(s.Seed), dosim.WithActionTime(s.ActionTime), dosim.WithActionTimePerGB(s.PerGB),
		dosim.WithLatency(s.Latency), dosim.WithDeleteWindow(s.DeleteWindow), dosim.WithPublicURL(s.PublicURL),
	}
	if s.Public {
		opts = append(opts, dosim.WithPublic())
	}
	sim := dosim.New(opts...)
	for _, text := range s.Faults {
		f, err := dosim.ParseFault(text)
		if err != nil {
			return fmt.Errorf("%w: --fault %s: %w", engine.ErrInput, text, err)
		}
		sim.Inject(f)
	}
	return sim.ListenAndServe(ctx, dosim.Door{Address: s.Listen, CAFile: s.CAFile}, ready)
}

// cloud is the way to the account, or to the simulated one; nil without a token.
func (w wire) cloud(log *slog.Logger) (*digitalocean.Client, error) {
	cfg := digitalocean.Config{
		Token: w.token(), ProvisioningToken: w.env("ARCADIA_PROVISIONING_TOKEN"), APIURL: w.env("DIGITALOCEAN_API_URL"),
		UserAgent: "arcadia/" + w.build.Version, Log: log,
	}
	switch {
	case w.account != nil:
		cfg.Token, cfg.ProvisioningToken, cfg.APIURL, cfg.Transport = "demo", "", "", w.account
	case cfg.Token == "":
		return nil, nil
	}
	return digitalocean.New(cfg)
}

// simulated asks whoever answers for the API whether it is a simulator. An address on this machine proves nothing: a proxy
// before the real account looks like that.
func (w wire) simulated(ctx context.Context) bool {
	api := w.env("DIGITALOCEAN_API_URL")
	return api != "" && dosim.Is(ctx, api)
}

// connect lets commands, consoles and metrics look at what is in the account.
func connect(h *host.Host, eng *engine.Engine, cloud *digitalocean.Client, inv steps.Inventory, several bool) {
	p := h.Place
	p.Provider, p.Trials = inv, trial.Table{Of: smoke.Tests, Snapshot: steps.SnapshotNames, Tour: func(on trial.Subject, desk trial.Desk, simulated bool) trial.Tour {
		return smoke.NewTour(cloud, inv, on, desk, simulated)
	}}
	p.Things, h.Look.Things = inv.Tagged, inv.Tagged
	p.Drift = func(ctx context.Context, r engine.Resource) estate.Drift {
		d, _ := inv.Check(ctx, r) // the error is its note
		return d
	}
	p.Orphans = inv.Orphans
	p.Inventory, h.Look.Inventory, h.Look.Orphans = inv, inv, p.Orphans
	h.Look.Budget = func() int { return cloud.Budget().HourRemaining }
	h.Budget = func() sshd.Budget { b := cloud.Budget(); return sshd.Budget{Limit: b.Limit, Remaining: b.Remaining} }
	h.Calls = func() (all []sshd.CallCount) {
		for _, c := range cloud.Calls() {
			all = append(all, sshd.CallCount(c))
		}
		return all
	}
	patrol := steps.NewPatrol(inv, eng.Resources, h.Look.Budget)
	look := patrol.Run
	if several { // one host does it for all
		look = func(ctx context.Context) { eng.WhileDriving(ctx, patrol.Run) }
		divide(h, cloud, eng)
	}
	h.Look.Drifts, h.Beside = patrol, append(h.Beside, look)
	if !p.Simulated {
		h.AskAccount(cloud.Account)
	}
}

// divide leaves the provider's budget to the host that drives, but for a tenth for each other one.
func divide(h *host.Host, cloud *digitalocean.Client, eng *engine.Engine) {
	cloud.Divide(func() digitalocean.Share {
		return digitalocean.Share{Drives: eng.Drives(), Others: max(0, len(eng.Crowd().Hosts)-1)}
	})
	h.Look.Budget = func() int { // what is shown when it is low: of who follows it always is
		if !eng.Drives() {
			return cloud.Budget().Remaining
		}
		return cloud.Budget().HourRemaining
	}
	h.Budget = func() sshd.Budget {
		return sshd.Budget{Limit: cloud.Budget().HourLimit, Remaining: cloud.Budget().HourRemaining}
	}
}
