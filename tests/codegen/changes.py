"""Invented differences of two contracts, for the tests of their reports."""

from __future__ import annotations

from dataclasses import replace

from codegen.diffing import Change, Difference


def removed(path: str, *methods: str, function: str = "boxes.drop_box") -> Change:
    """A removed operation, and the curated methods that call it."""
    return Change(
        scope="operation",
        subject=path,
        title=f"DELETE {path}",
        kind="operation removed",
        place="",
        old="",
        new="",
        caller="breaking",
        reader="compatible",
        reason="calls to it fail now",
        operations=(function,),
        methods=methods,
        uncurated=() if methods else (function,),
    )


def added(path: str, tag: str = "boxes", summary: str = "") -> Change:
    """A new operation."""
    return Change(
        scope="operation",
        subject=f"post{path}",
        title=f"POST {path}",
        kind="operation added",
        place="",
        old="",
        new="",
        caller="compatible",
        reader="compatible",
        reason="existing code does not call it",
        tag=tag,
        summary=summary,
        operations=("boxes.make",),
        uncurated=("boxes.make",),
    )


def lost(schema: str, place: str, *methods: str) -> Change:
    """A field that responses lack now, and the curated methods that read it."""
    return Change(
        scope="schema",
        subject=schema,
        title=schema,
        kind="property removed",
        place=place,
        old="string",
        new="",
        caller="compatible",
        reader="breaking",
        reason="responses do not have it any more",
        operations=("boxes.get_box", "boxes.raw_box"),
        schemas=(schema,),
        methods=methods,
        uncurated=("boxes.raw_box",),
    )


def gained(schema: str, place: str, *methods: str) -> Change:
    """A field that responses have now."""
    change = lost(schema, place, *methods)
    harmless = "readers preserve new properties"
    return replace(change, kind="property added", reader="compatible", reason=harmless)


def servers() -> Change:
    """A change of the document itself."""
    return Change(
        scope="document",
        subject="document",
        title="the document",
        kind="servers changed",
        place="",
        old="",
        new="",
        caller="breaking",
        reader="compatible",
        reason="compare servers by hand",
    )


def large(size: int = 400) -> Difference:
    """A difference with much in every section."""
    numbers = range(size)
    return Difference(
        changes=(
            *(removed(f"/gone/{n}", f"client.gone.method_{n:03}") for n in numbers),
            *(removed(f"/raw/{n}", function=f"module_{n}.read") for n in numbers),
            *(added(f"/new/{n}", f"tag {n % 40:02}", f"Makes {n}. " * 9) for n in numbers),
            *(lost(f"Type{n}", "a", *(f"client.x.m{n}_{i}" for i in range(40))) for n in numbers),
            *(gained(f"Type{n}", "b", f"client.y.method_{n}") for n in numbers),
            servers(),
        ),
        notes=tuple(f"note {n} {'on a schema ' * 12}" for n in numbers),
        left_out=tuple(f"patch {n} {'of an operation ' * 12}: the reason" for n in numbers),
        words=tuple(f"words {n} {'of an operation ' * 12}" for n in numbers),
    )
