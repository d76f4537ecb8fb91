"""Rate limits as plain values, as options and the control routes take them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Final

_MINUTE: Final = 60.0
_HOUR: Final = 3600.0
_DAY: Final = 86_400.0
_LONGEST: Final = 366 * _DAY


@dataclass(frozen=True, slots=True)
class Rate:
    """A number of requests in a number of seconds.

    Raises:
        ValueError: fewer than one request, or seconds that are not above 0 and at most a year.
    """

    requests: int
    seconds: float = _MINUTE

    def __post_init__(self) -> None:
        if self.requests < 1:
            raise ValueError("a rate must allow 1 request or more")
        if not 0 < self.seconds <= _LONGEST:
            raise ValueError("the seconds of a rate must be more than 0, and at most a year")


ROUTE_RATES: Final[Mapping[str, Rate]] = MappingProxyType(
    {
        "GET /usage/*": Rate(30),
        "POST /usage/check": Rate(60),
        "PATCH /tenant/settings": Rate(10),
        "POST /tenant/members/invite": Rate(5),
        "PATCH /tenant/members/{user_id}/role": Rate(10),
        "DELETE /tenant/members/{user_id}": Rate(5),
        "POST /tenant/s3-config": Rate(5),
        "DELETE /tenant/s3-config": Rate(5),
        "POST /tenant/s3-config/validate": Rate(10),
        "POST /user/change-password": Rate(3, _HOUR),
        "POST /user/change-email": Rate(3, _DAY),
        "POST /user/account/delete": Rate(3, _DAY),
    }
)
"""Rates that the service documents for single routes, each counted separately.

The rate of recrawling a link is not here: it depends on the link, and is always enforced.
"""


@dataclass(frozen=True, slots=True)
class RateLimits:
    """The rate limits of a sandbox that enforces them.

    Args:
        per_key: Requests of one key, whatever the route; the tier's rate when None.
        routes: Method and path, as in ``PATCH /tenant/settings``, to the rate that each operation
            has in addition; ``*`` is a wildcard. Where several match, the last one counts.
    """

    per_key: Rate | None = None
    routes: Mapping[str, Rate] = field(default_factory=lambda: ROUTE_RATES)
