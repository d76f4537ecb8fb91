"""P22: the error of an upload that stops midway names every file, with all that is known of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionError, AuthenticationError, QuotaExceededError, UploadError
from aion.testing import Limits, Sandbox
from tests.behaviour.bulk import STREAM, folder, names
from tests.behaviour.calls import Calls

NOT_SENT = "it was not sent"
NOT_KNOWN = "its request broke: whether it is stored is not known"


@pytest.fixture(scope="module")
def running_narrow() -> Iterator[Sandbox]:
    """A sandbox that takes four files in one request, one request at a time."""
    limits = Limits(max_batch_files=4, max_concurrent_uploads=1)
    with Sandbox(pace=0.005, limits=limits) as sandbox:
        yield sandbox


@pytest.fixture
def narrow(running_narrow: Sandbox) -> Sandbox:
    """The same, empty."""
    running_narrow.reset()
    return running_narrow


def run_out(sandbox: Sandbox) -> None:
    sandbox.faults.fail(STREAM, status=402, code="USAGE_LIMIT_EXCEEDED", times=None)


def break_off(sandbox: Sandbox) -> None:
    sandbox.faults.drop(STREAM, times=None)


def then(fault: Callable[[Sandbox], None], sandbox: Sandbox) -> Callable[[object], None]:
    """A callback that makes all requests fail after the first file."""
    left = [fault]

    def strike(_: object) -> None:
        if left:
            left.pop()(sandbox)

    return strike


def told(results: Any) -> list[tuple[str, str | None]]:
    """Each file by its name, with the reason why it is not stored."""
    return [(one.filename, None if one.is_stored else one.description_error) for one in results]


def outcomes(*reasons: str | None) -> list[tuple[str, str | None]]:
    """The outcomes of twelve files, of which four have each of these reasons."""
    return list(zip(names(12), [one for one in reasons for _ in range(4)], strict=True))


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        (run_out, outcomes(None, NOT_SENT, NOT_SENT)),
        (break_off, outcomes(None, NOT_KNOWN, NOT_SENT)),
    ],
)
def test_p22_files_that_were_not_sent_and_those_in_doubt_are_distinguished(
    fault: Callable[[Sandbox], None],
    expected: list[tuple[str, str | None]],
    calls: Calls,
    narrow: Sandbox,
    tmp_path: Path,
) -> None:
    client = calls.client(narrow, max_retries=0)
    strike = then(fault, narrow)
    with pytest.raises(AionvisionError) as caught:
        calls(
            client.upload(
                folder(tmp_path, 12), on_file_complete=strike, wait_for_descriptions=False
            )
        )
    assert isinstance(caught.value, UploadError | QuotaExceededError)
    assert told(caught.value.partial_results) == expected


def test_p22_files_that_were_found_after_a_lost_response_are_in_the_error(
    calls: Calls, narrow: Sandbox, tmp_path: Path
) -> None:
    narrow.faults.cut(STREAM)
    client = calls.client(narrow)
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.upload(folder(tmp_path, 12), on_file_complete=then(run_out, narrow)))
    assert told(caught.value.partial_results) == outcomes(None, NOT_SENT, NOT_SENT)


def test_p22_files_that_an_earlier_call_stored_are_in_the_error(
    calls: Calls, narrow: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 12), tmp_path / "journal"
    client = calls.client(narrow)
    for strike in (then(run_out, narrow), None):
        with pytest.raises(QuotaExceededError) as caught:
            calls(client.upload(photos, journal=journal, on_file_complete=strike))
    assert told(caught.value.partial_results) == outcomes(None, NOT_SENT, NOT_SENT)


def test_p22_the_files_that_were_not_sent_can_be_resent(
    calls: Calls, narrow: Sandbox, tmp_path: Path
) -> None:
    client = calls.client(narrow)
    with pytest.raises(QuotaExceededError) as caught:
        calls(client.upload(folder(tmp_path, 12), on_file_complete=then(run_out, narrow)))
    assert [one.filename for one in caught.value.partial_results.retryable()] == names(12)[4:]


def test_p22_documents_that_were_not_sent_are_named_too(calls: Calls, narrow: Sandbox) -> None:
    client = calls.client(narrow)
    files = [f"note {number}".encode() for number in range(6)]
    texts = [f"{number}.txt" for number in range(6)]
    with pytest.raises(QuotaExceededError) as caught:
        calls(
            client.documents.upload(files, filenames=texts, on_file_complete=then(run_out, narrow))
        )
    results = caught.value.partial_results
    assert [one.filename for one in results] == texts
    assert [one.is_stored for one in results] == [True] * 4 + [False] * 2
    assert results[5].processing_error == NOT_SENT


def test_an_error_before_anything_is_stored_stays_what_it_is(
    calls: Calls, narrow: Sandbox, tmp_path: Path
) -> None:
    narrow.faults.fail(STREAM, status=401, times=None)
    client = calls.client(narrow)
    with pytest.raises(AuthenticationError):
        calls(client.upload(folder(tmp_path, 12)))
