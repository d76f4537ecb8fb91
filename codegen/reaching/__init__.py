"""Finds what the curated package needs and the contract does not have any more.

Type checkers report fields and parameters as well, each at its place in the source; what is gone as
a whole has a stand-in, which they accept. Here every finding names the method of `aion` that a user
calls, the operation and the field; fields that are read by name out of JSON count too. The fields
of a value are checked only if its class is certain, so there are no false findings. Fields of
values from untyped code are left to the type checkers.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from codegen import contract
from codegen.diffing.curated import OPERATIONS, Graph
from codegen.diffing.operations import all_of
from codegen.diffing.reach import Reach
from codegen.diffing.sources import Class, Module, read
from codegen.document import Json
from codegen.patching import FILE, Patches
from codegen.reaching.offered import Offered
from codegen.reaching.raw import NAME, undescribed, unread
from codegen.reaching.uses import Gap, gaps, imported

__all__ = ["lost"]


def lost(project: Path, spec: Path | None = None, generated: Path | None = None) -> list[str]:
    """Return one line for each method and each thing that it needs and that is gone.

    Args:
        project: The folder of the project.
        spec: The contract; by default that of the project.
        generated: The folder of the package made from it; by default that of the project.

    Raises:
        CodegenError: The contract or a source cannot be read.
    """
    patches = Patches.load(project / FILE)
    document = contract.load(spec or project / contract.NAME, patches)
    offered = Offered(generated or project / "generated" / "aion_api")
    known = undescribed(project / "codegen" / NAME)
    return _Search(Graph(read(project / "aion")), offered, document).lines(known)


def _definitions(module: Module) -> Iterator[tuple[list[str], ast.stmt, Class | None]]:
    """Yield the functions, methods and other statements of a module, with their names."""
    for owner in module.classes.values():
        for node in owner.node.body:
            names = [owner.name]
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                names.insert(0, f"{owner.name}.{node.name}")
            yield names, node, owner
    for name, node in module.others.items():
        yield [f"{module.name}.{name}"], node, None


class _Search:
    def __init__(self, graph: Graph, offered: Offered, document: Json) -> None:
        self._graph = graph
        self._offered = offered
        self._document = document
        self._reach = Reach(document)
        self._titles = {op.function: op.title for op in all_of(document)}
        self._reached = {label: graph.reached(name) for label, name in graph.methods()}
        self._called = {
            label: {
                name.removeprefix(OPERATIONS) for name in reached if name.startswith(OPERATIONS)
            }
            for label, reached in self._reached.items()
        }

    def lines(self, known: dict[str, list[str]]) -> list[str]:
        found = dict.fromkeys([*self._typed(), *self._raw(known)])
        return sorted(found)

    def _typed(self) -> Iterator[str]:
        for module in self._graph.modules.values():
            seen: set[Gap] = set()
            for names, node, owner in _definitions(module):
                found = gaps(self._graph, self._offered, node, module, owner)
                seen.update(found)
                yield from self._reported(found, names)
            # The module itself does not use names that it only re-exports.
            exported = [gap for gap in imported(self._offered, module) if gap not in seen]
            yield from self._reported(exported, [module.name])

    def _reported(self, found: list[Gap], definitions: list[str]) -> Iterator[str]:
        for gap in found:
            if gap.kind in ("operation", "parameter"):
                labels = self._users(definitions)
                holder = (
                    f"{gap.kind} {gap.name} {gap.what}" if gap.name else "the operation is gone"
                )
                for label in labels:
                    yield f"{label}: {self._operation(gap.holder)}: {holder}"
            else:
                yield from self._of_schema(gap.holder, str(gap), definitions)

    def _of_schema(self, schema: str, what: str, definitions: list[str]) -> Iterator[str]:
        users = {op.function for op in self._reach.users(schema)}
        labels = self._users(definitions)
        calls = [
            (label, call)
            for label in labels
            for call in sorted(self._called.get(label, set()) & users)
        ]
        if calls:
            yield from (f"{label}: {self._operation(call)}: {what}" for label, call in calls)
        else:
            yield from (f"{label}: {what}" for label in labels)

    def _users(self, definitions: list[str]) -> list[str]:
        """Return the public methods that lead to a definition; itself if there are none."""
        found = [label for label, reached in self._reached.items() if reached & {*definitions}]
        return found or definitions[:1]

    def _operation(self, function: str) -> str:
        title = self._titles.get(function)
        return f"{title} ({function})" if title else function

    def _is_cut_off(self, owner: str) -> bool:
        """Whether each method that uses a class lacks an operation, whose response it may read."""
        called = [self._called.get(label, ()) for label in self._users([owner])]
        return all(any(self._offered.function(name) is None for name in names) for names in called)

    def _raw(self, known: dict[str, list[str]]) -> Iterator[str]:
        received: dict[str, set[str]] = {}
        for label, reached in self._reached.items():
            for name in reached & self._graph.classes.keys():
                received.setdefault(name, set()).update(self._called[label])
        listed = {(owner, name) for owner, names in known.items() for name in names}
        for one in unread(self._graph, self._document, received, self._reach):
            if (one.owner, one.name) in listed:
                listed.remove((one.owner, one.name))
                continue
            if self._is_cut_off(one.owner):
                continue
            reader = one.owner.rpartition(".")[2]
            for schema in one.schemas:
                what = f"field {schema}.{one.name}, which {reader} reads, is gone"
                yield from self._of_schema(schema, what, [one.owner])
            if not one.schemas:
                what = f"field {one.name}, which {reader} reads, is not in any response"
                yield from (f"{label}: {what}" for label in self._users([one.owner]))
        for owner, name in sorted(one for one in listed if not self._is_cut_off(one[0])):
            yield f"{NAME}: {owner}.{name} is now described, or no longer read: remove it"
