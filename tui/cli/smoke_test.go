package cli_test

import (
	"context"
	"strconv"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
	"arcadia/steps/digitalocean"
	"arcadia/steps/dosim"
	"arcadia/steps/smoke"
	"arcadia/storage/storagetest"
	"arcadia/tui/cli"
)

// TestSmokeOfEveryKindInARealAccountSaysWhatItCostsAndAsks writes nothing before somebody has said yes.
func TestSmokeOfEveryKindInARealAccountSaysWhatItCostsAndAsks(t *testing.T) {
	t.Parallel()
	sim := dosim.New()
	cloud, err := digitalocean.New(digitalocean.Config{Token: "dop_v1_test", Transport: sim})
	if err != nil {
		t.Fatal(err)
	}
	store := storagetest.NewMemory()
	list, kinds := steps.Catalog(cloud, store, nil)
	eng, err := engine.New(store, engine.Config{Steps: list, Kinds: kinds})
	if err != nil {
		t.Fatal(err)
	}
	inv := steps.NewInventory(cloud, store)
	for _, c := range []struct {
		name, in string
		screen   bool
		says     []string
	}{
		{"nobody is there to answer", "", false, []string{"Nothing was done: add --yes"}},
		{"the answer is no", "no\n", true, []string{"Go on?", "nothing was done"}},
		{"there is no answer", "\n", true, []string{"nothing was done"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := &session{}
			s.env = cli.Env{
				In: strings.NewReader(c.in), Out: &s.out, Err: &s.err, Operator: "ops1", Token: true, Screen: c.screen,
				Open: func(context.Context, cli.Want) (*cli.Place, error) {
					return &cli.Place{
						Engine: eng.As(engine.Actor{Name: "ops1", Role: engine.Operator}), Close: func() {}, Provider: inv,
						Trials: trial.Table{Of: smoke.Tests, Snapshot: steps.SnapshotNames, Tour: func(on trial.Subject, desk trial.Desk, simulated bool) trial.Tour {
							return smoke.NewTour(cloud, inv, on, desk, simulated)
						}},
					}, nil
				},
			}
			status := s.run(t, "smoke", "--all", "--domain", "example.com", "--droplet", strconv.FormatInt(sim.Droplets()[0].ID, 10))
			said := s.out.String() + s.err.String()
			for _, want := range append(c.says, "This account is real", "one droplet at a time, of size s-1vcpu-512mb-10gb in nyc3", "$0.0", "replace_droplet is left out: it needs more than one smallest droplet at a time",
				"open_port is left out: it changes what the account has already") {
				if !strings.Contains(said, want) {
					t.Errorf("it does not say %q: %s", want, said)
				}
			}
			if status != cli.Misuse || sim.Writes() != 0 {
				t.Errorf("exit status %d, %d writes", status, sim.Writes())
			}
			if n, err := store.Counts(t.Context()); err != nil || n.Total != 0 {
				t.Errorf("%d sagas are stored (%v)", n.Total, err)
			}
		})
	}
}
