"""Validates arguments before anything is sent.

Each function returns the argument as it is to be sent, or raises a `ValidationError` whose
message and `details` (`field`, `value`, `rule`) say what was passed and what is allowed. Texts and
numbers are returned as plain values: a member of `class Sort(str, Enum)` becomes its value, and a
member of a plain `Enum` is refused.
"""

from __future__ import annotations

import os
import reprlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any, NoReturn, TypeGuard, cast

from aion._http.content import sendable
from aion._plain_values import by_value, with_plain_keys
from aion._secrets import is_mapping
from aion.config import LONGEST_WAIT
from aion.exceptions import ValidationError
from aion_api import Model, Request, field_names

_SAVED = (
    'save it with image.save(buffer := io.BytesIO(), "JPEG"), and pass buffer.getvalue(), with'
    " filename=... for an upload"
)
LONGEST_NAME = 255
"""Most characters in the name of a file that is announced before it is sent."""


def refuse(field: str, value: object, rule: str) -> NoReturn:
    """Raise the error of a failed check.

    Args:
        field: The name of the argument.
        value: The value passed; shortened in the message.
        rule: What is allowed, as the end of "<field> has to be ...".
    """
    shown = reprlib.repr(value)
    raise ValidationError(
        f"{field} has to be {rule}; got {shown}",
        details={"field": field, "value": shown, "rule": rule},
    )


def identifier(field: str, value: Any) -> str:
    """Validate an id that becomes part of a path."""
    if not _is_text(value) or value.strip() in ("", ".", ".."):
        refuse(field, value, "the id of an existing object, as text")
    return value.strip()


def whole_number(field: str, value: Any, least: int, most: int | None = None) -> int:
    """Validate a whole number in a range, both ends included."""
    bad = not isinstance(value, int) or isinstance(value, bool)
    if bad or value < least or (most is not None and value > most):
        span = f"from {least} to {most}" if most is not None else f"of {least} or more"
        refuse(field, value, f"a whole number {span}")
    return int(value)


def number(field: str, value: Any, least: float, most: float) -> float:
    """Validate a number in a range, both ends included."""
    # Neither comparison holds for a NaN.
    if not isinstance(value, (int, float)) or isinstance(value, bool) or not least <= value <= most:
        refuse(field, value, f"a number from {least:g} to {most:g}")
    return float(value)


def seconds(field: str, value: Any) -> float:
    """Validate a duration in seconds: above 0, and short enough for the system to wait for."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not is_number or not 0 < value <= LONGEST_WAIT:
        refuse(field, value, f"a number of seconds above 0, at most {LONGEST_WAIT:,}")
    return float(value)


def optional_seconds(field: str, value: Any) -> None:
    """Validate a duration in seconds, or None."""
    if value is not None:
        seconds(field, value)


def text(field: str, value: Any, least: int, most: int) -> str:
    """Validate text by its length in characters, both ends of the range included."""
    rule = f"text of {least} to {most} characters"
    if isinstance(value, str) and not _is_text(value):
        rule += " that can be written in UTF-8"
    if not _is_text(value) or not least <= len(value) <= most:
        refuse(field, value, rule)
    return by_value(value)


def stored_name(field: str, value: Any) -> str:
    """Validate the name to store a file under, and return it as it is sent."""
    name = text(field, sendable(value) if isinstance(value, str) else value, 1, LONGEST_NAME)
    return _bare_name(field, name)


def path(field: str, value: Any) -> str:
    """Validate the path of a file or a directory."""
    plain: Any = None
    with suppress(TypeError):
        plain = os.fspath(cast("str", value))
    if not isinstance(plain, str):
        refuse(field, value, "a path")
    filled(field, plain)
    try:
        is_valid = b"\0" not in os.fsencode(plain)
    except UnicodeEncodeError:
        is_valid = False
    if not is_valid:
        refuse(field, value, "a path of characters that file names can have")
    return by_value(plain)


def filled(field: str, value: Any) -> None:
    """Refuse an empty path, which the system treats as the current directory."""
    if value == "":
        raise ValidationError(
            f"{field} holds an empty path: is it from a variable that is not set?",
            details={"field": field, "value": "''", "rule": "a path that is not empty"},
        )


def missing(*fields: str) -> NoReturn:
    """Raise the error of a call that requires at least one of several arguments."""
    *others, last = fields
    names = f"{', '.join(others)} or {last}"
    raise ValidationError(
        f"pass {names}: at least one is required",
        details={"field": fields[0], "value": "None", "rule": "given"},
    )


def unopened(field: str, value: Any, instead: str) -> None:
    """Refuse an open file, a picture or an array where a path or bytes are expected.

    Args:
        field: The name of the argument.
        value: The value passed.
        instead: What to pass instead of an open file.
    """
    makers = {one.__module__.partition(".")[0] for one in type(value).__mro__}
    if "PIL" in makers:
        problem = f"a PIL image: {_SAVED}"
    elif "numpy" in makers and value.dtype.kind in "biuf":
        problem = f"a numpy array: make a picture of it, image = Image.fromarray(array); {_SAVED}"
    elif hasattr(value, "getvalue"):
        problem = "a buffer: pass its bytes, .getvalue(), with filename=... for an upload"
    elif hasattr(value, "read"):
        problem = f"an open file: {instead}"
    elif isinstance(value, os.PathLike) and not isinstance(value, Path):
        problem = "a path that is not a pathlib.Path: pass os.fspath(path)"
    else:
        return
    raise ValidationError(
        f"{field} is {problem}",
        details={
            "field": field,
            "value": reprlib.repr(cast("object", value)),
            "rule": "a path or bytes",
        },
    )


def callbacks(**arguments: Any) -> None:
    """Validate callbacks: each is callable or None."""
    for field, value in arguments.items():
        if value is not None and not callable(value):
            refuse(field, value, "something to call, or None")


def filename(field: str, value: Any) -> str | None:
    """Validate the name to store a file under; None stands for its own name."""
    if value is None:
        return None
    if not isinstance(value, str):
        refuse(field, value, "text, such as 'photo.jpg'")
    return _bare_name(field, by_value(value))


def mapping(field: str, value: Any) -> dict[str, Any]:
    """Validate a dictionary, whatever it holds."""
    if not isinstance(value, Mapping):
        refuse(field, value, "a dictionary")
    return with_plain_keys(cast("Mapping[str, Any]", value))


def choice(field: str, value: Any, allowed: Collection[str]) -> str:
    """Validate one of several words, or of any: a contract without the enum lists none."""
    # The hash of a member of an enum is not that of its value, which may be a key here.
    plain = by_value(value) if isinstance(value, str) else None
    if plain is None or (allowed and plain not in allowed):
        refuse(field, value, f"one of {', '.join(map(repr, allowed))}")
    return plain


def texts(
    field: str, value: Iterable[Any] | None, *, most: int, longest: int | None = None
) -> list[str] | None:
    """Validate a list of words, or None. No word is empty or longer than `longest` characters."""
    if value is None:
        return None
    if isinstance(value, (str, bytes)):
        refuse(field, value, f"a list of texts, not one text: {field}=[{reprlib.repr(value)}]")
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
    """Validate ids for the body of a request: 1 to `most`, without duplicates."""
    items = texts(field, value, most=most) or []
    if not items:
        refuse(field, value, f"a list of 1 to {most} ids")
    seen: set[str] = set()
    for number, item in enumerate(items):
        key = identifier(f"{field}[{number}]", item).lower()
        if key in seen:
            refuse(f"{field}[{number}]", item, "an id that is not in the list already")
        seen.add(key)
    return [item.strip() for item in items]


def request(field: str, value: Any) -> Request[Any]:
    """Validate a described call, other than one that streams events."""
    if not _is_request(value):
        rule = "what a function of aion_api.api returned, such as rules.list_rule_sets()"
        if isinstance(value, Model) or is_mapping(value):
            rule += "; pass the body to that function, as body=..."
        refuse(field, value, rule)
    if value.operation.kind == "events":
        rule = "a call that is not a stream; for a chat stream use client.chats.send_stream()"
        refuse(field, value.operation.operation_id, rule)
    return value


def entries(field: str, value: Any, *, most: int) -> list[Any]:
    """Validate a list of 1 to `most` entries of any type."""
    if isinstance(value, (str, bytes)) or not isinstance(cast("object", value), Sequence):
        refuse(field, value, "a list")
    items = [with_plain_keys(one) if is_mapping(one) else one for one in value]
    if not 1 <= len(items) <= most:
        refuse(field, f"{len(items)} entries", f"a list of 1 to {most} entries")
    return items


def facts(field: str, value: Any, kind: type[Model]) -> dict[str, Any]:
    """Return the set fields of an input type, which is an instance of it or a dictionary."""
    if isinstance(value, kind):
        return value.to_dict()
    if not isinstance(cast("object", value), Mapping):
        refuse(field, value, f"a {kind.__name__} or a dictionary of its fields")
    plain = with_plain_keys(value)
    for name in plain:
        if name not in field_names(kind):
            refuse(field, name, f"without the field {name!r}: {kind.__name__} has none")
    return {name: one for name, one in plain.items() if one is not None}


def _bare_name(field: str, name: str) -> str:
    """Refuse a path as a name: the service stores what follows its last slash, and no folder."""
    last = name.replace("\\", "/").rpartition("/")[2]
    if last != name:
        instead = f"pass {last!r}" if last else "pass the name of the file"
        rule = f"a name without / and \\ (a library stores names, not paths): {instead}"
        refuse(field, name, rule)
    return name


def _is_request(value: Any) -> TypeGuard[Request[Any]]:
    return isinstance(value, Request)


def _is_text(value: Any) -> TypeGuard[str]:
    """Return whether a value is text that UTF-8 can encode: half of a surrogate pair is not."""
    if not isinstance(value, str):
        return False
    return value.isascii() or not any("\ud800" <= char <= "\udfff" for char in value)
