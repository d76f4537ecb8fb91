"""P22: an upload of documents resumes where it ended, with its journal."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import (
    AionvisionError,
    AionvisionTimeoutError,
    DocumentProcessingError,
    UploadError,
    ValidationError,
)
from aion.testing import Sandbox
from aion.uploads.journal import Journal, State
from tests.behaviour.bulk import STREAM, held, requests_of
from tests.behaviour.calls import Calls
from tests.behaviour.papers import pdf


@pytest.fixture
def journal(tmp_path: Path) -> Path:
    return tmp_path / "documents.journal"


@pytest.fixture
def papers(tmp_path: Path) -> Path:
    return tmp_path / "papers"


def write(folder: Path, count: int) -> Path:
    """Make a directory with `count` different documents, called 000.txt and so on."""
    folder.mkdir()
    for number in range(count):
        (folder / f"{number:03}.txt").write_text(f"the paper of number {number}")
    return folder


def once(count: int) -> dict[str, int]:
    return {f"{number:03}.txt": 1 for number in range(count)}


def states(journal: Path) -> Counter[State]:
    return Counter(one.state for one in Journal(journal).report())


def test_P22_a_finished_journal_gives_the_same_documents_without_a_request(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    first = calls(client.documents.upload(write(papers, 14), journal=journal))
    before = len(small.requests)
    again = calls(client.documents.upload(papers, journal=journal))
    assert len(small.requests) == before
    assert list(again) == list(first)
    assert again[0].chunk_count == 1


def test_P22_the_report_names_every_document_with_its_outcome(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    write(papers, 2)
    (papers / "bad.pdf").write_bytes(b"\x00\x01")
    (papers / "locked.pdf").write_bytes(pdf("secret", password="open sesame"))
    client = calls.client(small, polling_interval=0.1)
    results = calls(client.documents.upload(papers, journal=journal, raise_on_failure=False))
    report = Journal(journal).report()
    assert [one.filename for one in report] == ["000.txt", "001.txt", "bad.pdf", "locked.pdf"]
    assert states(journal) == {State.DESCRIBED: 3, State.FAILED: 1}
    assert [one.image_id or "" for one in report] == [one.document_id for one in results]
    assert report[2].reason


def test_P22_a_batch_of_documents_that_broke_resumes_with_what_is_missing(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    write(papers, 20)
    small.faults.fail(STREAM, status=413, message="too much", every=3)
    client = calls.client(small, polling_interval=0.1)
    with pytest.raises(UploadError, match="too much"):
        calls(client.documents.upload(papers, journal=journal))
    small.faults.clear()
    before = requests_of(small, STREAM)
    results = calls(client.documents.upload(papers, journal=journal))
    assert [one.filename for one in results] == sorted(once(20))
    assert all(one.is_completed for one in results)
    assert held(calls, small) == once(20)
    assert (before, requests_of(small, STREAM)) == (3, 4)


def test_P22_documents_whose_response_was_lost_are_found_by_the_next_call(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1, max_retries=0)
    small.faults.cut(STREAM, times=1)
    with pytest.raises(AionvisionError):
        calls(client.documents.upload(write(papers, 6), journal=journal))
    assert states(journal) == {State.SENDING: 6}
    results = calls(client.documents.upload(papers, journal=journal))
    assert [one.is_completed for one in results] == [True] * 6
    assert held(calls, small) == once(6)
    assert requests_of(small, STREAM) == 1


def test_P22_documents_that_are_not_processed_are_followed_and_not_sent(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    small.faults.hold("extract", "processing")
    client = calls.client(small, polling_interval=0.1)
    with pytest.raises(AionvisionTimeoutError):
        calls(client.documents.upload(write(papers, 8), journal=journal, processing_timeout=0.3))
    sent = requests_of(small, STREAM)
    small.faults.clear()
    results = calls(client.documents.upload(papers, journal=journal))
    assert [one.is_completed for one in results] == [True] * 8
    assert requests_of(small, STREAM) == sent
    assert states(journal) == {State.DESCRIBED: 8}


def test_P22_a_failed_document_is_reported_again_without_a_request(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    small.faults.fail_job("extract", "cannot parse", name="001.txt")
    write(papers, 3)
    with pytest.raises(DocumentProcessingError, match="cannot parse"):
        calls(client.documents.upload(papers, journal=journal))
    before = len(small.requests)
    with pytest.raises(DocumentProcessingError, match="cannot parse"):
        calls(client.documents.upload(papers, journal=journal))
    assert len(small.requests) == before


def test_P22_a_changed_document_is_resent(
    calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    first = calls(client.documents.upload(write(papers, 4), journal=journal))
    (papers / "002.txt").write_text("something else altogether")
    again = calls(client.documents.upload(papers, journal=journal))
    kept = [old.document_id == new.document_id for old, new in zip(first, again, strict=True)]
    assert kept == [True, True, False, True]


@pytest.mark.parametrize("option", [{"storage_target": "custom"}])
def test_another_storage_target_is_refused_by_name(
    option: dict[str, Any], calls: Calls, small: Sandbox, papers: Path, journal: Path
) -> None:
    client = calls.client(small, polling_interval=0.1)
    calls(client.documents.upload(write(papers, 1), journal=journal))
    with pytest.raises(ValidationError, match="storage_target was 'default' and is 'custom'"):
        calls(client.documents.upload(papers, journal=journal, **option))
