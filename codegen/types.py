"""Answers questions about types of the representation: kind, decoding, files, references."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from codegen import ir


def json_kind(type_: ir.TypeRef) -> str:
    """Return the kind of JSON value that a type is read from."""
    match type_:
        case ir.ListOf():
            return "array"
        case ir.MapOf() | ir.ModelRef() | ir.OneOf():
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
        case ir.OneOf(alternatives):
            return bool(certain(alternatives))
        case ir.ModelRef() | ir.EnumRef():
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
        case ir.MapOf() | ir.ModelRef() | ir.OneOf():
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


def union(members: Iterable[ir.TypeRef], marks: Callable[[str], ir.Alternative]) -> ir.TypeRef:
    """Return the type of a value that is one of `members`.

    Per kind of JSON value one type is left. Objects of several classes are recognized by what
    `marks` says; what cannot be distinguished stays JSON data.

    Args:
        members: The alternatives.
        marks: Returns by what objects of a class are recognized.
    """
    flat: list[ir.TypeRef] = []
    nullable = False
    for member in members:
        inner = member.inner if isinstance(member, ir.Optional) else member
        if inner is not member or inner == ir.Scalar("none"):
            nullable = True
        parts = inner.members if isinstance(inner, ir.Union) else (inner,)
        flat += [part for part in parts if part != ir.Scalar("none") and part not in flat]
    if not flat:
        return ir.Scalar("none")
    if ir.Scalar("any") in flat:
        return ir.Scalar("any")
    if len(flat) > 1:
        flat = list(dict.fromkeys(nested(member) for member in flat))
    kinds = [json_kind(member) for member in flat]
    found: list[ir.TypeRef] = []
    for kind in dict.fromkeys(kinds):
        same = [m for m, k in zip(flat, kinds, strict=True) if k == kind]
        if len(same) > 1 and any(isinstance(m, ir.OneOf) or needs_decoding(m) for m in same):
            found.append(_one_kind(kind, same, marks))
        else:
            found += same
    # The order of the contract, unless something was joined.
    left = flat if set(found) == set(flat) else found
    result = left[0] if len(left) == 1 else ir.Union(tuple(left))
    return ir.Optional(result) if nullable else result


def _one_kind(
    kind: str, members: list[ir.TypeRef], marks: Callable[[str], ir.Alternative]
) -> ir.TypeRef:
    """Return the type of a value of one JSON kind that has several alternatives."""
    if kind == "array":
        items = [member.item for member in members if isinstance(member, ir.ListOf)]
        return ir.ListOf(union(items, marks))
    if kind == "string":
        return ir.Scalar("str")
    values = [member.value for member in members if isinstance(member, ir.MapOf)]
    if len(values) == len(members):
        return ir.MapOf(union(values, marks))
    classes: dict[str, ir.Alternative] = {}
    for member in members:
        if isinstance(member, ir.ModelRef):
            classes[member.name] = marks(member.name)
        elif isinstance(member, ir.OneOf):
            classes |= {one.name: one for one in member.alternatives}
    if values:
        # Any object fits a dictionary, so nothing recognizes the others.
        return ir.MapOf(ir.Scalar("any"))
    return ir.OneOf(tuple(classes.values()))


def certain(alternatives: tuple[ir.Alternative, ...]) -> tuple[ir.Alternative, ...]:
    """Return the classes of which an object can be certain: it fits no other alternative."""
    return tuple(
        one
        for one in alternatives
        if all(_differs(one, other) for other in alternatives if other is not one)
    )


def _differs(one: ir.Alternative, other: ir.Alternative) -> bool:
    """Whether an object of one class may lack something that the other class requires."""
    tags = dict(one.tags)
    return bool(set(other.required) - set(one.required)) or any(
        key not in tags or not set(tags[key]) <= set(values) for key, values in other.tags
    )


def references(type_: ir.TypeRef) -> set[str]:
    """Return the classes that an annotation names."""
    match type_:
        case ir.ModelRef(name) | ir.EnumRef(name):
            return {name}
        case ir.ListOf(inner) | ir.MapOf(inner) | ir.Optional(inner):
            return references(inner)
        case ir.Union(members):
            return {name for member in members for name in references(member)}
        case ir.OneOf(alternatives):
            return {one.name for one in alternatives}
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
