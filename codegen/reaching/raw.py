"""Checks fields that result types read by name out of JSON, where type checkers cannot check them.

Some classes of `aion.types` map a response themselves, and read values by name. The source does
not say which schema they read. It is the one that has most of these names, among the responses of
the operations whose methods use the class. `undescribed.toml` lists names that the contract does
not describe, but the documentation or the wire has.
"""

from __future__ import annotations

import ast
import tomllib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from codegen.diffing.curated import Graph
from codegen.diffing.reach import Reach
from codegen.diffing.sources import Class
from codegen.document import Json, is_list, is_object, schemas
from codegen.errors import CodegenError

NAME = "undescribed.toml"
_DECODER = "from_api_response"
_READERS = frozenset({"read", "reader", "data"})
_ASKED = frozenset({"need", "get", "date", "items"})


@dataclass(frozen=True)
class Unread:
    """A name that a class reads and that its schemas do not have.

    Attributes:
        owner: The full name of the class.
        name: The first of the names that it tries for the value.
        schemas: The schemas that it reads; empty if none has any of its names.
    """

    owner: str
    name: str
    schemas: tuple[str, ...]


def unread(
    graph: Graph, document: Json, received: Mapping[str, Iterable[str]], reach: Reach
) -> Iterator[Unread]:
    """Yield every name that is read and not described.

    Args:
        graph: The curated package.
        document: The contract, corrected.
        received: Class -> ids of the operations that its methods call.
        reach: What the operations of the document lead to.
    """
    named = schemas(document)
    answers: dict[str, set[str]] = {}
    for schema in reach.received:
        for op in reach.users(schema):
            answers.setdefault(op.function, set()).add(schema)
    for name, owner in graph.classes.items():
        asked = list(dict.fromkeys(_asked(graph, owner)))
        near = {schema for call in received.get(name, ()) for schema in answers.get(call, ())}
        scores = {s: sum(_has(named[s], names) for names in asked) for s in sorted(near)}
        most = max(scores.values(), default=0)
        read = tuple(schema for schema, score in scores.items() if score == most and most)
        for names in asked:
            if not any(_has(named[schema], names) for schema in read):
                yield Unread(name, names[0], read)


def _asked(graph: Graph, owner: Class) -> Iterator[tuple[str, ...]]:
    """Yield the names that a class tries for each value."""
    for decoder in _decoders(graph, owner):
        yield from _names(decoder)


def _decoders(graph: Graph, owner: Class) -> Iterator[ast.AST]:
    """Yield the decoder of a class, and the functions that several classes read with."""
    if _DECODER not in owner.methods:
        return
    yield owner.methods[_DECODER]
    for name in graph.references(f"{owner.name}.{_DECODER}"):
        module, _, function = name.rpartition(".")
        found = graph.modules[module].others.get(function) if module in graph.modules else None
        # A function of a plain dictionary tries its names one by one: they are not alternatives.
        if isinstance(found, ast.FunctionDef) and any(
            one.arg in _READERS - {"data"} for one in found.args.args
        ):
            yield found


def _names(decoder: ast.AST) -> Iterator[tuple[str, ...]]:
    for node in ast.walk(decoder):
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=reader), attr=attr), args=args):
                if reader in _READERS and attr in _ASKED:
                    # `get` of a plain dictionary has one name, and a default.
                    several = args[:1] if reader == "data" or attr == "date" else args
                    names = [a.value for a in several if isinstance(a, ast.Constant)]
                    if texts := tuple(name for name in names if isinstance(name, str)):
                        yield texts
            case ast.Subscript(value=ast.Name(id="data"), slice=ast.Constant(value=str(key))):
                yield (key,)
            case _:
                pass


def _has(schema: Json, names: tuple[str, ...]) -> bool:
    properties = schema.get("properties")
    return is_object(properties) and any(name in properties for name in names)


def undescribed(path: Path) -> dict[str, list[str]]:
    """Return the names that the contract is known not to describe: class -> names.

    Raises:
        CodegenError: The file cannot be read, or does not have this form.
    """
    try:
        data = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise CodegenError(f"{path}: cannot be read: {error}") from error
    found: dict[str, list[str]] = {}
    for name, fields in data.items():
        if not is_list(fields) or not all(isinstance(field, str) for field in fields):
            raise CodegenError(f"{path}: {name} is not a list of names")
        found[name] = [str(field) for field in fields]
    return found
