"""Canary secrets appear in no output: errors, tracebacks, logs, pickles, recordings (P16, P17)."""

from __future__ import annotations

import asyncio
import copy
import io
import logging
import pickle
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest
from rich.console import Console
from rich.traceback import Traceback

from aion import AionVision, SyncAionVision
from aion.config import ClientConfig
from aion.exceptions import AionvisionError
from aion.testing import Sandbox
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer

KEY = "aion_fake_canary_7f3a9c1e5b2d4860"
SIGNATURE = "canary-signature-0123456789"
PROXY_PASSWORD = "canary-proxy-password"
GATEWAY = "canary-gateway-token-" + "0" * 100
HEADERS = {"X-Gateway": GATEWAY}
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def leaks(text: str) -> list[str]:
    """Which secrets, or their random parts, are in a text."""
    secrets = (KEY, KEY.partition("_fake_")[2], SIGNATURE, PROXY_PASSWORD, GATEWAY[:30])
    return [secret for secret in secrets if secret in text]


@contextmanager
def everything_logged() -> Generator[io.StringIO]:
    """All records of all loggers at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    # asyncio logs its selector, which is unrelated to calls.
    logging.getLogger("asyncio").setLevel(logging.INFO)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


def sync_client(server: FaultServer) -> SyncAionVision:
    return SyncAionVision(
        KEY,
        base_url=f"{server.url}/api/v2",
        timeout=0.4,
        max_retries=1,
        retry_delay=0.01,
        extra_headers=HEADERS,
    )


FAULTS: dict[str, Callable[..., None]] = {
    name: scripts.FAULTS[name]
    for name in ("no answer", "reset in the body", "HTML 502", "invalid UTF-8", "redirect loop")
}


def provoke(script: Callable[..., None]) -> AionvisionError:
    with FaultServer(script) as server, pytest.raises(AionvisionError) as caught:
        sync_client(server).files.get(FILE)
    return caught.value


@pytest.mark.parametrize("fault", FAULTS)
def test_P16_no_error_shows_the_key(fault: str) -> None:
    error = provoke(FAULTS[fault])

    assert leaks(f"{error} {error!r} {error.details} {vars(error)}") == []


@pytest.mark.parametrize("fault", FAULTS)
def test_P16_no_traceback_with_locals_shows_the_key(fault: str) -> None:
    error = provoke(FAULTS[fault])
    console = Console(file=io.StringIO(), width=400)
    shown = Traceback.extract(
        type(error), error, error.__traceback__, show_locals=True, locals_max_length=1000
    )
    console.print(Traceback(shown, show_locals=True, max_frames=0))
    plain = "".join(
        traceback.TracebackException.from_exception(error, capture_locals=True).format()
    )

    assert isinstance(console.file, io.StringIO)
    assert leaks(console.file.getvalue() + plain) == []


@pytest.mark.parametrize("make", [AionVision.from_env, SyncAionVision.from_env])
@pytest.mark.parametrize("wrong", [{"timeout": -1}, {"base_url": "http://far.example"}])
def test_P16_no_traceback_of_refused_settings_shows_the_key_of_the_environment(
    make: Callable[..., object], wrong: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIONVISION_API_KEY", KEY)
    with pytest.raises(ValueError) as caught:
        make(**wrong)

    found = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
    assert leaks("".join(found.format())) == []


@pytest.mark.parametrize("kind", [AionVision, SyncAionVision])
def test_P16_no_traceback_of_refused_settings_shows_the_key_that_was_given(
    kind: type[AionVision | SyncAionVision],
) -> None:
    for make in (
        lambda: kind(KEY, timeout=-1, extra_headers={"X-Gateway": GATEWAY}),
        lambda: kind.from_env(api_key=KEY, timeout=-1, extra_headers={"X-Gateway": GATEWAY}),
        lambda: kind(KEY).with_options(
            api_key=KEY, timeout=-1, extra_headers={"X-Gateway": GATEWAY}
        ),
        lambda: ClientConfig(KEY, timeout=-1, extra_headers={"X-Gateway": GATEWAY}),
        lambda: ClientConfig(KEY, extra_headers={"X-Gateway": GATEWAY + "\n"}),
    ):
        with pytest.raises(ValueError) as caught:
            make()

        found = traceback.TracebackException.from_exception(caught.value, capture_locals=True)
        assert leaks("".join(found.format())) == []
        shown = io.StringIO()
        console = Console(file=shown, width=400)
        error = caught.value
        console.print(
            Traceback.from_exception(type(error), error, error.__traceback__, show_locals=True)
        )
        assert leaks(shown.getvalue()) == []
    half_made = object.__new__(kind)
    assert repr(half_made) == f"{kind.__name__}(base_url=None)"


@pytest.mark.parametrize("fault", FAULTS)
def test_P16_no_pickle_or_copy_of_an_error_holds_the_key(fault: str) -> None:
    error = provoke(FAULTS[fault])
    again = copy.deepcopy(pickle.loads(pickle.dumps(error)))

    assert KEY.encode() not in pickle.dumps(error)
    assert leaks(str(again)) == []


@pytest.mark.parametrize("fault", FAULTS)
def test_P16_no_log_at_debug_shows_the_key(fault: str) -> None:
    with everything_logged() as log:
        provoke(FAULTS[fault])

    assert "GET /user-files/{image_id}" in log.getvalue()
    assert leaks(log.getvalue()) == []


def test_P16_no_repr_shows_the_key_or_the_password_of_the_proxy() -> None:
    proxy = f"http://user:{PROXY_PASSWORD}@proxy.example:8080"
    config = ClientConfig(KEY, proxy_url=proxy)
    sync = SyncAionVision(KEY, proxy_url=proxy)
    other = AionVision(KEY, proxy_url=proxy)
    inner = [sync._engine, sync._engine._rules, other._engine, other._engine._rules]

    assert leaks(" ".join(map(repr, [config, sync, other, sync.files, *inner]))) == []


def test_P16_no_key_that_is_refused_is_repeated_in_the_message() -> None:
    with pytest.raises(ValueError, match="does not look like a key") as caught:
        SyncAionVision(f"{KEY}!")

    assert leaks(str(caught.value)) == []


def test_P16_the_log_of_the_sandbox_shows_no_key() -> None:
    with everything_logged() as log, Sandbox(api_key=KEY) as sandbox:
        with sandbox.sync_client() as client:
            client.files.list()
        seen = repr(sandbox.requests)

    assert leaks(log.getvalue() + seen) == []


def test_P17_a_presigned_url_gets_no_credential_and_no_default_header() -> None:
    with FaultServer(scripts.good) as server:
        client = sync_client(server)
        client._engine.read_object(f"{server.url}/object?signature={SIGNATURE}")

        (seen,) = server.seen
        assert set(seen.headers) <= {"host", "accept", "connection"}
        assert SIGNATURE in seen.target


def test_P17_the_query_of_a_presigned_url_is_in_no_error_and_no_log() -> None:
    with (
        everything_logged() as log,
        FaultServer(scripts.html_502) as server,
        pytest.raises(AionvisionError) as caught,
    ):
        sync_client(server)._engine.read_object(f"{server.url}/object?signature={SIGNATURE}")

    error = caught.value
    assert leaks(f"{error} {vars(error)}" + log.getvalue()) == []


def test_P17_a_redirect_to_another_port_gets_no_credential() -> None:
    with FaultServer(scripts.good) as other:
        elsewhere = scripts.redirect_to(lambda: f"{other.url}/api/v2/user-files/{FILE}")
        with FaultServer(elsewhere) as server:
            assert sync_client(server).files.get(FILE).id == FILE

        secret = {"authorization", "x-gateway"}
        assert [seen for seen in other.seen if secret & set(seen.headers)] == []


def test_P17_a_redirect_on_the_same_origin_keeps_the_credential() -> None:
    def moved(connection: Connection) -> None:
        while True:
            target = connection.read_request().target
            if "moved" in target:
                connection.answer(*scripts.good_body(target)[:1])
            else:
                connection.answer(b"", status="302 Found", extra="Location: /api/v2/moved\r\n")

    with FaultServer(moved) as server:
        assert sync_client(server).files.get(FILE).id == FILE

        assert [KEY in seen.headers["authorization"] for seen in server.seen] == [True, True]


def test_P16_an_async_error_shows_the_key_nowhere() -> None:
    async def main() -> str:
        with FaultServer(scripts.reset_in_body) as server:
            client = AionVision(KEY, base_url=f"{server.url}/api/v2", max_retries=0)
            with pytest.raises(AionvisionError) as caught:
                await client.files.get(FILE)
        error = caught.value
        shown = traceback.TracebackException.from_exception(error, capture_locals=True)
        return f"{error} {vars(error)}" + "".join(shown.format())

    assert leaks(asyncio.run(main())) == []
