"""Says after Ctrl-C what is not lost, and which line resumes."""

from __future__ import annotations

import shlex
from argparse import Namespace
from collections.abc import Sequence
from typing import Final

INTERRUPTED: Final = "interrupted"
"""The message when nothing was begun."""


def interrupted(options: Namespace, arguments: Sequence[str]) -> str:
    """Return the message after Ctrl-C.

    Args:
        options: The parsed arguments of the command. Those of an upload have a journal, or None.
        arguments: The arguments as they were typed.
    """
    if not hasattr(options, "journal"):
        return INTERRUPTED
    stored = f"{INTERRUPTED}; files that are stored stay stored"
    line = shlex.join(["aion", *arguments])
    if options.journal:
        return f"{stored}. The same line resumes: {line}"
    return f"{stored}. With a journal, the same line would resume: {line} --journal FILE"


__all__ = ["INTERRUPTED", "interrupted"]
