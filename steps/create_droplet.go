package steps

import (
	"context"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/engine/visible"
)

// CreateDroplet makes a droplet and waits until it runs. Its compensation deletes it, as long as nothing that is not ours
// has come to it.
//
// Names of droplets are not unique and there are no idempotency keys. What makes the step safe to repeat is a tag that
// belongs to the saga and the row alone.
type CreateDroplet struct{ cloud Hatchery }

// Hatchery is what the step asks of the provider.
type Hatchery interface {
	Fleet
	Snapshots
	Addresses
}

// NewCreateDroplet makes the step over a provider.
func NewCreateDroplet(cloud Hatchery) CreateDroplet { return CreateDroplet{cloud} }

const (
	inHostname = "name"
	inRegion   = "region"
	inImage    = "image"
	inKeys     = "ssh_keys"
	inVPC      = "vpc"
	inTags     = "tags"
	inIPv6     = "ipv6"
	inWakes    = "wakes"

	keyDropletIntent  = "droplet_intent"
	keyDropletCreated = "created_droplet_id"
	keyDropletIPv4    = "created_droplet_ipv4"
	keyDropletIPv6    = "created_droplet_ipv6"
)

// Reasons for which the step fails.
const (
	errManyDroplets = engine.Reason("several_droplets_with_the_tag")
	errNotRunning   = engine.Reason("droplet_does_not_start")
)

// dropletIntent is saved before the POST.
type dropletIntent struct {
	Tag     string      `json:"tag"`
	At      engine.Time `json:"at"`
	Refused bool        `json:"refused,omitempty"`
}

// Name is "create_droplet".
func (CreateDroplet) Name() string { return "create_droplet" }

// Compiled once: a kind asks for the inputs of its steps again and again, and the tags alone take a millisecond.
var (
	hostname  = regexp.MustCompile(`^[a-zA-Z0-9]([a-zA-Z0-9.-]{0,251}[a-zA-Z0-9])?$`)
	keyList   = regexp.MustCompile(`^[0-9a-f:]+( *, *[0-9a-f:]+)*$`)
	networkID = regexp.MustCompile(`^[0-9a-f-]{36}$`)
	tagList   = regexp.MustCompile(`^[a-zA-Z0-9_:-]{1,255}( *, *[a-zA-Z0-9_:-]{1,255})*$`)
)

// Inputs declares what the droplet shall be.
func (c CreateDroplet) Inputs() []engine.Field {
	return append([]engine.Field{
		{Name: inHostname, Label: "Name", Type: engine.TextField, Required: true, Help: "the host name", Check: matches(hostname, "a host name: letters, digits, dots and hyphens")},
		{Name: inRegion, Label: "Region", Type: engine.TextField, Required: true, Help: "the slug of the region, as nyc3", Check: checkSlug},
		{Name: inSize, Label: "Size", Type: engine.TextField, Required: true, Help: "the slug of the size, as s-1vcpu-1gb", Check: checkSlug, Options: c.sizes},
		{Name: inImage, Label: "Image", Type: engine.TextField, Required: true, Help: "the slug of an image, as debian-12-x64, or its id", Check: checkSlug, Later: true},
		{
			Name: inKeys, Label: "SSH keys", Type: engine.TextField, Required: true, Help: "ids or fingerprints, with commas between",
			Check: matches(keyList, "a list of ids or fingerprints"),
		},
		{Name: inVPC, Label: "Network", Type: engine.TextField, Help: "the id of a private network; empty: the region's own", Check: matches(networkID, "a network's id")},
		{
			Name: inTags, Label: "Tags", Type: engine.TextField, Help: "with commas between",
			Check: matches(tagList, "a list of tags: letters, digits, colons, hyphens and underscores"),
		},
		{Name: inIPv6, Label: "IPv6", Type: engine.ChoiceField, Choices: []string{"yes", "no"}, Default: "no", Help: "whether it gets an IPv6 address too"},
		{
			Name: inWakes, Label: "Wakes", Type: engine.IntField, Help: "the id of the deleted droplet that it stands for",
			Unasked: true, // a kind says so
		},
	}, userDataFields()...)
}

// Outputs are the id of the droplet and its addresses.
func (CreateDroplet) Outputs(in engine.Inputs) []engine.Output {
	out := []engine.Output{
		{Key: keyDropletCreated, What: "the id of " + in[inHostname]},
		{Key: keyDropletIPv4, What: "the address of " + in[inHostname]},
	}
	if in[inIPv6] == "yes" {
		out = append(out, engine.Output{Key: keyDropletIPv6, What: "the IPv6 address of " + in[inHostname]})
	}
	return out
}

// matches is the check of a value against a pattern; what names a good value.
func matches(pattern *regexp.Regexp, what string) func(string, engine.Inputs) error {
	return func(value string, _ engine.Inputs) error {
		if !pattern.MatchString(value) {
			return fmt.Errorf("%q is not %s", visible.Short(value, 60), what)
		}
		return nil
	}
}

func (c CreateDroplet) sizes(ctx context.Context, in engine.Inputs) ([]engine.Option, error) {
	all, err := c.cloud.Sizes(ctx)
	if err != nil {
		return nil, err
	}
	var out []engine.Option
	for _, z := range all {
		if in[inRegion] == "" || slices.Contains(z.Regions, in[inRegion]) {
			out = append(out, engine.Option{Value: z.Slug, Label: z.Slug, Detail: fmt.Sprintf("%d MiB  %d vCPU  $%.2f a month", z.Memory, z.VCPUs, z.MonthlyUSD)})
		}
	}
	return out, nil
}

// size finds the size of the inputs. One that does not exist or that the region does not sell now refuses.
func (c CreateDroplet) size(ctx context.Context, in engine.Inputs) (Size, error) {
	z, err := dropletStep{c.cloud}.size(ctx, in[inSize])
	if err == nil && !slices.Contains(z.Regions, in[inRegion]) {
		err = fmt.Errorf("size %s is not available in %s now: choose another size or region", z.Slug, visible.Short(in[inRegion], 20))
	}
	return z, err
}

// fits refuses an image that does not fit the size or is not in the region, as far as that can be known: of a snapshot it is.
func (c CreateDroplet) fits(ctx context.Context, in engine.Inputs, z Size) error {
	id, err := strconv.ParseInt(in[inImage], 10, 64)
	if err != nil {
		return nil //nolint:nilerr // a slug, or not known before an earlier step has run
	}
	s, err := c.cloud.Snapshot(ctx, id)
	switch {
	case absent(err): // it may be another image
		return nil
	case err != nil:
		return err
	case s.MinDisk > z.Disk:
		return named(inSize, fmt.Errorf("%s needs a disk of %d GiB and size %s has one of %d: choose a larger size", s.title(), s.MinDisk, z.Slug, z.Disk))
	case !slices.Contains(s.Regions, in[inRegion]):
		return named(inRegion, fmt.Errorf("%s is not in %s: choose one of %s, or transfer it there first", s.title(), visible.Short(in[inRegion], 20), visible.Short(strings.Join(s.Regions, ", "), 80)))
	}
	return nil
}

// Target is the name. A size that the region does not sell refuses the launch.
func (c CreateDroplet) Target(ctx context.Context, in engine.Inputs) (string, error) {
	z, err := c.size(ctx, in)
	if err != nil {
		return "", err
	}
	if err := c.fits(ctx, in, z); err != nil {
		return "", err
	}
	if _, err := userData(in); err != nil {
		return "", err
	}
	if err := denied(c.cloud, CreateDroplets, DeleteDroplets, FollowActions); err != nil {
		return "", fmt.Errorf("create droplet %s: %w", in[inHostname], err)
	}
	return in[inHostname], nil
}

// Plan says what would be made and what it costs.
func (c CreateDroplet) Plan(ctx context.Context, in engine.Inputs) (engine.Change, error) {
	z, err := c.size(ctx, in)
	if err != nil {
		return engine.Change{}, err
	}
	out := engine.Change{
		Action: engine.ActCreate, Subject: "droplet " + in[inHostname], Undo: "deletes the droplet, and all that is on it", MonthlyUSD: z.MonthlyUSD,
		Fields: []engine.FieldChange{{Name: "size", To: z.Slug}, {Name: "region", To: in[inRegion]}},
		Note:   fmt.Sprintf("$%.2f a month", z.MonthlyUSD),
	}
	if in[inImage] != "" {
		out.Fields = append(out.Fields, engine.FieldChange{Name: "image", To: in[inImage]})
	}
	if in[inUserData] != "" {
		out.Fields = append(out.Fields, engine.FieldChange{Name: "user data", To: in[inUserData], Note: fmt.Sprintf("SHA-256 %.12s", in[inUserDataSum])})
	}
	return out, nil
}

// Deadline leaves room for a slow start.
func (CreateDroplet) Deadline() time.Duration { return time.Hour }

// dropletTag belongs to one row of one saga: whoever finds it knows whose the droplet is.
func dropletTag(s *engine.State) string {
	return "arcadia-" + s.Saga().Short() + "-" + strconv.Itoa(s.Idx())
}

func order(s *engine.State) (DropletOrder, error) {
	text, err := userData(s.Inputs())
	return DropletOrder{
		IPv6: s.Input(inIPv6) == "yes", UserData: text,
		Name: s.Input(inHostname), Region: s.Input(inRegion), Size: s.Input(inSize), Image: s.Input(inImage), VPC: s.Input(inVPC),
		SSHKeys: commas(s.Input(inKeys)), Tags: append(commas(s.Input(inTags)), dropletTag(s)),
	}, err
}

// commas splits a list.
func commas(text string) []string {
	var out []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		if part != "" {
			out = append(out, part)
		}
	}
	return out
}

// look finds the row's droplet by its tag, up to n times: the listing lags behind the creation.
func (c CreateDroplet) look(ctx context.Context, tag string, n int) (Droplet, bool, error) {
	for i := range n {
		if i > 0 {
			if err := pause(ctx, lookupPause); err != nil {
				return Droplet{}, false, err
			}
		}
		all, err := c.cloud.DropletsTagged(ctx, tag)
		if err != nil && !absent(err) {
			return Droplet{}, false, verdict(ctx, err)
		}
		all = slices.DeleteFunc(all, func(d Droplet) bool { return !slices.Contains(d.Tags, tag) }) // never trust the filter alone
		switch len(all) {
		case 0:
		case 1:
			return all[0], true, nil
		default:
			return Droplet{}, false, fmt.Errorf("%w: %d droplets have tag %s: look which of them is to stay", errManyDroplets, len(all), tag)
		}
	}
	return Droplet{}, false, nil
}

// Execute puts created_droplet_id, its name and its address.
func (c CreateDroplet) Execute(ctx context.Context, s *engine.State) error {
	var id int64
	known, err := s.Saved(keyDropletCreated, &id)
	if err != nil {
		return err
	}
	if !known {
		if id, err = c.create(ctx, s); err != nil {
			return err
		}
	}
	var d Droplet
	err = s.Idle(ctx, fmt.Sprintf("droplet %d to run", id), time.Time{}, func(ctx context.Context) error {
		var err error
		d, err = c.running(ctx, id)
		return err
	})
	if err != nil {
		return err
	}
	s.Put("created_droplet_name", d.Name)
	s.Put(keyDropletIPv4, d.IPv4)
	if d.IPv6 != "" {
		s.Put(keyDropletIPv6, d.IPv6)
	}
	if former := s.Input(inWakes); former != "" {
		s.Withdraw(tombstoneResource, former)
	}
	return nil
}

// create posts unless an earlier attempt has, and makes the id durable.
func (c CreateDroplet) create(ctx context.Context, s *engine.State) (int64, error) {
	in := dropletIntent{Tag: dropletTag(s), At: engine.At(time.Now())}
	begun, err := s.Saved(keyDropletIntent, &in)
	if err != nil {
		return 0, err
	}
	looks := 0
	switch {
	case begun && !in.Refused: // the POST of an earlier attempt may arrive after the look
		if err := pause(ctx, lateWrite); err != nil {
			return 0, err
		}
		looks = lookups
	case s.MayHaveRun(): // in a ledger that is not this one
		looks = 1
	}
	d, found, err := c.look(ctx, in.Tag, looks)
	if err != nil {
		return 0, err
	}
	if found {
		s.Put(keyDropletIntent, in)
		s.Put(keyDropletCreated, d.ID)
		return d.ID, s.Save(ctx)
	}
	what, err := order(s)
	if err != nil {
		return 0, err
	}
	in.Refused = false
	s.Put(keyDropletIntent, in)
	if err := s.Save(ctx); err != nil {
		return 0, err
	}
	d, err = c.cloud.CreateDroplet(ctx, what)
	if err != nil {
		if refused(err) {
			in.Refused = true
			s.Put(keyDropletIntent, in)
		}
		if ClassOf(err) == Permanent && ctx.Err() == nil {
			return 0, fmt.Errorf("%w: nothing was made: mend what the provider names there, then launch again", err)
		}
		return 0, verdict(ctx, err)
	}
	// Crash here: the droplet is there and nobody knows its number. The next attempt finds it by its tag.
	s.Put(keyDropletCreated, d.ID)
	return d.ID, s.Save(context.WithoutCancel(ctx))
}

// running waits until the droplet is active. One that was just made may not be there for some seconds.
func (c CreateDroplet) running(ctx context.Context, id int64) (Droplet, error) {
	bad := 0
	for n := 0; ; n++ {
		d, err := c.cloud.Droplet(ctx, id)
		switch {
		case err == nil && d.Status == statusActive && d.IPv4 != "":
			return d, nil
		case err == nil:
			bad = 0
			if c.failed(ctx, id) {
				return d, fmt.Errorf("%w: droplet %d is %s and its creation has failed: launch again", errNotRunning, id, visible.Short(d.Status, 20))
			}
		case !absent(err) && ClassOf(err) != Retryable || bad == lookups:
			return d, verdict(ctx, err)
		default:
			bad++
		}
		if err := pause(ctx, pollPause(n)); err != nil {
			return Droplet{}, err
		}
	}
}

// failed reports whether the droplet's creation is known to have ended badly.
func (c CreateDroplet) failed(ctx context.Context, id int64) bool {
	actions, err := c.cloud.DropletActions(ctx, id)
	return err == nil && slices.ContainsFunc(actions, func(a Action) bool { return a.Type == "create" && a.Status == ActionErrored })
}
