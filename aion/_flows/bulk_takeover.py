"""Takes over files of a batch that were stored although the response was lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime

from aion._flows.bulk_recovery import sort_out, versions
from aion._flows.bulk_reporter import BatchReporter
from aion._http.content import Version
from aion._runtime import aio as rt
from aion.types.upload import UploadResult
from aion.uploads._batch_files import BatchFiles
from aion.uploads._plan import Item


class Takeover:
    """Remembers which files are in flight, and determines their outcome after a lost response.

    Args:
        engine: Sends the requests.
        files: The files of the batch.
        reporter: Receives the outcomes.

    Attributes:
        since: When the batch began, on the clock of the service; None if unknown.
        unclear: Indexes of files that may be stored, from requests without a response.
    """

    def __init__(self, engine: rt.Engine, files: BatchFiles, reporter: BatchReporter) -> None:
        self._engine = engine
        self._files = files
        self._reporter = reporter
        self._versions: dict[int, Version] = {}
        self.since: datetime | None = None
        self.unclear: set[int] = set()

    def sending(self, items: Sequence[Item]) -> None:
        """Remember the versions of the files on disk when they are sent."""
        self._versions.update(versions(items))

    def arrived(self, items: Sequence[Item]) -> None:
        """Forget files whose request received a response."""
        for item in items:
            self._versions.pop(item.index, None)

    async def take_over(self, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        """Take over files that were stored; return those to resend.

        Returns:
            The files to resend with a duplicate check, and the files to resend without.

        Raises:
            AionvisionError: A request to the service failed.
        """
        with self._reporter.checking(len(items)):
            await self._reporter.step()
            return await self._take_over(items)

    async def _take_over(self, items: Sequence[Item]) -> tuple[list[Item], list[Item]]:
        ledger = self._reporter.ledger
        every = list(self._files.items())
        settled = [one for one in every if ledger.is_stored(one.index)]
        names = Counter((one.upload.filename, one.upload.size) for one in every)
        found = await sort_out(
            self._engine, items, self._versions, settled, set(ledger.ids()), names, self.since
        )
        for index, digest in found.hashes.items():
            self._reporter.record.hashed(index, digest)
        for item in found.changed:
            # The journal row stays open: the next call treats the changed file as a new one.
            reason = "it changed while it was sent. Whether it is stored is not known"
            self._reporter.unknown(item.index, reason)
        self.unclear.update(item.index for item in found.guarded)
        self.unclear.difference_update(item.index for item in found.plain)
        self._reporter.arrived(item for item in items if item.index in found.stored)
        filenames = {item.index: item.upload.filename for item in items}
        await self._reporter.stored(
            [
                (index, UploadResult(file.id, filenames[index], "").with_file(file))
                for index, file in sorted(found.stored.items())
            ]
        )
        return found.guarded, found.plain


__all__ = ["Takeover"]
