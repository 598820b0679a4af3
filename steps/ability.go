package steps

// Ability is one kind of request for which a token needs scopes of its own.
type Ability string

// The abilities that the steps need, those of their compensations included. Their texts finish "the token may not".
const (
	TakeSnapshots   Ability = "take snapshots of droplets"
	FollowActions   Ability = "read actions"
	ReadSnapshots   Ability = "read snapshots"
	DeleteSnapshots Ability = "delete snapshots"
	CreateRecords   Ability = "create DNS records"
	UpdateRecords   Ability = "change DNS records"
	DeleteRecords   Ability = "delete DNS records"
	ChangeDroplets  Ability = "switch and resize droplets"
	CreateDroplets  Ability = "create droplets"
	DeleteDroplets  Ability = "delete droplets"
	MoveIPs         Ability = "move reserved IPs"
	AddRules        Ability = "add rules to firewalls"
	RemoveRules     Ability = "take rules from firewalls"
	PlaceWalls      Ability = "put firewalls before droplets"
	LiftWalls       Ability = "take firewalls from droplets"
	CopyVolumes     Ability = "take snapshots of volumes"
	DeleteCopies    Ability = "delete snapshots of volumes"
)

// Permits is what a Cloud may know of its token beforehand. It is optional.
type Permits interface {
	// Denied returns the error with which a request of this kind must be expected to be refused, because one was a short
	// while ago, or nil when nothing speaks against it. It makes no request and is safe for concurrent use.
	Denied(a Ability) error
}

// denied is the first of the abilities that the cloud is known to lack, as an error. A launch is refused with it: what
// cannot be finished, or not be undone, is better not begun.
func denied(cloud any, needs ...Ability) error {
	p, ok := cloud.(Permits)
	if !ok {
		return nil
	}
	for _, a := range needs {
		if err := p.Denied(a); err != nil {
			return err
		}
	}
	return nil
}

// snapshotNeeds are what taking a snapshot and deleting it again needs.
var snapshotNeeds = []Ability{TakeSnapshots, FollowActions, ReadSnapshots, DeleteSnapshots}

// needs are what carrying out a change and taking it back needs.
func (c change) needs() []Ability {
	var out []Ability
	for _, o := range c.Ops {
		switch o.Do {
		case opCreate:
			out = append(out, CreateRecords, DeleteRecords)
		case opUpdate:
			out = append(out, UpdateRecords)
		case opDelete:
			out = append(out, DeleteRecords, CreateRecords)
		}
		if o.After != nil && c.ttlNote(o) != "" {
			out = append(out, UpdateRecords) // to put back the TTL that the write moves along
		}
	}
	return out
}
