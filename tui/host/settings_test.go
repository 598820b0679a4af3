package host

import (
	"errors"
	"strings"
	"testing"

	"arcadia/engine"
	"arcadia/storage/storagetest"
	"arcadia/tui"
	"arcadia/tui/theme"
)

// Who comes in over SSH finds the own settings on every host of the store, and nobody else's; a viewer has some too.
func TestSettingsAreKeptByOperatorOnEveryHost(t *testing.T) {
	t.Parallel()
	store := storagetest.NewMemory()
	host := func() *Host {
		e, err := engine.New(store, engine.Config{})
		if err != nil {
			t.Fatal(err)
		}
		return &Host{As: e.As}
	}
	first, second := host(), host()
	if _, err := tui.ChangeSetting(t.Context(), inStore{first, "ops1"}, "theme", theme.Light); err != nil {
		t.Fatal(err)
	}
	if _, err := tui.ChangeSetting(t.Context(), inStore{second, "ops1"}, "times", "utc"); err != nil {
		t.Fatal(err)
	}
	if s, err := tui.ReadSettings(t.Context(), inStore{first, "ops1"}); err != nil || s.Theme != theme.Light || s.Times.String() != "UTC" {
		t.Errorf("they are %+v (%v)", s, err)
	}
	if text, err := (inStore{first, "ops2"}).Read(t.Context()); err != nil || len(text) > 0 {
		t.Errorf("somebody else has %q (%v)", text, err)
	}
	err := inStore{first, "ops1"}.Write(t.Context(), []byte(strings.Repeat("# much\n", maxSettings)))
	if !errors.Is(err, engine.ErrInput) {
		t.Errorf("settings without bound are kept: %v", err)
	}
}
