"""`client.colors`: the colors of images, and search by color."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from typing import Any

from aion import _checks as check
from aion._color_spaces import is_hex, long_hex
from aion._flows.paging import Pages
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion.types.colors import (
    BatchColorExtractionResult,
    ColorExtractionResult,
    ColorFamily,
    ColorFamilyInfo,
    ColorSearchResponse,
    ColorSearchResult,
)
from aion_api import Request
from aion_api.api import colors
from aion_api.models.colors import BatchColorExtractionRequestDTO, ColorSearchRequestDTO

MAX_BATCH_EXTRACT = 200
MAX_SEARCH_PAGE = 200
MIN_COLORS = 3
MAX_COLORS = 16

_LONGEST_NAME = 100
_COLOR_WORDS = frozenset(
    "black blue brown gray green grey orange pink purple red white yellow".split()  # noqa: SIM905
)
"""Common names of single colors, which people pass as a family."""


class ColorsResource:
    """Reads and extracts the colors of images, and finds images by color.

    The service extracts colors automatically when an image is uploaded.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get(self, image_id: str, *, timeout: float | None = None) -> ColorExtractionResult:
        """Get the colors of an image, or the status of their extraction.

        Args:
            image_id: The id of the image.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The image does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /colors/images/{image_id}``
        """
        request = colors.get_image_colors(check.identifier("image_id", image_id))
        return await self._engine.call(
            request.decoding(ColorExtractionResult.from_api_response), timeout=timeout
        )

    async def extract(
        self,
        image_id: str,
        *,
        force: bool = False,
        n_colors: int = 16,
        timeout: float | None = None,
    ) -> ColorExtractionResult:
        """Extract the colors of an image with other settings.

        Args:
            image_id: The id of the image.
            force: Extract even if the image has colors; otherwise these are returned unchanged.
            n_colors: Colors to find, from 3 to 16. Fewer are returned if the image has fewer.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Usually the status ``queued``: `get` returns the colors once they are extracted. Older
            deployments return the colors.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ResourceNotFoundError: The image does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /colors/images/{image_id}/extract``
        """
        request = colors.extract_colors(
            check.identifier("image_id", image_id),
            force=force,
            n_colors=check.whole_number("n_colors", n_colors, MIN_COLORS, MAX_COLORS),
        )
        return await self._engine.call(
            request.decoding(ColorExtractionResult.from_api_response), timeout=timeout
        )

    async def search(
        self,
        *,
        hex_code: str | None = None,
        color_name: str | None = None,
        color_family: str | None = None,
        delta_e_threshold: float = 15.0,
        min_percentage: float = 5.0,
        limit: int = 50,
        offset: int = 0,
        timeout: float | None = None,
    ) -> ColorSearchResponse:
        """Get one page of the images with a color, which at least one argument has to name.

        Args:
            hex_code: The color as a hex code of three or six digits, with or without ``#``.
            color_name: The name of the color, such as ``navy``.
            color_family: The family of the color, such as ``warm``: see `list_families`.
            delta_e_threshold: Largest distance of colors from `hex_code`, in Delta E from 0 to 100.
                A distance of 2 is hardly visible.
            min_percentage: Least share of the image with the color, in percent from 0 to 100.
            limit: Images in the page, from 1 to 200.
            offset: Images to skip.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The images, best match first, and the total number of matches.

        Raises:
            ValidationError: No color is named, or an argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /colors/search``
        """
        page = _search(hex_code, color_name, color_family, delta_e_threshold, min_percentage)
        request = page(_page_size("limit", limit), check.whole_number("offset", offset, 0))
        return await self._engine.call(request, timeout=timeout)

    def search_all(
        self,
        *,
        hex_code: str | None = None,
        color_name: str | None = None,
        color_family: str | None = None,
        delta_e_threshold: float = 15.0,
        min_percentage: float = 5.0,
        page_size: int = 50,
    ) -> AsyncIterator[ColorSearchResult]:
        """Iterate over all images with a color, which at least one argument has to name.

        Nothing is fetched before the first item is requested; then the next page is fetched while
        the current one is read. Iterating over the result again starts a new listing.

        Deleting images while iterating is safe: each that exists from the beginning to the end
        is yielded once. Items added or deleted meanwhile may or may not be yielded. One case
        cannot be detected: an image may be missed if, between two requests, as many are added as
        are deleted.

        Args:
            hex_code: The color as a hex code of three or six digits, with or without ``#``.
            color_name: The name of the color, such as ``navy``.
            color_family: The family of the color, such as ``warm``: see `list_families`.
            delta_e_threshold: Largest distance of colors from `hex_code`, in Delta E from 0 to 100.
            min_percentage: Least share of the image with the color, in percent from 0 to 100.
            page_size: Images in one request, from 1 to 200.

        Raises:
            ValidationError: No color is named, or an argument is out of range; nothing was sent.
            ServerError: While iterating: a page repeats an earlier one.
            AionvisionError: While iterating: a call failed.

        Endpoint: ``POST /colors/search``
        """
        page = _search(hex_code, color_name, color_family, delta_e_threshold, min_percentage)
        size = _page_size("page_size", page_size)

        async def fetch(offset: int) -> Page[ColorSearchResult]:
            answer = await self._engine.call(page(size, offset))
            return Page(answer.results, answer.has_more, answer.total_count)

        return Pages(fetch, lambda hit: hit.image_id)

    async def list_families(self, *, timeout: float | None = None) -> list[ColorFamilyInfo]:
        """List the color families that a search can name.

        Args:
            timeout: Seconds for the call, instead of the client's.

        Raises:
            AionvisionError: The call failed.

        Endpoint: ``GET /colors/families``
        """
        request = colors.list_color_families().decoding(
            lambda data: [ColorFamilyInfo.from_api_response(item) for item in data]
        )
        return await self._engine.call(request, timeout=timeout)

    async def batch_extract(
        self,
        image_ids: Sequence[str],
        *,
        force: bool = False,
        n_colors: int = 16,
        timeout: float | None = None,
    ) -> BatchColorExtractionResult:
        """Extract the colors of several images with the same settings.

        Args:
            image_ids: From 1 to 200 ids, without duplicates.
            force: Extract even if an image has colors; otherwise such images are skipped.
            n_colors: Colors to find in each, from 3 to 16.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The number of queued images. `get` returns the colors of each once they are extracted.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /colors/batch/extract``
        """
        body = BatchColorExtractionRequestDTO(
            check.identifiers("image_ids", image_ids, most=MAX_BATCH_EXTRACT),
            force=force,
            n_colors=check.whole_number("n_colors", n_colors, MIN_COLORS, MAX_COLORS),
        )
        return await self._engine.call(colors.batch_extract_colors(body=body), timeout=timeout)


def _search(
    hex_code: str | None,
    color_name: str | None,
    color_family: str | None,
    delta_e_threshold: float,
    min_percentage: float,
) -> Callable[[int, int], Request[ColorSearchResponse]]:
    """Return a function that describes the search request for a limit and an offset."""
    color: dict[str, Any] = {}
    if hex_code is not None:
        color["hex_code"] = _hex(hex_code)
    if color_name is not None:
        color["color_name"] = check.text("color_name", color_name, 1, _LONGEST_NAME)
    if color_family is not None:
        color["color_family"] = _family(color_family)
    if not color:
        check.missing("hex_code", "color_name", "color_family")
    distance = check.number("delta_e_threshold", delta_e_threshold, 0, 100)
    share = check.number("min_percentage", min_percentage, 0, 100)

    def page(limit: int, offset: int) -> Request[ColorSearchResponse]:
        body = ColorSearchRequestDTO(
            **color,
            delta_e_threshold=distance,
            min_percentage=share,
            limit=limit,
            offset=offset,
        )
        request = colors.search_by_color(body=body)
        return request.decoding(ColorSearchResponse.from_api_response)

    return page


def _family(value: str) -> str:
    """Refuse a color, which would match no image; the service may have families of its own."""
    family = check.text("color_family", value, 1, _LONGEST_NAME)
    argument = "hex_code" if is_hex(family) else "color_name"
    if is_hex(family) or family.lower() in _COLOR_WORDS:
        families = ", ".join(repr(one.value) for one in ColorFamily)
        rule = f"a group of colors ({families}; list_families() lists those of the service)"
        check.refuse("color_family", value, f"{rule}; for one color pass {argument}={family!r}")
    return family


def _hex(value: str) -> str:
    code = check.text("hex_code", value, 3, 7)
    if not is_hex(code):
        check.refuse("hex_code", value, "a hex code of three or six digits, such as '#1E90FF'")
    return long_hex(code)


def _page_size(field: str, value: int) -> int:
    return check.whole_number(field, value, 1, MAX_SEARCH_PAGE)
