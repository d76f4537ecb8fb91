"""The command `aion`, against the sandbox."""

from __future__ import annotations

import contextlib
import io
import json
import os
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

import aion
from aion.cli.main import main
from aion.testing import Sandbox
from tests.behaviour.movies import movie
from tests.behaviour.pictures import NAVY, draw

unless_windows = pytest.mark.skipif(
    os.name == "nt", reason="no terminals of this kind, and no SIGINT for one process, on Windows"
)
KEY = "aion_of_nobody_000000000000_fake"


@pytest.fixture(autouse=True)
def place(sandbox: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty working directory, and an environment that leads to the sandbox."""
    monkeypatch.chdir(tmp_path)
    for name, value in sandbox.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *arguments: str, status: int = 0) -> str:
    """What the command prints; what it complains of must be nothing."""
    assert main(arguments) == status
    out, err = capsys.readouterr()
    assert err == ""
    return out


def complained(capsys: pytest.CaptureFixture[str], *arguments: str) -> str:
    """Return what a command that fails prints on standard error."""
    assert main(arguments) == 1
    return capsys.readouterr().err


def stored(place: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """Return what is printed for a navy image that was uploaded."""
    (place / "navy.jpg").write_bytes(draw(color=NAVY))
    result: dict[str, Any] = json.loads(said(capsys, "upload", "navy.jpg", "--json"))
    return result


def test_check_shows_whether_the_key_is_taken_and_what_is_left(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    text = said(capsys, "check")
    assert text.startswith(f"{sandbox.base_url} accepts the key; it responded in ")
    assert "50,000 of 50,000 uploads are left" in text
    assert json.loads(said(capsys, "check", "--json"))["available"] == 50_000


def test_images_are_uploaded_and_reported_one_by_one(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "photos").mkdir()
    (place / "photos" / "a.jpg").write_bytes(draw())
    (place / "photos" / "b.jpg").write_text("no picture")
    text = said(capsys, "upload", "photos", status=1)
    good, bad = text.splitlines()
    assert good.startswith("completed  ")
    assert good.partition("a.jpg  ")[2].startswith("[sandbox] JPEG")
    assert bad.startswith("not stored  -  b.jpg  b.jpg is not a JPEG")


def test_a_path_that_does_not_exist_stops_no_other(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    bad, good = said(capsys, "upload", "no.jpg", "a.jpg", status=1).splitlines()
    assert bad == "not stored  -  no.jpg  no.jpg does not exist"
    assert good.startswith("completed  ")


def test_the_same_upload_with_its_journal_sends_nothing_again(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    wanted = ("upload", "a.jpg", "--journal", "journal", "--tag", "pier")
    first = said(capsys, *wanted)
    count = len(sandbox.requests)
    assert said(capsys, *wanted) == first
    assert len(sandbox.requests) == count


def test_documents_and_videos_are_uploaded_as_such(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "report.md").write_text("# The pier\n\nTwo planks were replaced.\n")
    (place / "harbor.mp4").write_bytes(movie())
    assert said(capsys, "upload", "report.md", "--as", "documents").startswith("completed  ")
    assert said(capsys, "upload", "harbor.mp4", "--as", "videos").startswith("completed  ")
    listed = said(capsys, "files", "--kind", "document", "--kind", "video")
    assert ("report" in listed, "harbor" in listed) == (True, True)


def test_an_upload_that_breaks_midway_shows_what_is_stored(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    sandbox.faults.fail("list_user_files", status=403, times=None)
    assert main(["upload", "a.jpg"]) == 1
    out, err = capsys.readouterr()
    assert out.startswith("pending  ")
    assert err.startswith("aion: ")
    assert "do not upload it again" in err


def test_files_are_listed_newest_first_searched_and_limited(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    sandbox.seed("photos", 30)
    known = stored(place, capsys)
    lines = said(capsys, "files").splitlines()
    assert len(lines) == 20
    assert lines[0].startswith(known["image_id"])
    assert len(said(capsys, "files", "--limit", "25").splitlines()) == 25
    found = [json.loads(line) for line in said(capsys, "files", "navy", "--json").splitlines()]
    assert known["image_id"] in {one["id"] for one in found}


def test_a_file_is_shown_and_downloaded(place: Path, capsys: pytest.CaptureFixture[str]) -> None:
    known = stored(place, capsys)["image_id"]
    assert json.loads(said(capsys, "file", known[:8]))["id"] == known
    assert said(capsys, "download", known, "copy.jpg") == "copy.jpg\n"
    assert (place / "copy.jpg").read_bytes() == (place / "navy.jpg").read_bytes()


def test_images_are_described_without_storing_them(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    assert said(capsys, "describe", "a.jpg").startswith("[sandbox] JPEG")
    assert said(capsys, "describe", "a.jpg", "a.jpg").count("a.jpg  [sandbox]") == 2
    with sandbox.sync_client() as client:
        assert client.files.list().files == []


def test_a_question_is_answered_with_its_references_resolved(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    stored(place, capsys)
    answer = said(capsys, "ask", "Which", "images", "are", "navy?")
    assert "navy.jpg" in answer
    assert "[[" not in answer
    fields = json.loads(said(capsys, "ask", "What is there?", "--json"))
    assert (fields["question"], "[[" in fields["content"]) == ("What is there?", True)


def test_questions_come_from_standard_input(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("What is there?\n\nAnd what else?"))
    answers = [json.loads(line) for line in said(capsys, "ask", "--json").splitlines()]
    assert [one["question"] for one in answers] == ["What is there?", "And what else?"]
    # One session for both: the second question knows the first.
    made = [one for one in sandbox.requests if one.path.endswith("/chat/sessions")]
    assert len(made) == 1


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("file", "00000000-0000-4000-8000-000000000000"), "404"),
        (("describe", "no.jpg"), "no.jpg does not exist"),
        (("upload", "no.md", "--as", "documents", "--tag", "a"), "documents are uploaded without"),
        (("check", "--base-url", "nowhere"), "nowhere"),
    ],
)
def test_what_goes_wrong_is_reported_in_one_line_without_a_traceback(
    arguments: tuple[str, ...], told: str, capsys: pytest.CaptureFixture[str]
) -> None:
    (line,) = complained(capsys, *arguments).splitlines()
    assert line.startswith("aion: ")
    assert told in line


def test_without_a_key_the_variable_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("AIONVISION_API_KEY")
    assert "AIONVISION_API_KEY" in complained(capsys, "check")


def test_p16_a_key_that_is_refused_is_not_shown(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", KEY)
    text = complained(capsys, "check")
    assert "401" in text
    assert KEY not in text


def test_settings_may_be_in_a_file(
    place: Path,
    sandbox: Sandbox,
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    environment = sandbox.environment
    for name in environment:
        # Set and deleted, so that what the file sets is gone after the test.
        monkeypatch.setenv(name, "")
        monkeypatch.delenv(name)
    lines = (f"{name}={value}\n" for name, value in environment.items())
    (place / ".env").write_text("".join(lines))
    assert "accepts the key" in said(capsys, "check")


@pytest.mark.parametrize(
    "arguments",
    [
        [],
        ["fly"],
        ["upload"],
        ["files", "--limit", "0"],
        ["files", "--limit", "9" * 30],
        ["check", "--timeout", "-1"],
        ["check", "--base-url", ""],
    ],
)
def test_wrong_arguments_are_usage_errors(
    arguments: list[str], capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as caught:
        main(arguments)
    assert caught.value.code == 2
    assert "usage: aion" in capsys.readouterr().err


def test_what_a_file_is_called_cannot_command_the_terminal(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a\x1b[2Jb.jpg").write_bytes(draw())
    said(capsys, "upload", ".")
    assert "\x1b" not in said(capsys, "files")


def run(*arguments: str, **options: Any) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "aion", *arguments]
    return subprocess.run(command, capture_output=True, text=True, check=False, **options)


def test_the_module_is_the_command() -> None:
    assert run("--version").stdout == f"aion {aion.__version__}\n"
    assert "--data" in run("sandbox", "--help").stdout


def test_a_reader_who_has_had_enough_is_not_an_error(sandbox: Sandbox) -> None:
    sandbox.seed("photos", 200)
    command = [sys.executable, "-m", "aion", "files", "--limit", "200", "--json"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        process.stdout.readline()
        process.stdout.close()
        assert process.stderr.read() == b""
        assert process.wait(30) in (0, 1)


def until(done: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end
        time.sleep(0.01)


@unless_windows
def test_ctrl_c_ends_it_without_a_traceback(sandbox: Sandbox) -> None:
    sandbox.faults.delay("check_upload_quota", seconds=20)
    with subprocess.Popen([sys.executable, "-m", "aion", "check"], stderr=subprocess.PIPE) as one:
        assert one.stderr is not None
        until(lambda: not sandbox.faults.list())
        one.send_signal(signal.SIGINT)
        assert one.stderr.read() == b"aion: interrupted\n"
        assert one.wait(30) == 130


def on_a_terminal(*arguments: str, without: str = "nothing") -> str:
    """What the command prints where both of its outputs are a terminal of 70 columns."""
    import pty

    code = f"import sys; sys.modules[{without!r}] = None; from aion.cli.main import main; main()"
    leader, follower = pty.openpty()
    environment = {**os.environ, "COLUMNS": "70"}
    command = [sys.executable, "-c", code, *arguments]
    with subprocess.Popen(command, stdout=follower, stderr=follower, env=environment) as process:
        os.close(follower)
        printed = b""
        with contextlib.suppress(OSError):  # A closed terminal looks like this
            while piece := os.read(leader, 4096):
                printed += piece
        process.wait(30)
    os.close(leader)
    return printed.decode().replace("\r\n", "\n")


@unless_windows
@pytest.mark.parametrize("package", ["nothing", "rich"])
def test_an_upload_on_a_terminal_needs_no_extra(package: str, place: Path) -> None:
    (place / "a.jpg").write_bytes(draw())
    assert "completed   " in on_a_terminal("upload", "a.jpg", without=package)


@unless_windows
def test_a_terminal_gets_reasons_whole_and_lists_in_its_width(
    place: Path, sandbox: Sandbox
) -> None:
    sandbox.seed("photos", 1)
    (listed,) = on_a_terminal("files").splitlines()
    assert (len(listed), listed[-1]) == (70, "…")
    (place / "report.md").write_text("no picture")
    told = on_a_terminal("upload", "report.md", without="rich")
    assert "aion upload --as documents" in told


@unless_windows
def test_closed_streams_are_not_an_error(place: Path) -> None:
    command = f"{shlex.quote(sys.executable)} -m aion"
    for line in (f"{command} files >&-", f"{command} ask <&-", f"{command} check 2>&-"):
        done = subprocess.run(line, shell=True, capture_output=True, text=True, check=False)
        assert (done.returncode, done.stderr) == (0, "")


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_what_cannot_be_printed_is_escaped(options: tuple[str, ...], place: Path) -> None:
    (place / "größe-港.jpg").write_bytes(draw())
    (place / "z.jpg").write_bytes(draw(color=NAVY))
    environment = {**os.environ, "PYTHONIOENCODING": "ascii"}
    done = run("upload", ".", *options, env=environment)
    assert (done.returncode, done.stderr) == (0, "")
    assert "\\u6e2f.jpg" in done.stdout
    assert len(done.stdout.splitlines()) == 2


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
@pytest.mark.parametrize("kind", ["images", "videos"])
@pytest.mark.parametrize("options", [(), ("--json",)])
def test_names_that_are_not_text_are_uploaded_and_printed(
    options: tuple[str, ...], kind: str, place: Path
) -> None:
    name = os.fsdecode(b"caf\xe9." + (b"jpg" if kind == "images" else b"mp4"))
    (place / name).write_bytes(draw() if kind == "images" else movie())
    done = run("upload", name, "--as", kind, *options)
    assert f"caf\\udce9.{name[-3:]}" in done.stdout, done.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="names are text on other systems")
def test_an_error_names_a_path_that_is_not_text_once(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    told = complained(capsys, "describe", os.fsdecode(b"caf\xe9.jpg"))
    assert told == "aion: caf\\udce9.jpg does not exist [VALIDATION_ERROR]\n"


# Stored files are reported, whatever fails afterwards


@pytest.mark.parametrize("kind", ["images", "documents"])
def test_a_wait_that_is_too_long_shows_what_is_stored(
    kind: str, place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    (place / "a.md").write_text("hello")
    sandbox.faults.hold_description(state="processing")
    sandbox.faults.hold("extract", "processing")
    name = {"images": "a.jpg", "documents": "a.md"}[kind]
    assert main(["upload", name, "--as", kind, "--wait-timeout", "0.3"]) == 1
    out, err = capsys.readouterr()
    assert out.split()[0] in ("pending", "processing")
    assert out.split()[2] == name
    assert "do not upload" in err


def test_the_videos_of_a_directory_are_reported_by_their_names(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "films" / ".hidden").mkdir(parents=True)
    for name, length in (("a.mp4", 5.0), ("b.mp4", 6.0), (".hidden/c.mp4", 7.0)):
        (place / "films" / name).write_bytes(movie(length))
    assert main(["upload", "films", "--as", "videos", "--json"]) == 0
    lines = capsys.readouterr().out.splitlines()
    names = [json.loads(line)["path"] for line in lines]
    assert names == [str(Path("films", "a.mp4")), str(Path("films", "b.mp4"))]


def test_a_video_that_cannot_be_sent_leaves_the_ones_before_reported(
    place: Path, sandbox: Sandbox, capsys: pytest.CaptureFixture[str]
) -> None:
    for name, length in (("a.mp4", 5.0), ("b.mp4", 6.0)):
        (place / name).write_bytes(movie(length))
    sandbox.faults.fail("initiate_video_upload", status=403, every=2)
    assert main(["upload", "a.mp4", "b.mp4", "--as", "videos", "--no-wait"]) == 1
    (line,) = capsys.readouterr().out.splitlines()
    assert (line.split()[0], line.split()[2]) == ("queued", "a.mp4")


def test_one_image_that_cannot_be_described_stops_no_other(
    place: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (place / "a.jpg").write_bytes(draw())
    assert main(["describe", "no\x1b[2J.jpg", "a.jpg", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["path"] == "a.jpg"
    assert ("does not exist" in err, "\x1b" in err) == (True, False)


def test_a_question_that_goes_wrong_does_not_end_a_talk(
    sandbox: Sandbox, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO(f"{'x' * 10_001}\nWhat is there?\n"))
    assert main(["ask", "--json"]) == 1
    out, err = capsys.readouterr()
    assert json.loads(out)["question"] == "What is there?"
    assert "1 to 10000 characters" in err


def missing(package: str) -> None:
    """The package is not installed."""


def test_a_file_of_settings_that_is_not_read_is_reported(
    place: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    (place / ".env").write_text("AIONVISION_TIMEOUT=3\n")
    monkeypatch.setattr("aion.load_dotenv", lambda: False)
    monkeypatch.setattr("aion.cli.main.find_spec", missing)
    assert main(["check"]) == 0
    assert "aionvision[dotenv]" in capsys.readouterr().err
