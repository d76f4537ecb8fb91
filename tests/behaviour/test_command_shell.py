"""The command speaks the language of the shell: its options, paths, ids and signals."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from aion.cli.main import main
from aion.testing import Sandbox
from tests.behaviour.movies import movie
from tests.behaviour.pictures import draw
from tests.behaviour.test_command import complained, run, said, stored, unless_windows, until

ASKED = "aion: waiting 2 s: the service asked to"
STREAM = "stream_batch_upload"


@pytest.fixture(autouse=True)
def place(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment that leads to the sandbox."""
    monkeypatch.chdir(tmp_path)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


# Waits


@pytest.mark.parametrize(
    ("operation", "arguments"),
    [
        ("check_upload_quota", ("check",)),
        ("list_user_files", ("files",)),
        (STREAM, ("upload", "a.jpg")),
        ("complete_video_upload", ("upload", "a.mp4", "--as", "videos", "--no-wait")),
    ],
)
def test_a_wait_is_printed_once_on_stderr(
    operation: str,
    arguments: tuple[str, ...],
    place: Path,
    sandbox: Sandbox,
    capsys: pytest.CaptureFixture[str],
) -> None:
    (place / "a.jpg").write_bytes(draw())
    (place / "a.mp4").write_bytes(movie())
    sandbox.faults.fail(operation, status=429, retry_after=2)
    assert main(arguments) == 0
    assert capsys.readouterr().err.splitlines() == [ASKED]


def test_two_waits_are_two_lines(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.faults.fail("check_upload_quota", status=503, retry_after=2, times=2)
    assert main(["check"]) == 0
    assert capsys.readouterr().err.splitlines() == [ASKED] * 2


# Messages


@pytest.mark.parametrize(("name", "option"), [("a.md", "--as documents"), ("a.mp4", "--as videos")])
def test_a_file_of_another_kind_is_sent_to_its_option(
    name: str, option: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / name).write_bytes(movie() if name.endswith("mp4") else b"# text")
    assert f"aion upload {option}" in said(capsys, "upload", name, status=1)


def test_a_late_wait_names_a_command_of_the_shell(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    sandbox.faults.hold_description()
    assert "aion file " in complained(capsys, "upload", "a.jpg", "--wait-timeout", "0.3")


def test_an_argument_is_named_by_its_option(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    message = complained(capsys, "upload", "a.jpg", "--tag", "a,b")
    assert message.startswith("aion: --tag has to be text without commas")


def test_a_base_url_is_named_by_its_option(capsys: pytest.CaptureFixture[str]) -> None:
    message = complained(capsys, "check", "--base-url", "nowhere")
    assert message.startswith("aion: --base-url (or AIONVISION_BASE_URL) has to be like")


def test_a_key_that_is_refused_names_its_variable(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", "aion_of_nobody_000000000000_fake")
    assert "Check AIONVISION_API_KEY, and that --base-url" in complained(capsys, "check")


def test_a_timeout_names_its_option(sandbox: Sandbox, capsys: pytest.CaptureFixture[str]) -> None:
    sandbox.faults.delay("check_upload_quota", seconds=5, times=None)
    assert "pass a longer --timeout" in complained(capsys, "check", "--timeout", "0.2")


def test_python_keeps_its_own_words_after_the_command(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.md").write_text("hello")
    said(capsys, "upload", "a.md", status=1)
    with sandbox.sync_client() as client:
        (result,) = client.upload("a.md", raise_on_failure=False)
    assert "client.documents.upload_one()" in str(result.description_error)


# Downloads


@pytest.fixture
def known(place: Path, capsys: pytest.CaptureFixture[str]) -> str:
    """The id of the stored file `navy.jpg`, which is then gone from the disk."""
    image_id = str(stored(place, capsys)["image_id"])
    (place / "navy.jpg").rename(place / "original")
    return image_id


@pytest.mark.parametrize("path", [(), (".",), ("./",), ("folder",), ("folder/",)])
def test_a_download_into_a_folder_has_its_name_at_upload(
    path: tuple[str, ...], known: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "folder").mkdir()
    printed = said(capsys, "download", known, *path).strip()
    assert Path(printed) == Path(*path, "navy.jpg")
    assert Path(printed).read_bytes() == (place / "original").read_bytes()


def test_a_download_into_a_folder_replaces_nothing(
    known: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "navy.jpg").write_text("mine")
    assert "navy.jpg exists already" in complained(capsys, "download", known)
    assert (place / "navy.jpg").read_text() == "mine"


def test_a_download_to_a_path_replaces_the_file(
    known: str, place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "copy.jpg").write_text("old")
    said(capsys, "download", known, "copy.jpg")
    assert (place / "copy.jpg").read_bytes() == (place / "original").read_bytes()


def test_a_folder_that_does_not_exist_is_an_error(
    known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    message = complained(capsys, "download", known, "no/")
    assert message == "aion: the folder no/ does not exist: make it first, or name a file\n"


def test_a_download_to_standard_output_is_the_bytes_alone(known: str, place: Path) -> None:
    command = [sys.executable, "-m", "aion", "download", known, "-"]
    done = subprocess.run(command, capture_output=True, check=False)
    assert (done.stdout, done.stderr) == ((place / "original").read_bytes(), b"")


def test_bytes_and_json_on_standard_output_are_refused(
    known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    message = complained(capsys, "download", known, "-", "--json")
    assert message == "aion: --json and - both use standard output: leave one of them out\n"


def test_a_download_says_where_it_wrote_in_json(
    known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = json.loads(said(capsys, "download", known[:8], "--json"))
    assert printed == {"id": known, "path": "navy.jpg"}


# Ids


@pytest.mark.parametrize("length", [6, 8, 12, 36])
@pytest.mark.parametrize("command", ["file", "download", "ask"])
def test_an_id_may_be_short_for_every_command(
    command: str, length: int, known: str, capsys: pytest.CaptureFixture[str]
) -> None:
    short = known[:length]
    lines = {
        "file": ("file", short),
        "download": ("download", short, "copy"),
        "ask": ("ask", "What is there?", "--image", short),
    }
    assert said(capsys, *lines[command])


@pytest.mark.parametrize("arguments", [("file",), ("download",), ("ask", "What?", "--image")])
def test_an_unknown_beginning_of_an_id_is_an_error(
    arguments: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    message = complained(capsys, *arguments, "00000000")
    assert message.startswith("aion: no file has an id that begins with '00000000'")


def test_an_ambiguous_beginning_lists_the_candidates(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.seed("photos", 40)
    ids = [line.split()[0] for line in said(capsys, "files", "--limit", "40").splitlines()]
    # Of 40 ids, some have the same first of 16 digits.
    digit = next(one for one in "0123456789abcdef" if sum(i.startswith(one) for i in ids) > 1)
    message = complained(capsys, "file", digit)
    assert next(one for one in ids if one.startswith(digit)) in message
    assert "Type more characters" in message


# Ctrl-C


def interrupted(arguments: tuple[str, ...], is_busy: Callable[[], bool]) -> tuple[str, int]:
    """Return what the command prints on stderr when SIGINT ends it, and its exit status."""
    command = [sys.executable, "-m", "aion", *arguments]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        until(is_busy)
        process.send_signal(signal.SIGINT)
        _, err = process.communicate(timeout=30)
    return err.decode(), process.returncode


@unless_windows
@pytest.mark.parametrize("held", ["sending", "describing"])
def test_ctrl_c_says_which_line_resumes_and_that_line_does(
    held: str, place: Path, sandbox: Sandbox
) -> None:
    (place / "a b.jpg").write_bytes(draw())
    operation = {"sending": STREAM, "describing": "list_user_files"}[held]
    sandbox.faults.delay(STREAM, seconds=3) if held == "sending" else None
    sandbox.faults.hold_description()

    def is_busy() -> bool:
        return any((one.operation or "").startswith(operation) for one in sandbox.requests) or (
            held == "sending" and len(sandbox.faults.list()) == 1
        )

    line = ("upload", "a b.jpg", "--journal", "photos.aion")
    message, status = interrupted(line, is_busy)
    assert status == 130
    assert message == (
        "aion: interrupted; files that are stored stay stored. The same line resumes:"
        " aion upload 'a b.jpg' --journal photos.aion\n"
    )
    sandbox.faults.clear()
    assert run(*line).returncode == 0
    with sandbox.sync_client() as client:
        assert len(client.files.list().files) == 1


@unless_windows
def test_ctrl_c_without_a_journal_says_what_to_add(place: Path, sandbox: Sandbox) -> None:
    (place / "a.jpg").write_bytes(draw())
    sandbox.faults.delay("check_upload_quota", seconds=20)
    message, status = interrupted(("upload", "a.jpg"), lambda: not sandbox.faults.list())
    assert status == 130
    assert message.endswith("the same line would resume: aion upload a.jpg --journal FILE\n")
