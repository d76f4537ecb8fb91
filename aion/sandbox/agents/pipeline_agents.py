"""The agents of a pipeline, each as one function from its inputs to its outputs."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from aion.sandbox.agents import organizer, synthesis
from aion.sandbox.agents.markup import count_noun, found_text, quote
from aion.sandbox.agents.search import Scope, files_by_id, find_files, find_passages
from aion.sandbox.images.description import MARK
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile

IMAGES: Final = "image_ids"
DOCUMENTS: Final = "document_ids"
LINKS: Final = "link_ids"
TEXT: Final = "text"
FOLDERS: Final = "folder_ids"
"""Names of the values between steps: outputs feed the inputs of the same name."""

_MOST_FOUND: Final = 50
_MOST_ANSWER: Final = 10


class StepFailed(Exception):
    """A step failed; the text says why."""


@dataclass(slots=True)
class Inputs:
    """The inputs of a step: files of earlier steps or seeds, and summaries."""

    intent: str
    ids: dict[str, list[str]] = field(default_factory=dict[str, list[str]])
    """Ids by kind of file; a kind may have no ids."""
    notes: list[str] = field(default_factory=list[str])
    """Summaries of its dependencies."""

    def files(self, state: State, *kinds: str) -> list[StoredFile]:
        """Return the existing files of some kinds."""
        ids = [one for kind in kinds for one in self.ids.get(kind, ())]
        return files_by_id(state, ids)


@dataclass(slots=True)
class Outcome:
    """The outputs of a step."""

    summary: str
    outputs: dict[str, Any]


@dataclass(frozen=True, slots=True)
class StepAgent:
    """An agent of a pipeline."""

    takes: tuple[str, ...]
    """Outputs of earlier steps that are its inputs when it does not name its dependencies."""
    gives: tuple[str, ...]
    run: Callable[[State, Inputs], Outcome]


def _search_images(state: State, inputs: Inputs) -> Outcome:
    found = find_files(state, "image", inputs.intent, Scope(ids=inputs.ids.get(IMAGES)))
    files = [one.file for one in found[:_MOST_FOUND]]
    return _found(inputs, IMAGES, files, "image")


def _search_links(state: State, inputs: Inputs) -> Outcome:
    found = find_files(state, "link", inputs.intent, Scope(ids=inputs.ids.get(LINKS)))
    return _found(inputs, LINKS, [one.file for one in found[:_MOST_FOUND]], "link")


def _search_documents(state: State, inputs: Inputs) -> Outcome:
    scope = Scope(ids=inputs.ids.get(DOCUMENTS))
    passages = find_passages(state, inputs.intent, scope)[:_MOST_FOUND]
    files = list({one.document.id: one.document for one in passages}.values())
    outcome = _found(inputs, DOCUMENTS, files, "document")
    outcome.outputs |= {"chunk_ids": [one.id for one in passages], "count": len(passages)}
    return outcome


def _analyze(state: State, inputs: Inputs) -> Outcome:
    files = _needed(inputs.files(state, IMAGES), "image")
    written = synthesis.file_analysis(inputs.intent, files, "image")
    return Outcome(written.summary, {"analysis": written.text, IMAGES: _ids(files)})


def _analyze_links(state: State, inputs: Inputs) -> Outcome:
    files = _needed(inputs.files(state, LINKS), "link")
    written = synthesis.file_analysis(inputs.intent, files, "link")
    return Outcome(written.summary, {"analysis": written.text, LINKS: _ids(files)})


def _analyze_documents(state: State, inputs: Inputs) -> Outcome:
    files = _needed(inputs.files(state, DOCUMENTS), "document")
    written = synthesis.document_analysis(state, inputs.intent, files)
    return Outcome(
        written.summary,
        {
            "analysis": written.text,
            DOCUMENTS: _ids(files),
            "chunk_ids": [one.id for one in written.passages],
            "categorization": synthesis.categorization(inputs.intent, files),
        },
    )


def _synthesize(state: State, inputs: Inputs) -> Outcome:
    images, documents = inputs.files(state, IMAGES), inputs.files(state, DOCUMENTS)
    links = inputs.files(state, LINKS)
    if not inputs.notes:
        _needed(images + documents + links, "file")
    written = synthesis.report(state, inputs.intent, images, documents, links, inputs.notes)
    return Outcome(
        written.summary,
        {
            "report": written.text,
            "image_count": len(images),
            "document_count": len(documents),
            "link_count": len(links),
        },
    )


def _organize(state: State, inputs: Inputs) -> Outcome:
    files = _needed(inputs.files(state, IMAGES, DOCUMENTS, LINKS), "file")
    with state.database.transaction():
        done = organizer.organize(state, inputs.intent, files, None)
    return Outcome(
        done.summary,
        {
            "folders_created": done.folders_created,
            "files_moved": done.files_moved,
            FOLDERS: [one["folder_id"] for one in done.actions],
            "actions": done.actions,
        },
    )


def _cross_reference(state: State, inputs: Inputs) -> Outcome:
    sources = inputs.files(state, IMAGES, LINKS)
    documents = inputs.files(state, DOCUMENTS)
    _needed(sources + documents, "file")
    relations = synthesis.relationships(state, sources, documents)
    sides = f"{count_noun(len(sources), 'file')} and {count_noun(len(documents), 'document')}"
    return Outcome(
        f"{MARK} {count_noun(len(relations), 'relationship')} between {sides}.",
        {
            "relationships": relations,
            IMAGES: inputs.ids.get(IMAGES, []),
            DOCUMENTS: _ids(documents),
        },
    )


def _analytics(state: State, inputs: Inputs) -> Outcome:
    files = inputs.files(state, IMAGES, DOCUMENTS, LINKS)
    kinds: dict[str, int] = {}
    for file in files:
        kinds[file.media_type] = kinds.get(file.media_type, 0) + 1
    size = sum(file.size_bytes for file in files)
    parts = (
        ", ".join(count_noun(number, kind) for kind, number in sorted(kinds.items())) or "no file"
    )
    return Outcome(
        f"{MARK} {parts}, {count_noun(size, 'byte')} in all.",
        {"counts": kinds, "count": len(files), "size_bytes": size},
    )


def _chat(state: State, inputs: Inputs) -> Outcome:
    files = inputs.files(state, IMAGES, DOCUMENTS, LINKS)[:_MOST_ANSWER]
    said = " ".join(quote(note) for note in inputs.notes)
    about = ", ".join(file.filename for file in files)
    reply = f'{MARK} "{quote(inputs.intent, 80)}": {said or about or "no information is available"}'
    return Outcome(reply, {"reply": reply})


def _found(inputs: Inputs, output: str, files: Sequence[StoredFile], label: str) -> Outcome:
    _, summary = found_text("0", len(files), f"{label}s", inputs.intent, files)
    return Outcome(summary, {output: _ids(files), "count": len(files)})


def _needed(files: list[StoredFile], label: str) -> list[StoredFile]:
    if not files:
        raise StepFailed(f"there is no {label} to work on")
    return files


def _ids(files: Sequence[StoredFile]) -> list[str]:
    return [file.id for file in files]


_FILES: Final = (IMAGES, DOCUMENTS, LINKS)

AGENTS: Final[dict[str, StepAgent]] = {
    "image_search": StepAgent((), (IMAGES,), _search_images),
    "document_search": StepAgent((), (DOCUMENTS,), _search_documents),
    "link_search": StepAgent((), (LINKS,), _search_links),
    "analysis": StepAgent((IMAGES,), (TEXT,), _analyze),
    "document_analysis": StepAgent((DOCUMENTS,), (TEXT,), _analyze_documents),
    "link_analysis": StepAgent((LINKS,), (TEXT,), _analyze_links),
    "assistant": StepAgent((*_FILES, TEXT), (TEXT,), _synthesize),
    "folder": StepAgent(_FILES, (FOLDERS,), _organize),
    "cross_reference": StepAgent(_FILES, (TEXT,), _cross_reference),
    "analytics": StepAgent(_FILES, (TEXT,), _analytics),
    "chat": StepAgent((*_FILES, TEXT), (TEXT,), _chat),
}
"""Agents by their names on the wire."""

CHANGING: Final = frozenset({"folder"})
"""Agents that change stored data."""
