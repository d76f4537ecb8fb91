"""Plans of the chat: proposed, decided once, executed at once or in the background.

A plan changes nothing: its report is simulated, marked, and lists the confirmations that a real
plan would request before it deletes.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.chat.store import PLAN, add_message, session_of
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.store.clock import seconds_of

if TYPE_CHECKING:
    from aion.sandbox.runtime.state import State
    from aion.sandbox.store.records import Record

EXPIRES_AFTER: Final = 30 * 60
"""Seconds after which an undecided plan expires."""
JOB: Final = "chat_plan"


def propose(state: State, session: Record, plan: dict[str, Any]) -> str:
    """Store a plan that waits for a decision; returns its id."""
    plan_id = f"plan_{state.records.new_id(PLAN)[:12].replace('-', '')}"
    state.records.put(PLAN, plan_id, {**plan, "status": "pending"}, parent=session.id)
    return plan_id


def pending_plan(state: State, session: Record, plan_id: str) -> Record:
    """Return a plan that can be decided.

    Raises:
        ApiError: 404 when it is unknown, decided or expired; 409 while it runs.
    """
    plan = state.records.get(PLAN, plan_id)
    if plan is None or plan.parent != session.id or plan.body["status"] == "decided":
        raise ApiError(404, f"no plan {plan_id} waits for a decision", code="PLAN_NOT_FOUND")
    if plan.body["status"] == "running":
        raise ApiError(409, f"plan {plan_id} is running", code="PLAN_IN_PROGRESS")
    if state.clock.now() - seconds_of(plan.created_at) > EXPIRES_AFTER:
        raise ApiError(404, f"plan {plan_id} has expired", code="PLAN_EXPIRED")
    return plan


def cancel(state: State, plan: Record) -> dict[str, Any]:
    """Cancel a plan; returns the response body."""
    state.records.update(PLAN, plan.id, status="decided")
    return _answer(plan, "cancel", f"{MARK} The plan was dropped. Nothing was changed.")


def run(state: State, session: Record, plan: Record) -> dict[str, Any]:
    """Execute a plan at once; returns the response body."""
    state.records.update(PLAN, plan.id, status="decided")
    add_message(state, session, "assistant", _report(plan), metadata={"plan_id": plan.id})
    steps = [
        {"agent": one["agent"], "status": "completed", "summary": f"{MARK} {one['action']}"}
        for one in plan.body["steps"]
    ]
    return _answer(plan, "approve", _report(plan)) | {
        "results": {"file_ids": plan.body["file_ids"], "changed": False},
        "agent_results": steps,
        "pending_actions": _asked_again(plan),
    }


def start(state: State, plan: Record) -> dict[str, Any]:
    """Execute a plan in the background; returns the response body."""
    state.records.update(PLAN, plan.id, status="running")
    state.jobs.schedule(JOB, plan.id, name=plan.id)
    return {"plan_id": plan.id, "message": f"{MARK} The plan goes on in the background."}


@job(JOB)
def _in_background(step: Step[State]) -> Next | None:
    state = step.state
    plan = state.records.get(PLAN, step.id)
    if plan is None or plan.parent is None:
        return None
    if step.stage == "queued":
        return step.next("processing")
    failure = step.failure()
    text = f"{MARK} The plan failed: {failure}" if failure is not None else _report(plan)
    state.records.update(PLAN, plan.id, status="decided")
    session = session_of(state, plan.parent)
    add_message(state, session, "assistant", text, metadata={"plan_id": plan.id})
    return None


def _answer(plan: Record, action: str, message: str) -> dict[str, Any]:
    return {"success": True, "plan_id": plan.id, "message": message, "action_taken": action}


def _report(plan: Record) -> str:
    count = len(plan.body["file_ids"])
    return f"{MARK} The plan is done for {count} images. The sandbox left them as they are."


def _asked_again(plan: Record) -> list[dict[str, Any]]:
    if not plan.body["destroys"]:
        return []
    return [{"action": "delete_files", "file_ids": plan.body["file_ids"]}]
