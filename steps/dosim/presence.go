package dosim

import "time"

// presence tells what exists from what a reader is shown: the service lists some things
// late, and some for a while after they are gone.
type presence struct {
	lateReads  int       // readings still to miss it
	lateUntil  time.Time // and not shown before
	gone       bool      // deleted; what follows applies then
	ghostReads int       // readings that still show it
	ghostUntil time.Time // or shown until
}

// seen reports whether one reading at now shows the thing, and counts that reading.
func (p *presence) seen(now time.Time) bool {
	if p.gone {
		if p.ghostReads > 0 {
			p.ghostReads--
			return true
		}
		return now.Before(p.ghostUntil)
	}
	if p.lateReads > 0 {
		p.lateReads--
		return false
	}
	return !now.Before(p.lateUntil)
}

// faded reports whether the thing is gone and will never be shown again.
func (p *presence) faded(now time.Time) bool {
	return p.gone && p.ghostReads <= 0 && !now.Before(p.ghostUntil)
}

// delay makes the next readings miss a thing just made.
func (p *presence) delay(f *armedFault, now time.Time) {
	if f != nil {
		p.lateReads = f.Times
		p.lateUntil = now.Add(f.Delay)
	}
}

// remove deletes the thing; with a fault, readers see it a little longer.
func (p *presence) remove(f *armedFault, now time.Time) {
	p.gone = true
	if f != nil {
		p.ghostReads = f.Times
		p.ghostUntil = now.Add(f.Delay)
	}
}
