"""Write a built tree, or compare it with what is there: all of it, or nothing.

A tree is a mapping of path (relative to the project) to text. Every folder in `OWNED` belongs to
the generator: a file there that is not in the tree is removed by `write` and reported by
`differences`.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path

from codegen.errors import CodegenError
from codegen.layout import LayoutError, laid_out

OWNED = ("generated/aion_api", "aion/sync")


def formatted(tree: Mapping[str, str]) -> dict[str, str]:
    """The tree with its Python files with sorted imports and in the project's format.

    Raises:
        CodegenError: A file is not valid Python, which means that a template is wrong.
    """
    try:
        return laid_out(tree, select="F401,I001")
    except LayoutError as error:
        raise CodegenError(f"the generated code cannot be formatted: {error}") from error


def write(tree: Mapping[str, str], project: Path) -> None:
    """Replace the owned folders by the tree.

    Everything is written beside the old folders first and then swapped in, so that an interrupted
    run leaves the old files.

    Raises:
        CodegenError: A file cannot be written.
    """
    targets = [
        project / owned for owned in OWNED if any(name.startswith(f"{owned}/") for name in tree)
    ]
    try:
        for target in targets:
            staged = _beside(target, "new")
            shutil.rmtree(staged, ignore_errors=True)
            for name, text in tree.items():
                if (project / name).is_relative_to(target):
                    path = staged / (project / name).relative_to(target)
                    path.parent.mkdir(parents=True, exist_ok=True)
                    path.write_text(text, encoding="utf-8")
        for target in targets:
            old = _beside(target, "old")
            shutil.rmtree(old, ignore_errors=True)
            if target.exists():
                target.rename(old)
            _beside(target, "new").rename(target)
            shutil.rmtree(old, ignore_errors=True)
    except OSError as error:
        raise CodegenError(f"{error.filename}: cannot be written: {error.strerror}") from error


def _beside(target: Path, state: str) -> Path:
    return target.with_name(f".{target.name}.{state}")


def differences(tree: Mapping[str, str], project: Path) -> Iterator[str]:
    """One line for each file that is missing, left over or not what the generator makes."""
    for name, text in sorted(tree.items()):
        path = project / name
        if not path.is_file():
            yield f"{name}: missing"
        elif path.read_bytes() != text.encode():
            yield f"{name}: stale or edited by hand"
    for owned in OWNED:
        for path in sorted((project / owned).rglob("*")):
            name = path.relative_to(project).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in tree:
                yield f"{name}: not made by the generator"
