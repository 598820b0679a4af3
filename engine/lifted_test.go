package engine_test

import (
	"errors"
	"slices"
	"testing"
	"testing/synctest"

	"arcadia/engine"
	"arcadia/engine/enginetest"
	"arcadia/storage/storagetest"
)

func TestWhoUsesALiftedProtectionFirstIsRecorded(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		protect := []string{"droplet:1", "droplet:7"}
		p := team("ops1")
		e, _ := enginetest.Drive(t, storagetest.NewMemory(), engine.Config{
			Steps:  []engine.Step{change{name: "change", p: p}, enginetest.Echo()},
			Policy: func() (engine.Policy, error) { return engine.Policy{Protect: protect}, nil },
		})
		ops1 := e.As(person("ops1"))
		lifted := func(step string) []string {
			id := enginetest.Launch(t, ops1, step)
			enginetest.Rest(t, ops1, id)
			entries, err := e.Entries(t.Context(), id, 0)
			if err != nil {
				t.Fatal(err)
			}
			return entries[0].Created.Lifted
		}
		if got := lifted("echo"); len(got) != 0 { // what is protected is known from here on
			t.Error(got)
		}
		if _, err := ops1.Start(t.Context(), engine.Launch{Kind: "adhoc", Steps: []string{"change"}}); !errors.Is(err, engine.ErrRefused) {
			t.Error(err)
		}
		protect = []string{"droplet:7"}
		if got := lifted("echo"); len(got) != 0 {
			t.Error(got)
		}
		if got := lifted("change"); !slices.Equal(got, []string{"droplet:1"}) {
			t.Errorf("the first use says %v", got)
		}
		if got := lifted("change"); len(got) != 0 {
			t.Errorf("the second use says %v", got)
		}
	})
}
