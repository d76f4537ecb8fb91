"""Checks the facts of the documented surface against the package."""

from __future__ import annotations

import ast
import inspect
import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import MISSING, is_dataclass
from dataclasses import fields as dataclass_fields
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import Any, NamedTuple

import attrs

from aion_api import UNSET

Json = dict[str, Any]

SURFACE: Json = json.loads(Path(__file__).with_name("sdk-surface.json").read_text("utf-8"))
MODULES: dict[str, Json] = SURFACE["modules"]
TWINS = {"ChatSessionContext": "SyncChatSession"}
"""Names of the blocking classes, where they are not `Sync` and the name of the async one."""

_KINDS = {
    "positional_or_keyword": inspect.Parameter.POSITIONAL_OR_KEYWORD,
    "keyword_only": inspect.Parameter.KEYWORD_ONLY,
    "var_keyword": inspect.Parameter.VAR_KEYWORD,
    "var_positional": inspect.Parameter.VAR_POSITIONAL,
}
REQUIRED = "required"


class Class(NamedTuple):
    """A documented class."""

    module: str
    name: str
    facts: Json

    def found(self) -> Any:
        """The real one."""
        return getattr(import_module(self.module), self.name)


class Method(NamedTuple):
    """A documented method, and the real class that has to have it."""

    owner: str
    home: str
    name: str
    facts: Json
    blocking: bool
    module: str
    """Where the defaults of its parameters are to be understood."""

    def __str__(self) -> str:
        return f"{self.owner}.{self.name}"


def classes() -> Iterator[Class]:
    """Every documented class."""
    for module, facts in MODULES.items():
        for name, one in facts.get("classes", {}).items():
            yield Class(module, name, one)


def methods() -> Iterator[Method]:
    """Every documented method; those of the async client and its resources on both clients."""
    for module, name, facts in classes():
        for method, one in facts.get("methods", {}).items():
            blocking = module == "aion.sync"
            yield Method(name, module, method, one, blocking, module)
            on_client = module.startswith(("aion.resources.", "aion.client"))
            if on_client and not method.startswith("__a"):
                twin = TWINS.get(name, f"Sync{name}")
                yield Method(twin, "aion.sync", method, one, True, module)


def signature_problems(real: inspect.Signature, facts: Json, module: str) -> list[str]:
    """How a signature does not accept the documented calls."""
    problems: list[str] = []
    parameters = dict(real.parameters)
    takes_any = any(one.kind is one.VAR_KEYWORD for one in parameters.values())
    positions = [name for name, one in parameters.items() if one.kind is one.POSITIONAL_OR_KEYWORD]
    wanted = [one["name"] for one in facts["params"] if one["kind"] == "positional_or_keyword"]
    if positions[: len(wanted)] != wanted:
        problems.append(f"positional parameters are {positions}, documented are {wanted}")
    for one in facts["params"]:
        name, kind = one["name"], _KINDS[one["kind"]]
        if kind in (inspect.Parameter.VAR_KEYWORD, inspect.Parameter.VAR_POSITIONAL):
            if not any(known.kind is kind for known in parameters.values()):
                problems.append(f"{name}: no {kind.description} parameter")
            continue
        known = parameters.get(name)
        if known is None:
            if not (takes_any and kind is inspect.Parameter.KEYWORD_ONLY):
                problems.append(f"{name}: missing")
            continue
        # An argument that can be passed by position can be passed by name, too.
        if known.kind is not kind and not (
            kind is inspect.Parameter.KEYWORD_ONLY
            and known.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
        ):
            problems.append(f"{name}: {known.kind.description}, documented {kind.description}")
        problems += default_problems(name, known.default, one, module)
    documented = {one["name"] for one in facts["params"]}
    for name, known in parameters.items():
        variadic = known.kind in (known.VAR_KEYWORD, known.VAR_POSITIONAL)
        if name in documented or variadic:
            continue
        if known.default is known.empty:
            problems.append(f"{name}: not documented, so it has to be optional")
    return problems


def default_problems(name: str, real: Any, facts: Json, module: str) -> list[str]:
    """How a default is not the documented one."""
    if "default" not in facts:
        return [] if real is inspect.Parameter.empty else [f"{name}: documented as required"]
    wanted = evaluated(facts["default"], module)
    # P19: in an update None is a value, so an omitted argument has another default.
    same = real is wanted or (wanted is None and real is UNSET)
    if not same and (real != wanted or type(real) is not type(wanted)):
        return [f"{name}: default {real!r}, documented {wanted!r}"]
    return []


def evaluated(source: str, module: str) -> Any:
    """The value of a documented default, in the names of its module."""
    names: Json = {}
    for name in ("aion.config", "aion.types.common", "aion.types", module):
        names |= vars(import_module(name))
    for node in ast.walk(ast.parse(source, mode="eval")):
        if isinstance(node, ast.Name) and node.id not in names:
            common = import_module("aion.types")
            if hasattr(common, node.id):
                names[node.id] = getattr(common, node.id)
    if module == "aion.types.documents":
        names["DocumentProcessingStatus"] = import_module(module).DocumentProcessingStatus
    return eval(source, {**names, "os": os, "field": _made})


def _made(default_factory: Any) -> Any:
    return default_factory()


def own(cls: Any, name: str) -> Any:
    """Return the attribute of a class without binding it."""
    return inspect.getattr_static(cls, name, None)


def bound(cls: Any, name: str) -> inspect.Signature:
    """The signature of a method as its callers see it."""
    if name == "__init__":
        return inspect.signature(cls)
    raw = own(cls, name)
    if isinstance(raw, (classmethod, staticmethod)):
        return inspect.signature(getattr(cls, name))
    whole = inspect.signature(raw)
    return whole.replace(parameters=list(whole.parameters.values())[1:])


def is_property(cls: Any, name: str) -> bool:
    """Whether a name is read without a call."""
    raw = own(cls, name)
    return isinstance(raw, (property, cached_property)) or name in real_fields(cls)


def real_fields(cls: Any) -> dict[str, Any]:
    """Fields of a result type that its constructor takes, with their defaults."""
    if attrs.has(cls):
        found: dict[str, Any] = {}
        for one in attrs.fields(cls):
            if one.init and not one.kw_only:
                default = one.default
                if default is attrs.NOTHING:
                    found[one.name] = REQUIRED
                elif hasattr(default, "factory"):
                    found[one.name] = default.factory()
                else:
                    found[one.name] = default
        return found
    if is_dataclass(cls):
        return {one.name: _default_of(one) for one in dataclass_fields(cls)}
    try:
        parameters: Mapping[str, inspect.Parameter] = inspect.signature(cls).parameters
    except (TypeError, ValueError):
        return {}
    empty = inspect.Parameter.empty
    return {
        name: REQUIRED if one.default is empty else one.default for name, one in parameters.items()
    }


def _default_of(one: Any) -> Any:
    if one.default is not MISSING:
        return one.default
    return REQUIRED if one.default_factory is MISSING else one.default_factory()
