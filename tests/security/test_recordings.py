"""Recordings made with `vcr_config` hold no secret, can be read, and can be played (P16)."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionError, ValidationError
from aion.testing import Sandbox, vcr_config
from tests.behaviour.calls import Calls
from tests.behaviour.servers import answering

# vcrpy has no types.
vcr: Any = import_module("vcr")

KEY = "aion_fake_canary_2b9e4d7a60c1f835"
SIGNATURE = "canary-signature-9f8e7d"
COOKIE = "canary-cookie-1a2b3c"
ADDRESS = "canary.bird"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
SIGNED = f"https://bucket.example/k?X-Amz-Signature={SIGNATURE}&part=1"
DETAILS = {
    "id": FILE,
    "object_key": "k",
    "size_bytes": 1,
    "content_type": "image/png",
    "hash": "h",
    "title": f"For {ADDRESS}@aviary.example, opened with {KEY}",
    "full_url": SIGNED,
}


def leaks(path: Path) -> list[str]:
    """Which secrets are in a recording."""
    text = path.read_text(encoding="utf-8")
    secrets = (KEY, KEY.partition("_canary_")[2], SIGNATURE, COOKIE, ADDRESS)
    return [secret for secret in secrets if secret in text]


@pytest.fixture(params=["async", "sync"])
def calls(request: pytest.FixtureRequest) -> Iterator[Calls]:
    """Calls through the asynchronous and through the blocking client."""
    made = Calls(request.param)
    yield made
    made.close()


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    return tmp_path / "tape.yaml"


def answer(status: str = "200 OK") -> bytes:
    """Return a response that is full of secrets."""
    body = json.dumps(DETAILS).encode()
    head = f"HTTP/1.1 {status}\r\nContent-Type: application/json\r\n"
    head += f"Set-Cookie: aionvision_session={COOKIE}\r\nLocation: {SIGNED}\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


def test_p16_no_secret_of_a_call_is_recorded(calls: Calls, tape: Path) -> None:
    with answering(answer()) as base_url, vcr.VCR(**vcr_config()).use_cassette(tape):
        calls(calls.client_of(base_url, KEY).files.get(FILE))
    assert leaks(tape) == []


def test_p16_no_secret_of_a_query_is_recorded(calls: Calls, tape: Path) -> None:
    with (
        answering(answer("400 Bad Request")) as base_url,
        vcr.VCR(**vcr_config()).use_cassette(tape),
    ):
        client = calls.client_of(base_url, KEY)
        with pytest.raises(ValidationError):
            calls(client.files.list(search=f"{ADDRESS}@aviary.example"))
    assert leaks(tape) == []


def test_p16_no_secret_of_a_failed_call_is_recorded(calls: Calls, tape: Path) -> None:
    with answering(answer("500 Oops")) as base_url, vcr.VCR(**vcr_config()).use_cassette(tape):
        client = calls.client_of(base_url, KEY, max_retries=0)
        with pytest.raises(AionvisionError):
            calls(client.tenant.invite_member(f"{ADDRESS}@aviary.example"))
    assert leaks(tape) == []


def test_what_one_client_recorded_the_other_plays_from_elsewhere(tape: Path) -> None:
    one, other = Calls("async"), Calls("sync")
    with Sandbox(api_key=KEY) as sandbox, vcr.VCR(**vcr_config()).use_cassette(tape):
        recorded = one(one.client(sandbox).folders.create("Harbor"))
    config = {**vcr_config(), "record_mode": "none"}
    with vcr.VCR(**config).use_cassette(tape):
        client = other.client_of("https://api.example/api/v2", "aion_another_key_00000000")
        played = client.folders.create("Harbor")
    one.close()
    other.close()
    assert played == recorded


def test_a_request_with_another_body_is_not_played(calls: Calls, tape: Path) -> None:
    with Sandbox() as sandbox:
        client = calls.client(sandbox)
        with vcr.VCR(**vcr_config()).use_cassette(tape):
            calls(client.folders.create("Harbor"))
        with (
            vcr.VCR(**vcr_config(), record_mode="none").use_cassette(tape),
            pytest.raises(vcr.errors.CannotOverwriteExistingCassetteException, match="Piers"),
        ):
            calls(client.folders.create("Piers"))


def test_a_body_stands_in_a_recording_line_by_line(calls: Calls, tape: Path) -> None:
    with Sandbox() as sandbox, vcr.VCR(**vcr_config()).use_cassette(tape):
        calls(calls.client(sandbox).folders.create("Harbor"))
    lines = [line.strip() for line in tape.read_text(encoding="utf-8").splitlines()]
    assert lines.count('"name": "Harbor",') == 1


def test_p16_a_compressed_response_is_unpacked_before_it_is_checked(
    calls: Calls, tape: Path
) -> None:
    body = gzip.compress(json.dumps(DETAILS).encode())
    head = "HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\n"
    whole = f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body
    with answering(whole) as base_url, vcr.VCR(**vcr_config()).use_cassette(tape):
        calls(calls.client_of(base_url, KEY).files.get(FILE))
    assert "aion_redacted" in tape.read_text(encoding="utf-8")
    assert leaks(tape) == []


def test_a_sandbox_is_recorded_under_one_address(calls: Calls, tape: Path) -> None:
    with Sandbox() as sandbox, vcr.VCR(**vcr_config()).use_cassette(tape):
        calls(calls.client(sandbox).uploads.request_presigned_url("a.jpg", "image/jpeg", 5))
    assert "127.0.0.1" not in tape.read_text(encoding="utf-8")


def test_p2_without_vcrpy_the_error_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "vcr", None)
    with pytest.raises(ImportError, match="pip install vcrpy") as caught:
        vcr_config()
    assert caught.value.name == "vcr"


def test_p2_recordings_need_nothing_of_the_sandbox() -> None:
    code = (
        "import sys; from aion.testing import vcr_config; vcr_config(); "
        "assert not {'starlette', 'uvicorn', 'PIL', 'aion.sandbox'} & set(sys.modules)"
    )
    subprocess.run([sys.executable, "-c", code], check=True, timeout=30)
