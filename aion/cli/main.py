"""Parses the arguments of the command `aion`, runs it, and reports errors.

Exit status: 0 for success, 1 for a failure, 2 for wrong arguments, 130 for Ctrl-C.
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
from aion._hints import worded
from aion.cli import commands
from aion.cli.interrupting import INTERRUPTED, interrupted
from aion.cli.printing import Printer, complain, open_streams
from aion.cli.saving import download
from aion.cli.uploading import upload
from aion.cli.waiting import waits_shown
from aion.cli.wording import SHELL, text_of
from aion.exceptions import AionvisionError

_OK, _FAILED, _INTERRUPTED = 0, 1, 130
_SANDBOX: Final = "sandbox"
_KINDS: Final = ("image", "video", "document", "link")
_MOST: Final = 1_000_000
_ID: Final = "an id, or its first eight characters"
_EPILOG: Final = """\
The key is read from AIONVISION_API_KEY, and never from the command line, where other users of the
machine can see it. Set AIONVISION_BASE_URL to use a sandbox. Both may be in a file named .env
(with the extra dotenv)."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command.

    Args:
        arguments: Its arguments; None for those of the process.

    Returns:
        The exit status.
    """
    open_streams()
    with worded(SHELL):
        try:
            return _run(list(sys.argv[1:] if arguments is None else arguments))
        except BrokenPipeError:
            # The reader of the output has closed the pipe: discard what is still buffered.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            return _FAILED
        except KeyboardInterrupt:
            complain(INTERRUPTED)
            return _INTERRUPTED
        except (AionvisionError, ImportError, ValueError, OSError) as error:
            complain(text_of(error))
            return _FAILED


def _run(arguments: list[str]) -> int:
    if arguments[:1] == [_SANDBOX]:
        return _sandbox(arguments[1:])
    options = _parser().parse_args(arguments)
    _read_dotenv()
    try:
        with waits_shown(), aion.SyncAionVision.from_env(**_settings(options)) as client:
            has_succeeded = options.run(client, options, Printer(as_json=options.json))
    except KeyboardInterrupt:
        complain(interrupted(options, arguments))
        return _INTERRUPTED
    return _OK if has_succeeded else _FAILED


def _read_dotenv() -> None:
    if find_spec("dotenv") is None:
        if Path(".env").is_file():
            complain('the file .env is not read: pip install "aionvision[dotenv]"')
        return
    try:
        aion.load_dotenv()
    except UnicodeDecodeError as error:
        raise ValueError(f"the file .env is not UTF-8: {error}") from None


def _settings(options: argparse.Namespace) -> dict[str, Any]:
    settings = {"base_url": options.base_url, "timeout": options.timeout}
    return {name: value for name, value in settings.items() if value is not None}


def _sandbox(arguments: Sequence[str]) -> int:
    from aion.sandbox.command import main as serve

    return serve(arguments, prog="aion sandbox")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="aion",
        description="Upload to an Aionvision library, search it, and ask about it.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"aion {aion.__version__}")
    every = argparse.ArgumentParser(add_help=False)
    every.add_argument("--json", action="store_true", help="print one JSON object per line")
    every.add_argument("--base-url", type=_filled, metavar="URL", help="where the API is")
    every.add_argument("--timeout", type=_seconds, metavar="S", help="seconds a call may take")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(run: Callable[..., bool], text: str) -> Callable[..., argparse.Action]:
        about = f"{text[0].upper()}{text[1:]}."
        one = subparsers.add_parser(run.__name__, parents=[every], help=text, description=about)
        one.set_defaults(run=run)
        return one.add_argument

    command(commands.check, "check the key, and print how much may be uploaded")

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
        help="record progress: the same command with the same files resumes the upload",
    )
    add("--no-wait", action="store_false", dest="wait", help="do not wait for descriptions")
    add("--wait-timeout", type=_seconds, metavar="S", help="seconds to wait for descriptions")

    add = command(commands.files, "list the newest files, or those that match")
    add("text", nargs="?", metavar="TEXT", help="words to search for")
    add("--tag", action="append", dest="tags", metavar="TAG", help="may be repeated")
    add("--kind", action="append", dest="kinds", choices=_KINDS, help="may be repeated")
    add("--limit", type=_count, default=20, metavar="N", help="at most (default: %(default)s)")

    add = command(commands.file, "print the details of files as JSON")
    add("ids", nargs="+", metavar="ID", help=_ID)

    add = command(download, "write a file as it was uploaded")
    add("id", metavar="ID", help=_ID)
    add(
        "path",
        nargs="?",
        default=".",
        metavar="PATH",
        help="the file to write or to replace; or a folder, for a new file in it with the name at"
        " upload, which must not exist yet; or - for standard output (default: this folder)",
    )

    add = command(commands.describe, "describe images without storing them")
    add("paths", nargs="+", metavar="IMAGE", help="a file or a URL")

    add = command(commands.ask, "ask a question about the library, or one per line of stdin")
    add("text", nargs="*", metavar="QUESTION")
    add(
        "--image",
        action="append",
        dest="images",
        metavar="ID",
        help=f"ask about this image only, {_ID}; may be repeated",
    )

    subparsers.add_parser(_SANDBOX, help="serve the API on this machine (see aion sandbox --help)")
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
