"""Decisions on plans that the chat proposed."""

from __future__ import annotations

from aion.sandbox.chat import plans
from aion.sandbox.chat.store import session_of
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response


@operation("execute_plan_action")
async def decide_plan(call: Call) -> Response:
    """Approve or cancel a plan: 200 when it is done, 202 when it continues in the background."""
    state = call.state
    with state.database.transaction():
        session = session_of(state, call.path["session_id"])
        plan = plans.pending_plan(state, session, call.path["plan_id"])
        if call.body["action"] == "cancel":
            return Response(plans.cancel(state, plan))
        if plan.body["in_background"]:
            return Response(plans.start(state, plan), status=202)
        return Response(plans.run(state, session, plan))
