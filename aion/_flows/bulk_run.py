"""Runs a batch upload of any kind of file, from its journal to its results."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext
from typing import TypeVar

from aion._flows.bulk_upload import BatchUpload
from aion._flows.quota import allowance_for
from aion._pauses import watching
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
    """Send the missing files of a batch, and poll until none is pending.

    Args:
        engine: Sends the requests.
        batch: The batch.
        pace_of: Returns the size and number of requests for an allowance.
        ids_only: Return once the files are stored, without waiting for descriptions or processing.
        timeout: Seconds to wait once all files are sent; None uses `usual_timeout`.
        usual_timeout: The default timeout; None uses `polling_timeout` of the client.
        journal: The journal of the upload, or None.

    Raises:
        AionvisionError: As `BatchUpload`.
    """
    watched = nullcontext() if batch.watch is None else watching(batch.watch)
    with annotate_stored(lambda: batch.stored_count, journal), watched:
        await batch.recover()
        if batch.size:
            allowed = await allowance_for(engine, batch.size)
            await batch.send(pace_of(allowed.quota), allowed.moment)
        plan = begin(engine.config, timeout, usual_timeout=usual_timeout)
        await batch.follow(plan, ids_only=ids_only)
    return batch.report()


__all__ = ["run_batch"]
