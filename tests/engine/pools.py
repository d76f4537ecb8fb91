"""What tests see of a client's places."""

from __future__ import annotations

from typing import Any

from aion._http.places import Places


def free(places: Places[Any]) -> int:
    """Return the number of free places of a pool, including places without a connection."""
    idle = sum(len(stack) for stack in places._idle.values())
    return places._size - len(places._alive) + len(places._empty) + idle


def open_connections(places: Places[Any]) -> int:
    """How many of the free places hold a connection."""
    kept = [place for stack in places._idle.values() for place in stack]
    return sum(place.connection is not None for place in [*kept, *places._empty])
