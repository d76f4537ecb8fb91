"""Describe an image, or verify a text against one, within the request."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final

from aion.sandbox.analysis import describe_verify, request_images
from aion.sandbox.analysis.rule_checks import rules_of
from aion.sandbox.auth.identity import digest
from aion.sandbox.contract.errors import ApiError
from aion.sandbox.handlers.registry import operation
from aion.sandbox.images.image_facts import InvalidImage
from aion.sandbox.runtime.call import Call, Response
from aion.sandbox.store.clock import stamp
from aion.sandbox.store.jsontext import json_text

_ANSWERED: Final = "idempotent_answer"
_HOUR: Final = 3600.0


@operation("describe_image")
async def describe_image(call: Call) -> Response:
    """Describe one image from its bytes."""
    return await _once(call, _describe)


@operation("verify_content")
async def verify_content(call: Call) -> Response:
    """Verify a text against the measured facts of an image."""
    return await _once(call, _verify)


@operation("health_check_api_v2_verify_health_get", kind="minimal")
async def verify_health(call: Call) -> Response:
    """Report that verification is available."""
    return Response({"status": "healthy", "timestamp": call.state.clock.stamp()})


@operation("public_health_status", kind="minimal", public=True)
async def public_health_status(call: Call) -> Response:
    """Report that verification is available, without a key."""
    return Response({"status": "operational", "timestamp": call.state.clock.stamp()})


@operation("get_providers", kind="minimal")
async def get_providers(call: Call) -> Response:
    """List the providers of the levels; none of them is a model."""
    del call
    names = [f"sandbox-{number}" for number in range(1, 6)]
    return Response({"providers": [{"name": name, "available": True} for name in names]})


async def _once(call: Call, make: Callable[[Call, str], Awaitable[dict[str, Any]]]) -> Response:
    """Serve a request; its idempotency key returns the same response for an hour."""
    state = call.state
    key = call.headers.get("idempotency-key")
    place = digest(f"{call.operation.id}/{call.actor.user_id}/{key}")
    asked = digest(json_text(call.body))
    if key:
        known = state.records.get(_ANSWERED, place)
        if known is not None and known.body["until"] > state.clock.stamp():
            if known.body["asked"] != asked:
                raise ApiError(409, "this Idempotency-Key was used for another request")
            return Response(known.body["answer"])
    problem = request_images.source_problem(call.body)
    if problem is not None:
        raise ApiError(400, problem)
    try:
        answer = await make(call, state.records.new_id("operation"))
    except InvalidImage as error:
        raise ApiError(400, str(error), code="IMAGE_PROCESSING_ERROR") from None
    if key:
        until = stamp(state.clock.now() + _HOUR)
        state.records.put(_ANSWERED, place, {"asked": asked, "answer": answer, "until": until})
    return Response(answer)


async def _describe(call: Call, operation_id: str) -> dict[str, Any]:
    body: Mapping[str, Any] = call.body
    options = {**body, "applied_rules": rules_of(call.state, body)}
    made = await describe_verify.describe(call.state, body, operation_id, options)
    _keep(call, operation_id, "description", made)
    return {
        "operation_id": operation_id,
        "description": made["description"],
        "visible_text": made["visible_text"],
        "tags": made["tags"] if body.get("include_tags", True) else None,
        "features": made["features"],
        "metadata": made["metadata"] if body.get("include_metadata", True) else None,
        "structured_output": made["structured_output"],
        "verification_level": body.get("verification_level", "standard"),
        "providers_used": made["providers_used"],
        "consensus_score": made["consensus_score"],
        "processing_time_ms": 0,
        "timestamp": call.state.clock.stamp(),
    }


async def _verify(call: Call, operation_id: str) -> dict[str, Any]:
    body: Mapping[str, Any] = call.body
    options = {**body, "applied_rules": rules_of(call.state, body)}
    made = await describe_verify.verify(call.state, body, body["content"], operation_id, options)
    _keep(call, operation_id, "verification", made)
    structured = made["structured_output"]
    names = ("is_verified", "confidence_score", "risk_level", "risk_score", "explanation")
    return {
        "operation_id": operation_id,
        **{name: made[name] for name in names},
        "detected_issues": made["detected_issues"],
        "provider_results": made["provider_results"],
        "structured_output": {**(structured or {}), "verified_claims": made["verified_claims"]},
        "verification_level": body.get("verification_level", "standard"),
        "providers_used": made["providers_used"],
        "consensus_achieved": made["consensus_achieved"],
        "processing_time_ms": 0,
        "timestamp": call.state.clock.stamp(),
    }


def _keep(call: Call, operation_id: str, kind: str, made: Mapping[str, Any]) -> None:
    with call.state.database.transaction():
        describe_verify.store_result(
            call.state,
            operation_id,
            kind,
            made,
            source_type="api",
            source_id=operation_id,
            image_url=call.body.get("image_url"),
        )
