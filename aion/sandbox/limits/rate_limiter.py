"""Enforces rate limits: a number of requests of a caller in a window, by the sandbox's clock.

A window begins with its first request and ends after its seconds; then the whole limit is
available. A refused request does not count. Counts are in memory, on the server's loop, where no
two requests are counted at the same time.
"""

from __future__ import annotations

import math
from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from aion.sandbox.contract.contract import Contract, Operation
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.settings.options import Limits, Options
from aion.sandbox.settings.rates import ROUTE_RATES, Rate, RateLimits
from aion.sandbox.settings.tiers import tier_named
from aion.sandbox.store.clock import Clock

CONCURRENT_UPLOADS: Final = "CONCURRENT_UPLOAD_LIMIT"
"""Error code for too many concurrent stream-batch requests."""

_BATCH: Final = "POST /user-files/upload/stream-batch"
_EVERY_ROUTE: Final = ""
_MOST_WINDOWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class RateLimitStatus:
    """A caller's rate limit after a request, as the response headers report it."""

    limit: int
    remaining: int
    reset: int
    """Unix time of the end of the window, in whole seconds."""
    retry_after: int | None = None
    """Seconds to wait, when the request exceeded the limit."""

    def headers(self) -> dict[str, str]:
        """Return the headers of every response."""
        given = {
            "x-ratelimit-limit": str(self.limit),
            "x-ratelimit-remaining": str(self.remaining),
            "x-ratelimit-reset": str(self.reset),
        }
        if self.retry_after is not None:
            given["retry-after"] = str(self.retry_after)
        return given

    def refusal(self) -> ApiError | None:
        """Return the error of a request over the limit, or None."""
        if self.retry_after is None:
            return None
        return ApiError(
            429,
            f"Rate limit exceeded: {self.limit} requests, try again in {self.retry_after} s",
            details={
                "limit": self.limit,
                "remaining": 0,
                "reset": self.reset,
                "retry_after": self.retry_after,
            },
        )


@dataclass(slots=True)
class _Window:
    rate: Rate
    began: float
    used: int = 0

    @property
    def end(self) -> float:
        return self.began + self.rate.seconds

    @property
    def left(self) -> int:
        return max(0, self.rate.requests - self.used)

    def holds(self, now: float) -> bool:
        # A restored snapshot can set the clock back before the beginning.
        return self.began <= now < self.end


class RateLimiter:
    """The rate limits of one sandbox, and their use by each caller."""

    def __init__(self, contract: Contract, clock: Clock, options: Options) -> None:
        """Raise ValueError for a route outside the contract."""
        self._contract = contract
        self._clock = clock
        self._options = options
        self._windows: dict[tuple[str, str], _Window] = {}
        self._limits: RateLimits | None = None
        self._routes: dict[str, Rate] = {}
        self._uploads = 0
        self._batches = frozenset(one.id for one in contract.present(_BATCH))
        self.use(options.rate_limits)

    @property
    def limits(self) -> RateLimits | None:
        """The enforced limits; None without limits."""
        return self._limits

    @property
    def per_key(self) -> Rate:
        """The rate of one key, enforced or, without limits, only reported."""
        given = self._limits.per_key if self._limits is not None else None
        return given or tier_rate(self._options.limits)

    def use(self, limits: RateLimits | None) -> None:
        """Enforce these limits from now on, or none; all counts begin at zero.

        Raises:
            ValueError: a route is not in the contract; the limits stay as they were.
        """
        routes: dict[str, Rate] = {}
        for pattern, rate in limits.routes.items() if limits is not None else ():
            is_own = pattern in ROUTE_RATES
            find = self._contract.present if is_own else self._contract.matching
            routes.update((one.id, rate) for one in find(pattern))
        self._limits, self._routes = limits, routes
        self._windows.clear()

    def reset(self) -> None:
        """Restore the limits of the options, with all counts at zero."""
        self.use(self._options.rate_limits)

    def take(self, caller: str, operation: Operation) -> RateLimitStatus | None:
        """Count a request; returns the caller's rate limit, or None without limits."""
        if self._limits is None:
            return None
        now = self._clock.now()
        windows = [self._window(caller, _EVERY_ROUTE, self.per_key, now)]
        route = self._routes.get(operation.id)
        if route is not None:
            windows.append(self._window(caller, operation.id, route, now))
        full = [one for one in windows if one.left == 0]
        if full:
            last = max(full, key=lambda one: one.end)
            wait = max(1, math.ceil(last.end - now))
            return RateLimitStatus(last.rate.requests, 0, math.ceil(last.end), wait)
        for one in windows:
            one.used += 1
        tightest = min(windows, key=lambda one: one.left)
        return RateLimitStatus(tightest.rate.requests, tightest.left, math.ceil(tightest.end))

    @contextmanager
    def uploading(self, operation: Operation) -> Generator[None]:
        """Occupy one of the concurrent batch uploads.

        Raises:
            ApiError: 429, too many at a time.
        """
        if operation.id not in self._batches:
            yield
            return
        most = self._options.limits.max_concurrent_uploads
        if self._limits is not None and self._uploads >= most:
            raise ApiError(
                429,
                f"{most} uploads are in flight, which is the limit",
                code=CONCURRENT_UPLOADS,
                details={"limit": most},
                headers={"retry-after": "1"},
            )
        self._uploads += 1
        try:
            yield
        finally:
            self._uploads -= 1

    def _window(self, caller: str, name: str, rate: Rate, now: float) -> _Window:
        found = self._windows.get((caller, name))
        if found is None or not found.holds(now):
            if len(self._windows) >= _MOST_WINDOWS:
                self._windows = {at: one for at, one in self._windows.items() if one.holds(now)}
            found = self._windows[caller, name] = _Window(rate, now)
        return found


def tier_rate(limits: Limits) -> Rate:
    """Return the requests of one key in a minute, by the tier of the limits."""
    return Rate(tier_named(limits.tier).requests_per_minute)
