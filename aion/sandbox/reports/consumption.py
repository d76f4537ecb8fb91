"""Counts descriptions, chats, their tokens, and daily activity.

A token is four characters of text; a picture costs none, since no model reads it.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from aion.sandbox.chat.store import MESSAGE, SESSION, tokens_of
from aion.sandbox.runtime.state import State
from aion.sandbox.store.clock import stamp


@dataclass(frozen=True, slots=True)
class DescriptionUsage:
    """The usage of one description."""

    image_id: str
    filename: str
    tokens: int
    created_at: str


@dataclass(frozen=True, slots=True)
class ChatUsage:
    """The usage of one chat session."""

    session_id: str
    title: str | None
    input_tokens: int
    output_tokens: int
    messages: int
    created_at: str


def description_usage(
    state: State, start: float = 0.0, end: float | None = None
) -> list[DescriptionUsage]:
    """Return the descriptions of images added between two moments, newest first."""
    rows = state.database.rows(
        "SELECT id, filename, description, created_at FROM files WHERE media_type = 'image' "
        "AND description_status = 'completed' AND created_at >= ? AND created_at <= ? "
        "ORDER BY n DESC",
        (stamp(start), _end(state, end)),
    )
    return [DescriptionUsage(id_, name, tokens_of(text or ""), at) for id_, name, text, at in rows]


def chat_usage(state: State, start: float = 0.0, end: float | None = None) -> list[ChatUsage]:
    """Return the usage of chat sessions between two moments, newest session first."""
    counted: dict[str, Counter[str]] = {}
    for parent, role, tokens, messages in state.database.rows(
        "SELECT parent, json_extract(body, '$.role') AS role, "
        "sum(json_extract(body, '$.token_count')), count(*) FROM records "
        "WHERE kind = ? AND created_at >= ? AND created_at <= ? GROUP BY parent, role",
        (MESSAGE, stamp(start), _end(state, end)),
    ):
        counts = counted.setdefault(parent, Counter())
        counts["output" if role == "assistant" else "input"] += tokens
        counts["messages"] += messages
    sessions, _ = state.records.find(SESSION, newest_first=True)
    return [
        ChatUsage(
            one.id,
            one.body.get("title"),
            counted[one.id]["input"],
            counted[one.id]["output"],
            counted[one.id]["messages"],
            one.created_at,
        )
        for one in sessions
        if one.id in counted
    ]


def outcomes(state: State, start: float, end: float) -> tuple[int, int]:
    """Count successful and failed descriptions of images added between two moments."""
    rows = state.database.rows(
        "SELECT description_status, count(*) FROM files WHERE media_type = 'image' "
        "AND created_at >= ? AND created_at <= ? GROUP BY description_status",
        (stamp(start), stamp(end)),
    )
    counts: dict[str, int] = dict(rows)
    return counts.get("completed", 0), counts.get("failed", 0)


def daily(state: State, start: float, end: float) -> dict[str, tuple[int, int]]:
    """Return, by day, the number of added files and of chat messages of users."""
    span = (stamp(start), stamp(end))
    files: dict[str, int] = dict(
        state.database.rows(
            "SELECT substr(created_at, 1, 10) AS day, count(*) FROM files "
            "WHERE created_at >= ? AND created_at <= ? GROUP BY day",
            span,
        )
    )
    messages: dict[str, int] = dict(
        state.database.rows(
            "SELECT substr(created_at, 1, 10) AS day, count(*) FROM records WHERE kind = ? "
            "AND created_at >= ? AND created_at <= ? "
            "AND json_extract(body, '$.role') = 'user' GROUP BY day",
            (MESSAGE, *span),
        )
    )
    return {day: (files.get(day, 0), messages.get(day, 0)) for day in {*files, *messages}}


def recent(state: State, most: int = 10) -> list[dict[str, Any]]:
    """Return the newest descriptions in the form of the usage breakdown."""
    return [
        {"operation_type": "describe", "image_id": one.image_id, "created_at": one.created_at}
        for one in description_usage(state)[:most]
    ]


def _end(state: State, end: float | None) -> str:
    return stamp(state.clock.now() if end is None else end)
