"""In which order and when the addresses of a host are tried (RFC 8305)."""

from __future__ import annotations

import errno
import os
import socket
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion._http.sockets.addresses import (
    NEXT_AFTER,
    Address,
    Failures,
    Schedule,
    interleaved,
    literal,
)

FOUR, SIX = socket.AF_INET, socket.AF_INET6


def address(family: int, number: int) -> Address:
    host = f"10.0.0.{number}" if family == FOUR else f"fd00::{number}"
    return Address(family, socket.SOCK_STREAM, 6, (host, 443))


ADDRESSES = st.lists(
    st.builds(address, st.sampled_from([FOUR, SIX]), st.integers(0, 9)), max_size=12
)


def test_families_alternate_from_that_of_the_first() -> None:
    found = interleaved([address(SIX, 1), address(SIX, 2), address(SIX, 3), address(FOUR, 1)])
    assert found == [address(SIX, 1), address(FOUR, 1), address(SIX, 2), address(SIX, 3)]


@given(ADDRESSES)
def test_every_address_is_tried_once(addresses: list[Address]) -> None:
    assert sorted(interleaved(addresses)) == sorted(set(addresses))


@given(ADDRESSES)
def test_the_first_address_stays_the_first(addresses: list[Address]) -> None:
    assert interleaved(addresses)[:1] == addresses[:1]


@given(ADDRESSES)
def test_the_order_within_a_family_stays(addresses: list[Address]) -> None:
    found = interleaved(addresses)
    for family in (FOUR, SIX):
        before = [one for one in dict.fromkeys(addresses) if one.family == family]
        assert [one for one in found if one.family == family] == before


@given(ADDRESSES)
def test_a_family_comes_twice_in_a_row_only_when_the_other_is_used_up(
    addresses: list[Address],
) -> None:
    found = [one.family for one in interleaved(addresses)]
    for index, (one, after) in enumerate(pairwise(found)):
        assert one != after or set(found[index:]) == {one}


def test_the_first_address_is_due_at_once_and_the_next_after_a_delay() -> None:
    schedule = Schedule([address(SIX, 1), address(FOUR, 1)])
    assert schedule.take(100.0) == address(SIX, 1)
    assert schedule.take(100.0 + NEXT_AFTER - 0.01) is None
    assert schedule.wait(100.0) == pytest.approx(NEXT_AFTER)
    assert schedule.take(100.0 + NEXT_AFTER) == address(FOUR, 1)


def test_after_a_failure_the_next_address_is_due_at_once() -> None:
    schedule = Schedule([address(SIX, 1), address(FOUR, 1)])
    schedule.take(100.0)
    schedule.failed()
    assert schedule.wait(100.0) == 0
    assert schedule.take(100.0) == address(FOUR, 1)


@given(ADDRESSES, st.lists(st.booleans(), min_size=40, max_size=40))
def test_whatever_fails_all_addresses_get_their_turn(
    addresses: list[Address], failing: list[bool]
) -> None:
    schedule, now, taken = Schedule(addresses), 0.0, list[Address]()
    for fails in failing:
        if (found := schedule.take(now)) is not None:
            taken.append(found)
            if fails:
                schedule.failed()
        now += schedule.wait(now) or 0.0
    assert taken == interleaved(addresses)
    assert schedule.wait(now) is None


def refused() -> OSError:
    return OSError(errno.ECONNREFUSED, "Connect call failed ('10.0.0.1', 443)")


def test_the_error_names_each_reason_once_with_its_addresses() -> None:
    failures = Failures("host.example")
    for number in (1, 2, 2):
        failures.add(address(FOUR, number), refused())
    failures.add(address(SIX, 1), OSError(errno.ENETUNREACH, "x"))
    assert str(failures.error()) == (
        f"host.example: {os.strerror(errno.ECONNREFUSED)} (10.0.0.1:443, 10.0.0.2:443);"
        f" {os.strerror(errno.ENETUNREACH)} ([fd00::1]:443)"
    )


def test_the_error_stays_short_for_a_host_of_many_addresses() -> None:
    failures = Failures("host.example")
    for number in range(50):
        failures.add(address(FOUR, number), refused())
    assert len(str(failures.error())) < 200
    assert str(failures.error()).endswith("and 44 more)")


def test_a_host_without_addresses_is_named() -> None:
    assert "host.example has no address" in str(Failures("host.example").error())


@pytest.mark.parametrize("host", ["127.0.0.1", "::1", "fd00::1"])
def test_an_address_needs_no_resolver(host: str) -> None:
    found = literal(host, 443)
    assert found is not None
    assert found[0].sockaddr[:2] == (host, 443)


@pytest.mark.parametrize("host", ["localhost", "a.example", "dead.beef", "1.2.3.4.example"])
def test_a_name_is_not_an_address(host: str) -> None:
    assert literal(host, 443) is None
