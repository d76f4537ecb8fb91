"""The page that comes first: its length, and what each of its sections says."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.diffing import Change, Difference, report
from codegen.diffing.page import ROWS
from codegen.sections import WIDTH
from tests.codegen.changes import added, gained, large, lost, removed, servers


@cache
def large_page() -> list[str]:
    """The page on a difference with much in every section."""
    return report.text(large()).splitlines()


def page(*changes: Change, **more: Any) -> list[str]:
    """The lines of the page on these changes."""
    return report.text(Difference(changes, **more)).splitlines()


def section(lines: list[str], title: str) -> list[str]:
    """The lines of one section, without its title."""
    start = next(n for n, line in enumerate(lines) if line.startswith(title))
    rest = [*lines[start + 1 :], ""]
    return rest[: rest.index("")]


def everything(difference: Difference) -> dict[str, Any]:
    """What the report says to programs."""
    found: dict[str, Any] = json.loads(report.rendered(difference, "json"))
    return found


# Its length


def test_a_large_change_fits_on_the_page() -> None:
    assert len(large_page()) <= ROWS


def test_a_large_change_fills_the_page() -> None:
    assert len(large_page()) >= ROWS - 4


def test_no_line_of_the_page_is_wider_than_a_terminal() -> None:
    assert max(map(len, large_page())) <= WIDTH


@pytest.mark.parametrize(
    "title",
    [
        "Curated methods that lose their operation (400) or a part (16000)",
        "Other operations that break, for users of `client.call` and `aion_api` (401)",
        "New operations (400)",
        "New parts of operations and schemas that curated methods use (400)",
        "Patches left out (400)",
        "Words (400)",
        "To check (401)",
    ],
)
def test_every_section_of_a_large_change_has_its_place_and_its_count(title: str) -> None:
    assert f"{title}:" in large_page()


@pytest.mark.parametrize("title", ["Curated", "New operations", "Patches", "Words", "To check"])
def test_a_section_that_is_cut_says_how_to_see_the_rest(title: str) -> None:
    last = section(large_page(), title)[-1]
    assert re.fullmatch(r"  \.\.\. and \d+ more: --verbose", last)


@pytest.mark.parametrize("title", ["Patches left out", "Words"])
def test_the_first_ten_lines_of_patches_and_words_are_shown_and_the_others_counted(
    title: str,
) -> None:
    lines = section(large_page(), title)
    assert (len(lines), lines[-1]) == (11, "  ... and 390 more: --verbose")


def test_everything_is_in_the_verbose_form_of_a_large_change() -> None:
    text = report.text(large(50), verbose=True)
    named = [f"client.gone.method_{n:03}" for n in range(50)]
    named += [f"POST /new/{n}: " for n in range(50)]
    named += [f"  {what} {n} " for what in ("patch", "words", "note") for n in range(50)]
    assert [name for name in named if name not in text] == []


def test_the_verbose_form_cuts_nothing() -> None:
    assert "... and" not in report.text(large(50), verbose=True)


# Counts


def test_operations_and_schemas_are_counted_each_once() -> None:
    changes = removed("/a"), added("/b"), added("/c"), lost("Box", "x"), lost("Box", "y")
    assert page(*changes)[:3] == [
        "                added  removed  changed",
        "operations          2        1        0",
        "schemas             0        0        1",
    ]


def test_the_summary_counts_what_breaks_for_callers_readers_and_methods() -> None:
    changes = removed("/a", "client.a"), lost("Box", "x", "client.a", "client.b"), added("/b")
    assert page(*changes)[4] == (
        "3 changes: 1 breaking for the caller, 1 for the reader; 2 curated methods broken."
    )


def test_nothing_is_one_line() -> None:
    assert page() == ["Nothing differs."]


# Curated methods


def test_P27_each_curated_method_whose_operation_is_gone_is_named_with_it() -> None:
    lines = page(removed("/b", "client.b"), removed("/a", "client.a"))
    assert section(lines, "Curated") == [
        "  the operation is removed:",
        "    client.a: DELETE /a",
        "    client.b: DELETE /b",
    ]


def test_a_method_whose_operation_is_gone_needs_no_other_reason() -> None:
    lines = page(removed("/a", "client.a"), lost("Box", "x", "client.a"))
    assert "Box" not in "\n".join(section(lines, "Curated"))


def test_a_change_of_a_schema_is_said_once_for_all_its_methods() -> None:
    lines = page(lost("Box", "x", *(f"client.crates.m_{n:02}" for n in range(12))))
    assert section(lines, "Curated") == [
        "  the operation is there, but a part is gone or changed:",
        "    client.crates.m_00, client.crates.m_01, client.crates.m_02, client.crates.m_03,",
        "    client.crates.m_04, client.crates.m_05, client.crates.m_06, client.crates.m_07,",
        "    client.crates.m_08, client.crates.m_09, client.crates.m_10, client.crates.m_11",
        "      Box: property removed: x; responses do not have it any more",
    ]


def test_the_names_of_methods_are_cut_where_the_page_is_full() -> None:
    methods = [f"client.bag.m_{n:02}" for n in range(12)]
    changes = [lost(f"Box{n}", "x", *methods, f"client.m{n}") for n in range(40)]
    second = section(page(*changes), "Curated")[2]
    assert second.endswith("client.bag.m_08, client.bag.m_09 and 3 more")


def test_changes_of_one_kind_in_a_schema_are_one_reason() -> None:
    lines = page(lost("Box", "x", "client.a"), lost("Box", "y", "client.a"))
    assert section(lines, "Curated")[1:] == [
        "    client.a: Box: property removed: x, y; responses do not have it any more"
    ]


def test_methods_are_ordered_by_name() -> None:
    lines = page(*(lost(f"S{n}", "x", f"client.m{9 - n}") for n in range(10)))
    shown = [line.split(":")[0].strip() for line in section(lines, "Curated")[1:]]
    assert shown == [f"client.m{n}" for n in range(10)]


def test_the_verbose_form_has_all_reasons_of_a_method_under_it() -> None:
    both = lost("Box", "x", "client.a", "client.b"), lost("Lid", "y", "client.a")
    lines = report.text(Difference(both), verbose=True).splitlines()
    assert section(lines, "Curated")[1:] == [
        "    client.a",
        "      Box: property removed: x; responses do not have it any more",
        "      Lid: property removed: y; responses do not have it any more",
        "    client.b: Box: property removed: x; responses do not have it any more",
    ]


# The other sections


def test_operations_that_no_method_calls_are_counted_by_module() -> None:
    lines = page(removed("/a", function="rules.a"), removed("/b", function="rules.b"))
    assert section(lines, "Other operations that break") == ["  rules 2"]


def test_an_operation_without_a_method_breaks_with_a_schema_that_methods_use() -> None:
    found = everything(Difference((lost("Box", "x", "client.a"),)))
    assert found["uncurated"] == ["boxes.raw_box"]


def test_new_operations_are_grouped_by_tag_with_method_path_and_summary() -> None:
    lines = page(added("/a", "lids", "Close it."), added("/b", "boxes"), added("/c", "lids"))
    assert section(lines, "New operations") == [
        "  boxes:",
        "    POST /b",
        "  lids:",
        "    POST /a: Close it.",
        "    POST /c",
    ]


def test_new_parts_of_what_methods_use_are_said_once_for_a_schema() -> None:
    lines = page(gained("Box", "x", "client.a"), gained("Box", "y", "client.a"))
    assert section(lines, "New parts") == ["  Box: property added: x, y"]


def test_new_parts_of_what_no_method_uses_are_not_on_the_page() -> None:
    assert "New parts" not in "\n".join(page(gained("Box", "x")))


def test_P27_each_patch_that_was_left_out_is_named_with_the_reason() -> None:
    lines = page(left_out=("patch of a/b: its place is gone",))
    assert section(lines, "Patches left out (1)") == ["  patch of a/b: its place is gone"]


def test_a_long_line_keeps_name_and_reason() -> None:
    line = f"patch of {'a' * 200}: its place is gone"
    shown = section(page(left_out=(line,)), "Patches left out")[0]
    assert (shown.startswith("  patch of aaa"), shown.endswith("aa: its place is gone")) == (
        True,
        True,
    )


def test_words_have_a_section() -> None:
    assert section(page(words=("kept 12 texts",)), "Words (1)") == ["  kept 12 texts"]


def test_changes_of_the_document_are_to_be_checked_with_the_notes() -> None:
    lines = page(servers(), notes=("name a schema",))
    assert section(lines, "To check (2)") == [
        "  the document: servers changed: compare servers by hand",
        "  name a schema",
    ]


# The other formats


def test_markdown_has_the_page_first_and_then_the_tables() -> None:
    text = report.rendered(large(30), "markdown")
    heads = [line for line in text.splitlines() if line.startswith("#")]
    assert (heads[:2], heads[-3:]) == (
        [
            "# What the new contract changes",
            "## Curated methods that lose their operation (30) or a part (1200)",
        ],
        ["## Operations", "## Schemas", "## Document"],
    )


def test_markdown_has_in_full_what_the_page_cuts() -> None:
    text = report.rendered(large(30), "markdown")
    assert [n for n in range(30) if f"\n- words {n} " not in text] == []


def test_markdown_does_not_repeat_what_the_page_shows_whole() -> None:
    text = report.rendered(Difference((removed("/a", "client.a"),)), "markdown")
    assert ", in full" not in text


def test_json_has_these_keys() -> None:
    assert list(everything(large(3))) == [
        "summary",
        "breaks_curated",
        "counts",
        "curated",
        "uncurated",
        "new_operations",
        "left_out",
        "words",
        "notes",
        "changes",
    ]


def test_json_has_every_line_and_method_of_a_large_change() -> None:
    difference = large(50)
    found = everything(difference)
    sizes = [len(found[key]) for key in ("curated", "new_operations", "left_out", "words", "notes")]
    assert sizes == [2050, 50, 50, 50, 50]


def test_json_has_the_reasons_of_a_method() -> None:
    found = everything(Difference((lost("Box", "x", "client.a"), removed("/b", "client.b"))))
    reason = {
        "subject": "Box",
        "kind": "property removed",
        "places": ["x"],
        "reason": "responses do not have it any more",
    }
    assert found["curated"] == [
        {"method": "client.a", "removed": [], "reasons": [reason]},
        {"method": "client.b", "removed": ["DELETE /b"], "reasons": []},
    ]


def test_json_counts_what_the_page_counts() -> None:
    found = everything(Difference((lost("Box", "x", "client.a"), removed("/b"))))
    assert found["counts"] == {
        "operations": {"added": 0, "removed": 1, "changed": 0},
        "schemas": {"added": 0, "removed": 0, "changed": 1},
        "breaking": {"callers": 1, "readers": 1, "curated": 1},
    }


# Hostile text

WORDS = st.text(st.characters(codec="utf-8"), max_size=30)


@st.composite
def differences(draw: st.DrawFn) -> Difference:
    """A difference whose texts are anything."""

    def text() -> str:
        return draw(WORDS)

    kinds = [
        replace(removed("/", text(), text()), title=text(), place=text(), reason=text()),
        replace(added("/", text(), text()), title=text(), subject=text()),
        replace(lost(text(), text(), text()), kind=text(), old=text(), new=text()),
        replace(gained(text(), text(), text()), title=text()),
        servers(),
    ]
    chosen = draw(st.lists(st.sampled_from(kinds), max_size=12))
    lines = st.lists(WORDS, max_size=14).map(tuple)
    return Difference(tuple(chosen), draw(lines), draw(lines), draw(lines))


@given(differences())
def test_no_text_breaks_the_page(difference: Difference) -> None:
    lines = report.text(difference).removesuffix("\n").split("\n")
    assert len(lines) <= ROWS
    assert [line for line in lines if len(line) > WIDTH or not line.isprintable()] == []


@given(differences(), st.booleans())
def test_no_text_leaves_its_line_of_the_verbose_form(difference: Difference, plain: bool) -> None:
    form = "text" if plain else "markdown"
    text = report.rendered(difference, form, verbose=True)
    assert [line for line in text.removesuffix("\n").split("\n") if not line.isprintable()] == []


@given(differences())
def test_no_text_leaves_its_cell(difference: Difference) -> None:
    lines = report.rendered(difference, "markdown").split("\n")
    bare = [re.sub(r"\\.", "", line) for line in lines if line.startswith("| ")]
    assert {line.count("|") for line in bare} <= {5, 7}


@given(differences())
def test_no_text_is_lost_in_json(difference: Difference) -> None:
    found = everything(difference)
    lines = [found[key] for key in ("notes", "left_out", "words")]
    assert lines == [[*d] for d in (difference.notes, difference.left_out, difference.words)]
    assert {loss["method"] for loss in found["curated"]} == {
        method
        for change in difference.changes
        if change.breaks_curated
        for method in change.methods
    }


def test_markup_of_a_contract_stays_text() -> None:
    text = report.rendered(Difference((added("/a", "t", "<b>[x](y)</b> `z`"),)), "markdown")
    assert "`POST /a`: \\<b>\\[x](y)\\</b> \\`z\\`" in text
