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

    Each folder is written beside the old one first and then swapped in, so that an interrupted
    run leaves the old files.
    """
    for owned in OWNED:
        target = project / owned
        staged = target.with_name(f".{target.name}.new")
        shutil.rmtree(staged, ignore_errors=True)
        files = {name: text for name, text in tree.items() if name.startswith(f"{owned}/")}
        if not files:
            continue
        for name, text in files.items():
            path = staged / Path(name).relative_to(owned)
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")
        old = target.with_name(f".{target.name}.old")
        shutil.rmtree(old, ignore_errors=True)
        if target.exists():
            target.rename(old)
        staged.rename(target)
        shutil.rmtree(old, ignore_errors=True)


def differences(tree: Mapping[str, str], project: Path) -> Iterator[str]:
    """One line for each file that is missing, left over or not what the generator makes."""
    for name, text in sorted(tree.items()):
        path = project / name
        if not path.is_file():
            yield f"{name}: missing"
        elif path.read_text(encoding="utf-8") != text:
            yield f"{name}: stale or edited by hand"
    for owned in OWNED:
        for path in sorted((project / owned).rglob("*")):
            name = path.relative_to(project).as_posix()
            if path.is_file() and "__pycache__" not in path.parts and name not in tree:
                yield f"{name}: not made by the generator"
