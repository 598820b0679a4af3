package bolt

import "time"

// pace is how the writer groups under load. Callers can go together: it waits for all whom it has released, and takes them with
// those who came during the commit. Or apart, in two groups, of which one is at work while the other is on its way to the disk.
// Apart there are twice as many commits; together the disk waits for the callers, and they for the disk. Which gets more done
// depends on the disk, the processors and who else needs them, so that it is tried: the better way for most of the time, the
// other now and then.
type pace struct {
	apart bool
	rate  [2]float64 // requests a second, together and apart, at the last trial of each; 0: not tried
	turns int        // trials since the other way was tried

	since         time.Time // the trial's begin; zero when none is under way
	commits, done int
}

const (
	fewCallers = 16 // so many go together: what they do while the disk waits takes less time than one more commit
	trial      = 32 // commits
	trialEvery = 32 // trials: then the other way is tried
)

// committed notes a commit of so many requests, with so many queued behind it, and returns for how many the writer is to wait.
func (p *pace) committed(n, queued int, now time.Time) int {
	all := n + queued
	switch {
	case all < fewCallers:
		*p = pace{}
		return all
	case p.since.IsZero():
		p.since, p.commits, p.done = now, 0, 0
	default:
		p.commits, p.done = p.commits+1, p.done+n
	}
	if p.commits == trial {
		p.judge(now.Sub(p.since))
		p.since, p.commits, p.done = now, 0, 0
	}
	if p.apart {
		return (all + 1) / 2
	}
	return all
}

// interrupted ends a trial in which nobody had anything to write for a while: it says nothing.
func (p *pace) interrupted() { p.since = time.Time{} }

// judge ends a trial, and chooses how to go on.
func (p *pace) judge(took time.Duration) {
	way := 0
	if p.apart {
		way = 1
	}
	p.rate[way] = float64(p.done) / max(took, 1).Seconds()
	p.turns++
	if p.rate[1-way] == 0 || p.turns >= trialEvery {
		p.apart, p.turns = !p.apart, 0
		return
	}
	p.apart = p.rate[1] > p.rate[0]
}
