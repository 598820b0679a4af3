package smoke

import (
	"context"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"

	"arcadia/engine"
	"arcadia/engine/trial"
	"arcadia/steps"
)

// Why a kind is not run in a real account.
const (
	lends = "it changes what the account has already"
	large = "it needs more than one smallest droplet at a time"
)

// course is one of a tour.
func (t *tour) course(kind, title, omits string, run func(ctx context.Context) error) trial.Course {
	if t.simulated {
		omits = ""
	}
	return trial.Course{Kind: kind, Title: title, Omits: omits, Run: func(ctx context.Context) ([]*engine.Saga, error) {
		from := len(t.sagas)
		err := run(ctx)
		return slices.Clone(t.sagas[from:]), err
	}}
}

const (
	thereAndBack = "there and back"
	turnedGone   = "canceled before its point of no return, then past it"
)

// Courses are all kinds, in an order in which one finds what another has left.
func (t *tour) Courses() []trial.Course {
	return slices.Concat(t.small(), t.records(), t.machines(), t.lent(), t.finals())
}

// small are those that need no account.
func (t *tour) small() []trial.Course {
	return []trial.Course{
		t.course("echo", thereAndBack, "", func(ctx context.Context) error {
			return t.andBack(ctx, engine.Launch{Kind: "echo", Inputs: engine.Inputs{"text": "hello"}})
		}),
		t.course("echo_fail", "fails and is rolled back", "", func(ctx context.Context) error {
			at, err := t.start(ctx, engine.Launch{Kind: "echo_fail", Inputs: engine.Inputs{"text": "hello"}})
			if err != nil {
				return err
			}
			return t.ends(ctx, at, engine.RolledBack)
		}),
	}
}

// at are the inputs that name a record of the tour.
func (t *tour) at(recordType string, more ...string) engine.Inputs {
	in := engine.Inputs{"dns_domain": t.on.Domain, "dns_record_type": recordType, "dns_record_name": t.name}
	for i := 0; i+1 < len(more); i += 2 {
		in[more[i]] = more[i+1]
	}
	return in
}

// records are those about records and about what the store accounts for.
func (t *tour) records() []trial.Course {
	text := t.at("TXT", "dns_record_data", "arcadia smoke test")
	about := func(kind string, drifts bool) trial.Course {
		return t.course(kind, thereAndBack, "", func(ctx context.Context) error {
			made, err := t.there(ctx, "upsert_dns_record", text)
			if err != nil {
				return err
			}
			r, err := t.resourceOf(ctx, made, "dns_record")
			if err != nil {
				return err
			}
			straight := func() error { return nil }
			if drifts {
				if straight, err = t.drift(ctx, r); err != nil {
					return err
				}
			}
			err = t.andBack(ctx, engine.Launch{Kind: kind, Inputs: engine.Inputs{"resource": r.Key()}})
			if err == nil {
				err = straight()
			}
			if err == nil {
				err = t.back(ctx, made)
			}
			return err
		})
	}
	return []trial.Course{
		t.course("upsert_dns_record", thereAndBack, "", func(ctx context.Context) error {
			return t.andBack(ctx, engine.Launch{Kind: "upsert_dns_record", Inputs: text})
		}),
		t.course("delete_dns_record", thereAndBack, "", func(ctx context.Context) error {
			made, err := t.there(ctx, "upsert_dns_record", text)
			if err == nil {
				err = t.andBack(ctx, engine.Launch{Kind: "delete_dns_record", Inputs: t.at("TXT")})
			}
			if err != nil {
				return err
			}
			return t.back(ctx, made)
		}),
		about("restore_resource", true),
		about("accept_resource", true),
		about("forget_resource", false),
	}
}

// resourceOf is what a saga accounts for.
func (t *tour) resourceOf(ctx context.Context, s *engine.Saga, kind string) (engine.Resource, error) {
	all, err := t.desk.Resources(ctx)
	if err != nil {
		return engine.Resource{}, err
	}
	at := slices.IndexFunc(all, func(r engine.Resource) bool { return r.SagaID == s.ID && r.Type == kind })
	if at < 0 {
		return engine.Resource{}, fmt.Errorf("saga %s (%s) accounts for no %s", s.Short, s.Kind, kind)
	}
	return all[at], nil
}

// drift changes a record of the tour behind the store's back, as somebody else might. straight takes that back.
func (t *tour) drift(ctx context.Context, r engine.Resource) (straight func() error, err error) {
	var was steps.Record
	if err := json.Unmarshal(r.Spec, &was); err != nil {
		return nil, fmt.Errorf("read what resource %s is: %w", r.Key(), err)
	}
	if was.ID, err = strconv.ParseInt(r.ExternalID, 10, 64); err != nil {
		return nil, fmt.Errorf("read the id of resource %s: %w", r.Key(), err)
	}
	now := was
	now.Data = "changed by somebody else"
	if _, err := t.cloud.UpdateRecord(ctx, t.on.Domain, now); err != nil {
		return nil, err
	}
	return func() error {
		_, err := t.cloud.UpdateRecord(ctx, t.on.Domain, was)
		return err
	}, nil
}

// order are the inputs of a droplet of the tour's own.
func (t *tour) order(name string, more ...string) engine.Inputs {
	in := engine.Inputs{"name": name, "region": t.region, "size": t.size.Slug, "image": "debian-12-x64", "ssh_keys": t.key}
	for i := 0; i+1 < len(more); i += 2 {
		in[more[i]] = more[i+1]
	}
	return in
}

// about are inputs about the droplet of the tour.
func (t *tour) about(more ...string) engine.Inputs {
	in := engine.Inputs{"droplet_id": strconv.FormatInt(t.droplet.ID, 10)}
	for i := 0; i+1 < len(more); i += 2 {
		in[more[i]] = more[i+1]
	}
	return in
}

// settle takes the droplet of a name as the one that the tour works on.
func (t *tour) settle(ctx context.Context, name string) error {
	all, err := t.cloud.Droplets(ctx)
	if err != nil {
		return err
	}
	at := slices.IndexFunc(all, func(d steps.Droplet) bool { return d.Name == name })
	if at < 0 {
		return fmt.Errorf("no droplet is called %s", name)
	}
	t.droplet, err = t.cloud.Droplet(ctx, all[at].ID)
	return err
}

// machine makes a droplet of the tour's own. In a tour that goes well no rollback ends it, but the last kinds.
func (t *tour) machine(ctx context.Context, name string) error {
	if _, err := t.run(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"create_droplet"}, Inputs: t.order(name)}); err != nil {
		return err
	}
	return t.settle(ctx, name)
}

// answering is how it is seen that a droplet works.
const answering = "{host}:22"

// machines are those that come back from what they do to a droplet.
func (t *tour) machines() []trial.Course {
	back := func(kind, omits string, in func() engine.Inputs) trial.Course {
		return t.course(kind, thereAndBack, omits, func(ctx context.Context) error {
			return t.andBack(ctx, engine.Launch{Kind: kind, Inputs: in()})
		})
	}
	return []trial.Course{
		back("provision_droplet", "", func() engine.Inputs {
			in := t.order(t.name, "dns_domain", t.on.Domain, "dns_record_name", t.name, "dns_record_ttl", "60")
			if t.wall != "" {
				in["firewall"] = t.wall
			}
			return in
		}),
		t.course("adhoc", thereAndBack, "", func(ctx context.Context) error {
			if err := t.machine(ctx, t.name); err != nil {
				return err
			}
			return t.andBack(ctx, engine.Launch{Kind: "adhoc", Steps: []string{"power_off_droplet", "power_on_droplet"}, Inputs: t.about()})
		}),
		back("snapshot_droplet", "", func() engine.Inputs { return t.about() }),
		back("snapshot_then_dns", "", func() engine.Inputs {
			in := t.at("TXT", "dns_record_data", "arcadia smoke test")
			in["droplet_id"] = t.about()["droplet_id"]
			return in
		}),
		back("resize_droplet", large, func() engine.Inputs { return t.about("size", t.larger.Slug) }),
		t.course("restore_droplet", thereAndBack, "", func(ctx context.Context) error {
			return t.copied(ctx, func(image string, _ engine.Resource) error {
				return t.andBack(ctx, engine.Launch{Kind: "restore_droplet", Inputs: t.about("image", image, "tcp", answering, "approvals", "0")})
			})
		}),
		t.course("adopt_snapshot", thereAndBack, "", func(ctx context.Context) error {
			return t.copied(ctx, func(image string, r engine.Resource) error {
				return t.orphaned(ctx, r, engine.Launch{Kind: "adopt_snapshot", Inputs: engine.Inputs{"snapshot": image}})
			})
		}),
		t.course("dns_cutover", thereAndBack, "", func(ctx context.Context) error {
			made, err := t.there(ctx, "upsert_dns_record", t.at("A", "dns_record_data", "192.0.2.1", "dns_record_ttl", "30"))
			if err == nil {
				err = t.andBack(ctx, engine.Launch{Kind: "dns_cutover", Inputs: t.at("A", "dns_record_data", t.droplet.IPv4, "tcp", answering, "low_ttl", "30", "soak_for", "1s")})
			}
			if err != nil {
				return err
			}
			return t.back(ctx, made)
		}),
	}
}

// orphaned runs a saga there and back while nothing tracks a resource.
func (t *tour) orphaned(ctx context.Context, r engine.Resource, l engine.Launch) error {
	forgotten, err := t.there(ctx, "forget_resource", engine.Inputs{"resource": r.Key()})
	if err == nil {
		err = t.andBack(ctx, l)
	}
	if err != nil {
		return err
	}
	return t.back(ctx, forgotten)
}

// copied does something with a snapshot of the droplet, which is there only meanwhile.
func (t *tour) copied(ctx context.Context, do func(image string, r engine.Resource) error) error {
	made, err := t.there(ctx, "snapshot_droplet", t.about())
	if err != nil {
		return err
	}
	r, err := t.resourceOf(ctx, made, "droplet_snapshot")
	if err == nil {
		err = do(r.ExternalID, r)
	}
	if err != nil {
		return err
	}
	return t.back(ctx, made)
}
