"""`client.links`: save links and read their crawled pages."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from datetime import datetime

from attrs import evolve

from aion import _checks as check
from aion._flows.paging import Pages
from aion._flows.polling import poll_job
from aion._requests import library
from aion._requests.library import MAX_PAGE, MAX_TAG_LENGTH, MAX_TAGS, changes, labels
from aion._requests.library import page_size as size_of_page
from aion._requests.links import MAX_URL_LENGTH, address, crawl, in_state, links
from aion._requests.page import Page
from aion._runtime import aio as rt
from aion._waiting.plan import begin
from aion.exceptions import ResourceNotFoundError
from aion.types.files import BatchDeleteFilesResponse
from aion.types.links import (
    CreateLinkResult,
    LinkDeleteResult,
    LinkDetails,
    LinkItem,
    LinkList,
    LinkUpdateResult,
    RecrawlLinkResult,
)
from aion_api import UNSET, Unset
from aion_api.api import user_files
from aion_api.models.user_files import CreateLinkRequest

MAX_TITLE_LENGTH = 500
DEFAULT_CRAWL_TIMEOUT = 60.0
DEFAULT_POLL_INTERVAL = 1.0


class LinksResource:
    """Saves links, polls their crawls, and lists, changes and deletes them."""

    def __init__(self, engine: rt.Engine) -> None:
        self._engine = engine

    async def create(
        self,
        url: str,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        folder_id: str | None = None,
        auto_crawl: bool = True,
        timeout: float | None = None,
    ) -> CreateLinkResult:
        """Save a link.

        The same URL may be saved twice; the second result then has `is_duplicate`.

        Args:
            url: A URL that begins with ``http://`` or ``https://``, at most 2048 characters.
            title: Its title, at most 500 characters. Default: the title of the crawled page.
            tags: At most 40 tags of up to 50 characters each.
            folder_id: The destination folder. Default: none.
            auto_crawl: Crawl the page in the background. Otherwise the crawl stays ``pending``
                until `recrawl` is called.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The saved link, before its page is crawled; `wait_for_crawl` waits for that.

        Raises:
            ValidationError: An argument is not allowed; nothing was sent.
            ResourceNotFoundError: The folder does not exist.
            AionvisionError: The call failed.

        Endpoint: ``POST /user-files/links``
        """
        checked = labels(tags)
        body = CreateLinkRequest(
            url=address(url),
            title=UNSET if title is None else check.text("title", title, 0, MAX_TITLE_LENGTH),
            tags=UNSET if checked is None else checked,
            folder_id=UNSET if folder_id is None else check.identifier("folder_id", folder_id),
            auto_crawl=auto_crawl,
        )
        request = user_files.create_link(body=body).decoding(CreateLinkResult.from_api_response)
        saved = await self._engine.call(request, timeout=timeout)
        # The response does not include these two, which were accepted as sent.
        return evolve(
            saved,
            tags=checked if saved.tags is None else saved.tags,
            folder_id=saved.folder_id or folder_id,
        )

    @rt.opens_callbacks
    async def create_and_wait(
        self,
        url: str,
        *,
        title: str | None = None,
        tags: Sequence[str] | None = None,
        folder_id: str | None = None,
        timeout: float | None = None,
        poll_interval: float | None = None,
    ) -> LinkDetails:
        """Save a link and wait for the end of its crawl: `create`, then `wait_for_crawl`.

        Args:
            url: A URL that begins with ``http://`` or ``https://``, at most 2048 characters.
            title: Its title, at most 500 characters. Default: the title of the crawled page.
            tags: At most 40 tags of up to 50 characters each.
            folder_id: The destination folder. Default: none.
            timeout: Seconds to wait for the crawl. Default: 60.
            poll_interval: Seconds between two polls. Default: 1.

        Returns:
            The link after its crawl has ended or failed: see `is_crawl_failed` and `crawl_error`.

        Raises:
            ValidationError: An argument is not allowed; nothing was sent.
            AionvisionTimeoutError: The link is saved, but its crawl has not ended in time. Resume
                with `wait_for_crawl`; a second save creates a second link.
            AionvisionError: A call failed.

        Endpoint: ``POST /user-files/links``, then ``GET /user-files/{image_id}``
        """
        check.optional_seconds("timeout", timeout)
        check.optional_seconds("poll_interval", poll_interval)
        link = await self.create(url, title=title, tags=tags, folder_id=folder_id)
        return await self.wait_for_crawl(link.id, timeout=timeout, poll_interval=poll_interval)

    async def get(self, link_id: str, *, timeout: float | None = None) -> LinkDetails:
        """Get all details of one link.

        Args:
            link_id: The id of the link, or its first eight characters.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The link does not exist: the id may belong to another file.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files/{image_id}``
        """
        identifier = check.identifier("link_id", link_id)
        request = user_files.get_user_file(identifier).decoding(LinkDetails.from_api_response)
        link = await self._engine.call(request, timeout=timeout)
        kind = link.additional_properties.get("media_type")
        if kind not in (None, "link"):
            raise ResourceNotFoundError(
                "link",
                identifier,
                message=f"{identifier!r} is not a link, but a file of the kind {kind!r}",
            )
        return link

    async def list(
        self,
        *,
        search: str | None = None,
        tags: Sequence[str] | None = None,
        folder_id: str | None = None,
        crawl_status: str | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        limit: int = 20,
        offset: int = 0,
        sort_by: str = "created_at",
        sort_order: str = "desc",
        timeout: float | None = None,
    ) -> LinkList:
        """Get one page of the saved links.

        Args:
            search: The words to search for, at most 200 characters.
            tags: Only links with all of these tags; at most 40 of up to 50 characters each.
            folder_id: Only links directly in this folder.
            crawl_status: Only links in this state: ``pending``, ``queued``, ``processing``,
                ``completed`` or ``failed``. The service does not have this filter: all links that
                match the others are read, 100 in a request.
            date_from: Only links from this moment on. Without a zone it counts as UTC.
            date_to: Only links up to this moment.
            limit: Links in the page, from 1 to 100.
            offset: Links to skip.
            sort_by: ``created_at`` or ``title``.
            sort_order: ``desc`` or ``asc``.
            timeout: Seconds for each request, instead of the client's.

        Returns:
            The links, the total number of matches, and whether there are more.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /user-files``
        """
        page = links(search, tags, folder_id, date_from, date_to, sort_by, sort_order)
        keep = in_state(crawl_status)
        count, skip = size_of_page("limit", limit), check.whole_number("offset", offset, 0)
        if keep is None:
            return await self._engine.call(page(count, skip), timeout=timeout)

        async def fetch(offset: int) -> Page[LinkItem]:
            answer = await self._engine.call(page(MAX_PAGE, offset), timeout=timeout)
            return Page(answer.links, answer.has_more, answer.total_count)

        found = [link async for link in Pages(fetch, lambda link: link.id, keep)]
        return LinkList(found[skip : skip + count], len(found), skip + count < len(found))

    def list_all(
        self,
        *,
        search: str | None = None,
        tags: Sequence[str] | None = None,
        folder_id: str | None = None,
        crawl_status: str | None = None,
        date_from: datetime | None = None,
        date_to: datetime | None = None,
        sort_by: str = "created_at",
        sort_order: str = "desc",
        page_size: int = 50,
    ) -> AsyncIterator[LinkItem]:
        """Iterate over all matching links.

        Nothing is fetched before the first item is requested; then the next page is fetched while
        the current one is read. Iterating over the result again starts a new listing.

        Deleting links while iterating is safe: each that exists from the beginning to the end
        is yielded once. Items added or deleted meanwhile may or may not be yielded. One case
        cannot be detected: a link may be missed if, between two requests, as many are added as
        are deleted.

        Args:
            search: The words to search for, at most 200 characters.
            tags: Only links with all of these tags; at most 40 of up to 50 characters each.
            folder_id: Only links directly in this folder.
            crawl_status: Only links in this state, filtered by the client.
            date_from: Only links from this moment on. Without a zone it counts as UTC.
            date_to: Only links up to this moment.
            sort_by: ``created_at`` or ``title``.
            sort_order: ``desc`` or ``asc``.
            page_size: Links in one request, from 1 to 100.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ServerError: While iterating: a page repeats an earlier one.
            AionvisionError: While iterating: a call failed.

        Endpoint: ``GET /user-files``
        """
        page = links(search, tags, folder_id, date_from, date_to, sort_by, sort_order)
        size = size_of_page("page_size", page_size)

        async def fetch(offset: int) -> Page[LinkItem]:
            answer = await self._engine.call(page(size, offset))
            return Page(answer.links, answer.has_more, answer.total_count)

        return Pages(fetch, lambda link: link.id, in_state(crawl_status))

    async def update(
        self,
        link_id: str,
        *,
        title: str | Unset | None = UNSET,
        tags: Sequence[str] | Unset | None = UNSET,
        timeout: float | None = None,
    ) -> LinkUpdateResult:
        """Change the title, the tags, or both.

        Omitted arguments change nothing; None clears the field.

        Args:
            link_id: The id of the link.
            title: The new title, at most 255 characters: fewer than `create` accepts.
            tags: The new tags, which replace all old ones: at most 40 of up to 50 characters each.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            The new title and tags.

        Raises:
            ValidationError: Neither was passed, or one is out of range; nothing was sent.
            ResourceNotFoundError: The link does not exist.
            AionvisionError: The call failed.

        Endpoint: ``PATCH /user-files/{image_id}``
        """
        identifier = check.identifier("link_id", link_id)
        request = user_files.update_user_file(identifier, body=changes(title, tags))
        answer = request.decoding(LinkUpdateResult.from_api_response)
        return await self._engine.call(answer, timeout=timeout)

    async def delete(self, link_id: str, *, timeout: float | None = None) -> LinkDeleteResult:
        """Delete a link. For 30 days it can be restored in the dashboard, but not by this API.

        Args:
            link_id: The id of the link.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ResourceNotFoundError: The link does not exist, or is deleted already.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /user-files/{image_id}``
        """
        request = user_files.delete_user_file(check.identifier("link_id", link_id))
        answer = request.decoding(LinkDeleteResult.from_api_response)
        return await self._engine.call(answer, timeout=timeout)

    async def batch_delete(
        self, link_ids: Sequence[str], *, timeout: float | None = None
    ) -> BatchDeleteFilesResponse:
        """Delete several links.

        Args:
            link_ids: From 1 to 100 ids, without duplicates.
            timeout: Seconds for the call, instead of the client's.

        Returns:
            Every link in one of three groups. Links that are being crawled are skipped, and no
            error is raised for them or for those that failed.

        Raises:
            ValidationError: Too many ids, none, or duplicates; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /user-files/batch-delete``
        """
        request = library.batch_delete("link_ids", link_ids)
        return await self._engine.call(request, timeout=timeout)

    async def recrawl(self, link_id: str, *, timeout: float | None = None) -> RecrawlLinkResult:
        """Crawl the page of a link again in the background. Once an hour for each link.

        Args:
            link_id: The id of the link.
            timeout: Seconds for the call, instead of the client's.

        Raises:
            ValidationError: The file is not a link, or its crawl has not ended.
            ResourceNotFoundError: The link does not exist.
            RateLimitError: It was recrawled within the last hour.
            AionvisionError: The call failed.

        Endpoint: ``POST /user-files/{link_id}/recrawl``
        """
        request = user_files.recrawl_link(check.identifier("link_id", link_id))
        answer = request.decoding(RecrawlLinkResult.from_api_response)
        return await self._engine.call(answer, timeout=timeout)

    @rt.opens_callbacks
    async def wait_for_crawl(
        self,
        link_id: str,
        *,
        timeout: float | None = None,
        poll_interval: float | None = None,
    ) -> LinkDetails:
        """Wait until the crawl of a link has ended or failed.

        Args:
            link_id: The id of the link.
            timeout: Seconds to wait. Default: 60.
            poll_interval: Seconds between two polls. Default: 1.

        Returns:
            The link: see `is_crawl_complete`, or `is_crawl_failed` and `crawl_error`.

        Raises:
            ResourceNotFoundError: The link does not exist.
            AionvisionTimeoutError: It has not ended in time; `last_result` holds its last state.
                Call this again with the same id to resume the wait.
            AionvisionError: Polling failed, and retrying cannot fix it; `details` has its id.

        Endpoint: ``GET /user-files/{image_id}``
        """
        identifier = check.identifier("link_id", link_id)
        plan = begin(
            self._engine.config,
            timeout,
            poll_interval,
            usual_timeout=DEFAULT_CRAWL_TIMEOUT,
            usual_interval=DEFAULT_POLL_INTERVAL,
        )

        async def call(timeout: float) -> LinkDetails:
            return await self.get(identifier, timeout=timeout)

        return await poll_job(
            self._engine, call, lambda link: not link.is_crawling, plan, crawl(identifier, rt.AWAIT)
        )


__all__ = ["MAX_TAGS", "MAX_TAG_LENGTH", "MAX_URL_LENGTH", "LinksResource"]
