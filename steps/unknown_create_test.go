package steps_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/dosim"
	"arcadia/storage/storagetest"
)

// TestUnknownCreatesMakeNoSecondDroplet creates droplets whose answers are lost in every way there is, beside somebody else's
// of the same name, listed late or at once, and completes or undoes them: in the end there is one of ours or none, and all
// of theirs.
func TestUnknownCreatesMakeNoSecondDroplet(t *testing.T) {
	t.Parallel()
	runs := 100 * min(runs(), 20)
	if testing.Short() {
		runs = 30
	}
	wrong, naive := 0, 0
	for seed := range uint64(runs) {
		for _, complaint := range unknownCreate(t, seed, func(cloud steps.Cloud) engine.Step { return steps.NewCreateDroplet(cloud) }) {
			wrong++
			t.Errorf("seed %d: %s", seed, complaint)
		}
		if seed < 30 {
			naive += len(unknownCreate(t, seed, func(cloud steps.Cloud) engine.Step { return byName{steps.NewCreateDroplet(cloud), cloud} }))
		}
	}
	t.Logf("figure | droplets created with lost answers | %d | %d wrong", runs, wrong)
	if naive == 0 {
		t.Error("the control, which finds a droplet by its name, was not found wrong")
	}
}

// byName is the control: it finds what an earlier attempt has left by its name.
type byName struct {
	steps.CreateDroplet
	cloud steps.Cloud
}

func (c byName) Execute(ctx context.Context, s *engine.State) error {
	var begun bool
	if _, err := s.Saved("begun", &begun); err != nil {
		return err
	}
	if begun {
		time.Sleep(time.Minute)
		all, err := c.cloud.Droplets(ctx)
		if err != nil {
			return engine.Retryable(err, 0)
		}
		if at := slices.IndexFunc(all, func(d steps.Droplet) bool { return d.Name == s.Input("name") }); at >= 0 {
			s.Put("made", all[at].ID)
			return nil
		}
	}
	s.Put("begun", true)
	if err := s.Save(ctx); err != nil {
		return err
	}
	d, err := c.cloud.CreateDroplet(ctx, steps.DropletOrder{Name: s.Input("name"), Region: "nyc3", Size: "s-1vcpu-1gb", Image: "debian-12-x64"})
	if err != nil {
		return engine.Unknown(err)
	}
	s.Put("made", d.ID)
	return nil
}

func (c byName) Compensate(ctx context.Context, s *engine.State) error {
	var id int64
	if made, err := s.Saved("made", &id); err != nil || !made {
		return err
	}
	time.Sleep(time.Minute)
	return c.cloud.DeleteDroplet(ctx, id)
}

// unknownCreate runs one create under faults drawn from the seed, and says what is wrong afterwards.
func unknownCreate(t *testing.T, seed uint64, step func(steps.Cloud) engine.Step) (wrong []string) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		rng := rand.New(rand.NewPCG(seed, 1))
		sim := dosim.New(dosim.WithEmptyWorld(), dosim.WithRateLimit(0, 0), dosim.WithDeleteWindow(time.Duration(rng.IntN(12))*time.Second))
		theirs := sim.AddDroplet("web-01")
		kinds := []dosim.FaultKind{dosim.FaultResetAfter, dosim.FaultResetBefore, dosim.FaultGarbageBody, dosim.FaultTruncatedBody, dosim.FaultEmptyBody, dosim.FaultBadGateway}
		for range 1 + rng.IntN(2) {
			sim.Inject(dosim.Fault{Kind: kinds[rng.IntN(len(kinds))], Method: http.MethodPost, Path: "/v2/droplets", Count: 1})
		}
		if rng.IntN(2) == 0 {
			sim.Inject(dosim.Fault{Kind: dosim.FaultDropletLate, Times: rng.IntN(6), Delay: time.Duration(rng.IntN(30)) * time.Second})
		}
		cloud := connect(t, sim)
		list := []string{"create_droplet"}
		if rng.IntN(2) == 0 {
			list = append(list, "fail")
		}
		e, err := engine.New(storagetest.NewMemory(), engine.Config{Steps: []engine.Step{step(cloud), steps.Fail{}}, Kinds: []engine.Kind{{Name: "adhoc", Adhoc: true, Summary: "x", Undo: "x"}}})
		if err != nil {
			t.Fatal(err)
		}
		ctx, stop := context.WithCancel(context.Background())
		over := make(chan error, 1)
		go func() { over <- e.Run(ctx) }()
		<-e.Ready()
		ops := e.As(engine.Actor{Name: "test", Role: engine.Operator})
		s, err := ops.Start(ctx, engine.Launch{Kind: "adhoc", Steps: list, Inputs: inputs(
			"name", "web-01", "region", "nyc3", "size", "s-1vcpu-1gb", "image", "debian-12-x64", "ssh_keys", "52000512")})
		if err != nil {
			t.Fatal(err)
		}
		for !s.Status.Terminal() {
			time.Sleep(10 * time.Second)
			if s, err = ops.Saga(ctx, s.ID); err != nil {
				t.Fatal(err)
			}
		}
		stop()
		_ = <-over
		time.Sleep(time.Hour)
		want := 0
		if s.Status == engine.Completed {
			want = 1
		}
		ours, kept := 0, false
		for _, d := range sim.Droplets() {
			if d.ID == theirs {
				kept = true
			} else {
				ours++
			}
		}
		if !kept {
			wrong = append(wrong, "somebody else's droplet is gone")
		}
		if ours != want {
			wrong = append(wrong, fmt.Sprintf("%s, and %d droplets of ours: %s", s.Status, ours, dump(s)))
		}
	})
	return wrong
}
