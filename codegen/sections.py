"""Lays out what a command reports: titled lists, cut to a page, as text or Markdown.

Names and lines may come from a contract that others wrote, so each becomes one line without control
characters, and in Markdown it stays in its cell or list item.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

WIDTH = 100
_FEW, _MANY = 2, 12
_MOST_LINES = 3
_IN_A_ROW = 6


@dataclass(frozen=True)
class Item:
    """One entry of a list, which a page shows or leaves out as a whole.

    Attributes:
        names: The names that it is about, such as methods; several share its lines.
        lines: What is said of them.
        group: A heading that it shares with its neighbours; empty if it has none.
        count: How many things it stands for, if that is not the number of names.
        is_short: Whether a page cuts it to one row.
    """

    names: tuple[str, ...] = ()
    lines: tuple[str, ...] = ()
    group: str = ""
    count: int = 0
    is_short: bool = False

    @property
    def size(self) -> int:
        """How many things it stands for."""
        return self.count or max(len(self.names), 1)


@dataclass(frozen=True)
class Section:
    """A titled list.

    Attributes:
        title: Its heading.
        items: Its entries, those of one group side by side.
        least: How many rows of a page are reserved for it.
        most: How many items a page shows at most; None for no such limit.
        more: Where the rest is listed.
        left: How many things a page leaves out.
        names: In how many rows a page shows the names of an item.
    """

    title: str
    items: tuple[Item, ...]
    least: int
    most: int | None = None
    more: str = "--verbose"
    left: int = 0
    names: int = _FEW


def merged(pairs: Iterable[tuple[str, str]], group: str = "") -> tuple[Item, ...]:
    """Return items in which each line is said once, whatever the number of its names.

    Lines with the same names share an item. Items are ordered by their names.

    Args:
        pairs: A name, and a line about it.
        group: The group of the items.
    """
    holders: dict[str, set[str]] = {}
    for name, line in pairs:
        holders.setdefault(line, set()).add(name)
    shared: dict[tuple[str, ...], list[str]] = {}
    for line, names in holders.items():
        shared.setdefault(tuple(sorted(names)), []).append(line)
    return tuple(Item(names, tuple(lines), group) for names, lines in sorted(shared.items()))


# A page


def cut(sections: Iterable[Section], rows: int) -> list[Section]:
    """Return the sections with as many items as fit on a page of text.

    A section has the rows that are reserved for it; what others do not need goes to the first
    sections that need it. All names are shown if that leaves room for everything.

    Args:
        sections: In the order of the page; a section without items is omitted.
        rows: How many lines the page has for them.
    """
    filled = [replace(section, names=_MANY) for section in sections if section.items]
    needs = [_height(section, rows) for section in filled]
    if sum(needs) + 2 * len(filled) > rows:
        filled = [replace(section, names=_FEW) for section in filled]
        needs = [_height(section, rows) for section in filled]
    rooms = [min(need, section.least) for need, section in zip(needs, filled, strict=True)]
    free = rows - sum(rooms) - 2 * len(filled)
    for place, need in enumerate(needs):
        more = max(0, min(free, need - rooms[place]))
        rooms[place] += more
        free -= more
    return [_cut(section, room) for section, room in zip(filled, rooms, strict=True)]


def _cut(section: Section, room: int) -> Section:
    # Each item needs a row at least.
    shown = min(len(section.items), room, section.most or room)
    while shown and len(_rows(_first(section, shown), is_page=True)) > room:
        shown -= 1
    return _first(section, shown)


def _first(section: Section, count: int) -> Section:
    left = sum(item.size for item in section.items[count:])
    items = tuple(_shortened(item, section.more) for item in section.items[:count])
    return replace(section, items=items, left=left)


def _shortened(item: Item, more: str) -> Item:
    rest = len(item.lines) - _MOST_LINES
    if rest <= 1:
        return item
    return replace(item, lines=(*item.lines[:_MOST_LINES], f"... and {rest} more: {more}"))


def _height(section: Section, rows: int) -> int:
    """Return how many rows a page has to have for a section; `rows` stands for more."""
    shown = min(len(section.items), rows, section.most or rows)
    return len(_rows(_first(section, shown), is_page=True))


# Text


def text(sections: Iterable[Section], *, is_page: bool) -> list[str]:
    """Return sections as lines for a terminal, each after an empty one.

    Args:
        sections: What to print; a section without items is omitted.
        is_page: Whether long lines are cut, and names share lines.
    """
    lines: list[str] = []
    for section in sections:
        if section.items or section.left:
            lines += ["", f"{section.title}:", *_rows(section, is_page=is_page)]
    return lines


def _rows(section: Section, *, is_page: bool) -> list[str]:
    rows: list[str] = []
    for group, items in groupby(section.items, key=lambda item: item.group):
        if group:
            rows.append(f"  {clip(group, WIDTH - 3) if is_page else printable(group)}:")
        indent = "    " if group else "  "
        for item in items:
            block = _short(item, WIDTH - len(indent), section.names) if is_page else _whole(item)
            rows += [f"{indent}{row}" for row in block]
    if section.left:
        rows.append(f"  ... and {section.left} more: {section.more}")
    return rows


def _whole(item: Item) -> list[str]:
    name = ", ".join(map(printable, item.names))
    lines = [*map(printable, item.lines)]
    if name and len(lines) == 1:
        return [f"{name}: {lines[0]}"]
    return [name, *(f"  {line}" for line in lines)] if name else lines


def _short(item: Item, width: int, rows: int) -> list[str]:
    names = wrapped(item.names, width, rows)
    if len(names) == len(item.lines) == 1:
        line = f"{names[0]}: {printable(item.lines[0])}"
        if item.is_short or len(line) <= width:
            return [clip(line, width)]
    if names:
        return [*names, *(f"  {clip(line, width - 2)}" for line in item.lines)]
    # These lines have their names in them, and end with a reason.
    return [clip(line, width, in_middle=True) for line in item.lines]


def wrapped(names: Sequence[str], width: int, rows: int) -> list[str]:
    """Return names, separated by commas, in rows; the last row counts those without a place.

    Args:
        names: What to list.
        width: How many characters a row has at most.
        rows: How many rows there are at most.
    """
    # No row has place for more: a name and its comma need three characters.
    count = min(len(names), rows * width // 3)
    shown = [clip(name, width // 2) for name in names[:count]]
    while True:
        ending = f" and {len(names) - count} more" if count < len(names) else ""
        found = _filled(shown[:count], width, ending)
        if len(found) <= rows:
            return found
        count -= 1


def _filled(names: list[str], width: int, ending: str) -> list[str]:
    lines: list[str] = []
    for place, name in enumerate(names):
        is_last = place == len(names) - 1
        word = name + (ending if is_last else ",")
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


# Markdown


def markdown(sections: Iterable[Section], *, is_page: bool) -> list[str]:
    """Return sections as Markdown.

    Args:
        sections: What to show; a section without items is omitted.
        is_page: Whether the number of names is cut.
    """
    lines: list[str] = []
    for section in sections:
        if section.items or section.left:
            lines += ["", f"## {section.title}", "", *_bullets(section, is_page=is_page)]
    return lines


def _bullets(section: Section, *, is_page: bool) -> Iterator[str]:
    for group, items in groupby(section.items, key=lambda item: item.group):
        if group:
            yield f"- {prose(group)}"
        indent = "  " if group else ""
        for item in items:
            most = section.names * _IN_A_ROW if is_page else len(item.names)
            rest = len(item.names) - most
            names = ", ".join(map(code, item.names[:most])) + (
                f" and {rest} more" if rest > 0 else ""
            )
            lines = [*map(prose, item.lines)]
            if names and len(lines) <= 1:
                yield f"{indent}- {': '.join([names, *lines])}"
                continue
            if names:
                yield f"{indent}- {names}"
            deeper = f"{indent}  " if names else indent
            yield from (f"{deeper}- {line}" for line in lines)
    if section.left:
        yield f"- ... and {section.left} more"


# One line


def printable(value: str) -> str:
    """Return text as one line, with control and invisible characters as their codes."""
    line = " ".join(value.split())
    return "".join(c if c.isprintable() else f"\\u{ord(c):04x}" for c in line)


def clip(value: str, width: int, *, in_middle: bool = False) -> str:
    """Return text as one line of at most `width` characters; the end or the middle is cut."""
    line = printable(value)
    if len(line) <= width:
        return line
    after = (width - 3) // 2 if in_middle else 0
    return f"{line[: width - 3 - after].rstrip()}...{line[len(line) - after :].lstrip()}"


def prose(value: str) -> str:
    """Escape text so that it stays text in Markdown, in one cell or list item."""
    line = printable(value)
    escaped = "".join(f"\\{c}" if c in "\\|<[*`" else c for c in line)
    # At its beginning, these would make it a heading, a quote or a list.
    return f"\\{escaped}" if escaped.startswith(("#", ">", "-", "+", "=")) else escaped


def code(value: str) -> str:
    """Return text as code in Markdown, in one cell or list item."""
    line = printable(value).replace("`", "'").replace("\\", "\\\\").replace("|", "\\|")
    return f"`{line}`" if line else ""
