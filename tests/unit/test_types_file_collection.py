"""References to files, and collections of them."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from aion.types.file_collection import FileCollection, FileRef
from aion.types.file_resolver import FileResolutionError, FileResolver

RED = FileRef("f-red", "image/jpeg", "red.jpg", 10, {"score": 0.9})
BLUE = FileRef("f-blue", "image/png", "blue.png")
BOTH = FileCollection([RED, BLUE], "image", "search")

refs = st.builds(
    FileRef,
    id=st.sampled_from(["a", "b", "c", "d"]),
    filename=st.none() | st.sampled_from(["one.jpg", "two.jpg"]),
    size_bytes=st.none() | st.integers(0, 9),
)
collections = st.builds(
    FileCollection,
    st.lists(refs, max_size=6),
    st.sampled_from(["image", "document", "unknown"]),
    st.none() | st.sampled_from(["search", "filter"]),
)


def test_a_collection_shows_its_ids_in_order() -> None:
    assert BOTH.ids == ["f-red", "f-blue"]


def test_a_collection_knows_how_many_files_it_holds() -> None:
    assert BOTH.count == len(BOTH) == 2


def test_an_index_gives_a_reference() -> None:
    assert BOTH[-1] is BLUE


def test_a_slice_gives_a_collection_of_the_same_kind() -> None:
    assert BOTH[:1] == FileCollection([RED], "image", "search")


def test_a_collection_knows_references_and_ids_that_it_holds() -> None:
    assert (RED in BOTH, "f-blue" in BOTH, "f-green" in BOTH) == (True, True, False)


def test_a_collection_is_iterated_repeatedly() -> None:
    assert [list(BOTH), list(BOTH)] == [[RED, BLUE], [RED, BLUE]]


def test_an_empty_collection_is_false() -> None:
    assert not FileCollection()


def test_a_filter_leaves_the_collection_as_it_is() -> None:
    chosen = BOTH.filter(lambda ref: ref.media_type == "image/png")
    assert (chosen.ids, BOTH.count) == (["f-blue"], 2)


@pytest.mark.parametrize("name", ["_refs", "count", "brand_new"])
def test_a_collection_never_changes(name: str) -> None:
    with pytest.raises(AttributeError, match="never changes"):
        setattr(BOTH, name, ())
    with pytest.raises(AttributeError, match="never changes"):
        delattr(BOTH, name)


def test_ids_alone_make_a_collection() -> None:
    made = FileCollection.from_ids(["x", "y"], "image", "search")
    assert [(ref.id, ref.media_type) for ref in made] == [("x", "image/*"), ("y", "image/*")]


def test_a_merge_keeps_each_file_once_in_the_order_of_first_appearance() -> None:
    merged = FileCollection.merge(BOTH, FileCollection.from_ids(["f-blue", "f-green"]))
    assert merged.ids == ["f-red", "f-blue", "f-green"]


@pytest.mark.parametrize("poor_first", [True, False])
def test_a_merge_keeps_the_reference_that_knows_more(poor_first: bool) -> None:
    poor = FileCollection.from_ids(["f-red"], "image")
    pair = (poor, BOTH) if poor_first else (BOTH, poor)
    assert FileCollection.merge(*pair)[0] == RED


@pytest.mark.parametrize(
    ("kinds", "merged"),
    [
        (("image", "image"), "image"),
        (("image", "document"), "mixed"),
        (("image", "unknown"), "image"),
        (("unknown", "unknown"), "unknown"),
        ((), "unknown"),
    ],
)
def test_content_types_that_differ_become_mixed(kinds: tuple[str, ...], merged: str) -> None:
    parts = [FileCollection.from_ids(["x"], kind) for kind in kinds]
    assert FileCollection.merge(*parts).content_type == merged


def test_a_merge_joins_the_capabilities_once_each() -> None:
    parts = [FileCollection([], "image", one) for one in ("search", "filter+search", None)]
    assert FileCollection.merge(*parts).source_capability == "search+filter"


def test_a_sum_is_a_merge() -> None:
    assert (BOTH[:1] + BOTH).ids == ["f-red", "f-blue"]


@settings(deadline=None)
@given(collections)
def test_a_merge_with_itself_loses_and_repeats_nothing(one: FileCollection) -> None:
    merged = FileCollection.merge(one, one)
    assert merged.ids == list(dict.fromkeys(one.ids))
    assert FileCollection.merge(merged) == merged


@settings(deadline=None)
@given(collections, collections)
def test_a_merge_holds_the_files_of_both(one: FileCollection, other: FileCollection) -> None:
    assert set(FileCollection.merge(one, other).ids) == {*one.ids, *other.ids}


@settings(deadline=None)
@given(collections)
def test_json_data_of_a_collection_is_read_again(one: FileCollection) -> None:
    assert FileCollection.from_dict(one.to_dict()) == one


@pytest.mark.parametrize(
    "copied", [pickle.loads(pickle.dumps(BOTH)), copy.copy(BOTH), copy.deepcopy(BOTH)]
)
def test_a_copy_of_a_collection_is_equal_to_it_p6(copied: FileCollection) -> None:
    assert (copied, hash(copied)) == (BOTH, hash(BOTH))


def test_a_collection_equals_nothing_of_another_type() -> None:
    assert BOTH != [RED, BLUE]


def test_a_collection_shows_what_it_holds() -> None:
    assert repr(BOTH) == "<FileCollection of 2, image, from search>"


@pytest.mark.parametrize(
    ("data", "ref"),
    [
        ({"id": "x", "media_type": "image"}, FileRef("x", "image/*")),
        (
            {"id": "x", "media_type": "image", "content_type": "image/png", "size_bytes": 3},
            FileRef("x", "image/png", size_bytes=3),
        ),
        ({"image_id": "x", "filename": "a.jpg"}, FileRef("x", filename="a.jpg")),
        (
            {"document_id": "x", "document_filename": "a.pdf", "media_type": "document"},
            FileRef("x", filename="a.pdf"),
        ),
        ({"video_id": "x", "video_filename": "a.mp4"}, FileRef("x", filename="a.mp4")),
        ({"id": "x", "new": 1}, FileRef("x", additional_properties={"new": 1})),
    ],
)
def test_a_reference_reads_every_shape_of_a_file_p18(data: dict[str, Any], ref: FileRef) -> None:
    assert FileRef.from_api_response(data) == ref


def test_references_can_be_in_a_set_whatever_is_known_of_them() -> None:
    assert {RED, RED, BLUE} == {BLUE, RED}


def test_a_reference_leaves_out_what_is_not_known() -> None:
    assert FileRef("x").to_dict() == {"id": "x", "media_type": "application/octet-stream"}


def test_a_reference_can_show_what_is_not_known() -> None:
    assert FileRef("x").to_dict(exclude_none=False)["filename"] is None
    assert FileRef("x").to_dict(False)["size_bytes"] is None


class Shelf(FileResolver):
    """A resolver over a dictionary."""

    def __init__(self) -> None:
        self.kept = {"f-red": b"red", "f-blue": b"blue"}

    async def resolve(self, ref: FileRef, hints: dict[str, Any] | None = None) -> bytes:
        if ref.id not in self.kept:
            raise FileResolutionError(f"no file {ref.id}")
        return self.kept[ref.id]

    async def resolve_metadata(self, ref: FileRef) -> FileRef:
        return FileRef(ref.id, size_bytes=len(await self.resolve(ref)))

    async def store(
        self, content: bytes, media_type: str, metadata: dict[str, Any] | None = None
    ) -> FileRef:
        self.kept["f-new"] = content
        return FileRef("f-new", media_type, metadata=metadata)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def test_a_class_with_the_methods_is_a_resolver(shelf: Shelf) -> None:
    assert isinstance(shelf, FileResolver)
    assert not isinstance(object(), FileResolver)


async def _all(shelf: Shelf, wanted: list[FileRef]) -> list[bytes]:
    return [content async for _, content in shelf.resolve_batch(wanted)]


def test_a_resolver_reads_many_files_without_a_method_of_its_own(shelf: Shelf) -> None:
    import asyncio

    assert asyncio.run(_all(shelf, [RED, BLUE])) == [b"red", b"blue"]


def test_a_file_that_cannot_be_read_is_an_error(shelf: Shelf) -> None:
    import asyncio

    with pytest.raises(FileResolutionError, match="no file f-green"):
        asyncio.run(shelf.resolve(FileRef("f-green")))
