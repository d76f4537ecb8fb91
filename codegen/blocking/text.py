"""Rewrites docstrings, comments and messages of the async source for the twin.

Only text that is certainly code changes. In prose this is `async with`, `await` before a call, and
names that no English sentence contains by chance. In a code sample it is every `await` and every
renamed class. A sample is a fence, a doctest, a block after `::`, an `Example:` section that parses
as Python, or text between backticks.
"""

from __future__ import annotations

import ast
import re
import textwrap
from collections.abc import Callable, Iterable, Mapping

from codegen.blocking.naming import Naming
from codegen.blocking.tables import DENIED_MODULES, RENAMED

Report = Callable[[int, str, str], None]
"""Receives the number of lines below the first one, the name, and the advice."""

_BLOCK = re.compile(r"\basync[ \t]+(?=(?:with|for|def)\b)")
_AWAIT_CALL = re.compile(r"\bawait[ \t]+(?=[A-Za-z_][\w.]*\()")
_AWAIT = re.compile(r"(?<![\w.])await[ \t]+(?=[\w(\[{\"'])")
_INLINE = re.compile(r"(?P<ticks>`+)(?P<code>[^`\n]+)(?P=ticks)")
_REMARK = re.compile(r"(?:^|(?<=\s))#\s")
_LEFT_OVER = re.compile(rf"\b(?:await|async|{'|'.join(sorted(DENIED_MODULES))})\b(?=[ \t.]|$)")
_EXAMPLE = re.compile(r"\s*(?:Examples?|Usage):\s*")
_ADVICE = "the sample would not run in the twin: write it without an event loop"


class Text:
    """Rewrites the text of one module."""

    def __init__(self, naming: Naming) -> None:
        classes = naming.renamed_classes
        self._names = {**RENAMED, **classes}
        self._all = _words(self._names)
        # `Pipeline` is an English word as well as a class; `FilesResource` is not.
        humps = {name for name in classes if not re.search(r"[a-z0-9_][A-Z]", name)}
        self._certain = _words(name for name in self._names if name not in humps)
        self._called = _words(self._names, r"(?=\()")
        self._used = _words(humps, r"(?=[(\[]|\.\w)")
        self._modules = naming.renamed_modules
        self._paths = _words(self._modules, prefix=r"(?<![\w.])")

    def prose(self, text: str) -> str:
        """Rewrite a comment, or the part of a docstring that is not a code sample."""
        parts: list[str] = []
        end = 0
        for match in _INLINE.finditer(text):
            ticks = match["ticks"]
            parts += [self._plain(text[end : match.start()]), ticks, self._code(match["code"])]
            parts.append(ticks)
            end = match.end()
        return "".join([*parts, self._plain(text[end:])])

    def message(self, text: str) -> str:
        """Rewrite a string of the program: only calls and `with`, which cannot be data."""
        text = _AWAIT_CALL.sub("", _BLOCK.sub("", text))
        return _swap(self._called, self._names, text)

    def whole(self, text: str) -> str:
        """Rewrite an entry of a module-level table such as `__all__`, if it is a name or a path."""
        return self._modules.get(text) or self._names.get(text, text)

    def docstring(self, text: str, report: Report) -> str:
        """Rewrite the source text of a docstring, quotes included."""
        lines = text.split("\n")
        samples = _sample_lines(lines)
        for number, line in enumerate(lines):
            if number not in samples:
                lines[number] = self.prose(line)
                continue
            remark = _REMARK.search(line)
            cut = remark.start() if remark else len(line)
            code = self._code(line[:cut])
            lines[number] = code + self.prose(line[cut:])
            if left := _LEFT_OVER.search(code):
                report(number, left[0], _ADVICE)
        return "\n".join(lines)

    def _plain(self, text: str) -> str:
        text = _AWAIT_CALL.sub("", _BLOCK.sub("", text))
        text = _swap(self._paths, self._modules, text)
        return _swap(self._used, self._names, _swap(self._certain, self._names, text))

    def _code(self, text: str) -> str:
        text = _AWAIT.sub("", _BLOCK.sub("", text))
        text = _swap(self._paths, self._modules, text)
        return _swap(self._all, self._names, text)


def _words(names: Iterable[str], suffix: str = "", prefix: str = r"(?<!\w)") -> re.Pattern[str]:
    # Longest first, so that `aion.resources.files` wins over `aion.resources`.
    ordered = sorted(names, key=lambda name: (-len(name), name))
    if not ordered:
        return re.compile(r"(?!)")
    return re.compile(rf"{prefix}(?:{'|'.join(map(re.escape, ordered))})(?!\w){suffix}")


def _swap(pattern: re.Pattern[str], names: Mapping[str, str], text: str) -> str:
    return pattern.sub(lambda match: names[match[0]], text)


def _indents(lines: list[str]) -> list[int | None]:
    """Return the indent of each line, None for a blank line."""
    found = [len(line) - len(line.lstrip()) if line.strip() else None for line in lines]
    # The first line starts at the quotes, so the other lines show the real indent of the text.
    found[0] = min((indent for indent in found[1:] if indent is not None), default=0)
    return found


def _sample_lines(lines: list[str]) -> set[int]:
    found: set[int] = set()
    indents = _indents(lines)
    fenced = False
    block: int | None = None  # the indent of the line that opened a literal block
    for number, (line, indent) in enumerate(zip(lines, indents, strict=True)):
        bare = line.strip()
        if bare.startswith("```"):
            fenced = not fenced
            continue
        if block is not None and indent is not None and indent <= block:
            block = None
        if fenced or block is not None or bare.startswith((">>>", "... ")):
            found.add(number)
        elif bare.endswith("::") or bare.startswith(".. code"):
            block = indent
        elif _EXAMPLE.fullmatch(line):
            found |= _example(lines, indents, number)
    return found


def _example(lines: list[str], indents: list[int | None], heading: int) -> set[int]:
    end = heading + 1
    own = indents[heading] or 0
    while end < len(lines) and ((indent := indents[end]) is None or indent > own):
        end += 1
    # The closing quotes may be at the end of the sample's last line.
    body = textwrap.dedent("\n".join(lines[heading + 1 : end])).rstrip().removesuffix('"""')
    try:
        ast.parse(body)
    except SyntaxError:
        return set()
    return set(range(heading + 1, end))
