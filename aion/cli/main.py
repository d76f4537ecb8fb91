"""The command `aion`: its arguments, and what becomes of errors.

Exit status: 0 all is well, 1 something failed, 2 the arguments are wrong, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

import aion
from aion.cli import commands
from aion.cli.printing import Printer, complain, open_streams
from aion.cli.uploading import upload
from aion.exceptions import AionvisionError

_OK, _FAILED, _INTERRUPTED = 0, 1, 130
_SANDBOX: Final = "sandbox"
_KINDS: Final = ("image", "video", "document", "link")
_MOST: Final = 1_000_000
_EPILOG: Final = """\
The key is read from AIONVISION_API_KEY, and never from the command line, where other users of the
machine can see it; AIONVISION_BASE_URL leads to a sandbox. Both may be in a file named .env (with
the extra dotenv)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Its arguments; None takes those of the process.

    Returns:
        The exit status.
    """
    given = list(sys.argv[1:] if arguments is None else arguments)
    open_streams()
    try:
        return _run(given)
    except BrokenPipeError:
        # Whoever read the output has had enough. What is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return _FAILED
    except KeyboardInterrupt:
        complain("interrupted; what is stored already stays stored")
        return _INTERRUPTED
    except (AionvisionError, ImportError, ValueError, OSError) as error:
        complain(str(error))
        return _FAILED


def _run(given: list[str]) -> int:
    if given[:1] == [_SANDBOX]:
        return _sandbox(given[1:])
    wanted = _parser().parse_args(given)
    _read_dotenv()
    with aion.SyncAionVision.from_env(**_settings(wanted)) as client:
        went_well = wanted.run(client, wanted, Printer(as_json=wanted.json))
    return _OK if went_well else _FAILED


def _read_dotenv() -> None:
    try:
        found = aion.load_dotenv()
    except UnicodeDecodeError as error:
        raise ValueError(f"the file .env is not UTF-8: {error}") from None
    if not found and Path(".env").is_file() and find_spec("dotenv") is None:
        complain('the file .env is not read: pip install "aionvision[dotenv]"')


def _settings(wanted: argparse.Namespace) -> dict[str, Any]:
    given = {"base_url": wanted.base_url, "timeout": wanted.timeout}
    return {name: value for name, value in given.items() if value is not None}


def _sandbox(arguments: Sequence[str]) -> int:
    from aion.sandbox.command import main as serve

    return serve(arguments, prog="aion sandbox")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aion",
        description="Upload to an Aionvision library, look into it, and ask about it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"aion {aion.__version__}")
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--json", action="store_true", help="print an object of JSON in each line")
    every.add_argument("--base-url", type=_filled, metavar="URL", help="where the API is")
    every.add_argument("--timeout", type=_seconds, metavar="S", help="seconds a call may take")
    found = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(run: Callable[..., bool], text: str) -> Callable[..., argparse.Action]:
        about = f"{text[0].upper()}{text[1:]}."
        one = found.add_parser(run.__name__, parents=[every], help=text, description=about)
        one.set_defaults(run=run)
        return one.add_argument

    command(commands.check, "ask whether the service takes the key, and what may be uploaded")

    add = command(upload, "upload images, documents or videos")
    add("paths", nargs="+", metavar="PATH", help="a file, or a directory: the files in it")
    add(
        "--as",
        dest="kind",
        choices=("images", "documents", "videos"),
        default="images",
        help="what they are (default: %(default)s)",
    )
    add("--tag", action="append", dest="tags", metavar="TAG", help="may be repeated")
    add(
        "--journal",
        type=_filled,
        metavar="FILE",
        help="remember what is done: the same command with the same files sends what is missing",
    )
    add("--no-wait", action="store_false", dest="wait", help="do not wait for descriptions")
    add("--wait-timeout", type=_seconds, metavar="S", help="seconds to wait for descriptions")

    add = command(commands.files, "list the newest files, or those that match")
    add("text", nargs="?", metavar="TEXT", help="words to look for")
    add("--tag", action="append", dest="tags", metavar="TAG", help="may be repeated")
    add("--kind", action="append", dest="kinds", choices=_KINDS, help="may be repeated")
    add("--limit", type=_count, default=20, metavar="N", help="at most (default: %(default)s)")

    add = command(commands.file, "print all that is known of files, as JSON")
    add("ids", nargs="+", metavar="ID", help="an id, or its first eight characters")

    add = command(commands.download, "write a file to disk as it was uploaded")
    add("id", metavar="ID")
    add("path", metavar="PATH", help="the file to write or to replace")

    add = command(commands.describe, "describe images without storing them")
    add("paths", nargs="+", metavar="IMAGE", help="a file or a URL")

    add = command(commands.ask, "ask about the library, what is given or each line of stdin")
    add("text", nargs="*", metavar="QUESTION")
    add("--image", action="append", dest="images", metavar="ID", help="only it; may be repeated")

    found.add_parser(_SANDBOX, help="serve the API on this machine (see aion sandbox --help)")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < int(text) <= _MOST):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of files (1 to {_MOST:,})")
    return int(text)


def _seconds(text: str) -> float:
    try:
        seconds = float(text)
    except ValueError:
        seconds = 0.0
    if not 0 < seconds <= _MOST:
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of seconds above 0")
    return seconds


def _filled(text: str) -> str:
    if not text:
        raise argparse.ArgumentTypeError("it is empty: is it from a variable that is not set?")
    return text
