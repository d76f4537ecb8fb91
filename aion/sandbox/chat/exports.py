"""Writes transcripts of a chat session as files: Markdown, JSON and plain text."""

from __future__ import annotations

import json
from typing import Any, Final

from aion.sandbox.store.records import Record

KINDS: Final = {
    "markdown": ("text/markdown; charset=utf-8", "md"),
    "json": ("application/json", "json"),
    "text": ("text/plain; charset=utf-8", "txt"),
}
"""Format -> content type and extension."""


def transcript(
    kind: str, summary: dict[str, Any], messages: list[Record], *, with_metadata: bool
) -> bytes:
    """Write the messages of a session as a file of this kind."""
    if kind == "json":
        return _json(summary, messages, with_metadata)
    return _text(kind == "markdown", summary, messages, with_metadata)


def _json(summary: dict[str, Any], messages: list[Record], with_metadata: bool) -> bytes:
    names = ["role", "content"]
    if with_metadata:
        names += ["token_count", "processing_time_ms", "image_ids", "metadata"]
    body: dict[str, Any] = {
        "session_id": summary["id"],
        "title": summary["title"],
        "created_at": summary["created_at"],
        "messages": [
            {"id": one.id, "created_at": one.created_at, **{key: one.body[key] for key in names}}
            for one in messages
        ],
    }
    if with_metadata:
        body["session"] = summary
    return (json.dumps(body, ensure_ascii=False, indent=2) + "\n").encode()


def _text(
    markdown: bool, summary: dict[str, Any], messages: list[Record], with_metadata: bool
) -> bytes:
    parts = [f"# {summary['title']}" if markdown else summary["title"]]
    if with_metadata:
        count, tokens = summary["total_messages"], summary["total_tokens"]
        facts = f"Session {summary['id']}, {count} messages, {tokens} tokens"
        parts.append(f"*{facts}*" if markdown else facts)
    for one in messages:
        who = one.body["role"].capitalize()
        if with_metadata:
            who += f" ({one.created_at}, {one.body['token_count']} tokens)"
        parts.append(f"**{who}:**" if markdown else f"{who}:")
        parts.append(one.body["content"])
    return ("\n\n".join(parts) + "\n").encode()
