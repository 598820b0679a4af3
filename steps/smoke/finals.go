package smoke

import (
	"context"
	"time"

	"arcadia/engine"
	"arcadia/engine/trial"
)

// lent are those about what only a simulated account lends.
func (t *tour) lent() []trial.Course {
	opened := func() engine.Inputs {
		return engine.Inputs{"firewall": t.wall, "ports": "61000", "addresses": "192.0.2.1"}
	}
	return []trial.Course{
		t.course("open_port", thereAndBack, lends, func(ctx context.Context) error {
			return t.andBack(ctx, engine.Launch{Kind: "open_port", Inputs: opened()})
		}),
		t.course("close_port", thereAndBack, lends, func(ctx context.Context) error {
			made, err := t.there(ctx, "open_port", opened())
			if err == nil {
				err = t.andBack(ctx, engine.Launch{Kind: "close_port", Inputs: opened()})
			}
			if err != nil {
				return err
			}
			return t.back(ctx, made)
		}),
		t.course("failover_reserved_ip", thereAndBack, lends, func(ctx context.Context) error {
			return t.andBack(ctx, engine.Launch{Kind: "failover_reserved_ip", Inputs: t.about("ip", t.ip, "tcp", answering, "soak_for", "1s")})
		}),
		t.course("rotate_volume_snapshots", "there and back, then past its point of no return", lends, func(ctx context.Context) error {
			return t.rotates(ctx, "rotate_volume_snapshots", engine.Inputs{"volume": t.volume, "keep_last": "1", "max_delete": "1"})
		}),
		t.course("adopt_volume_snapshot", thereAndBack, lends, func(ctx context.Context) error {
			at, err := t.run(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"create_volume_snapshot"}, Inputs: engine.Inputs{"volume": t.volume}})
			if err != nil {
				return err
			}
			made := t.sagas[at]
			r, err := t.resourceOf(ctx, made, "volume_snapshot")
			if err == nil {
				err = t.orphaned(ctx, r, engine.Launch{Kind: "adopt_volume_snapshot", Inputs: engine.Inputs{"volume_snapshot": r.ExternalID}})
			}
			if err != nil {
				return err
			}
			return t.back(ctx, made)
		}),
		t.course("adhoc", "a disk that grows for good", large, func(ctx context.Context) error {
			was := t.droplet
			if err := t.machine(ctx, t.name+"-disk"); err != nil {
				return err
			}
			grow := engine.Launch{Kind: "adhoc", Steps: []string{"power_off_droplet", "grow_droplet_disk"}, Inputs: t.about("size", t.larger.Slug)}
			t.droplet = was
			return t.gone(ctx, grow)
		}),
	}
}

// rotates runs a rotation that deletes nothing there and back, and then one that does.
func (t *tour) rotates(ctx context.Context, kind string, in engine.Inputs) error {
	l := engine.Launch{Kind: kind, Inputs: in}
	if err := t.andBack(ctx, l); err != nil {
		return err
	}
	for range 2 { // the newest of before stays, so that there has to be another
		if _, err := t.there(ctx, kind, in); err != nil {
			return err
		}
		if err := pause(ctx, 2*time.Second); err != nil { // they are told apart by the second
			return err
		}
	}
	return t.gone(ctx, l)
}

// finals are those that end a droplet, and what is left of it.
func (t *tour) finals() []trial.Course {
	return []trial.Course{
		t.course("rotate_snapshots", "there and back, then past its point of no return", "", func(ctx context.Context) error {
			return t.rotates(ctx, "rotate_snapshots", t.about("keep_last", "1", "max_delete", "1"))
		}),
		t.course("hibernate_droplet", turnedGone, "", func(ctx context.Context) error {
			in := t.at("A", "dns_record_data", t.droplet.IPv4, "dns_record_ttl", "60")
			if _, err := t.there(ctx, "upsert_dns_record", in); err != nil { // which waking leads to it again
				return err
			}
			if err := t.turned(ctx, engine.Launch{Kind: "hibernate_droplet", Inputs: t.about("droplet_name", t.droplet.Name, "approvals", "1")}); err != nil {
				return err
			}
			return t.gone(ctx, engine.Launch{Kind: "hibernate_droplet", Inputs: t.about("droplet_name", t.droplet.Name, "approvals", "0")})
		}),
		t.course("wake_droplet", "there and back, then there", "", func(ctx context.Context) error {
			in := t.about("ssh_keys", t.key)
			if err := t.andBack(ctx, engine.Launch{Kind: "wake_droplet", Inputs: in}); err != nil {
				return err
			}
			if _, err := t.there(ctx, "wake_droplet", in); err != nil {
				return err
			}
			return t.settle(ctx, t.droplet.Name)
		}),
		t.course("replace_droplet", turnedGone, large, func(ctx context.Context) error {
			in := func(grace string) engine.Launch {
				return engine.Launch{Kind: "replace_droplet", Inputs: t.about("droplet_name", t.droplet.Name, "name", t.name+"-new", "ssh_keys", t.key,
					"tcp", answering, "soak_for", "1s", "grace", grace, "approvals", "0")}
			}
			if err := t.turned(ctx, in("24h")); err != nil {
				return err
			}
			if err := t.gone(ctx, in("1s")); err != nil {
				return err
			}
			return t.settle(ctx, t.name+"-new")
		}),
		t.course("offboard_droplet", turnedGone, "", func(ctx context.Context) error {
			in := func(grace string) engine.Launch {
				return engine.Launch{Kind: "offboard_droplet", Inputs: t.about("droplet_name", t.droplet.Name, "grace", grace, "approvals", "0")}
			}
			if err := t.turned(ctx, in("72h")); err != nil {
				return err
			}
			return t.gone(ctx, in("1s"))
		}),
		t.course("delete_snapshot", "canceled before its point of no return, then each copy that is left", "", func(ctx context.Context) error {
			left, err := t.ours(ctx, "droplet_snapshot")
			if err != nil {
				return err
			}
			if len(left) > 0 {
				in := engine.Inputs{"snapshot": left[0].ExternalID, "for": "24h"}
				if err := t.turned(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"wait_until", "delete_snapshot"}, Inputs: in}); err != nil {
					return err
				}
			}
			return t.removeCopies(ctx)
		}),
	}
}
