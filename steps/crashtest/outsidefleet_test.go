package crashtest

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"

	"arcadia/engine"
	"arcadia/steps/dosim"
)

// estate is what is at the provider beside the zone: two droplets, and what can lead to them or be made of them.
type estate struct {
	droplets []int64
	wall     string // the id of a firewall
	ip       string
	volume   string
}

// furnish makes the estate.
func (o *outside) furnish() {
	o.estate = estate{
		droplets: []int64{o.sim.AddDroplet("web-01"), o.sim.AddDroplet("web-02")},
		wall:     o.sim.AddFirewall("edge"), ip: o.sim.AddReservedIP("nyc3"),
	}
	o.orphan = o.sim.AddSnapshot(o.estate.droplets[0], fmt.Sprintf("arcadia-snap-%d-00000000", o.estate.droplets[0]))
	var made struct{ Volume struct{ ID string } }
	o.ask(http.MethodPost, "/v2/volumes", `{"name":"data","region":"nyc3","size_gigabytes":10}`, &made)
	o.estate.volume = made.Volume.ID
}

// ask is a request as anybody may make it, with a token of the account.
func (o *outside) ask(method, path, body string, into any) {
	req, err := http.NewRequest(method, "https://api.digitalocean.com"+path, strings.NewReader(body))
	if err != nil {
		o.wrong("%s %s: %v", method, path, err)
		return
	}
	req.Header.Set("Authorization", "Bearer "+token)
	req.Header.Set("Content-Type", "application/json")
	resp, err := o.sim.RoundTrip(req)
	if err != nil {
		o.wrong("%s %s: %v", method, path, err)
		return
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err == nil && resp.StatusCode >= 300 {
		err = fmt.Errorf("%s: %s", resp.Status, text)
	}
	if err == nil && into != nil {
		err = json.Unmarshal(text, into)
	}
	if err != nil {
		o.wrong("%s %s: %v", method, path, err)
	}
}

// survey is the estate now, each fact as if it were a record.
func (o *outside) survey(p picture) {
	put := func(name, kind, text string) { p[group{name, kind}] = []dosim.Record{{ID: 1, Data: text}} }
	for _, d := range o.sim.Droplets() {
		put(droplet(d.ID), "power", d.Status)
		put(droplet(d.ID), "size", d.Size)
	}
	for _, f := range o.sim.Firewalls() {
		for _, r := range f.Rules {
			put(f.Name, "rule "+r, "open")
		}
		for _, id := range f.Droplets {
			put(droplet(id), "behind "+f.Name, "yes")
		}
	}
	for ip, on := range o.sim.ReservedIPs() {
		put(ip, "address", droplet(on))
	}
	var disks struct{ Snapshots []struct{ Name string } }
	o.ask(http.MethodGet, "/v2/snapshots?resource_type=volume", "", &disks)
	for _, s := range disks.Snapshots {
		put(s.Name, "volume snapshot", s.Name)
	}
}

func droplet(id int64) string { return "droplet-" + strconv.FormatInt(id, 10) }

// The sorts of launch about the estate, by what they meet over.
var (
	ports     = []int{0, 0, 1, 1}
	addresses = []int{2, 2, 3}
	switches  = []int{4, 4, 5, 5, 6, 6, 10}
	names     = []int{7, 9, 9, 13, 13}
)

// aim draws what most launches of a history are about, so that they meet: sagas that have nothing in common are undone in any order.
func (o *outside) aim() []int {
	return [][]int{nil, nil, ports, addresses, switches, switches, names}[o.rng.IntN(7)]
}

// sort draws the sort of a launch about the estate.
func (o *outside) sort() int {
	if len(o.focus) > 0 && o.rng.IntN(8) > 0 {
		return o.focus[o.rng.IntN(len(o.focus))]
	}
	return o.rng.IntN(14)
}

// fleet makes up a launch about a droplet, an address, a firewall or a volume. Kinds past whose end there is no way back are not
// among them.
func (o *outside) fleet() (engine.Launch, string) {
	all := o.sim.Droplets()
	id := all[o.rng.IntN(len(all))].ID
	if len(o.focus) > 0 && o.rng.IntN(4) > 0 {
		id = o.estate.droplets[0]
	}
	kind := func(name, said, inputs string, args ...any) (engine.Launch, string) {
		return engine.Launch{Kind: name, Inputs: fields(fmt.Sprintf(inputs, args...))}, name + " " + said + " "
	}
	step := func(name, said, inputs string, args ...any) (engine.Launch, string) {
		return engine.Launch{Kind: "adhoc", Steps: []string{name}, Inputs: fields(fmt.Sprintf(inputs, args...))}, name + " " + said + " "
	}
	on := droplet(id)
	switch o.sort() {
	case 0:
		return kind("open_port", "edge", "firewall=%s ports=%s addresses=192.0.2.0/24", o.estate.wall, o.pick("80", "80", "443"))
	case 1:
		return kind("close_port", "edge", "firewall=%s ports=%s addresses=%s", o.estate.wall, o.pick("22", "80", "80"), o.pick("anywhere", "192.0.2.0/24", "192.0.2.0/24"))
	case 2:
		return step("assign_reserved_ip", o.estate.ip+" "+on, "droplet_id=%d ip=%s", id, o.estate.ip)
	case 3:
		return kind("failover_reserved_ip", o.estate.ip+" "+on, "droplet_id=%d ip=%s tcp={host}:22 soak_for=30s", id, o.estate.ip)
	case 4:
		return step("power_off_droplet", on+" off", "droplet_id=%d grace=60s", id)
	case 5:
		return step("power_on_droplet", on+" active", "droplet_id=%d", id)
	case 6:
		return kind("resize_droplet", on+" off active", "droplet_id=%d size=%s grace=60s", id, o.pick("s-2vcpu-2gb", "s-1vcpu-2gb", "s-1vcpu-1gb"))
	case 7:
		return kind("provision_droplet", "edge n1", "name=web-03 region=nyc3 size=s-1vcpu-1gb image=debian-12-x64 ssh_keys=52000512 firewall=%s dns_domain=%s dns_record_name=n1 dns_record_ttl=60", o.estate.wall, zone)
	case 8:
		return step("add_to_firewall", "edge "+on, "droplet_id=%d firewall=%s", id, o.estate.wall)
	case 9:
		data := o.pick(values["A"]...)
		return kind("dns_cutover", "n1 "+data, "dns_domain=%s dns_record_type=A dns_record_name=n1 dns_record_data=%s tcp={host}:22 low_ttl=30 soak_for=30s", zone, data)
	case 10:
		return kind("restore_droplet", on+" off active", "droplet_id=%d image=%d tcp={host}:22 approvals=0", id, o.orphan)
	case 11:
		return kind("rotate_snapshots", on, "droplet_id=%d keep_last=50", id)
	case 12:
		return step("create_volume_snapshot", "data", "volume=%s", o.estate.volume)
	default:
		data := o.pick(values["TXT"]...)
		return kind("snapshot_then_dns", on+" n1 "+data, "droplet_id=%d dns_domain=%s dns_record_type=TXT dns_record_name=n1 dns_record_data=%s dns_record_mode=add", id, zone, data)
	}
}

// strangerOnSite lets somebody else switch a droplet, move the address, or open or close a port, and waits until it is done.
func (o *outside) strangerOnSite() {
	before := o.look()
	change := func(g group, now string) {
		e := edit{at: o.moment + 1, group: g, data: now}
		if now != "" {
			e.id = 1
		}
		if list := before[g]; len(list) > 0 {
			e.was = list[0].Data
		}
		o.foreign = append(o.foreign, e)
		o.note("a stranger makes %q of %s %s %q", now, g.name, g.kind, e.was)
	}
	id := o.estate.droplets[o.rng.IntN(len(o.estate.droplets))]
	power, address, rule := group{droplet(id), "power"}, group{o.estate.ip, "address"}, group{"edge", "rule in tcp80[192.0.2.0/24] [] [] [] []"}
	switch o.rng.IntN(3) {
	case 0:
		act, now := "power_off", "off"
		if before[power][0].Data == now {
			act, now = "power_on", "active"
		}
		o.ask(http.MethodPost, fmt.Sprintf("/v2/droplets/%d/actions", id), fmt.Sprintf(`{"type":%q}`, act), nil)
		change(power, now)
	case 1:
		if before[address][0].Data == droplet(id) {
			return
		}
		o.ask(http.MethodPost, "/v2/reserved_ips/"+o.estate.ip+"/actions", fmt.Sprintf(`{"type":"assign","droplet_id":%d}`, id), nil)
		change(address, droplet(id))
	default:
		const body = `{"inbound_rules":[{"protocol":"tcp","ports":"80","sources":{"addresses":["192.0.2.0/24"]}}]}`
		method, now := http.MethodPost, "open"
		if len(before[rule]) > 0 {
			method, now = http.MethodDelete, ""
		}
		o.ask(method, "/v2/firewalls/"+o.estate.wall+"/rules", body, nil)
		change(rule, now)
	}
	time.Sleep(5 * takes)
}
