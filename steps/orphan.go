package steps

import (
	"context"
	"fmt"
	"math"
	"regexp"
	"slices"
	"time"

	"arcadia/engine/estate"
)

// snapshotPrice is what a snapshot costs, in US dollars for each GiB and month, by the provider's price list.
const snapshotPrice = 0.06

// MonthlyUSD is what a snapshot of this many GiB costs a month in US dollars, rounded to cents.
func MonthlyUSD(sizeGB float64) float64 { return math.Round(sizeGB*snapshotPrice*100) / 100 }

// ownSnapshot matches the names that sagas give to snapshots: see snapshotName.
var ownSnapshot = regexp.MustCompile(`^arcadia-snap-[0-9]+-[0-9a-f]{8}$`)

// Orphans lists the snapshots of the account's droplets and volumes whose names are those of sagas' snapshots, that are no resource and for which
// accountedFor says no, the oldest first. Nothing is deleted: another ledger may account for them.
func (i Inventory) Orphans(ctx context.Context, accountedFor func(name string) bool) ([]estate.Orphan, error) {
	all, err := i.cloud.AllSnapshots(ctx)
	if err != nil {
		return nil, fmt.Errorf("look for orphans: %w", err)
	}
	ours, err := keys(ctx, i.ledger)
	if err != nil {
		return nil, fmt.Errorf("look for orphans: %w", err)
	}
	now := time.Now()
	var out []estate.Orphan
	for _, s := range all {
		if !ownSnapshot.MatchString(s.Name) || ours[snapshotKey(s.ID)] || accountedFor(s.Name) {
			continue
		}
		out = append(out, estate.Orphan{
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
		out = append(out, estate.Orphan{
			VolumeCopy: v.ID, Name: v.Name, Volume: v.Volume, Created: v.Created, Age: max(0, now.Sub(v.Created)),
			SizeGB: v.SizeGB, MonthlyUSD: MonthlyUSD(v.SizeGB),
		})
	}
	slices.SortStableFunc(out, func(a, b estate.Orphan) int { return a.Created.Compare(b.Created) })
	return out, nil
}
