"""Polls the descriptions of the images of a batch until all of them have ended."""

from __future__ import annotations

from array import array

from aion._flows.bulk_reporter import BatchReporter
from aion._flows.library_pages import PAGE, each_page
from aion._runtime import aio as rt
from aion.types.upload import BatchUploadResults
from aion.uploads._errors import IMAGES
from aion_api.models.user_files import FileList


class ImageDescriptions:
    """Follows the descriptions of the images of a batch once they are stored.

    Args:
        engine: Sends the requests.
        reporter: Receives the outcomes.
    """

    wording = IMAGES

    def __init__(self, engine: rt.Engine, reporter: BatchReporter) -> None:
        self._engine = engine
        self._reporter = reporter

    def waiting(self) -> list[str]:
        """Return the ids of the stored images whose description is pending."""
        ledger = self._reporter.ledger
        return ledger.ids(ledger.waiting())

    async def poll(self, end: float, at_once: int, *, all_stored: bool) -> None:
        """Poll every pending description once.

        Raises:
            AionvisionError: Polling failed.
        """
        del all_stored  # The first descriptions are reported while the last files are being stored.
        ledger = self._reporter.ledger
        waiting = ledger.waiting()
        pages = [waiting[start : start + PAGE] for start in range(0, len(waiting), PAGE)]

        async def take(page: array[int], files: FileList) -> None:
            await self._reporter.described(page, files.files)

        await each_page(self._engine, pages, ledger.ids, take, end=end, at_once=at_once)

    def report(self) -> BatchUploadResults:
        """Return the result of every image, in the order of the input."""
        return self._reporter.results()


__all__ = ["ImageDescriptions"]
