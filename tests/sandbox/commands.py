"""The sandbox's command in a process of its own."""

from __future__ import annotations

import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Final

import httpx

from tests.sandbox.conftest import eventually

COMMAND: Final = [sys.executable, "-m", "aion.sandbox"]


class Command:
    """A process that is ready, and what it wrote into its file then."""

    def __init__(self, env_file: Path, *arguments: str) -> None:
        began = time.monotonic()
        self.process = subprocess.Popen(
            [*COMMAND, "--env-file", str(env_file), *arguments],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        eventually(env_file.exists, 60)
        elapsed = time.monotonic() - began
        working, waiting = _scheduled(self.process.pid)
        self.ready_after = max(working, elapsed - waiting)
        """Seconds until it was ready, without those in which other programs had the processors."""
        lines = env_file.read_text().splitlines()
        self.env = dict(line.split("=", 1) for line in lines)
        env_file.unlink()

    def client(self) -> httpx.Client:
        """A client that carries the key."""
        return httpx.Client(
            base_url=self.env["AIONVISION_BASE_URL"],
            headers={"Authorization": f"Bearer {self.env['AIONVISION_API_KEY']}"},
            verify=False,
        )

    def end(self, number: int = signal.SIGTERM) -> tuple[int, str, str]:
        """Send a signal; exit status, output and errors."""
        self.process.send_signal(number)
        out, err = self.process.communicate(timeout=30)
        return self.process.returncode, out, err


def _scheduled(pid: int) -> tuple[float, float]:
    """Return the seconds that the threads of a process ran, and that they waited for a processor.

    Both are 0 if the system does not provide them.
    """
    ran = waited = 0
    for task in Path(f"/proc/{pid}/task").glob("*/schedstat"):
        nanoseconds = task.read_text().split()
        ran += int(nanoseconds[0])
        waited += int(nanoseconds[1])
    return ran / 1e9, waited / 1e9
