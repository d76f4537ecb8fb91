"""`python -m aion.sandbox`: starts a sandbox, prints how to use it, and stops it on a signal."""

from __future__ import annotations

import argparse
import logging
import math
import os
import signal
import sys
import tempfile
import threading
from collections.abc import Sequence
from pathlib import Path
from types import FrameType
from typing import Final

from aion.sandbox.runtime.state import State
from aion.sandbox.seeds.libraries import DEFAULT_COUNT, LIBRARIES, check_library, seed
from aion.sandbox.server import SandboxServer
from aion.sandbox.settings.options import DEFAULT_API_KEY, KEY_FORM, Limits, Options
from aion.sandbox.settings.rates import RateLimits
from aion.sandbox.settings.tiers import DEFAULT_TIER, TIERS

_PACE: Final = 0.4

_READY: Final = """\
Aionvision sandbox on {url}

  export AIONVISION_BASE_URL={base_url}
  export AIONVISION_API_KEY={api_key}

  from aion import SyncAionVision
  with SyncAionVision("{api_key}", base_url="{base_url}") as client:
      print(client.upload_one("photo.jpg").description)

State: {data}. Press Ctrl+C to stop."""


def main(arguments: Sequence[str] | None = None, *, prog: str = "python -m aion.sandbox") -> int:
    """Run the command under the name `prog`; returns its exit status."""
    wanted = _parser(prog).parse_args(arguments)
    logging.basicConfig(
        stream=sys.stderr, level=wanted.log_level.upper(), format="%(message)s", force=True
    )
    stop = threading.Event()
    _stop_on_signals(stop)
    server = SandboxServer(
        Options(
            host=wanted.host,
            port=wanted.port,
            data=wanted.data,
            api_key=wanted.api_key,
            pace=wanted.pace,
            strict=wanted.strict,
            limits=Limits.of_tier(wanted.tier),
            rate_limits=RateLimits() if wanted.rate_limits else None,
            strict_auth=wanted.strict_auth,
        )
    )
    try:
        server.start()
    except (OSError, RuntimeError) as error:
        return _fail(error, wanted.data)
    try:
        if wanted.seed:
            server.run(lambda: _fill(server.state, wanted.seed))
        if wanted.env_file is not None:
            _write_env(wanted.env_file, server.base_url, wanted.api_key)
        print(_ready_text(server), flush=True)
        # Short waits, because on Windows a wait without end does not see Ctrl+C.
        while server.alive and not stop.wait(0.2):
            pass
        broke = not server.alive and not stop.is_set()
    except OSError as error:
        return _fail(error, wanted.data)
    finally:
        server.stop()
    return 1 if broke else 0


def _parser(prog: str) -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog=prog,
        description="Serve the Aionvision API on this machine, with state and without a network.",
    )
    add = parser.add_argument
    add("--host", default="127.0.0.1", help="address to bind (default: %(default)s)")
    add("--port", type=_port, default=0, help="port to bind; 0 finds a free one (default)")
    add("--data", type=_folder, metavar="DIR", help="keep the state in this folder")
    add("--api-key", type=_api_key, default=DEFAULT_API_KEY, metavar="KEY", help="key to accept")
    add("--env-file", type=Path, metavar="PATH", help="write base URL and key here when ready")
    add("--pace", type=_pace, default=_PACE, metavar="S", help="seconds per state of a file")
    add(
        "--seed",
        type=_library,
        action="append",
        metavar="LIBRARY[=COUNT]",
        help=f"start with a ready-made library of {', '.join(sorted(LIBRARIES))}; may be repeated",
    )
    add("--strict", action="store_true", help="check its own responses against the contract")
    add(
        "--tier",
        choices=tuple(TIERS),
        default=DEFAULT_TIER,
        help="tier with the limits to enforce (default: %(default)s)",
    )
    add("--rate-limits", action="store_true", help="enforce the rates of the tier and of routes")
    add(
        "--strict-auth",
        action=argparse.BooleanOptionalAction,
        default=True,
        help="accept known keys only; without it, any well-formed key acts as the owner",
    )
    add(
        "--log-level",
        choices=("error", "warning", "info", "debug"),
        default="warning",
        help="info prints each request: method, path template, status, milliseconds",
    )
    return parser


def _folder(text: str) -> Path:
    if not text:
        raise argparse.ArgumentTypeError("it is empty: is it from a variable that is not set?")
    return Path(text)


def _port(text: str) -> int:
    if not text.isdecimal() or int(text) > 65_535:
        raise argparse.ArgumentTypeError(f"{text!r} is not a port (0 to 65535)")
    return int(text)


def _pace(text: str) -> float:
    try:
        pace = float(text)
    except ValueError:
        pace = math.nan
    if not 0 <= pace <= 3600:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds (0 to 3600)")
    return pace


def _api_key(text: str) -> str:
    if not KEY_FORM.match(text):
        # The text is not repeated: it may be a real key that was typed wrongly.
        raise argparse.ArgumentTypeError(
            "a key is lower-case letters, '_', then at least 20 of A-Z a-z 0-9 _ -"
        )
    return text


def _library(text: str) -> tuple[str, int]:
    name, _, count = text.partition("=")
    number = int(count) if count.isascii() and count.isdecimal() else 0 if count else DEFAULT_COUNT
    try:
        check_library(name, number)
    except ValueError as error:
        raise argparse.ArgumentTypeError(str(error)) from None
    return name, number


async def _fill(state: State, libraries: Sequence[tuple[str, int]]) -> None:
    """Add libraries to an empty sandbox; a folder with files of an earlier run stays as it is."""
    if not state.database.count("SELECT count(*) FROM files"):
        for name, count in libraries:
            await seed(state, name, count)


def _stop_on_signals(stop: threading.Event) -> None:
    def on_signal(number: int, frame: FrameType | None) -> None:
        stop.set()

    signal.signal(signal.SIGINT, on_signal)
    signal.signal(signal.SIGTERM, on_signal)


def _ready_text(server: SandboxServer) -> str:
    data = server.options.data
    return _READY.format(
        url=server.url,
        base_url=server.base_url,
        api_key=server.options.api_key,
        data=f"kept in {data}" if data is not None else "temporary, removed on stop",
    )


def _write_env(path: Path, base_url: str, api_key: str) -> None:
    """Write the file whole or not at all: a reader waits for it to appear."""
    handle, partial = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as file:
            file.write(f"AIONVISION_BASE_URL={base_url}\nAIONVISION_API_KEY={api_key}\n")
        Path(partial).replace(path)
    except BaseException:
        Path(partial).unlink(missing_ok=True)
        raise


def _fail(error: Exception, data: Path | None) -> int:
    place = f" (--data {data})" if data is not None else ""
    text = (isinstance(error, OSError) and error.strerror) or str(error)
    name = getattr(error, "filename", None)
    where = f": {name}" if name else ""
    print(f"aion.sandbox: {text}{where}{place}", file=sys.stderr)
    return 1
