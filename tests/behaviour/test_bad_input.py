"""Bad input and bad servers: the documented exception, a cause, a next step, and nothing left."""

from __future__ import annotations

import errno
import gc
import os
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NoReturn

import pytest

from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AionvisionTimeoutError,
    AuthenticationError,
    ServerError,
    UploadError,
    ValidationError,
)
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import PDF, draw
from tests.behaviour.servers import HTML, answering, closed_port

OTHER_KEY = "aion_other_" + "0123456789abcdefABCDEF"


def open_files() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


@pytest.fixture
def nothing_is_stored(sandbox: Sandbox) -> Iterator[None]:
    """After the test the library is empty, and no upload reached the service."""
    yield
    sandbox.faults.clear()
    assert [one for one in sandbox.requests if one.method == "POST" and one.status == 200] == []
    with sandbox.sync_client() as client:
        assert client.files.list().files == []


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "a.jpg"
    path.write_bytes(draw())
    return path


def refuse_upload(
    calls: Calls, sandbox: Sandbox, file: Any, filename: str | None = None
) -> ValidationError:
    """The error of an upload that must not send anything, nor leave anything open."""
    client = calls.client(sandbox)
    calls(client.files.list())
    before, seen = open_files(), len(sandbox.requests)
    with pytest.raises(ValidationError) as caught:
        calls(client.upload_one(file, filename=filename))
    assert open_files() <= before
    assert len(sandbox.requests) == seen
    return caught.value


# Files


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_file_that_is_missing_is_refused(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    error = refuse_upload(calls, sandbox, tmp_path / "missing.jpg")
    assert f"{tmp_path / 'missing.jpg'} does not exist" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_directory_is_refused_with_a_next_step(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    error = refuse_upload(calls, sandbox, tmp_path)
    assert "is a directory: use upload()" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
def test_an_empty_file_is_refused(calls: Calls, sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "empty.jpg").touch()
    error = refuse_upload(calls, sandbox, tmp_path / "empty.jpg")
    assert "empty.jpg is empty" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_pdf_called_jpg_is_refused_with_a_next_step(
    calls: Calls, sandbox: Sandbox, tmp_path: Path
) -> None:
    (tmp_path / "a.jpg").write_bytes(PDF)
    error = refuse_upload(calls, sandbox, tmp_path / "a.jpg")
    assert "application/pdf" in str(error)
    assert "client.documents.upload_one()" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("data", [b"hello", b"\x00\x01\x02\x03", b"BM" + b"\x00" * 30])
def test_what_is_not_an_image_is_refused(data: bytes, calls: Calls, sandbox: Sandbox) -> None:
    error = refuse_upload(calls, sandbox, data, "a.jpg")
    assert "a.jpg is not a JPEG, PNG, WebP or GIF image" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
def test_bytes_without_a_name_are_refused_with_a_next_step(calls: Calls, sandbox: Sandbox) -> None:
    assert "pass filename='photo.jpg'" in str(refuse_upload(calls, sandbox, draw()))


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("file", [None, 7, ["a.jpg"]])
def test_what_is_neither_path_nor_bytes_is_refused(
    file: Any, calls: Calls, sandbox: Sandbox
) -> None:
    assert "a path or bytes" in str(refuse_upload(calls, sandbox, file))


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_file_that_may_not_be_read_is_refused(
    calls: Calls, sandbox: Sandbox, image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Taking the permission away does not keep root out.
    def refuse(*_: object, **__: object) -> NoReturn:
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))

    monkeypatch.setattr("aion.uploads._local_file.open_file", refuse)
    assert "Permission denied" in str(refuse_upload(calls, sandbox, image))


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize(
    "arguments", [{"storage_target": "attic"}, {"description_timeout": 0}, {"storage_target": None}]
)
def test_an_argument_out_of_range_is_refused_unsent(
    arguments: dict[str, Any], calls: Calls, sandbox: Sandbox
) -> None:
    with pytest.raises(ValidationError, match=next(iter(arguments))):
        calls(calls.client(sandbox).upload_one(draw(), filename="a.jpg", **arguments))
    assert sandbox.requests == []


# Servers


def fail_everywhere(calls: Calls, client: Any, image: Path) -> list[AionvisionError]:
    """The errors of a read and of an upload, after which nothing more is open than before."""
    errors: list[AionvisionError] = []
    gc.collect()
    before = open_files()
    for call in (client.files.list, lambda: client.upload_one(image)):
        with pytest.raises(AionvisionError) as caught:
            calls(call())
        errors.append(caught.value)
    calls(client.close())
    _eventually(lambda: open_files() <= before)
    return errors


def _eventually(probe: Callable[[], bool]) -> None:
    """Servers of this process close their ends a moment later."""
    deadline = time.monotonic() + 3
    while not probe():
        assert time.monotonic() < deadline, "something is still open"
        time.sleep(0.005)


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_wrong_key_is_an_authentication_error_with_a_next_step(
    calls: Calls, sandbox: Sandbox, image: Path
) -> None:
    client = calls.client(sandbox, api_key=OTHER_KEY)
    for error in fail_everywhere(calls, client, image):
        assert isinstance(error, AuthenticationError)
        assert (error.status_code, error.code) == (401, "INVALID_API_KEY")
        assert "AIONVISION_API_KEY" in str(error)
        assert OTHER_KEY not in str(error)


def test_a_wrong_key_is_not_retried(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(AuthenticationError):
        calls(calls.client(sandbox, api_key=OTHER_KEY).files.list())
    assert len(sandbox.requests) == 1


def test_a_dead_server_is_a_connection_error_with_a_next_step(calls: Calls, image: Path) -> None:
    url = f"http://127.0.0.1:{closed_port()}/api/v2"
    for error in fail_everywhere(calls, calls.client_of(url, OTHER_KEY), image):
        assert isinstance(error, AionvisionConnectionError)
        assert "Connection refused" in str(error)
        assert "(4 attempts)" in str(error)
        assert "Check base_url" in str(error)


def test_a_server_that_responds_with_html_is_a_server_error_that_quotes_it(
    calls: Calls, image: Path
) -> None:
    with answering(HTML) as url:
        for error in fail_everywhere(calls, calls.client_of(url, OTHER_KEY), image):
            assert isinstance(error, ServerError)
            assert (error.code, error.status_code) == ("INVALID_RESPONSE", 200)
            assert "<html>Welcome home!</html>" in str(error)
            assert "text/html" in str(error)


@pytest.mark.usefixtures("nothing_is_stored")
@pytest.mark.parametrize("status", [404, 502])
def test_an_error_page_in_html_is_the_error_of_its_status_p15(
    status: int, calls: Calls, sandbox: Sandbox, image: Path
) -> None:
    sandbox.faults.html(status=status, times=None)
    for error in fail_everywhere(calls, calls.client(sandbox), image):
        assert error.status_code == status
        assert str(status) in str(error)


def test_a_server_that_hangs_is_a_timeout(calls: Calls, image: Path) -> None:
    with answering(None) as url:
        client = calls.client_of(url, OTHER_KEY, timeout=0.3, max_retries=0)
        began = time.monotonic()
        for error in fail_everywhere(calls, client, image):
            assert isinstance(error, AionvisionTimeoutError)
            assert error.method == "GET"
        assert time.monotonic() - began < 5


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{",
        b"SSH-2.0-OpenSSH_9.6\r\n",
        b"\x15\x03\x01\x00\x02\x02\x16",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 200 OK\r\nContent-Encoding: br\r\nContent-Length: 2\r\n\r\n{}",
        b"HTTP/1.1 999999 OK\r\n\r\n",
        b"HTTP/1.1 204 No Content\r\n\r\n",
        b"HTTP/1.1 301 Moved\r\nLocation: https://evil.example/\r\nContent-Length: 0\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nnull",
    ],
)
def test_a_response_that_is_none_is_a_typed_error_p15(
    answer: bytes, calls: Calls, image: Path
) -> None:
    with answering(answer) as url:
        client = calls.client_of(url, OTHER_KEY, timeout=0.3, max_retries=0)
        for error in fail_everywhere(calls, client, image):
            assert str(error)


def test_a_closed_client_says_that_it_is_closed(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.close())
    with pytest.raises(RuntimeError, match="this client is closed"):
        calls(client.files.list())


def test_closing_twice_is_not_an_error(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.files.list())
    calls(client.close())
    calls(client.close())


@pytest.mark.usefixtures("nothing_is_stored")
def test_a_file_that_changes_between_attempts_is_not_resent_p10(
    calls: Calls, sandbox: Sandbox, image: Path
) -> None:
    sandbox.faults.fail("stream_batch_upload", status=503, retry_after=1)
    client = calls.client(sandbox)
    touch = _later(0.3, lambda: image.write_bytes(draw(size=(200, 200))))
    with pytest.raises(UploadError, match="changed while it was sent"):
        calls(client.upload_one(image))
    touch.join()


def _later(seconds: float, action: Callable[[], object]) -> threading.Timer:
    timer = threading.Timer(seconds, action)
    timer.start()
    return timer
