"""``NO_PROXY``, as curl reads it."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv4Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.no_proxy import is_exempt


@pytest.mark.parametrize(
    ("host", "port", "rules"),
    [
        ("a.example", 443, "*"),
        ("a.example", 443, "b.example, *"),
        ("a.example", 443, "example"),
        ("a.example", 443, ".example"),
        ("a.example", 443, "*.example"),
        ("a.example", 443, "A.EXAMPLE"),
        ("a.example.", 443, "a.example"),
        ("a.example", 443, "a.example."),
        ("a.example", 443, "x,a.example"),
        ("a.example", 443, " x  a.example "),
        ("a.example", 443, "x\ta.example\n"),
        ("a.example", 8080, "a.example:8080"),
        ("b.a.example", 8080, ".a.example:8080"),
        ("xn--mnchen-3ya.example", 443, "münchen.example"),
        ("10.1.2.3", 443, "10.1.2.3"),
        ("10.1.2.3", 443, "10.0.0.0/8"),
        ("10.1.2.3", 443, "10.9.9.9/8"),
        ("10.1.2.3", 9, "10.1.2.3:9"),
        ("fd00::5", 443, "fd00::/8"),
        ("fd00::5", 443, "[fd00::]/8"),
        ("fd00::5", 443, "fd00:0:0::5"),
        ("fd00::5", 443, "[fd00::5]"),
        ("fd00::5", 9, "[fd00::5]:9"),
        ("fe80::1%eth0", 443, "fe80::1"),
        ("fe80::1%eth0", 443, "fe80::/10"),
        ("::ffff:10.1.2.3", 443, "10.0.0.0/8"),
        ("10.1.2.3", 443, "::ffff:10.1.2.3"),
    ],
)
def test_a_host_is_exempt(host: str, port: int, rules: str) -> None:
    assert is_exempt(host, port, rules)


@pytest.mark.parametrize(
    ("host", "port", "rules"),
    [
        ("a.example", 443, ""),
        ("a.example", 443, " , ,"),
        ("nota.example", 443, "a.example"),
        ("a.example", 443, "b.a.example"),
        ("a.example", 443, "a.example:8080"),
        ("a.example", 443, "**"),
        ("a.example", 443, "http://a.example"),
        ("10.1.2.3", 443, "10.1.2"),
        ("10.1.2.3", 443, "2.3"),
        ("10.1.2.3", 443, ".1.2.3"),
        ("11.1.2.3", 443, "10.0.0.0/8"),
        ("10.1.2.3", 443, "10.0.0.0/99"),
        ("10.1.2.3", 443, "10.0.0.0/x"),
        ("10.1.2.3", 443, "fd00::/8"),
        ("a.example", 443, "0.0.0.0/0"),
        ("fd00::5", 443, "[fd00::5]:9"),
        ("fd00::5", 443, "[fd00"),
    ],
)
def test_a_host_is_not_exempt(host: str, port: int, rules: str) -> None:
    assert not is_exempt(host, port, rules)


@given(st.ip_addresses(v=4), st.ip_addresses(v=4), st.integers(0, 32))
def test_a_network_covers_what_is_in_it(
    address: IPv4Address, base: IPv4Address, prefix: int
) -> None:
    inside = address in IPv4Network(f"{base}/{prefix}", strict=False)
    assert is_exempt(str(address), 443, f"{base}/{prefix}") is inside


@given(st.sampled_from(["a.example", "10.1.2.3", "fd00::5"]), st.text())
def test_no_value_of_the_variable_is_an_error(host: str, rules: str) -> None:
    assert is_exempt(host, 443, rules) in (True, False)
