"""Says on standard error what an upload leaves out of directories."""

from __future__ import annotations

import logging
from collections.abc import Generator
from contextlib import contextmanager

from aion._engine.observe import logger
from aion.cli.printing import complain
from aion.types._skipped import Skipped, in_words


def say_left_out(skipped: Skipped) -> None:
    """Say what was left out, if anything was."""
    if skipped:
        complain(in_words(skipped))


@contextmanager
def unlogged() -> Generator[None]:
    """Suppress the log record of what is left out, which is in the terms of Python.

    Without a handler, the standard library prints it to standard error. A log that the user
    configured receives it.
    """
    if logger.hasHandlers():
        yield
        return
    logger.addFilter(_is_other)
    try:
        yield
    finally:
        logger.removeFilter(_is_other)


def _is_other(record: logging.LogRecord) -> bool:
    return not hasattr(record, "skipped")


__all__ = ["say_left_out", "unlogged"]
