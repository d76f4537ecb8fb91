"""Describes an image, or verifies a text against it: for one request, or one batch item."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from aion.sandbox.analysis import request_images
from aion.sandbox.analysis.claim_checks import providers, verdict
from aion.sandbox.analysis.rule_checks import check_all
from aion.sandbox.runtime.state import State


async def describe(
    state: State, image: Mapping[str, Any], result_id: str, options: Mapping[str, Any]
) -> dict[str, Any]:
    """Describe an image; returns the result with the names of the wire.

    Args:
        state: The sandbox's state.
        image: The source of the image.
        result_id: Id of the operation, or of the item of a batch.
        options: The settings of the request, `applied_rules` among them.

    Raises:
        InvalidImage: The image cannot be read.
    """
    seen = await request_images.inspect_request_image(state, image, result_id)
    facts = seen.as_json()
    used = providers(options)
    outcomes = check_all(options["applied_rules"], facts["description"], facts)
    prompt = options.get("prompt")
    return {
        **facts,
        "features": [{"name": name, "kind": "color"} for name in seen.colors],
        "metadata": {
            "format": seen.format,
            "width": seen.width,
            "height": seen.height,
            "prompt": prompt,
        },
        "structured_output": _rule_results([one.as_json() for one in outcomes]),
        "providers_used": used,
        "consensus_score": seen.description.confidence,
    }


async def verify(
    state: State,
    image: Mapping[str, Any],
    content: str,
    result_id: str,
    options: Mapping[str, Any],
) -> dict[str, Any]:
    """Verify a text against an image; returns the result with the names of the wire.

    Raises:
        InvalidImage: The image cannot be read.
    """
    seen = await request_images.inspect_request_image(state, image, result_id)
    facts = seen.as_json()
    outcomes = check_all(options["applied_rules"], content, facts)
    found = verdict(content, facts, outcomes)
    used = providers(options)
    each = {name: {"is_verified": found["is_verified"]} for name in used}
    return {
        **facts,
        **found,
        "content": content,
        "providers_used": used,
        "provider_results": each,
        "consensus_achieved": True,
        "structured_output": _rule_results([one.as_json() for one in outcomes]),
    }


def _rule_results(outcomes: Sequence[Mapping[str, Any]]) -> dict[str, Any] | None:
    return {"rule_results": list(outcomes)} if outcomes else None


def store_result(
    state: State, result_id: str, kind: str, made: Mapping[str, Any], **more: Any
) -> None:
    """Store a result for the history, inside the caller's transaction.

    Args:
        state: The sandbox.
        result_id: Id of the operation or of the item.
        kind: ``description`` or ``verification``.
        made: The result of `describe` or `verify`.
        more: Its source: `source_type`, `source_id`, `image_url`.
    """
    state.records.put(request_images.RESULT, result_id, {"type": kind, **made, **more}, parent=kind)
