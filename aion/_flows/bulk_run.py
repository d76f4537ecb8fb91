"""Runs a batch upload from its journal to its results: one sequence for every kind of file."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from aion._flows.bulk_upload import BatchUpload
from aion._flows.quota import allowance_for
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.types.upload import QuotaInfo
from aion.uploads._errors import Results, annotate_stored
from aion.uploads._plan import Pace

R = TypeVar("R", bound=Results)


async def run_batch(
    engine: rt.Engine,
    batch: BatchUpload[R],
    pace_of: Callable[[QuotaInfo], Pace],
    *,
    ids_only: bool,
    timeout: float | None,
    usual_timeout: float | None = None,
    journal: object = None,
) -> R:
    """Send what is missing of a batch, and poll until nothing of it is pending.

    Args:
        engine: Asks for the allowance.
        batch: The batch.
        pace_of: Cuts it into requests, as its allowance permits.
        ids_only: Do not wait for what follows once the files are stored.
        timeout: Seconds to wait once all are sent; None takes what is usual.
        usual_timeout: What is usual; None takes `polling_timeout` of the client.
        journal: The journal of the upload, or None.

    Raises:
        AionvisionError: As `BatchUpload`.
    """
    with annotate_stored(lambda: batch.stored_count, journal):
        await batch.recover()
        if batch.size:
            allowed = await allowance_for(engine, batch.size)
            await batch.send(pace_of(allowed.quota), allowed.moment)
        plan = begin(engine.config, timeout, usual_timeout=usual_timeout)
        await batch.follow(plan, ids_only=ids_only)
    return batch.report()


__all__ = ["run_batch"]
