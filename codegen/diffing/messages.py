"""Compares the parameters, request bodies and responses of two operations."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from codegen.diffing.changes import Finding
from codegen.diffing.operations import Operation
from codegen.diffing.schemas import Schemas
from codegen.diffing.shapes import shape
from codegen.document import Json, is_object


def sent(schemas: Schemas, old: Operation, new: Operation) -> Iterator[Finding]:
    """Yield what differs in the parameters and the body."""
    yield from _parameters(schemas, old, new)
    yield from _body(schemas, old.body(), new.body())


def _parameters(schemas: Schemas, old: Operation, new: Operation) -> Iterator[Finding]:
    before, after = old.parameters(), new.parameters()
    twins = {key: key for key in before if key in after}
    free = [key for key in after if key not in before]
    # The position of a path parameter identifies it.
    slots = [_slots(op.path) for op in (old, new)]
    if len(slots[0]) == len(slots[1]):
        for was, now in zip(*slots, strict=True):
            pair = (was, "path"), (now, "path")
            if was != now and pair[0] in before and pair[1] in free and pair[0] not in twins:
                twins[pair[0]] = pair[1]
                free.remove(pair[1])
                reason = "the argument has another name"
                yield Finding("parameter renamed", f"path {was}", reason, "", "", was, now)
    for name, location in before:
        if (name, location) in twins:
            continue
        elsewhere = next((key for key in free if key[0] == name), None)
        if elsewhere:
            twins[name, location] = elsewhere
            free.remove(elsewhere)
            reason = "the service does not read it at the old place"
            place = f"{location} {name}"
            yield Finding("parameter location", place, reason, "", "", location, elsewhere[1])
        else:
            reason = "it is not accepted any more"
            yield Finding("parameter removed", f"{location} {name}", reason)
    for key, twin in twins.items():
        yield from _parameter(schemas, before[key], after[twin], f"{key[1]} {key[0]}")
    for name, location in free:
        must = bool(after[name, location].get("required"))
        yield Finding(
            "required parameter added" if must else "parameter added",
            f"{location} {name}",
            "it has to be sent now" if must else "",
            harmless="it may be omitted",
            new=str(shape(new.document, after[name, location].get("schema"))),
        )


def _slots(path: str) -> list[str]:
    return [part.split("}")[0] for part in path.split("{")[1:]]


def _parameter(schemas: Schemas, old: Json, new: Json, place: str) -> Iterator[Finding]:
    yield from _needed(old, new, "parameter", place)
    before, after = (bool(raw.get("deprecated")) for raw in (old, new))
    if before != after:
        kind = "parameter deprecated" if after else "parameter not deprecated"
        yield Finding(kind, place, harmless="it works as before")
    for key in ("style", "explode"):
        if old.get(key) != new.get(key):
            reason = "its encoding changed"
            values = str(old.get(key, "")), str(new.get(key, ""))
            yield Finding(f"parameter {key}", place, reason, "", "", *values)
    yield from schemas.compare(old.get("schema"), new.get("schema"), place)


def _needed(old: Json, new: Json, what: str, place: str) -> Iterator[Finding]:
    before, after = (bool(raw.get("required")) for raw in (old, new))
    if after and not before:
        yield Finding(f"{what} required", place, "it has to be sent now")
    if before and not after:
        yield Finding(f"{what} optional", place, harmless="it may be omitted now")


def _body(schemas: Schemas, old: Json | None, new: Json | None) -> Iterator[Finding]:
    if old is None and new is None:
        return
    if old is None or new is None:
        if new is None:
            yield Finding("body removed", "body", "it is not accepted any more")
        elif new and new.get("required"):
            yield Finding("required body added", "body", "it has to be sent now")
        else:
            yield Finding("body added", "body", harmless="it may be omitted")
        return
    yield from _needed(old, new, "body", "body")
    before, after = _content(old), _content(new)
    yield from _media(before, after, "body", "the old form is not accepted any more")
    for was, now in _contents(before, after):
        yield from schemas.compare(was, now, "body")


def _content(holder: Json) -> dict[str, Any]:
    found = holder.get("content")
    if not is_object(found):
        return {}
    return {key: item.get("schema") for key, item in found.items() if is_object(item)}


def _contents(before: dict[str, Any], after: dict[str, Any]) -> Iterator[tuple[Any, Any]]:
    """Yield pairs of schemas to compare: of the same media type, or of the only one of each."""
    if len(before) == len(after) == 1:
        yield next(iter(before.values())), next(iter(after.values()))
        return
    for key, value in before.items():
        if key in after:
            yield value, after[key]


def _media(
    before: dict[str, Any], after: dict[str, Any], place: str, reason: str
) -> Iterator[Finding]:
    """Compare media types; `reason` is why a removed one breaks a side."""
    gone = [key for key in before if key not in after]
    come = [key for key in after if key not in before]
    if gone and come:
        values = ", ".join(gone), ", ".join(come)
        yield Finding("media type changed", place, reason, reason, "", *values)
        return
    for key in gone:
        lost = "" if after else "the content was removed"
        yield Finding("media type removed", place, reason, lost, "the others remain", key, "")
    for key in come:
        more = "a response may have this type now"
        yield Finding("media type added", place, "", more, "the old one is still accepted", "", key)


def received(schemas: Schemas, old: Operation, new: Operation) -> Iterator[Finding]:
    """Yield what differs in the responses."""
    before, after = old.answers(), new.answers()
    good = [[code for code in found if _is_good(code)] for found in (before, after)]
    gone = [code for code in good[0] if code not in after]
    come = [code for code in good[1] if code not in before]
    twins = {code: code for code in before if code in after}
    if len(gone) == len(come) == 1:
        twins[gone[0]] = come[0]
        turned = gone[0][0] != come[0][0]
        reason = "the response is of another kind"
        yield Finding(
            "status changed",
            f"answer {gone[0]}",
            reader=reason if turned else "",
            harmless="every success is read the same way",
            old=gone[0],
            new=come[0],
        )
    else:
        for code in gone:
            bare = not good[1]
            reason = "no success is declared any more" if bare else ""
            harmless = "it does not occur any more"
            yield Finding("status removed", f"answer {code}", "", reason, harmless, code)
        for code in come:
            yield _success_added(before, after[code], code)
    for code in before:
        if code not in after and code not in good[0]:
            harmless = "it does not occur any more"
            yield Finding("status removed", f"answer {code}", harmless=harmless, old=code)
    for code in after:
        if code not in before and code not in good[1]:
            harmless = "errors are raised by their status"
            yield Finding("status added", f"answer {code}", harmless=harmless, new=code)
    for code, twin in twins.items():
        place = f"answer {code}"
        contents = _content(before[code]), _content(after[twin])
        yield from _media(*contents, place, "the response has another form")
        for was, now in _contents(*contents):
            yield from schemas.compare(was, now, place)


def _success_added(before: dict[str, Json], answer: Json, code: str) -> Finding:
    known = [_content(found) for status, found in before.items() if _is_good(status)]
    like = _content(answer) in known
    return Finding(
        "status added",
        f"answer {code}",
        reader="" if like else "a success may have another shape",
        harmless="it has the shape of the others",
        new=code,
    )


def _is_good(status: str) -> bool:
    return status[:1] in ("2", "3") and status != "304"
