"""A change on the wire, or off the contract, is noticed; recording replaces only what it may."""

from __future__ import annotations

from pathlib import Path

import pytest

from aion.exceptions import ResourceNotFoundError
from aion.testing import Sandbox
from tests.cassettes.contract import problems
from tests.cassettes.record import main
from tests.cassettes.stage import Scenario
from tests.cassettes.table import SCENARIOS
from tests.cassettes.tape import CANARY, Studio, interactions, path_of, play, vcr

NAME = "folders.create"
UPLOAD = "uploads.upload_one"


def altered(folder: Path, name: str, old: str, new: str) -> list[str]:
    """Return the violations of the contract by a cassette in which one text is replaced."""
    text = path_of(name).read_text(encoding="utf-8")
    assert old in text
    path_of(name, folder).write_text(text.replace(old, new), encoding="utf-8")
    return [problem for one in interactions(name, folder) for problem in problems(*one)]


@pytest.mark.parametrize(
    ("name", "old", "new", "problem"),
    [
        (NAME, '"name": "Piers"', '"title": "Piers"', "the request is off contract"),
        (NAME, "/api/v2/folders", "/api/v2/drawers", "is not in the contract"),
        (NAME, "method: POST", "method: PUT", "is not in the contract"),
        (NAME, '"parent_id"', '"parent"', "off contract"),
        (NAME, "code: 201", "code: 299", "status 299 is not declared"),
        (UPLOAD, "file_count=1", "file_count=none", "the request is off contract"),
        (UPLOAD, "file_count=1", "file_count=1&really=yes", "Unknown query parameter"),
        (UPLOAD, 'name="storage_target"', 'name="target"', "the request is off contract"),
        (UPLOAD, '"accepted_files": 1', '"accepted_files": "one"', "the answer is off contract"),
        ("files.delete", "body: ''", "body: surplus", "the operation takes none"),
        ("files.download", "      accept:\n      - '*/*'", "      authorization:\n      - k", "a key was sent"),  # noqa: E501
    ],
)  # fmt: skip
def test_what_is_off_contract_is_named(
    name: str, old: str, new: str, problem: str, tmp_path: Path
) -> None:
    assert problem in " ".join(altered(tmp_path, name, old, new))


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"name": "Piers"', '"name": "Docks"'),
        ("method: POST", "method: PUT"),
        ("application/json\n      accept-encoding", "text/html\n      accept-encoding"),
        ("/api/v2/folders", "/api/v2/drawers"),
    ],
)
@pytest.mark.parametrize("kind", ["async", "sync"])
def test_a_request_that_is_not_the_recorded_one_fails(
    kind: str, old: str, new: str, tmp_path: Path
) -> None:
    altered(tmp_path, NAME, old, new)
    with pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException):
        play(NAME, SCENARIOS[NAME], kind, tmp_path, tapes=tmp_path)


def test_a_request_that_is_no_longer_made_is_noticed(tmp_path: Path) -> None:
    def less(_: object) -> None:
        return None

    played = play(NAME, Scenario(less), "async", tmp_path)
    assert not played.all_played


def test_a_recording_that_fails_leaves_the_older_one(tmp_path: Path) -> None:
    older = path_of(NAME, tmp_path)
    older.write_text("older")
    unknown = Scenario(lambda on: on(on.api.folders.get("00000000-0000-4000-8000-000000000000")))
    with Studio() as studio, pytest.raises(ResourceNotFoundError):
        studio.record(NAME, unknown, tmp_path)
    assert older.read_text() == "older"


def test_the_check_names_a_cassette_that_would_change(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    altered(tmp_path, NAME, "Piers", "Docks")
    assert main(["--only", NAME, "--check"], tmp_path) == 1
    assert capsys.readouterr().out.splitlines() == [
        f"changed: {NAME}",
        "the cassettes are not current; type: make record",
    ]


def test_the_check_is_content_with_a_current_cassette() -> None:
    assert main(["--only", NAME, "--check"]) == 0


def test_a_method_that_is_not_documented_cannot_be_recorded(
    capsys: pytest.CaptureFixture[str],
) -> None:
    with pytest.raises(SystemExit):
        main(["--only", "files.fold"])
    assert "no documented method is called files.fold" in capsys.readouterr().err


def test_p16_another_service_is_recorded_with_its_key_and_without_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = f"{CANARY}_of_another"
    with Sandbox(api_key=key) as service:
        monkeypatch.setenv("AIONVISION_API_KEY", key)
        monkeypatch.setenv("AIONVISION_BASE_URL", service.base_url)
        main(["--only", NAME], tmp_path)
        assert [one.method for one in service.requests][:2] == ["POST", "POST"]
    assert CANARY not in path_of(NAME, tmp_path).read_text(encoding="utf-8")


def test_another_service_is_left_so_that_it_can_be_recorded_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox(api_key=CANARY) as service:
        monkeypatch.setenv("AIONVISION_BASE_URL", service.base_url)
        for _ in range(2):
            monkeypatch.setenv("AIONVISION_API_KEY", CANARY)
            assert main(["--only", NAME], tmp_path) == 0
            monkeypatch.setenv("AIONVISION_BASE_URL", service.base_url)


def test_what_only_a_sandbox_can_be_brought_to_is_left_as_it_is(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", CANARY)
    assert main(["--only", "video_analysis.retry"], tmp_path) == 0
    assert capsys.readouterr().out == "left as it is: video_analysis.retry\n"
