"""Plays recorded responses, also changed ones, to a client: no network, no vcrpy, fast."""

from __future__ import annotations

import traceback
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, cast
from urllib.parse import urlsplit

import aion
from aion.config import DEFAULT_BASE_URL
from aion.exceptions import AionvisionError
from aion.transport import Fault, Reply, Route, Wire
from aion_api._model import is_array, is_object
from tests.behaviour.calls import Calls
from tests.cassettes.mutations import Mutation
from tests.cassettes.stage import Scenario, Stage
from tests.cassettes.tape import given_of, interactions

KEY = "aion_replay_0123456789abcdef"
_SPARE = 12
"""Number of requests beyond the recording, after which a client is stopped."""
_DEPTH = 6
_MAY_RAISE = {"final"}
"""Properties that are documented to raise: a pipeline without steps has no last one."""
_PACKAGES = tuple(
    str(Path(cast("str", module.__file__)).parent) for module in (aion, __import__("aion_api"))
)


@dataclass(frozen=True)
class Recorded:
    """One recorded request and its response."""

    method: str
    place: str
    status: int
    headers: list[tuple[bytes, bytes]]
    body: bytes


@cache
def recorded(name: str) -> list[Recorded]:
    """The recording of a method."""
    found: list[Recorded] = []
    for request, response in interactions(name):
        body = response["body"]["string"]
        headers = [
            (key.encode(), value.encode())
            for key, values in response["headers"].items()
            for value in values
        ]
        data = body.encode() if isinstance(body, str) else body
        code = response["status"]["code"]
        uri: str = request.uri
        found.append(Recorded(request.method, urlsplit(uri).path, code, headers, data))
    return found


class Tape:
    """Sends the responses of a recording, one of them changed."""

    def __init__(self, name: str, mutation: Mutation | None) -> None:
        self._left = [
            (
                one,
                one.body
                if mutation is None or mutation.answer != number
                else mutation.applied(one.body),
            )
            for number, one in enumerate(recorded(name))
        ]
        self._last: dict[tuple[str, str], tuple[Recorded, bytes]] = {}
        self._spare = len(self._left) + _SPARE

    def answer(self, wire: Wire) -> Reply:
        """Return the next response to such a request, or the last one once more."""
        self._spare -= 1
        if self._spare < 0:
            return Reply(401, [], b"{}")
        key = (wire.method, urlsplit(wire.url).path)
        for number, (one, body) in enumerate(self._left):
            if (one.method, one.place) == key:
                del self._left[number]
                self._last[key] = one, body
                break
        found = self._last.get(key)
        if found is None:
            return Reply(404, [], b"{}")
        return Reply(found[0].status, found[0].headers, found[1])


class SyncTape:
    """A blocking connection to a tape."""

    def __init__(self, tape: Tape) -> None:
        self.home: object = None
        self._tape = tape
        self._rest: list[bytes] = []

    def exchange(
        self, wire: Wire, *, deadline: float | None, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        del deadline, silence
        for _ in wire.content.pieces():
            pass
        reply = self._tape.answer(wire)
        if whole or reply.status >= 300:
            return reply
        self._rest = [reply.body]
        return Reply(reply.status, reply.raw_headers, b"")

    def piece(self) -> bytes | Fault | None:
        return self._rest.pop() if self._rest else None

    def finish(self) -> None:
        """Nothing is open."""

    def abandon(self) -> None:
        """Nothing is open."""


class AsyncTape:
    """A connection for coroutines to a tape."""

    def __init__(self, tape: Tape) -> None:
        self.home: object = None
        self._blocking = SyncTape(tape)

    async def exchange(
        self, wire: Wire, *, silence: float | None, whole: bool = True
    ) -> Reply | Fault:
        return self._blocking.exchange(wire, deadline=None, silence=silence, whole=whole)

    async def piece(self) -> bytes | Fault | None:
        return self._blocking.piece()

    async def finish(self) -> None:
        """Nothing is open."""

    def abandon(self) -> None:
        """Nothing is open."""


def raw_error(
    name: str, scenario: Scenario, kind: str, mutation: Mutation | None, folder: Path
) -> str | None:
    """Return what a changed response causes, if it is not a result or an error of the package.

    Args:
        name: The method.
        scenario: The code that calls it.
        kind: The client: ``async`` or ``sync``.
        mutation: The change; None for none.
        folder: Where a scenario may write.
    """
    calls = Calls(kind)
    tape = Tape(name, mutation)

    def connection(route: Route) -> SyncTape | AsyncTape:
        del route
        return AsyncTape(tape) if kind == "async" else SyncTape(tape)

    settings: dict[str, Any] = {
        "polling_interval": 0.0005,
        "polling_timeout": 0.05,
        "max_retries": 0,
        "transport": connection,
    }
    try:
        api = calls.client_of(DEFAULT_BASE_URL, KEY, **settings)
        touch(scenario.play(Stage(calls, api, given_of(name), folder)), 0)
    except AionvisionError as error:
        return _told(error)
    except Exception as error:  # noqa: BLE001 - which ones come is the question
        return _where(error)
    finally:
        calls.close()
    return None


def _told(error: AionvisionError) -> str | None:
    try:
        touch(error, 0)
    except AionvisionError:
        return None
    except Exception as raw:  # noqa: BLE001 - which ones come is the question
        return _where(raw)
    return None


def _where(error: Exception) -> str | None:
    """Return where an error was raised; None for the scenario itself, which trusts responses."""
    frames = traceback.extract_tb(error.__traceback__)
    scenario = max((n for n, one in enumerate(frames) if "/scenarios/" in one.filename), default=-1)
    inside = [one for one in frames[scenario + 1 :] if one.filename.startswith(_PACKAGES)]
    if not inside:
        return None
    last = inside[-1]
    place = f"{Path(last.filename).name}:{last.lineno} {last.name}"
    return f"{type(error).__name__} in {place}: {error}"[:200]


def touch(value: Any, depth: int) -> None:
    """Read all of a result: its texts, its properties, its items."""
    if depth > _DEPTH or isinstance(value, (str, bytes, int, float, type(None), Path)):
        return
    if is_object(value):
        for one in value.values():
            touch(one, depth + 1)
        return
    if is_array(value) or type(value).__name__ == "tuple":
        for one in value:
            touch(one, depth + 1)
    module = type(value).__module__
    if not module.startswith(("aion.", "aion_api.")):
        return
    repr(value)
    str(value)
    if callable(getattr(value, "to_dict", None)):
        value.to_dict()
    for part in dir(value):
        if not part.startswith("_") and part not in _MAY_RAISE:
            found = getattr(value, part)
            if not callable(found):
                touch(found, depth + 1)
