"""Search with agents, over real HTTP."""

from __future__ import annotations

from typing import Any

import pytest

from aion.exceptions import AuthenticationError, ServerError, ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import NAVY, RED, draw

UNKNOWN = "00000000-0000-0000-0000-000000000000"
POLES = b"# Poles\n\nThe wooden pole at the harbor leans.\n\n# Costs\n\nRepairs cost 40 euros.\n"
BOATS = b"Boats cost nothing at the harbor.\n"


@pytest.fixture
def library(sandbox: Sandbox) -> dict[str, str]:
    """Three images and two documents: their ids by name."""
    ids: dict[str, str] = {}
    with sandbox.sync_client() as client:
        for name, kind, color in (
            ("rose.jpg", "JPEG", RED),
            ("night.png", "PNG", NAVY),
            ("brick.png", "PNG", RED),
        ):
            ids[name] = client.upload_one(draw(kind, (64, 48), color), filename=name).image_id
        for name, data in (("poles.md", POLES), ("boats.txt", BOATS)):
            ids[name] = client.documents.upload_one(data, filename=name).document_id
    return ids


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.requests)


# images


def test_images_are_found_by_what_is_in_them(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("find photos of something red"))
    assert set(found.result_ids) == {library["rose.jpg"], library["brick.png"]}
    assert [one.image_id for one in found.results] == found.result_ids
    assert (found.success, found.count) == (True, 2)


def test_an_image_that_fits_better_comes_first(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("red brick"))
    assert found.result_ids == [library["brick.png"], library["rose.jpg"]]
    assert [one.score for one in found.results] == [1.0, 0.5]


def test_a_found_image_is_shown_with_what_is_known_of_it(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    (image,) = calls(calls.client(sandbox).agent_search.images("navy")).results
    assert (image.image_id, image.filename) == (library["night.png"], "night.png")
    assert image.description == "[sandbox] PNG, 64x48, mostly navy, landscape."
    assert image.thumbnail_url is not None
    assert image.features is not None
    assert {"name": "navy", "count": 1, "confidence": 1.0} in image.features[0]["items"]


def test_the_summary_counts_and_its_raw_form_refers(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("navy"))
    short = library["night.png"][:8]
    assert found.summary == '[sandbox] found 1 images for "navy": night.png.'
    assert found.summary_raw == (
        f'[sandbox] found [[ref:search_1]] images for "navy": [[img:{short}|night.png]].'
    )
    ref = found.result_refs["search_1"]
    assert (ref.count, ref.ids, ref.image_ids) == (1, found.result_ids, found.result_ids)
    assert (ref.id_type, ref.label) == ("image", "images")


def test_a_vague_request_finds_every_image(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("show me all my photos"))
    assert found.count == 3
    assert found.search_strategy is not None
    assert found.search_strategy["mode"] == "browse"


def test_a_word_that_is_nowhere_finds_nothing(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("zeppelin"))
    assert (found.success, found.count, found.results) == (True, 0, [])
    assert found.as_collection().count == 0


def test_a_search_among_some_images_finds_no_other(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    chosen = [library["brick.png"], library["night.png"]]
    found = calls(calls.client(sandbox).agent_search.images("red", image_ids=chosen))
    assert found.result_ids == [library["brick.png"]]


def test_a_search_in_a_folder_finds_nothing_outside(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    folder = calls(client.folders.create("Walls"))
    calls(client.folders.move_files([library["brick.png"]], folder_id=folder.id))
    found = calls(client.agent_search.images("red", folder_id=folder.id))
    assert found.result_ids == [library["brick.png"]]
    assert found.results[0].folder_id == folder.id


def test_the_count_reports_more_than_the_limit_lets_through(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.images("red", limit=1))
    assert (len(found.results), found.count) == (1, 2)


def test_the_same_search_gives_the_same_response(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    first, second = (calls(client.agent_search.images("red png")) for _ in range(2))
    assert (first.result_ids, first.summary) == (second.result_ids, second.summary)
    assert first.token_usage == second.token_usage


def test_found_images_become_a_collection_for_what_follows(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    images = calls(calls.client(sandbox).agent_search.images("navy")).as_collection()
    assert (images.ids, images.content_type) == ([library["night.png"]], "image")
    assert images.source_capability == "search"


# documents


def test_passages_are_found_by_their_words(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.documents("which pole leans?"))
    (passage,) = found.results
    assert passage.document_id == library["poles.md"]
    assert passage.document_filename == "poles.md"
    assert "wooden pole at the harbor" in passage.text
    assert (passage.chunk_index, 0 < passage.score <= 1) == (0, True)
    assert (found.count, found.chunk_ids) == (1, [passage.chunk_id])
    assert (found.document_ids, found.search_mode) == ([library["poles.md"]], "text")


def test_documents_of_many_passages_are_listed_once(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.documents("harbor cost"))
    assert sorted(found.document_ids) == sorted([library["poles.md"], library["boats.txt"]])
    assert len(found.results) == 3
    assert found.as_collection().count == 2
    assert found.as_collection(by="chunk").ids == found.chunk_ids


@pytest.mark.parametrize(
    ("arguments", "name"),
    [({"document_types": ["txt"]}, "boats.txt"), ({"document_types": ["md"]}, "poles.md")],
)
def test_a_search_in_documents_of_a_type_finds_no_other(
    arguments: dict[str, Any],
    name: str,
    calls: Calls,
    sandbox: Sandbox,
    library: dict[str, str],
) -> None:
    found = calls(calls.client(sandbox).agent_search.documents("cost", **arguments))
    assert found.document_ids == [library[name]]


def test_a_search_in_some_documents_finds_no_other(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    found = calls(client.agent_search.documents("cost", document_ids=[library["boats.txt"]]))
    assert found.document_ids == [library["boats.txt"]]


def test_a_vague_request_finds_the_beginning_of_every_document(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.documents("show all documents"))
    assert len(found.results) == len(found.document_ids) == 2


def test_the_summary_of_a_document_search_names_the_documents(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    found = calls(calls.client(sandbox).agent_search.documents("leans"))
    assert found.summary == '[sandbox] found 1 documents for "leans": poles.md.'
    assert f"[[doc:{library['poles.md'][:8]}|poles.md]]" in found.summary_raw
    assert found.result_refs["search_1"].image_ids == []


# videos


def test_a_library_without_videos_has_none_to_find(calls: Calls, sandbox: Sandbox) -> None:
    found = calls(calls.client(sandbox).agent_search.videos("a dog on a beach"))
    assert (found.success, found.count, found.video_ids) == (True, 0, [])
    assert (found.search_mode, found.as_collection().count) == ("text", 0)


def test_a_vague_request_browses_the_videos(calls: Calls, sandbox: Sandbox) -> None:
    assert calls(calls.client(sandbox).agent_search.videos("all videos")).search_mode == "browse"


# arguments and errors


@pytest.mark.parametrize("method", ["images", "documents", "videos"])
@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("query", ""),
        ("query", "  \n"),
        ("query", "x" * 2001),
        ("query", None),
        ("limit", 0),
        ("limit", 501),
        ("limit", True),
    ],
)
def test_an_argument_out_of_range_is_refused_unsent(
    method: str, name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    search = getattr(calls.client(sandbox).agent_search, method)
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(search(**{"query": "red", name: value}))
    assert sent(sandbox) == 0


@pytest.mark.parametrize(
    ("method", "name", "value"),
    [
        ("images", "image_ids", []),
        ("images", "image_ids", "one-id"),
        ("images", "image_ids", [""]),
        ("images", "image_ids", 7),
        ("images", "folder_id", ""),
        ("documents", "document_ids", []),
        ("documents", "document_types", ["exe"]),
        ("documents", "document_types", "pdf"),
        ("videos", "video_ids", []),
        ("videos", "folder_id", "."),
    ],
)
def test_a_limit_to_nothing_is_refused_unsent(
    method: str, name: str, value: Any, calls: Calls, sandbox: Sandbox
) -> None:
    search = getattr(calls.client(sandbox).agent_search, method)
    with pytest.raises(ValidationError, match=f"^{name}"):
        calls(search("red", **{name: value}))
    assert sent(sandbox) == 0


def test_arguments_at_the_ends_of_their_ranges_are_sent(calls: Calls, sandbox: Sandbox) -> None:
    search = calls.client(sandbox).agent_search
    assert calls(search.images("x" * 2000, limit=500, image_ids=[UNKNOWN])).count == 0
    assert calls(search.documents("x", limit=1, document_ids=(UNKNOWN,))).count == 0
    assert calls(search.videos("x", video_ids=[UNKNOWN], folder_id=UNKNOWN)).count == 0


def test_an_id_that_the_service_refuses_is_a_typed_error(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match="image_ids") as caught:
        calls(calls.client(sandbox).agent_search.images("red", image_ids=["img_001"]))
    assert (caught.value.status_code, caught.value.path) == (422, "/agents/search/images")


def test_a_wrong_key_is_a_typed_error(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox, api_key="aion_" + "wrong" * 4)
    with pytest.raises(AuthenticationError):
        calls(client.agent_search.images("red"))


def test_a_failed_search_is_not_sent_twice_p8(calls: Calls, sandbox: Sandbox) -> None:
    sandbox.faults.fail("search_images_with_agent", status=502, times=1)
    with pytest.raises(ServerError):
        calls(calls.client(sandbox, max_retries=3).agent_search.images("red"))
    assert sent(sandbox) == 1
