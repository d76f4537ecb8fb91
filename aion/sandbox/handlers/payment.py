"""Subscription and credits. The routes to a payment provider respond with 501."""

from __future__ import annotations

from datetime import UTC, datetime

from aion.sandbox.accounts.tenant import month_start, next_month
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.ids import TENANT_ID


@operation("get_subscription_status", kind="minimal")
async def get_subscription_status(call: Call) -> Response:
    """Return the simulated subscription: always active, never billed."""
    _own(call)
    now = call.state.clock.now()
    return Response(
        {
            "status": "active",
            "current_period_start": stamp(month_start(now)),
            "current_period_end": stamp(next_month(now).astimezone(UTC).timestamp()),
            "cancel_at_period_end": False,
            "trial_end": None,
            "plan_name": call.state.options.limits.tier,
            "tenant_id": TENANT_ID,
            "deprecation_warning": None,
            "has_billing_history": False,
        }
    )


@operation("get_credit_balance", kind="minimal")
async def get_credit_balance(call: Call) -> Response:
    """Return the credits, by the sandbox's limits and the uploads of this month."""
    _own(call)
    limits, state = call.state.options.limits, call.state
    since = datetime.fromtimestamp(month_start(state.clock.now()), UTC)
    used = state.files.uploaded_since(stamp(since.timestamp()))
    included = max(0, limits.monthly_uploads - used)
    prepaid = limits.prepaid_credits - max(0, used - limits.monthly_uploads)
    prepaid = max(0, prepaid)
    return Response(
        {
            "prepaid_balance": prepaid,
            "included_remaining": included,
            "total_available": prepaid + included,
            "recent_purchases": [],
        }
    )


def _own(call: Call) -> None:
    tenant_id = call.query["tenant_id"]
    if tenant_id is not None and tenant_id.lower() != TENANT_ID:
        raise ApiError(403, "the path names another tenant")
