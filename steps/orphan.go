package steps

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"
)

// snapshotPrice is what a snapshot costs, in US dollars for each GiB and month, by the provider's price list.
const snapshotPrice = 0.06

// MonthlyUSD is what a snapshot of this many GiB costs a month in US dollars, rounded to cents.
func MonthlyUSD(sizeGB float64) float64 { return math.Round(sizeGB*snapshotPrice*100) / 100 }

// ownSnapshot matches the names that sagas give to snapshots: see snapshotName.
var ownSnapshot = regexp.MustCompile(`^arcadia-snap-[0-9]+-[0-9a-f]{8}$`)

// Orphan is a snapshot that a saga of some ledger has made and that the asked ledger does not account for. It costs money
// until somebody deletes it, or finds the ledger that it belongs to.
type Orphan struct {
	ID         int64         `json:"id,omitzero"` // of a droplet's
	VolumeCopy string        `json:"volume_snapshot_id,omitempty"`
	Name       string        `json:"name"`
	Droplet    int64         `json:"droplet_id,omitzero"` // which may be gone
	Volume     string        `json:"volume_id,omitempty"` // the same
	Created    time.Time     `json:"created_at"`
	Age        time.Duration `json:"-"`              // at the time of the look
	SizeGB     float64       `json:"size_gigabytes"` // GiB, compressed
	MonthlyUSD float64       `json:"monthly_usd"`    // rounded to cents
}

// Orphans lists the snapshots of the account's droplets and volumes whose names are those of sagas' snapshots, that are no resource and for which
// accountedFor says no, the oldest first. Nothing is deleted: another ledger may account for them.
func (i Inventory) Orphans(ctx context.Context, accountedFor func(name string) bool) ([]Orphan, error) {
	all, err := i.cloud.AllSnapshots(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for orphans: %w", err)
	}
	ours, err := keys(ctx, i.ledger)
	if err != nil {
		return nil, fmt.Errorf("look for orphans: %w", err)
	}
	now := time.Now()
	var out []Orphan
	for _, s := range all {
		if !ownSnapshot.MatchString(s.Name) || ours[snapshotKey(s.ID)] || accountedFor(s.Name) {
			continue
		}
		out = append(out, Orphan{
			ID: s.ID, Name: s.Name, Droplet: s.Droplet, Created: s.Created, Age: max(0, now.Sub(s.Created)),
			SizeGB: s.SizeGB, MonthlyUSD: MonthlyUSD(s.SizeGB),
		})
	}
	copies, err := i.cloud.AllVolumeSnapshots(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for orphans: %w", err)
	}
	for _, v := range copies {
		if !ownVolumeSnapshot.MatchString(v.Name) || ours[volumeSnapshotKey(v.ID)] || accountedFor(v.Name) {
			continue
		}
		out = append(out, Orphan{
			VolumeCopy: v.ID, Name: v.Name, Volume: v.Volume, Created: v.Created, Age: max(0, now.Sub(v.Created)),
			SizeGB: v.SizeGB, MonthlyUSD: MonthlyUSD(v.SizeGB),
		})
	}
	slices.SortStableFunc(out, func(a, b Orphan) int { return a.Created.Compare(b.Created) })
	return out, nil
}
