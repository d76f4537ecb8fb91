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
from openapi_python_client.parser.properties.const import ConstProperty
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.file import FileProperty
from openapi_python_client.parser.properties.float import FloatProperty
from openapi_python_client.parser.properties.int import IntProperty
from openapi_python_client.parser.properties.list_property import ListProperty
from openapi_python_client.parser.properties.none import NoneProperty
from openapi_python_client.parser.properties.string import StringProperty
from openapi_python_client.parser.properties.union import UnionProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.strings import ClassName, PythonIdentifier

from codegen import ir, media, names, parser, types
from codegen.document import Json, operations, resolved
from codegen.errors import CodegenError
from codegen.prepare import module, plain, short_id

_SCALARS: tuple[tuple[type[Any], ir.ScalarKind], ...] = (
    (BooleanProperty, "bool"),
    (IntProperty, "int"),
    (FloatProperty, "float"),
    (DateTimeProperty, "datetime"),
    # Calendar days stay text: the service mixes them with full timestamps in one field.
    (DateProperty, "str"),
    (UuidProperty, "str"),
    (FileProperty, "bytes"),
    (StringProperty, "str"),
    (NoneProperty, "none"),
    (AnyProperty, "any"),
    (ConstProperty, "any"),
)
_REPEATABLE_METHODS = frozenset({"get", "head", "options", "put", "delete"})
_UNREFERENCED = "unreferenced"
"""The module of classes that no operation leads to: no call has to load them."""
_PLAIN_STYLES = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}


def parse(document: Json) -> ir.Contract:
    """Return the representation of a corrected document.

    Raises:
        CodegenError: The parser refused a part of it, or a construct has no equivalent.
    """
    return _Reader(document, *parser.read(document)).contract()


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
        models = [self._model(m) for m in self._data.models if not _is_free(m)]
        enums = [self._enum(e) for e in self._data.enums if isinstance(e, EnumProperty)]
        tags: list[Json] = self._document.get("tags") or []
        return ir.Contract(
            title=self._document["info"]["title"],
            version=self._document["info"]["version"],
            operations=ops,
            models=tuple(sorted(models, key=lambda m: m.name)),
            enums=tuple(sorted(enums, key=lambda e: e.name)),
            tag_docs={names.snake(t["name"]): t.get("description") or "" for t in tags},
        )

    def _endpoints(self) -> Iterator[tuple[str, str, Json, Endpoint]]:
        """Yield each operation of the document with the parser's endpoint."""
        owners: dict[str, tuple[str, str, Json]] = {}
        for path, method, op in operations(self._document):
            name = str(PythonIdentifier(short_id(op, path, method), self._config.field_prefix))
            if name in owners:
                both = f"{owners[name][2]['operationId']} and {op['operationId']}"
                raise CodegenError(f"operations {both} both become {name}")
            owners[name] = path, method, op
        found = {
            str(endpoint.name): endpoint
            for collection in self._data.endpoint_collections_by_tag.values()
            for endpoint in collection.endpoints
        }
        for name, owner in owners.items():
            if name not in found:
                raise CodegenError(f"the parser dropped operation {owner[2]['operationId']}")
            yield *owner, found[name]

    # Operations

    def _operation(self, path: str, method: str, op: Json, endpoint: Endpoint) -> ir.Operation:
        operation_id: str = op["operationId"]
        name = names.operation(operation_id, path, method)
        label = f"operation {operation_id}"
        return ir.Operation(
            operation_id=operation_id,
            name=name,
            module=module(op),
            method=method.upper(),
            path=path,
            summary=op.get("summary") or name.replace("_", " ").capitalize(),
            description=op.get("description") or "",
            parameters=tuple(self._parameters(op, path, endpoint, label)),
            body=self._body(op, endpoint, label),
            answer=self._answer(op, endpoint, label),
            repeatable=method in _REPEATABLE_METHODS or bool(op.get("x-repeatable")),
        )

    def _parameters(
        self, op: Json, path: str, endpoint: Endpoint, label: str
    ) -> Iterator[ir.Parameter]:
        item = self._document["paths"][path]
        declared: dict[tuple[str, str], Json] = {}
        for holder in (item, op):
            listed: list[Json] = holder.get("parameters") or []
            for raw in (resolved(self._document, value) for value in listed):
                declared[raw["name"], raw["in"]] = raw
        # The generated function uses these names itself.
        taken: dict[str, str] = {"body": "", "md": "", "rt": ""}
        for location, prop in endpoint.iter_all_parameters():
            wire = prop.name.get_untrusted_value()
            place = f"{label}, parameter {wire}"
            raw = declared.pop((wire, location.value))
            name = names.argument(wire)
            if taken.get(name, location.value) != location.value:
                name = f"{name}_{location.value}"
            if name in taken:
                raise CodegenError(f"{label}: two parameters become {name!r} in Python")
            taken[name] = location.value
            kind = self._type(prop, place)
            if raw.get("style", _PLAIN_STYLES[location.value]) != _PLAIN_STYLES[location.value]:
                raise CodegenError(f"{place}: style {raw['style']} is not supported")
            if not types.is_form_value(kind) and kind != ir.Scalar("any"):
                raise CodegenError(f"{place}: objects and lists of lists are not supported")
            is_list = types.json_kind(kind) == "array"
            if is_list and (location.value != "query" or raw.get("explode") is False):
                raise CodegenError(f"{place}: a list is supported as a repeated query key only")
            yield ir.Parameter(
                wire_name=wire,
                name=name,
                location=location.value,
                type=kind,
                required=prop.required,
                doc=raw.get("description") or "",
            )
        for wire, _ in declared:
            raise CodegenError(f"{label}, parameter {wire}: without a schema it is not supported")

    def _body(self, op: Json, endpoint: Endpoint, label: str) -> ir.Body | None:
        if "requestBody" not in op:
            return None
        raw = resolved(self._document, op["requestBody"])
        if len(raw["content"]) != 1:
            raise CodegenError(
                f"{label}: has several kinds of request body; write a patch with the one to use"
            )
        (media_type,) = raw["content"]
        kind = media.body_kind(media_type)
        if kind is None or not endpoint.bodies:
            raise CodegenError(f"{label}: request bodies of {media_type} are not supported")
        type_ = self._type(endpoint.bodies[0].prop, f"{label}, request body")
        if kind != "json":
            if not isinstance(type_, ir.ModelRef):
                raise CodegenError(f"{label}: a {kind} body without named fields is not supported")
            for prop in _properties(self._models[type_.name]):
                if not types.is_form_value(self._type(prop, label)):
                    wire = prop.name.get_untrusted_value()
                    raise CodegenError(f"{label}: {kind} field {wire} cannot be written as text")
        return ir.Body(kind, type_, bool(raw.get("required")), raw.get("description") or "")

    def _answer(self, op: Json, endpoint: Endpoint, label: str) -> ir.Answer:
        good = {
            code: resolved(self._document, response)
            for code, response in op.get("responses", {}).items()
            if code[0] in "23" and code != "304"
        }
        if not good:
            raise CodegenError(f"{label}: declares no successful response")
        full = {code: response for code, response in good.items() if response.get("content")}
        doc = next(iter((full or good).values())).get("description") or ""
        if not full:
            if any(code[0] == "3" for code in good):
                return ir.Answer("redirect", ir.Scalar("str"), doc)
            return ir.Answer("empty", ir.Scalar("none"), doc)
        kinds: set[ir.AnswerKind] = {
            media.answer_kind(media_type, label)
            for r in full.values()
            for media_type in r["content"]
        }
        found = {
            types.nested(self._type(response.prop, f"{label}, response {code}"))
            for response in endpoint.responses
            if (code := response.status_code.pattern) in full
        }
        # A second 2xx without content (FastAPI's extra statuses) has the shape of the first.
        bare = [c for c in good if c not in full and (c == "204" or c[0] == "3")]
        if len(kinds) > 1 or len(found) > 1 or bare:
            raise CodegenError(
                f"{label}: its successful responses have different shapes; write a patch with one"
            )
        (kind,) = kinds
        if kind in ("events", "bytes"):
            return ir.Answer(kind, ir.Scalar("bytes"), doc)
        return ir.Answer(kind, found.pop() if found else ir.Scalar("any"), doc)

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
                " and as a whole response only"
            )

    # Types

    def _type(self, prop: Property | Any, label: str) -> ir.TypeRef:
        if isinstance(prop, UnionProperty):
            return types.union([self._type(p, label) for p in prop.inner_properties], label)
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
            if prop.value_type is not str:
                kind = prop.value_type.__name__
                raise CodegenError(f"{label}: enums of {kind} are not supported")
            return ir.EnumRef(_class_name(prop))
        for class_, kind in _SCALARS:
            if isinstance(prop, class_):
                return ir.Scalar(kind)
        raise CodegenError(f"{label}: {type(prop).__name__} is not supported")

    # Models

    def _read_fields(self, name: str) -> list[ir.TypeRef]:
        model = self._models.get(name)
        return [self._type(p, f"schema {name}") for p in _properties(model)] if model else []

    def _settle(self, name: str, home: str) -> None:
        """Place a class with the tag that uses it, or in `shared` if several do."""
        if self._home.setdefault(name, home) != home:
            self._home[name] = "shared"

    def _model(self, model: ModelProperty) -> ir.Model:
        name = _class_name(model)
        raw = self._components.get(str(model.class_info.name), {})
        is_input = name in self._inputs
        order = {wire: place for place, wire in enumerate(raw.get("properties", {}))}
        fields: list[ir.Field] = []
        taken: dict[str, str] = {}
        for prop in _properties(model):
            wire = prop.name.get_untrusted_value()
            field_name = names.attribute(wire)
            if other := taken.get(field_name):
                raise CodegenError(
                    f"schema {name}: properties {other} and {wire} both become {field_name!r}"
                )
            taken[field_name] = wire
            schema = raw.get("properties", {}).get(wire, {})
            default = prop.default.raw_value if prop.default is not None else None
            required = prop.required and (is_input or _in_every_snapshot(schema))
            fields.append(
                ir.Field(
                    wire_name=wire,
                    name=field_name,
                    type=self._type(prop, f"schema {name}, property {wire}"),
                    required=required,
                    explicit=required or bool(schema.get("x-explicit")),
                    default=plain(default) if isinstance(default, str) else default,
                    doc=schema.get("description") or _text(prop.description),
                )
            )
        return ir.Model(
            name=name,
            module=self._home.get(name, _UNREFERENCED),
            doc=raw.get("description") or _text(model.description),
            fields=tuple(sorted(fields, key=lambda field: order.get(field.wire_name, 0))),
            is_input=is_input,
            is_answer=name in self._answers or not is_input,
        )

    def _enum(self, enum: EnumProperty) -> ir.EnumModel:
        name = _class_name(enum)
        values = [plain(str(value)) for value in enum.values.values()]
        taken: dict[str, str] = {}
        for value in values:
            member = names.member(value)
            if member in taken:
                raise CodegenError(
                    f"schema {name}: values {taken[member]!r} and {value!r} both become {member}"
                )
            taken[member] = value
        raw = self._components.get(str(enum.class_info.name), {})
        doc = raw.get("description") or _text(enum.description)
        return ir.EnumModel(name, self._home.get(name, _UNREFERENCED), doc, tuple(taken.items()))


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


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value.get_untrusted_value())
