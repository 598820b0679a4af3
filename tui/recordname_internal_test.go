package tui

import "testing"

func TestAListedNameIsGivenToALaunchSoThatItIsReadAsListed(t *testing.T) {
	t.Parallel()
	for listed, want := range map[string]string{
		"@": "@", "www": "www", "www.example.org": "www.example.org", "notexample.com": "notexample.com",
		"www.example.com": "www.example.com.example.com.", "example.com": "example.com.example.com.",
	} {
		if got := written(listed, "example.com"); got != want {
			t.Errorf("%s is written as %s, want %s", listed, got, want)
		}
	}
}
