"""Names for the classes of a document: unique, made of ASCII, the same in every run."""

from __future__ import annotations

import re
import unicodedata

from codegen import names
from codegen.document import Json

_PLAIN = re.compile(r"[A-Za-z][A-Za-z0-9._-]*\Z")


def module(op: Json) -> str:
    """Return the module of an operation: its first tag."""
    return names.snake((op.get("tags") or ["service"])[0])


def owner(path: str, method: str, op: Json) -> str:
    """Return the name that the classes which an operation writes in place begin with."""
    return f"{module(op)}_{names.operation(op['operationId'], path, method)}"


def pascal(text: str) -> str:
    """Return the words of `text`, each with a capital, without anything between them."""
    return "".join(word[0].upper() + word[1:] for word in names.words(latin(text)))


def latin(text: str) -> str:
    """Return `text` in ASCII: letters lose their accents, other ones become their code points."""
    if text.isascii():
        return text
    parts: list[str] = []
    for character in text:
        plain = unicodedata.normalize("NFKD", character).encode("ascii", "ignore").decode()
        is_word = character.isalnum()
        parts.append(plain or (f" U{ord(character):X} " if is_word else " "))
    return "".join(parts)


class ClassNames:
    """Gives each class a name that no other class has, whatever its capitals and separators."""

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def unique(self, wanted: str) -> str:
        """Return `wanted`, or `wanted` with the first free number from 2 on."""
        name = wanted if _PLAIN.match(wanted) else pascal(wanted)
        name = name if name[:1].isalpha() else f"Value{name}"
        number, found = 1, name
        while (key := re.sub(r"[^a-z0-9]", "", found.lower())) in self._taken:
            number += 1
            found = f"{name}{number}"
        self._taken.add(key)
        return found
