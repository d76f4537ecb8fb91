"""Our words when a document of the vendor is taken: kept where the structure is the same."""

from __future__ import annotations

import json
from copy import deepcopy
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen import words
from codegen.__main__ import PROJECT
from codegen.contract import read
from codegen.diffing.operations import all_of
from codegen.document import Json, operations
from codegen.errors import CodegenError
from codegen.snapshots import snapshot
from codegen.taking import Taken, take
from tests.codegen.wordless import wordless

TEXT = {"type": "string"}


def ours() -> Json:
    """A contract in our words."""
    box = {
        "type": "object",
        "description": "A box.",
        "properties": {
            "id": {**TEXT, "description": "Its id.", "example": "b1"},
            "title": dict(TEXT),
        },
    }
    op = {
        "operationId": "read_box",
        "summary": "Read a box",
        "parameters": [
            {"name": "id", "in": "path", "required": True, "schema": TEXT, "description": "Which."}
        ],
        "responses": {"200": {"description": "The box."}},
    }
    return {
        "openapi": "3.1.0",
        "info": {"title": "Boxes", "version": "1"},
        "tags": [{"name": "boxes", "description": "All about boxes."}],
        "paths": {"/boxes/{id}": {"get": op}},
        "components": {"schemas": {"Box": box}},
    }


class Home:
    """A folder with a contract in our words, and the vendor's document beside it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.spec = folder / "vendor.json"
        (folder / "codegen").mkdir()
        (folder / "codegen/patches.toml").write_text("", encoding="utf-8")
        self.put(ours())

    def put(self, document: Json) -> None:
        text = json.dumps(document, indent=2, ensure_ascii=False) + "\n"
        (self.folder / "openapi.json").write_text(text, encoding="utf-8")

    def take(self, vendor: Json) -> Taken:
        """Take a document; the project has it then."""
        self.spec.write_text(json.dumps(vendor), encoding="utf-8")
        taken = take(self.spec, self.folder)
        for name, text in taken.files.items():
            (self.folder / name).write_text(text, encoding="utf-8")
        return taken


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


@pytest.mark.parametrize("text", ["-", "", "Their words."])
def test_our_words_stay_where_the_structure_is_the_same(home: Home, text: str) -> None:
    assert home.take(wordless(ours(), text)).document == ours()


def test_a_document_without_our_places_is_taken_byte_for_byte(home: Home) -> None:
    home.put({**ours(), "paths": {"/x": {"get": {"operationId": "x"}}}, "components": {}})
    vendor = wordless(ours(), "Their words.")
    del vendor["tags"]
    taken = home.take(vendor)
    assert taken.files["openapi.json"] == json.dumps(vendor)


def test_the_words_of_the_vendor_are_taken_where_we_have_none(home: Home) -> None:
    vendor = wordless(ours())
    vendor["components"]["schemas"]["Box"]["properties"]["title"]["description"] = "Theirs."
    taken = home.take(vendor)
    title = taken.document["components"]["schemas"]["Box"]["properties"]["title"]
    assert title["description"] == "Theirs."
    assert "the vendor's, where we have none: schema Box > properties > title" in taken.words


def changed(text: str) -> Json:
    """The vendor's document, in which an id is a number."""
    vendor = wordless(ours(), text)
    vendor["components"]["schemas"]["Box"]["properties"]["id"]["type"] = "integer"
    return vendor


def test_where_the_structure_changed_the_vendor_s_words_win(home: Home) -> None:
    box = home.take(changed("Theirs.")).document["components"]["schemas"]["Box"]
    assert (box["description"], box["properties"]["id"]["description"]) == ("Theirs.", "Theirs.")


def test_our_words_wait_then(home: Home) -> None:
    home.take(changed("Theirs."))
    waiting = words.read(home.folder / words.NAME)
    assert waiting["schema Box > properties > id"].words == {
        "description": "Its id.",
        "example": "b1",
    }


def test_where_the_structure_changed_and_the_vendor_has_none_ours_stay_and_are_named(
    home: Home,
) -> None:
    taken = home.take(changed("-"))
    box = taken.document["components"]["schemas"]["Box"]
    assert box["properties"]["id"]["description"] == "Its id."
    assert "ours kept, but the structure changed: schema Box > properties > id" in taken.words


def test_what_is_new_and_has_no_words_is_named(home: Home) -> None:
    vendor = wordless(ours())
    vendor["paths"]["/lids"] = {"get": {"operationId": "lids", "responses": {}}}
    assert "no words at all, and new: GET /lids" in home.take(vendor).words


def test_what_has_no_words_as_before_is_counted_apart(home: Home) -> None:
    assert "no words at all, as before: schema Box > properties > title" in (
        home.take(wordless(ours())).words
    )


def test_the_first_line_counts_what_was_kept_of_each_kind(home: Home) -> None:
    assert home.take(wordless(ours())).words[0] == (
        "ours kept: 1 of 1 operations, 1 of 1 parameters, 1 of 1 schemas, 1 of 2 fields"
    )


def test_words_of_what_is_gone_return_with_it(home: Home) -> None:
    vendor = wordless(ours())
    without = deepcopy(vendor)
    without["paths"] = {"/x": {"get": {"operationId": "x", "responses": {}}}}
    without["components"] = {}
    home.take(without)
    assert home.take(vendor).document["paths"]["/boxes/{id}"] == ours()["paths"]["/boxes/{id}"]


def test_nothing_waits_after_that(home: Home) -> None:
    vendor = wordless(ours())
    without = deepcopy(vendor)
    without["components"] = {}
    home.take(without)
    home.take(vendor)
    assert (home.folder / words.NAME).read_text(encoding="utf-8") == "{}\n"


def test_words_follow_an_operation_to_another_path(home: Home) -> None:
    vendor = wordless(ours())
    vendor["paths"]["/v3/boxes/{id}"] = vendor["paths"].pop("/boxes/{id}")
    moved = home.take(vendor).document["paths"]["/v3/boxes/{id}"]["get"]
    assert (moved["summary"], moved["parameters"][0]["description"]) == ("Read a box", "Which.")


def test_words_follow_a_schema_to_another_name(home: Home) -> None:
    vendor = wordless(ours())
    vendor["components"]["schemas"]["app__Box"] = vendor["components"]["schemas"].pop("Box")
    assert home.take(vendor).document["components"]["schemas"]["app__Box"]["description"] == (
        "A box."
    )


def test_a_parameter_more_does_not_touch_the_words_of_the_others(home: Home) -> None:
    vendor = wordless(ours(), "Theirs.")
    more = {"name": "limit", "in": "query", "schema": {"type": "integer"}}
    vendor["paths"]["/boxes/{id}"]["get"]["parameters"].insert(0, more)
    found = home.take(vendor).document["paths"]["/boxes/{id}"]["get"]["parameters"][1]
    assert found["description"] == "Which."


@pytest.mark.parametrize("text", ["[]", "{", '{"a": 1}', '{"a": {}}'])
def test_a_file_of_words_that_is_not_one_is_refused_by_name(home: Home, text: str) -> None:
    (home.folder / words.NAME).write_text(text, encoding="utf-8")
    with pytest.raises(CodegenError, match=r"words\.json: not a table of words"):
        home.take(ours())


entries = st.dictionaries(
    st.text(st.characters(exclude_categories=["Cs"])),
    st.builds(
        words.Entry,
        st.text("0123456789abcdef"),
        st.dictionaries(
            st.sampled_from(["summary", "description"]), st.text('aé"\\\n', max_size=9)
        ),
    ),
    max_size=4,
)


@given(entries)
def test_the_file_holds_what_was_written(entries: dict[str, words.Entry]) -> None:
    data = json.loads(words.text(entries))
    assert {name: words.Entry(one.pop("of"), one) for name, one in data.items()} == entries


# The vendor's document of March, as it was published: other words, and 55 operations less.


@pytest.fixture(scope="module")
def march(tmp_path_factory: pytest.TempPathFactory) -> Taken:
    document = snapshot(read(PROJECT / "openapi.json"), "2026-03")
    spec = tmp_path_factory.mktemp("march") / "vendor.json"
    spec.write_text(json.dumps(wordless(document)), encoding="utf-8")
    return take(spec, PROJECT)


def test_p27_the_vendor_s_document_keeps_our_words_of_each_operation(march: Taken) -> None:
    mine = {op.title: op.data.get("summary") for op in all_of(read(PROJECT / "openapi.json"))}
    theirs = {op.title: op.data.get("summary") for op in all_of(march.document)}
    assert (len(theirs), {title: mine[title] for title in theirs}) == (182, theirs)


def test_p27_each_correction_that_the_vendor_s_document_does_not_need_is_named(
    march: Taken,
) -> None:
    names = {one.name for one in march.left_out}
    assert "get_metrics_metrics_get/responses/200/content" in names


def test_p27_no_correction_of_an_operation_stops_it(march: Taken) -> None:
    assert len(list(operations(march.corrected))) == 182
