"""Composes the answer to a chat message from stored data, the same every time.

The text cites images and documents in the service's markup and has the mark of the sandbox. A
message that asks to change the library becomes a plan that waits for a decision.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from aion.sandbox.chat.search import all_images, find_images, search_words
from aion.sandbox.documents.search import Passage, search_passages
from aion.sandbox.images.description import MARK

if TYPE_CHECKING:
    from aion.sandbox.runtime.call import Call
    from aion.sandbox.store.files import StoredFile
    from aion.sandbox.store.records import Record

IMAGE_AGENT: Final = "ImageSearchAgent"
DOCUMENT_AGENT: Final = "DocumentSearchAgent"
PLAN_AGENT: Final = "FolderOrganizationAgent"
IMAGES_KEY: Final = "search_1"
_SHOWN: Final = 5
_QUOTED: Final = 120
_CHANGES: Final = re.compile(
    r"\b(organi[sz]e|sort into|tidy|move|rename|delete|remove|create folders?)\b", re.IGNORECASE
)
_DESTROYS: Final = re.compile(r"\b(delete|remove)\b", re.IGNORECASE)
_BACKGROUND: Final = re.compile(r"\bin the background\b", re.IGNORECASE)


@dataclass(slots=True)
class ChatAnswer:
    """A composed answer."""

    content: str
    resolved: str
    images: list[dict[str, Any]] = field(default_factory=list[dict[str, Any]])
    passages: list[Passage] = field(default_factory=list[Passage])
    looked_through: int = 0
    image_count: int = 0
    plan: dict[str, Any] | None = None
    metadata: dict[str, Any] = field(default_factory=dict[str, Any])

    @property
    def agents(self) -> list[str]:
        """The agents of the answer."""
        agents = [IMAGE_AGENT]
        if self.passages:
            agents.append(DOCUMENT_AGENT)
        return [*agents, PLAN_AGENT] if self.plan is not None else agents


def compose(call: Call, session: Record, message: str, *, detailed: bool) -> ChatAnswer:
    """Compose the answer to a message in a session."""
    state = call.state
    among = None if session.body["use_all_images"] else session.body["image_ids"]
    there = all_images(state, among=among)
    words = search_words(message)
    fitting = [one.file for one in find_images(state, words, among=among)]
    # A message without content words, such as "describe my images", means all images.
    found = fitting if words else there
    selected: list[str] = session.body["document_ids"]
    documents = None if among is None and not selected else selected
    passages: list[Passage] = []
    if words:
        query = " ".join(words)
        passages, _ = search_passages(state, query, document_ids=documents, limit=_SHOWN)
    composed = _text(found, passages, len(there), words, detailed)
    composed.images = [image_info(call, file) for file in found[:_SHOWN]]
    composed.passages = passages
    composed.looked_through = len(there)
    composed.image_count = len(found)
    composed.metadata = _metadata(found, passages, detailed)
    if _CHANGES.search(message):
        _propose(composed, found or there, message)
    return composed


def image_info(call: Call, file: StoredFile) -> dict[str, Any]:
    """Return an image as a reference of a message."""
    key = file.object_key
    small = f"{key.rpartition('/')[0]}/small_256.{file.variant_suffix}"
    return {
        "image_id": file.id,
        "thumbnail_url": call.object_url(small) if file.variant_suffix else None,
        "description": file.description,
        "confidence": file.confidence,
        "title": file.title,
        "stored_url": call.object_url(key) if key else None,
        "filename": file.filename,
    }


def message_body(call: Call, message: Record) -> dict[str, Any]:
    """Return a message in its wire form, with freshly signed URLs, because they expire."""
    body = {"id": message.id, "created_at": message.created_at, **message.body}
    ids = body.pop("image_ids")
    files = [call.state.files.get(one) for one in ids or ()]
    shown = [image_info(call, file) for file in files if file is not None]
    return {**body, "image_context": shown if ids is not None else None}


def _text(
    found: list[StoredFile], passages: list[Passage], there: int, words: list[str], detailed: bool
) -> ChatAnswer:
    asked = f" for {', '.join(words[:8])}" if words else ""
    closely = " in high resolution" if detailed else ""
    head = f"{MARK} I looked at {there} images{asked}{closely}. "
    parts = [f"{head}[[ref:{IMAGES_KEY}]] of them fit."]
    plain = [f"{head}{len(found)} of them fit."]
    for file in found[:_SHOWN]:
        name = _markup_name(file.filename)
        said = _quoted(file.description or "it has no description yet")
        parts.append(f"[[img:{file.id[:8]}|{name}]]: {said}")
        plain.append(f"{name}: {said}")
    for one in passages:
        said = _quoted(one.body["content"])
        parts.append(f"{one.citation}: {said}")
        plain.append(f"{one.document.filename}{_pages(one)}: {said}")
    return ChatAnswer("\n".join(parts), "\n".join(plain))


def _metadata(found: list[StoredFile], passages: list[Passage], detailed: bool) -> dict[str, Any]:
    ids = [file.id for file in found]
    metadata: dict[str, Any] = {
        "vision_used": detailed,
        "offers_detailed_analysis": bool(found) and not detailed,
        "result_refs": {
            IMAGES_KEY: {
                "count": len(ids),
                "ids": ids,
                "image_ids": ids,
                "id_type": "image",
                "label": "images",
            }
        },
    }
    if passages:
        metadata["tool_document_data"] = [
            {
                "document_id": one.document.id,
                "document_filename": one.document.filename,
                "chunk_id": one.id,
                "content": one.body["content"],
                "page_numbers": one.body["page_numbers"],
            }
            for one in passages
        ]
    return metadata


def _propose(composed: ChatAnswer, files: list[StoredFile], message: str) -> None:
    """Turn an answer into a plan."""
    composed.plan = {
        "request": message,
        "file_ids": [file.id for file in files],
        "destroys": _DESTROYS.search(message) is not None,
        "in_background": _BACKGROUND.search(message) is not None,
        "steps": [
            {"agent": IMAGE_AGENT, "action": f"Take the {len(files)} images that are meant"},
            {"agent": PLAN_AGENT, "action": "Do with them what the message asks for"},
        ],
    }
    note = "\nThis changes your library, so it is a plan that waits for your decision."
    composed.content += note
    composed.resolved += note


def _markup_name(filename: str) -> str:
    """Return a filename without the characters that end markup."""
    return filename.replace("|", "_").replace("[[", "((").replace("]]", "))")


def _pages(passage: Passage) -> str:
    pages: list[int] = passage.body["page_numbers"]
    if not pages:
        return ""
    first, last = min(pages), max(pages)
    return f" (p.{first})" if first == last else f" (pp.{first}-{last})"


def _quoted(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 3] + "..."
