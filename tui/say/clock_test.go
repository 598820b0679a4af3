package say

import (
	"testing"
	"time"
)

func TestAgesAreAsFineAsTheClock(t *testing.T) {
	t.Parallel()
	cases := []struct {
		ago          time.Duration
		coarse, fine string
	}{
		{0, "<1m", "0s"},
		{59 * time.Second, "<1m", "59s"},
		{time.Minute, "1m", "1m"},
		{59 * time.Minute, "59m", "59m"},
		{90 * time.Minute, "1h", "1h"},
		{47 * time.Hour, "1d", "1d"},
		{20 * 24 * time.Hour, "2w", "2w"},
		{-time.Hour, "<1m", "0s"}, // a clock that was set back makes no negative age
	}
	for _, c := range cases {
		k := Clock{Now: high}
		if got := k.Age(high.Add(-c.ago)); got != c.coarse {
			t.Errorf("%v ago is %q, want %q", c.ago, got, c.coarse)
		}
		k.Fine = true
		if got := k.Age(high.Add(-c.ago)); got != c.fine {
			t.Errorf("%v ago is %q on a fine clock, want %q", c.ago, got, c.fine)
		}
	}
}

func TestDurationsAreShort(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		-time.Second: "", 0: "0ms", 340 * time.Millisecond: "340ms", 36*time.Second + 240*time.Millisecond: "36.2s",
		59*time.Second + 990*time.Millisecond: "59.9s", 250 * time.Second: "4m10s", 125 * time.Minute: "2h05m",
	} {
		if got := Took(d); got != want {
			t.Errorf("%v is %q, want %q", d, got, want)
		}
	}
}

func TestTimesAreWrittenInTheChosenZone(t *testing.T) {
	t.Parallel()
	east := time.FixedZone("EAST", 3*3600)
	k := Clock{Now: high, Format: Local, Location: east}
	if got := k.Stamp(high.Add(-time.Hour)); got != "16:04:06" {
		t.Errorf("local: %q", got)
	}
	k.Format = UTC
	if got := k.Stamp(high.Add(-time.Hour)); got != "13:04:06" {
		t.Errorf("UTC: %q", got)
	}
	if got := k.Stamp(high.Add(-48 * time.Hour)); got != "Nov 21" {
		t.Errorf("another day: %q", got)
	}
}
