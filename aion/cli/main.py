"""The command `aion`: its arguments, and what becomes of errors.

Exit status: 0 all is well, 1 something failed, 2 the arguments are wrong, 130 Ctrl-C.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, Final

import aion
from aion.cli import commands
from aion.cli.printing import Printer, complain
from aion.exceptions import AionvisionError

_INTERRUPTED: Final = 130
_SANDBOX: Final = "sandbox"
_KINDS: Final = ("image", "video", "document", "link")
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
    try:
        if given[:1] == [_SANDBOX]:
            return _sandbox(given[1:])
        wanted = _parser().parse_args(given)
        aion.load_dotenv()
        with aion.SyncAionVision.from_env(**_settings(wanted)) as client:
            return int(wanted.run(client, wanted, Printer(as_json=wanted.json)))
    except BrokenPipeError:
        # Whoever read the output has had enough. What is still buffered has nowhere to go.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return commands.FAILED
    except KeyboardInterrupt:
        return _INTERRUPTED
    except (AionvisionError, ValueError, OSError) as error:
        complain(str(error))
        return commands.FAILED


def _settings(wanted: argparse.Namespace) -> dict[str, Any]:
    given = {"base_url": wanted.base_url, "timeout": wanted.timeout}
    return {name: value for name, value in given.items() if value is not None}


def _sandbox(arguments: Sequence[str]) -> int:
    try:
        from aion.sandbox.command import main as serve
    except ImportError as error:
        # It names the extra that is missing.
        complain(str(error))
        return commands.FAILED
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
    every.add_argument("--base-url", metavar="URL", help="where the API is")
    every.add_argument("--timeout", type=float, metavar="S", help="seconds a call may take")
    found = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)

    def command(run: Callable[..., int], text: str) -> Callable[..., argparse.Action]:
        about = f"{text.capitalize()}."
        one = found.add_parser(run.__name__, parents=[every], help=text, description=about)
        one.set_defaults(run=run)
        return one.add_argument

    command(commands.check, "ask whether the service takes the key, and what may be uploaded")

    add = command(commands.upload, "upload images, documents or videos")
    add("paths", nargs="+", metavar="PATH", help="a file, or a directory of images or documents")
    add(
        "--as",
        dest="kind",
        choices=("images", "documents", "videos"),
        default="images",
        help="what they are (default: %(default)s)",
    )
    add("--tag", action="append", dest="tags", metavar="TAG", help="may be repeated")
    add("--journal", metavar="FILE", help="remember what is done, for the same command later")
    add("--no-wait", action="store_false", dest="wait", help="do not wait for descriptions")

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

    add = command(
        commands.ask, "ask about the library, what is given or each line of standard input"
    )
    add("text", nargs="*", metavar="QUESTION")
    add(
        "--image",
        action="append",
        dest="images",
        metavar="ID",
        help="only this one; may be repeated",
    )

    found.add_parser(_SANDBOX, help="serve the API on this machine (see aion sandbox --help)")
    return parser


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and int(text) > 0):
        raise argparse.ArgumentTypeError(f"{text!r} is not a number of files (1 or more)")
    return int(text)
