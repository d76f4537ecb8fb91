"""Python source for types, decoding and parameters: templates only lay it out."""

from __future__ import annotations

from math import isfinite
from urllib.parse import quote

from codegen import ir
from codegen.errors import CodegenError
from codegen.types import is_form_value, is_timestamp, json_kind, needs_decoding

_SCALAR_TYPES = {
    "str": "str",
    "int": "int",
    "float": "float",
    "bool": "bool",
    "datetime": "datetime",
    "bytes": "rt.File",
    "none": "None",
    "any": "Any",
}
# Predicates that do not narrow: `isinstance` of an Any leaves type checkers with unknown items.
_KIND_TESTS = {"array": "md.is_array", "object": "md.is_object", "string": "md.is_string"}
# What a path may hold unquoted (RFC 3986, `pchar` and "/"), and quotes that are there already.
_PATH_CHARACTERS = "/:@!$&'()*+,;=-._~%"


def annotation(type_: ir.TypeRef) -> str:
    """The type as written in an annotation."""
    match type_:
        case ir.Scalar(kind):
            return _SCALAR_TYPES[kind]
        case ir.ListOf(item):
            return f"list[{annotation(item)}]"
        case ir.MapOf(value):
            return f"dict[str, {annotation(value)}]"
        case ir.ModelRef(name) | ir.EnumRef(name):
            return name
        case ir.Optional(inner):
            text = annotation(inner)
            return text if text in ("Any", "None") or text.endswith("| None") else f"{text} | None"
        case ir.OneOf(alternatives):
            return " | ".join([*(one.name for one in alternatives), "dict[str, Any]"])
        case ir.Union(members):
            return " | ".join(annotation(member) for member in members)


def or_none(text: str) -> str:
    """An annotation that also admits None."""
    return text if text == "Any" or text.endswith("None") else f"{text} | None"


def field_annotation(field: ir.Field, model: ir.Model) -> str:
    """The annotation of a model's attribute."""
    text = annotation(field.type)
    optional = not field.required
    # An answer's timestamp that cannot be read is None, even where the contract requires one, and
    # so is an optional field that is null against the contract.
    if model.is_answer and (
        is_timestamp(field.type) or (optional and _default_of(field) == "None")
    ):
        text = or_none(text)
    return f"{text} | rt.Unset" if model.is_input and optional else text


def field_default(field: ir.Field, model: ir.Model) -> str:
    """The default of an optional attribute, as an expression."""
    return "rt.UNSET" if model.is_input else _default_of(field)


def _default_of(field: ir.Field) -> str:
    """What a missing or null field of an answer is read as."""
    default = field.default
    if not isinstance(field.type, ir.Scalar) or field.type.kind in ("any", "none", "datetime"):
        return "None"
    if field.type.kind == "float" and isinstance(default, int):
        default = float(default)
    is_number = isinstance(default, float) and isfinite(default)
    return repr(default) if is_number or isinstance(default, (str, int)) else "None"


def decode_field(field: ir.Field, model: ir.Model) -> str:
    """The expression that reads a field from the JSON object `data`."""
    key = repr(field.wire_name)
    if model.is_input and not field.required:
        return f"{_decode(field, key)} if {key} in data else rt.UNSET"
    return _decode(field, key)


def is_adopted(model: ir.Model) -> bool:
    """Whether the parsed JSON object can become the `__dict__` of the decoded object."""
    return all(
        field.name == field.wire_name and (_is_date(field, model) or not is_timestamp(field.type))
        for field in model.fields
    )


def required(model: ir.Model) -> tuple[str, ...]:
    """The required fields whose values need no decoding."""
    return tuple(field.name for field in model.fields if _is_looked_up(field, model))


def dates(model: ir.Model) -> tuple[str, ...]:
    """The timestamps."""
    return tuple(field.name for field in model.fields if _is_date(field, model))


def own_fields(model: ir.Model) -> list[ir.Field]:
    """The fields that the `_adopt` of a model decodes."""
    if not is_adopted(model):
        return list(model.fields)
    kinds = (_may_be_absent, _is_looked_up, _is_date)
    return [field for field in model.fields if not any(kind(field, model) for kind in kinds)]


def has_absent(model: ir.Model) -> bool:
    """Whether a decoded object may lack fields, which then read as the None of its class."""
    return is_adopted(model) and any(_may_be_absent(field, model) for field in model.fields)


def _may_be_absent(field: ir.Field, model: ir.Model) -> bool:
    """Whether the field needs no decoding, and may be missing from a response."""
    is_none = not field.explicit and field_default(field, model) == "None"
    return is_none and decode_field(field, model) == f"data.get({field.name!r})"


def _is_looked_up(field: ir.Field, model: ir.Model) -> bool:
    return decode_field(field, model) == f"data[{field.wire_name!r}]"


def _is_date(field: ir.Field, model: ir.Model) -> bool:
    """Whether the field is a timestamp, and None if the response has none."""
    is_none = field.required or field_default(field, model) == "None"
    return is_timestamp(field.type) and is_none


def _decode(field: ir.Field, key: str) -> str:
    if is_timestamp(field.type):
        return f"md.date(data, {key}, extra)"
    nullable = isinstance(field.type, ir.Optional)
    inner = field.type.inner if isinstance(field.type, ir.Optional) else field.type
    if field.required and not nullable:
        if not needs_decoding(inner):
            return f"data[{key}]"
        # A null list where the contract requires one is read as empty.
        source = f"(data[{key}] or ())" if isinstance(inner, ir.ListOf) else f"data[{key}]"
        return decode(inner, source)
    if not needs_decoding(inner):
        default = _default_of(field)
        if default == "None":
            return f"data.get({key})"
        return f"{default} if (v := data.get({key})) is None else v"
    return f"None if (v := data.get({key})) is None else {decode(inner, 'v')}"


def decode(type_: ir.TypeRef, value: str, depth: int = 0) -> str:
    """The expression that turns the parsed JSON `value` into the Python value."""
    if not needs_decoding(type_):
        return value
    item = "item" if depth == 0 else f"item{depth}"
    match type_:
        case ir.ListOf(inner):
            return f"[{decode(inner, item, depth + 1)} for {item} in {value}]"
        case ir.MapOf(inner):
            return f"{{key: {decode(inner, item, depth + 1)} for key, {item} in {value}.items()}}"
        case ir.ModelRef(name):
            return f"{name}._adopt({value})"
        case ir.EnumRef(name):
            return f"{name}({value})"
        case ir.Optional(inner):
            return f"None if {value} is None else {decode(inner, value, depth)}"
        case ir.OneOf(alternatives):
            classes = [f"({one.name}, {one.required!r}, {one.tags!r})" for one in alternatives]
            return f"md.one_of({value}, {', '.join(classes)})"
        case ir.Union(members):
            text = value
            for member in reversed(members):
                if needs_decoding(member):
                    test = f"{_KIND_TESTS[json_kind(member)]}({value})"
                    text = f"{decode(member, value, depth)} if {test} else {text}"
            return text
        case ir.Scalar():
            return value


def decoder(answer: ir.Answer) -> tuple[str, str]:
    """The type of a successful answer and the function that decodes it."""
    match answer.kind:
        case "empty":
            return "None", "rt.nothing"
        case "redirect" | "text":
            return "str", "rt.as_is"
        case "bytes" | "events":
            return "bytes", "rt.as_is"
        case "json" | "json_or_empty":
            pass
    if isinstance(answer.type, ir.ModelRef):
        return answer.type.name, f"{answer.type.name}._adopt"
    if not needs_decoding(answer.type):
        return annotation(answer.type), "rt.as_is"
    return annotation(answer.type), f"lambda data: {decode(answer.type, 'data')}"


def path_expression(operation: ir.Operation) -> str:
    """The path with its parameters filled in, as a concatenation: no braces are interpreted."""
    by_wire = {p.wire_name: p for p in operation.parameters if p.location == "path"}
    parts: list[str] = []
    rest = operation.path
    while rest:
        literal, opening, rest = rest.partition("{")
        if literal:
            parts.append(repr(quote(literal, safe=_PATH_CHARACTERS)))
        if not opening:
            break
        wire, closing, rest = rest.partition("}")
        if not closing or wire not in by_wire:
            raise CodegenError(
                f"operation {operation.operation_id}: the braces of {operation.path} do not match"
                " its path parameters"
            )
        parts.append(_segment(by_wire[wire]))
    return " + ".join(parts)


def _segment(p: ir.Parameter) -> str:
    """The part of a path that a parameter fills."""
    match p.style:
        case "label":
            return f"ps.label({p.name}, explode={p.explode})"
        case "matrix":
            return f"ps.matrix({p.wire_name!r}, {p.name}, explode={p.explode})"
        case "json":
            return f"rt.segment(ps.as_json({p.name}))"
        case _ if _is_single(p.type):
            return f"rt.segment({p.name})"
        case _:
            return f"ps.simple({p.name}, explode={p.explode})"


def _is_single(type_: ir.TypeRef) -> bool:
    """Whether a value is written as one text in every style."""
    return is_form_value(type_) and "list[" not in annotation(type_)


def parameter(p: ir.Parameter) -> str:
    """A parameter as written in a signature."""
    text = annotation(p.type)
    return f"{p.name}: {text}" if p.required else f"{p.name}: {or_none(text)} = None"


def body_parameter(body: ir.Body) -> str:
    """The body argument as written in a signature."""
    text = "rt.Content" if body.kind == "raw" else annotation(body.type)
    return f"body: {text}" if body.required else f"body: {or_none(text)} = None"


def body_expression(body: ir.Body) -> str:
    """The body as a `Request` carries it."""
    media = "" if body.media_type == "application/json" else f", {body.media_type!r}"
    match body.kind:
        case "form":
            text = f"md.form(body, {body.deep!r})" if body.deep else "md.form(body)"
        case "multipart":
            text = "md.multipart(body)"
        case "raw":
            text = f"rt.RawBody(body{media})"
        case "json" if isinstance(body.type, ir.ModelRef):
            text = f"rt.JsonBody(body.to_dict(exclude_none=False){media})"
        case "json":
            text = f"rt.JsonBody(md.plain(body){media})"
    return text if body.required else f"None if body is None else {text}"


def pairs(operation: ir.Operation, location: str) -> str:
    """The parameters at one location as a sequence of (wire name, argument) pairs."""
    found = [_pair(p) for p in operation.parameters if p.location == location]
    if location == "header" and operation.answer.accept:
        found.insert(0, f"('Accept', {operation.answer.accept!r})")
    return ", ".join(found)


def _pair(p: ir.Parameter) -> str:
    """A parameter of a query, a header or a cookie as one pair, or as several after a star."""
    name = repr(p.wire_name)
    plain = f"({name}, {p.name})"
    if p.style == "json":
        return f"({name}, ps.as_json({p.name}))"
    if p.style == "deepObject":
        return f"*ps.deep({name}, {p.name})"
    if _is_single(p.type):
        return plain
    if p.location == "header":
        return f"({name}, ps.joined({p.name}, explode={p.explode}))"
    if not p.explode:
        by = {"spaceDelimited": ", ' '", "pipeDelimited": ", '|'"}.get(p.style, "")
        return f"({name}, ps.joined({p.name}{by}))"
    # A query repeats the key of a list without help.
    is_repeated = p.location == "query" and is_form_value(p.type)
    return plain if is_repeated else f"*ps.exploded({name}, {p.name})"
