"""Takes a document as the contract: with our words laid over it, and corrected.

The project's own `openapi.json` is in our words already. Another document becomes the next
`openapi.json`: as it is, but for our words.
"""

from __future__ import annotations

import json
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path

from codegen import contract, words
from codegen.diffing.operations import matched
from codegen.diffing.renamed import renamed
from codegen.document import Json, schemas
from codegen.errors import CodegenError
from codegen.patching import FILE, LeftOut, Patches


@dataclass(frozen=True)
class Taken:
    """A document as the contract.

    Attributes:
        document: The contract as `openapi.json` has it.
        corrected: The same with the corrections that apply.
        left_out: The corrections that were left out.
        files: What the project keeps of another document: path -> text.
        words: The report of the words, a line each.
    """

    document: Json
    corrected: Json
    left_out: tuple[LeftOut, ...] = ()
    files: dict[str, str] = field(default_factory=dict[str, str])
    words: tuple[str, ...] = ()


def take(spec: Path, project: Path) -> Taken:
    """Return the document at `spec` as the contract of a project.

    Raises:
        CodegenError: The document, the contract so far or a correction is wrong; the message says
            how.
    """
    try:
        return _take(spec, project, Patches.load(project / FILE))
    except RecursionError as error:
        raise CodegenError(f"{spec}: nested too deeply to be a contract") from error


def _take(spec: Path, project: Path, patches: Patches) -> Taken:
    document = contract.read(spec)
    files: dict[str, str] = {}
    lines: tuple[str, ...] = ()
    present = project / contract.NAME
    if spec.resolve() != present.resolve():
        contract.by_id(document, spec)
        waiting = words.read(project / words.NAME)
        before: Json = contract.read(present) if present.exists() else {"paths": {}}
        found = words.laid(document, before, waiting, _moved(before, document))
        is_as_it_was = found.document == document
        document, lines = found.document, tuple(found.lines())
        files[contract.NAME] = contract.text_of(spec) if is_as_it_was else _text(document)
        if found.waiting or (project / words.NAME).exists():
            files[words.NAME] = words.text(found.waiting)
    corrected = deepcopy(document)
    left_out = contract.correct(corrected, spec, patches)
    return Taken(document, corrected, tuple(left_out), files, lines)


def _text(document: Json) -> str:
    return json.dumps(document, indent=2, ensure_ascii=False) + "\n"


def _moved(old: Json, new: Json) -> dict[words.Place, words.Place]:
    """Return where the operations and schemas of the contract so far stand in another document."""
    places: dict[words.Place, words.Place] = {
        ("paths", one.path, one.method): ("paths", other.path, other.method)
        for one, other in matched(old, new).pairs
    }
    for name, now in renamed(schemas(old), schemas(new)).items():
        places["components", "schemas", name] = "components", "schemas", now
    return places
