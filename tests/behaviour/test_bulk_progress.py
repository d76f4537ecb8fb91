"""What `progress=` shows and reports."""

from __future__ import annotations

import sys
import threading
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import ValidationError
from aion.testing import Sandbox
from aion.uploads.progress import UploadProgress
from tests.behaviour.bulk import folder
from tests.behaviour.calls import Calls


def test_a_callable_is_called_for_every_step(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    photos, journal = folder(tmp_path / "in", 7), tmp_path / "journal"
    (photos / "bad.png").write_text("no image")
    told: list[UploadProgress] = []
    client = calls.client(sandbox)
    wishes: dict[str, Any] = {"raise_on_failure": False, "journal": journal}
    calls(client.upload(photos, progress=told.append, **wishes))
    last = told[-1]
    size = sum(one.stat().st_size for one in photos.iterdir()) - len("no image")
    assert (last.files, last.files_sent, last.stored, last.described) == (8, 8, 7, 7)
    assert (last.bytes, last.bytes_sent, last.failed) == (size, size, 1)
    assert last.bytes_per_second > 0
    assert [one.files_sent for one in told] == sorted(one.files_sent for one in told)
    told.clear()
    calls(client.upload(photos, progress=told.append, **wishes))
    assert (told[-1].files_sent, told[-1].described, told[-1].bytes_per_second) == (8, 7, 0)


def test_without_a_terminal_there_are_plain_lines_on_stderr(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    calls(calls.client(sandbox).upload(folder(tmp_path, 3), progress=True))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert shown.err.splitlines()[-1].startswith("upload: 3 of 3 files, 0.0 of 0.0 MB")
    assert shown.err.splitlines()[-1].endswith("3 described, 0 failed")
    assert "\x1b" not in shown.err


def test_on_a_terminal_there_are_bars_and_no_thread(
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("COLUMNS", "120")
    calls(calls.client(sandbox).upload(folder(tmp_path, 3), progress=True))
    shown = capsys.readouterr()
    assert shown.out == ""
    assert "3/3 files" in shown.err
    assert "\x1b" in shown.err
    assert not any("refresh" in type(one).__name__.lower() for one in threading.enumerate())


def test_the_display_ends_when_the_upload_fails(
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("FORCE_COLOR", "1")
    client = calls.client(sandbox)

    def stop(event: object) -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        calls(client.upload(folder(tmp_path, 1), progress=True, on_file_complete=stop))
    # The display hides the cursor, and shows it at the end.
    assert capsys.readouterr().err.rpartition("\x1b[?25")[2].startswith("h")


def test_a_missing_extra_is_named_before_anything_is_sent(
    calls: Calls, sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "rich.console", None)
    client = calls.client(sandbox)
    with pytest.raises(ImportError, match=r"aionvision\[progress\]"):
        calls(client.upload(folder(tmp_path, 1), progress=True))
    assert sandbox.requests == []


def test_anything_else_is_refused(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    client = calls.client(sandbox)
    wish: Any = "yes"
    with pytest.raises(ValidationError, match="progress"):
        calls(client.upload(folder(tmp_path, 1), progress=wish))
