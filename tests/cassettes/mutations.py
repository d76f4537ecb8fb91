"""Makes responses in which one value has the wrong type, for each value."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from aion_api._model import is_array, is_object

Path = tuple[str | int, ...]
_GONE = object()
WRONG: dict[str, Any] = {
    "deleted": _GONE,
    "null": None,
    "true": True,
    "zero": 0,
    "a negative number": -7,
    "a fraction": 0.5,
    "a huge number": 10**400,
    "a huge fraction": 1e308,
    "not a number": float("nan"),
    "infinite": float("inf"),
    "an empty string": "",
    "a string": "wrong",
    "an empty list": [],
    "a list": [None, 3, "x"],
    "an empty object": {},
    "an object": {"wrong": ["x"]},
}
"""Replacements for a value."""


@dataclass(frozen=True)
class Mutation:
    """One change of one response.

    Attributes:
        answer: The number of the response in a recording, from 0.
        event: The number of its event, for a stream.
        path: The place in the JSON value; empty for the whole value.
        kind: The kind of the replacement.
    """

    answer: int
    event: int | None
    path: Path
    kind: str

    def __str__(self) -> str:
        event = "" if self.event is None else f", event {self.event}"
        place = ".".join(map(str, self.path)) or "all of it"
        return f"answer {self.answer}{event}: {place} is {self.kind}"

    def applied(self, body: bytes) -> bytes:
        """The body with this change."""
        if self.event is None:
            return _written(self._changed(json.loads(body)))
        blocks = body.split(b"\n\n")
        lines = blocks[self.event].split(b"\n")
        for number, line in enumerate(lines):
            if line.startswith(b"data: "):
                changed = _written(self._changed(json.loads(line.removeprefix(b"data: "))))
                lines[number] = b"data: " + changed
        blocks[self.event] = b"\n".join(lines)
        return b"\n\n".join(blocks)

    def _changed(self, value: Any) -> Any:
        wrong = WRONG[self.kind]
        if not self.path:
            return None if wrong is _GONE else wrong
        whole = copy.deepcopy(value)
        inner = whole
        for step in self.path[:-1]:
            inner = inner[step]
        if wrong is _GONE:
            del inner[self.path[-1]]
        else:
            inner[self.path[-1]] = wrong
        return whole


def mutations(bodies: list[bytes]) -> Iterator[Mutation]:
    """Yield every change of every response that is JSON or a stream of it."""
    for number, body in enumerate(bodies):
        for event, value in _values(body):
            for path in _paths(value, ()):
                for kind in WRONG:
                    yield Mutation(number, event, path, kind)


def _values(body: bytes) -> Iterator[tuple[int | None, Any]]:
    if body.lstrip()[:1] in (b"{", b"["):
        yield None, json.loads(body)
        return
    for number, block in enumerate(body.split(b"\n\n")):
        for line in block.split(b"\n"):
            if line.startswith(b"data: "):
                yield number, json.loads(line.removeprefix(b"data: "))


def _paths(value: Any, place: Path) -> Iterator[Path]:
    yield place
    if is_object(value):
        for key, inner in value.items():
            yield from _paths(inner, (*place, key))
    elif is_array(value):
        # Items of a list are alike.
        for number, inner in enumerate(value[:2]):
            yield from _paths(inner, (*place, number))


def _written(value: Any) -> bytes:
    return json.dumps(value).encode()
