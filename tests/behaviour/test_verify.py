"""Check texts against images, over real HTTP."""

from __future__ import annotations

from collections.abc import Coroutine
from typing import Any, cast

import pytest

from aion.exceptions import BatchError, ValidationError
from aion.testing import Sandbox
from aion.types.batch import BatchStatusResult
from aion.types.verify import VerificationResult
from tests.behaviour.calls import Calls
from tests.behaviour.images import data_url
from tests.behaviour.pictures import NAVY, draw

Both = VerificationResult | list[VerificationResult]


def one(calls: Calls, outcome: Coroutine[Any, Any, Both] | Both) -> VerificationResult:
    """The result of a call for one image."""
    result: Any = calls(outcome)
    assert isinstance(result, VerificationResult)
    return result


def many(calls: Calls, outcome: Coroutine[Any, Any, Both] | Both) -> list[VerificationResult]:
    """The results of a call for many."""
    result: Any = calls(outcome)
    assert isinstance(result, list)
    return cast("list[VerificationResult]", result)


def test_a_text_that_fits_is_verified(calls: Calls, sandbox: Sandbox) -> None:
    verify = calls.client(sandbox).verifications.verify
    result = one(calls, verify(draw(), "The picture is red. It is 64x48 pixels."))
    assert result.is_verified
    assert (result.confidence_score, result.hallucination_probability) == (1.0, 0.0)
    assert (result.risk_level, result.issues) == ("low", [])
    assert result.verified_claims == ["The picture is red", "It is 64x48 pixels"]
    assert result.providers_used == ["sandbox-1", "sandbox-2", "sandbox-3"]
    assert result.summary is not None
    assert result.summary.startswith("[sandbox] of 2 claims 2 fit")


def test_a_text_that_does_not_fit_has_issues(calls: Calls, sandbox: Sandbox) -> None:
    verify = calls.client(sandbox).verifications.verify
    result = one(calls, verify(draw(), "It is blue", verification_level="quick"))
    assert not result.is_verified
    assert (result.risk_level, result.hallucination_probability) == ("critical", 1.0)
    assert result.issues is not None
    (issue,) = result.issues
    assert (issue.type, issue.severity, issue.claim) == ("contradiction", "high", "It is blue")
    assert issue.confidence == 1.0
    assert "mostly red" in issue.description
    assert len(result.providers_used or []) == 2


def test_a_text_about_nothing_measurable_is_not_verified(calls: Calls, sandbox: Sandbox) -> None:
    result = one(calls, calls.client(sandbox).verifications.verify(draw(), "A kind thought."))
    assert (result.is_verified, result.confidence_score) == (False, 0.0)
    assert (result.risk_level, result.hallucination_probability) == ("medium", 0.5)


def test_the_shortcut_of_the_client_does_the_same(calls: Calls, sandbox: Sandbox) -> None:
    result = one(calls, calls.client(sandbox).verify(data_url(NAVY), "A navy image", mode="claim"))
    assert result.is_verified


def test_rules_are_applied(calls: Calls, sandbox: Sandbox) -> None:
    rule = {
        "name": "sure",
        "rule_type": "forbidden_words",
        "config": {"words": ["maybe"]},
        "severity": "low",
    }
    verify = calls.client(sandbox).verifications.verify
    result = one(calls, verify(draw(), "Maybe it is red.", rules=[rule]))
    assert not result.is_verified
    assert [(issue.type, issue.severity) for issue in result.issues or []] == [
        ("rule_violation", "low")
    ]


def test_an_image_that_is_stored_is_checked_by_its_key(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    key = calls(client.upload_one(draw(color=NAVY), filename="navy.jpg")).object_key
    assert one(calls, client.verifications.verify(None, "navy", object_key=key)).is_verified
    results = many(
        calls, client.verifications.verify(object_keys=[key, key], contents=["navy", "red"])
    )
    assert [result.is_verified for result in results] == [True, False]


def test_many_pairs_are_checked_in_one_batch_in_their_order(calls: Calls, sandbox: Sandbox) -> None:
    seen: list[BatchStatusResult] = []
    results = many(
        calls,
        calls.client(sandbox).verifications.verify(
            images=[draw(), draw(color=NAVY), draw()],
            contents=["It is red", "It is red", "A square"],
            on_progress=seen.append,
        ),
    )
    assert [result.is_verified for result in results] == [True, False, False]
    assert results[1].hallucination_probability == 1.0
    assert results[0].verified_claims == ["It is red"]
    assert seen[-1].total_items == 3


def test_a_batch_that_fails_raises(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("batch", "no provider answered")
    with pytest.raises(BatchError, match="no provider answered"):
        calls(calls.client(sandbox).verifications.verify(images=[draw()], contents=["red"]))


def test_P8_a_check_is_repeated_with_the_same_key(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("verify_content", status=500)
    one(calls, calls.client(sandbox).verifications.verify(draw(), "red"))
    first, second = (seen.headers["idempotency-key"] for seen in sandbox.requests)
    assert first == second


@pytest.mark.parametrize(
    "arguments",
    [
        {},
        {"content": "red"},
        {"image": draw()},
        {"image": [draw()], "content": "red"},
        {"image": draw(), "content": "x" * 10_001},
        {"image": draw(), "content": "red", "contents": ["red"]},
        {"image": draw(), "images": [draw()], "content": "red"},
        {"image": draw(), "content": "red", "mode": "guess"},
        {"image": draw(), "content": "red", "verification_level": "most"},
        {"image": draw(), "content": "red", "idempotency_key": "x" * 129},
        {"images": [draw()]},
        {"images": [draw()], "contents": []},
        {"images": [draw()], "contents": ["red", "blue"]},
        {"images": [draw()], "contents": [""]},
        {"images": [draw()], "contents": "red"},
        {"images": [draw()], "contents": ["red"], "content": "red"},
        {"images": [draw()], "contents": ["red"], "mode": "claim"},
        {"images": [draw()], "contents": ["red"], "use_consensus": False},
        {"images": [draw()], "contents": ["red"], "idempotency_key": "k"},
        {"images": [draw()], "contents": ["red"], "max_parallel": 21},
        {"images": [draw()], "contents": ["red"], "timeout_per_item": 301},
        {"object_keys": [""], "contents": ["red"]},
    ],
)
def test_what_cannot_be_checked_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError):
        calls(calls.client(sandbox).verifications.verify(**arguments))
    assert sandbox.requests == []
