"""Describes the public surface of a package as data, by importing it.

Run as a script in a process of its own (`codegen.surface` does), so that the generator imports
nothing of what it generates. Signatures and types are as written in the source: nothing is
evaluated.
"""

from __future__ import annotations

import ast
import enum
import importlib
import inspect
import json
import pkgutil
import re
import sys
import textwrap
from collections.abc import Callable, Iterator, Mapping
from types import FunctionType, ModuleType
from typing import Any, cast, get_args, get_origin

Data = dict[str, Any]
Homes = dict[str, str]
"""Public paths, by those of definitions in private modules."""
# Parts that are tools: what their package itself names is public, their modules are not.
_TOOLS = {"sandbox", "testing", "cli"}
_PROTOCOLS = frozenset(
    f"__{name}__"
    for name in (
        *("aenter", "aexit", "enter", "exit", "iter", "aiter", "next", "anext", "await"),
        *("len", "getitem", "contains", "call", "bool"),
    )
)


def describe(package: str) -> Data:
    """The surface: what each public module exports, and what each exported thing is."""
    root = importlib.import_module(package)
    modules: dict[str, dict[str, str]] = {}
    definitions: dict[str, Data] = {}
    found = {name: _exported(importlib.import_module(name)) for name in [package, *_public(root)]}
    homes = _homes(found)
    for name, exports in found.items():
        modules[name] = {
            public: _defined(f"{name}.{public}", value, homes, definitions)
            for public, value in sorted(exports.items())
        }
    version = getattr(root, "__version__", "0")
    return {
        "version": version,
        "modules": modules,
        "definitions": dict(sorted(definitions.items())),
    }


def _public(root: ModuleType) -> Iterator[str]:
    found = pkgutil.walk_packages(root.__path__, f"{root.__name__}.", onerror=_fail)
    yield from sorted(info.name for info in found if not _is_inner(info.name))


def _is_inner(name: str) -> bool:
    parts = name.split(".")[1:]
    return any(part.startswith("_") for part in parts) or (len(parts) > 1 and parts[0] in _TOOLS)


def _fail(name: str) -> None:
    raise ImportError(f"{name} cannot be imported")


def _homes(found: Mapping[str, Mapping[str, Any]]) -> Homes:
    """The public path of what is defined in a private module: moving it changes no surface."""
    homes: Homes = {}
    for module, exports in found.items():
        for name, value in exports.items():
            if (path := _home(value)) and _is_inner(path):
                homes.setdefault(path, f"{module}.{name}")
    return homes


def _home(value: Any) -> str | None:
    """Where a class or a function is defined; None for other things."""
    if inspect.isclass(value) or isinstance(value, FunctionType):
        return f"{value.__module__}.{value.__qualname__}"
    return None


def _exported(module: ModuleType) -> dict[str, Any]:
    """What a module exports, by name; modules are none of it."""
    named = {name: getattr(module, name) for name in _exports(module)}
    return {name: value for name, value in named.items() if not inspect.ismodule(value)}


def _exports(module: ModuleType) -> list[str]:
    listed = getattr(module, "__all__", None)
    if listed is not None:
        return [str(name) for name in listed]
    own = _assigned(module)
    return [
        name
        for name, value in vars(module).items()
        if not name.startswith("_")
        and (name in own or getattr(value, "__module__", "") == module.__name__)
        and not inspect.ismodule(value)
    ]


def _assigned(module: ModuleType) -> set[str]:
    """The names that a module gives to values of its own."""
    found: set[str] = set()
    for node in ast.parse(inspect.getsource(module) or "").body:
        targets = node.targets if isinstance(node, ast.Assign) else []
        if isinstance(node, ast.AnnAssign):
            targets = [node.target]
        found |= {target.id for target in targets if isinstance(target, ast.Name)}
    return found


def _defined(path: str, value: Any, homes: Homes, definitions: dict[str, Data]) -> str:
    """Where a thing is defined; it is described there once."""
    home = _home(value) or path
    path = homes.get(home, home)
    if path not in definitions:
        if inspect.isclass(value):
            definitions[path] = {}
            definitions[path] |= _class(value, homes, definitions)
        elif isinstance(value, FunctionType):
            definitions[path] = {"kind": "function", **_callable(value)}
        else:
            definitions[path] = {"kind": "value", "type": type(value).__name__}
    return path


def _filled(cls: type) -> Iterator[tuple[str, Data]]:
    """Yield the members of generic bases, with the types that a class gives their variables."""
    for base in vars(cls).get("__orig_bases__", ()):
        origin = get_origin(base)
        variables = getattr(origin, "__parameters__", ())
        if not variables or not inspect.isclass(origin):
            continue
        pairs = zip(variables, get_args(base), strict=True)
        filled = {variable.__name__: _text(argument) for variable, argument in pairs}
        for name, data in _members(origin):
            yield name, _replaced(data, filled)


def _replaced(data: Data, words: Mapping[str, str]) -> Data:
    """Return a member or a parameter with words replaced in its types."""
    found = dict(data)
    for key in {"type", "returns"} & found.keys():
        found[key] = re.sub(r"\w+", lambda word: words.get(word[0], word[0]), found[key])
    if found.get("call"):
        found["call"] = [_replaced(parameter, words) for parameter in found["call"]]
    return found


def _class(cls: type, homes: Homes, definitions: dict[str, Data]) -> Data:
    line: list[str] = []
    for base in cls.__mro__[1:-1]:
        # Classes of the project, generated ones included, are described; others are names.
        ours = base.__module__.split(".")[0] in (cls.__module__.split(".")[0], "aion_api")
        name = f"{base.__module__}.{base.__qualname__}".removeprefix("builtins.")
        line.append(_defined(name, base, homes, definitions) if ours else name)
    found: Data = {"kind": "class", "line": line}
    if issubclass(cls, enum.Enum):
        members = cast("dict[str, enum.Enum]", cls.__members__)
        found["values"] = {name: repr(member.value) for name, member in members.items()}
    else:
        found["call"] = _call(cls)
    plain = cast("type[object]", cls)
    found["members"] = dict(sorted({**dict(_filled(plain)), **dict(_members(plain))}.items()))
    return found


def _members(cls: type) -> Iterator[tuple[str, Data]]:
    fields = _fields(cls)
    # Members of an enum are its values.
    is_enum = enum.Enum in cls.__mro__
    yield from fields.items()
    for name, value in vars(cls).items():
        if name in fields or (name.startswith("_") and name not in _PROTOCOLS):
            continue
        if isinstance(value, FunctionType):
            yield name, {"kind": "method", **_callable(value)}
        elif isinstance(value, (classmethod, staticmethod)):
            kind = type(cast(Any, value)).__name__
            yield name, {"kind": kind, **_callable(cast(Any, value).__func__)}
        elif isinstance(value, property):
            yield name, {"kind": "attribute", "type": _returned(value.fget)}
        elif hasattr(value, "func") and hasattr(value, "attrname"):
            yield name, {"kind": "attribute", "type": _returned(value.func)}
        elif not (inspect.isdatadescriptor(value) or is_enum):
            yield name, {"kind": "attribute", "type": ""}


def _fields(cls: type) -> dict[str, Data]:
    """What instances hold: what `__init__` sets, and what is annotated, as all fields are."""
    found: dict[str, Data] = {}
    for name in _set_by_init(cls):
        found[name] = {"kind": "attribute", "type": ""}
    for name, annotation in vars(cls).get("__annotations__", {}).items():
        if not name.startswith("_"):
            found[name] = {"kind": "attribute", "type": _text(annotation)}
    return {name: data for name, data in found.items() if not _is_method(cls, name)}


def _is_method(cls: type, name: str) -> bool:
    return isinstance(vars(cls).get(name), (FunctionType, property, classmethod, staticmethod))


def _set_by_init(cls: type) -> Iterator[str]:
    init = vars(cls).get("__init__")
    if not isinstance(init, FunctionType) or init.__module__ != cls.__module__:
        return
    try:
        tree = ast.parse(textwrap.dedent(inspect.getsource(init)))
    except (OSError, TypeError, SyntaxError):
        # Written by attrs or dataclasses, whose fields are annotated.
        return
    for node in ast.walk(tree):
        if (
            isinstance(node, ast.Attribute)
            and isinstance(node.ctx, ast.Store)
            and isinstance(node.value, ast.Name)
            and node.value.id == "self"
            and not node.attr.startswith("_")
        ):
            yield node.attr


def _callable(function: Callable[..., Any]) -> Data:
    waits = inspect.iscoroutinefunction(function)
    return {"async": waits, "call": _call(function), "returns": _returned(function)}


def _call(target: Any) -> list[Data] | None:
    try:
        parameters = inspect.signature(target).parameters.values()
    except (TypeError, ValueError):
        return None
    found: list[Data] = []
    for parameter in parameters:
        if parameter.name in ("self", "cls"):
            continue
        data: Data = {"name": parameter.name, "kind": parameter.kind.name.lower()}
        if parameter.annotation is not parameter.empty:
            data["type"] = _text(parameter.annotation)
        if parameter.default is not parameter.empty:
            shown = repr(parameter.default)
            data["default"] = type(parameter.default).__name__ if " at 0x" in shown else shown
        found.append(data)
    return found


def _returned(function: Any) -> str:
    return _text(getattr(function, "__annotations__", {}).get("return", ""))


def _text(annotation: Any) -> str:
    if isinstance(annotation, str):
        return annotation
    return annotation.__name__ if inspect.isclass(annotation) else str(annotation)


if __name__ == "__main__":
    print(json.dumps(describe(sys.argv[1]), indent=1, ensure_ascii=False))
