"""TLS, and proxies on the way: our own streams below the HTTP library, against real sockets."""

from __future__ import annotations

import asyncio
import hashlib
import select
import socket
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pytest
import trustme

from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion.exceptions import AionvisionConnectionError, AionvisionTimeoutError
from aion_api import File, Request
from aion_api.api import user_files
from aion_api.models.user_files import StreamBatchUploadBody
from tests.faults import scripts
from tests.faults.server import Connection, FaultServer, Gone, Script

KEY = "aion_fake_key_for_tests_0000000000"
FILE = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"
BIG = bytes(range(256)) * 16_384


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    authority.cert_pem.write_to_path(str(tmp_path / "ca.pem"))
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "ca.pem"))


def certify(authority: trustme.CA, context: ssl.SSLContext, *names: str) -> None:
    certificate: Any = authority.issue_cert(*names)
    certificate.configure_cert(context)


def over_tls(authority: trustme.CA, script: Script) -> Script:
    """The same script, behind TLS for localhost and 127.0.0.1."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certify(authority, context, "localhost", "127.0.0.1")

    def wrapped(connection: Connection) -> None:
        try:
            connection._sock = context.wrap_socket(connection._sock, server_side=True)
        except (ssl.SSLError, OSError):
            raise Gone from None
        script(connection)

    return wrapped


def call(
    client: str,
    url: str,
    request: Callable[[], Request[Any]],
    *,
    timeout: float = 5,
    **settings: Any,
) -> Any:
    config = ClientConfig(KEY, base_url=f"{url}/api/v2", max_retries=0, timeout=timeout, **settings)
    if client == "sync":
        engine = SyncEngine(config)
        try:
            return engine.call(request())
        finally:
            engine.close()

    async def main() -> Any:
        engine = AsyncEngine(config)
        try:
            return await engine.call(request())
        finally:
            await engine.close()

    return asyncio.run(main())


def get() -> Request[Any]:
    return user_files.get_user_file(FILE)


def upload() -> Request[Any]:
    body = StreamBatchUploadBody(files=[File(BIG, "a.bin", "application/octet-stream")])
    return user_files.stream_batch_upload(body=body)


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def secure(authority: trustme.CA) -> Iterator[FaultServer]:
    with FaultServer(over_tls(authority, scripts.good)) as server:
        yield server


def https(server: FaultServer) -> str:
    return server.url.replace("http:", "https:")


@pytest.mark.usefixtures("trusted")
def test_a_call_over_tls_is_answered(client: str, secure: FaultServer) -> None:
    assert call(client, https(secure), get).id == FILE


@pytest.mark.usefixtures("trusted")
def test_a_large_body_goes_over_tls_unharmed(client: str, secure: FaultServer) -> None:
    call(client, https(secure), upload)

    assert int(secure.seen[0].headers["content-length"]) > len(BIG)


@pytest.mark.usefixtures("trusted")
def test_a_large_response_comes_over_tls_unharmed(client: str, authority: trustme.CA) -> None:
    def big(connection: Connection) -> None:
        connection.read_request()
        connection.answer(BIG, kind="application/octet-stream")

    with FaultServer(over_tls(authority, big)) as server:
        config = ClientConfig(KEY, base_url=f"{https(server)}/api/v2", timeout=10)
        if client == "sync":
            data = SyncEngine(config).read_object(f"{https(server)}/object")
        else:
            data = asyncio.run(AsyncEngine(config).read_object(f"{https(server)}/object"))

    assert hashlib.sha256(data).digest() == hashlib.sha256(BIG).digest()


def test_a_certificate_of_nobody_is_refused_with_the_reason(
    client: str, secure: FaultServer
) -> None:
    with pytest.raises(AionvisionConnectionError, match="certificate") as caught:
        call(client, https(secure), get)

    assert caught.value.code == "TLS_ERROR"
    assert secure.seen == []


@pytest.mark.usefixtures("trusted")
def test_a_certificate_of_another_host_is_refused(client: str, authority: trustme.CA) -> None:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certify(authority, context, "elsewhere.example")

    def elsewhere(connection: Connection) -> None:
        with suppress(ssl.SSLError, OSError):
            context.wrap_socket(connection._sock, server_side=True)

    with FaultServer(elsewhere) as server, pytest.raises(AionvisionConnectionError) as caught:
        call(client, https(server), get)

    assert caught.value.code == "TLS_ERROR"


@pytest.mark.usefixtures("trusted")
def test_P7_dripping_over_tls_ends_at_the_deadline(client: str, authority: trustme.CA) -> None:
    with (
        FaultServer(over_tls(authority, scripts.drip)) as server,
        pytest.raises(AionvisionTimeoutError),
    ):
        call(client, https(server), get, timeout=0.5)


def test_P7_a_handshake_that_hangs_ends_at_the_deadline(client: str) -> None:
    with (
        FaultServer(lambda connection: connection.wait_until_gone()) as server,
        pytest.raises(AionvisionTimeoutError),
    ):
        call(client, https(server), get, timeout=0.5)


@pytest.mark.usefixtures("trusted")
def test_a_connection_cut_without_goodbye_is_not_a_success(
    client: str, authority: trustme.CA
) -> None:
    with (
        FaultServer(over_tls(authority, scripts.reset_in_body)) as server,
        pytest.raises(AionvisionConnectionError),
    ):
        call(client, https(server), get)


# Proxies


def tunnel(connection: Connection) -> None:
    """A proxy that connects to the requested address, and forwards bytes."""
    seen = connection.read_request()
    assert seen.method == "CONNECT"
    host, _, port = seen.target.rpartition(":")
    with socket.create_connection((host, int(port))) as far:
        connection.send(b"HTTP/1.1 200 Connected\r\n\r\n")
        near = connection._sock
        while not connection.server.stopping.is_set():
            ready, _, _ = select.select([near, far], [], [], 0.05)
            for source, target in ((near, far), (far, near)):
                if source in ready:
                    data = source.recv(65536)
                    if not data:
                        return
                    target.sendall(data)


@pytest.mark.usefixtures("trusted")
def test_https_goes_through_a_proxy_by_tunnel(client: str, secure: FaultServer) -> None:
    with FaultServer(tunnel) as proxy:
        assert call(client, https(secure), get, proxy_url=proxy.url).id == FILE

        assert [seen.method for seen in proxy.seen] == ["CONNECT"]
        assert "authorization" not in proxy.seen[0].headers


@pytest.mark.usefixtures("trusted")
def test_https_goes_through_a_proxy_that_speaks_tls_itself(
    client: str, secure: FaultServer, authority: trustme.CA
) -> None:
    with FaultServer(over_tls(authority, tunnel)) as proxy:
        assert call(client, https(secure), get, proxy_url=https(proxy)).id == FILE


@pytest.mark.filterwarnings("ignore::aion.config.InsecureTransportWarning")
def test_plain_http_goes_through_the_proxy_of_the_environment(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert call(client, "http://service.test:9", get, allow_http=True).id == FILE

        assert proxy.seen[0].target.startswith("http://service.test:9/")


def socks(connection: Connection) -> None:
    """A SOCKS5 proxy without a password, for one IPv4 connection."""
    sock = connection._sock
    sock.recv(262)
    sock.sendall(b"\x05\x00")
    wanted = sock.recv(262)
    port = int.from_bytes(wanted[-2:], "big")
    with socket.create_connection(("127.0.0.1", port)) as far:
        sock.sendall(b"\x05\x00\x00\x01\x7f\x00\x00\x01\x00\x00")
        done = threading.Event()

        def back() -> None:
            with suppress(OSError):
                while data := far.recv(65536):
                    sock.sendall(data)
            done.set()

        threading.Thread(target=back, daemon=True).start()
        with suppress(OSError):
            while data := sock.recv(65536):
                far.sendall(data)
        with suppress(OSError):
            far.shutdown(socket.SHUT_RDWR)
        done.wait(2)


def test_a_socks_proxy_is_used(client: str) -> None:
    with FaultServer(scripts.good) as server, FaultServer(socks) as proxy:
        url = proxy.url.replace("http:", "socks5:")
        assert call(client, server.url, get, proxy_url=url).id == FILE


def test_P2_a_socks_proxy_without_its_extra_names_it(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "socksio", None)

    with pytest.raises(ImportError, match=r"aionvision\[socks\]"):
        call(client, "http://127.0.0.1:9", get, proxy_url="socks5://127.0.0.1:9")
