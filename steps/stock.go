package steps

import (
	"context"
	"encoding/json"
	"slices"
	"strings"
)

// Stock is all that the account has, one line a thing, in order: what two looks at an account that is as it was have in
// common. The ids of records are left out, since one that was deleted and put back has a new one.
func (i Inventory) Stock(ctx context.Context) ([]string, error) {
	var out []string
	add := func(kind string, thing any) error {
		b, err := json.Marshal(thing)
		out = append(out, kind+" "+string(b))
		return err
	}
	all, err := i.things(ctx)
	if err != nil {
		return nil, err
	}
	for _, kind := range all {
		for _, thing := range kind.things {
			if err := add(kind.name, thing); err != nil {
				return nil, err
			}
		}
	}
	slices.Sort(out)
	return out, nil
}

// shelf is the things of one kind.
type shelf struct {
	name   string
	things []any
}

func (i Inventory) things(ctx context.Context) ([]shelf, error) {
	var out []shelf
	listed, err := i.cloud.Droplets(ctx)
	if err != nil {
		return nil, err
	}
	for _, one := range listed {
		d, err := i.cloud.Droplet(ctx, one.ID) // the list may be some seconds old
		if absent(err) {
			continue
		}
		if err != nil {
			return nil, err
		}
		d.Image, d.ImageID = "", 0 // from what its disk was last written: a copy of what is on it leaves the droplet as it is
		out = append(out, onShelf("droplet", []Droplet{d}))
	}
	volumes, err := i.cloud.Volumes(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, onShelf("volume", volumes))
	for _, v := range volumes {
		copies, err := i.cloud.VolumeSnapshots(ctx, v.ID)
		if err != nil {
			return nil, err
		}
		out = append(out, onShelf("volume snapshot", copies))
	}
	keys, err := i.cloud.SSHKeys(ctx)
	if err != nil {
		return nil, err
	}
	snapshots, err := i.cloud.AllSnapshots(ctx)
	if err != nil {
		return nil, err
	}
	walls, err := i.cloud.Firewalls(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range walls {
		slices.SortFunc(w.Rules, func(a, b Rule) int { return strings.Compare(a.String(), b.String()) })
	}
	ips, err := i.cloud.ReservedIPs(ctx)
	if err != nil {
		return nil, err
	}
	out = append(out, onShelf("snapshot", snapshots), onShelf("firewall", walls), onShelf("reserved IP", ips), onShelf("SSH key", keys))
	domains, err := i.cloud.Domains(ctx)
	if err != nil {
		return nil, err
	}
	for _, d := range domains {
		records, err := i.cloud.AllRecords(ctx, d.Name)
		if err != nil {
			return nil, err
		}
		for n := range records {
			records[n].ID = 0
		}
		out = append(out, onShelf("record of "+d.Name, records))
	}
	return out, nil
}

func onShelf[T any](name string, list []T) shelf {
	s := shelf{name: name}
	for _, one := range list {
		s.things = append(s.things, one)
	}
	return s
}
