"""The places of a pool against a model: whatever happens in whatever order, none is lost."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Sequence

import pytest
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from aion._http import places as module
from aion._http.places import KEEP_ALIVE, Place, Places
from aion._http.wire import Origin
from tests.engine.pools import free

SIZE = 3
ORIGINS: list[Origin] = [("https", f"host{number}.example", 443) for number in range(4)]


class Wire:
    """A connection of the model: it knows where it leads, and whether it is open."""

    opened: list[Wire]

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.open = True
        self.ended_by_peer = False
        self.opened.append(self)

    def abandon(self) -> None:
        self.open = False

    def stale(self) -> bool:
        return self.ended_by_peer


class Call:
    """A call that waits."""

    def __init__(self, origin: Origin) -> None:
        self.origin = origin
        self.place: Place[Wire] | None = None
        self.given_up = False

    def gone(self) -> bool:
        return self.given_up or self.place is not None

    def offer(self, place: Place[Wire]) -> None:
        assert not self.given_up, "a place went to a call that had gone"
        assert self.place is None, "a call got two places"
        self.place = place


class Pool(RuleBasedStateMachine):
    """Calls start, wait, use, release, break, cancel and are dropped, in any order."""

    def __init__(self) -> None:
        super().__init__()
        self.opened: list[Wire] = []
        Wire.opened = self.opened
        self.places: Places[Wire] = Places(SIZE)
        self.held: list[Place[Wire]] = []
        self.waiting: list[Call] = []

    def use(self, place: Place[Wire]) -> None:
        if place.connection is None:
            place.connection = Wire(place.origin)
        assert place.connection.open, "a closed connection was handed out"
        assert place.connection.origin == place.origin
        self.held.append(place)

    @rule(origin=st.sampled_from(ORIGINS))
    def take(self, origin: Origin) -> None:
        place = None if self.waiting else self.places.take(origin)
        if place is not None:
            self.use(place)
            return
        call = Call(origin)
        self.waiting.append(call)
        self.places.waiting.append(call)
        self.places.serve()

    @precondition(lambda self: self.held)
    @rule(data=st.data(), usable=st.booleans())
    def give_back(self, data: st.DataObject, usable: bool) -> None:
        self.held.pop(self.which(data, self.held)).release(usable=usable)

    @precondition(lambda self: self.held)
    @rule(data=st.data())
    def lose(self, data: st.DataObject) -> None:
        # Like an exception between two lines: no call has the place any more.
        self.held.pop(self.which(data, self.held))
        gc.collect(0)

    @precondition(lambda self: self.waiting)
    @rule(data=st.data(), tidily=st.booleans())
    def give_up(self, data: st.DataObject, tidily: bool) -> None:
        call = self.waiting.pop(self.which(data, self.waiting))
        call.given_up = True
        if tidily:
            self.places.forget(call)
        if call.place is not None:
            call.place.release(usable=True)

    @rule(data=st.data())
    def end_by_the_peer(self, data: st.DataObject) -> None:
        idle = [wire for wire in self.opened if wire.open]
        if idle:
            idle[self.which(data, idle)].ended_by_peer = True

    @rule(seconds=st.sampled_from([0.5, 2.0, KEEP_ALIVE + 1]))
    def wait(self, seconds: float) -> None:
        for stack in self.places._idle.values():
            for place in stack:
                place.since -= seconds
        self.places._next_round -= seconds

    @rule()
    def close(self) -> None:
        self.places.close()
        self.places.closed = False

    @staticmethod
    def which(data: st.DataObject, items: Sequence[object]) -> int:
        return data.draw(st.integers(0, len(items) - 1))

    @invariant()
    def every_place_is_free_or_held(self) -> None:
        self.go_on()
        assert free(self.places) + len(self.held) == SIZE

    def go_on(self) -> None:
        """Let the calls that were served use their places."""
        for call in [call for call in self.waiting if call.place is not None]:
            self.waiting.remove(call)
            place, call.place = call.place, None
            assert place is not None
            self.use(place)

    @invariant()
    def nobody_waits_while_a_place_is_free(self) -> None:
        assert not self.waiting or free(self.places) == 0

    @invariant()
    def no_more_connections_are_open_than_there_are_places(self) -> None:
        assert sum(wire.open for wire in self.opened) <= SIZE

    @invariant()
    def no_connection_is_in_two_hands(self) -> None:
        idle = [place for stack in self.places._idle.values() for place in stack]
        connections = Counter(
            id(p.connection) for p in [*self.held, *idle] if p.connection is not None
        )
        assert all(count == 1 for count in connections.values())


TestPool = Pool.TestCase
TestPool.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)


def taken(places: Places[Wire], origin: Origin) -> Place[Wire]:
    place = places.take(origin)
    assert place is not None
    if place.connection is None:
        place.connection = Wire(origin)
    return place


@pytest.fixture(autouse=True)
def opened() -> list[Wire]:
    Wire.opened = []
    return Wire.opened


def test_the_connection_that_was_used_last_is_used_first() -> None:
    places: Places[Wire] = Places(3)
    first, second = taken(places, ORIGINS[0]), taken(places, ORIGINS[0])
    first.release(usable=True)
    second.release(usable=True)

    assert places.take(ORIGINS[0]) is second


def test_a_call_to_another_host_closes_the_connection_that_was_idle_for_longest() -> None:
    places: Places[Wire] = Places(2)
    for origin in ORIGINS[:2]:
        taken(places, origin).release(usable=True)
        time.sleep(0.002)
    place = taken(places, ORIGINS[2])

    assert [wire.open for wire in Wire.opened] == [False, True, True]
    del place


def test_idle_connections_that_the_service_ended_are_closed_by_who_comes_by(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, "_ROUND", 0.0)
    places: Places[Wire] = Places(5)
    burst = [taken(places, ORIGINS[0]) for _ in range(4)]
    for place in burst:
        place.release(usable=True)
    for wire in Wire.opened:
        wire.ended_by_peer = True
    taken(places, ORIGINS[1]).release(usable=True)

    assert [wire.open for wire in Wire.opened] == [False] * 4 + [True]


def test_origins_without_a_connection_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_ROUND", 0.0)
    places: Places[Wire] = Places(2)
    for number in range(50):
        taken(places, ("https", f"storage{number}.example", 443)).release(usable=True)

    assert len(places._idle) <= 3


def test_a_place_whose_connection_cannot_be_closed_is_replaced_all_the_same() -> None:
    class Stubborn(Wire):
        def abandon(self) -> None:
            raise OSError("no")

    places: Places[Wire] = Places(1)
    place = places.take(ORIGINS[0])
    assert place is not None
    place.connection = Stubborn(ORIGINS[0])
    with pytest.raises(OSError, match="no"):
        place.release(usable=False)
    del place

    assert free(places) == 1


def test_places_that_come_back_after_the_end_of_the_pool_close_their_connection() -> None:
    places: Places[Wire] = Places(1)
    place = taken(places, ORIGINS[0])
    del places
    place.release(usable=True)

    assert not Wire.opened[0].open
