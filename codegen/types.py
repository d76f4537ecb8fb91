"""Answers questions about types of the representation: kind, decoding, files, references."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codegen import ir
from codegen.errors import CodegenError


def json_kind(type_: ir.TypeRef) -> str:
    """Return the kind of JSON value that a type is read from."""
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


def is_timestamp(type_: ir.TypeRef) -> bool:
    """Whether the decoder reads a field of this type as a timestamp."""
    return type_ in (ir.Scalar("datetime"), ir.Optional(ir.Scalar("datetime")))


def nested(type_: ir.TypeRef) -> ir.TypeRef:
    """Return a type as it is inside a list, a map or a union, where timestamps stay text.

    Only a field of an object has a place for the text of a timestamp that cannot be read.
    """
    if type_ == ir.Scalar("datetime"):
        return ir.Scalar("str")
    return ir.Optional(ir.Scalar("str")) if is_timestamp(type_) else type_


def is_form_value(type_: ir.TypeRef) -> bool:
    """Whether a type can be written as one form field, or as several with the same name."""
    match type_:
        case ir.Optional(inner):
            return is_form_value(inner)
        case ir.ListOf(inner):
            return json_kind(inner) != "array" and is_form_value(inner)
        case ir.Union(members):
            return all(is_form_value(member) for member in members)
        case ir.Scalar(kind):
            return kind != "any"
        case ir.EnumRef():
            return True
        case ir.MapOf() | ir.ModelRef():
            return False


def has_file(type_: ir.TypeRef) -> bool:
    """Whether a type contains raw bytes, which JSON cannot carry."""
    match type_:
        case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
            return has_file(inner)
        case ir.Union(members):
            return any(has_file(member) for member in members)
        case _:
            return type_ == ir.Scalar("bytes")


def union(members: Iterable[ir.TypeRef], label: str) -> ir.TypeRef:
    """Return the type of a value that is one of `members`.

    Raises:
        CodegenError: The kind of JSON value does not distinguish two of them.
    """
    flat: list[ir.TypeRef] = []
    nullable = False
    for member in members:
        inner = member.inner if isinstance(member, ir.Optional) else member
        if inner is not member or inner == ir.Scalar("none"):
            nullable = True
        if inner != ir.Scalar("none") and inner not in flat:
            flat.append(inner)
    if not flat:
        return ir.Scalar("none")
    if ir.Scalar("any") in flat:
        return ir.Scalar("any")
    if len(flat) > 1:
        flat = list(dict.fromkeys(nested(member) for member in flat))
    kinds = [json_kind(member) for member in flat]
    for kind in sorted(set(kinds)):
        same = [m for m, k in zip(flat, kinds, strict=True) if k == kind]
        if len(same) > 1 and any(needs_decoding(m) for m in same):
            raise CodegenError(
                f"{label}: several alternatives are a JSON {kind}, so they cannot be distinguished"
            )
    result = flat[0] if len(flat) == 1 else ir.Union(tuple(flat))
    return ir.Optional(result) if nullable else result


def references(type_: ir.TypeRef) -> set[str]:
    """Return the classes that an annotation names."""
    match type_:
        case ir.ModelRef(name) | ir.EnumRef(name):
            return {name}
        case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
            return references(inner)
        case ir.Union(members):
            return {name for member in members for name in references(member)}
        case ir.Scalar():
            return set()


def reachable(
    types: Iterable[ir.TypeRef], fields_of: Callable[[str], Iterable[ir.TypeRef]]
) -> list[str]:
    """Return the names of all classes that `types` lead to, in alphabetical order.

    Args:
        types: Where to start.
        fields_of: The types of a class's fields; empty for an enum.
    """
    seen: set[str] = set()
    stack = [name for type_ in types for name in references(type_)]
    while stack:
        name = stack.pop()
        if name not in seen:
            seen.add(name)
            stack.extend(found for type_ in fields_of(name) for found in references(type_))
    return sorted(seen)
