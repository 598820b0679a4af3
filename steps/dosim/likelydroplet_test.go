package dosim_test

import (
	"strconv"
	"testing"
	"time"

	"arcadia/steps/dosim"
)

func TestADropletThatCannotBeIsRefused(t *testing.T) {
	t.Parallel()
	s := dosim.New()
	golden := strconv.FormatInt(s.Snapshots()[0].ID, 10) // of a disk of 80 GiB
	for _, extra := range []string{
		`"size":"s-1vcpu-1gb","image":` + golden, `"size":"s-1vcpu-1gb","image":"debian-12-x64","vpc_uuid":"nonsense"`,
		`"size":"s-1vcpu-1gb","image":"debian-12-x64","volumes":["nonsense"]`,
		`"size":"s-1vcpu-1gb","image":"debian-12-x64","volumes":[{"id":"` + s.Volumes()[0].ID + `"}]`, // attached elsewhere
	} {
		send(t, s, "POST", "/v2/droplets", `{"name":"a","region":"nyc3",`+extra+`}`).want(422, nil)
	}
	send(t, s, "POST", "/v2/droplets", `{"name":"a","size":"c-4","image":"debian-12-x64","ssh_keys":[999999]}`).
		refused(422, "unprocessable_entity", "999999 are invalid key identifiers for Droplet creation.")
	var out struct {
		VPCs []struct{ ID, Region string }
	}
	send(t, s, "GET", "/v2/vpcs", "").want(200, &out)
	for _, v := range out.VPCs {
		status := 422
		if v.Region == "fra1" {
			status = 202
		}
		send(t, s, "POST", "/v2/droplets", `{"name":"a","region":"fra1","size":"c-4","image":"debian-12-x64","vpc_uuid":"`+v.ID+`"}`).want(status, nil)
	}
}

func TestALargeDiskTakesLonger(t *testing.T) {
	t.Parallel()
	now := time.Unix(1_780_000_000, 0)
	s := dosim.New(dosim.WithClock(func() time.Time { return now }), dosim.WithActionTimePerGB(time.Second))
	begin := func(body string) {
		for _, at := range []int{0, 2} { // disks of 80 and 160 GiB
			send(t, s, "POST", "/v2/droplets/"+strconv.FormatInt(s.Droplets()[at].ID, 10)+"/actions", body).want(201, nil)
		}
	}
	busy := func() (n int) {
		for _, d := range s.Droplets() {
			if d.Busy {
				n++
			}
		}
		return n - 1 // one is always
	}
	begin(`{"type":"snapshot","name":"s"}`)
	for _, tt := range []struct {
		pass time.Duration
		left int
	}{{85 * time.Second, 2}, {time.Second, 1}, {79 * time.Second, 1}, {time.Second, 0}} {
		now = now.Add(tt.pass)
		if n := busy(); n != tt.left {
			t.Errorf("%s later %d are busy, want %d", tt.pass, n, tt.left)
		}
	}
	begin(`{"type":"reboot"}`) // carries no disk
	now = now.Add(6 * time.Second)
	if n := busy(); n != 0 {
		t.Errorf("%d still reboot", n)
	}
}
