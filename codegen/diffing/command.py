"""`python -m codegen diff OLD NEW`: reads and corrects both documents, and compares them.

Both documents get the corrections that apply to them, so that a defect which is patched in one and
fixed in the other is not a difference. Corrections that no longer apply to the new one are noted.
"""

from __future__ import annotations

import re
from pathlib import Path

from codegen import contract
from codegen.diffing.changes import Difference
from codegen.diffing.compare import compared
from codegen.diffing.curated import usage
from codegen.diffing.operations import all_of
from codegen.diffing.touched import touched
from codegen.document import Json, schemas
from codegen.errors import CodegenError
from codegen.patching import Patches, attempted

# FastAPI makes such names for schemas with the same title, and for form bodies.
_LONG = re.compile(r"__|^Body_")


def difference(old: Path, new: Path, project: Path) -> Difference:
    """Return what the document `new` changes against `old`, and what that touches in `aion`.

    Raises:
        CodegenError: A document cannot be read or compared, or a patch or source is broken.
    """
    patches = Patches.load(project / "codegen" / "patches.toml")
    before, _ = _corrected(old, patches)
    after, stale = _corrected(new, patches)
    classes = patches.renames
    try:
        found = compared(before, after, classes)
        notes = [*stale, *_new_defects(before, after, patches)]
        found = Difference(found.changes, tuple(notes))
    except (AttributeError, KeyError, TypeError, RecursionError) as error:
        # Only a build validates the contents; until here, both are objects with paths.
        reason = f"{type(error).__name__}: {error}"
        raise CodegenError(f"{old}, {new}: cannot be compared: {reason}") from error
    return touched(found, usage(project / "aion"), before, classes)


def _corrected(path: Path, patches: Patches) -> tuple[Json, list[str]]:
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
    return document, [f"patches.toml: {one}" for one in (*left_out, *conflicts)]


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
