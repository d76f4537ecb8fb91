"""Writes a built tree, all of it or nothing, or compares it with the project.

A tree is a mapping of path (relative to the project) to text. Every folder in `OWNED` belongs to
the generator: `write` removes a file there that is not in the tree, and `differences` reports it.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from codegen.errors import CodegenError
from codegen.layout import LayoutError, laid_out

OWNED = ("generated/aion_api", "aion/sync")


def formatted(tree: Mapping[str, str]) -> dict[str, str]:
    """Return the tree with its Python files formatted and their imports sorted.

    Raises:
        CodegenError: A file is not valid Python, so a template is wrong.
    """
    try:
        return laid_out(tree, select="F401,I001")
    except LayoutError as error:
        raise CodegenError(f"the generated code cannot be formatted: {error}") from error


def write(tree: Mapping[str, str], project: Path) -> None:
    """Replace the owned folders, and the single files outside them, with the tree.

    The new files are written next to the old ones and then swapped in, so that an interrupted run
    leaves the old files. After a failure, completed swaps are undone. Unchanged folders and files
    are not touched, and keep their byte code.

    Raises:
        CodegenError: A file cannot be written.
    """
    stale = {name for name, _ in _stale(tree, project)}
    folders = [
        owned
        for owned in OWNED
        if any(name.startswith(f"{owned}/") for name in tree)
        and any(name.startswith(f"{owned}/") for name in stale)
    ]
    within = tuple(f"{owned}/" for owned in OWNED)
    singles = [name for name in tree if name in stale and not name.startswith(within)]
    for target in [project / name for name in (*OWNED, *tree)]:
        # An interrupted run may have left these.
        for state in ("new", "old"):
            _remove(_beside(target, state))
    swapped: list[Path] = []
    try:
        for owned in folders:
            staged = _beside(project / owned, "new")
            for name, text in tree.items():
                if name.startswith(f"{owned}/"):
                    _put(staged / name.removeprefix(f"{owned}/"), text)
        for name in singles:
            _put(_beside(project / name, "new"), tree[name])
        for target in [project / name for name in (*folders, *singles)]:
            if target.exists():
                target.rename(_beside(target, "old"))
            swapped.append(target)
            _beside(target, "new").rename(target)
    except OSError as error:
        for target in swapped:
            _back(target)
        raise CodegenError(f"{error.filename}: cannot be written: {error.strerror}") from error
    for target in swapped:
        _remove(_beside(target, "old"))


def _put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    # Text mode would write the line ends of the system, and the file would be stale at once.
    path.write_bytes(text.encode())


def _remove(path: Path) -> None:
    if path.is_file():
        path.unlink()
    else:
        shutil.rmtree(path, ignore_errors=True)


def _back(target: Path) -> None:
    """Undo a complete or partial swap."""
    old = _beside(target, "old")
    if old.exists():
        _remove(target)
        old.rename(target)
    elif not _beside(target, "new").exists():
        _remove(target)


def _beside(target: Path, state: str) -> Path:
    return target.with_name(f".{target.name}.{state}")


def differences(tree: Mapping[str, str], project: Path) -> Iterator[str]:
    """Yield one line for each file that is missing, left over or different from the tree."""
    return (f"{name}: {what}" for name, what in _stale(tree, project))


def _stale(tree: Mapping[str, str], project: Path) -> Iterator[tuple[str, str]]:
    for name, text in sorted(tree.items()):
        path = project / name
        if not path.is_file():
            yield name, "missing"
        elif path.read_bytes() != text.encode():
            yield name, "stale or edited by hand"
    for owned in OWNED:
        for path in sorted((project / owned).rglob("*")):
            name = path.relative_to(project).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in tree:
                yield name, "not made by the generator"
