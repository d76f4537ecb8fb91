"""The control routes under `/_sandbox/`: faults, clock, request log, reset, seeds ...

They take and return JSON, need the sandbox's own key, and are not part of the contract.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, Final, cast

from aion.sandbox.asgi.exchange import Exchange
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.limits.rate_json import as_json, from_json
from aion.sandbox.runtime.call import Response
from aion.sandbox.runtime.state import State
from aion.sandbox.seeds.libraries import DEFAULT_COUNT, seed
from aion.sandbox.store.jsontext import parse_json

CONTROL_PREFIX: Final = "/_sandbox/"
"""Path prefix of the control routes."""

Route = Callable[[State, dict[str, Any]], Awaitable[Response]]


async def serve_control(state: State, exchange: Exchange) -> Response:
    """Serve one control request; raises ApiError."""
    name, _, rest = exchange.raw_path[len(CONTROL_PREFIX) :].partition("/")
    exchange.template = CONTROL_PREFIX + name
    if name == "faults" and exchange.method == "DELETE" and rest:
        return _clear_one(state, rest)
    routes = (
        {} if rest else {method: route for (at, method), route in _ROUTES.items() if at == name}
    )
    if not routes:
        known = ", ".join(sorted({CONTROL_PREFIX + at for at, _ in _ROUTES}))
        raise ApiError(404, f"unknown control route; there are {known}")
    route = routes.get(exchange.method)
    if route is None:
        allowed = ", ".join(sorted(routes))
        raise ApiError(405, f"use {allowed}", headers={"allow": allowed})
    data = await exchange.body()
    try:
        body: Any = parse_json(data) if data else {}
        is_object = isinstance(body, dict)
        if not is_object:
            raise ValueError("the body must be a JSON object")
        return await route(state, cast("dict[str, Any]", body))
    except ValueError as error:
        raise ApiError(400, str(error)) from None


async def _add_fault(state: State, body: dict[str, Any]) -> Response:
    return Response({"id": state.faults.add_json(body)}, status=201)


async def _list_faults(state: State, body: dict[str, Any]) -> Response:
    return Response({"faults": state.faults.list()})


async def _clear_faults(state: State, body: dict[str, Any]) -> Response:
    return Response({"removed": state.faults.clear()})


def _clear_one(state: State, text: str) -> Response:
    if not (text.isascii() and text.isdecimal()) or not state.faults.clear(int(text)):
        raise ApiError(404, f"no fault {text}")
    return Response({"removed": 1})


async def _reset(state: State, body: dict[str, Any]) -> Response:
    await state.reset()
    return Response({"reset": True})


async def _list_requests(state: State, body: dict[str, Any]) -> Response:
    return Response({"requests": [one.as_json() for one in state.request_log.list()]})


async def _clear_requests(state: State, body: dict[str, Any]) -> Response:
    state.request_log.clear()
    return Response({"requests": []})


async def _clock(state: State, body: dict[str, Any]) -> Response:
    return Response({"now": state.clock.stamp(), "stepped": state.clock.stepped})


async def _step_clock(state: State, body: dict[str, Any]) -> Response:
    seconds = body.get("seconds")
    if (
        isinstance(seconds, bool)
        or not isinstance(seconds, (int, float))
        or set(body) != {"seconds"}
    ):
        raise ValueError('the body must be {"seconds": number}')
    await state.step_clock(seconds)
    return await _clock(state, body)


async def _rate_limits(state: State, body: dict[str, Any]) -> Response:
    return Response({"rate_limits": as_json(state.rate_limiter)})


async def _use_rate_limits(state: State, body: dict[str, Any]) -> Response:
    state.rate_limiter.use(from_json(body))
    return await _rate_limits(state, body)


async def _drop_rate_limits(state: State, body: dict[str, Any]) -> Response:
    state.rate_limiter.use(None)
    return await _rate_limits(state, body)


async def _list_violations(state: State, body: dict[str, Any]) -> Response:
    return Response({"violations": state.violations})


async def _seed(state: State, body: dict[str, Any]) -> Response:
    name, count = body.get("library"), body.get("count", DEFAULT_COUNT)
    if not isinstance(name, str) or type(count) is not int or body.keys() - {"library", "count"}:
        raise ValueError('the body must be {"library": name, "count": number}')
    return Response({"ids": await seed(state, name, count)}, status=201)


async def _snapshot(state: State, body: dict[str, Any]) -> Response:
    return Response({"name": await state.snapshots.take()}, status=201)


async def _restore(state: State, body: dict[str, Any]) -> Response:
    await state.snapshots.restore(str(body.get("name")))
    return Response({"restored": body.get("name")})


_ROUTES: Final[dict[tuple[str, str], Route]] = {
    ("faults", "GET"): _list_faults,
    ("faults", "POST"): _add_fault,
    ("faults", "DELETE"): _clear_faults,
    ("reset", "POST"): _reset,
    ("requests", "GET"): _list_requests,
    ("requests", "DELETE"): _clear_requests,
    ("clock", "GET"): _clock,
    ("clock", "POST"): _step_clock,
    ("rate-limits", "GET"): _rate_limits,
    ("rate-limits", "POST"): _use_rate_limits,
    ("rate-limits", "DELETE"): _drop_rate_limits,
    ("violations", "GET"): _list_violations,
    ("seed", "POST"): _seed,
    ("snapshots", "POST"): _snapshot,
    ("restore", "POST"): _restore,
}
