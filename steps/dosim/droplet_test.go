package dosim_test

import (
	"context"
	"net/http"
	"slices"
	"strconv"
	"testing"
	"testing/synctest"
	"time"

	"github.com/digitalocean/godo"

	"arcadia/steps/dosim"
)

func TestASnapshotRunsToItsEndOnFakeTime(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s := dosim.New(dosim.WithEmptyWorld(), dosim.WithLatency(200*time.Millisecond))
		id := int(s.AddDroplet("web-01"))
		c := inProcess(t, s)
		begun := time.Now()
		a, _, err := c.DropletActions.Snapshot(ctx, id, "before")
		if err != nil || a.Status != godo.ActionInProgress || a.CompletedAt != nil || a.ID <= 1<<31 || a.ResourceID != id {
			t.Fatalf("began %+v, %v", a, err)
		}
		if d, _, err := c.Droplets.Get(ctx, id); err != nil || d.Locked || !s.Droplets()[0].Busy {
			t.Fatalf("during the action the droplet is %+v, %v", d, err)
		}
		if list, _, err := c.Droplets.Snapshots(ctx, id, nil); err != nil || len(list) > 0 {
			t.Fatalf("before the end it lists %+v, %v", list, err)
		}
		polls := 0
		for a.Status == godo.ActionInProgress {
			time.Sleep(time.Second)
			polls++
			if a, _, err = c.Actions.Get(ctx, a.ID); err != nil {
				t.Fatal(err)
			}
		}
		if took := time.Since(begun); a.Status != godo.ActionCompleted || took < 6*time.Second || took > 8*time.Second {
			t.Fatalf("after %s and %d polls: %+v", took, polls, a)
		}
		list, _, err := c.Droplets.Snapshots(ctx, id, nil)
		if err != nil || len(list) != 1 || list[0].Name != "before" || list[0].Type != "snapshot" ||
			list[0].Created != a.StartedAt.Format(time.RFC3339) {
			t.Fatalf("listed %+v of action %+v, %v", list, a, err)
		}
		one, _, err := c.Snapshots.Get(ctx, strconv.Itoa(list[0].ID))
		if err != nil || one.ResourceID != strconv.Itoa(id) || one.SizeGigaBytes <= 0 || one.MinDiskSize != 25 {
			t.Fatalf("got %+v, %v", one, err)
		}
		d, _, err := c.Droplets.Get(ctx, id)
		if err != nil || d.Locked || !slices.Equal(d.SnapshotIDs, []int{list[0].ID}) {
			t.Fatalf("afterwards the droplet is %+v, %v", d, err)
		}
		if _, err := c.Snapshots.Delete(ctx, one.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Snapshots.Get(ctx, one.ID); statusOf(err) != http.StatusNotFound {
			t.Fatalf("a deleted snapshot is there: %v", err)
		}
		if _, err := c.Snapshots.Delete(ctx, one.ID); statusOf(err) != http.StatusNotFound {
			t.Fatalf("deleted twice: %v", err)
		}
	})
}

func TestASecondActionIsRefusedWhileOneRuns(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		ctx := context.Background()
		s := dosim.New(dosim.WithEmptyWorld())
		id := int(s.AddDroplet("web-01"))
		c := inProcess(t, s)
		if _, _, err := c.DropletActions.Snapshot(ctx, id, "one"); err != nil {
			t.Fatal(err)
		}
		_, _, err := c.DropletActions.Snapshot(ctx, id, "two")
		if answered, is := err.(*godo.ErrorResponse); !is || answered.Response.StatusCode != http.StatusUnprocessableEntity || //nolint:errorlint // bare
			answered.Message != "Droplet already has a pending event." {
			t.Fatalf("a second action: %v", err)
		}
		if _, err := c.Droplets.Delete(ctx, id); statusOf(err) != http.StatusUnprocessableEntity {
			t.Fatalf("deletion of a locked droplet: %v", err)
		}
		time.Sleep(6 * time.Second)
		if _, _, err := c.DropletActions.Snapshot(ctx, id, "two"); err != nil {
			t.Fatalf("after the first: %v", err)
		}
	})
}

func TestADropletIsMadeUsedAndDeleted(t *testing.T) {
	t.Parallel()
	bothWays(t, func(t *testing.T, connect func(*testing.T, *dosim.Sim) *godo.Client) {
		ctx := context.Background()
		now := time.Unix(1_780_000_000, 0)
		clock := make(chan time.Time, 1)
		clock <- now
		s := dosim.New(dosim.WithEmptyWorld(), dosim.WithClock(func() time.Time { at := <-clock; clock <- at; return at }))
		pass := func(d time.Duration) { at := <-clock; clock <- at.Add(d) }
		c := connect(t, s)
		keys, _, err := c.Keys.List(ctx, nil)
		if err != nil {
			t.Fatal(err)
		}
		key := keys[0]
		disk, _, err := c.Storage.CreateVolume(ctx, &godo.VolumeCreateRequest{Name: "data", Region: "fra1", SizeGigaBytes: 10})
		if err != nil {
			t.Fatal(err)
		}
		d, resp, err := c.Droplets.Create(ctx, &godo.DropletCreateRequest{
			Name: "new-01", Region: "fra1", Size: "s-1vcpu-1gb", Image: godo.DropletCreateImage{Slug: "debian-12-x64"},
			Tags: []string{"web"}, IPv6: true, SSHKeys: []godo.DropletCreateSSHKey{{ID: key.ID}, {Fingerprint: key.Fingerprint}},
			Volumes: []godo.DropletCreateVolume{{ID: disk.ID}},
		})
		if err != nil || d.Status != "new" || d.Locked || len(d.Networks.V4) > 0 || d.VPCUUID != "" || resp.StatusCode != http.StatusAccepted {
			t.Fatalf("created %+v, %v", d, err)
		}
		link := resp.Links.Actions[0]
		if link.Rel != "create" {
			t.Fatalf("link %+v", link)
		}
		if a, _, err := c.DropletActions.GetByURI(ctx, link.HREF); err != nil || a.Type != "create" || a.ID != link.ID {
			t.Fatalf("action of the creation %+v, %v", a, err)
		}
		pass(4 * time.Second)
		d, _, err = c.Droplets.Get(ctx, d.ID)
		if err != nil || d.Status != "active" || d.Locked || !slices.Equal(d.VolumeIDs, []string{disk.ID}) || len(d.Networks.V4) != 2 || len(d.Networks.V6) != 1 || d.VPCUUID == "" {
			t.Fatalf("booted %+v, %v", d, err)
		}
		if public, err := d.PublicIPv4(); err != nil || public == "" {
			t.Fatalf("public address %q, %v", public, err)
		}
		step := func(what string, a *godo.Action, err error) {
			t.Helper()
			if err != nil {
				t.Fatalf("%s: %v", what, err)
			}
			pass(10 * time.Second)
			if a, _, err = c.DropletActions.Get(ctx, d.ID, a.ID); err != nil || a.Status != godo.ActionCompleted || a.CompletedAt == nil {
				t.Fatalf("%s: %+v, %v", what, a, err)
			}
			if d, _, err = c.Droplets.Get(ctx, d.ID); err != nil {
				t.Fatal(err)
			}
		}
		refuse := func(what, text string, err error) {
			t.Helper()
			answered, is := err.(*godo.ErrorResponse) //nolint:errorlint // godo returns it bare
			if !is || answered.Response.StatusCode != http.StatusUnprocessableEntity || answered.Message != text {
				t.Fatalf("%s: %v, want %s", what, err, text)
			}
		}
		_, _, err = c.DropletActions.Resize(ctx, d.ID, "s-1vcpu-2gb", false)
		refuse("resize while on", "Droplet must be powered off before it can be resized.", err)
		a, _, err := c.DropletActions.PowerOn(ctx, d.ID)
		step("power on while on", a, err)
		a, _, err = c.DropletActions.Shutdown(ctx, d.ID)
		step("shutdown", a, err)
		a, _, err = c.DropletActions.Shutdown(ctx, d.ID)
		step("shutdown while off", a, err)
		a, _, err = c.DropletActions.PowerOff(ctx, d.ID)
		step("power off while off", a, err)
		_, _, err = c.DropletActions.Resize(ctx, d.ID, "s-1vcpu-1gb", true)
		refuse("resize to same", "The droplet is already set to this size.", err)
		_, _, err = c.DropletActions.Resize(ctx, d.ID, "s-1vcpu-512mb-10gb", true)
		refuse("resize down", "Size can not decrease size of Droplet's disk image", err)
		a, _, err = c.DropletActions.Resize(ctx, d.ID, "s-1vcpu-2gb", false)
		step("resize", a, err)
		if d.SizeSlug != "s-1vcpu-2gb" || d.Disk != 25 || d.Memory != 2048 {
			t.Fatalf("resized without disk: %s, %d GiB", d.SizeSlug, d.Disk)
		}
		a, _, err = c.DropletActions.Resize(ctx, d.ID, "s-2vcpu-4gb", true)
		step("resize with disk", a, err)
		if d.Disk != 80 {
			t.Fatalf("resized with disk: %d GiB", d.Disk)
		}
		a, _, err = c.DropletActions.PowerOn(ctx, d.ID)
		step("power on", a, err)
		a, _, err = c.DropletActions.Rename(ctx, d.ID, "newer-01")
		step("rename", a, err)
		a, _, err = c.DropletActions.EnableBackups(ctx, d.ID)
		step("enable backups", a, err)
		if d.Name != "newer-01" || d.Status != "active" || d.NextBackupWindow == nil {
			t.Fatalf("the droplet is %+v", d)
		}
		a, _, err = c.DropletActions.Snapshot(ctx, d.ID, "keep")
		step("snapshot", a, err)
		a, _, err = c.DropletActions.Restore(ctx, d.ID, d.SnapshotIDs[0])
		step("restore", a, err)
		if d.Image.Name != "keep" || d.Image.Slug != "" || d.Image.Public {
			t.Fatalf("restored to %+v", d.Image)
		}
		actions, _, err := c.Droplets.Actions(ctx, d.ID, nil)
		if err != nil || len(actions) != 12 || actions[0].Type != "restore" || actions[11].Type != "create" {
			t.Fatalf("%d actions, %v", len(actions), err)
		}
		if _, err := c.Droplets.Delete(ctx, d.ID); err != nil {
			t.Fatal(err)
		}
		if _, _, err := c.Droplets.Snapshots(ctx, d.ID, nil); statusOf(err) != http.StatusNotFound {
			t.Fatalf("snapshots of a deleted droplet: %v", err)
		}
		if left, _, err := c.Snapshots.ListDroplet(ctx, nil); err != nil || len(left) != 1 || left[0].ResourceID != strconv.Itoa(d.ID) {
			t.Fatalf("its snapshots: %+v, %v", left, err)
		}
	})
}

func TestBulkActionsStartOnAllOrNone(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	ctx := context.Background()
	c := inProcess(t, s)
	made, _, err := c.DropletActions.SnapshotByTag(ctx, "web", "nightly")
	if err != nil || len(made) != 2 {
		t.Fatalf("%+v, %v", made, err)
	}
	_, _, err = c.DropletActions.PowerCycleByTag(ctx, "env:prod")
	if statusOf(err) != http.StatusUnprocessableEntity || len(s.Actions()) != 3 {
		t.Fatalf("beside a busy droplet: %v, %d actions", err, len(s.Actions()))
	}
}

func TestDropletsAreFoundByNameAndTag(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	c := inProcess(t, dosim.New())
	if list, _, err := c.Droplets.ListByName(ctx, "DB-01", nil); err != nil || len(list) != 1 || list[0].Name != "db-01" {
		t.Errorf("by name %+v, %v", list, err)
	}
	if list, resp, err := c.Droplets.ListByTag(ctx, "web", nil); err != nil || len(list) != 2 || resp.Meta.Total != 2 {
		t.Errorf("by tag %+v, %v", list, err)
	}
	if list, _, err := c.Droplets.ListWithGPUs(ctx, nil); err != nil || len(list) != 0 {
		t.Errorf("with GPUs %+v, %v", list, err)
	}
}

func TestOrdersThatCannotBeMetAreRefused(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	for body, text := range map[string]string{
		`{"name":"a_b","size":"c-4","image":"debian-12-x64"}`:                                    "Only valid hostname characters are allowed. (a-z, A-Z, 0-9, . and -)",
		`{"name":"a","size":"c-4","image":"nope"}`:                                               "You specified an invalid image for Droplet creation.",
		`{"name":"a","size":"nope","image":"debian-12-x64"}`:                                     "You specified an invalid size for Droplet creation.",
		`{"name":"a","size":"c-4","image":"debian-12-x64","region":"nyc2"}`:                      "You specified an invalid region for Droplet creation.",
		`{"names":["a","b","c","d","e","f","g","h","i","j","k"],"size":"c-4","image":160000000}`: "creating this/these droplet(s) will exceed your droplet limit",
	} {
		send(t, s, "POST", "/v2/droplets", body).refused(422, "unprocessable_entity", text)
	}
	image := strconv.FormatInt(s.Snapshots()[0].ID, 10)
	a := send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":`+image+`.0,"region":"lon1"}`)
	if a.status != 422 {
		t.Errorf("a snapshot of another region: %d %s", a.status, a.body)
	}
	send(t, s, "POST", "/v2/droplets", `{"names":["a","b"],"size":"s-4vcpu-8gb","image":`+image+`.0}`).want(202, nil)
	if n := len(s.Droplets()); n != 8 {
		t.Errorf("%d droplets", n)
	}
}

func TestADeletedDropletCanBeReadForItsWindow(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithEmptyWorld(), dosim.WithClock(func() time.Time { return now }), dosim.WithDeleteWindow(11*time.Second))
	target := "/v2/droplets/" + strconv.FormatInt(s.AddDroplet("web-01"), 10)
	send(t, s, "DELETE", target, "").want(204, nil)
	if len(s.Droplets()) > 0 {
		t.Error("the truth still has it")
	}
	now = now.Add(10 * time.Second)
	send(t, s, "GET", target, "").want(200, nil)
	send(t, s, "DELETE", target, "").want(404, nil)
	now = now.Add(time.Second)
	send(t, s, "GET", target, "").want(404, nil)
}

func TestSnapshotsAreImagesToo(t *testing.T) {
	t.Parallel()
	ctx := context.Background()
	s := dosim.New()
	c := inProcess(t, s)
	mine, _, err := c.Images.ListUser(ctx, &godo.ListOptions{PerPage: 200})
	if err != nil || len(mine) != len(s.Snapshots()) {
		t.Fatalf("%d images of one's own, %v", len(mine), err)
	}
	base, _, err := c.Images.GetBySlug(ctx, "debian-12-x64")
	if err != nil || !base.Public {
		t.Fatalf("by slug %+v, %v", base, err)
	}
	for _, method := range []string{"GET", "DELETE"} {
		send(t, s, method, "/v2/snapshots/"+strconv.Itoa(base.ID), "").
			refused(400, "bad_request", "the resource is not a snapshot")
	}
	if _, err := c.Images.Delete(ctx, mine[0].ID); err != nil {
		t.Fatal(err)
	}
	if _, _, err := c.Snapshots.Get(ctx, strconv.Itoa(mine[0].ID)); statusOf(err) != http.StatusNotFound {
		t.Errorf("deleted as an image, the snapshot is there: %v", err)
	}
	db := s.Droplets()[2]
	backups, _, err := c.Droplets.Backups(ctx, int(db.ID), nil)
	if err != nil || len(backups) != 1 || backups[0].Type != "backup" {
		t.Errorf("backups %+v, %v", backups, err)
	}
	if own, _, err := c.Droplets.Snapshots(ctx, int(db.ID), nil); err != nil || len(own) != 1 || own[0].Type != "snapshot" {
		t.Errorf("snapshots %+v, %v", own, err)
	}
	if all, resp, err := c.Snapshots.List(ctx, nil); err != nil || len(all) != len(s.Snapshots()) || !resp.Links.IsLastPage() {
		t.Errorf("all snapshots %+v, %v", all, err)
	}
	if volumes, _, err := c.Snapshots.ListVolume(ctx, nil); err != nil || len(volumes) != 0 {
		t.Errorf("volume snapshots %+v, %v", volumes, err)
	}
}

func TestASnapshotWithoutANameGetsOne(t *testing.T) {
	t.Parallel()
	s, _, id, pass := oneDroplet(t)
	send(t, s, "POST", "/v2/droplets/"+strconv.Itoa(id)+"/actions", `{"type":"snapshot"}`).want(201, nil)
	pass(6 * time.Second)
	if made := s.Snapshots(); len(made) != 1 || made[0].Name == "" {
		t.Errorf("made %+v", made)
	}
}

func TestAResizeShowsItsSizeBeforeItIsOver(t *testing.T) {
	t.Parallel()
	s, _, id, pass := oneDroplet(t)
	target := "/v2/droplets/" + strconv.Itoa(id) + "/actions"
	send(t, s, "POST", target, `{"type":"power_off"}`).want(201, nil)
	pass(time.Second)
	send(t, s, "POST", target, `{"type":"resize","size":"c-4"}`).want(201, nil)
	pass(2 * time.Second)
	if d := s.Droplets()[0]; d.Size != "s-1vcpu-1gb" || !d.Busy {
		t.Errorf("at the start %+v", d)
	}
	pass(time.Second)
	if d := s.Droplets()[0]; d.Size != "c-4" || !d.Busy {
		t.Errorf("halfway %+v", d)
	}
	pass(3 * time.Second)
	if d := s.Droplets()[0]; d.Size != "c-4" || d.Busy {
		t.Errorf("in the end %+v", d)
	}
}
