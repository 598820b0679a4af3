package tui

import (
	"testing"

	"arcadia/engine/schedule"
)

func TestASchedulePausesResumesAndGoesByKey(t *testing.T) {
	t.Parallel()
	onExhibit(t, nil, func(s *stage) {
		get := func(name string) (schedule.View, error) {
			return schedule.Get(s.app.ctx, s.app.cfg.Backend, name)
		}
		s.press("8")
		s.has("nightly-web")
		s.has("snapshot_droplet")
		s.press("p")
		s.has("Pause schedule nightly-web")
		s.press("tab", "enter") // the answer that does something wants a reason
		if v, err := get("nightly-web"); err != nil || v.Paused != nil {
			t.Fatalf("paused without a reason: %+v %v", v.Paused, err)
		}
		s.write("audit")
		s.press("tab", "tab", "enter")
		v, err := get("nightly-web")
		if err != nil || v.Paused == nil || v.Paused.Why != "audit" || v.Paused.By != "ops1" {
			t.Fatalf("%+v %v\n%s", v.Paused, err, s.text())
		}
		s.has("nightly-web is paused")
		s.press("p")
		s.has("pause: it is paused already")
		s.press(":")
		s.write("resume")
		s.press("enter")
		s.has("Resume schedule nightly-web")
		s.press("tab", "enter")
		if v, err := get("nightly-web"); err != nil || v.Paused != nil {
			t.Errorf("it is still paused: %+v %v\n%s", v.Paused, err, s.text())
		}
		s.press("down", ":")
		s.write("remove")
		s.press("enter")
		s.has("Remove schedule ttl-low")
		s.press("tab", "enter")
		if _, err := get("ttl-low"); err == nil {
			t.Errorf("it is still there\n%s", s.text())
		}
		s.hasNot("upsert_dns_record")
	})
	onExhibit(t, func(c *Config) { c.ReadOnly = true }, func(s *stage) {
		s.press("8")
		s.has("nightly-web")
		s.press("p")
		s.hasNot("Pause schedule")
	})
}
