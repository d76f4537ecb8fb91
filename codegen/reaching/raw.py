"""Fields that result types read by name out of JSON, where no type checker sees them.

A class of `aion.types` that maps an answer itself asks a reader for names. Which schema it reads
is not written down: it is the one, among those that its methods are answered with, that has the
most of these names. What the contract does not describe, but the documentation or the wire has,
is listed in `undescribed.toml`.
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
_ASKED = frozenset({"need", "get", "date"})


@dataclass(frozen=True)
class Unread:
    """A name that a class asks for and no answer has.

    Attributes:
        owner: The full name of the class.
        name: The first of the names that it asks for.
        schemas: The schemas that it reads; empty where none has any of its names.
    """

    owner: str
    name: str
    schemas: tuple[str, ...]


def unread(
    graph: Graph, document: Json, received: Mapping[str, Iterable[str]], reach: Reach
) -> Iterator[Unread]:
    """Every name that is read and not described.

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
        wanted = list(dict.fromkeys(_asked(owner)))
        near = {schema for call in received.get(name, ()) for schema in answers.get(call, ())}
        scores = {s: sum(_has(named[s], names) for names in wanted) for s in sorted(near)}
        most = max(scores.values(), default=0)
        read = tuple(schema for schema, score in scores.items() if score == most and most)
        for names in wanted:
            if not any(_has(named[schema], names) for schema in read):
                yield Unread(name, names[0], read)


def _asked(owner: Class) -> Iterator[tuple[str, ...]]:
    """The names under which a class looks for each value."""
    decoder = owner.methods.get(_DECODER)
    for node in ast.walk(decoder) if decoder else ():
        match node:
            case ast.Call(func=ast.Attribute(value=ast.Name(id=reader), attr=attr), args=args):
                if reader in _READERS and attr in _ASKED:
                    # A plain dictionary takes one name, and a default.
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
    """The names that the contract is known not to describe: class -> names.

    Raises:
        CodegenError: The file is there and not of this form.
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
