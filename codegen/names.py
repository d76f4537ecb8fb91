"""Names and texts of the contract turned into safe Python names and docstrings.

Nothing from the document reaches the output but through this module: identifiers are rebuilt from
letters, digits and underscores, and text is escaped for the place where it is put.
"""

from __future__ import annotations

import builtins
import keyword
import re
import textwrap

_RESERVED = frozenset(keyword.kwlist) | frozenset(keyword.softkwlist) | {"self", "cls"}


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
    name = snake(text)
    return f"{name}_" if name in {"list", "dict", "str", "int", "type"} else name


def pascal(text: str) -> str:
    """A class name. Runs of capitals that the contract chose (`OG`, `API`) are kept."""
    name = "".join(word[0].upper() + word[1:] for word in words(text)) or "Value"
    if name[0].isdigit():
        name = f"N{name}"
    if keyword.iskeyword(name) or hasattr(builtins, name):
        name = f"{name}_"
    return name


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


def operation_name(operation_id: str, path: str, method: str) -> str:
    """The short name of an operation: its id without the path and method that FastAPI appends."""
    tail = re.sub(r"\W", "_", path) + "_" + method.lower()
    short = operation_id.removesuffix(tail) or operation_id
    return snake(short)


def docstring(text: str, *, indent: int, width: int = 98) -> str:
    """`text` wrapped and escaped for use inside a triple-quoted docstring.

    Paragraphs and lines that begin with white space keep their place. The result has no quotes
    around it, and nothing in it can end the docstring or start an escape.
    """
    pad = " " * indent
    lines: list[str] = []
    for line in text.strip().splitlines():
        line = line.rstrip().replace("\\", "\\\\").replace('"""', '\\"\\"\\"')
        if not line:
            lines.append("")
            continue
        hang = len(line) - len(line.lstrip())
        wrapped = textwrap.wrap(
            line.strip(),
            width=width - indent - hang,
            subsequent_indent="    " if hang else "",
            break_long_words=False,
            break_on_hyphens=False,
        )
        lines.extend(" " * hang + part for part in wrapped)
    result = f"\n{pad}".join(lines).replace(f"\n{pad}\n", "\n\n")
    # A closing quote right after a quote in the text would make four of them.
    return result[:-1] + '\\"' if result.endswith('"') else result


def item(name: str, text: str, *, indent: int) -> str:
    """`name: text` for a list of arguments or attributes, continuation lines indented once more."""
    return docstring(f"{name}: {text}", indent=indent + 4)
