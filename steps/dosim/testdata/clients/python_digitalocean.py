"""python-digitalocean: everything it knows that the simulator has."""

import time

import digitalocean

TOKEN = "dop_v1_test"
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKQ9c0kD0kO6t2b1yZzVb0v3g5q2m8r7s4u1w9x0y6z5 a@b"
m = digitalocean.Manager(token=TOKEN)


def refused(text, call):
    try:
        call()
    except digitalocean.DataReadError as e:
        assert text in str(e), e
    else:
        raise AssertionError("not refused: " + text)


def done(droplet):
    for action in droplet.get_actions():
        assert action.wait(update_every_seconds=0.4), action.status
    return droplet.load()


assert m.get_account().status == "active"
assert len(m.get_all_droplets()) == 6
assert {d.name for d in m.get_all_domains()} == {"example.com", "example.org", "example.net"}
assert len(digitalocean.Domain(token=TOKEN, name="example.net").get_records()) == 244  # over several pages
assert m.get_all_regions() and m.get_all_sizes() and m.get_global_images() and len(m.get_my_images()) == 5

key = digitalocean.SSHKey(token=TOKEN, name="k", public_key=KEY)
key.create()
key.name = "renamed"
key.edit()
assert [k.name for k in m.get_all_sshkeys()] == ["operator", "renamed"]
refused("SSH Key is already in use on your account", digitalocean.SSHKey(token=TOKEN, name="k", public_key=KEY).create)

# droplets and their actions
refused("999999 are invalid key identifiers for Droplet creation.", digitalocean.Droplet(
    token=TOKEN, name="x", region="nyc3", image="debian-12-x64", size_slug="s-1vcpu-1gb", ssh_keys=[999999]).create)
d = digitalocean.Droplet(
    token=TOKEN, name="pd-01", region="nyc3", image="debian-12-x64", size_slug="s-1vcpu-1gb", ssh_keys=[key], tags=["pd"], ipv6=True,
    user_data="#!/bin/sh", monitoring=True)
d.create()
done(d)
assert d.status == "active" and d.ip_address and d.private_ip_address and d.ip_v6_address, vars(d)
assert [x.name for x in m.get_all_droplets(tag_name="pd")] == ["pd-01"]
for act in (lambda: d.power_on(), lambda: d.power_off(), lambda: d.power_off(), lambda: d.resize("s-2vcpu-2gb", disk=False), lambda: d.power_on(),
            lambda: d.rename("pd-02"), lambda: d.enable_backups(), lambda: d.reset_root_password(), lambda: d.reboot(), lambda: d.shutdown()):
    act()
    done(d)
assert (d.name, d.size_slug, d.status) == ("pd-02", "s-2vcpu-2gb", "off"), vars(d)
d.take_snapshot("pd-snap")
done(d)
snap = d.get_snapshots()[0].load()
assert snap.name == "pd-snap" and [s.name for s in m.get_droplet_snapshots() if s.name == "pd-snap"]
snap = m.get_image(snap.id)
snap.rename("pd-renamed")
snap.transfer("fra1")
time.sleep(1)
assert m.get_image(snap.id).regions == ["nyc3", "fra1"]
d.rebuild("fedora-42-x64")
done(d)
d.restore(snap.id)
done(d)

# what hangs on it
v = digitalocean.Volume(token=TOKEN, name="pd", region="nyc3", size_gigabytes=10, filesystem_type="ext4")
v.create()
v.attach(d.id, "nyc3")
time.sleep(1)
assert v.load().droplet_ids == [d.id] and d.load().volume_ids == [v.id]
v.detach(d.id, "nyc3")
time.sleep(1)
v.snapshot("pd-copy")
assert [s.name for s in v.get_snapshots()] == ["pd-copy"] and len(m.get_volume_snapshots()) == 1
m.get_snapshot(v.get_snapshots()[0].id).destroy()
v.destroy()
ip = digitalocean.FloatingIP(token=TOKEN, region_slug="nyc3")
ip.reserve()
ip.assign(d.id)
time.sleep(1)
assert ip.load().droplet["id"] == d.id
ip.unassign()
time.sleep(1)
ip.destroy()
tag = digitalocean.Tag(token=TOKEN, name="pd-tag")
tag.create()
tag.add_droplets([d.id])
assert "pd-tag" in d.load().tags
tag.delete()
rule = digitalocean.InboundRule(protocol="tcp", ports="22", sources=digitalocean.Sources(addresses=["0.0.0.0/0"]))
f = digitalocean.Firewall(token=TOKEN, name="pd", inbound_rules=[rule], outbound_rules=[], droplet_ids=[d.id])
f.create()
assert sorted(x.name for x in m.get_all_firewalls()) == ["pd", "web"]
f.destroy()
p = digitalocean.Project(token=TOKEN, name="pd", description="d", purpose="p", environment="Development")
p.create_project()
p.assign_resource(["do:droplet:%d" % d.id])
assert p.get_all_resources() == ["do:droplet:%d" % d.id]
m.get_default_project().assign_resource(["do:droplet:%d" % d.id])
p.delete_project()

# DNS
zone = digitalocean.Domain(token=TOKEN, name="pd.example.com", ip_address="192.0.2.1")
zone.create()
zone.create_new_domain_record(type="MX", name="@", data="mx.example.net.", priority=10)
refused("Data needs to end with a dot (.)", lambda: zone.create_new_domain_record(type="CNAME", name="c", data="www.example.net"))
record = [r for r in zone.get_records() if r.type == "MX"][0]
record.domain, record.data, record.ttl = zone.name, "mx2.example.net.", 60
record.save()
assert [(r.data, r.priority, r.ttl) for r in zone.get_records() if r.type == "MX"] == [("mx2.example.net", 10, 60)]
record.destroy()
zone.destroy()

snap.destroy()
d.destroy()
key.destroy()
