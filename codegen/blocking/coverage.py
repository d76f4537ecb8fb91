"""Checks that the tables describe the source that is there.

Moving or renaming a module would otherwise silently drop its twin or its counterpart.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from codegen.blocking.findings import BlockingError
from codegen.blocking.tables import INPUTS, PACKAGE, SWAPPED

_TABLES = "correct codegen/blocking/tables.py"


def check_tables(package_root: Path) -> None:
    """Check `INPUTS` and `SWAPPED` against the folder of the package.

    Raises:
        BlockingError: A pattern matches nothing, a swapped module is missing, or the two of a pair
            do not offer the same names. There is one line for each.
    """
    if problems := [*_unmatched(package_root), *_unpaired(package_root)]:
        raise BlockingError("\n".join(problems))


def _unmatched(package_root: Path) -> Iterator[str]:
    for pattern in INPUTS:
        if next(package_root.glob(pattern), None) is None:
            yield f"{PACKAGE}/{pattern}: not found: no module matches this pattern; {_TABLES}"


def _unpaired(package_root: Path) -> Iterator[str]:
    for pair in SWAPPED.items():
        own, twin = (_exported(package_root, module) for module in pair)
        for module, names in zip(pair, (own, twin), strict=True):
            if names is None:
                yield f"{module}: not found, or without a literal __all__; {_TABLES}"
        if own is not None and twin is not None and (different := own ^ twin):
            named = ", ".join(f"`{name}`" for name in sorted(different))
            yield f"{' and '.join(pair)}: only one of them exports {named}"


def _exported(package_root: Path, module: str) -> set[str] | None:
    """The names in the `__all__` of a module; None where there is none."""
    path = package_root.parent.joinpath(*module.split(".")).with_suffix(".py")
    if not path.is_file():
        return None
    for statement in ast.parse(path.read_text(encoding="utf-8")).body:
        match statement:
            case ast.Assign(targets=[ast.Name(id="__all__")], value=ast.List(elts=names)):
                return {str(name.value) for name in names if isinstance(name, ast.Constant)}
            case _:
                pass
    return None
