"""The results of checking a text against an image."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Self

from attrs import frozen

from aion.types._reader import Reader
from aion.types.batch import BatchItemResult
from aion_api import Model


@frozen(slots=False)
class VerificationIssue(Model):
    """Something in the text that does not fit the image.

    Attributes:
        type: The kind of issue.
        description: What is wrong, in words.
        severity: ``low``, ``medium``, ``high`` or ``critical``.
        claim: The part of the text that it is about.
        confidence: The confidence of the models, from 0 to 1.
    """

    type: str
    description: str
    severity: str = "medium"
    claim: str | None = None
    confidence: float | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read one issue. Responses differ in the names of its fields."""
        reader = Reader(data)
        return cls(
            type=str(reader.get("type", "issue_type") or "unknown"),
            description=str(reader.get("description", "message", "explanation") or ""),
            severity=str(reader.get("severity") or "medium"),
            claim=reader.get("claim"),
            confidence=reader.get("confidence"),
            additional_properties=reader.rest(),
        )


@frozen(slots=False)
class VerificationResult(Model):
    """Whether a text fits an image.

    Attributes:
        operation_id: The id of the check.
        is_verified: Whether it fits.
        confidence_score: The confidence of the models, from 0 to 1.
        risk_level: ``low``, ``medium``, ``high`` or ``critical``.
        hallucination_probability: Probability that the text describes what is not in the image,
            from 0 to 1.
        verified_claims: Parts of the text that fit, if the service lists them.
        issues: What does not fit.
        summary: The verdict in words.
        processing_time_ms: Milliseconds of work.
        providers_used: The AI providers that took part.
    """

    operation_id: str
    is_verified: bool
    confidence_score: float
    risk_level: str
    hallucination_probability: float = 0.0
    verified_claims: list[str] | None = None
    issues: list[VerificationIssue] | None = None
    summary: str | None = None
    processing_time_ms: int = 0
    providers_used: list[str] | None = None

    @classmethod
    def from_api_response(cls, data: Mapping[str, Any]) -> Self:
        """Read the response of a check, whose fields have the names of the API or of this class."""
        reader = Reader(data)
        issues = reader.get("issues", "detected_issues")
        claims = reader.get("verified_claims")
        structured: Mapping[str, Any] = data.get("structured_output") or {}
        if claims is None:
            # The older route has no separate field for them.
            claims = structured.get("verified_claims")
        return cls(
            operation_id=str(reader.get("operation_id") or ""),
            is_verified=bool(reader.get("is_verified")),
            confidence_score=reader.get("confidence_score") or 0.0,
            risk_level=str(reader.get("risk_level") or "unknown"),
            hallucination_probability=reader.get("hallucination_probability", "risk_score") or 0.0,
            verified_claims=claims,
            issues=None if issues is None else [_issue(one) for one in issues],
            summary=reader.get("summary", "explanation"),
            processing_time_ms=reader.get("processing_time_ms") or 0,
            providers_used=reader.get("providers_used"),
            additional_properties=reader.rest(),
        )

    _unlisted = frozenset({"from_item"})

    @classmethod
    def from_item(cls, item: BatchItemResult) -> Self:
        """Return the verdict of an item of a batch."""
        known = {"operation_id": item.item_id, "processing_time_ms": item.processing_time_ms}
        return cls.from_api_response({**known, **(item.output_data or {})})


def _issue(data: Mapping[str, Any] | str) -> VerificationIssue:
    if isinstance(data, str):
        return VerificationIssue("unknown", data)
    return VerificationIssue.from_api_response(data)


__all__ = ["VerificationIssue", "VerificationResult"]
