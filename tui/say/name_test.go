package say_test

import (
	"testing"

	"arcadia/tui/say"
)

func TestAThingHasOneNameToType(t *testing.T) {
	t.Parallel()
	for subject, want := range map[string]string{
		"web-07 (482919)": "web-07", "A shop.example.com": "shop", "CNAME www.example.com": "www", "snapshot 229305609": "229305609",
		"snapshot of web-01 (482913)": "web-01", "203.0.113.5": "203.0.113.5", "TXT _acme.example.com": "_acme", "": "", "  ": "", "db": "db",
	} {
		if got := say.Name(subject); got != want {
			t.Errorf("the name of %q is %q, want %q", subject, got, want)
		}
	}
}
