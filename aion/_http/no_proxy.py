"""Interprets ``NO_PROXY``: the hosts that are reached without a proxy.

As in curl, it is a list with commas or spaces of names (which include the names below them, with or
without a leading dot), addresses and networks, or ``*``. Names and addresses may have a port.
Addresses are compared as addresses, never as text. Other entries have no effect.
"""

from __future__ import annotations

import re
from ipaddress import ip_network

from aion._http.hosts import Address, HostError, address_of, ascii_host


def is_exempt(host: str, port: int, rules: str) -> bool:
    """Return whether a host and port are reached without a proxy.

    Args:
        host: A host name in ASCII or an address.
        port: A rule with a port has to match it.
        rules: The value of the variable.
    """
    name = host.lower().removesuffix(".")
    address = address_of(name)
    return any(_covers(rule, name, address, port) for rule in re.split(r"[\s,]+", rules) if rule)


def _covers(rule: str, name: str, address: Address | None, port: int) -> bool:
    if rule == "*":
        return True
    if "/" in rule:
        return address is not None and _in_network(address, rule)
    rule, required = _parted(rule)
    if required is not None and required != str(port):
        return False
    if address is not None:
        return _unscoped(address) == _unscoped(address_of(rule))
    try:
        suffix = ascii_host(rule.removeprefix("*").lstrip(".")).removesuffix(".")
    except HostError:
        return False
    return name == suffix or name.endswith(f".{suffix}")


def _parted(rule: str) -> tuple[str, str | None]:
    """Split a rule into name and port. Several colons without brackets are an IPv6 address."""
    if rule.startswith("["):
        host, _, rest = rule[1:].partition("]")
        return host, rest[1:].lstrip("0") if rest.startswith(":") else None
    host, colon, port = rule.partition(":")
    return (host, port.lstrip("0")) if colon and ":" not in port else (rule, None)


def _in_network(address: Address, rule: str) -> bool:
    base, _, prefix = rule.partition("/")
    base = base.removeprefix("[").removesuffix("]")
    try:
        network = ip_network(f"{base}/{prefix}", strict=False)
    except ValueError:
        return False
    found = _unscoped(address)
    return found is not None and found.version == network.version and found in network


def _unscoped(address: Address | None) -> Address | None:
    """Return an address without its interface."""
    if address is None or address.version == 4:
        return address
    return type(address)(int(address))
