"""Rewrites import statements for the twin: the module of each imported name, and the name.

Relative imports become absolute, because the twin is in another package.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import libcst as cst

from codegen.blocking.naming import Naming, refusal
from codegen.blocking.survey import absolute
from codegen.blocking.tables import (
    ANY_HELPER,
    DENIED_MODULES,
    HELPERS,
    HOMES,
    PACKAGE,
    SWAPPED,
    TWIN,
    UNWRAPPED,
)

Report = Callable[[str, str], None]
"""Receives the name and the advice."""


def rewrite_import(node: cst.Import, naming: Naming, report: Report) -> cst.Import:
    """Rewrite `import a.b as c` with the module that the twin uses."""
    names: list[cst.ImportAlias] = []
    for alias in node.names:
        dotted = alias.evaluated_name
        if _is_denied(dotted):
            report(dotted, ANY_HELPER)
        twin = naming.module(dotted)
        names.append(alias if twin == dotted else alias.with_changes(name=_dotted(twin)))
    return node.with_changes(names=names)


def rewrite_from(
    node: cst.ImportFrom, package: str, naming: Naming, report: Report
) -> list[cst.ImportFrom]:
    """Rewrite `from a import b` as one statement for each module that the twin imports from.

    The result is empty if the twin needs none of the imported names.
    """
    module = absolute(node, package)
    if isinstance(node.names, cst.ImportStar):
        if _is_denied(module):
            report(module, ANY_HELPER)
        return [_from(node, naming.module(module), node.names)]
    groups: dict[str, dict[tuple[str, str | None], cst.ImportAlias]] = {}
    for alias in node.names:
        name, local = alias.evaluated_name, alias.evaluated_alias
        if module in HOMES and name in UNWRAPPED:
            if local:
                report(name, "import it under its own name, so that its uses can be found")
            continue
        if _is_denied(module):
            report(f"{module}.{name}", HELPERS.get(name, ANY_HELPER))
            continue
        home, twin = _place(module, name, naming)
        if module not in SWAPPED and (advice := refusal(twin)):
            report(name, advice)
        if f"{module}.{name}" in SWAPPED and not local:
            report(name, f"use the same local name on both sides: `import {name} as rt`")
        changed = alias if twin == name else alias.with_changes(name=cst.Name(twin))
        groups.setdefault(home, {}).setdefault((twin, local), changed)
    if len(groups) == 1 and sum(map(len, groups.values())) == len(node.names):
        ((home, kept),) = groups.items()
        return [_from(node, home, [*kept.values()])]
    return [
        _from(
            node.with_changes(lpar=None, rpar=None),
            home,
            [alias.with_changes(comma=cst.MaybeSentinel.DEFAULT) for alias in kept.values()],
        )
        for home, kept in groups.items()
    ]


def shared_import(module: str, names: list[str]) -> cst.SimpleStatementLine:
    """Return the import of the classes that a twin shares with its async source."""
    aliases = [cst.ImportAlias(cst.Name(name)) for name in names]
    return cst.SimpleStatementLine([cst.ImportFrom(module=_dotted(module), names=aliases)])


def _place(module: str, name: str, naming: Naming) -> tuple[str, str]:
    full = f"{module}.{name}"
    if (twin := naming.module(full)) != full:
        home, _, last = twin.rpartition(".")
        return home, last
    if module in naming.modules and not naming.shared(name):
        return naming.module(module), naming.attribute(name)
    if module == PACKAGE and name in naming.renamed_classes:
        return TWIN, naming.attribute(name)
    if module in HOMES:
        return module, naming.attribute(name)
    return naming.module(module) if module in SWAPPED else module, name


def _from(
    node: cst.ImportFrom,
    module: str,
    names: cst.ImportStar | Sequence[cst.ImportAlias],
) -> cst.ImportFrom:
    return node.with_changes(module=_dotted(module), names=names, relative=())


def _dotted(path: str) -> cst.Attribute | cst.Name:
    parsed = cst.parse_expression(path)
    assert isinstance(parsed, cst.Attribute | cst.Name)
    return parsed


def _is_denied(dotted: str) -> bool:
    return dotted.partition(".")[0] in DENIED_MODULES
