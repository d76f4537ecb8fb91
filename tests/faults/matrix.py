"""Runs every fault against every kind of call on both clients, and reports each outcome.

`python -m tests.faults.matrix` prints the table; with `--update` it writes it to
`docs/faults.md`, which the tests compare.
"""

from __future__ import annotations

import asyncio
import sys
import time
import traceback
from collections.abc import Awaitable, Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import freezegun

from aion._clock import monotonic
from aion._engine.async_engine import AsyncEngine
from aion._engine.sync_engine import SyncEngine
from aion._streaming.sse import Decoder
from aion.config import ClientConfig
from aion.exceptions import AionvisionError, SSEStreamError
from aion_api import File
from aion_api.api import chat, folders, user_files
from aion_api.models.chat import SendMessageRequest
from aion_api.models.folders import CreateFolderRequest
from aion_api.models.user_files import StreamBatchUploadBody
from tests.faults import scripts
from tests.faults.addresses import dead_first_address
from tests.faults.server import FaultServer, Script

KEY = "aion_fake_key_for_tests_0000000000"
TIMEOUT = 0.4
"""Seconds: the deadline of calls without a payload, the longest silence of the others."""
RETRIES = 1
SECRET = "canary"
"""What no error may hold."""
PAYLOAD = b"\xff\xd8\xff" + bytes(range(256)) * 2000
DOCS = Path(__file__).resolve().parents[2] / "docs" / "faults.md"

_ID = "5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10"


def _get() -> Any:
    return user_files.get_user_file(_ID)


def _post() -> Any:
    return folders.create_folder(body=CreateFolderRequest(name="n"))


def _upload() -> Any:
    body = StreamBatchUploadBody(files=[File(PAYLOAD, "a.jpg", "image/jpeg")])
    return user_files.stream_batch_upload(body=body)


def _stream() -> Any:
    return chat.send_message_stream(_ID, body=SendMessageRequest(message="hello"))


KINDS = ("GET", "POST", "upload", "download", "stream")
_REQUESTS: dict[str, Callable[[], Any]] = {"GET": _get, "POST": _post, "upload": _upload}


async def _call_async(engine: AsyncEngine, kind: str, root: str) -> object:
    if kind in _REQUESTS:
        return await engine.call(_REQUESTS[kind]())
    if kind == "download":
        return await engine.read_object(f"{root}/object?signature=fake")
    answer = await engine.open(_stream())
    decoder = Decoder()
    events: list[str] = []
    while (piece := await answer.piece()) is not None:
        events += [event.name for event in decoder.feed(piece)]
    return _complete(events)


def _call_sync(engine: SyncEngine, kind: str, root: str) -> object:
    if kind in _REQUESTS:
        return engine.call(_REQUESTS[kind]())
    if kind == "download":
        return engine.read_object(f"{root}/object?signature=fake")
    answer = engine.open(_stream())
    decoder = Decoder()
    events: list[str] = []
    while (piece := answer.piece()) is not None:
        events += [event.name for event in decoder.feed(piece)]
    return _complete(events)


def _complete(events: list[str]) -> str:
    """A stream without its last event is not a success."""
    if events[-1:] != ["complete"]:
        raise SSEStreamError("the stream ended early", events_received=len(events))
    return "complete"


@dataclass(frozen=True)
class Cell:
    """The outcome of one call.

    Attributes:
        outcome: ``ok``, or the exception's class and code.
        seen: Requests that the server read completely.
        seconds: The duration of the call.
        left_open: Connections of the client that were open after it was closed.
        leaks: Names of HTTP library types in the exception's chain, and whether it holds a secret.
    """

    outcome: str
    seen: int
    seconds: float
    left_open: int
    leaks: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.outcome} ×{self.seen}"


@dataclass(frozen=True)
class Setting:
    """Where a call goes in one row of the table."""

    script: Script
    url: Callable[[FaultServer], str] = lambda server: server.url
    proxy: Callable[[FaultServer], str | None] = lambda _: None
    warm: bool = False
    """Make a successful call first, so that the fault hits a pooled connection."""
    other: Script | None = None
    """A second server, which the first one may point at."""
    around: Callable[[FaultServer], AbstractContextManager[Any]] = lambda _: nullcontext()
    """What else is bad about the world during the call."""
    timeout: float = TIMEOUT


SETTINGS: dict[str, Setting] = {name: Setting(script) for name, script in scripts.FAULTS.items()}
SETTINGS["keep-alive expired"] = Setting(scripts.closes_when_idle, warm=True)
SETTINGS["TLS refused"] = Setting(
    scripts.not_tls, url=lambda server: server.url.replace("http:", "https:")
)
SETTINGS["proxy refuses"] = Setting(
    scripts.proxy_refuses, url=lambda _: "http://127.0.0.1:9", proxy=lambda server: server.url
)
SETTINGS["proxy refuses TLS"] = Setting(
    scripts.proxy_refuses, url=lambda _: "https://127.0.0.1:9", proxy=lambda server: server.url
)
SETTINGS["proxy refuses an odd password"] = Setting(
    scripts.proxy_quotes,
    url=lambda _: "https://127.0.0.1:9",
    proxy=lambda server: server.url.replace("http://", f"http://us@er:%{SECRET}\\ä:@"),
)
SETTINGS["dead first address"] = Setting(
    scripts.good,
    url=lambda server: f"http://localhost:{server.port}",
    around=lambda server: dead_first_address(server.port),
    # Enough time for the second address, but not for the system to fail the first one.
    timeout=5.0,
)
SETTINGS["connection refused"] = Setting(scripts.good, url=lambda _: "http://127.0.0.1:9")
SETTINGS["no answer under a frozen clock"] = Setting(
    scripts.no_answer,
    around=lambda _: freezegun.freeze_time("2026-03-01", real_asyncio=True),
)
SETTINGS["redirect to another host"] = Setting(scripts.good, other=scripts.good)


def cell(name: str, kind: str, client: str) -> Cell:
    """Make one call and return its outcome."""
    setting = SETTINGS[name]
    if setting.other is None:
        with FaultServer(setting.script) as server:
            return _measure(setting, server, kind, client)
    with FaultServer(setting.other) as other:
        # Another host, not only another port: the credential must not follow.
        target = other.url.replace("127.0.0.1", "localhost")
        path = "/object" if kind == "download" else f"/api/v2/user-files/{_ID}"
        with FaultServer(scripts.redirect_to(lambda: target + path)) as server:
            found = _measure(setting, server, kind, client)
        leaked = [seen for seen in other.seen if "authorization" in seen.headers]
        return found if not leaked else Cell("credential leaked", 0, 0.0, 0, ())


def _measure(setting: Setting, server: FaultServer, kind: str, client: str) -> Cell:
    root = setting.url(server)
    config = ClientConfig(
        KEY,
        base_url=f"{root}/api/v2",
        timeout=setting.timeout,
        max_retries=RETRIES,
        retry_delay=0.01,
        proxy_url=setting.proxy(server),
        circuit_breaker_enabled=False,
    )
    with setting.around(server):
        if client == "async":
            outcome, seconds, leaks = asyncio.run(_run_async(config, kind, root, warm=setting.warm))
        else:
            outcome, seconds, leaks = _run_sync(config, kind, root, warm=setting.warm)
    return Cell(outcome, len(server.seen), seconds, server.open_connections(), leaks)


async def _run_async(
    config: ClientConfig, kind: str, root: str, *, warm: bool
) -> tuple[str, float, tuple[str, ...]]:
    engine = AsyncEngine(config)

    async def attempt() -> object:
        return await _call_async(engine, kind, root)

    if warm:
        await attempt()
        await asyncio.sleep(0.05)
    began = monotonic()
    outcome, leaks = await _judged(attempt)
    seconds = monotonic() - began
    await engine.close()
    return outcome, seconds, leaks


def _run_sync(
    config: ClientConfig, kind: str, root: str, *, warm: bool
) -> tuple[str, float, tuple[str, ...]]:
    engine = SyncEngine(config)
    if warm:
        _call_sync(engine, kind, root)
        time.sleep(0.05)
    began = monotonic()
    try:
        _call_sync(engine, kind, root)
    except Exception as error:  # noqa: BLE001 - a raw library error is a finding
        outcome, leaks = _verdict(error)
    else:
        outcome, leaks = "ok", ()
    seconds = monotonic() - began
    engine.close()
    return outcome, seconds, leaks


async def _judged(attempt: Callable[[], Awaitable[object]]) -> tuple[str, tuple[str, ...]]:
    try:
        await attempt()
    except Exception as error:  # noqa: BLE001 - a raw library error is a finding
        return _verdict(error)
    return "ok", ()


def _verdict(error: Exception) -> tuple[str, tuple[str, ...]]:
    if not isinstance(error, AionvisionError):
        traceback.print_exception(error)
        return f"RAW {type(error).__name__}", (type(error).__module__,)
    leaks = ["a secret"] if SECRET in f"{error} {error!r} {vars(error)}" else []
    link: BaseException | None = error
    while link is not None:
        if type(link).__module__.partition(".")[0] in ("httpx", "httpcore", "h11"):
            leaks.append(type(link).__name__)
        link = link.__cause__ or link.__context__
    name = type(error).__name__.removeprefix("Aionvision")
    return f"{name} {error.code}", tuple(leaks)


def warm_up() -> None:
    """Import the HTTP library, which takes longer than the deadline of a cell."""
    import_module("aion._http.async_connection")
    import_module("aion._http.sync_connection")


def table() -> str:
    """All cells as a Markdown table. Both clients have to agree."""
    warm_up()
    lines = [
        f"| fault | {' | '.join(KINDS)} |",
        f"|---|{'---|' * len(KINDS)}",
    ]
    for name in SETTINGS:
        cells: list[str] = []
        for kind in KINDS:
            both = {str(cell(name, kind, client)) for client in ("async", "sync")}
            cells.append(" / ".join(sorted(both)))
        lines.append(f"| {name} | {' | '.join(cells)} |")
    return "\n".join(lines)


def recorded() -> dict[tuple[str, str], str]:
    """The cells of `docs/faults.md`: (fault, kind) -> text."""
    cells: dict[tuple[str, str], str] = {}
    for line in DOCS.read_text(encoding="utf-8").splitlines():
        parts = [part.strip() for part in line.strip("| ").split("|")]
        if parts[0] in SETTINGS and len(parts) == len(KINDS) + 1:
            cells.update({(parts[0], k): text for k, text in zip(KINDS, parts[1:], strict=True)})
    return cells


def main() -> None:
    """Print the table, or write it."""
    text = table()
    if "--update" in sys.argv:
        begin, _, rest = DOCS.read_text(encoding="utf-8").partition("<!-- table -->")
        _, _, end = rest.partition("<!-- end -->")
        DOCS.write_text(f"{begin}<!-- table -->\n\n{text}\n\n<!-- end -->{end}", encoding="utf-8")
    print(text)


if __name__ == "__main__":
    main()
