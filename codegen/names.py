"""Names and texts of the contract turned into safe Python names and docstrings.

Nothing from the document reaches the output but through this module: identifiers are rebuilt from
letters, digits and underscores, and text is escaped for the place where it is put.
"""

from __future__ import annotations

import keyword
import re
import textwrap

from codegen.errors import CodegenError

_RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | {"self", "cls"}
_BUILTINS = frozenset({"list", "dict", "str", "int", "type"})
_MODULE_NAMES = frozenset(
    {"attrs", "bool", "bytes", "classmethod", "datetime", "float", "frozenset", "md", "rt"}
)
_MODEL_NAMES = frozenset({"additional_properties", "adopt", "from_api_response", "to_dict"})
_DEEPEST = 24
_IMPORTED = frozenset({"Any", "Final", "Mapping", "Self"})


def words(text: str) -> list[str]:
    """Split `text` into words at case changes and at everything that is no letter or digit."""
    spaced = re.sub(r"([a-z0-9])([A-Z])", r"\1 \2", text)
    spaced = re.sub(r"([A-Z]+)([A-Z][a-z])", r"\1 \2", spaced)
    return [word for word in re.split(r"[^0-9A-Za-z]+", spaced) if word]


def snake(text: str) -> str:
    """A lower-case identifier for a module, function, parameter or attribute."""
    name = "_".join(word.lower() for word in words(text)) or "value"
    if name[0].isdigit():
        name = f"n{name}"
    return f"{name}_" if name in _RESERVED else name


def argument(text: str) -> str:
    """A `snake` name that does not hide a builtin which generated functions use."""
    return _apart(snake(text), _BUILTINS)


def attribute(text: str) -> str:
    """The name of a model's attribute: it hides no annotation, method or import in its class."""
    return _apart(snake(text), _BUILTINS | _MODULE_NAMES | _MODEL_NAMES)


def _apart(name: str, taken: frozenset[str]) -> str:
    return f"{name}_" if name in taken else name


def class_name(text: str) -> str:
    """The name of a class that the parser called `text`.

    Raises:
        CodegenError: It holds letters that Python would read as others.
    """
    if not (text.isascii() and text.isidentifier()):
        raise CodegenError(f"schema {text!r}: a class is named with the letters A to Z; rename it")
    return f"{text}_" if text in _IMPORTED else text


def member(value: str) -> str:
    """The name of an enum member for a wire value.

    Unlike `snake`, a `+` or `-` in front counts: `+1` and `-1` are two members.
    """
    text = re.sub(r"^\+(?=.)", "plus ", value)
    text = re.sub(r"^-(?=.)", "minus ", text)
    name = "_".join(re.findall(r"[0-9A-Za-z]+", text)).upper() or "EMPTY"
    if name[0].isdigit():
        name = f"VALUE_{name}"
    # Enum reserves sunder names and `mro`; `name` and `value` would hide the attributes.
    return f"{name}_" if name in {"MRO", "NAME", "VALUE"} else name


def operation(operation_id: str, path: str, method: str) -> str:
    """The short name of an operation: its id without the path and method that FastAPI appends."""
    tail = re.sub(r"\W", "_", path) + "_" + method.lower()
    name = snake(operation_id.removesuffix(tail) or operation_id)
    return _apart(name, _BUILTINS | _MODULE_NAMES)


def docstring(text: str, *, indent: int, width: int = 98) -> str:
    """`text` wrapped and escaped for use inside a triple-quoted docstring.

    Paragraphs and lines that begin with white space keep their place. The result has no quotes
    around it, and nothing in it can end the docstring or start an escape.
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
    # A quote matters beside another one, and before the quotes that close the docstring.
    text = re.sub(r'\\|""+|"\Z', lambda m: "".join(f"\\{c}" for c in m[0]), text)
    return "".join(
        c if c.isprintable() or c == "\n" else c.encode("unicode_escape").decode() for c in text
    )
