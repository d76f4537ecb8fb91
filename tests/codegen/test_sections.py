"""Lists of what a command reports: how they are cut, shared and made safe."""

from __future__ import annotations

import re

from hypothesis import given
from hypothesis import strategies as st

from codegen.sections import Item, Section, clip, code, cut, merged, printable, prose, text, wrapped

NAMES = st.lists(st.text("abc_.", min_size=1, max_size=60), max_size=50)
ANY = st.text(st.characters(codec="utf-8"))


def numbered(title: str, count: int, least: int) -> Section:
    """A list of numbers."""
    return Section(title, tuple(Item((), (str(n),)) for n in range(count)), least)


def page(*sections: Section, rows: int) -> list[str]:
    return text(cut(sections, rows), is_page=True)


# Pages


def test_what_fits_is_shown_whole() -> None:
    assert page(numbered("A", 3, least=1), rows=5) == ["", "A:", "  0", "  1", "  2"]


def test_what_does_not_fit_is_counted() -> None:
    lines = page(numbered("A", 9, least=3), rows=5)
    assert lines == ["", "A:", "  0", "  1", "  ... and 7 more: --verbose"]


def test_rows_that_one_section_leaves_free_go_to_the_first_that_needs_them() -> None:
    sections = cut([numbered("A", 9, 2), numbered("B", 1, 5), numbered("C", 9, 2)], 16)
    assert [len(section.items) for section in sections] == [6, 1, 1]


def test_a_section_keeps_its_rows_however_long_the_first_is() -> None:
    sections = cut([numbered("A", 900, 2), numbered("B", 4, 4)], 10)
    assert [len(section.items) for section in sections] == [1, 4]


def test_a_section_without_items_has_no_title() -> None:
    assert page(numbered("A", 0, least=5), rows=50) == []


def test_a_limit_on_items_holds_however_much_room_there_is() -> None:
    section = Section("A", tuple(Item((), (str(n),)) for n in range(30)), 11, most=10)
    assert len(page(section, rows=60)) == 13


def test_names_without_a_place_are_counted_by_what_they_stand_for() -> None:
    items = (Item(("a",), ("x",)), Item(("b", "c"), ("y",)), Item(("d",), ("z",), count=12))
    assert page(Section("A", items, 2), rows=4)[-1] == "  ... and 14 more: --verbose"


@given(st.lists(st.tuples(st.integers(0, 60), st.integers(1, 9)), max_size=5))
def test_a_page_has_its_length_at_most(sizes: list[tuple[int, int]]) -> None:
    sections = [numbered(str(n), count, least) for n, (count, least) in enumerate(sizes)]
    assert len(page(*sections, rows=55)) <= 55


# Names and lines


def test_a_line_is_said_once_for_all_its_names() -> None:
    pairs = [("b", "x"), ("a", "x"), ("c", "y"), ("a", "x")]
    assert merged(pairs) == (Item(("a", "b"), ("x",)), Item(("c",), ("y",)))


def test_lines_of_the_same_names_are_one_item() -> None:
    assert merged([("a", "x"), ("a", "y")]) == (Item(("a",), ("x", "y")),)


@given(NAMES, st.integers(30, 120), st.integers(1, 5))
def test_rows_of_names_are_few_and_narrow(names: list[str], width: int, rows: int) -> None:
    lines = wrapped(names, width, rows)
    assert len(lines) <= rows
    assert max(map(len, lines), default=0) <= width


@given(NAMES, st.integers(30, 120), st.integers(1, 5))
def test_every_name_is_shown_or_counted(names: list[str], width: int, rows: int) -> None:
    line = " ".join(wrapped(names, width, rows))
    rest = re.search(r" and (\d+) more$", line)
    shown = len(line.split(", ")) if line else 0
    assert shown + (int(rest[1]) if rest else 0) == len(names)


@given(ANY, st.integers(7, 90), st.booleans())
def test_a_clipped_line_is_as_long_as_it_may_be(value: str, width: int, in_middle: bool) -> None:
    line = clip(value, width, in_middle=in_middle)
    assert len(line) <= width
    assert line == printable(value) or "..." in line


# Text of others


@given(ANY)
def test_any_text_becomes_one_line_without_control_characters(value: str) -> None:
    assert printable(value).isprintable()


@given(ANY)
def test_no_text_has_a_bar_that_ends_its_cell(value: str) -> None:
    assert [re.sub(r"\\.", "", made(value)).count("|") for made in (prose, code)] == [0, 0]


@given(ANY)
def test_no_text_ends_its_code(value: str) -> None:
    assert code(value)[1:-1].count("`") == 0


def test_a_terminal_is_not_controlled_by_a_name() -> None:
    assert printable("a\x1b[31mb\u202ec\x00") == "a\\u001b[31mb\\u202ec\\u0000"


def test_a_line_does_not_become_a_heading_or_list() -> None:
    assert [prose(line)[:2] for line in ("# a", "- a", "> a", "+ a")] == [
        "\\#",
        "\\-",
        "\\>",
        "\\+",
    ]
