"""The markup of chat and agent texts: what it points to, and its plain form."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.types._markup import parse_references, resolve_content
from aion.types.references import DocumentRef, ImageRef, LinkRef, ParsedReferences

POLE = "5c0ffee5-0000-4000-8000-000000000001"
BARN = "5c0ffee5-0000-4000-8000-000000000002"
PLAN = "d0c00000-0000-4000-8000-000000000003"
LINK = "11a70000-0000-4000-8000-000000000004"
METADATA: dict[str, Any] = {
    "image_context": [{"image_id": POLE}, {"image_id": BARN}],
    "tool_document_data": {"documents": [{"document_id": PLAN, "filename": "plan.pdf"}]},
    "tool_link_data": [{"id": LINK, "source_url": "https://a.example/x", "domain": "a.example"}],
    "result_refs": {
        "search_1": {
            "count": 2,
            "ids": [POLE, BARN],
            "image_ids": [POLE, BARN],
            "id_type": "image",
            "label": "images",
        },
        "ref:0": {"count": 4, "ids": [], "id_type": "video", "label": "videos"},
    },
}


def test_a_text_without_markup_points_to_nothing() -> None:
    found = parse_references("Two poles lean to the left.")
    assert found == ParsedReferences()
    assert not found.has_references


def test_an_image_is_found_by_the_beginning_of_its_id() -> None:
    found = parse_references(f"See [[img:{POLE}|pole.jpg]]", METADATA)
    assert found.images == [ImageRef(POLE, "pole.jpg", POLE)]
    assert found.has_references


def test_a_beginning_that_fits_two_images_is_left_open() -> None:
    found = parse_references("See [[img:5c0ffee5|pole.jpg]]", METADATA)
    assert found.images == [ImageRef("5c0ffee5", "pole.jpg", None)]


def test_the_case_of_an_id_does_not_matter() -> None:
    found = parse_references("[[doc:D0C00000|plan.pdf]]", METADATA)
    assert found.documents[0].full_id == PLAN


@pytest.mark.parametrize(
    ("markup", "expected", "plain"),
    [
        ("[[doc:d0c00000|plan.pdf]]", DocumentRef("d0c00000", "plan.pdf", PLAN), "plan.pdf"),
        (
            "[[doc:d0c00000|plan.pdf|p:5]]",
            DocumentRef("d0c00000", "plan.pdf", PLAN, page=5),
            "plan.pdf (p.5)",
        ),
        (
            "[[doc:d0c00000|plan.pdf|pp:3-7]]",
            DocumentRef("d0c00000", "plan.pdf", PLAN, page_range=(3, 7)),
            "plan.pdf (pp.3-7)",
        ),
        (
            "[[doc:d0c00000|plan.pdf|pp:3\u20137]]",
            DocumentRef("d0c00000", "plan.pdf", PLAN, page_range=(3, 7)),
            "plan.pdf (pp.3-7)",
        ),
        (
            "[[doc:d0c00000|a|b.pdf|p:1]]",
            DocumentRef("d0c00000", "a|b.pdf", PLAN, page=1),
            "a|b.pdf (p.1)",
        ),
        (
            "[[doc:d0c00000|plan.pdf|p:x]]",
            DocumentRef("d0c00000", "plan.pdf|p:x", PLAN),
            "plan.pdf|p:x",
        ),
    ],
)
def test_a_document_has_its_pages(markup: str, expected: DocumentRef, plain: str) -> None:
    assert parse_references(markup, METADATA).documents == [expected]
    assert resolve_content(markup, METADATA) == plain


def test_a_link_has_its_address() -> None:
    found = parse_references("[[link:11a70000|A | title]]", METADATA)
    assert found.links == [
        LinkRef("11a70000", "A | title", LINK, "https://a.example/x", "a.example")
    ]


@pytest.mark.parametrize("key", ["search_1", "ref:search_1"])
def test_a_count_is_found_under_its_key(key: str) -> None:
    found = parse_references(f"I see [[ref:{key}]] poles", METADATA)
    assert found.counts[key].count == 2
    assert found.counts[key].image_ids == [POLE, BARN]


def test_a_count_is_found_under_its_key_with_the_word_ref() -> None:
    found = parse_references("[[ref:0]] videos", METADATA)
    assert found.counts["0"].count == 4
    assert str(found.counts["0"].id_type) == "video"
    assert resolve_content("[[ref:0]] videos", METADATA) == "4 videos"


def test_a_key_that_is_unknown_stays_in_the_text() -> None:
    text = "I see [[ref:other]] poles"
    assert parse_references(text, METADATA).counts == {}
    assert resolve_content(text, METADATA) == text


@pytest.mark.parametrize(
    "text",
    ["[[", "]]", "[[img]]", "[[img:]]", "[[img:|a.jpg]]", "[[video:1|a]]", "[[ref:a", "[ref:a]]"],
)
def test_what_is_not_markup_stays_in_the_text(text: str) -> None:
    assert resolve_content(text, METADATA) == text
    assert not parse_references(text, METADATA).has_references


@pytest.mark.parametrize("name", ["plan [1].png", "a[1]", "a b.c d", "50% \u2028 off.jpg"])
def test_a_filename_may_hold_brackets_and_spaces(name: str) -> None:
    text = f"See [[img:{POLE[:8]}|{name}]]."
    assert parse_references(text).images == [ImageRef(POLE[:8], name)]
    assert resolve_content(text) == f"See {name}."


def test_an_opening_without_an_end_does_not_hide_what_follows() -> None:
    text = f"[[img:lost [[img:{POLE}|pole.jpg]]"
    assert parse_references(text, METADATA).images == [ImageRef(POLE, "pole.jpg", POLE)]
    assert resolve_content(text) == "[[img:lost pole.jpg"


@pytest.mark.parametrize(
    "metadata",
    [
        {"image_context": {"images": [{"image_id": POLE}]}},
        {"image_context": {"image_id": POLE}},
        {"image_context": {"a": {"image_id": POLE}}},
        {"image_context": [None, 5, {"id": POLE}]},
    ],
)
def test_images_are_found_in_every_layout(metadata: dict[str, Any]) -> None:
    found = parse_references(f"[[img:{POLE[:8]}|a.jpg]]", metadata)
    assert found.images[0].full_id == POLE


@pytest.mark.parametrize("refs", [None, 5, [], {"search_1": None}, {"search_1": []}])
def test_metadata_that_makes_no_sense_is_passed_over(refs: Any) -> None:
    assert resolve_content("[[ref:search_1]]", {"result_refs": refs}) == "[[ref:search_1]]"


def test_missing_facts_of_a_count_are_filled_in() -> None:
    found = parse_references("[[ref:a]]", {"result_refs": {"a": {"image_ids": [POLE]}}})
    assert (found.counts["a"].count, found.counts["a"].ids) == (1, [POLE])


@pytest.mark.parametrize(
    "text",
    [
        "[[" * 50_000,
        "[[img:" * 50_000,
        "[[img:a|" * 50_000 + "]]",
        "]]" * 50_000,
        "[" * 100_000 + "]" * 100_000,
        "[[img:a|" + "[" * 50_000 + "]" * 50_000,
        "[[img:a|b]]" * 50_000,
        "[[ref:search_1]]" * 50_000,
        "[[doc:a|p:" + " " * 50_000 + "x]]",
        "[[doc:a|b|pp:" + "1" * 50_000 + "]]",
    ],
    ids=range(10),
)
# Linear, it takes a tenth of a second; quadratic, it would take many minutes.
@pytest.mark.timeout(30)
def test_hostile_text_takes_no_longer_than_its_length(text: str) -> None:
    many = {"image_context": [{"image_id": f"{n:08x}"} for n in range(1000)], **METADATA}
    parse_references(text, many)
    assert isinstance(resolve_content(text, many), str)


PIECES = st.sampled_from(
    ["[[", "]]", "[", "]", "|", ":", "img", "doc", "link", "ref", "p:1", "pp:1-2", "a.b", " ", "0"]
)


@given(st.lists(PIECES, max_size=30).map("".join) | st.text(max_size=50))
def test_any_text_can_be_read_and_keeps_what_is_outside_the_markup(text: str) -> None:
    found = parse_references(text, METADATA)
    plain = resolve_content(text, METADATA)
    if not found.has_references:
        assert plain == text


@given(
    st.text(st.characters(exclude_characters="[]"), max_size=20),
    st.text(st.characters(exclude_characters="[]|", exclude_categories=["Z", "C"]), min_size=1),
    st.text(st.characters(exclude_characters="[]"), max_size=20),
)
def test_text_around_markup_is_kept(before: str, name: str, after: str) -> None:
    text = f"{before}[[img:{POLE[:8]}|{name}]]{after}"
    assert resolve_content(text) == f"{before}{name}{after}"


def test_references_survive_pickle_and_copy_p6() -> None:
    found = parse_references(f"[[img:{POLE}|a]] [[doc:d|b|p:1]] [[ref:0]]", METADATA)
    assert pickle.loads(pickle.dumps(found)) == found
    assert copy.deepcopy(found) == found
