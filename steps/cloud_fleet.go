package steps

import (
	"context"
	"time"
)

// Powers switches droplets on and off and changes their size.
type Powers interface {
	Machines
	Actions
	// Power starts an action of one of the three types and returns it. A droplet that is busy is Pending.
	Power(ctx context.Context, droplet int64, do PowerAction) (Action, error)
	// Resize starts to give a droplet that is off another size; disk takes the disk along, which cannot be taken back.
	Resize(ctx context.Context, droplet int64, size string, disk bool) (Action, error)
	// Sizes lists the sizes that there are, with the regions that sell them now.
	Sizes(ctx context.Context) ([]Size, error)
	// SSHKeys lists the ids of the account's SSH keys.
	SSHKeys(ctx context.Context) ([]int, error)
}

// PowerAction is an action that switches a droplet on or off.
type PowerAction string

// The actions. A shutdown asks the system inside, which may not follow although the action completes.
const (
	PowerOn  PowerAction = "power_on"
	PowerOff PowerAction = "power_off"
	Shutdown PowerAction = "shutdown"
)

// Actions reads what the provider carries out.
type Actions interface {
	// Action reads one action now.
	Action(ctx context.Context, id int64) (Action, error)
	// DropletActions lists the actions of a droplet, running ones included, the newest first.
	DropletActions(ctx context.Context, droplet int64) ([]Action, error)
}

// Fleet makes and deletes droplets.
type Fleet interface {
	Powers
	// CreateDroplet orders one droplet and returns it as it is before it runs.
	CreateDroplet(ctx context.Context, order DropletOrder) (Droplet, error)
	// DropletsTagged lists the droplets under a tag now.
	DropletsTagged(ctx context.Context, tag string) ([]Droplet, error)
	// DeleteTag deletes a tag, which whatever has it loses. A missing one is NotFound.
	DeleteTag(ctx context.Context, tag string) error
	// DeleteDroplet deletes at once, with all that is on the droplet. A missing one is NotFound.
	DeleteDroplet(ctx context.Context, id int64) error
	// Rebuild starts to put an image on a droplet, in the place of all that is on it.
	Rebuild(ctx context.Context, droplet, image int64) (Action, error)
}

// DropletOrder is what a new droplet shall be.
type DropletOrder struct {
	Name, Region, Size string
	Image              string // id or slug
	SSHKeys            []string
	VPC                string
	Tags               []string
	IPv6               bool
	UserData           string
}

// Size is a size of droplet.
type Size struct {
	Slug       string   `json:"slug"`
	Memory     int      `json:"memory"` // MiB
	VCPUs      int      `json:"vcpus"`
	Disk       int      `json:"disk"` // GiB
	MonthlyUSD float64  `json:"monthly_usd"`
	Regions    []string `json:"regions"` // that sell it now
}

// Addresses moves reserved IPs between droplets.
type Addresses interface {
	Machines
	Actions
	// ReservedIPs lists the account's now.
	ReservedIPs(ctx context.Context) ([]ReservedIP, error)
	// AssignIP starts to move an IP to a droplet of its region.
	AssignIP(ctx context.Context, ip string, droplet int64) (Action, error)
	// UnassignIP starts to take an IP from its droplet.
	UnassignIP(ctx context.Context, ip string) (Action, error)
	// IPActions lists the actions on an IP, the newest first.
	IPActions(ctx context.Context, ip string) ([]Action, error)
}

// ReservedIP is an address of the account's own.
type ReservedIP struct {
	IP      string `json:"ip"`
	Region  string `json:"region"`
	Droplet int64  `json:"droplet_id"` // 0: none
}

// Walls changes the rules of firewalls, one by one: what stands beside them is never written.
type Walls interface {
	// Firewalls lists the account's now.
	Firewalls(ctx context.Context) ([]Firewall, error)
	// AddRule adds a rule. One that is there already stays there once.
	AddRule(ctx context.Context, firewall string, r Rule) error
	// RemoveRule takes a rule away. One that is not there is no error.
	RemoveRule(ctx context.Context, firewall string, r Rule) error
	// Guard puts a firewall before a droplet. Before one that it guards already it stays.
	Guard(ctx context.Context, firewall string, droplet int64) error
	// Unguard takes a firewall from a droplet. One that it does not guard is no error.
	Unguard(ctx context.Context, firewall string, droplet int64) error
}

// Firewall is a set of rules before droplets.
type Firewall struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Droplets []int64  `json:"droplet_ids"`
	Tags     []string `json:"tags"`
	Rules    []Rule   `json:"rules"`
}

// Disks reads volumes and copies them.
type Disks interface {
	// Volumes lists the account's now.
	Volumes(ctx context.Context) ([]Volume, error)
	// Volume reads one volume now. A missing one is NotFound.
	Volume(ctx context.Context, id string) (Volume, error)
	// VolumeSnapshots lists the snapshots of a volume now.
	VolumeSnapshots(ctx context.Context, volume string) ([]VolumeSnapshot, error)
	// AllVolumeSnapshots lists the snapshots of all volumes now, those of volumes that are gone too.
	AllVolumeSnapshots(ctx context.Context) ([]VolumeSnapshot, error)
	// VolumeSnapshot reads one snapshot now. A missing one is NotFound.
	VolumeSnapshot(ctx context.Context, id string) (VolumeSnapshot, error)
	// SnapshotVolume copies a volume at once. Names need not be unique.
	SnapshotVolume(ctx context.Context, volume, name string) (VolumeSnapshot, error)
	// DeleteVolumeSnapshot deletes at once. A missing one is NotFound.
	DeleteVolumeSnapshot(ctx context.Context, id string) error
}

// Volume is a disk of its own. Its texts are as the provider gave them.
type Volume struct {
	ID       string   `json:"id"`
	Name     string   `json:"name"`
	Region   string   `json:"region"` // slug
	SizeGB   int      `json:"size_gigabytes"`
	Droplets []int64  `json:"droplet_ids"`
	Tags     []string `json:"tags"`
}

// VolumeSnapshot is a copy of a volume.
type VolumeSnapshot struct {
	ID      string    `json:"id"`
	Name    string    `json:"name"`
	Volume  string    `json:"volume_id"`
	Created time.Time `json:"created_at"`
	SizeGB  float64   `json:"size_gigabytes"`
	Regions []string  `json:"regions"`
	MinDisk int       `json:"min_disk_size"` // GiB that a volume made of it has at least
}
