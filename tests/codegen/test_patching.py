"""Corrections: matched by structure, left out where they are not needed, refused in a conflict."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from codegen.document import Json
from codegen.errors import CodegenError
from codegen.patching import ConflictingPatches, LeftOut, Patches, attempted, corrected
from codegen.patching.dropping import without
from codegen.toml import as_toml

PATCH = """\
[[patch]]
operation = "read"
at = "/responses/200"
expect = { description = "It went well.", content = { "application/json" = { schema = {} } } }
value = { description = "A file.", content = { "text/plain" = {} } }
reason = "r"
"""


def document(answer: Json | None = None, **schemas: Json) -> Json:
    """A contract with one operation."""
    op = {"operationId": "read", "summary": "Read", "responses": {"200": answer or {}}}
    return {"paths": {"/things": {"get": op}}, "components": {"schemas": schemas}}


def patches(folder: Path, text: str) -> Patches:
    path = folder / "patches.toml"
    path.write_text(text, encoding="utf-8")
    return Patches.load(path)


def applied(folder: Path, contract: Json, text: str = PATCH) -> list[str]:
    return [str(one) for one in corrected(contract, patches(folder, text))]


JSON_ANSWER: Json = {"content": {"application/json": {"schema": {}}}}


@pytest.mark.parametrize(
    "words",
    [
        {"description": "Erfolg"},
        {},
        {"description": "-", "x-note": 1},
    ],
)
def test_a_patch_applies_whatever_the_words_of_its_place(tmp_path: Path, words: Json) -> None:
    contract = document({**JSON_ANSWER, **words})
    assert applied(tmp_path, contract) == []
    answer = contract["paths"]["/things"]["get"]["responses"]["200"]
    assert answer["content"] == {"text/plain": {}}


def test_words_inside_what_is_expected_do_not_count(tmp_path: Path) -> None:
    schema = {"title": "Any", "description": "Anything.", "example": 3}
    contract = document({"content": {"application/json": {"schema": schema, "examples": {}}}})
    assert applied(tmp_path, contract) == []


@pytest.mark.parametrize(
    "content", [{"text/plain": {}}, {"text/plain": {"example": "Hello", "x-note": ""}}]
)
def test_a_patch_whose_value_stands_already_is_left_out(tmp_path: Path, content: Json) -> None:
    contract = document({"description": "Other words.", "content": content})
    assert applied(tmp_path, contract) == [
        "patch read/responses/200: the contract has this value already"
    ]


def test_what_is_left_out_keeps_the_words_of_the_document(tmp_path: Path) -> None:
    answer: Json = {"description": "Other words.", "content": {"text/plain": {}}}
    contract = document(dict(answer))
    applied(tmp_path, contract)
    assert contract["paths"]["/things"]["get"]["responses"]["200"] == answer


def test_a_removal_of_what_is_gone_is_left_out(tmp_path: Path) -> None:
    text = '[[patch]]\nschema = "Box"\nat = "/default"\nexpect = 1\nreason = "r"\n'
    assert applied(tmp_path, document(Box={}), text) == ["patch Box/default: it is gone already"]


@pytest.mark.parametrize("answer", [{"description": "Empty."}, {"content": {"image/png": {}}}])
def test_a_patch_whose_place_holds_something_else_stops_the_run(
    tmp_path: Path, answer: Json
) -> None:
    with pytest.raises(ConflictingPatches, match=r"patches.toml:1: patch read/responses/200"):
        applied(tmp_path, document(answer))


def test_a_conflict_says_what_was_found_and_expected_and_the_line_to_write(tmp_path: Path) -> None:
    text = (
        '\n[[patch]]\nschema = "Box"\nat = "/type"\nexpect = "integer"\nvalue = 1\nreason = "r"\n'
    )
    with pytest.raises(ConflictingPatches) as caught:
        applied(tmp_path, document(Box={"type": ["string", "array"]}), text)
    assert str(caught.value).splitlines() == [
        "codegen/patches.toml:2: patch Box/type: its place holds something else",
        '    expected  "integer"',
        '    found     ["string", "array"]',
        '    If it is still right, write `expect = ["string", "array"]`; else remove it.',
    ]


def test_a_null_cannot_be_expected_in_toml_and_the_advice_does_not_try(tmp_path: Path) -> None:
    text = '[[patch]]\nschema = "Box"\nat = "/default"\nexpect = 1\nvalue = 2\nreason = "r"\n'
    with pytest.raises(ConflictingPatches, match="Set its `expect` to what was found"):
        applied(tmp_path, document(Box={"default": None}), text)


def test_all_conflicts_are_told_at_once(tmp_path: Path) -> None:
    text = "".join(
        f'[[patch]]\nschema = "{name}"\nat = "/type"\nexpect = 1\nvalue = 2\nreason = "r"\n'
        for name in ("Box", "Lid", "Crate")
    )
    contract = document(Box={"type": "string"}, Lid={"type": 1}, Crate={"type": "object"})
    with pytest.raises(ConflictingPatches) as caught:
        applied(tmp_path, contract, text)
    assert [one.name for one in caught.value.conflicts] == ["patch Box/type", "patch Crate/type"]


@pytest.mark.parametrize("parent", [{"$ref": "#/components/responses/Good"}, [], "text"])
def test_a_place_behind_a_reference_or_in_a_list_is_a_conflict(tmp_path: Path, parent: Any) -> None:
    contract = document()
    contract["paths"]["/things"]["get"]["responses"] = parent
    with pytest.raises(ConflictingPatches, match="reference or a list now"):
        applied(tmp_path, contract)


LISTS = """\
[optional]
Box = ["id", "gone", "free"]
Lost = ["id"]
[explicit]
Box = ["free", "gone"]
[order]
Box = ["free", "gone", "id"]
Lid = ["a", "b"]
[rename_schemas]
Box = "Crate"
Old = "New"
Former = "Lid"
[repeatable]
operations = ["read", "lost"]
"""


def boxes() -> Json:
    text = {"type": "string"}
    box = {"properties": {"id": text, "free": text}, "required": ["id"]}
    return document(Box=box, Lid={"properties": {"a": text, "b": text, "c": text}})


def test_entries_of_lists_are_left_out_one_by_one(tmp_path: Path) -> None:
    assert applied(tmp_path, boxes(), LISTS) == [
        "optional Box.gone: no such property",
        "optional Box.free: it is not required",
        "optional Lost: no such schema",
        "explicit Box.gone: no such property",
        "order Box.gone: no such property",
        "order Lid: the contract has this order already",
        "repeatable lost: the contract does not have it any more",
        "rename Old: no such schema",
        "rename Former: the schema is Lid already",
    ]


def test_the_other_entries_of_lists_apply(tmp_path: Path) -> None:
    contract = boxes()
    applied(tmp_path, contract, LISTS)
    box = contract["components"]["schemas"]["Crate"]
    assert (box["required"], [*box["properties"]]) == ([], ["free", "id"])


def test_a_rename_to_a_name_that_is_taken_is_a_conflict(tmp_path: Path) -> None:
    text = '# Names.\n[rename_schemas]\nBox = "Lid"\n'
    with pytest.raises(ConflictingPatches, match=r"patches\.toml:3: rename Box"):
        applied(tmp_path, boxes(), text)


def test_the_line_of_a_rename_is_that_of_its_own_table(tmp_path: Path) -> None:
    text = '[optional]\nBox = ["id"]\n[rename_schemas]\nBoxes = "X"\n"Box" = "Lid"\n'
    assert patches(tmp_path, text).rename_lines == {"Boxes": 4, "Box": 5}


def test_a_comparison_goes_on_in_spite_of_conflicts(tmp_path: Path) -> None:
    left, conflicts = attempted(boxes(), patches(tmp_path, PATCH + LISTS), rename=False)
    assert (len(left), len(conflicts)) == (9, 1)


# Dropping

FILE = """\
# The head.

# About the group.
[[patch]]
schema = "A"
at = "/type"
expect = [
    "x", # inside
]
reason = "r"

# About the second.
[[patch]]
schema = "B"
at = "/type"
expect = 1
reason = "r"

# Lists.
[optional]
Box = ["id", "name"] # both
# About lids.
Lid = [
    "id",
]

[repeatable]
operations = ["read", "write"]
"""


def dropped(table: Any, *entry: str) -> LeftOut:
    return LeftOut(table, "n", "r", entry)


@pytest.mark.parametrize(
    ("one", "gone"),
    [
        (LeftOut("patch", "n", "r", 0), 'schema = "A"'),
        (LeftOut("patch", "n", "r", 1), 'schema = "B"'),
        (dropped("optional", "Box", "id"), '["id", "name"]'),
        (dropped("optional", "Box"), "Box"),
        (dropped("optional", "Lid", "id"), "Lid ="),
        (dropped("repeatable", "read"), "read"),
    ],
)
def test_a_correction_is_removed_and_each_comment_of_its_own_line_stays(
    one: LeftOut, gone: str
) -> None:
    text = without(FILE, [one])
    comments = [line for line in FILE.splitlines() if line.startswith("#")]
    kept = [line for line in text.splitlines() if line.startswith("#")]
    assert (gone in text, kept) == (False, comments)


def test_all_corrections_can_be_removed_at_once() -> None:
    everything = [
        LeftOut("patch", "n", "r", 0),
        LeftOut("patch", "n", "r", 1),
        dropped("optional", "Box", "id"),
        dropped("optional", "Box", "name"),
        dropped("optional", "Lid"),
        dropped("repeatable", "write"),
    ]
    data = tomllib.loads(without(FILE, everything))
    assert data == {"optional": {}, "repeatable": {"operations": ["read"]}}


@given(st.sets(st.integers(0, 5)))
def test_the_other_patches_stay_as_they_are(numbers: set[int]) -> None:
    blocks = [
        f'[[patch]]\nschema = "S{n}"\nat = "/a"\nexpect = [\n{n},\n]\nreason = "r"\n'
        for n in range(6)
    ]
    text = without("\n".join(blocks), [LeftOut("patch", "n", "r", n) for n in numbers])
    names = [one["schema"] for one in tomllib.loads(text).get("patch", [])]
    kept = [block for n, block in enumerate(blocks) if n not in numbers]
    assert names == [block.split('"')[1] for block in kept]


def test_a_layout_that_cannot_be_edited_is_refused_and_what_to_remove_is_named() -> None:
    text = 'patch = [{ schema = "A", at = "/a", expect = 1, reason = "r" }]\n'
    with pytest.raises(CodegenError, match="remove by hand: patch n"):
        without(text, [LeftOut("patch", "n", "r", 0)])


keys = st.text('ab"é ', max_size=3)
values = st.recursive(
    st.booleans()
    | st.integers(-9, 9)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text('ab"é ', max_size=3), inner)
    ),
    max_leaves=6,
)


@given(values)
def test_the_line_to_write_is_read_as_what_was_found(value: Any) -> None:
    assert tomllib.loads(f"expect = {as_toml(value)}")["expect"] == value
