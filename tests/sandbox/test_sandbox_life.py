from __future__ import annotations

import ast
import asyncio
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from operator import attrgetter
from pathlib import Path
from typing import Any

import httpx
import pytest

import aion.sandbox
from aion.testing import Sandbox
from tests.sandbox.commands import COMMAND, Command
from tests.sandbox.conftest import client_of, plain
from tests.sandbox.pictures import jpeg


@pytest.fixture
def env_file(tmp_path: Path) -> Path:
    return tmp_path / "sandbox.env"


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_the_command_writes_its_file_serves_and_ends_with_0(env_file: Path, number: int) -> None:
    command = Command(env_file)
    with command.client() as api:
        assert api.get("/user-files").json()["total_count"] == 0
    status, out, err = command.end(number)
    assert (status, err) == (0, "")
    assert f"export AIONVISION_BASE_URL={command.env['AIONVISION_BASE_URL']}\n" in out
    assert "SyncAionVision" in out


def test_P24_the_command_is_ready_within_a_second(
    env_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    # An installed package is compiled, which a checkout need not be: the first start does it.
    monkeypatch.delenv("PYTHONDONTWRITEBYTECODE", raising=False)
    monkeypatch.setenv("PYTHONPYCACHEPREFIX", str(tmp_path / "compiled"))
    Command(env_file).end()
    starts: list[float] = []
    while len(starts) < 3 and min(starts, default=1.0) >= 1.0:
        command = Command(env_file)
        command.end()
        starts.append(command.ready_after)
    assert min(starts) < 1.0, starts


def test_the_command_begins_with_libraries_once(env_file: Path, tmp_path: Path) -> None:
    for _ in range(2):
        command = Command(
            env_file,
            "--data",
            str(tmp_path / "data"),
            "--seed",
            "documents=2",
            "--seed",
            "photos=3",
        )
        with command.client() as api:
            files = api.get("/user-files").json()["files"]
        command.end()
        assert sorted(one["media_type"] for one in files) == ["document"] * 2 + ["image"] * 3


def test_a_folder_whose_name_cannot_be_printed_is_escaped(
    env_file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PYTHONIOENCODING", "ascii")
    status, out, err = Command(env_file, "--data", str(tmp_path / "größe")).end()
    assert (status, "gr\\xf6\\xdfe" in out, err) == (0, True, "")


def test_the_log_has_templates_and_no_secret(env_file: Path) -> None:
    key = "aion_canary_5f1e0a9b8c7d6e5f4a3b"
    command = Command(env_file, "--log-level", "info", "--api-key", key)
    with command.client() as api:
        image_id = api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg())}).json()[
            "image_id"
        ]
        location = api.get(f"/user-files/{image_id}/download").headers["location"]
        plain("GET", location)
        api.get("/user-files", headers={"Authorization": f"Bearer {key}x"})
    _, _, err = command.end()
    assert "GET /api/v2/user-files/{image_id}/download 302" in err
    assert "GET /_objects/{key} 200" in err
    assert key not in err
    assert "signature" not in err


@pytest.mark.parametrize("host", ["0.0.0.0", "::"])
def test_a_server_on_all_addresses_says_one_that_clients_can_use(host: str) -> None:
    with Sandbox(host=host) as sandbox, sandbox.sync_client() as client:
        assert client.files.list().files == []


def test_a_taken_port_is_one_line_and_exit_1() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        ended = subprocess.run(
            [*COMMAND, "--port", port], capture_output=True, text=True, check=False, timeout=20
        )
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)
    assert f"127.0.0.1:{port}" in ended.stderr


def test_an_unusable_folder_is_one_line_and_exit_1(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    ended = subprocess.run(
        [*COMMAND, "--data", str(tmp_path / "file" / "data")],
        capture_output=True, text=True, check=False, timeout=20,
    )  # fmt: skip
    assert (ended.returncode, len(ended.stderr.splitlines())) == (1, 1)


@pytest.mark.parametrize(
    "arguments",
    [
        ["--port", "70000"],
        ["--pace", "-1"],
        ["--pace", "nan"],
        ["--data", ""],
        ["--api-key", "short"],
        ["--what"],
        ["--seed", "songs"],
        ["--seed", "photos=0"],
        ["--seed", "photos=many"],
    ],
)
def test_bad_arguments_are_exit_2(arguments: list[str]) -> None:
    ended = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, text=True, check=False, timeout=20
    )
    assert (ended.returncode, "Traceback" in ended.stderr) == (2, False)


def test_a_folder_in_use_is_said_to_be_so(tmp_path: Path) -> None:
    second = Sandbox(data=tmp_path)
    with Sandbox(data=tmp_path), pytest.raises(OSError, match="another sandbox uses this folder"):
        second.start()


def test_a_folder_of_something_else_is_refused(tmp_path: Path) -> None:
    (tmp_path / "sandbox.sqlite3").write_bytes(b"something else" * 100)
    with pytest.raises(OSError, match="not a database of the sandbox"):
        Sandbox(data=tmp_path).start()


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> list[sqlite3.Connection]:
    """Every connection to a database that is opened from now on."""
    connections: list[sqlite3.Connection] = []
    connect = sqlite3.connect

    def remember(*arguments: Any, **options: Any) -> sqlite3.Connection:
        connections.append(connect(*arguments, **options))
        return connections[-1]

    monkeypatch.setattr(sqlite3, "connect", remember)
    return connections


def is_closed(connection: sqlite3.Connection) -> bool:
    try:
        connection.execute("SELECT 1")
    except sqlite3.ProgrammingError as error:
        return "closed" in str(error)
    return False


@pytest.mark.parametrize("content", [b"something else" * 100, b"in use", b"an old version"])
def test_P26_a_database_that_is_refused_is_closed(
    content: bytes, tmp_path: Path, opened: list[sqlite3.Connection]
) -> None:
    with ExitStack() as others:
        if content == b"in use":
            others.enter_context(Sandbox(data=tmp_path))
        elif content == b"an old version":
            with closing(sqlite3.connect(tmp_path / "sandbox.sqlite3")) as database:
                database.execute("PRAGMA user_version = 1")
        else:
            (tmp_path / "sandbox.sqlite3").write_bytes(content)
        opened.clear()
        with pytest.raises(OSError, match="sandbox"):
            Sandbox(data=tmp_path).start()
        assert [is_closed(one) for one in opened] == [True]


def test_P26_a_start_that_fails_midway_closes_the_database(
    tmp_path: Path, opened: list[sqlite3.Connection]
) -> None:
    (tmp_path / "incoming").write_bytes(b"a file where a folder has to be")
    with pytest.raises(OSError):
        Sandbox(data=tmp_path).start()
    assert [is_closed(one) for one in opened] == [True]


def test_a_temporary_folder_is_removed_on_stop() -> None:
    with Sandbox() as sandbox:
        folder = sandbox._server.state.folder  # pyright: ignore[reportPrivateUsage]
        assert folder.is_dir()
    assert not folder.exists()


def test_P24_a_hundred_sandboxes_live_side_by_side() -> None:
    def live(number: int) -> int:
        with Sandbox(pace=0) as sandbox, client_of(sandbox) as api:
            for _ in range(number % 3):
                api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg((64, 48)))})
            return int(api.get("/user-files").json()["total_count"])

    with ThreadPoolExecutor(100) as pool:
        counts = list(pool.map(live, range(100)))
    assert counts == [number % 3 for number in range(100)]


def test_a_sandbox_can_be_used_from_async_code() -> None:
    async def use() -> int:
        with Sandbox() as sandbox:
            async with httpx.AsyncClient(verify=False) as api:
                return (await api.get(f"{sandbox.url}/health")).status_code

    assert asyncio.run(use()) == 200


def test_a_stopped_sandbox_leaves_no_thread_and_no_descriptor() -> None:
    with Sandbox():
        pass
    threads, descriptors = threading.active_count(), _descriptors()
    for _ in range(5):
        with Sandbox(pace=0) as sandbox, client_of(sandbox) as api:
            api.post("/user-files/upload/stream", files={"file": ("a.jpg", jpeg())})
    assert threading.active_count() == threads
    assert _descriptors() == descriptors


def test_a_sandbox_shows_where_it_is() -> None:
    with Sandbox() as sandbox:
        assert repr(sandbox) == f"<Sandbox {sandbox.url}>"
    assert "not started" in repr(Sandbox())


def test_stopping_twice_is_harmless_and_starting_twice_is_not() -> None:
    sandbox = Sandbox().start()
    with pytest.raises(RuntimeError, match="started once"):
        sandbox.start()
    sandbox.stop()
    sandbox.stop()
    with pytest.raises(RuntimeError, match="not running"):
        sandbox.reset()


@pytest.mark.parametrize("use", [Sandbox.sync_client, Sandbox.client, attrgetter("base_url")])
def test_what_needs_an_address_says_that_the_sandbox_is_not_running(
    use: Callable[[Sandbox], object],
) -> None:
    with pytest.raises(RuntimeError, match="the sandbox is not running; start it first"):
        use(Sandbox())


def test_it_binds_to_loopback_unless_configured_otherwise() -> None:
    with Sandbox() as sandbox:
        assert sandbox.url.startswith("http://127.0.0.1:")


def test_a_missing_extra_is_named_with_the_command_that_helps() -> None:
    code = "import sys; sys.modules['uvicorn'] = None; import aion.sandbox"
    ended = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=False
    )
    assert 'needs uvicorn: pip install "aionvision[sandbox]"' in ended.stderr


def test_only_the_crawler_imports_an_http_client() -> None:
    # It reads loopback addresses and nothing else, as its own tests show.
    clients = {"httpx", "http.client", "urllib.request", "requests", "aiohttp"}
    assert {place for place, name in _imports() if name in clients} <= {"fetch.py"}


def _imports() -> Iterator[tuple[str, str]]:
    for path in Path(aion.sandbox.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Import):
                yield from ((path.name, one.name) for one in node.names)
            elif isinstance(node, ast.ImportFrom):
                yield path.name, node.module or ""


def _descriptors() -> int:
    return len(list(Path("/proc/self/fd").iterdir())) if Path("/proc/self/fd").exists() else 0
