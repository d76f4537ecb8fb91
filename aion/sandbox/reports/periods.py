"""Time spans of a query, and their division into hours, days and months, in UTC."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from aion.sandbox.contract.errors import ApiError
from aion.sandbox.store.clock import seconds_of

_DAYS: Final = {"day": 1, "week": 7, "month": 30, "quarter": 91, "year": 365}
_BUCKETS: Final = {"hour": 1, "day": 30, "month": 365}
_MOST_BUCKETS: Final = 1000
_LAST: Final = datetime(9000, 1, 1, tzinfo=UTC).timestamp()


def moment_of(text: object) -> float:
    """Return a timestamp of a query in seconds, limited to the years from 1970."""
    try:
        return min(max(seconds_of(str(text)), 0.0), _LAST)
    except (OverflowError, ValueError):
        # A zone can move the first or last day of the calendar out of it.
        return _LAST if str(text).startswith("9") else 0.0


def span_of(query: Mapping[str, Any], now: float, *, period: str | None) -> tuple[float, float]:
    """Return the span of `start_date` and `end_date`; the default is one period.

    Raises:
        ApiError: the start is after the end.
    """
    end = now if query.get("end_date") is None else moment_of(query["end_date"])
    if query.get("start_date") is not None:
        start = moment_of(query["start_date"])
    else:
        start = max(end - 86400 * _DAYS[period or "month"], 0.0)
    if start > end:
        raise ApiError(400, "start_date is after end_date")
    return start, end


def days_of(period: str) -> int:
    """Return the number of days of a period."""
    return _DAYS[period]


def require_period(value: str | None, allowed: tuple[str, ...]) -> str:
    """Return a period; the month by default.

    Raises:
        ApiError: it is not allowed.
    """
    period = value or "month"
    if period not in allowed:
        raise ApiError(400, f"period must be one of {', '.join(allowed)}, not {period!r}")
    return period


def buckets(kind: str, query: Mapping[str, Any], now: float) -> list[tuple[float, float, str]]:
    """Return start, end and label of each hour, day or month of a span.

    Raises:
        ApiError: unknown kind, or too many parts.
    """
    if kind not in _BUCKETS:
        raise ApiError(400, f"period_type must be one of {', '.join(_BUCKETS)}, not {kind!r}")
    end = now if query.get("end_date") is None else moment_of(query["end_date"])
    start = query.get("start_date")
    first = max(end - 86400 * _BUCKETS[kind], 0.0) if start is None else moment_of(start)
    if first > end:
        raise ApiError(400, "start_date is after end_date")
    found: list[tuple[float, float, str]] = []
    for bucket in _buckets(kind, first, end):
        found.append(bucket)
        if len(found) > _MOST_BUCKETS:
            raise ApiError(400, f"the span has more than {_MOST_BUCKETS} points")
    return found


def _buckets(kind: str, start: float, end: float) -> Iterator[tuple[float, float, str]]:
    moment = datetime.fromtimestamp(start, UTC).replace(minute=0, second=0, microsecond=0)
    if kind != "hour":
        moment = moment.replace(hour=0)
    if kind == "month":
        moment = moment.replace(day=1)
    labels = {"hour": "%Y-%m-%d %H:00", "day": "%Y-%m-%d", "month": "%Y-%m"}
    while moment.timestamp() <= end:
        if kind == "month":
            following = (moment + timedelta(days=32)).replace(day=1)
        else:
            following = moment + timedelta(hours=1 if kind == "hour" else 24)
        yield moment.timestamp(), following.timestamp(), moment.strftime(labels[kind])
        moment = following
