"""Write a built tree, or compare it with what is there: all of it, or nothing.

A tree is a mapping of path (relative to the project) to text. Every folder in `OWNED` belongs to
the generator: a file there that is not in the tree is removed by `write` and reported by
`differences`.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from codegen.errors import CodegenError

_LAYOUT = ("--line-length", "100", "--target-version", "py311")
_SORT_IMPORTS = (
    "check",
    "--fix",
    "--select=F401,I001",
    *_LAYOUT,
    "--config=lint.isort.known-first-party=['aion', 'aion_api']",
)
_FORMAT = ("format", *_LAYOUT)

OWNED = ("generated/aion_api", "aion/sync")


def formatted(tree: Mapping[str, str]) -> dict[str, str]:
    """The tree with its Python files with sorted imports and in the project's format.

    Raises:
        CodegenError: A file is not valid Python, which means that a template is wrong.
    """
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        for name, text in tree.items():
            path = root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        for step in (_SORT_IMPORTS, _FORMAT):
            done = subprocess.run(
                [sys.executable, "-m", "ruff", *step, "--isolated", "--no-cache", "--quiet", "."],
                cwd=root,
                capture_output=True,
                text=True,
                check=False,
            )
            if done.returncode:
                reason = (done.stdout or done.stderr).strip()
                raise CodegenError(f"the generated code cannot be formatted: {reason}")
        return {name: (root / name).read_text(encoding="utf-8") for name in tree}


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
