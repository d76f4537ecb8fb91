"""What `aion upload` prints: the path of each file, and what directories leave out."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from aion.testing import Sandbox
from tests.behaviour.movies import movie
from tests.behaviour.papers import MANUAL
from tests.behaviour.pictures import draw

FILES = {
    "images": ("jpg", draw()),
    "documents": ("md", MANUAL.encode()),
    "videos": ("mp4", movie()),
}
every_kind = pytest.mark.parametrize("kind", FILES)


@pytest.fixture(autouse=True)
def place(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment that leads to the sandbox."""
    monkeypatch.chdir(tmp_path)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def write(kind: str, *names: str) -> None:
    """Write a good file for each name without its extension."""
    ending, data = FILES[kind]
    for name in names:
        path = Path(f"{name}.{ending}")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def run(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command in a process of its own, in which no log is configured."""
    command = [sys.executable, "-m", "aion", "upload", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False)


def paths(*arguments: str) -> list[str]:
    """The third cell of each line that the command prints."""
    done = run(*arguments)
    assert done.returncode == 0, done.stderr
    return [line.split()[2] for line in done.stdout.splitlines()]


def rows(*arguments: str) -> list[dict[str, Any]]:
    """The rows that the command prints as JSON."""
    return [json.loads(line) for line in run(*arguments, "--json").stdout.splitlines()]


@every_kind
def test_files_of_one_directory_are_printed_relative_to_it(kind: str, place: Path) -> None:
    write(kind, "photos/a", "photos/2025/a")
    end = FILES[kind][0]
    assert paths(str(place / "photos"), "--as", kind) == [f"a.{end}", str(Path(f"2025/a.{end}"))]


@every_kind
def test_files_of_several_arguments_are_printed_as_they_are_reached(kind: str) -> None:
    write(kind, "photos/2025/a", "others/a", "a")
    end = FILES[kind][0]
    assert paths("photos", "others", f"a.{end}", "--as", kind) == [
        str(Path(f"photos/2025/a.{end}")), str(Path(f"others/a.{end}")), f"a.{end}",
    ]  # fmt: skip


@every_kind
def test_a_file_is_printed_as_it_was_typed(kind: str) -> None:
    write(kind, "photos/a")
    typed = f"./photos/../photos//a.{FILES[kind][0]}"
    assert paths(typed, "--as", kind) == [typed]


@every_kind
def test_each_row_of_json_has_the_path(kind: str) -> None:
    write(kind, "photos/a", "photos/x/a")
    end = FILES[kind][0]
    assert [row["path"] for row in rows("photos", "--as", kind)] == [
        str(Path(f"photos/a.{end}")), str(Path(f"photos/x/a.{end}")),
    ]  # fmt: skip


@every_kind
def test_what_is_left_out_is_one_line_on_stderr(kind: str) -> None:
    write(kind, "photos/a")
    for name in ("a.heic", "b.heic", ".hidden"):
        Path("photos", name).write_bytes(b"x")
    assert run("photos", "--as", kind).stderr == (
        "aion: left out: 2 (.heic is not accepted: convert it to JPEG),"
        " 1 (hidden: pass it by its path)\n"
    )


def test_other_kinds_of_files_are_left_out_with_the_option_of_the_command() -> None:
    write("images", "photos/a")
    write("documents", "photos/b")
    write("videos", "photos/c")
    assert run("photos").stderr == (
        "aion: left out: 1 (.md is a document: --as documents), 1 (.mp4 is a video: --as videos)\n"
    )


def test_an_upload_of_nothing_speaks_of_the_options_of_the_command() -> None:
    write("documents", "papers/a")
    done = run("papers")
    assert done.returncode == 1
    assert "left out: 1 (.md is a document: --as documents)" in done.stderr


def test_what_is_left_out_is_said_after_a_failure_too(sandbox: Sandbox) -> None:
    write("videos", "films/a", "films/b")
    Path("films", "c.heic").write_bytes(b"x")
    sandbox.faults.fail("initiate_video_upload", status=403, every=2)
    done = run("films", "--as", "videos")
    assert (done.returncode, done.stderr.count("left out: 1 (.heic")) == (1, 1)


def test_a_log_that_is_configured_has_what_is_left_out(monkeypatch: pytest.MonkeyPatch) -> None:
    write("images", "photos/a")
    Path("photos", "c.heic").write_bytes(b"x")
    monkeypatch.setitem(os.environ, "AIONVISION_LOG", "info")
    assert "aion WARNING an upload left out: 1 (.heic" in run("photos").stderr


def test_describe_and_download_call_the_path_so() -> None:
    write("images", "a")
    command = [sys.executable, "-m", "aion"]
    described = subprocess.run(
        [*command, "describe", "a.jpg", "--json"], capture_output=True, text=True, check=True
    )
    (row,) = rows("a.jpg")
    written = subprocess.run(
        [*command, "download", row["image_id"], "b.jpg", "--json"],
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    assert [json.loads(one.stdout)["path"] for one in (described, written)] == ["a.jpg", "b.jpg"]
