"""Selection of the proxy, errors of unusable ones, and the secrecy of its password."""

from __future__ import annotations

import base64
import io
import logging
import traceback
from collections.abc import Callable, Generator
from contextlib import contextmanager
from typing import Any

import pytest

from aion import AionVision, SyncAionVision
from aion._engine.sync_engine import SyncEngine
from aion.config import ClientConfig
from aion.exceptions import AionvisionConnectionError, ServerError
from aion.testing import Sandbox
from tests.engine.connections import FILE, KEY, NAME, call
from tests.faults import scripts
from tests.faults.addresses import Resolver, entry
from tests.faults.server import Connection, FaultServer

CANARY = "Pa55w0rdCanary"
FAR = "https://far.test"
pytestmark = pytest.mark.filterwarnings("ignore::aion.config.InsecureTransportWarning")


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def shown(error: BaseException) -> str:
    """All that a log or a report may show of an error, the locals of its frames included."""
    chain = traceback.TracebackException.from_exception(error, capture_locals=True)
    links = [repr(error), repr(error.__cause__), repr(error.__context__), str(vars(error))]
    return "\n".join([*chain.format(), *links])


@contextmanager
def everything_logged() -> Generator[io.StringIO]:
    """All records of all loggers at DEBUG."""
    stream = io.StringIO()
    handler = logging.StreamHandler(stream)
    root = logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    try:
        yield stream
    finally:
        root.removeHandler(handler)
        root.setLevel(level)


# Those that cannot be used

WRONG = [
    f"http://user:x/{CANARY}@127.0.0.1:9",
    f"http://user:x#{CANARY}@127.0.0.1:9",
    f"http://user:x?{CANARY}@127.0.0.1:9",
    f"http://user:{CANARY}",
    f"http://user:{CANARY}@proxy:port",
    f"http://user:{CANARY}@127.0.0.1:99999",
    f"http://user:{CANARY}@[::1:3128",
    f"http://user:{CANARY}@a..b:3128",
    f"http://user:{CANARY}@{'x' * 64}:3128",
    f"socks://user:{CANARY}@127.0.0.1:1080",
    f"ftp://user:{CANARY}@127.0.0.1:2121",
    f'"http://user:{CANARY}@127.0.0.1:9"',
]
VARIABLES = ["HTTPS_PROXY", "https_proxy", "ALL_PROXY", "all_proxy"]


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize("variable", VARIABLES)
def test_P16_an_unusable_proxy_of_the_environment_is_a_typed_error_that_names_the_variable(
    client: str, url: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, url)
    with pytest.raises(AionvisionConnectionError) as caught:
        call(client, FAR)
    error = caught.value
    assert (error.code, error.method) == ("PROXY_ERROR", "GET")
    assert f"{variable} cannot be used: " in str(error)


@pytest.mark.parametrize("url", WRONG)
def test_P16_no_part_of_its_password_is_in_the_error(
    client: str, url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", url)
    with everything_logged() as logged, pytest.raises(AionvisionConnectionError) as caught:
        call(client, FAR)
    told = shown(caught.value) + logged.getvalue()
    # The test itself has the URL in its frame.
    told = told.replace(repr(url), "")
    assert CANARY.lower() not in told.lower()


def given_url(url: str) -> ClientConfig:
    return ClientConfig(KEY, base_url=FAR, proxy_url=url)


def own_frames(error: BaseException) -> str:
    """The same without the frames of the test, which made the URL."""
    frames = error.__traceback__
    while frames is not None and frames.tb_frame.f_code.co_filename == __file__:
        frames = frames.tb_next
    return shown(error.with_traceback(frames))


def settings_from_env(url: str) -> object:
    return ClientConfig.from_env(api_key=KEY, proxy_url=url)


def blocking(url: str) -> object:
    return SyncAionVision(KEY, proxy_url=url)


def in_coroutines(url: str) -> object:
    return AionVision(KEY, proxy_url=url)


def blocking_from_env(url: str) -> object:
    return SyncAionVision.from_env(api_key=KEY, proxy_url=url)


@pytest.mark.parametrize("url", WRONG)
@pytest.mark.parametrize(
    "make", [given_url, settings_from_env, blocking, in_coroutines, blocking_from_env]
)
def test_P16_an_unusable_proxy_in_code_is_refused_without_quoting_it(
    make: Callable[[str], object], url: str
) -> None:
    with pytest.raises(ValueError, match="proxy_url cannot be used: ") as caught:
        make(url)
    told = own_frames(caught.value)
    assert CANARY.lower() not in told.lower()


def test_P16_an_unusable_proxy_of_our_variable_names_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AIONVISION_PROXY_URL", f"http://user:x/{CANARY}@127.0.0.1:9")
    with pytest.raises(ValueError, match=r"AIONVISION_PROXY_URL.* percent-encoded") as caught:
        SyncAionVision(KEY)
    assert CANARY not in shown(caught.value)


def test_a_proxy_that_is_not_text_is_refused() -> None:
    wrong: Any = 8080
    with pytest.raises(ValueError, match="proxy_url has to be text, not int"):
        given_url(wrong)


# Their passwords

LOGINS = [
    ("user:p@ss", "user:p@ss"),
    (r"DOMAIN\user:pw", r"DOMAIN\user:pw"),
    ("user:100%", "user:100%"),
    ("user:p%2Fw%23", "user:p/w#"),
    ("user:pä ss", "user:pä ss"),
]


@pytest.mark.parametrize(("login", "decoded"), LOGINS)
@pytest.mark.parametrize("target", ["https://far.test", "http://far.test"])
def test_an_odd_password_reaches_the_proxy_as_it_is(
    client: str, login: str, decoded: str, target: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.proxy_refuses) as proxy:
        url = proxy.url.replace("http://", f"http://{login}@")
        monkeypatch.setenv("ALL_PROXY", url)
        with pytest.raises(AionvisionConnectionError):
            call(client, target, allow_http=True)
        sent = proxy.seen[0].headers["proxy-authorization"]
    assert base64.b64decode(sent.removeprefix("Basic ")).decode() == decoded


def echoing(connection: Connection) -> None:
    """A proxy that refuses a login and quotes it."""
    while True:
        quoted = connection.read_request().headers["proxy-authorization"]
        login = base64.b64decode(quoted.removeprefix("Basic ")).decode()
        body = f'{{"error": {{"code": "DENIED", "message": "{login} {quoted}"}}}}'
        connection.answer(
            body.encode(), status=f"407 Not {login} {quoted}", extra=f"X-Login: {login}\r\n"
        )


@pytest.mark.parametrize("target", ["https://far.test", "http://far.test"])
def test_P16_a_proxy_that_refuses_a_login_is_not_quoted(client: str, target: str) -> None:
    with FaultServer(echoing) as proxy, everything_logged() as logged:
        url = proxy.url.replace("http://", f"http://user:{CANARY}@")
        with pytest.raises(AionvisionConnectionError) as caught:
            call(client, target, proxy_url=url, allow_http=True)
    assert caught.value.code == "PROXY_ERROR"
    assert "407" in str(caught.value)
    told = f"{caught.value} {caught.value!r} {vars(caught.value)}"
    encoded = base64.b64encode(f"user:{CANARY}".encode()).decode()
    assert [secret for secret in (CANARY, encoded) if secret in told] == []
    # The library's own log has the words of the proxy; ours has not.
    ours = [line for line in logged.getvalue().splitlines() if "receive_response" not in line]
    assert [line for line in ours if CANARY in line or encoded in line] == []


def refusing_socks(connection: Connection) -> None:
    """A SOCKS5 proxy that requires another password."""
    connection._sock.recv(262)
    connection.send(b"\x05\x02")
    connection._sock.recv(600)
    connection.send(b"\x01\x01")
    connection.wait_until_gone()


def test_P16_no_log_shows_the_password_of_a_socks_proxy(client: str) -> None:
    with FaultServer(refusing_socks) as proxy, everything_logged() as logged:
        url = f"socks5://user:{CANARY}@127.0.0.1:{proxy.port}"
        with pytest.raises(AionvisionConnectionError) as caught:
            call(client, FAR, proxy_url=url)
    assert caught.value.code == "PROXY_ERROR"
    assert "setup_socks5_connection" in logged.getvalue()
    assert CANARY not in logged.getvalue() + str(caught.value)


# Which one


def test_white_space_around_a_proxy_does_not_count(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as proxy:
        monkeypatch.setenv("HTTP_PROXY", f" {proxy.url}\n")
        assert call(client, "http://far.test", allow_http=True).id == FILE


def test_a_proxy_of_the_environment_needs_no_scheme(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as proxy:
        monkeypatch.setenv("http_proxy", f"127.0.0.1:{proxy.port}")
        assert call(client, "http://far.test", allow_http=True).id == FILE


@pytest.mark.parametrize("variable", ["HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"])
def test_this_machine_is_reached_directly_whatever_the_environment_says(
    client: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as server:
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
        for host in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
            assert call(client, f"http://{host}:{server.port}").id == FILE


@pytest.mark.parametrize("from_variable", [True, False])
def test_a_proxy_that_is_given_is_used_for_this_machine_too(
    client: str, from_variable: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as proxy:
        given: dict[str, Any] = {} if from_variable else {"proxy_url": proxy.url}
        if from_variable:
            monkeypatch.setenv("AIONVISION_PROXY_URL", proxy.url)
        assert call(client, "http://127.0.0.1:9", **given).id == FILE


def test_the_sandbox_is_reached_from_behind_a_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    for variable in ("HTTP_PROXY", "ALL_PROXY", "AIONVISION_PROXY_URL"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    with Sandbox() as sandbox, sandbox.sync_client(max_retries=0) as client:
        assert client.files.list().total_count == 0


@pytest.mark.parametrize(
    "rules", [{"NO_PROXY": NAME}, {"no_proxy": ".test:{port}", "NO_PROXY": "other.test"}]
)
def test_no_proxy_of_the_environment_keeps_the_proxy_out(
    client: str, rules: dict[str, str], resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FaultServer(scripts.good) as server:
        for name, value in rules.items():
            monkeypatch.setenv(name, value.format(port=server.port))
        resolver.names[NAME] = [entry(server.port)]
        assert call(client, f"http://{NAME}:{server.port}", allow_http=True).id == FILE


def test_the_lower_case_no_proxy_wins(client: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NO_PROXY", "*")
    monkeypatch.setenv("no_proxy", "other.test")
    with FaultServer(scripts.good) as proxy:
        monkeypatch.setenv("http_proxy", proxy.url)
        assert call(client, "http://far.test", allow_http=True).id == FILE


def test_a_header_of_a_request_to_a_cgi_program_names_no_proxy(
    client: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REQUEST_METHOD", "GET")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    with FaultServer(scripts.good) as server:
        resolver.names[NAME] = [entry(server.port)]
        assert call(client, f"http://{NAME}:{server.port}", allow_http=True).id == FILE


# One encoding


def test_an_internationalized_host_has_one_form_for_proxy_and_service(
    client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.good) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        call(client, "http://Straße.Example:8080", allow_http=True)
        (seen,) = proxy.seen
    assert seen.headers["host"] == "xn--strae-oqa.example:8080"
    assert seen.target.startswith("http://xn--strae-oqa.example:8080/")


def test_an_internationalized_host_has_the_same_form_in_a_tunnel_and_the_resolver(
    client: str, resolver: Resolver, monkeypatch: pytest.MonkeyPatch
) -> None:
    with FaultServer(scripts.proxy_refuses) as proxy:
        with monkeypatch.context() as patch:
            patch.setenv("HTTPS_PROXY", proxy.url)
            with pytest.raises(AionvisionConnectionError):
                call(client, "https://straße.example")
        assert proxy.seen[0].target == "xn--strae-oqa.example:443"
    resolver.names["xn--strae-oqa.example"] = []
    with pytest.raises(AionvisionConnectionError, match=r"xn--strae-oqa\.example has no address"):
        call(client, "https://straße.example")


# Presigned URLs


@pytest.mark.parametrize(
    "url",
    [
        "https://store.test:99999/x",
        "https://a..b/x",
        f"https://{'x' * 64}.test/x",
        "https://\ud800.test/x",
        "https://sto re.test/x",
        "https://[::1/x",
    ],
)
def test_a_presigned_url_that_leads_nowhere_is_a_typed_error(url: str) -> None:
    engine = SyncEngine(ClientConfig(KEY, max_retries=0))
    with pytest.raises(ServerError, match="a URL that cannot be requested") as caught:
        engine.read_object(f"{url}?signature={CANARY}")
    assert (caught.value.method, caught.value.code) == ("GET", "INVALID_RESPONSE")
    assert CANARY not in str(caught.value)


def test_a_presigned_url_with_an_internationalized_host_is_read(resolver: Resolver) -> None:
    with FaultServer(scripts.good) as server:
        resolver.names["xn--bcher-kva.test"] = [entry(server.port)]
        engine = SyncEngine(ClientConfig(KEY, base_url=server.url))
        found = engine.read_object(f"http://Bücher.test:{server.port}/object?signature=s")
        engine.close()
        assert found == b"bytes of an object"
        assert server.seen[0].headers["host"] == f"xn--bcher-kva.test:{server.port}"
