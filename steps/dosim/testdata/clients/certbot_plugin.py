"""What certbot's plug-in does for a challenge of two names of one domain, and for one of a domain that is not there."""

from certbot import errors
from certbot_dns_digitalocean._internal.dns_digitalocean import _DigitalOceanClient
import digitalocean

TOKEN = "dop_v1_test"
client = _DigitalOceanClient(TOKEN)


def values():
    return sorted(r.data for r in digitalocean.Domain(token=TOKEN, name="example.com").get_records() if r.name.startswith("_acme"))


for name, value in (("_acme-challenge.www.example.com", "one"), ("_acme-challenge.example.com", "two"), ("_acme-challenge.example.com", "three")):
    client.add_txt_record("example.com", name, value, 30)
assert values() == ["one", "three", "two"], values()
client.del_txt_record("example.com", "_acme-challenge.example.com", "two")
assert values() == ["one", "three"], values()
client.del_txt_record("example.com", "_acme-challenge.example.com", "two")  # twice does no harm
client.del_txt_record("example.com", "_acme-challenge.example.com", "three")
client.del_txt_record("example.com", "_acme-challenge.www.example.com", "one")
assert values() == [], values()
try:
    client.add_txt_record("absent.example.info", "_acme-challenge.absent.example.info", "x", 30)
except errors.PluginError as e:
    assert "Unable to determine base domain" in str(e), e
else:
    raise AssertionError("a domain that is not there was found")
