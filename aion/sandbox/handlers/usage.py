"""Usage: the requests of this process, and the credits that uploads have used.

Where the contract leaves a choice: an upload costs two credits, requests are the last 10,000 of
this process, and a stepped clock measures no response times.
"""

from __future__ import annotations

from collections import Counter
from typing import Any, Final

from aion.sandbox.accounts.tenant import Tenant, month_start, next_month
from aion.sandbox.contract.errors import InvalidRequest, Problem
from aion.sandbox.handlers.registry import operation
from aion.sandbox.reports.consumption import outcomes, recent
from aion.sandbox.reports.periods import buckets, days_of, require_period, span_of
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.usage_log import CREDITS_PER_ITEM, UsageEvent, average_milliseconds

_PERIODS: Final = ("day", "week", "month")
_PLAN_PERIODS: Final = ("month", "quarter", "year")


@operation("check_usage", role="viewer")
async def check_usage(call: Call) -> Response:
    """Return whether the credits are enough for a number of images."""
    items = call.body.get("item_count", 1)
    if items < 1:
        raise InvalidRequest([Problem(("body", "item_count"), "must be 1 or more", "range")])
    tenant = Tenant(call.state)
    now = call.state.clock.now()
    used, prepaid = tenant.credits_used(month_start(now)), _prepaid(call)
    wanted, left = items * CREDITS_PER_ITEM, _left(tenant, used) + prepaid
    text = f"{wanted} credits are needed, {left} are left"
    return Response(
        {
            "can_proceed": wanted <= left,
            "current_usage": used,
            "monthly_limit": tenant.monthly_credits,
            "required_credits": wanted,
            "available_credits": left,
            "reset_date": next_month(now).date().isoformat(),
            "message": None if wanted <= left else text,
            "prepaid_credits": prepaid,
            "included_credits": tenant.monthly_credits,
        }
    )


@operation("get_usage_summary")
async def get_usage_summary(call: Call) -> Response:
    """Return requests, descriptions and credits of a span."""
    period = require_period(call.query["period"], _PERIODS)
    start, end = span_of(call.query, call.state.clock.now(), period=period)
    events = call.state.usage.between(start, end, api_key_id=_key_id(call))
    succeeded = sum(event.succeeded for event in events)
    tenant = Tenant(call.state)
    used = tenant.credits_used(month_start(call.state.clock.now()))
    return Response(
        {
            "period": {"start": stamp(start), "end": stamp(end)},
            "usage": {
                "describe_count": outcomes(call.state, start, end)[0],
                "total_requests": len(events),
                "successful_requests": succeeded,
                "failed_requests": len(events) - succeeded,
            },
            "performance": {"avg_response_time_ms": average_milliseconds(events)},
            "limits": {
                "monthly_limit": tenant.monthly_credits,
                "used_this_month": used,
                "remaining": _left(tenant, used),
                "percentage_used": _percent(used, tenant.monthly_credits),
            },
            "plan": call.state.options.limits.tier,
            "total_credits": used,
        }
    )


@operation("get_usage_details")
async def get_usage_details(call: Call) -> Response:
    """List the requests, newest first."""
    start, end = span_of(call.query, call.state.clock.now(), period=None)
    kind = call.query["operation_type"]
    events = [
        event
        for event in call.state.usage.between(start, end, api_key_id=_key_id(call))
        if kind is None or kind in {event.name, event.operation}
    ][::-1]
    page, size = call.query["page"], call.query["page_size"]
    return Response(
        {
            "events": [_event(event) for event in events[(page - 1) * size : page * size]],
            "pagination": {
                "page": page,
                "page_size": size,
                "total_count": len(events),
                "total_pages": -(-len(events) // size),
            },
        }
    )


@operation("get_usage_by_period")
async def get_usage_by_period(call: Call) -> Response:
    """Count the requests in each hour, day or month of a span."""
    kind = call.query["period_type"]
    spans = buckets(kind, call.query, call.state.clock.now())
    events = call.state.usage.between(spans[0][0], spans[-1][1], api_key_id=_key_id(call))
    counted: Counter[str] = Counter()
    widths = {"hour": 13, "day": 10, "month": 7}
    for event in events:
        counted[event.at[: widths[kind]]] += 1
    return Response(
        {
            "period_type": kind,
            "data": [
                {
                    "timestamp": stamp(begin),
                    "value": counted[stamp(begin)[: widths[kind]]],
                    "label": label,
                }
                for begin, _, label in spans
            ],
        }
    )


@operation("get_top_endpoints")
async def get_top_endpoints(call: Call) -> Response:
    """List the operations with the most calls."""
    start, end = span_of(call.query, call.state.clock.now(), period=None)
    events = call.state.usage.between(start, end)
    groups: dict[tuple[str, str], list[UsageEvent]] = {}
    for event in events:
        groups.setdefault((event.method, event.path), []).append(event)
    ranked = sorted(groups.items(), key=lambda item: (-len(item[1]), item[0]))
    return Response(
        {
            "endpoints": [
                {
                    "endpoint": path,
                    "method": method,
                    "count": len(group),
                    "percentage": _percent(len(group), len(events)),
                    "avg_response_time_ms": average_milliseconds(group),
                }
                for (method, path), group in ranked[: call.query["limit"]]
            ],
            "period": {"start": stamp(start), "end": stamp(end)},
        }
    )


@operation("get_usage_breakdown")
async def get_usage_breakdown(call: Call) -> Response:
    """Return the use of this month's credits: descriptions, all of one level."""
    now = call.state.clock.now()
    tenant = Tenant(call.state)
    used = tenant.credits_used(month_start(now))
    return Response(
        {
            "current_month": stamp(now)[:7],
            "total_credits_used": used,
            "monthly_limit": tenant.monthly_credits,
            "remaining_credits": _left(tenant, used),
            "usage_percentage": _percent(used, tenant.monthly_credits),
            "reset_date": next_month(now).isoformat(),
            "by_verification_level": {"quick": 0, "standard": used, "thorough": 0, "critical": 0},
            "by_operation_type": {
                "describe": used,
                "verify": 0,
                "batch_describe": 0,
                "batch_verify": 0,
            },
            "recent_operations": recent(call.state),
        }
    )


@operation("get_plan_usage")
async def get_plan_usage(call: Call) -> Response:
    """Return the use of the plan, and its projection to the end of the month."""
    period = require_period(call.query["period"], _PLAN_PERIODS)
    now = call.state.clock.now()
    tenant = Tenant(call.state)
    month = tenant.credits_used(month_start(now))
    start = month_start(now) if period == "month" else now - 86400 * days_of(period)
    used = tenant.credits_used(start)
    answer: dict[str, Any] = {
        "plan": call.state.options.limits.tier,
        "period": {"type": period, "start": stamp(start), "end": stamp(now)},
        "credits": {
            "monthly_limit": tenant.monthly_credits,
            "used": used,
            "remaining": _left(tenant, month),
            "percentage_used": _percent(month, tenant.monthly_credits),
        },
        "recommendations": _advice(month, tenant.monthly_credits),
    }
    if call.query["include_projections"]:
        passed = max(now - month_start(now), 86400.0)
        length = next_month(now).timestamp() - month_start(now)
        projected = round(month * length / passed)
        answer["projections"] = {
            "projected_monthly_credits": projected,
            "will_exceed_limit": projected > tenant.monthly_credits,
            "trending": "up" if projected > month else "stable",
        }
    return Response(answer)


def _advice(used: int, most: int) -> list[str]:
    if used * 10 >= most * 8:
        return ["More than 80 % of the credits of this month are used"]
    return []


def _event(event: UsageEvent) -> dict[str, Any]:
    return {
        "id": event.n,
        "timestamp": event.at,
        "operation_type": event.name,
        "endpoint": event.path,
        "method": event.method,
        "status_code": event.status,
        "success": event.succeeded,
        "response_time_ms": event.milliseconds,
        "api_key_id": event.api_key_id,
    }


def _prepaid(call: Call) -> int:
    return call.state.options.limits.prepaid_credits * CREDITS_PER_ITEM


def _left(tenant: Tenant, used: int) -> int:
    return max(0, tenant.monthly_credits - used)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0


def _key_id(call: Call) -> str | None:
    found = call.query["api_key_id"]
    return str(found).lower() if found is not None else None
