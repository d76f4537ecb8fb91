"""Loads the contract: operations by id or by method and path, their parameters and schemas.

Reads `openapi.json` once for the whole process. A built package holds it as package data, which
works in a folder, in a zip and in a frozen program alike; a checkout has it at its root.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from fnmatch import filter as fitting
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast
from urllib.parse import unquote

import aion
from aion.sandbox.contract.errors import Group, group_of
from aion.sandbox.contract.suggestion import suggestion
from aion.sandbox.settings.options import API_PREFIX

if TYPE_CHECKING:
    from importlib.resources.abc import Traversable

Schema = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Parameter:
    """One declared parameter of an operation."""

    name: str
    place: str
    required: bool
    schema: Schema


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation of the contract."""

    id: str
    method: str
    path: str
    parameters: tuple[Parameter, ...]
    body_type: str | None
    body_schema: Schema | None
    body_required: bool
    answers: Mapping[str, Schema | None]
    """Status -> schema of the JSON body; None where the contract declares none."""
    group: Group
    path_names: tuple[str, ...]
    """Names of the path parameters, in the order of the path."""

    def placed(self, place: str) -> Iterator[Parameter]:
        """The parameters of one place: path, query, header or cookie."""
        return (parameter for parameter in self.parameters if parameter.place == place)


class _Node:
    """A path segment of the tree of routes."""

    __slots__ = ("fixed", "operations", "variable")

    def __init__(self) -> None:
        self.fixed: dict[str, _Node] = {}
        self.variable: _Node | None = None
        self.operations: dict[str, Operation] = {}


class Contract:
    """All operations, found by id or by method and path."""

    def __init__(self, document: dict[str, Any]) -> None:
        self.schemas = cast("dict[str, Schema]", document["components"]["schemas"])
        self.operations: dict[str, Operation] = {}
        self._short: dict[str, list[Operation]] = {}
        self._named: dict[str, Operation] = {}
        self._root = _Node()
        for path, methods in document["paths"].items():
            for method, facts in methods.items():
                operation = _operation(method.upper(), path, facts)
                self.operations[operation.id] = operation
                self._named[f"{operation.method} {path.removeprefix(API_PREFIX)}"] = operation
                self._short.setdefault(operation.id.split("_api_v2")[0], []).append(operation)
                self._plant(operation)

    def _plant(self, operation: Operation) -> None:
        node = self._root
        for segment in operation.path.split("/")[1:]:
            if segment.startswith("{"):
                node.variable = node.variable or _Node()
                node = node.variable
            else:
                node = node.fixed.setdefault(segment, _Node())
        node.operations[operation.method] = operation

    def find(self, raw_path: str) -> tuple[Mapping[str, Operation], tuple[str, ...]]:
        """Return the operations of a path by method, and the values of its variable segments.

        Segments are split before they are decoded, so an encoded slash stays inside a value.
        For a path outside the contract the mapping is empty.
        """
        found = _walk(self._root, raw_path.split("/")[1:], 0, ())
        return found if found is not None else ({}, ())

    def has(self, name: str) -> bool:
        """Return whether a full id, or its short form, names an operation."""
        return name in self.operations or name in self._short

    def resolve(self, name: str) -> Operation:
        """Return the operation of a full id, or of its short form before `_api_v2`.

        Raises:
            ValueError: no operation has that name, or more than one has; the message names the
                nearest.
        """
        exact = self.operations.get(name)
        if exact is not None:
            return exact
        fits = self._short.get(name, [])
        if len(fits) == 1:
            return fits[0]
        if not fits:
            hint = suggestion(name, [*self._short, *self.operations])
            raise ValueError(f"no operation of the contract is called {name!r}{hint}")
        ids = ", ".join(one.id for one in fits)
        raise ValueError(f"{name!r} means more than one operation; use one of {ids}")

    def matching(self, pattern: str) -> list[Operation]:
        """Return operations by a pattern of method and path without prefix: ``GET /usage/*``.

        Raises:
            ValueError: no operation matches.
        """
        found = self.present(pattern)
        if not found:
            raise ValueError(f"no operation of the contract matches {pattern!r}")
        return found

    def present(self, pattern: str) -> list[Operation]:
        """Return the same, or nothing: for the sandbox's own rules about routes.

        The sandbox works with a contract that lacks some of its routes.
        """
        names = [pattern] if pattern in self._named else fitting(self._named, pattern)
        return [self._named[name] for name in names]


def _walk(
    node: _Node, segments: list[str], at: int, values: tuple[str, ...]
) -> tuple[Mapping[str, Operation], tuple[str, ...]] | None:
    if at == len(segments):
        return (node.operations, values) if node.operations else None
    segment = segments[at]
    fixed = node.fixed.get(segment)
    if fixed is not None:
        found = _walk(fixed, segments, at + 1, values)
        if found is not None:
            return found
    if node.variable is not None and segment:
        return _walk(node.variable, segments, at + 1, (*values, unquote(segment)))
    return None


def _operation(method: str, path: str, facts: dict[str, Any]) -> Operation:
    body = facts.get("requestBody", {})
    contents = cast("dict[str, Any]", body.get("content", {}))
    body_type = next(iter(contents), None)
    answers = {
        status: answer.get("content", {}).get("application/json", {}).get("schema")
        for status, answer in facts["responses"].items()
    }
    return Operation(
        id=facts["operationId"],
        method=method,
        path=path,
        parameters=tuple(
            Parameter(one["name"], one["in"], bool(one.get("required")), one["schema"])
            for one in facts.get("parameters", ())
        ),
        body_type=body_type,
        body_schema=contents[body_type]["schema"] if body_type is not None else None,
        body_required=bool(body.get("required")),
        answers=answers,
        group=group_of(path),
        path_names=tuple(part[1:-1] for part in path.split("/") if part.startswith("{")),
    )


def contract_path() -> Traversable:
    """Return the path of the contract: in the package data, else at the root of the checkout.

    It is readable in both cases: a `Path` for a file, an entry of the archive for a zip.

    Raises:
        FileNotFoundError: The program was packed without it.
    """
    name = "openapi.json"
    packaged = resources.files("aion.sandbox") / name
    if packaged.is_file():
        return packaged
    in_checkout = Path(aion.__file__).parents[1] / name
    if in_checkout.is_file():
        return in_checkout
    raise FileNotFoundError(
        f"aion/sandbox/{name} is missing: this program was packed without the data files of the"
        " package aion.sandbox; add them, as the PyInstaller hooks of aion do"
    )


@lru_cache(maxsize=1)
def load_contract() -> Contract:
    """Return the contract of this installation, read once."""
    return Contract(json.loads(contract_path().read_bytes()))
