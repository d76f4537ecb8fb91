"""The state of one sandbox: the parts that handlers and background work share.

Use it in the thread of the server's loop, except `faults` and `request_log`, which any thread may
use.
"""

from __future__ import annotations

import asyncio
import shutil
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from aion.sandbox.auth.audit_log import Audit
from aion.sandbox.auth.identity import Identity
from aion.sandbox.contract.contract import load_contract
from aion.sandbox.contract.validation import load_validators
from aion.sandbox.faults.registry import Faults
from aion.sandbox.limits.rate_limiter import RateLimiter
from aion.sandbox.runtime.in_flight import InFlight
from aion.sandbox.runtime.jobs import Jobs
from aion.sandbox.runtime.snapshots import Snapshots
from aion.sandbox.settings.options import Options
from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.files import Files
from aion.sandbox.store.objects import Objects
from aion.sandbox.store.records import Records
from aion.sandbox.store.request_log import RequestLog
from aion.sandbox.store.signing import Signer
from aion.sandbox.store.text_index import TextIndex
from aion.sandbox.store.upload_sessions import Sessions
from aion.sandbox.store.usage_log import UsageLog

_THREADS = 2


class State:
    """The parts of a running sandbox, each under its own name."""

    def __init__(self, options: Options) -> None:
        """Open the folder.

        Raises:
            OSError: it cannot be used.
            ValueError: a rate limit names a route outside the contract.
        """
        self.options = options
        self.contract = load_contract()
        self.validators = load_validators()
        self.clock = Clock(stepped=options.stepped)
        self.rate_limiter = RateLimiter(self.contract, self.clock, options)
        self.signer = Signer(options.api_key, self.clock)
        self.faults = Faults(self.contract)
        self.request_log = RequestLog()
        self.usage = UsageLog(self.clock)
        self.in_flight = InFlight()
        self.violations: list[str] = []
        """Own responses that violate the contract, and handlers that raised."""
        self._temporary = options.data is None
        self.folder = _make_folder(options.data)
        with ExitStack() as opened:
            opened.callback(self._remove_folder)
            self._open(opened)
            self._opened = opened.pop_all()

    def _open(self, opened: ExitStack) -> None:
        """Make the parts that are in the folder, and say how to close each."""
        self.database = Database(self.folder / "sandbox.sqlite3", durable=not self._temporary)
        opened.callback(self.database.close)
        self.objects = Objects(self.folder, self.database)
        self.files = Files(self.database, self.clock)
        self.records = Records(self.database, self.clock)
        self.text_index = TextIndex(self.database)
        self.audit = Audit(self.records, self.clock)
        self.identity = Identity(self.options, self.records, self.clock)
        self.identity.ensure()
        self.sessions = Sessions(self.database)
        self.objects.sweep({row[0] for row in self.database.rows("SELECT id FROM files")})
        self._executor = ThreadPoolExecutor(_THREADS, thread_name_prefix="aion-sandbox")
        opened.callback(self._executor.shutdown, wait=True, cancel_futures=True)
        self.jobs: Jobs[State] = Jobs(
            self,
            database=self.database,
            clock=self.clock,
            faults=self.faults,
            violations=self.violations,
            pace=self.options.pace,
        )
        self.snapshots = Snapshots(
            self.folder / "snapshots",
            database=self.database,
            objects=self.objects,
            clock=self.clock,
            identity=self.identity,
            paused=self.jobs.paused,
            in_thread=self.in_thread,
        )

    def start(self) -> None:
        """Begin background work on the running loop."""
        loop = asyncio.get_running_loop()
        self.faults.on_clear = lambda: _on_loop(loop, self.jobs.release)
        self.jobs.start()

    async def in_thread(self, function: Callable[..., Any], *values: Any) -> Any:
        """Run blocking code in one of the sandbox's threads."""
        return await asyncio.get_running_loop().run_in_executor(self._executor, function, *values)

    async def step_clock(self, seconds: float) -> None:
        """Move the clock and wait until all due work is done."""
        self.clock.step(seconds)
        await self.jobs.settle()

    async def reset(self) -> None:
        """Delete everything: files, sessions, faults, requests, rates and steps of the clock.

        Requests in flight are cut.
        """
        async with self.jobs.paused():
            await self.in_flight.cut()
            self.faults.clear()
            self.request_log.clear()
            self.usage.clear()
            self.violations.clear()
            self.clock.reset()
            self.rate_limiter.reset()
            self.database.clear()
            self.identity.ensure()
            forgotten = self.objects.reset()
            self._executor.submit(shutil.rmtree, forgotten, ignore_errors=True)

    async def close(self) -> None:
        """Stop the work, close the database, and remove a temporary folder."""
        self.faults.on_clear = lambda: None
        await self.jobs.stop()
        self._opened.close()

    def _remove_folder(self) -> None:
        if self._temporary:
            shutil.rmtree(self.folder, ignore_errors=True)


def _on_loop(loop: asyncio.AbstractEventLoop, function: Callable[[], None]) -> None:
    if not loop.is_closed():
        loop.call_soon_threadsafe(function)


def _make_folder(data: Path | None) -> Path:
    if data is None:
        return Path(tempfile.mkdtemp(prefix="aion-sandbox-"))
    data.mkdir(parents=True, exist_ok=True)
    return data
