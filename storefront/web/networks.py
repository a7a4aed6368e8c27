"""Where a request comes from, as far as limits need to know."""

from __future__ import annotations

import ipaddress

from flask import request


def own_network() -> str:
    """The visitor's address; of IPv6 the half that a household has. Only ever kept as a keyed hash."""
    try:
        address = ipaddress.ip_address(request.remote_addr or "")
    except ValueError:
        return ""
    return str(ipaddress.ip_network((address, 64), strict=False) if address.version == 6 else address)
