"""The async source of `aion` in, its true blocking twin out: `aion/sync/` and each `sync_*.py`.

The twin contains no `async`, no `await`, no event loop and no thread of its own. It differs from
its source only by the tables in `codegen.blocking.tables`. The same source gives the same bytes. A
source that cannot be turned raises `BlockingError`, which lists every place. `build` returns texts
and writes no files.
"""

from __future__ import annotations

import ast
from collections.abc import Collection, Mapping
from pathlib import Path

import libcst as cst
from libcst.metadata import MetadataWrapper, PositionProvider

from codegen.blocking.coverage import check_tables
from codegen.blocking.exports import exports
from codegen.blocking.findings import BlockingError, Findings
from codegen.blocking.naming import Naming, twin_name
from codegen.blocking.rewrite import Rewriter
from codegen.blocking.survey import MARKER, Survey, is_marked
from codegen.blocking.tables import HEADER, INPUTS, PACKAGE, TWIN
from codegen.blocking.tidy import tidy

__all__ = ["BlockingError", "build", "public_classes", "transform"]

_INIT = "__init__"


def transform(
    source: str,
    *,
    module: str,
    twins: Mapping[str, str],
    modules: Collection[str] = (),
    is_package: bool = False,
) -> str:
    """Return the blocking twin of one module.

    `module` is its dotted name, `twins` maps each public class of the transformed modules to the
    name of its twin, and `modules` are the dotted names of all transformed modules (`module` is
    always one). `is_package` says that the source is a package's `__init__`.

    Raises `BlockingError` when something has no blocking counterpart.
    """
    naming = Naming(twins, frozenset({*modules, module}))
    tree = _parsed(source, _path(module, is_package=is_package))
    path, text = _rewritten(tree, naming, module, is_package=is_package)
    return tidy({path: text})[path]


def _rewritten(
    tree: cst.Module, naming: Naming, module: str, *, is_package: bool
) -> tuple[str, str]:
    """Return the path and the unformatted text of a module's twin."""
    path = _path(module, is_package=is_package)
    package = module if is_package else module.rpartition(".")[0]
    survey = Survey(naming, package)
    survey.walk(tree)

    def rewritten(source: cst.Module, lines: Mapping[cst.CSTNode, int]) -> tuple[str, Findings]:
        findings = Findings(path)
        rewriter = Rewriter(naming, survey, findings, module=module, package=package, lines=lines)
        changed = rewriter.changed(source)
        assert isinstance(changed, cst.Module)
        return changed.code, findings

    code, findings = rewritten(tree, {})
    if findings:
        # Line numbers cost more than everything else, and only messages need them.
        wrapper = MetadataWrapper(tree, unsafe_skip_copy=True)
        positions = wrapper.resolve(PositionProvider)
        lines = {node: place.start.line for node, place in positions.items()}
        _, findings = rewritten(wrapper.module, lines)
        findings.check()
    twin_path = _path(naming.module(module), is_package=is_package)
    return twin_path, HEADER.format(origin=path) + code.lstrip("\n")


def build(package_root: Path, share: tuple[int, int] = (0, 1)) -> dict[str, str]:
    """Every twin, by its path below the folder that holds `package_root`.

    `package_root` is the folder of the package `aion`. `share` (number, of) limits the result to a
    part of the files, so that several processes can share the work.
    """
    check_tables(package_root)
    sources: dict[tuple[str, bool], str] = {}
    twins: dict[str, str] = {}
    exported: dict[str, list[str]] = {}
    for path in sorted({path for pattern in INPUTS for path in package_root.glob(pattern)}):
        parts = (PACKAGE, *path.relative_to(package_root).with_suffix("").parts)
        is_package = parts[-1] == _INIT
        name = ".".join(parts[:-1] if is_package else parts)
        source = sources[name, is_package] = path.read_text(encoding="utf-8")
        classes = public_classes(source, _path(name, is_package=is_package))
        twins |= classes
        if not any(part.startswith("_") for part in name.split(".")):
            exported[TWIN + name.removeprefix(PACKAGE)] = [
                twin for own, twin in classes.items() if twin != own
            ]

    init = _path(TWIN, is_package=True)
    naming = Naming(twins, frozenset(name for name, _ in sources))
    number, of = share
    built = {init: exports(exported)} if number == 0 else {}
    for (name, is_package), source in list(sources.items())[number::of]:
        tree = _parsed(source, _path(name, is_package=is_package))
        twin_path, text = _rewritten(tree, naming, name, is_package=is_package)
        built[twin_path] = text
    return tidy(dict(sorted(built.items())))


def public_classes(source: str, path: str) -> dict[str, str]:
    """Return the public classes that a module defines, each with the name of its twin."""
    # Only libcst's tree has comments, and so marks; building it takes ten times as long.
    body = _parsed(source, path).body if MARKER.search(source) else _outlined(source, path).body
    names = [
        statement.name if isinstance(statement, ast.ClassDef) else statement.name.value
        for statement in body
        if isinstance(statement, ast.ClassDef)
        or (isinstance(statement, cst.ClassDef) and not is_marked(statement))
    ]
    return {name: twin_name(name) for name in names if not name.startswith("_")}


def _path(module: str, *, is_package: bool) -> str:
    return module.replace(".", "/") + (f"/{_INIT}.py" if is_package else ".py")


def _parsed(source: str, path: str) -> cst.Module:
    # libcst's own errors sometimes name the wrong line; the interpreter's do not.
    _outlined(source, path)
    try:
        return cst.parse_module(source)
    except cst.ParserSyntaxError as error:
        reason = error.message.splitlines()[0]
        raise BlockingError(f"{path}:{error.raw_line}: not Python: {reason}") from error


def _outlined(source: str, path: str) -> ast.Module:
    try:
        return ast.parse(source)
    except SyntaxError as error:
        raise BlockingError(f"{path}:{error.lineno}: not Python: {error.msg}") from error
