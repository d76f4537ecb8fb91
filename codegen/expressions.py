"""Python source for types, decoding and parameters, computed here so that templates only lay out."""

from __future__ import annotations

from codegen import ir
from codegen.errors import CodegenError
from codegen.parse import json_kind, needs_decoding

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
_JSON_CLASSES = {"array": "list", "object": "dict", "string": "str", "number": "(int, float)"}


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
        case ir.Union(members):
            return " | ".join(annotation(member) for member in members)


def or_none(text: str) -> str:
    """An annotation that also admits None."""
    return text if text == "Any" or text.endswith("None") else f"{text} | None"


def field_annotation(field: ir.Field, *, is_input: bool) -> str:
    """The annotation of a model's attribute."""
    text = annotation(field.type)
    if is_input:
        return text if field.required else f"{text} | rt.Unset"
    if _is_timestamp(field.type) or (not field.required and field_default(field) == "None"):
        # A timestamp that cannot be read is None, even where the contract requires one.
        return or_none(text)
    return text


def field_default(field: ir.Field) -> str:
    """The default of an optional attribute of an answer, as an expression."""
    if isinstance(field.type, ir.Optional) or needs_decoding(field.type):
        return "None"
    if isinstance(field.default, (str, int, float, bool)):
        return repr(field.default)
    return "None"


def decode_field(field: ir.Field, *, is_input: bool) -> str:
    """The expression that reads a field from the JSON object `data`."""
    key = repr(field.wire_name)
    if is_input and not field.required:
        return f"{_decode(field, key)} if {key} in data else rt.UNSET"
    return _decode(field, key)


def _decode(field: ir.Field, key: str) -> str:
    if _is_timestamp(field.type):
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
        default = field_default(field)
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
            return f"{name}.from_api_response({value})"
        case ir.EnumRef(name):
            return f"{name}({value})"
        case ir.Optional(inner):
            return f"None if {value} is None else {decode(inner, value, depth)}"
        case ir.Union(members):
            text = value
            for member in reversed(members):
                if needs_decoding(member):
                    kind = _JSON_CLASSES[json_kind(member)]
                    text = (
                        f"{decode(member, value, depth)} if isinstance({value}, {kind}) else {text}"
                    )
            return text
        case ir.Scalar("datetime"):
            return f"md.moment({value})"
        case ir.Scalar():
            return value


def _is_timestamp(type_: ir.TypeRef) -> bool:
    return type_ in (ir.Scalar("datetime"), ir.Optional(ir.Scalar("datetime")))


def decoder(answer: ir.Answer) -> tuple[str, str]:
    """The type of a successful answer and the function that decodes it."""
    match answer.kind:
        case "empty":
            return "None", "rt.nothing"
        case "redirect" | "text":
            return "str", "rt.as_is"
        case "bytes" | "events":
            return "bytes", "rt.as_is"
        case "json":
            pass
    if isinstance(answer.type, ir.ModelRef):
        return answer.type.name, f"{answer.type.name}.from_api_response"
    if not needs_decoding(answer.type):
        return annotation(answer.type), "rt.as_is"
    return annotation(answer.type), f"lambda data: {decode(answer.type, 'data')}"


def path_expression(operation: ir.Operation) -> str:
    """The path with its parameters filled in, as a concatenation: no braces are interpreted."""
    by_wire = {p.wire_name: p.name for p in operation.parameters if p.location == "path"}
    parts: list[str] = []
    rest = operation.path
    while rest:
        literal, opening, rest = rest.partition("{")
        if literal:
            parts.append(repr(literal))
        if not opening:
            break
        wire, closing, rest = rest.partition("}")
        if not closing or wire not in by_wire:
            raise CodegenError(
                f"operation {operation.operation_id}: the braces of {operation.path} do not match"
                " its path parameters"
            )
        parts.append(f"rt.segment({by_wire[wire]})")
    return " + ".join(parts)


def parameter(p: ir.Parameter) -> str:
    """A parameter as written in a signature."""
    text = annotation(p.type)
    return f"{p.name}: {text}" if p.required else f"{p.name}: {or_none(text)} = None"


def body_parameter(body: ir.Body) -> str:
    """The body argument as written in a signature."""
    text = annotation(body.type)
    return f"body: {text}" if body.required else f"body: {or_none(text)} = None"


def body_expression(body: ir.Body) -> str:
    """The body as a `Request` carries it."""
    if body.kind == "form":
        text = "md.form(body)"
    elif body.kind == "multipart":
        text = "md.multipart(body)"
    elif isinstance(body.type, ir.ModelRef):
        text = "rt.JsonBody(body.to_dict(exclude_none=False))"
    else:
        text = "rt.JsonBody(md.plain(body))"
    return text if body.required else f"None if body is None else {text}"


def pairs(operation: ir.Operation, location: str) -> str:
    """The parameters at one location as a sequence of (wire name, argument) pairs."""
    found = [p for p in operation.parameters if p.location == location]
    return ", ".join(f"({p.wire_name!r}, {p.name})" for p in found)


def references(type_: ir.TypeRef) -> set[str]:
    """The classes that an annotation names."""
    match type_:
        case ir.ModelRef(name) | ir.EnumRef(name):
            return {name}
        case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
            return references(inner)
        case ir.Union(members):
            return {name for member in members for name in references(member)}
        case ir.Scalar():
            return set()
