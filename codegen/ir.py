"""Defines the intermediate representation of a contract, which templates and checks use.

The small frozen dataclasses depend neither on the parser library nor on the layout of the output.
Everything is resolved: names are final Python names, references are names of models.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

ScalarKind = Literal["str", "int", "float", "bool", "datetime", "bytes", "none", "any"]


@dataclass(frozen=True)
class Scalar:
    """A JSON value without inner structure. `any` is passed on unchanged."""

    kind: ScalarKind


@dataclass(frozen=True)
class ListOf:
    """A JSON array."""

    item: TypeRef


@dataclass(frozen=True)
class MapOf:
    """A JSON object with free keys."""

    value: TypeRef


@dataclass(frozen=True)
class ModelRef:
    """A reference to a `Model` by its class name."""

    name: str


@dataclass(frozen=True)
class EnumRef:
    """A reference to an `EnumModel` by its class name."""

    name: str


@dataclass(frozen=True)
class Optional:
    """A value that may be JSON null."""

    inner: TypeRef


@dataclass(frozen=True)
class Alternative:
    """One of several classes of objects, and by what its objects are recognized."""

    name: str
    required: tuple[str, ...]
    tags: tuple[tuple[str, tuple[Any, ...]], ...]
    """(key, the values that the key has in an object of this class)."""


@dataclass(frozen=True)
class OneOf:
    """An object of one of several classes, or a dictionary where it is not certain of which."""

    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True)
class Union:
    """Several alternatives, none of them null; per JSON kind at most one needs decoding."""

    members: tuple[TypeRef, ...]


TypeRef = Scalar | ListOf | MapOf | ModelRef | EnumRef | Optional | OneOf | Union


@dataclass(frozen=True)
class Field:
    """One property of a model."""

    wire_name: str
    name: str
    type: TypeRef
    required: bool
    explicit: bool
    """The constructor has no default: required, or documented so though responses may lack it."""
    default: Any
    """The contract's default as plain JSON data; None if it has no default."""
    doc: str


@dataclass(frozen=True)
class Model:
    """An object schema."""

    name: str
    module: str
    doc: str
    fields: tuple[Field, ...]
    is_input: bool
    """Reachable from a request: optional fields are `UNSET` by default, so that an update
    distinguishes "leave it" from "set it to null"."""
    is_answer: bool
    """Reachable from a response, or from nothing: it has a decoder."""


@dataclass(frozen=True)
class EnumModel:
    """A closed list of strings in the contract, an open enum in Python."""

    name: str
    module: str
    doc: str
    members: tuple[tuple[str, str], ...]
    """(Python member name, wire value), in the contract's order."""


@dataclass(frozen=True)
class Parameter:
    """A path, query, header or cookie parameter of an operation."""

    wire_name: str
    name: str
    location: Literal["path", "query", "header", "cookie"]
    type: TypeRef
    required: bool
    doc: str
    style: str
    """How a list or an object is written; ``json`` if the value is written as JSON."""
    explode: bool


BodyKind = Literal["json", "form", "multipart", "raw"]


@dataclass(frozen=True)
class Body:
    """The request body of an operation."""

    kind: BodyKind
    type: TypeRef
    required: bool
    doc: str
    media_type: str
    deep: tuple[str, ...]
    """Names of form fields whose own fields are written as ``field[name]``."""


AnswerKind = Literal["json", "json_or_empty", "empty", "text", "bytes", "events", "redirect"]


@dataclass(frozen=True)
class Answer:
    """The response of a successful call."""

    kind: AnswerKind
    type: TypeRef
    doc: str
    accept: str
    """The media types to ask for, where JSON alone would not do."""


@dataclass(frozen=True)
class Operation:
    """One method on one path."""

    operation_id: str
    name: str
    module: str
    method: str
    path: str
    """As in the contract, with its prefix and `{parameters}`."""
    summary: str
    description: str
    parameters: tuple[Parameter, ...]
    body: Body | None
    answer: Answer
    repeatable: bool
    """Sending it twice has the effect of sending it once."""


@dataclass(frozen=True)
class MissingOperation:
    """An operation that `aion` uses and the contract does not have."""

    name: str
    module: str
    method: str
    """HTTP method that the methods which need it document; empty if that is not certain."""
    path: str
    """Path that they document, with the prefix of the contract; empty if that is not certain."""
    needed_by: tuple[str, ...]
    """The public methods of `aion` that need it."""


@dataclass(frozen=True)
class MissingClass:
    """A class of models that `aion` imports from a module that does not have it."""

    name: str
    module: str
    home: str
    """The module that has it; empty if the contract has no such schema."""


@dataclass(frozen=True)
class Missing:
    """What `aion` uses and the contract does not have: the generator writes stand-ins for it."""

    operations: tuple[MissingOperation, ...] = ()
    classes: tuple[MissingClass, ...] = ()
    members: tuple[tuple[str, tuple[str, ...]], ...] = ()
    """(enum that is there, members that it lacks)."""


@dataclass(frozen=True)
class Contract:
    """Everything that is generated."""

    title: str
    version: str
    operations: tuple[Operation, ...]
    models: tuple[Model, ...]
    enums: tuple[EnumModel, ...]
    tag_docs: dict[str, str]
    """Module name -> description of its tag."""
    missing: Missing = Missing()
