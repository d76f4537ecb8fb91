"""Composes texts about files: reports, analyses, relationships."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from aion.sandbox.agents.keywords import keywords, matching_keywords
from aion.sandbox.agents.markup import count_noun, display_name, heading, mention, quote
from aion.sandbox.agents.search import Passage, Scope, find_passages
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile

_PASSAGES: Final = 10
_CATEGORIES: Final = ("categor", "classif", "cluster", "group", "kinds", "sort", "types")
_MOST_RELATED: Final = 20
_MOST_RELATIONS: Final = 50


@dataclass(frozen=True, slots=True)
class GeneratedText:
    """A text, its summary, and the passages that it quotes."""

    text: str
    summary: str
    passages: tuple[Passage, ...] = ()


def report(
    state: State,
    intent: str,
    images: Sequence[StoredFile],
    documents: Sequence[StoredFile],
    others: Sequence[StoredFile] = (),
    notes: Sequence[str] = (),
) -> GeneratedText:
    """Compose a report in Markdown on files, and on the summaries of earlier steps."""
    lines = [heading(intent)]
    if images:
        lines += ["", "## Images", *map(_about, images)]
    if others:
        lines += ["", "## Links and videos", *map(_about, others)]
    passages: list[Passage] = []
    if documents:
        passages = _quoted(state, intent, documents)
        lines += ["", "## Documents", *_with_passages(documents, passages)]
    if notes:
        lines += ["", "## Findings", *(f"- {quote(note)}" for note in notes)]
    parts = [count_noun(len(images), "image"), count_noun(len(documents), "document")]
    if others:
        parts.append(count_noun(len(others), "link or video", "links and videos"))
    summary = f'{MARK} report on {", ".join(parts)}: "{quote(intent, 80)}".'
    return GeneratedText("\n".join(lines) + "\n", summary, tuple(passages))


def document_analysis(state: State, intent: str, documents: Sequence[StoredFile]) -> GeneratedText:
    """Compose an analysis in Markdown of documents: the passages that match the intent."""
    passages = _quoted(state, intent, documents)
    lines = [heading(intent), *_with_passages(documents, passages)]
    if len(documents) > 1:
        shared = _shared_words(passages)
        lines += ["", f"In common: {', '.join(shared) if shared else 'no word of the request'}."]
    summary = (
        f"{MARK} {count_noun(len(passages), 'passage')} of {count_noun(len(documents), 'document')}"
        f' on "{quote(intent, 80)}".'
    )
    return GeneratedText("\n".join(lines) + "\n", summary, tuple(passages))


def file_analysis(intent: str, files: Sequence[StoredFile], label: str) -> GeneratedText:
    """Compose an analysis in Markdown of images or links: facts of each, and common tags."""
    words = keywords(intent)
    tags: dict[str, int] = {}
    lines = [heading(intent)]
    for file in files:
        fits = matching_keywords(words, file.title, file.description, file.visible_text, file.tags)
        lines.append(_about(file) + (f" (fits: {', '.join(fits)})" if fits else ""))
        for tag in file.tag_list():
            tags[tag] = tags.get(tag, 0) + 1
    common = sorted(tags, key=lambda tag: (-tags[tag], tag))[:5]
    if common:
        lines += ["", "Tags: " + ", ".join(f"{tag} ({tags[tag]})" for tag in common) + "."]
    number = count_noun(len(files), label)
    summary = f'{MARK} looked at {number} for "{quote(intent, 80)}"'
    summary += f"; most are {common[0]}." if common else "."
    return GeneratedText("\n".join(lines) + "\n", summary)


def categorization(intent: str, documents: Sequence[StoredFile]) -> dict[str, Any] | None:
    """Group documents by their type, if the intent asks for groups."""
    if not any(word in intent.lower() for word in _CATEGORIES):
        return None
    groups: dict[str, list[str]] = {}
    for document in documents:
        groups.setdefault(document.extras().get("document_type") or "other", []).append(document.id)
    return {
        "categories": [
            {
                "name": name,
                "description": f"{MARK} documents of the type {name}",
                "file_ids": [],
                "document_ids": ids,
                "top_tags": [],
                "confidence": 1.0,
            }
            for name, ids in sorted(groups.items())
        ],
        "total_files": len(documents),
        "clustering_method": "document_type",
        "status": "success",
    }


def relationships(
    state: State, sources: Sequence[StoredFile], documents: Sequence[StoredFile]
) -> list[dict[str, Any]]:
    """Return which files share words with passages of documents, and which share tags."""
    found: list[dict[str, Any]] = []
    scope = Scope(ids=[one.id for one in documents])
    # Each file is a search, and each pair a comparison.
    sources = sources[:_MOST_RELATED]
    for file in sources:
        text = " ".join(filter(None, (file.title, file.visible_text, " ".join(file.tag_list()))))
        words = keywords(text)
        near = find_passages(state, text, scope)[:_MOST_RELATED] if words and documents else []
        for passage in near:
            shared = matching_keywords(words, passage.text)
            if shared:
                found.append(
                    {
                        "source_id": file.id,
                        "target_id": passage.document.id,
                        "chunk_id": passage.id,
                        "shared": shared,
                        "score": passage.score,
                    }
                )
    for number, one in enumerate(sources):
        for other in sources[number + 1 :]:
            tags = [tag for tag in one.tag_list() if tag in other.tag_list()]
            if tags:
                found.append(
                    {"source_id": one.id, "target_id": other.id, "shared": tags, "score": 0.5}
                )
    return sorted(found, key=lambda one: -len(one["shared"]))[:_MOST_RELATIONS]


def chunk_reference(passage: Passage) -> dict[str, Any]:
    """Return a passage as a reference in an analysis."""
    return {
        "chunk_id": passage.id,
        "document_id": passage.document.id,
        "document_filename": passage.document.filename,
        "page_numbers": passage.pages,
    }


def _about(file: StoredFile) -> str:
    known = file.description or file.visible_text or file.title or "not described yet"
    return f"- {mention(file)}: {quote(known)}"


def _quoted(state: State, intent: str, documents: Sequence[StoredFile]) -> list[Passage]:
    scope = Scope(ids=[one.id for one in documents])
    return find_passages(state, intent, scope, least=_PASSAGES)[:_PASSAGES]


def _with_passages(documents: Sequence[StoredFile], passages: Sequence[Passage]) -> list[str]:
    lines: list[str] = []
    for document in documents:
        own = [one for one in passages if one.document.id == document.id]
        if not own:
            lines.append(f"- {mention(document)}: no passage of {display_name(document)} fits")
        lines += [f'- {mention(document, one.pages)}: "{quote(one.text)}"' for one in own]
    return lines


def _shared_words(passages: Sequence[Passage]) -> list[str]:
    """Return the words that occur in passages of several documents."""
    where: dict[str, set[str]] = {}
    for passage in passages:
        for word in keywords(passage.text):
            if len(word) > 3:
                where.setdefault(word, set()).add(passage.document.id)
    return sorted(word for word, ids in where.items() if len(ids) > 1)[:10]
