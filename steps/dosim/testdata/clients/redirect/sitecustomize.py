"""Leads https://api.digitalocean.com to the simulator, for every Python that finds this folder in PYTHONPATH.

SIM is host:port. Every other name is refused: nothing leaves this machine.
"""

import os
import socket

_resolve = socket.getaddrinfo
_host, _, _port = os.environ["SIM"].rpartition(":")


def _led(host, port, *args, **kwargs):
    if host in ("api.digitalocean.com", b"api.digitalocean.com"):
        return _resolve(_host, int(_port), *args, **kwargs)
    if host in ("localhost", "127.0.0.1", "::1", None, ""):
        return _resolve(host, port, *args, **kwargs)
    raise socket.gaierror(socket.EAI_NONAME, "not led anywhere: %s" % host)


socket.getaddrinfo = _led
