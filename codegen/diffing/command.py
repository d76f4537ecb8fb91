"""`python -m codegen diff`: reads and corrects two documents, and compares them.

Both documents get the corrections that apply to them, so that a defect which is patched in one and
fixed in the other is not a difference. Corrections that the new one does not need are listed.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from codegen import contract, revisions
from codegen.diffing.changes import Difference
from codegen.diffing.compare import compared
from codegen.diffing.curated import usage
from codegen.diffing.operations import all_of
from codegen.diffing.touched import touched
from codegen.document import Json, schemas
from codegen.errors import CodegenError
from codegen.patching import FILE, Conflict, LeftOut, Patches, attempted

# FastAPI makes such names for schemas with the same title, and for form bodies.
_LONG = re.compile(r"__|^Body_")


def requested(documents: Sequence[Path], revision: str | None, project: Path) -> Difference:
    """Return the difference that a command line asks for.

    Args:
        documents: OLD and NEW; with a revision NEW, or nothing for the contract of the project.
        revision: The revision in git of the old contract, if that is not a file.
        project: The folder of the project.

    Raises:
        CodegenError: The number of documents is wrong; or as for `difference` and `since`.
    """
    if revision is None and len(documents) == 2:
        return difference(documents[0], documents[1], project)
    if revision is not None and len(documents) < 2:
        return since(revision, documents[0] if documents else project / contract.NAME, project)
    raise CodegenError(
        f"diff takes two documents, or --since REVISION and at most one; {len(documents)} given:"
        f" python -m codegen diff OLD NEW, or python -m codegen diff --since HEAD [NEW]"
    )


def difference(old: Path, new: Path, project: Path, old_patches: Path | None = None) -> Difference:
    """Return what the document `new` changes against `old`, and what that touches in `aion`.

    Args:
        old: The document before.
        new: The document after.
        project: The folder of the project.
        old_patches: The patches of the document before, if not those of the project.

    Raises:
        CodegenError: A document cannot be read or compared, or a patch or source is broken.
    """
    patches = Patches.load(project / FILE)
    earlier = Patches.load(old_patches) if old_patches else patches
    before, _, _ = _corrected(old, earlier)
    after, left_out, conflicts = _corrected(new, patches)
    classes = {**earlier.renames, **patches.renames}
    try:
        found = compared(before, after, classes)
        notes = [*map(str, conflicts), *_new_defects(before, after, patches)]
        found = replace(found, notes=tuple(notes), left_out=tuple(map(str, left_out)))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        # Only a build validates the contents; until here, both are objects with paths.
        reason = f"{type(error).__name__}: {error}"
        raise CodegenError(f"{old}, {new}: cannot be compared: {reason}") from error
    return touched(found, usage(project / "aion"), before, classes)


def since(revision: str, new: Path, project: Path) -> Difference:
    """Return what the document `new` changes against the contract that git has.

    Each document gets the patches of its time.

    Args:
        revision: The revision of the contract before, such as ``HEAD``.
        new: The document after.
        project: The folder of the project.

    Raises:
        CodegenError: As for `difference`; or git does not have the contract.
    """
    with tempfile.TemporaryDirectory() as folder:
        old, old_patches = Path(folder, contract.NAME), Path(folder, "patches.toml")
        old.write_bytes(revisions.contract_at(revision, project))
        patches = revisions.patches_at(revision, project)
        if patches is not None:
            old_patches.write_bytes(patches)
        try:
            return difference(old, new, project, old_patches if patches is not None else None)
        except CodegenError as error:
            named = str(error).replace(str(old), f"{revision}:{contract.NAME}")
            named = named.replace(str(old_patches), f"{revision}:{FILE}")
            raise CodegenError(named) from error


def _corrected(path: Path, patches: Patches) -> tuple[Json, list[LeftOut], list[Conflict]]:
    try:
        document = contract.read(path)
        contract.by_id(document, path)
        # A conflict stops a build; a comparison shows what it is about.
        left_out, conflicts = attempted(document, patches, rename=False)
        contract.check_references(document, path)
    except (AttributeError, KeyError, TypeError) as error:
        reason = f"{type(error).__name__}: {error}"
        raise CodegenError(f"{path}: not an OpenAPI document: {reason}") from error
    except RecursionError as error:
        raise CodegenError(f"{path}: nested too deeply to be a contract") from error
    return document, left_out, conflicts


def _new_defects(before: Json, after: Json, patches: Patches) -> list[str]:
    """Return where the patches may need additions: new defects of known kinds."""
    notes = [
        f"patches.toml: schema {name} is new and has no short name in rename_schemas"
        for name in schemas(after)
        if name not in schemas(before) and name not in patches.renames and _LONG.search(name)
    ]
    known = {op.id for op in all_of(before)}
    for op in all_of(after):
        answer = op.answers().get("200", {}).get("content", {}).get("application/json", {})
        if op.id not in known and answer == {"schema": {}}:
            notes.append(f"{op.id}: responds with any JSON; patch in a stream, file or redirect")
    return notes
