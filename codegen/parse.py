"""The contract becomes the intermediate representation, through openapi-python-client's parser.

The only importer of `openapi_python_client`, whose library API is not stable. Whatever the parser
reports, and whatever the representation cannot express, ends the run by name.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from openapi_python_client import schema as oai
from openapi_python_client.config import Config, ConfigFile, MetaType
from openapi_python_client.parser.openapi import Endpoint, GeneratorData
from openapi_python_client.parser.errors import GeneratorError, ParseError
from openapi_python_client.parser.properties import (
    AnyProperty,
    BooleanProperty,
    ConstProperty,
    EnumProperty,
    FileProperty,
    FloatProperty,
    IntProperty,
    ListProperty,
    ModelProperty,
    NoneProperty,
    Property,
    StringProperty,
    UnionProperty,
)
from openapi_python_client.parser.properties.date import DateProperty
from openapi_python_client.parser.properties.datetime import DateTimeProperty
from openapi_python_client.parser.properties.uuid import UuidProperty
from openapi_python_client.strings import ClassName

from codegen import ir, names
from codegen.contract import Json, operations
from codegen.errors import CodegenError

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


def parse(document: Json) -> ir.Contract:
    """The contract of a corrected document.

    Raises:
        CodegenError: The parser refused a part of it, or a construct has no equivalent.
    """
    config = Config.from_sources(
        ConfigFile(), MetaType.NONE, Path("contract"), "utf-8", False, None
    )
    data = GeneratorData.from_dict(_with_short_ids(document), config=config)
    if isinstance(data, GeneratorError):
        raise CodegenError(f"the contract is not valid OpenAPI: {_line(data.detail)}")
    _refuse(data.errors)
    for collection in data.endpoint_collections_by_tag.values():
        _refuse(collection.parse_errors)
    return _Reader(document, data, config).contract()


def _with_short_ids(document: Json) -> Json:
    """The document with short operation ids, which the parser puts into names of inline enums.

    The tag in front keeps two operations of one short name apart.
    """
    paths: Json = {path: dict(item) for path, item in document["paths"].items()}
    for path, method, op in operations(document):
        short = f"{_module(op)}_{names.operation_name(op['operationId'], path, method)}"
        paths[path][method] = {**op, "operationId": short}
    return {**document, "paths": paths}


def _module(op: Json) -> str:
    return names.snake((op.get("tags") or ["service"])[0])


def _refuse(errors: Iterable[ParseError]) -> None:
    for error in errors:
        raise CodegenError(f"{_line(error.header)} {_line(error.detail)}".strip())


def _line(text: str | None) -> str:
    return " ".join((text or "").split())


class _Reader:
    def __init__(self, document: Json, data: GeneratorData, config: Config) -> None:
        self._document = document
        self._data = data
        self._components: Json = document.get("components", {}).get("schemas", {})
        self._component_of = {
            str(ClassName(key, config.field_prefix)): key for key in self._components
        }
        self._models = {str(model.class_info.name): model for model in data.models}
        self._raw = {
            op["operationId"]: (path, method, op) for path, method, op in operations(document)
        }
        self._endpoints = self._match_endpoints()
        self._home: dict[str, str] = {}
        self._inputs: set[str] = set()
        self._answers: set[str] = set()

    def contract(self) -> ir.Contract:
        ops = tuple(self._operation(raw, endpoint) for raw, endpoint in self._endpoints)
        self._refuse_equal_names(ops)
        for op in ops:
            sent = [p.type for p in op.parameters] + ([op.body.type] if op.body else [])
            for name in _walk(sent, self._fields_of):
                self._settle(name, op.module)
                self._inputs.add(name)
            for name in _walk([op.answer.type], self._fields_of):
                self._settle(name, op.module)
                self._answers.add(name)
        models = [self._model(m) for m in self._data.models if not _is_free(m)]
        enums = [self._enum(e) for e in self._data.enums if isinstance(e, EnumProperty)]
        tags = {
            names.snake(t["name"]): t.get("description", "") for t in self._document.get("tags", [])
        }
        return ir.Contract(
            title=self._document["info"]["title"],
            version=self._document["info"]["version"],
            operations=ops,
            models=tuple(sorted(models, key=lambda m: m.name)),
            enums=tuple(sorted(enums, key=lambda e: e.name)),
            tag_docs=tags,
        )

    def _match_endpoints(self) -> list[tuple[tuple[str, str, Json], Endpoint]]:
        """Pair each operation of the document with the parser's endpoint.

        The parser visits paths, then methods, in the order of `contract.operations`, and groups
        by tag; names that it made are no key, since it rewrites them.
        """
        queues = {
            str(tag): list(collection.endpoints)
            for tag, collection in self._data.endpoint_collections_by_tag.items()
        }
        pairs: list[tuple[tuple[str, str, Json], Endpoint]] = []
        for path, method, op in operations(self._document):
            for queue in queues.values():
                if queue and queue[0].method == method and _shape(queue[0].path) == _shape(path):
                    pairs.append(((path, method, op), queue.pop(0)))
                    break
            else:
                raise CodegenError(f"{method.upper()} {path} was lost by the parser")
        return pairs

    # Operations

    def _operation(self, raw: tuple[str, str, Json], endpoint: Endpoint) -> ir.Operation:
        path, method, op = raw
        operation_id: str = op["operationId"]
        name = names.operation_name(operation_id, path, method)
        module = _module(op)
        label = f"operation {operation_id}"
        return ir.Operation(
            operation_id=operation_id,
            name=name,
            module=module,
            method=method.upper(),
            path=path,
            summary=op.get("summary", name.replace("_", " ").capitalize()),
            description=op.get("description", ""),
            parameters=tuple(self._parameters(op, path, endpoint, label)),
            body=self._body(op, endpoint, label),
            answer=self._answer(op, endpoint, label),
            repeatable=method in _REPEATABLE_METHODS or bool(op.get("x-repeatable")),
            deprecated=bool(op.get("deprecated")),
        )

    def _parameters(
        self, op: Json, path: str, endpoint: Endpoint, label: str
    ) -> Iterable[ir.Parameter]:
        item = self._document["paths"][path]
        docs = {
            (p["name"], p["in"]): p.get("description", "")
            for p in _resolved(
                self._document, [*item.get("parameters", []), *op.get("parameters", [])]
            )
        }
        taken: set[str] = {"body", "rt"}
        for location, prop in endpoint.iter_all_parameters():
            wire = prop.name.get_untrusted_value()
            name = names.argument(wire)
            if name in taken:
                name = f"{name}_{location.value}"
            if name in taken:
                raise CodegenError(f"{label}: two parameters become {name!r} in Python")
            taken.add(name)
            kind = self._type(prop, f"{label}, parameter {wire}")
            yield ir.Parameter(
                wire_name=wire,
                name=name,
                location=cast(Any, location.value),
                type=kind,
                required=prop.required,
                doc=docs.get((wire, location.value), ""),
            )

    def _body(self, op: Json, endpoint: Endpoint, label: str) -> ir.Body | None:
        if not endpoint.bodies:
            if "requestBody" in op:
                raise CodegenError(f"{label}: its request body cannot be read")
            return None
        if len(endpoint.bodies) > 1:
            raise CodegenError(
                f"{label}: has several kinds of request body; patch in the one to use"
            )
        (body,) = endpoint.bodies
        kinds: dict[str, ir.BodyKind] = {"json": "json", "data": "form", "files": "multipart"}
        if body.body_type.value not in kinds:
            raise CodegenError(
                f"{label}: request bodies of {body.content_type.get_untrusted_value()} are not supported"
            )
        kind = kinds[body.body_type.value]
        type_ = self._type(body.prop, f"{label}, request body")
        if kind != "json" and not isinstance(type_, ir.ModelRef):
            raise CodegenError(f"{label}: a {kind} body has to be an object with named fields")
        raw = op.get("requestBody", {})
        return ir.Body(kind, type_, bool(raw.get("required")), raw.get("description", ""))

    def _answer(self, op: Json, endpoint: Endpoint, label: str) -> ir.Answer:
        good = {c: r for c, r in op.get("responses", {}).items() if c[0] in "23" and c != "304"}
        if not good:
            raise CodegenError(f"{label}: declares no successful answer")
        statuses = tuple(int(code) if code.isdigit() else int(code[0]) * 100 for code in good)
        with_content = [code for code, r in good.items() if r.get("content")]
        doc = good[(with_content or list(good))[0]].get("description", "")
        if not with_content:
            kind: ir.AnswerKind = "redirect" if any(300 <= s < 400 for s in statuses) else "empty"
            type_ = ir.Scalar("str" if kind == "redirect" else "none")
            return ir.Answer(kind, type_, statuses, doc)
        kinds = {_media_kind(r["content"], label) for r in good.values() if r.get("content")}
        types = {
            self._type(response.prop, f"{label}, answer {response.status_code.pattern}")
            for response in endpoint.responses
            if response.status_code.pattern in with_content
        }
        if len(kinds) > 1 or len(types) > 1:
            raise CodegenError(
                f"{label}: its successful answers have different shapes; patch in one"
            )
        (kind,) = kinds
        if kind in ("events", "bytes"):
            return ir.Answer(kind, ir.Scalar("bytes"), statuses, doc)
        return ir.Answer(kind, types.pop() if types else ir.Scalar("any"), statuses, doc)

    @staticmethod
    def _refuse_equal_names(ops: tuple[ir.Operation, ...]) -> None:
        seen: dict[tuple[str, str], str] = {}
        for op in ops:
            other = seen.setdefault((op.module, op.name), op.operation_id)
            if other != op.operation_id:
                raise CodegenError(
                    f"operations {other} and {op.operation_id} both become {op.module}.{op.name}"
                )

    # Types

    def _type(self, prop: Property | Any, label: str) -> ir.TypeRef:
        if isinstance(prop, UnionProperty):
            return self._union([self._type(p, label) for p in prop.inner_properties], label)
        if isinstance(prop, ListProperty):
            return ir.ListOf(self._type(prop.inner_property, label))
        if isinstance(prop, ModelProperty):
            # A property is copied while its model may still be unread; the finished model counts.
            model = self._models.get(str(prop.class_info.name), prop)
            if _is_free(model):
                extra = model.additional_properties
                return ir.MapOf(self._type(extra, label) if extra else ir.Scalar("any"))
            return ir.ModelRef(str(prop.class_info.name))
        if isinstance(prop, EnumProperty):
            if prop.value_type is not str:
                raise CodegenError(
                    f"{label}: enums of {prop.value_type.__name__} are not supported"
                )
            return ir.EnumRef(str(prop.class_info.name))
        for class_, kind in _SCALARS:
            if isinstance(prop, class_):
                return ir.Scalar(kind)
        raise CodegenError(f"{label}: {type(prop).__name__} is not supported")

    @staticmethod
    def _union(members: list[ir.TypeRef], label: str) -> ir.TypeRef:
        flat: list[ir.TypeRef] = []
        nullable = False
        for member in members:
            if member == ir.Scalar("none"):
                nullable = True
            elif isinstance(member, ir.Optional):
                nullable = True
                flat.append(member.inner)
            elif member not in flat:
                flat.append(member)
        if not flat:
            return ir.Scalar("none")
        if ir.Scalar("any") in flat:
            return ir.Scalar("any")
        kinds = [json_kind(member) for member in flat]
        for kind in set(kinds):
            same = [m for m, k in zip(flat, kinds, strict=True) if k == kind]
            if len(same) > 1 and any(needs_decoding(m) for m in same):
                raise CodegenError(
                    f"{label}: alternatives that are all a JSON {kind} cannot be told apart"
                )
        inner = flat[0] if len(flat) == 1 else ir.Union(tuple(flat))
        return ir.Optional(inner) if nullable else inner

    # Models

    def _fields_of(self, name: str) -> Iterable[ir.TypeRef]:
        model = self._models.get(name)
        if model is None:
            return ()
        return [self._type(p, f"schema {name}") for p in _properties(model)]

    def _settle(self, name: str, module: str) -> None:
        """A class lives with the tag that uses it, or in `shared` where several do."""
        if self._home.setdefault(name, module) != module:
            self._home[name] = "shared"

    def _model(self, model: ModelProperty) -> ir.Model:
        name = str(model.class_info.name)
        raw = self._components.get(self._component_of.get(name, ""), {})
        fields: list[ir.Field] = []
        taken = {"additional_properties"}
        for prop in _properties(model):
            wire = prop.name.get_untrusted_value()
            field_name = names.argument(wire)
            if field_name in taken:
                raise CodegenError(f"schema {name}: two properties become {field_name!r} in Python")
            taken.add(field_name)
            schema = raw.get("properties", {}).get(wire, {})
            is_input = name in self._inputs
            fields.append(
                ir.Field(
                    wire_name=wire,
                    name=field_name,
                    type=self._type(prop, f"schema {name}, property {wire}"),
                    required=prop.required and (is_input or _in_every_snapshot(schema)),
                    default=prop.default.raw_value if prop.default is not None else None,
                    doc=schema.get("description", "") or _text(prop.description),
                )
            )
        doc = raw.get("description", "") or _text(model.description)
        home = self._home.get(name, "shared")
        is_input = name in self._inputs
        is_answer = name in self._answers or not is_input
        return ir.Model(name, home, doc, tuple(fields), is_input, is_answer)

    def _enum(self, enum: EnumProperty) -> ir.EnumModel:
        name = str(enum.class_info.name)
        members = [(names.member(str(value)), str(value)) for value in enum.values.values()]
        if len({member for member, _ in members}) != len(members):
            raise CodegenError(f"schema {name}: two values become one member name: {members}")
        raw = self._components.get(self._component_of.get(name, ""), {})
        doc = raw.get("description", "") or _text(enum.description)
        return ir.EnumModel(name, self._home.get(name, "shared"), doc, tuple(members))


def json_kind(type_: ir.TypeRef) -> str:
    """Which kind of JSON value a type is read from."""
    match type_:
        case ir.ListOf():
            return "array"
        case ir.MapOf() | ir.ModelRef():
            return "object"
        case ir.EnumRef() | ir.Scalar("str" | "datetime" | "bytes"):
            return "string"
        case ir.Scalar("int" | "float"):
            return "number"
        case ir.Scalar(kind):
            return kind
        case ir.Optional(inner):
            return json_kind(inner)
        case ir.Union():
            return "union"


def needs_decoding(type_: ir.TypeRef) -> bool:
    """Whether a parsed JSON value is not yet the Python value."""
    match type_:
        case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
            return needs_decoding(inner)
        case ir.Union(members):
            return any(needs_decoding(member) for member in members)
        case ir.Scalar(kind):
            return kind == "datetime"
        case _:
            return True


def _walk(types: Iterable[ir.TypeRef], fields_of: Any) -> Iterable[str]:
    seen: set[str] = set()
    stack = list(types)
    while stack:
        match stack.pop():
            case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
                stack.append(inner)
            case ir.Union(members):
                stack.extend(members)
            case ir.ModelRef(name) | ir.EnumRef(name):
                if name not in seen:
                    seen.add(name)
                    stack.extend(fields_of(name))
            case ir.Scalar():
                pass
    return sorted(seen)


def _properties(model: ModelProperty) -> list[Property]:
    return [*(model.required_properties or []), *(model.optional_properties or [])]


def _is_free(model: ModelProperty) -> bool:
    """An object without named properties: a dictionary, not a class."""
    return not model.required_properties and not model.optional_properties


def _in_every_snapshot(schema: Json) -> bool:
    """A property that only one published contract has may be missing in an answer."""
    return len(schema.get("x-contract", ("", ""))) > 1


def _media_kind(content: Json, label: str) -> ir.AnswerKind:
    for media_type in content:
        match media_type.split(";")[0].strip().lower():
            case "application/json":
                return "json"
            case "text/event-stream":
                return "events"
            case "application/octet-stream":
                return "bytes"
            case text if text.startswith("text/"):
                return "text"
            case _:
                pass
    raise CodegenError(f"{label}: answers of {', '.join(content)} are not supported")


def _resolved(document: Json, parameters: list[Json]) -> Iterable[Json]:
    for parameter in parameters:
        found: Any = parameter
        if "$ref" in parameter:
            found = document
            for part in parameter["$ref"][2:].split("/"):
                found = found[part]
        yield found


def _shape(path: Any) -> list[str]:
    text = path if isinstance(path, str) else path.get_untrusted_value()
    return ["{}" if part.startswith("{") else part for part in text.split("/")]


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value if isinstance(value, str) else str(value.get_untrusted_value())
