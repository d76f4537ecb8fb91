"""What the progress of an upload says in words."""

from __future__ import annotations

import pytest

from aion.uploads._progress_bar import Lines
from aion.uploads.progress import Phase, UploadProgress


def progress(
    phase: Phase = "sending",
    *,
    stored: int = 0,
    checking: int = 0,
    wait: float | None = None,
    reason: str | None = None,
) -> UploadProgress:
    return UploadProgress(
        files=1_200,
        files_sent=800,
        bytes=3_000_000,
        bytes_sent=2_000_000,
        stored=stored,
        described=stored // 2,
        failed=0,
        seconds=10.0,
        bytes_per_second=200_000.0,
        phase=phase,
        checking=checking,
        waiting_seconds=wait,
        waiting_reason=reason,
    )


@pytest.mark.parametrize(
    ("now", "status"),
    [
        (progress(wait=42.3, reason="the service asked to"), "waiting 42 s: the service asked to"),
        (progress("checking", checking=1_200), "checking which of 1,200 files arrived"),
        (progress("checking", checking=1), "checking whether 1 file arrived"),
        (progress("storing"), "waiting for the results of 1,200 files"),
        (progress("describing", stored=10), "5 of 10 described"),
        (progress(), "sending"),
    ],
)
def test_the_status_says_what_happens_now(now: UploadProgress, status: str) -> None:
    assert now.status == status


@pytest.mark.parametrize(
    ("now", "text"),
    [
        (progress(), "800 of 1,200 files, 2.0 of 3.0 MB, 0.2 MB/s, 0 failed"),
        (
            progress(wait=3, reason="the last attempt failed"),
            "800 of 1,200 files, 2.0 of 3.0 MB, 0.2 MB/s, 0 failed;"
            " waiting 3 s: the last attempt failed",
        ),
        (
            progress("describing", stored=10),
            "800 of 1,200 files, 2.0 of 3.0 MB, 0.2 MB/s, 5 described, 0 failed",
        ),
    ],
)
def test_the_text_has_the_counts_and_what_they_do_not_say(now: UploadProgress, text: str) -> None:
    assert str(now) == text


def test_the_fields_of_before_are_enough() -> None:
    now = UploadProgress(1, 0, 1, 0, 0, 0, 0, 0.0, 0.0)
    assert (now.phase, now.checking, now.waiting_seconds) == ("sending", 0, None)


def test_lines_have_one_for_each_wait_and_not_one_for_each_second(
    capsys: pytest.CaptureFixture[str],
) -> None:
    lines = Lines()
    wait = [progress(wait=left, reason="the service asked to") for left in (3.0, 2.0, 1.0)]
    for now in (progress(), *wait, progress(), *wait):
        lines.print(now)
    assert capsys.readouterr().err.count("waiting 3 s") == 2
