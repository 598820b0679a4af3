package steps

import "context"

// noCloud stands in where no token was given. All it does is say so.
type noCloud struct{}

func errNoCloud() error {
	return &CloudError{Class: Blocked, Text: "no access to DigitalOcean: set DIGITALOCEAN_TOKEN, or try it without an account with --demo"}
}

func (noCloud) Droplets(context.Context) ([]Droplet, error)       { return nil, errNoCloud() }
func (noCloud) Droplet(context.Context, int64) (Droplet, error)   { return Droplet{}, errNoCloud() }
func (noCloud) Action(context.Context, int64) (Action, error)     { return Action{}, errNoCloud() }
func (noCloud) AllSnapshots(context.Context) ([]Snapshot, error)  { return nil, errNoCloud() }
func (noCloud) Snapshot(context.Context, int64) (Snapshot, error) { return Snapshot{}, errNoCloud() }
func (noCloud) DeleteSnapshot(context.Context, int64) error       { return errNoCloud() }
func (noCloud) Domains(context.Context) ([]Domain, error)         { return nil, errNoCloud() }
func (noCloud) DeleteRecord(context.Context, string, int64) error { return errNoCloud() }

func (noCloud) Sizes(context.Context) ([]Size, error) { return nil, errNoCloud() }

// SSHKeys refuses.
func (noCloud) SSHKeys(context.Context) ([]int, error) { return nil, errNoCloud() }

func (noCloud) DropletsTagged(context.Context, string) ([]Droplet, error) { return nil, errNoCloud() }
func (noCloud) DeleteTag(context.Context, string) error                   { return errNoCloud() }
func (noCloud) DeleteDroplet(context.Context, int64) error                { return errNoCloud() }
func (noCloud) Rebuild(context.Context, int64, int64) (Action, error)     { return Action{}, errNoCloud() }

func (noCloud) ReservedIPs(context.Context) ([]ReservedIP, error) { return nil, errNoCloud() }

func (noCloud) AssignIP(context.Context, string, int64) (Action, error) {
	return Action{}, errNoCloud()
}

func (noCloud) UnassignIP(context.Context, string) (Action, error)  { return Action{}, errNoCloud() }
func (noCloud) IPActions(context.Context, string) ([]Action, error) { return nil, errNoCloud() }
func (noCloud) Firewalls(context.Context) ([]Firewall, error)       { return nil, errNoCloud() }
func (noCloud) AddRule(context.Context, string, Rule) error         { return errNoCloud() }
func (noCloud) RemoveRule(context.Context, string, Rule) error      { return errNoCloud() }
func (noCloud) Guard(context.Context, string, int64) error          { return errNoCloud() }
func (noCloud) Unguard(context.Context, string, int64) error        { return errNoCloud() }
func (noCloud) DeleteVolumeSnapshot(context.Context, string) error  { return errNoCloud() }

func (noCloud) Power(context.Context, int64, PowerAction) (Action, error) {
	return Action{}, errNoCloud()
}

func (noCloud) Resize(context.Context, int64, string, bool) (Action, error) {
	return Action{}, errNoCloud()
}

func (noCloud) CreateDroplet(context.Context, DropletOrder) (Droplet, error) {
	return Droplet{}, errNoCloud()
}

func (noCloud) Volumes(context.Context) ([]Volume, error)      { return nil, errNoCloud() }
func (noCloud) Volume(context.Context, string) (Volume, error) { return Volume{}, errNoCloud() }

func (noCloud) VolumeSnapshot(context.Context, string) (VolumeSnapshot, error) {
	return VolumeSnapshot{}, errNoCloud()
}

func (noCloud) VolumeSnapshots(context.Context, string) ([]VolumeSnapshot, error) {
	return nil, errNoCloud()
}

func (noCloud) AllVolumeSnapshots(context.Context) ([]VolumeSnapshot, error) {
	return nil, errNoCloud()
}

func (noCloud) SnapshotVolume(context.Context, string, string) (VolumeSnapshot, error) {
	return VolumeSnapshot{}, errNoCloud()
}

func (noCloud) SnapshotDroplet(context.Context, int64, string) (Action, error) {
	return Action{}, errNoCloud()
}

func (noCloud) DropletActions(context.Context, int64) ([]Action, error) {
	return nil, errNoCloud()
}

func (noCloud) DropletSnapshots(context.Context, int64) ([]Snapshot, error) {
	return nil, errNoCloud()
}

func (noCloud) AllRecords(context.Context, string) ([]Record, error) {
	return nil, errNoCloud()
}

func (noCloud) RecordsAt(context.Context, string, string) ([]Record, error) {
	return nil, errNoCloud()
}

func (noCloud) CreateRecord(context.Context, string, Record) (Record, error) {
	return Record{}, errNoCloud()
}

func (noCloud) UpdateRecord(context.Context, string, Record) (Record, error) {
	return Record{}, errNoCloud()
}

func (noCloud) SnapshotStatus(context.Context, int64) (string, error) {
	return "", errNoCloud()
}
