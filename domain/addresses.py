"""Addresses of machines, as they are written."""

from __future__ import annotations

from ipaddress import ip_address


def is_loopback(host: str) -> bool:
    """Whether a host, a name or an address without brackets, is reached from this machine alone.

    A name that only begins like such an address is not.
    """
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False
