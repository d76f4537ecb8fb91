"""Keeps our words when the contract is replaced by a document of the vendor.

`openapi.json` describes each operation, parameter, schema and field in our words. The vendor's
document has other words, or none. Where the structure of a place is the same, our words are laid
over; words of places that a document does not have wait in `words.json` for one that has them.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from codegen.document import METHODS, Json
from codegen.errors import CodegenError
from codegen.structure import digest

NAME = "codegen/words.json"
# Titles are left as they are: the vendor's tools write them from the names.
_CARRIED = ("summary", "description", "example", "examples")
_KINDS = ("operation", "parameter", "schema", "field")
_SCHEMAS = ("components", "schemas")
Place = tuple[str, ...]


@dataclass(frozen=True)
class Entry:
    """Our words of one place.

    Attributes:
        of: The hash of the structure that they describe.
        words: The words, by keyword.
    """

    of: str
    words: Json


@dataclass(frozen=True)
class Laid:
    """A document with our words, and which of them were kept, taken or replaced.

    Attributes:
        document: The document.
        waiting: Words of places that it does not have, or that it describes itself: by place.
        kept: Places with our words for the same structure.
        to_check: Places with our words for a structure that changed; the vendor has none.
        taken: Places with the vendor's words, where we have none.
        replaced: Places with the vendor's words, because the structure changed.
        missing: Places without words, new or changed.
        bare: Places without words, as before.
    """

    document: Json
    waiting: dict[str, Entry] = field(default_factory=dict[str, Entry])
    kept: list[Place] = field(default_factory=list[Place])
    to_check: list[Place] = field(default_factory=list[Place])
    taken: list[Place] = field(default_factory=list[Place])
    replaced: list[Place] = field(default_factory=list[Place])
    missing: list[Place] = field(default_factory=list[Place])
    bare: list[Place] = field(default_factory=list[Place])

    def lines(self) -> Iterator[str]:
        """Yield the report: the counts, then each place that needs a look."""
        kept, present = Counter(map(kind, self.kept)), Counter(map(kind, self._places()))
        counted = [f"{kept[one]} of {present[one]} {one}s" for one in _KINDS if present[one]]
        if counted:
            yield f"ours kept: {', '.join(counted)}"
        for what, places in self._groups():
            if places:
                yield f"{what}: {len(places)}"
        if self.waiting:
            yield f"waiting in {NAME} for a document that has their place: {len(self.waiting)}"
        for what, places in self._groups():
            yield from (f"{what}: {name}" for name in sorted(map(label, places)))

    def _places(self) -> Iterator[Place]:
        yield from self.kept
        for _, places in self._groups():
            yield from places

    def _groups(self) -> Iterator[tuple[str, list[Place]]]:
        yield "no words at all, and new", [place for place in self.missing if kind(place)]
        yield "ours kept, but the structure changed", self.to_check
        yield "the vendor's instead, because the structure changed", self.replaced
        yield "the vendor's, where we have none", self.taken
        yield "no words at all, as before", [place for place in self.bare if kind(place)]


def laid(new: Json, old: Json, waiting: Mapping[str, Entry], moved: Mapping[Place, Place]) -> Laid:
    """Return a document with our words laid over it.

    Args:
        new: The vendor's document.
        old: The contract so far, in our words.
        waiting: Words of places that `old` does not have.
        moved: Where operations and schemas of `old` stand in `new`, if they have another name or
            path there.
    """
    ours, known = _collected(old, moved)
    result = Laid(deepcopy(new))
    used: set[str] = set()

    def visit(place: Place, node: Json, of: str) -> None:
        name = label(place)
        found = [one for one in (ours.get(name), waiting.get(name)) if one is not None]
        same = next((one for one in found if one.of == of), None)
        if same is not None:
            node.update(same.words)
            used.add(name)
            result.kept.append(place)
        elif _is_described(node):
            (result.replaced if found else result.taken).append(place)
        elif found:
            node.update(found[0].words)
            used.add(name)
            result.to_check.append(place)
        else:
            (result.bare if known.get(name) == of else result.missing).append(place)

    digest(result.document, visit=visit)
    for name, entry in sorted({**waiting, **ours}.items()):
        if name not in used:
            result.waiting[name] = entry
    return result


def _collected(
    document: Json, moved: Mapping[Place, Place]
) -> tuple[dict[str, Entry], dict[str, str]]:
    """Return the words of each place, and the hash of each place."""
    found: dict[str, Entry] = {}
    known: dict[str, str] = {}

    def visit(place: Place, node: Json, of: str) -> None:
        name = label((*moved.get(place[:3], place[:3]), *place[3:]))
        known[name] = of
        if _has_words(node):
            found[name] = Entry(of, {key: node[key] for key in _CARRIED if key in node})

    digest(document, visit=visit)
    return found, known


def _has_words(node: Json) -> bool:
    return _is_described(node) or "example" in node or "examples" in node


def _is_described(node: Json) -> bool:
    """Whether an object has words; a dash in place of a description is none."""
    texts = (node.get(key) for key in ("summary", "description"))
    return any(isinstance(text, str) and any(map(str.isalpha, text)) for text in texts)


def kind(place: Place) -> str:
    """Return what stands at a place: one of four kinds, or an empty string."""
    if len(place) == 3 and place[0] == "paths" and place[2] in METHODS:
        return "operation"
    if len(place) == 3 and place[:2] == _SCHEMAS:
        return "schema"
    if len(place) > 2 and place[-2] == "parameters":
        return "parameter"
    return "field" if len(place) > 3 and place[-2] == "properties" else ""


def label(place: Place) -> str:
    """Return a place as people write it, which is also its key in the file."""
    if place[:1] == ("paths",) and len(place) > 2 and place[2] in METHODS:
        place = (f"{place[2].upper()} {place[1]}", *place[3:])
    elif place[:2] == _SCHEMAS and len(place) > 2:
        place = (f"schema {place[2]}", *place[3:])
    return " > ".join(place) or "the document"


def read(path: Path) -> dict[str, Entry]:
    """Read the words that wait; a file that is missing has none.

    Raises:
        CodegenError: It does not have the form that `text` writes.
    """
    if not path.exists():
        return {}
    try:
        data: Any = json.loads(path.read_text(encoding="utf-8"))
        found = {
            str(name): Entry(str(entry["of"]), {key: entry[key] for key in entry if key != "of"})
            for name, entry in data.items()
        }
    except (OSError, ValueError, AttributeError, KeyError, TypeError) as error:
        raise CodegenError(
            f"{path}: not a table of words: {error}; restore it from version control"
        ) from error
    return found


def text(waiting: Mapping[str, Entry]) -> str:
    """Return the words as the file has them: one line for each place."""
    lines = [
        f"{json.dumps(name, ensure_ascii=False)}:"
        f" {json.dumps({'of': entry.of, **entry.words}, ensure_ascii=False)}"
        for name, entry in sorted(waiting.items())
    ]
    return "{\n" + ",\n".join(lines) + "\n}\n" if lines else "{}\n"
