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


class ColorsResource:
    """Reads and extracts the colors of images, and finds images by color.

    Colors are extracted by themselves when an image is uploaded.
    """

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def get(self, image_id: str, *, timeout: float | None = None) -> ColorExtractionResult:
        """The colors of an image, or how far their extraction is.

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
        """Extract the colors of an image again, with other settings.

        Args:
            image_id: The id of the image.
            force: Extract even though there are colors; otherwise those come back unchanged.
            n_colors: Colors to find, from 3 to 16. Fewer come back when the image has fewer.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Usually that it is queued: `get` has the colors once it is done. Older deployments
            response with the colors.

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
        """One page of images that have a color; at least one way to name it is needed.

        Args:
            hex_code: The color as a hex code of three or six digits, with or without ``#``.
            color_name: The name of the color, such as ``navy``.
            color_family: The family of the color: see `list_families`.
            delta_e_threshold: How far a color may be from `hex_code`, in Delta E from 0 to 100.
                About 2 is hardly visible.
            min_percentage: How much of the image the color has to cover, from 0 to 100.
            limit: Images in the page, from 1 to 200.
            offset: Images to skip.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The images, best match first, and how many match altogether.

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
        """All images that have a color, one after the other; at least one way to name it is needed.

        Nothing is fetched before the first one is asked for; then the next page is fetched while
        the current one is read. Iterating over the result again begins anew.

        Deleting images while iterating is safe: each that is there from the beginning to the end
        is given, once. What is added or deleted meanwhile may be given or not. One case
        cannot be noticed: an image may be missed where, between two requests, as many are added as
        are deleted.

        Args:
            hex_code: The color as a hex code of three or six digits, with or without ``#``.
            color_name: The name of the color, such as ``navy``.
            color_family: The family of the color: see `list_families`.
            delta_e_threshold: How far a color may be from `hex_code`, in Delta E from 0 to 100.
            min_percentage: How much of the image the color has to cover, from 0 to 100.
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
        """The color families that a search can name.

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
        """Extract the colors of several images again, with the same settings for all.

        Args:
            image_ids: From 1 to 200 ids, each given once.
            force: Extract even where there are colors; otherwise those images are left out.
            n_colors: Colors to find in each, from 3 to 16.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            How many images are queued. `get` has the colors of each once it is done.

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
    """The search with these settings: makes the request for so many images after so many."""
    color: dict[str, Any] = {}
    if hex_code is not None:
        color["hex_code"] = _hex(hex_code)
    for name, value in (("color_name", color_name), ("color_family", color_family)):
        if value is not None:
            color[name] = check.text(name, value, 1, _LONGEST_NAME)
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


def _hex(value: str) -> str:
    code = check.text("hex_code", value, 3, 7)
    if not is_hex(code):
        check.refuse("hex_code", value, "a hex code of three or six digits, such as '#1E90FF'")
    return long_hex(code)


def _page_size(field: str, value: int) -> int:
    return check.whole_number(field, value, 1, MAX_SEARCH_PAGE)
