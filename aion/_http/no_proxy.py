"""What ``NO_PROXY`` means: the hosts that are reached without a proxy.

As curl reads it: a list with commas or spaces, of names (which cover the names below them, with or
without a dot in front), addresses, networks, each of the first two with a port if wanted, or ``*``.
Addresses are compared as addresses, never as text. What is none of these has no effect.
"""

from __future__ import annotations

import re
from ipaddress import ip_network

from aion._http.hosts import Address, HostError, address_of, ascii_host


def is_exempt(host: str, port: int, rules: str) -> bool:
    """Whether a host and port are reached without a proxy.

    Args:
        host: A host name in ASCII or an address.
        port: Where a rule has a port, it has to be this one.
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
    rule, wanted = _parted(rule)
    if wanted is not None and wanted != str(port):
        return False
    if address is not None:
        return _unscoped(address) == _unscoped(address_of(rule))
    try:
        suffix = ascii_host(rule.removeprefix("*").lstrip(".")).removesuffix(".")
    except HostError:
        return False
    return name == suffix or name.endswith(f".{suffix}")


def _parted(rule: str) -> tuple[str, str | None]:
    """A rule and its port. Several colons without brackets are an IPv6 address."""
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
    """An address without the interface that it is reached by."""
    if address is None or address.version == 4:
        return address
    return type(address)(int(address))
