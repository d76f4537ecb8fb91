"""Turns the output of the parser into the intermediate representation.

Only this module and `parser` import `openapi_python_client`, whose library API is not stable. A
construct that the representation cannot express stops the run with a message that names it.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from typing import Any

from openapi_python_client.config import Config
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.properties import EnumProperty, ModelProperty, Property
from openapi_python_client.parser.properties.any import AnyProperty
from openapi_python_client.parser.properties.boolean import BooleanProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.strings import ClassName

from codegen import ir, names, parser, types
from codegen.document import Json, operations
from codegen.errors import CodegenError, ProposedPatch, UnsupportedError
from codegen.prepare import ANSWER, BODY, coded, schemas_of
from codegen.preparing import simplified
from codegen.preparing.naming import module

_SCALARS: tuple[tuple[type[Any], ir.ScalarKind], ...] = (
    (BooleanProperty, "bool"),
    (IntProperty, "int"),
    (FloatProperty, "float"),
    (DateTimeProperty, "datetime"),
    (FileProperty, "bytes"),
    (StringProperty, "str"),
    (NoneProperty, "none"),
    (AnyProperty, "any"),
)
_REPEATABLE_METHODS = frozenset({"get", "head", "options", "put", "delete", "trace"})
_UNREFERENCED = "unreferenced"
"""The module of classes that no operation leads to: no call has to load them."""


def parse(document: Json) -> ir.Contract:
    """Return the representation of a corrected document.

    Raises:
        CodegenError: The parser refused a part of it, or a construct has no equivalent.
    """
    plain_document = simplified(document)
    return _Reader(plain_document, *parser.read(plain_document)).contract()


class _Reader:
    def __init__(self, document: Json, data: GeneratorData, config: Config) -> None:
        self._document = document
        self._data = data
        self._config = config
        components: Json = document.get("components", {}).get("schemas", {})
        self._components = {
            str(ClassName(key, config.field_prefix)): schema for key, schema in components.items()
        }
        self._models = {_class_name(model): model for model in data.models}
        self._home: dict[str, str] = {}
        self._inputs: set[str] = set()
        self._answers: set[str] = set()
        # Cached: every operation that leads to the class needs its fields.
        self._fields_of = cache(self._read_fields)

    def contract(self) -> ir.Contract:
        ops = tuple(self._operation(*pair) for pair in self._endpoints())
        for op in ops:
            sent = [p.type for p in op.parameters] + ([op.body.type] if op.body else [])
            for name in types.reachable(sent, self._fields_of):
                self._settle(name, op.module)
                self._inputs.add(name)
            for name in types.reachable([op.answer.type], self._fields_of):
                self._settle(name, op.module)
                self._answers.add(name)
            self._refuse_stray_files(op)
        # A class that no operation leads to has a decoder, and so need those inside it.
        rest = [ir.ModelRef(name) for name in self._models if name not in self._home]
        self._answers.update(types.reachable(rest, self._fields_of))
        models = [self._model(m) for m in self._data.models if not _is_free(m)]
        enums = [self._enum(e) for e in self._data.enums if isinstance(e, EnumProperty)]
        tags: list[Json] = self._document["tags"]
        return ir.Contract(
            title=self._document["info"]["title"],
            version=self._document["info"]["version"],
            operations=ops,
            models=tuple(sorted(models, key=lambda m: m.name)),
            enums=tuple(sorted(enums, key=lambda e: e.name)),
            tag_docs={names.snake(t["name"]): t["description"] for t in tags},
        )

    def _endpoints(self) -> Iterator[tuple[str, str, Json, Endpoint]]:
        """Yield each operation of the document with the parser's endpoint."""
        found = {
            str(endpoint.name): endpoint
            for collection in self._data.endpoint_collections_by_tag.values()
            for endpoint in collection.endpoints
        }
        owners: dict[tuple[str, str], str] = {}
        for number, (path, method, op) in enumerate(operations(self._document)):
            operation_id: str = op["operationId"]
            name = names.operation(operation_id, path, method)
            other = owners.setdefault((module(op), name), operation_id)
            if other != operation_id:
                raise UnsupportedError(
                    f"operations {other} and {operation_id} both become {module(op)}.{name}",
                    "one of them needs another name",
                    ProposedPatch(
                        ("operation", operation_id),
                        "/operationId",
                        operation_id,
                        f"{operation_id}_{method}",
                        f"{other} has the same name in Python",
                    ),
                )
            if f"o{number}" not in found:
                raise CodegenError(f"the parser dropped operation {operation_id}")
            yield path, method, op, found[f"o{number}"]

    # Operations

    def _operation(self, path: str, method: str, op: Json, endpoint: Endpoint) -> ir.Operation:
        operation_id: str = op["operationId"]
        name = names.operation(operation_id, path, method)
        label = f"operation {operation_id}"
        properties = {
            response.status_code.pattern: response.prop for response in endpoint.responses
        }
        found = {
            what: self._type(properties[str(place)], f"{label}, {what}")
            for place, (what, _) in enumerate(schemas_of(op))
        }
        description: str = op["description"]
        if servers := op.get("x-servers"):
            listed = ", ".join(f"``{url}``" for url in servers)
            description += f"\n\nServed by {listed}, whatever the base URL of other operations."
        return ir.Operation(
            operation_id=operation_id,
            name=name,
            module=module(op),
            method=method.upper(),
            path=path,
            summary=op["summary"] or name.replace("_", " ").capitalize(),
            description=description,
            parameters=tuple(self._parameters(op, found, label)),
            body=self._body(op, found[BODY], label),
            answer=self._answer(op["x-answer"], found[ANSWER]),
            repeatable=method in _REPEATABLE_METHODS or bool(op.get("x-repeatable")),
        )

    def _parameters(
        self, op: Json, found: dict[str, ir.TypeRef], label: str
    ) -> Iterator[ir.Parameter]:
        # The generated function uses these names itself.
        taken: dict[str, str] = {"body": "", "md": "", "ps": "", "rt": ""}
        # A name that needs no change is kept, whatever comes before.
        exact = {
            raw["name"] for raw in op["parameters"] if names.argument(raw["name"]) == raw["name"]
        }
        for raw in op["parameters"]:
            wire, location = raw["name"], raw["in"]
            name = names.argument(wire)
            if taken.get(name, location) != location:
                name = f"{name}_{location}"
            name = names.unused(name, {*taken, *(exact - {wire})})
            taken[name] = location
            kind = found[f"{location} {wire}"]
            if types.has_file(kind):
                raise CodegenError(f"{label}, parameter {wire}: binary content is not supported")
            yield ir.Parameter(
                wire_name=wire,
                name=name,
                location=location,
                type=kind,
                required=raw["required"],
                doc=raw.get("description") or "",
                style=raw["style"],
                explode=raw["explode"],
            )

    def _body(self, op: Json, type_: ir.TypeRef, label: str) -> ir.Body | None:
        raw = op.get("requestBody")
        if raw is None:
            return None
        kind: ir.BodyKind = raw["x-kind"]
        if kind in ("form", "multipart"):
            type_ = ir.MapOf(type_) if type_ == ir.Scalar("any") else type_
            if types.json_kind(type_) != "object":
                sent = raw["x-sent"]
                raise UnsupportedError(
                    label,
                    f"a {kind} body without named fields is not supported",
                    ProposedPatch(
                        ("operation", op["operationId"]),
                        "/requestBody",
                        sent,
                        {"content": {raw["x-media-type"]: {"schema": {"type": "object"}}}},
                        "the fields are not described",
                    ),
                )
        return ir.Body(
            kind=kind,
            type=type_,
            required=raw["required"],
            doc=raw.get("description") or "",
            media_type=raw["x-media-type"],
            deep=tuple(raw.get("x-deep", ())),
        )

    def _answer(self, raw: Json, type_: ir.TypeRef) -> ir.Answer:
        kind: ir.AnswerKind = raw["kind"]
        if kind in ("json", "json_or_empty"):
            type_ = types.nested(type_)
        else:
            type_ = ir.Scalar("none" if kind == "empty" else "bytes")
        return ir.Answer(kind, type_, raw.get("doc") or "", raw.get("accept", ""))

    def _refuse_stray_files(self, op: ir.Operation) -> None:
        """Refuse raw bytes anywhere but in multipart parts and as a whole response."""
        places = [op.answer.type] if op.answer.kind == "json" else []
        if op.body and op.body.kind != "multipart":
            places.append(op.body.type)
        within = [
            t for name in types.reachable(places, self._fields_of) for t in self._fields_of(name)
        ]
        sent = [p.type for p in op.parameters]
        if any(types.has_file(type_) for type_ in (*sent, *places, *within)):
            raise CodegenError(
                f"operation {op.operation_id}: binary content is supported in multipart bodies"
                " and as a whole response only; a schema with a file that is sent or received as"
                " JSON, too, needs a copy under another name for that"
            )

    # Types

    def _type(self, prop: Property | Any, label: str) -> ir.TypeRef:
        if isinstance(prop, UnionProperty):
            return types.union([self._type(p, label) for p in prop.inner_properties], self._marks)
        if isinstance(prop, ListProperty):
            return ir.ListOf(types.nested(self._type(prop.inner_property, label)))
        if isinstance(prop, ModelProperty):
            name = _class_name(prop)
            # The parser may copy a property of an incomplete model: use the finished one.
            model = self._models.get(name, prop)
            if _is_free(model):
                extra = model.additional_properties
                value = self._type(extra, label) if extra else ir.Scalar("any")
                return ir.MapOf(types.nested(value))
            return ir.ModelRef(name)
        if isinstance(prop, EnumProperty):
            return ir.EnumRef(_class_name(prop))
        for class_, kind in _SCALARS:
            if isinstance(prop, class_):
                return ir.Scalar(kind)
        raise CodegenError(f"{label}: {type(prop).__name__} is not supported")

    # Models

    def _read_fields(self, name: str) -> list[ir.TypeRef]:
        model = self._models.get(name)
        if model is None:
            return []
        return [
            self._type(prop, f"schema {name}, property {wire}")
            for wire, prop, _ in self._properties(model)
        ]

    def _properties(self, model: ModelProperty) -> Iterator[tuple[str, Property, Json]]:
        """Yield name, type and schema of each property of a class."""
        parsed = {prop.name.get_untrusted_value(): prop for prop in _properties(model)}
        raw: Json = self._raw(model).get("properties", {})
        for wire, schema in raw.items():
            yield wire, parsed[coded(wire)], schema

    def _raw(self, prop: ModelProperty | EnumProperty) -> Json:
        schema: Json = self._components.get(str(prop.class_info.name), {})
        return schema

    def _marks(self, name: str) -> ir.Alternative:
        """Return by what an object of a class differs from others."""
        raw = self._raw(self._models[name])
        tags: Json = raw.get("x-tags", {})
        return ir.Alternative(
            name,
            tuple(raw.get("required", ())),
            tuple((key, tuple(values)) for key, values in tags.items()),
        )

    def _settle(self, name: str, home: str) -> None:
        """Place a class with the tag that uses it, or in `shared` if several do."""
        if self._home.setdefault(name, home) != home:
            self._home[name] = "shared"

    def _model(self, model: ModelProperty) -> ir.Model:
        name = _class_name(model)
        raw = self._raw(model)
        is_input = name in self._inputs
        is_answer = name in self._answers or not is_input
        needed = set(raw.get("required", ()))
        found = list(self._properties(model))
        attributes = names.distinct([wire for wire, _, _ in found], names.attribute)
        fields: list[ir.Field] = []
        for wire, prop, schema in found:
            one_way = (is_input and schema.get("readOnly")) or (
                is_answer and schema.get("writeOnly")
            )
            required = wire in needed and not one_way and (is_input or _in_every_snapshot(schema))
            fields.append(
                ir.Field(
                    wire_name=wire,
                    name=attributes[wire],
                    type=self._type(prop, f"schema {name}, property {wire}"),
                    required=required,
                    explicit=required or bool(schema.get("x-explicit")),
                    default=schema.get("default"),
                    doc=self._doc(schema),
                )
            )
        return ir.Model(
            name=name,
            module=self._home.get(name, _UNREFERENCED),
            doc=raw.get("description") or "",
            fields=tuple(fields),
            is_input=is_input,
            is_answer=is_answer,
        )

    def _doc(self, schema: Json) -> str:
        """Return the description of a property, or else of the class that it holds."""
        target: str = schema.get("$ref", "")
        held: Json = self._document["components"]["schemas"].get(target.rpartition("/")[2], {})
        return schema.get("description") or held.get("description") or ""

    def _enum(self, enum: EnumProperty) -> ir.EnumModel:
        raw = self._raw(enum)
        members = names.distinct(raw["enum"], names.member)
        return ir.EnumModel(
            name=_class_name(enum),
            module=self._home.get(_class_name(enum), _UNREFERENCED),
            doc=raw.get("description") or "",
            members=tuple((member, value) for value, member in members.items()),
        )


def _class_name(prop: ModelProperty | EnumProperty) -> str:
    return names.class_name(str(prop.class_info.name))


def _properties(model: ModelProperty) -> list[Property]:
    return [*(model.required_properties or []), *(model.optional_properties or [])]


def _is_free(model: ModelProperty) -> bool:
    """Whether an object has no named properties: it becomes a dictionary, not a class."""
    return not _properties(model)


def _in_every_snapshot(schema: Json) -> bool:
    """Whether every published contract has a property; otherwise a response may lack it."""
    return len(schema.get("x-contract", ("", ""))) > 1
