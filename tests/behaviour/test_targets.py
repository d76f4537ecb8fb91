"""An unusable URL in a response is an error of the response, on every path that calls one."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest

from aion.exceptions import AionvisionError, ServerError, VideoUploadError
from tests.behaviour.calls import Calls
from tests.behaviour.movies import saved
from tests.behaviour.servers import answering
from tests.faults.server import Connection, FaultServer

KEY = "aion_targets_" + "0123456789abcdefABCDEF"
ID = "11111111-1111-4111-8111-111111111111"
BAD = [
    *(
        "http://h:0/",
        "http://h:99999/",
        "http://h:abc/",
        "http://[::1/",
        "http://]/",
        "https://:1/",
    ),
    *("ftp://h/a", "file:///etc/passwd", "javascript:alert(1)", "#only", "http://a..b/"),
    *("http://h h/", "http://" + "a" * 70 + "/", "/" + "a" * 70_000, "http://h\\@other/"),
]
ODD = [
    *BAD,
    "http://gr\u00f6\u00dfe.invalid/",
    "//",
    "http://999.1.1.1.1/",
    "http://127.0.0.1:1/\u00e9",
]
WRONG: list[Any] = [None, 5, 0.5, True, [], {}, "", "/\r\nX: y", "/\ud800", *ODD]


def redirecting(location: str) -> bytes:
    head = f"HTTP/1.1 302 Found\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    return head.encode("latin-1")


def client_of(calls: Calls, url: str) -> Any:
    return calls.client_of(url, KEY, max_retries=0, timeout=10.0)


def reads(calls: Calls, client: Any, folder: Path) -> list[Callable[[], object]]:
    """Calls that follow a redirect, or return it."""
    return [
        lambda: calls(client.files.list()),
        lambda: calls(client.files.get_variant(ID)),
        lambda: calls(client.files.download(ID)),
        lambda: calls(client.files.download_to(ID, folder / "a.bin")),
        lambda: calls(client.documents.download(ID)),
    ]


@pytest.mark.parametrize("location", BAD, ids=lambda text: ascii(text)[:30])
def test_p15_a_redirect_to_what_cannot_be_called_is_an_error_of_the_response(
    location: str, calls: Calls, tmp_path: Path
) -> None:
    with answering(redirecting(location)) as url:
        for call in reads(calls, client_of(calls, url), tmp_path):
            with pytest.raises(ServerError) as caught:
                call()
            assert caught.value.code == "INVALID_RESPONSE"
            assert caught.value.status_code == 302


@pytest.mark.parametrize("location", ODD, ids=lambda text: ascii(text)[:30])
def test_p15_no_redirect_raises_anything_but_an_error_of_the_package(
    location: str, calls: Calls, tmp_path: Path
) -> None:
    with answering(redirecting(location)) as url:
        for call in reads(calls, client_of(calls, url), tmp_path):
            with suppress(AionvisionError):
                call()


def test_a_redirect_that_is_not_escaped_is_followed_as_it_was_meant(calls: Calls) -> None:
    page: dict[str, object] = {"files": [], "total_count": 3, "has_more": False}

    def script(connection: Connection) -> None:
        while True:
            seen = connection.read_request()
            if seen.target == "/gr%C3%B6%C3%9Fe%20a?b=%C3%BC":
                connection.answer(json.dumps(page).encode())
            else:
                there = "/größe a?b=ü".encode().decode("latin-1")
                connection.answer(b"", status="302 Found", extra=f"Location: {there}\r\n")

    with FaultServer(script) as server:
        client = client_of(calls, f"{server.url}/api/v2")
        assert calls(client.files.list()).total_count == 3


def beginning(url: object) -> Callable[[Connection], None]:
    """Run a service whose responses to a started video upload contain this URL."""
    chunk = {"chunk_number": 1, "size_bytes": 25_000, "upload_url": url, "upload_method": "PUT"}
    when = "2030-01-01T00:00:00Z"
    begun = {
        "media_id": ID,
        "upload_id": ID,
        "chunks": [{**chunk, "expires_at": when}],
        "total_chunks": 1,
        "chunk_size_bytes": 25_000,
        "expires_at": when,
        "storage_path": "p",
        "concurrent_upload_limit": 1,
        "retry_attempts": 1,
    }

    def script(connection: Connection) -> None:
        while True:
            target = connection.read_request().target
            again = {"chunk_number": 1, "upload_url": url, "expires_at": when, "retry_count": 1}
            body = again if "retry" in target else begun
            connection.answer(json.dumps(body).encode(), status="201 Created")

    return script


@pytest.mark.parametrize("url", WRONG, ids=lambda url: ascii(url)[:30])
def test_p15_a_presigned_url_that_cannot_be_called_fails_the_upload_with_its_own_error(
    url: object, calls: Calls, tmp_path: Path
) -> None:
    with FaultServer(beginning(url)) as server:
        client = client_of(calls, f"{server.url}/api/v2")
        with pytest.raises((VideoUploadError, ServerError)):
            calls(client.video_uploads.upload_one(saved(tmp_path)))
    methods = {seen.method for seen in server.seen}
    assert methods <= {"POST"}
