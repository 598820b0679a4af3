package crashtest

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"

	"arcadia/engine"
	"arcadia/steps"
	"arcadia/steps/dosim"
)

// good is a prober to which everything is good.
type good struct{}

func (good) Probe(context.Context, steps.Probe) error { return nil }

// thenFails follows the name of a kind that is that kind with a failing step behind its list.
const thenFails = "_then_fail"

// failing are the kinds that make their list, each with a failing step behind.
func failing(kinds []engine.Kind) []engine.Kind {
	var out []engine.Kind
	for _, k := range kinds {
		if k.Make == nil {
			continue
		}
		made := k.Make
		k.Name += thenFails
		k.Make = func(ctx context.Context, in engine.Inputs) ([]engine.StepCall, error) {
			list, err := made(ctx, in)
			return append(list, engine.StepCall{Step: "fail"}), err
		}
		out = append(out, k)
	}
	return out
}

// recipes are the kinds that make droplets, move what leads to them, and delete them.
func recipes() []*scenario {
	provision := &scenario{
		name: "provision_droplet", kind: "provision_droplet", places: "app",
		inputs: fields("name=web-02 region=nyc3 size=s-1vcpu-1gb image=debian-12-x64 ssh_keys=52000512 firewall=$firewall dns_domain=example.com dns_record_name=app dns_record_ttl=60"),
		ends: func(w *world, _ *engine.Saga) []string {
			made := w.machineNamed("web-02")
			wrong := append(w.onlyApp("web-02"), w.snapshotsShould()...)
			if len(made) != 1 || !slices.Equal(w.sim.Firewalls()[0].Droplets, made) {
				wrong = append(wrong, fmt.Sprintf("droplets %v, the firewall stands before %v", made, w.sim.Firewalls()[0].Droplets))
			}
			return append(wrong, w.fleetShould("", nil, 1, false)...)
		},
	}
	lagging := *provision
	lagging.name, lagging.faults = "provision_droplet, listed late", []dosim.Fault{{Kind: dosim.FaultDropletLate, Times: 2, Delay: 10 * takes / 20}}
	sample := []*scenario{
		provision,
		{
			name: "failover_reserved_ip", kind: "failover_reserved_ip", moved: true,
			inputs: fields("ip=$ip droplet_id=$droplet tcp={host}:22 soak_for=30s"),
		},
		{
			name: "restore_droplet", kind: "restore_droplet", snapshot: true,
			inputs: fields("droplet_id=$droplet image=$image tcp={host}:22 approvals=0"),
		},
		{
			name: "dns_cutover", kind: "dns_cutover", places: "app",
			inputs: with(with(with(with(dns("type=A data=192.0.2.9"), "tcp", "{host}:22"), "low_ttl", "30"), "final_ttl", "600"), "soak_for", "30s"),
			before: list(rec("A", "app", "192.0.2.1", 60)), after: list(rec("A", "app", "192.0.2.9", 600)),
		},
		{
			name: "hibernate_droplet", kind: "hibernate_droplet", final: true, back: 1,
			inputs: fields("droplet_id=$droplet droplet_name=web-01 approvals=0"), ends: buried,
		},
		{
			name: "offboard_droplet", kind: "offboard_droplet", final: true, back: 2, places: "app", sets: leads,
			inputs: fields("droplet_id=$droplet droplet_name=web-01 approvals=0 grace=1m"), ends: buried,
		},
		{
			name: "replace_droplet", kind: "replace_droplet", final: true, back: 1, places: "app", sets: leads,
			inputs: fields("droplet_id=$droplet droplet_name=web-01 name=web-02 ssh_keys=52000512 tcp={host}:22 soak_for=30s grace=1m approvals=0"),
			ends: func(w *world, sg *engine.Saga) []string {
				wrong := append(w.onlyApp("web-02"), w.snapshotsShould(sg.ID)...)
				return append(wrong, w.fleetShould("absent", nil, 0, false)...)
			},
		},
		{
			name: "wake_droplet", kind: "wake_droplet", places: "app", sets: leads,
			inputs: fields("droplet_id=$droplet ssh_keys=52000512"),
			first:  &prologue{launches: []engine.Launch{{Kind: "hibernate_droplet", Inputs: fields("droplet_id=$droplet droplet_name=web-01 approvals=0")}}},
			ends: func(w *world, _ *engine.Saga) []string {
				wrong := append(w.onlyApp("web-01"), w.snapshotsShould()...)
				return append(wrong, w.fleetShould("absent", nil, 1, false)...) // it has another id
			},
			counts: func(_ *world, _, now []account) []string {
				if slices.ContainsFunc(now, func(a account) bool { return strings.HasPrefix(a.key, "droplet_tombstone/") }) {
					return []string{"it is awake and its tombstone is there"}
				}
				return nil
			},
		},
	}
	if !torture() {
		return sample
	}
	return append(sample, &lagging)
}

// leads points app at the droplet.
func leads(w *world) {
	w.sim.PutRecord(zone, dosim.Record{Type: "A", Name: "app", Data: w.addressOf("web-01"), TTL: 300})
}

// buried says what is wrong once the droplet is deleted, with nothing that leads to it but a copy of its disk.
func buried(w *world, sg *engine.Saga) []string {
	var wrong []string
	for _, r := range w.sim.Zone(zone) {
		if r.Name == "app" {
			wrong = append(wrong, "zone: app is there: "+plain(r))
		}
	}
	wrong = append(wrong, w.snapshotsShould(sg.ID)...)
	return append(wrong, w.fleetShould("absent", nil, -1, false)...)
}

// onlyApp says what is wrong with the zone when app holds the address of a droplet and all else is as it was.
func (w *world) onlyApp(name string) []string {
	address := w.addressOf(name)
	var own []dosim.Record
	for _, r := range w.sim.Zone(zone) {
		if r.Name == "app" {
			own = append(own, r)
		}
	}
	wrong := w.zoneShould(&scenario{places: "app"}, own)
	if len(own) != 1 || own[0].Data != address {
		wrong = append(wrong, fmt.Sprintf("zone: app is %v, not %s", own, address))
	}
	return wrong
}

func (w *world) machineNamed(name string) []int64 {
	var out []int64
	for _, d := range w.sim.Droplets() {
		if d.Name == name {
			out = append(out, d.ID)
		}
	}
	return out
}

// addressOf is the public address of the droplet with a name, as the provider gives it.
func (w *world) addressOf(name string) string {
	for _, id := range w.machineNamed(name) {
		r, err := http.NewRequestWithContext(context.Background(), http.MethodGet, fmt.Sprintf("https://api.digitalocean.com/v2/droplets/%d", id), http.NoBody)
		if err != nil {
			return err.Error()
		}
		r.Header.Set("Authorization", "Bearer "+token)
		resp, err := w.sim.RoundTrip(r)
		if err != nil {
			return err.Error()
		}
		var got struct {
			Droplet struct {
				Networks struct {
					V4 []struct {
						IP   string `json:"ip_address"`
						Type string `json:"type"`
					} `json:"v4"`
				} `json:"networks"`
			} `json:"droplet"`
		}
		err = json.NewDecoder(resp.Body).Decode(&got)
		_ = resp.Body.Close()
		if err != nil {
			return err.Error()
		}
		for _, n := range got.Droplet.Networks.V4 {
			if n.Type == "public" {
				return n.IP
			}
		}
	}
	return "no droplet " + name
}
