"""Turns names and texts of the contract into safe Python names and docstrings.

Text of the document reaches the output only through this module: identifiers are rebuilt from
letters, digits and underscores, and text is escaped for its place.
"""

from __future__ import annotations

import keyword
import re
import textwrap
from collections.abc import Callable, Collection, Iterable

from codegen.errors import CodegenError

_RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | {"self", "cls"}
_BUILTINS = frozenset({"list", "dict", "str", "int", "type"})
_MODULE_NAMES = frozenset(
    {"attrs", "bool", "bytes", "classmethod", "datetime", "float", "frozenset", "md", "rt"}
)
_MODEL_NAMES = frozenset({"additional_properties", "from_api_response", "to_dict"})
_DEEPEST = 24
_IMPORTED = frozenset({"Any", "Final", "Mapping", "Self"})


def words(text: str) -> list[str]:
    """Split `text` into words, at case changes and at characters other than letters and digits."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [word for word in re.split(r"[^0-9A-Za-z]+", spaced) if word]


def snake(text: str) -> str:
    """Return a lower-case identifier for a module, function, parameter or attribute."""
    name = "_".join(word.lower() for word in words(text)) or "value"
    if name[0].isdigit():
        name = f"n{name}"
    return f"{name}_" if name in _RESERVED else name


def argument(text: str) -> str:
    """Return a `snake` name that does not hide a builtin which generated functions use."""
    return _avoiding(snake(text), _BUILTINS)


def attribute(text: str) -> str:
    """Return the name of a model's attribute; it hides no annotation, method or import there."""
    return _avoiding(snake(text), _BUILTINS | _MODULE_NAMES | _MODEL_NAMES)


def _avoiding(name: str, taken: frozenset[str]) -> str:
    return f"{name}_" if name in taken else name


def unused(name: str, taken: Collection[str]) -> str:
    """Return `name`, or `name` with the first number from 2 on that is not taken."""
    number, found = 1, name
    while found in taken:
        number += 1
        found = f"{name.rstrip('_')}_{number}"
    return found


def distinct(texts: Iterable[str], name_of: Callable[[str], str]) -> dict[str, str]:
    """Return a name for each text, in their order; equal ones are numbered.

    A text that is a name already keeps it, whatever comes before.
    """
    listed = list(texts)
    wanted = {text: name_of(text) for text in listed}
    taken = {text for text, name in wanted.items() if text == name}
    found: dict[str, str] = {}
    for text, name in wanted.items():
        found[text] = name if text == name else unused(name, taken)
        taken.add(found[text])
    return found


def class_name(text: str) -> str:
    """Return the name of a class that the parser named `text`.

    Raises:
        CodegenError: It contains letters that Python would normalize to others.
    """
    if not (text.isascii() and text.isidentifier()):
        raise CodegenError(f"schema {text!r}: a class name needs ASCII letters; rename it")
    return f"{text}_" if text in _IMPORTED else text


def member(value: str) -> str:
    """Return the name of the enum member for a wire value.

    Unlike in `snake`, a leading `+` or `-` matters: `+1` and `-1` are two members.
    """
    text = re.sub(r"^\+(?=.)", "plus ", value)
    text = re.sub(r"^-(?=.)", "minus ", text)
    name = "_".join(re.findall(r"[0-9A-Za-z]+", text)).upper() or "EMPTY"
    if name[0].isdigit():
        name = f"VALUE_{name}"
    # Enum reserves sunder names and `mro`; `name` and `value` would hide the attributes.
    return f"{name}_" if name in {"MRO", "NAME", "VALUE"} else name


def operation(operation_id: str, path: str, method: str) -> str:
    """Return the short name of an operation: its id without the suffix that FastAPI appends."""
    tail = re.sub(r"\W", "_", path) + "_" + method.lower()
    name = snake(operation_id.removesuffix(tail) or operation_id)
    return _avoiding(name, _BUILTINS | _MODULE_NAMES)


def docstring(text: str, *, indent: int, width: int = 98) -> str:
    """Wrap and escape `text` for use inside a triple-quoted docstring.

    Paragraphs and indented lines are preserved. The result has no quotes around it, and nothing in
    it can end the docstring or start an escape.
    """
    pad = " " * indent
    lines: list[str] = []
    for line in text.strip().splitlines():
        hang = min(len(line) - len(line.lstrip()), _DEEPEST)
        wrapped = textwrap.wrap(
            line.strip(),
            width=width - indent - hang,
            subsequent_indent="    " if hang else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(" " * hang + part for part in wrapped or [""])
    return _escaped(f"\n{pad}".join(lines)).replace(f"\n{pad}\n", "\n\n")


def _escaped(text: str) -> str:
    # A quote matters next to another one, and before the quotes that close the docstring.
    text = re.sub(r'\\|""+|"\Z', lambda m: "".join(f"\\{c}" for c in m[0]), text)
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )
