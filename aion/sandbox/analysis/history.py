"""The history of descriptions and verifications: of uploads, single requests and batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.analysis import request_images
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import seconds_of, stamp
from aion.sandbox.store.files import COLUMNS, StoredFile

BANDS: Final = ((0.9, "0.9-1.0"), (0.7, "0.7-0.9"), (0.5, "0.5-0.7"), (0.0, "0.0-0.5"))
"""Bands of confidence, by their lower bound."""

_DESCRIBED: Final = (
    f"SELECT {COLUMNS} FROM files WHERE deleted_at IS NULL AND media_type = 'image' "
    "AND description_status = 'completed' ORDER BY n"
)


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """One earlier result."""

    id: str
    type: str
    source_type: str
    source_id: str
    created_at: str
    image_url: str | None
    object_key: str
    format: str
    image_id: str | None
    description: str
    confidence: float
    metadata: dict[str, Any]
    verification: dict[str, Any] | None
    providers: tuple[str, ...]


def history_entries(state: State, kind: str) -> list[HistoryEntry]:
    """Return all results of a kind, newest first.

    Args:
        state: The sandbox.
        kind: ``description`` or ``verification``.
    """
    found = [_seen(one.id, one.created_at, one.body) for one in _records(state, kind)]
    if kind == "description":
        found += [_file(StoredFile(*row)) for row in state.database.rows(_DESCRIBED)]
    return sorted(found, key=lambda one: (one.created_at, one.id), reverse=True)


def matching(results: Sequence[HistoryEntry], wanted: Mapping[str, Any]) -> list[HistoryEntry]:
    """Return the results that pass the filters, which have the names of the history routes."""
    start, end = _moment(wanted.get("start_date")), _moment(wanted.get("end_date"))
    least, most = wanted.get("min_confidence"), wanted.get("max_confidence")
    terms = [str(one).lower() for one in wanted.get("search_terms") or () if one]
    sources: Sequence[str] = wanted.get("source_types") or ()
    return [
        one
        for one in results
        if (start is None or one.created_at >= start)
        and (end is None or one.created_at <= end)
        and (least is None or one.confidence >= least)
        and (most is None or one.confidence <= most)
        and all(term in one.description.lower() for term in terms)
        and (not sources or one.source_type in sources)
    ]


def statistics(results: Sequence[HistoryEntry]) -> dict[str, Any]:
    """Return totals and averages."""
    days = Counter(one.created_at[:10] for one in results)
    bands = Counter(
        next(name for least, name in BANDS if one.confidence >= least) for one in results
    )
    total = len(results)
    return {
        "total_count": total,
        "average_confidence": round(sum(one.confidence for one in results) / total, 4)
        if total
        else 0.0,
        "confidence_distribution": {name: bands[name] for _, name in BANDS},
        "daily_counts": [{"date": day, "count": days[day]} for day in sorted(days)],
        "source_distribution": dict(sorted(Counter(one.source_type for one in results).items())),
        "providers_used": dict(
            sorted(Counter(name for one in results for name in one.providers).items())
        ),
    }


def filters(wanted: Mapping[str, Any]) -> dict[str, Any]:
    """Return the filters that took effect."""
    by_date = bool(wanted.get("start_date") or wanted.get("end_date"))
    by_confidence = any(
        wanted.get(name) is not None for name in ("min_confidence", "max_confidence")
    )
    applied = {
        "date_range_applied": by_date,
        "confidence_range_applied": by_confidence,
        "search_applied": bool(wanted.get("search_terms")),
        "source_types_filtered": bool(wanted.get("source_types")),
    }
    active = [name.rpartition("_")[0].replace("_", " ") for name, on in applied.items() if on]
    return {**applied, "filter_summary": ", ".join(active) or None}


def image_of(state: State, result_id: str) -> tuple[str, str] | None:
    """Return key and format of the image of a result: an operation, an item, or a file."""
    seen = state.records.get(request_images.RESULT, result_id)
    if seen is not None:
        return seen.body["object_key"], seen.body["format"]
    file = state.files.get(result_id)
    if file is not None and file.media_type == "image" and file.object_key:
        return file.object_key, file.format
    return None


def _records(state: State, kind: str) -> list[Any]:
    return list(state.records.find(request_images.RESULT, parent=kind)[0])


def _seen(result_id: str, created_at: str, body: Mapping[str, Any]) -> HistoryEntry:
    verification = None
    if body["type"] == "verification":
        verification = {
            "vlm_response": body["content"],
            "verified_claims": [{"claim": one} for one in body["verified_claims"]],
            "issues_found": body["detected_issues"],
            "hallucination_probability": body["risk_score"],
            "rule_violations": [
                one for one in body["detected_issues"] if one["type"] == "rule_violation"
            ],
        }
    return HistoryEntry(
        id=result_id,
        type=body["type"],
        source_type=body["source_type"],
        source_id=body["source_id"],
        created_at=created_at,
        image_url=body["image_url"],
        object_key=body["object_key"],
        format=body["format"],
        image_id=None,
        description=body["description"],
        confidence=body["confidence_score"],
        metadata={"width": body["width"], "height": body["height"], "tags": body["tags"]},
        verification=verification,
        providers=tuple(body["providers_used"]),
    )


def _file(file: StoredFile) -> HistoryEntry:
    return HistoryEntry(
        id=file.id,
        type="description",
        source_type="upload",
        source_id=file.id,
        created_at=file.finished_at or file.created_at,
        image_url=None,
        object_key=file.object_key,
        format=file.format,
        image_id=file.id,
        description=file.description or "",
        confidence=file.confidence or 0.0,
        metadata={"width": file.width, "height": file.height, "tags": file.tag_list()},
        verification=None,
        providers=("sandbox",),
    )


def _moment(text: Any) -> str | None:
    """Return a timestamp in its stored form, which sorts as text."""
    return stamp(seconds_of(str(text))) if text else None
