package bolt

import (
	"testing"
	"time"
)

// TestBetterWayIsTakenMostOfTheTime lets commits of one way take longer: soon most go the other, whichever it is, and when what
// is better changes, so does the way.
func TestBetterWayIsTakenMostOfTheTime(t *testing.T) {
	t.Parallel()
	const callers = 64
	var p pace
	now := time.Now()
	share := func(together, apart time.Duration) (apartShare float64) {
		n, went := callers, 0
		for range 100 * trial {
			took := together
			if p.apart {
				went++
				took = apart
			}
			now = now.Add(took)
			n = p.committed(n, callers-n, now)
		}
		return float64(went) / (100 * trial)
	}
	if s := share(10*time.Millisecond, 4*time.Millisecond); s < 0.9 {
		t.Errorf("apart is better, and was taken %.2f of the time", s)
	}
	if s := share(10*time.Millisecond, 6*time.Millisecond); s > 0.4 {
		t.Errorf("together is better, and was taken %.2f of the time", 1-s)
	}
	if s := share(10*time.Millisecond, 4*time.Millisecond); s < 0.6 {
		t.Errorf("apart is better again, and was taken %.2f of the time", s)
	}
}

func TestFewCallersGoTogether(t *testing.T) {
	t.Parallel()
	var p pace
	now := time.Now()
	for range 10 * trial {
		now = now.Add(time.Millisecond)
		if want := p.committed(3, 5, now); want != 8 || p.apart {
			t.Fatalf("8 callers: the writer waits for %d", want)
		}
	}
}
