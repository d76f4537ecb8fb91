"""Runs one sandbox server: bind, open the state, serve in a thread of its own, stop.

The socket is bound and listening before `start` returns, so the port is known and no request can
come too early. All state belongs to the server's loop; `run` executes code there from other
threads.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import sys
import threading
from collections.abc import Awaitable, Callable
from ipaddress import ip_address
from typing import Any, Final, TypeVar

import uvicorn

from aion.sandbox.app import App
from aion.sandbox.runtime.state import State
from aion.sandbox.settings.options import API_PREFIX, Options

T = TypeVar("T")

_BACKLOG: Final = 2048
_START_WITHIN: Final = 30.0
_CALL_WITHIN: Final = 60.0
_NOT_RUNNING: Final = "the sandbox is not running; start it first"


class SandboxServer:
    """One running sandbox. `start` and `stop` may be called from any thread."""

    def __init__(self, options: Options) -> None:
        self.options = options
        self._state: State | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._uvicorn: _Uvicorn | None = None
        self._ready = threading.Event()
        self._failure: BaseException | None = None
        self.url = ""
        """Scheme, host and port; empty before the start."""

    @property
    def base_url(self) -> str:
        """The base URL for a client.

        Raises:
            RuntimeError: The sandbox has not been started.
        """
        if not self.url:
            raise RuntimeError(_NOT_RUNNING)
        return self.url + API_PREFIX

    @property
    def alive(self) -> bool:
        """Whether the server's thread runs."""
        return self._thread is not None and self._thread.is_alive()

    @property
    def state(self) -> State:
        """The state; other threads may use `faults`, `request_log` and `violations` only."""
        if self._state is None:
            raise RuntimeError(_NOT_RUNNING)
        return self._state

    def start(self) -> None:
        """Bind, open the folder, and serve.

        Raises:
            OSError: the port is taken or the folder cannot be used.
            ValueError: a rate limit names a route outside the contract.
            RuntimeError: started twice, or the server failed while starting.
        """
        if self._thread is not None:
            raise RuntimeError("a sandbox can be started once")
        bound = _bind(self.options.host, self.options.port)
        host, port = bound.getsockname()[:2]
        self.url = _url(host, port)
        try:
            self._state = State(self.options)
        except (OSError, ValueError):
            bound.close()
            raise
        self._thread = threading.Thread(
            target=self._serve,
            args=(bound, self._state),
            name=f"aion-sandbox:{port}",
            daemon=True,
        )
        self._thread.start()
        if not self._ready.wait(_START_WITHIN) or self._failure is not None:
            raise RuntimeError("the sandbox did not start") from self._failure

    def stop(self) -> None:
        """Stop serving, join the thread, remove temporary state. Stopping twice is harmless."""
        thread, loop = self._thread, self._loop
        if thread is None:
            return
        if loop is not None and not loop.is_closed() and self._uvicorn is not None:
            # A loop that was closed in between has stopped already.
            with contextlib.suppress(RuntimeError):
                loop.call_soon_threadsafe(self._uvicorn.end)
        thread.join()

    def run(self, function: Callable[[], Awaitable[T]]) -> T:
        """Run a coroutine function on the server's loop and wait for what it returns."""
        if self._loop is None or not self.alive:
            raise RuntimeError("the sandbox is not running")

        async def call() -> T:
            return await function()

        return asyncio.run_coroutine_threadsafe(call(), self._loop).result(_CALL_WITHIN)

    def _serve(self, bound: socket.socket, state: State) -> None:
        try:
            asyncio.run(self._main(bound, state))
        except BaseException as error:  # noqa: BLE001 - raised in the thread that waits in start
            self._failure = error
        finally:
            bound.close()
            self._ready.set()

    async def _main(self, bound: socket.socket, state: State) -> None:
        self._loop = asyncio.get_running_loop()
        app = App(state, self.url, self._abort)
        self._uvicorn = _Uvicorn(app, self._ready)
        state.start()
        try:
            await self._uvicorn.serve(sockets=[bound])
        finally:
            await state.close()

    def _abort(self, client: Any) -> None:
        if self._uvicorn is None:
            return
        for connection in list(self._uvicorn.server_state.connections):
            if getattr(connection, "client", None) == client:
                transport: Any = getattr(connection, "transport", None)
                if transport is not None:
                    transport.abort()


class _Uvicorn(uvicorn.Server):
    """uvicorn without its signals, its log and its polling: `end` stops it."""

    def __init__(self, app: App, ready: threading.Event) -> None:
        super().__init__(
            uvicorn.Config(
                app,
                log_config=None,
                access_log=False,
                lifespan="off",
                http="httptools",
                proxy_headers=False,
                ws="none",
                server_header=False,
                # The sandbox's own clock dates responses.
                date_header=False,
                timeout_keep_alive=75,
                timeout_graceful_shutdown=1,
            )
        )
        self._app = app
        self._ready = ready
        self._ended = asyncio.Event()

    def end(self) -> None:
        """Leave the main loop."""
        self._app.stop()
        self.should_exit = True
        self._ended.set()

    async def main_loop(self) -> None:
        counter = 0
        # A tick renews the Date header; it is counted in tenths of a second.
        while not await self.on_tick(counter):
            self._ready.set()
            counter += 10
            try:
                async with asyncio.timeout(1.0):
                    await self._ended.wait()
            except TimeoutError:
                continue


def _url(host: str, port: int) -> str:
    """Return the URL of the server for clients on this machine."""
    if ip_address(host).is_unspecified:
        # It means all addresses, and cannot be connected to.
        host = "::1" if ":" in host else "127.0.0.1"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _bind(host: str, port: int) -> socket.socket:
    try:
        info = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    except socket.gaierror as error:
        raise OSError(f"{host} is not an address of this machine: {error.strerror}") from None
    family, address = info[0][0], info[0][4]
    # The protocol is named because asyncio turns off Nagle's algorithm only where it is: without
    # that every answer waits some 40 ms for the client's delayed acknowledgement.
    bound = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        # On Windows the option would let two servers share a port.
        if sys.platform != "win32":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(_BACKLOG)
    except OSError as error:
        bound.close()
        raise OSError(error.errno, f"cannot listen on {host}:{port}: {error.strerror}") from None
    bound.setblocking(False)
    return bound
