"""Rate limits on the wire: decoded from a JSON object, and encoded in the same form."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from aion.sandbox.limits.rate_limiter import RateLimiter
from aion.sandbox.settings.rates import Rate, RateLimits
from aion.sandbox.settings.tiers import tier_named


def as_json(limiter: RateLimiter) -> dict[str, Any] | None:
    """Return the enforced limits in the form that `from_json` takes; None without limits."""
    if limiter.limits is None:
        return None
    routes = limiter.limits.routes.items()
    return {
        "per_key": _rate_json(limiter.per_key),
        "routes": {pattern: _rate_json(rate) for pattern, rate in routes},
    }


def from_json(body: Mapping[str, Any]) -> RateLimits:
    """Decode rate limits: a tier or a rate for each key, and rates of routes.

    Raises:
        ValueError: it has another form.
    """
    unknown = body.keys() - {"tier", "per_key", "routes"}
    if unknown:
        raise ValueError(f"unknown field {min(unknown)!r}; there are tier, per_key and routes")
    if "tier" in body and "per_key" in body:
        raise ValueError("tier and per_key exclude each other")
    per_key = _rate("per_key", body["per_key"]) if "per_key" in body else None
    if "tier" in body:
        per_key = Rate(tier_named(str(body["tier"])).requests_per_minute)
    if "routes" not in body:
        return RateLimits(per_key)
    routes = _object("routes", body["routes"])
    return RateLimits(per_key, {name: _rate(name, given) for name, given in routes.items()})


def _rate(name: str, given: Any) -> Rate:
    values = _object(name, given)
    requests, seconds = values.get("requests"), values.get("seconds", 60)
    if type(requests) is not int or type(seconds) not in (int, float):
        raise ValueError(f'{name}: a rate is {{"requests": number, "seconds": number}}')
    if values.keys() - {"requests", "seconds"}:
        raise ValueError(f"{name}: a rate has the fields requests and seconds only")
    return Rate(requests, seconds)


def _object(name: str, given: Any) -> Mapping[str, Any]:
    if not isinstance(given, dict):
        raise ValueError(f"{name} must be a JSON object")
    return cast("dict[str, Any]", given)


def _rate_json(rate: Rate) -> dict[str, float]:
    return {"requests": rate.requests, "seconds": rate.seconds}
