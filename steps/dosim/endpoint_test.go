package dosim_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

// running is a seeded Sim with a client for it and a way to pass time.
func running(t *testing.T) (s *dosim.Sim, c *godo.Client, pass func(time.Duration)) {
	t.Helper()
	now := time.Unix(1_780_000_000, 0)
	s = dosim.New(dosim.WithClock(func() time.Time { return now }), dosim.WithRateLimit(0, 0))
	return s, inProcess(t, s), func(d time.Duration) { now = now.Add(d) }
}

func must[T any](t *testing.T) func(T, *godo.Response, error) T {
	return func(v T, _ *godo.Response, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// refusedWith says that err is the service's refusal with that status.
func refusedWith(t *testing.T, what string, err error, status int) {
	t.Helper()
	if statusOf(err) != status {
		t.Errorf("%s: %v, want %d", what, err, status)
	}
}

func TestRulesComeBackAsTheServiceWritesThem(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, pass := running(t)
	web := int(s.Droplets()[0].ID)
	all := &godo.Sources{Addresses: []string{"0.0.0.0/0"}}
	f := must[*godo.Firewall](t)(c.Firewalls.Create(ctx, &godo.FirewallRequest{
		Name: "edge", DropletIDs: []int{web},
		InboundRules: []godo.InboundRule{
			{Protocol: "tcp", PortRange: "all", Sources: all}, {Protocol: "icmp", Sources: all}, {Protocol: "udp", PortRange: "8000-9000", Sources: all},
		},
		OutboundRules: []godo.OutboundRule{{Protocol: "tcp", PortRange: "0", Destinations: &godo.Destinations{Tags: []string{"web"}}}},
	}))
	if f.Status != "waiting" || len(f.PendingChanges) != 1 || f.PendingChanges[0].DropletID != web {
		t.Errorf("made %+v", f)
	}
	pass(time.Minute)
	f = must[*godo.Firewall](t)(c.Firewalls.Get(ctx, f.ID))
	var ports []string
	for _, r := range f.InboundRules {
		ports = append(ports, r.Protocol+" "+r.PortRange)
	}
	if f.Status != "succeeded" || !slices.Equal(ports, []string{"tcp 0", "icmp 0", "udp 8000-9000"}) || f.OutboundRules[0].Destinations.Tags[0] != "web" {
		t.Errorf("settled as %+v", f)
	}
	more := &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{Protocol: "tcp", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"192.0.2.1", "192.0.2.2"}}}}}
	same := &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{{Protocol: "TCP", PortRange: "22", Sources: &godo.Sources{Addresses: []string{"192.0.2.2", "192.0.2.1"}}}}}
	count := func(want int) {
		t.Helper()
		if f := must[*godo.Firewall](t)(c.Firewalls.Get(ctx, f.ID)); len(f.InboundRules) != want || len(f.OutboundRules) != 1 || len(f.DropletIDs) != 1 {
			t.Errorf("%d rules, want %d: %+v", len(f.InboundRules), want, f)
		}
	}
	for range 2 { // a rule that is there is there once
		if _, err := c.Firewalls.AddRules(ctx, f.ID, more); err != nil {
			t.Fatal(err)
		}
		count(4)
	}
	for range 2 { // one that is not is passed over
		if _, err := c.Firewalls.RemoveRules(ctx, f.ID, same); err != nil {
			t.Fatal(err)
		}
		count(3)
	}
	_, err := c.Firewalls.AddRules(ctx, f.ID, &godo.FirewallRulesRequest{})
	refusedWith(t, "no rule", err, 400)
	for _, bad := range []godo.InboundRule{
		{Protocol: "gre", PortRange: "1", Sources: all},
		{Protocol: "tcp", PortRange: "70000", Sources: all},
		{Protocol: "tcp", PortRange: "9-8", Sources: all},
		{Protocol: "tcp", PortRange: "ssh", Sources: all},
		{Protocol: "tcp", PortRange: "1", Sources: &godo.Sources{}},
		{Protocol: "tcp", PortRange: "1", Sources: &godo.Sources{Addresses: []string{"home"}}},
	} {
		_, err := c.Firewalls.AddRules(ctx, f.ID, &godo.FirewallRulesRequest{InboundRules: []godo.InboundRule{bad}})
		refusedWith(t, bad.Protocol+" "+bad.PortRange, err, 422)
	}
	count(3)
}

func TestAFirewallStandsBeforeDropletsByIdAndByTag(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, _ := running(t)
	web, db := int(s.Droplets()[0].ID), int(s.Droplets()[2].ID)
	before := func(droplet int) []string {
		var names []string
		for _, f := range must[[]godo.Firewall](t)(c.Firewalls.ListByDroplet(ctx, droplet, nil)) {
			names = append(names, f.Name)
		}
		return names
	}
	if got := before(web); !slices.Equal(got, []string{"web"}) {
		t.Fatalf("before web-01: %v", got)
	}
	f := must[[]godo.Firewall](t)(c.Firewalls.List(ctx, nil))[0]
	for _, err := range []error{
		second(c.Firewalls.AddDroplets(ctx, f.ID, db)), second(c.Firewalls.AddTags(ctx, f.ID, "db")), second(c.Firewalls.RemoveTags(ctx, f.ID, "web")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if got := before(web); len(got) > 0 {
		t.Errorf("before web-01: %v", got)
	}
	if _, err := c.Firewalls.RemoveDroplets(ctx, f.ID, db); err != nil {
		t.Fatal(err)
	}
	if got := before(db); len(got) != 1 { // by its tag
		t.Errorf("before db-01: %v", got)
	}
	refusedWith(t, "an unknown droplet", second(c.Firewalls.AddDroplets(ctx, f.ID, 7)), 422)
	refusedWith(t, "an unknown tag", second(c.Firewalls.AddTags(ctx, f.ID, "nope")), 422)
	put := &godo.FirewallRequest{Name: "web", OutboundRules: f.OutboundRules}
	if g := must[*godo.Firewall](t)(c.Firewalls.Update(ctx, f.ID, put)); len(g.InboundRules) > 0 || len(g.Tags) > 0 {
		t.Errorf("PUT kept what it was not sent: %+v", g)
	}
	_, _, err := c.Firewalls.Create(ctx, put)
	refusedWith(t, "a second of that name", err, http.StatusConflict)
	if _, err := c.Firewalls.Delete(ctx, f.ID); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "deleted twice", second(c.Firewalls.Delete(ctx, f.ID)), 404)
	g := must[*godo.Firewall](t)(c.Firewalls.Create(ctx, &godo.FirewallRequest{Name: "one", DropletIDs: []int{db, web}, OutboundRules: f.OutboundRules}))
	if _, err := c.Droplets.Delete(ctx, web); err != nil {
		t.Fatal(err)
	}
	if g = must[*godo.Firewall](t)(c.Firewalls.Get(ctx, g.ID)); !slices.Equal(g.DropletIDs, []int{db}) {
		t.Errorf("of a deleted droplet: %+v", g)
	}
}

// second drops what godo gives beside an error.
func second[T any](_ T, err error) error { return err }

func TestAVolumeIsMadeMovedCopiedAndDeleted(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, pass := running(t)
	web, far := int(s.Droplets()[0].ID), int(s.Droplets()[3].ID)
	v := must[*godo.Volume](t)(c.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Name: "data", Region: "nyc3", SizeGigaBytes: 10, Tags: []string{"disk"}}))
	do := func(what string, a *godo.Action, _ *godo.Response, err error) {
		t.Helper()
		if err != nil || a.Status != godo.ActionInProgress || a.ResourceType != "volume" {
			t.Fatalf("%s: %+v, %v", what, a, err)
		}
		pass(time.Minute)
		if a, _, err = c.StorageActions.Get(ctx, v.ID, a.ID); err != nil || a.Status != godo.ActionCompleted {
			t.Fatalf("%s: %+v, %v", what, a, err)
		}
		v = must[*godo.Volume](t)(c.Storage.GetVolume(ctx, v.ID))
	}
	a, r, err := c.StorageActions.Attach(ctx, v.ID, web)
	do("attach", a, r, err)
	if d := must[*godo.Droplet](t)(c.Droplets.Get(ctx, web)); !slices.Equal(d.VolumeIDs, []string{v.ID}) || !slices.Equal(v.DropletIDs, []int{web}) {
		t.Errorf("attached: %v, %v", d.VolumeIDs, v.DropletIDs)
	}
	_, _, err = c.StorageActions.Attach(ctx, v.ID, web)
	refusedWith(t, "attached twice", err, 422)
	refusedWith(t, "deleted while attached", second(c.Storage.DeleteVolume(ctx, v.ID)), http.StatusConflict)
	a, r, err = c.StorageActions.Resize(ctx, v.ID, 20, "nyc3")
	do("resize", a, r, err)
	_, _, err = c.StorageActions.Resize(ctx, v.ID, 20, "nyc3")
	refusedWith(t, "no larger", err, 422)
	a, r, err = c.StorageActions.DetachByDropletID(ctx, v.ID, web)
	do("detach", a, r, err)
	_, _, err = c.StorageActions.Attach(ctx, v.ID, far)
	refusedWith(t, "another region", err, 422)

	m := must[*godo.Snapshot](t)(c.Storage.CreateSnapshot(ctx, &godo.SnapshotCreateRequest{VolumeID: v.ID, Name: "copy", Tags: []string{"disk"}}))
	if m.ResourceID != v.ID || m.ResourceType != "volume" || m.MinDiskSize != 20 {
		t.Errorf("copied %+v", m)
	}
	if got := must[*godo.Tag](t)(c.Tags.Get(ctx, "disk")); got.Resources.Count != 2 || got.Resources.Volumes.Count != 1 {
		t.Errorf("under the tag %+v", got.Resources)
	}
	for what, list := range map[string][]godo.Snapshot{
		"of the volume": must[[]godo.Snapshot](t)(c.Storage.ListSnapshots(ctx, v.ID, nil)),
		"of volumes":    must[[]godo.Snapshot](t)(c.Snapshots.ListVolume(ctx, nil)),
		"in the region": must[[]godo.Snapshot](t)(c.Snapshots.ListVolumeSnapshotByRegion(ctx, "nyc3", nil)),
	} {
		if len(list) != 1 || list[0].ID != m.ID {
			t.Errorf("snapshots %s: %+v", what, list)
		}
	}
	if list := must[[]godo.Snapshot](t)(c.Snapshots.ListDroplet(ctx, nil)); slices.ContainsFunc(list, func(o godo.Snapshot) bool { return o.ID == m.ID }) {
		t.Error("it is among those of droplets")
	}
	if _, err := c.Storage.DeleteVolume(ctx, v.ID); err != nil {
		t.Fatal(err)
	}
	again := must[*godo.Volume](t)(c.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Name: "data", SnapshotID: m.ID, SizeGigaBytes: 30}))
	if again.SizeGigaBytes != 30 || again.Region.Slug != "nyc3" {
		t.Errorf("from the copy %+v", again)
	}
	if _, err := c.Snapshots.Delete(ctx, m.ID); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "deleted twice", second(c.Storage.DeleteSnapshot(ctx, m.ID)), 404)
	for _, bad := range []godo.VolumeCreateRequest{
		{Name: "data", Region: "fra1", SizeGigaBytes: 0},
		{Name: "Data", Region: "fra1", SizeGigaBytes: 1},
		{Name: "x", Region: "nope", SizeGigaBytes: 1},
		{Name: "x", Region: "fra1", SizeGigaBytes: 20_000},
		{Name: "x", Region: "fra1", SizeGigaBytes: 1, FilesystemType: "xfs", FilesystemLabel: "thirteen-long"},
	} {
		_, _, err := c.Storage.CreateVolume(ctx, &bad)
		refusedWith(t, bad.Name, err, 422)
	}
}

func TestEveryResourceLiesInOneProject(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, _ := running(t)
	p, _, err := c.Projects.Create(ctx, &godo.CreateProjectRequest{Name: "p", Purpose: "Web Application"})
	if err != nil || p.IsDefault || p.Environment != "Development" {
		t.Fatalf("%+v, %v", p, err)
	}
	first := must[*godo.Project](t)(c.Projects.GetDefault(ctx))
	in := func(id string) int {
		return len(must[[]godo.ProjectResource](t)(c.Projects.ListResources(ctx, id, &godo.ListOptions{PerPage: 200})))
	}
	all := in(first.ID)
	urn := "do:droplet:" + strconv.FormatInt(s.Droplets()[0].ID, 10)
	for i, want := range []string{"assigned", "already_assigned"} {
		got := must[[]godo.ProjectResource](t)(c.Projects.AssignResources(ctx, p.ID, urn, "do:domain:example.com", "do:droplet:7"))
		if got[0].Status != want || got[1].Status != want || got[2].Status != "not_found" {
			t.Errorf("time %d: %+v", i, got)
		}
	}
	if in(first.ID) != all-2 || in(p.ID) != 2 {
		t.Errorf("%d and %d of %d", in(first.ID), in(p.ID), all)
	}
	refusedWith(t, "with resources", second(c.Projects.Delete(ctx, p.ID)), http.StatusPreconditionFailed)
	must[[]godo.ProjectResource](t)(c.Projects.AssignResources(ctx, first.ID, urn, "do:domain:example.com"))
	p = must[*godo.Project](t)(c.Projects.Update(ctx, p.ID, &godo.UpdateProjectRequest{Name: "renamed"}))
	if p.Name != "renamed" || p.Purpose != "Web Application" {
		t.Errorf("updated %+v", p)
	}
	if _, err := c.Projects.Delete(ctx, p.ID); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, "the default", second(c.Projects.Delete(ctx, first.ID)), http.StatusPreconditionFailed)
	ip := must[[]godo.ReservedIP](t)(c.ReservedIPs.List(ctx, nil))[0]
	if ip.ProjectID != first.ID {
		t.Errorf("a reserved IP lies in %s", ip.ProjectID)
	}
}

func TestAKeyIsOnceOnTheAccount(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, _ := running(t)
	public := must[[]godo.Key](t)(c.Keys.List(ctx, nil))[0].PublicKey
	const taken = "SSH Key is already in use on your account"
	send(t, s, "POST", "/v2/account/keys", `{"name":"b","public_key":"`+public+`"}`).refused(422, "unprocessable_entity", taken)
	send(t, s, "POST", "/v2/account/keys", `{"name":"b","public_key":"`+public[:len(public)-8]+`other comment"}`).refused(422, "unprocessable_entity", taken)
	send(t, s, "POST", "/v2/account/keys", `{"name":"b","public_key":"nonsense"}`).want(422, nil)
	other := strings.Replace(public, "0000 operator", "0001 x", 1)
	k := must[*godo.Key](t)(c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "b", PublicKey: other}))
	k = must[*godo.Key](t)(c.Keys.UpdateByFingerprint(ctx, k.Fingerprint, &godo.KeyUpdateRequest{Name: "c"}))
	if k.Name != "c" {
		t.Errorf("%+v", k)
	}
	if _, err := c.Keys.DeleteByID(ctx, k.ID); err != nil {
		t.Fatal(err)
	}
	must[*godo.Key](t)(c.Keys.Create(ctx, &godo.KeyCreateRequest{Name: "b", PublicKey: other}))
}

func TestATransferAddsARegionAtItsEnd(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s, c, pass := running(t)
	m := s.Snapshots()[0]
	a := must[*godo.Action](t)(c.ImageActions.Transfer(ctx, int(m.ID), &godo.ActionRequest{"type": "transfer", "region": "lon1"}))
	if regions := s.Snapshots()[0].Regions; !slices.Equal(regions, []string{"nyc3"}) || a.ResourceType != "image" {
		t.Errorf("at its start %v, %+v", regions, a)
	}
	pass(time.Minute)
	if a = must[*godo.Action](t)(c.ImageActions.Get(ctx, int(m.ID), a.ID)); a.Status != godo.ActionCompleted {
		t.Errorf("%+v", a)
	}
	if regions := s.Snapshots()[0].Regions; !slices.Equal(regions, []string{"nyc3", "lon1"}) {
		t.Errorf("at its end %v", regions)
	}
	must[*godo.Image](t)(c.Images.Update(ctx, int(m.ID), &godo.ImageUpdateRequest{Name: "renamed"}))
	if got := must[*godo.Snapshot](t)(c.Snapshots.Get(ctx, strconv.FormatInt(m.ID, 10))); got.Name != "renamed" {
		t.Errorf("renamed as an image, the snapshot is %q", got.Name)
	}
	backup := s.Snapshots()[2]
	must[*godo.Action](t)(c.ImageActions.Convert(ctx, int(backup.ID)))
	pass(time.Minute)
	if got := s.Snapshots()[2]; backup.Type != "backup" || got.Type != "snapshot" {
		t.Errorf("converted %s to %s", backup.Type, got.Type)
	}
	own := must[*godo.Image](t)(c.Images.Create(ctx, &godo.CustomImageCreateRequest{Name: "own", Url: "https://img.example.com/a.img", Region: "fra1"}))
	if own.Status != "NEW" || own.Type != "custom" {
		t.Errorf("imported %+v", own)
	}
	_, _, err := c.ImageActions.Transfer(ctx, own.ID, &godo.ActionRequest{"type": "transfer", "region": "lon1"})
	refusedWith(t, "a transfer before its end", err, 422)
	pass(time.Minute)
	if own = must[*godo.Image](t)(c.Images.GetByID(ctx, own.ID)); own.Status != "available" || !slices.Equal(own.Regions, []string{"fra1"}) {
		t.Errorf("in the end %+v", own)
	}
	if n := len(s.Snapshots()); n != 5 {
		t.Errorf("%d snapshots with an image that is none", n)
	}
	_, err = c.Images.Delete(ctx, 160_000_000)
	refusedWith(t, "a public image", err, 403)
}

func TestAReservedIPAnswersUnderItsOldNameToo(t *testing.T) {
	t.Parallel()
	s, _, pass := running(t)
	var list struct {
		IPs []struct{ IP string } `json:"floating_ips"`
	}
	send(t, s, "GET", "/v2/floating_ips", "").want(200, &list)
	var made struct {
		IP struct{ IP string } `json:"floating_ip"`
	}
	send(t, s, "POST", "/v2/floating_ips", `{"region":"nyc3"}`).want(202, &made)
	if len(list.IPs) != 2 || made.IP.IP == "" {
		t.Fatalf("%+v, %+v", list, made)
	}
	web := strconv.FormatInt(s.Droplets()[0].ID, 10)
	var act struct {
		Action struct {
			ID int64
			Of string `json:"resource_type"`
		}
	}
	send(t, s, "POST", "/v2/floating_ips/"+made.IP.IP+"/actions", `{"type":"assign","droplet_id":`+web+`}`).want(201, &act)
	pass(time.Minute)
	if act.Action.Of != "floating_ip" {
		t.Errorf("%+v", act)
	}
	for _, word := range []string{"floating_ips", "reserved_ips"} {
		send(t, s, "GET", "/v2/"+word+"/"+made.IP.IP+"/actions/"+strconv.FormatInt(act.Action.ID, 10), "").want(200, nil)
	}
}
