"""Rule sets: store, switch, test on an image."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from aion.sandbox.analysis import request_images
from aion.sandbox.analysis.rule_checks import RULE_SET, TEMPLATES, check, require_rule_set
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.image_facts import InvalidImage
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.runtime.job_handlers import Next, Step, job
from aion.sandbox.runtime.state import State
from aion.sandbox.store.ids import TENANT_ID
from aion.sandbox.store.records import Record

VISUAL: Final = "visual_memory"
"""Kind of the jobs that inspect the reference image of a rule set."""


@operation("create_rule_set")
async def create_rule_set(call: Call) -> Response:
    """Create a rule set."""
    rule_set_id = call.state.records.new_id(RULE_SET)
    with call.state.database.transaction():
        stored = _store(call, rule_set_id, call.body, _made(call, call.body["rules"]))
        _audit(call, "rule_set.created", "create", stored)
    return Response(as_json(stored))


@operation("list_rule_sets")
async def list_rule_sets(call: Call) -> Response:
    """List one page of rule sets."""
    page, size = call.query["page"], call.query["page_size"]
    found, total = call.state.records.find(
        RULE_SET,
        where=(lambda one: one.body["enabled"]) if call.query["enabled_only"] else None,
        limit=size,
        offset=(page - 1) * size,
    )
    shown = [as_json(one) for one in found]
    return Response({"rule_sets": shown, "total": total, "page": page, "page_size": size})


@operation("get_rule_set_api_v2_rules__rule_set_id__get")
async def get_rule_set(call: Call) -> Response:
    """Return one rule set."""
    return Response(as_json(_rule_set(call)))


@operation("update_rule_set")
async def update_rule_set(call: Call) -> Response:
    """Replace the given fields; absent rules stay."""
    known = _rule_set(call)
    rules = call.body.get("rules")
    made = known.body["rules"] if rules is None else _made(call, rules)
    with call.state.database.transaction():
        stored = _store(call, known.id, {**known.body, "enabled": True, **call.body}, made)
        _audit(call, "rule_set.updated", "update", stored)
    return Response(as_json(stored))


@operation("delete_rule_set")
async def delete_rule_set(call: Call) -> Response:
    """Remove a rule set and its shares."""
    known = _rule_set(call)
    with call.state.database.transaction():
        call.state.jobs.cancel(VISUAL, known.id)
        call.state.records.delete(RULE_SET, known.id)
        call.state.records.delete_below("share", known.id)
        _audit(call, "rule_set.deleted", "delete", known)
    return Response({"detail": f"{known.body['name']} was removed"})


@operation("toggle_rule_set")
async def toggle_rule_set(call: Call) -> Response:
    """Switch a rule set on or off."""
    known = _rule_set(call)
    with call.state.database.transaction():
        stored = call.state.records.update(RULE_SET, known.id, enabled=call.body["enabled"])
        _audit(call, "rule_set.updated", "update", known)
    return Response(as_json(stored or known))


@operation("test_rule_set", role="viewer")
async def test_rule_set(call: Call) -> Response:
    """Test rules on an image; returns the first that fails, or the last one that passes."""
    known = _rule_set(call)
    wanted = call.body.get("rule_ids")
    rules: list[dict[str, Any]] = [
        one for one in known.body["rules"] if wanted is None or one["id"] in wanted
    ]
    if not rules:
        raise ApiError(400, "none of these rules is in the set")
    try:
        seen = await request_images.inspect_request_image(
            call.state, {"image_url": call.body["image_url"]}, known.id
        )
    except InvalidImage as error:
        raise ApiError(400, str(error), code="IMAGE_PROCESSING_ERROR") from None
    facts = seen.as_json()
    outcomes = [(rule, check(rule, facts["description"], facts)) for rule in rules]
    rule, outcome = next((one for one in outcomes if not one[1].passed), outcomes[-1])
    return Response(
        {
            "rule_id": rule["id"],
            "rule_name": rule["name"],
            "passed": outcome.passed,
            "error_message": None if outcome.passed else outcome.message,
            "details": {"results": [one.as_json() for _, one in outcomes]},
            "execution_time_ms": 0,
        }
    )


@operation("get_visual_memory_status")
async def get_visual_memory_status(call: Call) -> Response:
    """Return the status of the inspection of the reference image."""
    known = _rule_set(call)
    visual = known.body["visual"]
    status = visual["status"]
    return Response(
        {
            "rule_set_id": known.id,
            "visual_processing_status": status,
            "visual_memory_available": status == "completed",
            "processing_error": visual["error"],
            "processing_started_at": visual["started_at"],
            "processing_completed_at": visual["completed_at"],
            "estimated_completion": None,
        }
    )


@operation("reprocess_visual_memory")
async def reprocess_visual_memory(call: Call) -> Response:
    """Inspect the reference image again."""
    known = _rule_set(call)
    if not known.body["reference_image_url"]:
        raise ApiError(400, "the rule set has no reference image")
    with call.state.database.transaction():
        call.state.records.update(RULE_SET, known.id, visual=_visual("pending"))
        call.state.jobs.schedule(VISUAL, known.id, name=known.body["name"])
    return Response({"rule_set_id": known.id, "status": "pending"}, status=202)


@operation("list_rule_templates", kind="minimal")
async def list_rule_templates(call: Call) -> Response:
    """List the rules that the sandbox can check."""
    category = call.query["category"]
    return Response([one for one in TEMPLATES if category in {None, one["category"]}])


@job(VISUAL)
async def remember(step: Step[State]) -> Next | None:
    """Inspect the reference image of a rule set."""
    state = step.state
    known = state.records.get(RULE_SET, step.id)
    if known is None:
        return None
    begun = step.stamp()
    failure = step.failure()
    try:
        if failure is not None:
            raise InvalidImage(failure)
        await request_images.inspect_request_image(
            state, {"image_url": known.body["reference_image_url"]}, known.id
        )
        visual = _visual("completed")
    except InvalidImage as error:
        visual = _visual("failed", str(error))
    visual |= {"started_at": begun, "completed_at": step.stamp()}
    state.records.update(RULE_SET, step.id, visual=visual)
    return None


def as_json(rule_set: Record) -> dict[str, Any]:
    """Return a rule set in its wire form."""
    body = {name: value for name, value in rule_set.body.items() if name != "visual"}
    return {
        "id": rule_set.id,
        **body,
        "created_at": rule_set.created_at,
        "updated_at": rule_set.updated_at,
        "tenant_id": TENANT_ID,
    }


def _store(
    call: Call, rule_set_id: str, given: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]
) -> Record:
    known = call.state.records.get(RULE_SET, rule_set_id)
    before = known.body if known is not None else {}
    reference = given.get("reference_image_url")
    changed = reference != before.get("reference_image_url")
    body: dict[str, Any] = {
        "name": given["name"],
        "description": given["description"],
        "rules": list(rules),
        "enabled": given.get("enabled", True),
        "metadata": given.get("metadata"),
        "reference_image_url": reference,
        "user_description": given.get("user_description"),
        "created_by": before.get("created_by", call.actor.user_id),
        "visual": before.get("visual", _visual("not_started")),
    }
    if changed:
        body["visual"] = _visual("pending" if reference else "not_started")
        call.state.jobs.cancel(VISUAL, rule_set_id)
        if reference:
            call.state.jobs.schedule(VISUAL, rule_set_id, name=body["name"])
    return call.state.records.put(RULE_SET, rule_set_id, body)


def _made(call: Call, rules: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    now = call.state.clock.stamp()
    return [
        {
            "id": call.state.records.new_id("rule"),
            "priority": "medium",
            "severity": "medium",
            "enabled": True,
            "error_message": None,
            "conditions": None,
            **one,
            "created_at": now,
            "updated_at": now,
        }
        for one in rules
    ]


def _visual(status: str, error: str | None = None) -> dict[str, Any]:
    return {"status": status, "error": error, "started_at": None, "completed_at": None}


def _rule_set(call: Call) -> Record:
    return require_rule_set(call.state, call.path["rule_set_id"])


def _audit(call: Call, event: str, action: str, rule_set: Record) -> None:
    call.audit(
        event,
        action,
        resource_type="rule_set",
        resource_id=rule_set.id,
        metadata={"name": rule_set.body["name"]},
    )
