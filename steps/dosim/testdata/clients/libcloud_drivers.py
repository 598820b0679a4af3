"""libcloud: its drivers for compute and DNS."""

import os
import time

import libcloud.security
from libcloud.common.types import LibcloudError
from libcloud.compute.providers import get_driver as compute
from libcloud.dns.providers import get_driver as dns
from libcloud.dns.types import RecordType

libcloud.security.CA_CERTS_PATH = os.environ["SIM_CA"]
KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIKQ9c0kD0kO6t2b1yZzVb0v3g5q2m8r7s4u1w9x0y6z6 a@b"


def refused(text, call):
    try:
        call()
    except Exception as e:  # libcloud gives several kinds of them
        assert text in str(e), e
    else:
        raise AssertionError("not refused: " + text)


def node(c, name):
    return [n for n in c.list_nodes() if n.name == name][0]


c = compute("digitalocean")("dop_v1_test", api_version="v2")
assert len(c.list_nodes()) == 6 and c.list_locations() and c.list_images()
size = [s for s in c.list_sizes() if s.name == "s-1vcpu-1gb"][0]
larger = [s for s in c.list_sizes() if s.name == "s-2vcpu-2gb"][0]
image = [i for i in c.list_images() if i.extra["slug"] == "debian-12-x64"][0]
where = [w for w in c.list_locations() if w.id == "nyc3"][0]

key = c.create_key_pair("lc", KEY)
refused("SSH Key is already in use on your account", lambda: c.create_key_pair("lc", KEY))
assert [k.name for k in c.list_key_pairs()] == ["operator", "lc"]
n = c.create_node("lc-01", size, image, where, ex_create_attr={"tags": ["lc"]}, ex_ssh_key_ids=[str(key.extra["id"])])
refused("Droplet already has a pending event.", n.destroy)
time.sleep(1)
n = node(c, "lc-01")
assert n.public_ips and n.private_ips, n
for act in (c.ex_power_on_node, c.ex_shutdown_node, lambda n: c.ex_resize_node(n, larger), c.ex_power_on_node,
            lambda n: c.ex_rename_node(n, "lc-02"), lambda n: c.create_image(n, "lc-snap"), c.reboot_node):
    assert act(n)
    time.sleep(1)
n = node(c, "lc-02")
assert n.extra["size_slug"] == "s-2vcpu-2gb" and n.state == "running", n.extra
snap = [i for i in c.list_images() if i.name == "lc-snap"][0]
assert c.delete_image(snap)

v = c.create_volume(10, "lc", location=where)
assert c.attach_volume(n, v)
time.sleep(1)
v = c.ex_get_volume(v.id) if hasattr(c, "ex_get_volume") else [x for x in c.list_volumes() if x.id == v.id][0]
assert c.detach_volume(v)
time.sleep(1)
copy = c.create_volume_snapshot(v, "lc-copy")
assert len(c.list_volume_snapshots(v)) == 1 and c.delete_volume_snapshot(copy)
assert c.destroy_volume(v)
ip = c.ex_create_floating_ip(where)
assert c.ex_attach_floating_ip_to_node(n, ip)
time.sleep(1)
assert c.ex_get_floating_ip(ip.ip_address).node_id == int(n.id)
assert c.ex_detach_floating_ip_from_node(n, ip)
time.sleep(1)
assert c.ex_delete_floating_ip(ip)
assert n.destroy() and c.delete_key_pair(key)

d = dns("digitalocean")("dop_v1_test", api_version="v2")
assert {z.domain for z in d.list_zones()} == {"example.com", "example.org", "example.net"}
zone = d.create_zone("lc.example.com")
r = d.create_record("www", zone, RecordType.A, "192.0.2.1")
r = d.update_record(r, name="www", type=RecordType.A, data="192.0.2.2")
assert d.get_record(zone.id, r.id).data == "192.0.2.2"
mx = d.create_record("", zone, RecordType.MX, "mx.example.net.", extra={"priority": 5, "ttl": 60})
assert [x.data for x in zone.list_records() if x.type == RecordType.MX] == ["mx.example.net"]
refused("Data needs to end with a dot", lambda: d.create_record("c", zone, RecordType.CNAME, "x.example.net"))
assert r.delete() and mx.delete() and zone.delete()
