package steps

import (
	"context"
	"time"
)

// Cloud is all that steps ask of the provider. Implementations are safe for concurrent use, return *CloudError for every
// failure of the provider, retry reads by themselves within reason, and never repeat a write.
type Cloud interface {
	Fleet
	Snapshots
	Zones
	Addresses
	Walls
	Disks
}

// Machines reads droplets.
type Machines interface {
	// Droplets lists all droplets, for picking one: the answer may be some seconds old.
	Droplets(ctx context.Context) ([]Droplet, error)
	// Droplet reads one droplet now. A missing one is NotFound.
	Droplet(ctx context.Context, id int64) (Droplet, error)
}

// Snapshots takes snapshots of droplets, finds and deletes them.
type Snapshots interface {
	// SnapshotDroplet starts a snapshot and returns its action. A droplet that is busy with another event is Pending.
	SnapshotDroplet(ctx context.Context, droplet int64, name string) (Action, error)
	Actions
	// DropletSnapshots lists the snapshots of a droplet, without its backups. The listing of a droplet that is gone is
	// NotFound, although its snapshots live on: see AllSnapshots.
	DropletSnapshots(ctx context.Context, droplet int64) ([]Snapshot, error)
	// AllSnapshots lists the droplet snapshots of the account. Backups may be among them.
	AllSnapshots(ctx context.Context) ([]Snapshot, error)
	// Snapshot reads one snapshot now.
	Snapshot(ctx context.Context, id int64) (Snapshot, error)
	// SnapshotStatus reads now whether a snapshot can be used: available, or what the provider says otherwise.
	SnapshotStatus(ctx context.Context, id int64) (string, error)
	// DeleteSnapshot deletes at once. A missing one is NotFound.
	DeleteSnapshot(ctx context.Context, id int64) error
}

// Zones reads and writes DNS records.
type Zones interface {
	// Domains lists all domains, for picking one: the answer may be some seconds old.
	Domains(ctx context.Context) ([]Domain, error)
	// AllRecords lists the records of a domain, for picking one: the answer may be some seconds old.
	AllRecords(ctx context.Context, domain string) ([]Record, error)
	// RecordsAt lists the records of all types at one relative name ("@", "www") now. A missing domain is NotFound.
	RecordsAt(ctx context.Context, domain, name string) ([]Record, error)
	// CreateRecord writes a new record, in wire form, and returns it as stored. Equal records are not refused.
	CreateRecord(ctx context.Context, domain string, r Record) (Record, error)
	// UpdateRecord writes all fields of the record with r.ID, in wire form.
	UpdateRecord(ctx context.Context, domain string, r Record) (Record, error)
	// DeleteRecord deletes at once. A missing one is NotFound.
	DeleteRecord(ctx context.Context, domain string, id int64) error
}

// Droplet is what forms and targets show of a droplet. Its texts are as the provider gave them.
type Droplet struct {
	ID     int64  `json:"id"`
	Name   string `json:"name"`
	Status string `json:"status"` // new, active, off, archive
	Region string `json:"region"` // slug
	Size   string `json:"size"`   // slug
	Image  string `json:"image"`
	IPv4   string `json:"ipv4"`           // the first public address, empty for none
	IPv6   string `json:"ipv6,omitempty"` // likewise
	Inside string `json:"private_ipv4,omitempty"`
	VPC    string `json:"vpc,omitempty"` // the id of its private network
	Locked bool   `json:"locked"`        // by the provider, for its own purposes: what runs on a droplet is what its actions say
	Disk   int    `json:"disk"`          // GiB

	ImageID   int64     `json:"image_id"`
	Created   time.Time `json:"created_at"`
	Tags      []string  `json:"tags"`
	Volumes   []string  `json:"volume_ids"` // attached block storage
	Snapshots []int64   `json:"snapshot_ids"`
	Backups   []int64   `json:"backup_ids"`
}

// Domain is one DNS zone.
type Domain struct {
	Name string `json:"name"`
	TTL  int    `json:"ttl"`
}

// Action is a change to a droplet that the provider carries out in its own time.
type Action struct {
	ID      int64     `json:"id"`
	Type    string    `json:"type"`   // snapshot, power_off, ...
	Status  string    `json:"status"` // in-progress, completed, errored
	Started time.Time `json:"started_at"`
	Droplet int64     `json:"droplet_id"`
}

// The statuses of an action.
const (
	ActionRunning   = "in-progress"
	ActionCompleted = "completed"
	ActionErrored   = "errored"
)

// Snapshot is an image of a droplet's disk. Names need not be unique.
type Snapshot struct {
	ID      int64     `json:"id"`
	Name    string    `json:"name"`
	Created time.Time `json:"created_at"`
	Droplet int64     `json:"droplet_id"`
	Regions []string  `json:"regions"`
	SizeGB  float64   `json:"size_gigabytes"`
	MinDisk int       `json:"min_disk_size"`
}

// Record is one DNS record. From the provider its name is relative to the domain and its data has no final dot; see
// Record.canonical for the form in which two are compared and Record.wire for the one that is written.
type Record struct {
	ID       int64  `json:"id"`
	Type     string `json:"type"`
	Name     string `json:"name"`
	Data     string `json:"data"`
	TTL      int    `json:"ttl"`
	Priority int    `json:"priority,omitempty"` // MX, SRV
	Port     int    `json:"port,omitempty"`     // SRV
	Weight   int    `json:"weight,omitempty"`   // SRV
	Flags    int    `json:"flags,omitempty"`    // CAA
	Tag      string `json:"tag,omitempty"`      // CAA
}
