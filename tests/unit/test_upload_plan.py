"""How a batch is cut into requests, and whose result is whose."""

from __future__ import annotations

import tracemalloc
from collections import Counter
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from aion.types.upload import QuotaInfo, UploadResult
from aion.uploads import _plan
from aion.uploads._expand import Unusable, UploadInput
from aion.uploads._ledger import Ledger
from aion.uploads._local_file import Upload
from aion.uploads._matching import Sent, match
from aion.uploads._plan import Item, Pace, chunks, isolate
from aion_api.models.upload_sessions import UploadSessionResultItem
from aion_api.models.user_files import UserFile


def item(index: int, name: str = "a.jpg", size: int = 1) -> Item:
    return Item(index, Upload(name, "image/jpeg", size, b"x", "", ""))


def items(*names: str) -> list[Item]:
    return [item(index, name) for index, name in enumerate(names)]


def row(name: str, image_id: str) -> UploadSessionResultItem:
    return UploadSessionResultItem.from_api_response(
        {
            "image_id": image_id,
            "filename": name,
            "object_key": "k",
            "status": "completed",
            "created_at": "2026-05-01T00:00:00Z",
        }
    )


def quota(batch: int | None, requests: int | None) -> QuotaInfo:
    return QuotaInfo(True, 1, 1, 1, 0, max_batch_size=batch, max_concurrent_uploads=requests)


@pytest.mark.parametrize(
    ("batch", "requests", "at_once", "expected"),
    [
        (50, 3, False, Pace(50, 3)),
        (5000, 100, False, Pace(1000, 16)),
        (50, 3, True, Pace(5, 3)),
        (2, 3, True, Pace(2, 3)),
        (None, None, False, Pace(10, 2)),
        (-1, 0, False, Pace(10, 2)),
    ],
)
def test_the_pace_is_what_the_service_allows_or_a_cautious_one(
    batch: int | None, requests: int | None, at_once: bool, expected: Pace
) -> None:
    assert Pace.of(quota(batch, requests), results_at_once=at_once) == expected


@given(st.lists(st.integers(1, _plan.CHUNK_BYTES)), st.integers(1, 7))
def test_chunks_keep_every_file_in_order_and_within_the_limits(sizes: list[int], most: int) -> None:
    given_items = [item(index, size=size) for index, size in enumerate(sizes)]
    cut = list(chunks(given_items, Pace(most, 1)))
    assert [one for chunk in cut for one in chunk] == given_items
    assert all(1 <= len(chunk) <= most for chunk in cut)
    assert all(
        len(chunk) == 1 or sum(one.upload.size for one in chunk) <= _plan.CHUNK_BYTES
        for chunk in cut
    )


NAMES = st.lists(st.sampled_from(["a", "b", "c"]), max_size=8)


@given(NAMES, st.randoms(use_true_random=False))
def test_results_in_any_order_find_a_file_of_their_name(names: list[str], chance: object) -> None:
    found = list(names)
    chance.shuffle(found)  # type: ignore[attr-defined]  # a random.Random
    fitting = match(items(*names), found, str, whole=True)
    assert {index: names[index] for index in fitting} == fitting
    assert len(fitting) == len(names)


@given(NAMES, NAMES)
def test_no_result_is_given_to_a_file_of_another_name_early(
    names: list[str], found: list[str]
) -> None:
    fitting = match(items(*names), found, str, whole=False)
    assert all(names[index] == name and names.count(name) == 1 for index, name in fitting.items())


def test_names_that_the_service_changed_are_given_out_in_order() -> None:
    fitting = match(items("ä.jpg", "b.jpg", "ö.jpg"), ["b.jpg", "_1", "_2"], str, whole=True)
    assert fitting == {0: "_1", 1: "b.jpg", 2: "_2"}


def test_changed_names_that_are_too_few_are_not_guessed() -> None:
    assert match(items("ä.jpg", "ö.jpg"), ["_1"], str, whole=True) == {}


def test_a_result_that_is_read_twice_is_taken_once() -> None:
    sent = Sent("s", items("a", "b", "b"))
    assert list(sent.match([row("a", "1"), row("b", "2")], whole=False)) == [0]
    rest = sent.match([row("a", "1"), row("b", "2"), row("b", "3")], whole=True)
    assert {index: one.image_id for index, one in rest.items()} == {1: "2", 2: "3"}
    assert sent.items == []


@pytest.mark.parametrize("rows", [["", "2"], ["2", ""], ["2"]])
def test_a_file_gets_no_result_of_a_rejected_one_of_its_name(rows: list[str]) -> None:
    sent = Sent("s", items("a"), rejected=Counter("a"))
    fitting = sent.match([row("a", image_id) for image_id in rows], whole=False)
    assert [one.image_id for one in fitting.values()] == ["2"]


def test_an_accepted_file_of_the_name_of_a_rejected_one_may_fail_too() -> None:
    sent = Sent("s", items("a"), rejected=Counter("a"))
    assert [one.image_id for one in sent.match([row("a", "")] * 2, whole=True).values()] == [""]
    assert sent.items == []


@given(NAMES.filter(bool), st.sampled_from(["a", "z"]))
def test_a_chunk_that_is_cut_apart_keeps_every_file_and_gets_smaller(
    names: list[str], suspect: str
) -> None:
    parts = isolate(items(*names), suspect)
    assert Counter(one.index for part in parts for one in part) == Counter(range(len(names)))
    assert all(len(part) < len(names) or len(part) == 1 for part in parts)


def test_one_image_may_be_the_result_of_two_files() -> None:
    ledger = Ledger([UploadInput(one.index, one.upload) for one in items("a", "b")])
    for index, name in enumerate("ab"):
        ledger.stored(index, UploadResult("i", name, "k"))
    assert (list(ledger.waiting()), ledger.ids()) == ([0, 1], ["i"])
    data: dict[str, Any] = {
        "id": "i",
        "description_status": "completed",
        "upload_description": "sea",
        "size_bytes": 1,
        "has_full_description": True,
    }
    file = UserFile.from_api_response(data)
    assert [index for index, _ in ledger.described([0, 1], [file])] == [0, 1]
    assert ledger.described([0, 1], [file]) == []
    assert [one.filename for one in ledger.report()] == ["a", "b"]
    assert (list(ledger.waiting()), ledger.stored_count, ledger.ended_count) == ([], 2, 2)


def test_a_file_that_was_stored_before_it_became_unusable_did_not_fail_p22() -> None:
    ledger = Ledger([UploadInput(0, Unusable("a", "a is no image"))])
    ledger.stored(0, UploadResult("i", "a", "k"))
    assert (ledger.stored_count, ledger.failed_count) == (1, 0)
    assert [one.is_stored for one in ledger.report()] == [True]


def test_a_file_that_could_not_be_sent_is_in_the_report() -> None:
    ledger = Ledger(
        [UploadInput(0, Unusable("a", "a is empty")), UploadInput(1, item(1, "b").upload)]
    )
    report = ledger.report([item(1, "b")])
    assert [(one.is_stored, one.is_failed, one.is_pending) for one in report] == [
        (False, True, False), (False, False, True),
    ]  # fmt: skip
    assert list(ledger.waiting()) == []


def test_P21_ten_thousand_described_results_fit_into_the_memory_of_an_upload() -> None:
    count = 10_000
    plain = items(*(f"{number}.jpg" for number in range(count)))
    ledger = Ledger([UploadInput(one.index, one.upload) for one in plain])
    tracemalloc.start()
    for number in range(count):
        ledger.stored(number, UploadResult(f"id-{number}", f"{number}.jpg", f"objects/{number}"))
    for start in range(0, count, 100):
        page = [described_file(number) for number in range(start, start + 100)]
        ledger.described(range(start, start + 100), page)
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert ledger.ended_count == count
    assert held < 48 * 1024 * 1024, f"{held / 1024 / 1024:.1f} MiB"


def described_file(number: int) -> UserFile:
    """A file of a page, with a description of 500 characters."""
    data = {
        "id": f"id-{number}",
        "filename": f"{number}.jpg",
        "size_bytes": number,
        "has_full_description": True,
        "description_status": "completed",
        "upload_description": f"{number:0500}",
        "tags": [f"bicycle {number}", f"wall {number}", f"window {number}"],
        "thumbnail_url": f"https://cdn.example/variants/{number}?token=0123456789abcdef",
        "created_at": "2026-03-01T10:00:00Z",
    }
    return UserFile.from_api_response(data)
