"""The kinds of background work that a fault can name."""

from __future__ import annotations

from typing import Final

from aion.sandbox.contract.suggestion import suggestion

JOB_KINDS: Final[set[str]] = set()
"""Filled on import of the modules that do the work."""


def job_kind(name: str) -> str:
    """Let faults name a kind of work; returns the name."""
    JOB_KINDS.add(name)
    return name


def check_job_kind(name: str) -> None:
    """Refuse a kind of work that does not exist.

    Raises:
        ValueError: the message names the nearest kind.
    """
    if name not in JOB_KINDS:
        known = ", ".join(sorted(JOB_KINDS))
        raise ValueError(
            f"unknown job {name!r}{suggestion(name, JOB_KINDS) or f'; there are {known}'}"
        )
