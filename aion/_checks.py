"""Checks of arguments before anything is sent: what was wrong, with which value, what is allowed.

Every function returns the argument as it is to be sent, or raises `ValidationError` whose
`details` hold `field`, `value` and `rule`. Texts and numbers come back plain: a member of
`class Sort(str, Enum)` as its value, one of a plain `Enum` is refused.
"""

from __future__ import annotations

import os
import reprlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from typing import Any, NoReturn, TypeGuard, cast

from aion._http.content import sendable
from aion._plain_values import by_value, with_plain_keys
from aion._secrets import is_mapping
from aion.config import LONGEST_WAIT
from aion.exceptions import ValidationError
from aion_api import Model, Request, field_names

LONGEST_NAME = 255
"""Characters of the name of a file that is announced before it is sent."""


def refuse(field: str, value: object, rule: str) -> NoReturn:
    """Raise the error of a check.

    Args:
        field: The name of the argument.
        value: What was given; shortened in the message.
        rule: What is allowed, as the end of "<field> has to be ...".
    """
    shown = reprlib.repr(value)
    raise ValidationError(
        f"{field} has to be {rule}; got {shown}",
        details={"field": field, "value": shown, "rule": rule},
    )


def identifier(field: str, value: Any) -> str:
    """An id that becomes part of a path."""
    if not _is_text(value) or value.strip() in ("", ".", ".."):
        refuse(field, value, "the id of an existing object, as text")
    return value.strip()


def whole_number(field: str, value: Any, least: int, most: int | None = None) -> int:
    """A whole number in a range, both ends included."""
    bad = not isinstance(value, int) or isinstance(value, bool)
    if bad or value < least or (most is not None and value > most):
        span = f"from {least} to {most}" if most is not None else f"of {least} or more"
        refuse(field, value, f"a whole number {span}")
    return int(value)


def number(field: str, value: Any, least: float, most: float) -> float:
    """A number in a range, both ends included."""
    # Neither comparison holds for a NaN.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
        refuse(field, value, f"a number from {least:g} to {most:g}")
    return float(value)


def seconds(field: str, value: Any) -> float:
    """A length of time above zero, which the system can wait for."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 < value <= LONGEST_WAIT:
        refuse(field, value, f"a number of seconds above 0, at most {LONGEST_WAIT:,}")
    return float(value)


def optional_seconds(field: str, value: Any) -> None:
    """The same, or None."""
    if value is not None:
        seconds(field, value)


def text(field: str, value: Any, least: int, most: int) -> str:
    """Text of a length in a range, in characters, both ends included."""
    rule = f"text of {least} to {most} characters"
    if isinstance(value, str) and not _is_text(value):
        rule += " that can be written in UTF-8"
    if not _is_text(value) or not least <= len(value) <= most:
        refuse(field, value, rule)
    return by_value(value)


def stored_name(field: str, value: Any) -> str:
    """The name that the service is to store a file under, as it is sent."""
    return text(field, sendable(value) if isinstance(value, str) else value, 1, LONGEST_NAME)


def path(field: str, value: Any) -> str:
    """The path of a file or a directory."""
    plain: Any = None
    with suppress(TypeError):
        plain = os.fspath(cast("str", value))
    if not isinstance(plain, str):
        refuse(field, value, "a path")
    filled(field, plain)
    try:
        known = b"\0" not in os.fsencode(plain)
    except UnicodeEncodeError:
        known = False
    if not known:
        refuse(field, value, "a path of characters that the names of files can have")
    return by_value(plain)


def filled(field: str, value: Any) -> None:
    """Refuse a path of no characters, which the system takes for the current directory."""
    if value == "":
        raise ValidationError(
            f"{field} holds an empty path: is it from a variable that is not set?",
            details={"field": field, "value": "''", "rule": "a path that is not empty"},
        )


def missing(*fields: str) -> NoReturn:
    """Raise the error of a call that needs one of several arguments, and got none."""
    *others, last = fields
    names = f"{', '.join(others)} or {last}"
    raise ValidationError(
        f"give {names}: the call has nothing to do without",
        details={"field": fields[0], "value": "None", "rule": "given"},
    )


def unopened(field: str, value: object, instead: str) -> None:
    """Refuse an open file, where a path or bytes are wanted."""
    if hasattr(value, "read"):
        raise ValidationError(
            f"{field} is an open file: {instead}",
            details={"field": field, "value": reprlib.repr(value), "rule": "no open file"},
        )


def callbacks(**given: Any) -> None:
    """Functions that are told of something; None where nobody wants to know."""
    for field, value in given.items():
        if value is not None and not callable(value):
            refuse(field, value, "something to call, or None")


def filename(field: str, value: Any) -> str | None:
    """The name to store a file under, or None for its own."""
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(field, value, "text, such as 'photo.jpg'")
    return by_value(value)


def mapping(field: str, value: Any) -> dict[str, Any]:
    """A dictionary, whatever it holds."""
    if not isinstance(value, Mapping):
        refuse(field, value, "a dictionary")
    return with_plain_keys(cast("Mapping[str, Any]", value))


def choice(field: str, value: Any, allowed: Collection[str]) -> str:
    """One of several words."""
    # The hash of a member of an enum is not that of its value, which may be a key here.
    plain = by_value(value) if isinstance(value, str) else None
    if plain is None or plain not in allowed:
        refuse(field, value, f"one of {', '.join(map(repr, allowed))}")
    return plain


def texts(
    field: str, value: Iterable[Any] | None, *, most: int, longest: int | None = None
) -> list[str] | None:
    """A list of words, each not empty and at most `longest` characters, or None."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        refuse(field, value, "a list of texts, not one text")
    if not isinstance(cast("object", value), Iterable):
        refuse(field, value, "a list of texts")
    items: list[str] = []
    for number, item in enumerate(value):
        if not _is_text(item) or not item or (longest and len(item) > longest):
            limit = f" of at most {longest} characters" if longest else ""
            refuse(f"{field}[{number}]", item, f"text{limit}, not empty")
        items.append(by_value(item))
    if len(items) > most:
        refuse(field, f"{len(items)} items", f"at most {most} items")
    return items


def identifiers(field: str, value: Iterable[Any], *, most: int) -> list[str]:
    """Ids for the body of a request: at least one, at most `most`, each given once."""
    items = texts(field, value, most=most) or []
    if not items:
        refuse(field, value, f"a list of 1 to {most} ids")
    found: set[str] = set()
    for number, item in enumerate(items):
        known = identifier(f"{field}[{number}]", item)
        if known.lower() in found:
            refuse(f"{field}[{number}]", item, "an id that is not in the list already")
        found.add(known.lower())
    return [item.strip() for item in items]


def request(field: str, value: Any) -> Request[Any]:
    """A described call whose answer comes at once."""
    if not _is_request(value):
        refuse(field, value, "what a function of aion_api.api returned")
    if value.operation.kind == "events":
        rule = "a call whose answer comes at once, and no stream: client.chats.send_stream() is one"
        refuse(field, value.operation.operation_id, rule)
    return value


def entries(field: str, value: Any, *, most: int) -> list[Any]:
    """A list of anything, of at least one entry and at most `most`."""
    if isinstance(value, (str, bytes)) or not isinstance(cast("object", value), Sequence):
        refuse(field, value, "a list")
    found = [with_plain_keys(one) if is_mapping(one) else one for one in value]
    if not 1 <= len(found) <= most:
        refuse(field, f"{len(found)} entries", f"a list of 1 to {most} entries")
    return found


def facts(field: str, value: Any, kind: type[Model]) -> dict[str, Any]:
    """The fields of an input type that are set, given as its instance or as a dictionary."""
    if isinstance(value, kind):
        return value.to_dict()
    if not isinstance(cast("object", value), Mapping):
        refuse(field, value, f"a {kind.__name__} or a dictionary of its fields")
    given = with_plain_keys(value)
    for name in given:
        if name not in field_names(kind):
            refuse(field, name, f"without the field {name!r}: {kind.__name__} has none")
    return {name: one for name, one in given.items() if one is not None}


def _is_request(value: Any) -> TypeGuard[Request[Any]]:
    return isinstance(value, Request)


def _is_text(value: Any) -> TypeGuard[str]:
    """Whether it is text that has a form in UTF-8: half of a surrogate pair has none."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
