"""`client.documents`: upload documents, read their text, and search them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping, Sequence
from typing import Any, cast

from aion import _checks as check
from aion._flows.paging import Pages
from aion._requests.page import Page
from aion.resources import _documents_presigned, _documents_upload
from aion.resources._documents_upload import DocumentUploads
from aion.types.documents import (
    DocumentBatchDeleteResponse,
    DocumentChunksResponse,
    DocumentDetails,
    DocumentItem,
    DocumentList,
    DocumentProcessingStatus,
    DocumentSearchResponse,
)
from aion.uploads import _expand, _media_types
from aion_api import UNSET
from aion_api.api import documents
from aion_api.models.documents import BatchDeleteDocumentsRequest, DocumentSearchRequestAPI

EXTENSION_TO_CONTENT_TYPE = dict(_media_types.DOCUMENT_TYPES)
ALLOWED_CONTENT_TYPES = set(EXTENSION_TO_CONTENT_TYPE.values())
SUPPORTED_DOCUMENT_EXTENSIONS = set(EXTENSION_TO_CONTENT_TYPE)
MAX_FILE_SIZE_BYTES = _documents_presigned.LARGEST
BATCH_CHUNK_SIZE = _documents_upload.BATCH_CHUNK_SIZE
MAX_BATCH_FILES = _expand.MOST_FILES
DEFAULT_PROCESSING_TIMEOUT = _documents_upload.DEFAULT_PROCESSING_TIMEOUT
_STATES = tuple(state.value for state in DocumentProcessingStatus)
_MOST = 100


class DocumentsResource(DocumentUploads):
    """Uploads documents, reads their text, and searches them."""

    async def list(
        self,
        *,
        page: int = 1,
        page_size: int = 20,
        status_filter: DocumentProcessingStatus | str | None = None,
    ) -> DocumentList:
        """Get one page of the documents.

        Args:
            page: The number of the page, from 1.
            page_size: Documents in the page, from 1 to 100.
            status_filter: Only documents in this state: ``pending``, ``processing``,
                ``completed`` or ``failed``.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``GET /documents``
        """
        request = documents.list_documents(
            page=check.whole_number("page", page, 1),
            page_size=check.whole_number("page_size", page_size, 1, _MOST),
            status_filter=_state(status_filter),
        )
        return await self._engine.call(request.decoding(DocumentList.from_api_response))

    def list_all(
        self,
        *,
        page_size: int = 50,
        status_filter: DocumentProcessingStatus | str | None = None,
    ) -> AsyncIterator[DocumentItem]:
        """Iterate over all documents; pages are fetched as needed. Each loop starts a new listing.

        Deleting documents while iterating is safe: each that exists from the beginning to the end
        is yielded once. Items added or deleted meanwhile may or may not be yielded. One case
        cannot be detected: a document may be missed if, between two requests, as many are added
        as are deleted.

        Args:
            page_size: Documents in one request, from 1 to 100.
            status_filter: Only documents in this state, as in `list`.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            ServerError: A page repeats an earlier one.
            AionvisionError: A call failed.

        Endpoint: ``GET /documents``
        """
        size = check.whole_number("page_size", page_size, 1, _MOST)
        state = _state(status_filter)
        served = size

        async def fetch(offset: int) -> Page[DocumentItem]:
            nonlocal served
            number = offset // served
            page = await self.list(
                page=number + 1, page_size=served if offset else size, status_filter=state
            )
            if not offset:
                # The service may return smaller pages than requested, and numbers them accordingly.
                served = min(size, page.page_size) or size
            start, stop = number * served, (number + 1) * served
            return Page(page.documents, page.has_more, page.total_count, start, stop)

        return Pages(fetch, lambda document: document.id)

    async def get(self, document_id: str) -> DocumentDetails:
        """Get one document. Its title and tags are in `client.files.get`.

        Args:
            document_id: The document.

        Raises:
            ResourceNotFoundError: The document does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /documents/{document_id}``
        """
        request = documents.get_document(check.identifier("document_id", document_id))
        return await self._engine.call(request.decoding(DocumentDetails.from_api_response))

    async def get_text(self, document_id: str) -> str:
        """Get the whole text of a document.

        Args:
            document_id: A document that is processed.

        Raises:
            ResourceNotFoundError: The document does not exist.
            ValidationError: It is not processed yet, or its processing failed.
            AionvisionError: The call failed.

        Endpoint: ``GET /documents/{document_id}/text``
        """
        request = documents.get_document_text(check.identifier("document_id", document_id))
        return await self._engine.call(request.decoding(_text))

    async def get_chunks(
        self, document_id: str, *, include_embeddings: bool = False
    ) -> DocumentChunksResponse:
        """Get the passages of a document that the search uses.

        Args:
            document_id: A document that is processed.
            include_embeddings: Include their vectors. The newer service only reports the progress
                of these, in `status_counts`.

        Raises:
            ResourceNotFoundError: The document does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /documents/{document_id}/chunks``
        """
        request = documents.get_document_chunks(
            check.identifier("document_id", document_id), include_embeddings=include_embeddings
        )
        return await self._engine.call(request.decoding(DocumentChunksResponse.from_api_response))

    async def download(self, document_id: str) -> str:
        """Get a presigned URL of the original file, valid for one hour. Do not send your key there.

        Args:
            document_id: The document.

        Raises:
            ResourceNotFoundError: The document does not exist.
            AionvisionError: The call failed.

        Endpoint: ``GET /documents/{document_id}/download``
        """
        identifier = check.identifier("document_id", document_id)
        location = await self._engine.call(documents.download_document(identifier))
        return self._engine.absolute(location)

    async def search(
        self,
        query: str,
        *,
        limit: int = 20,
        similarity_threshold: float = 0.3,
        document_ids: Sequence[str] | None = None,
    ) -> DocumentSearchResponse:
        """Search the text of documents by meaning.

        Args:
            query: The search text, from 1 to 1,000 characters.
            limit: Most passages to return, from 1 to 100.
            similarity_threshold: The lowest score that a passage may have, from 0 to 1.
            document_ids: Only in these documents; all by default.

        Returns:
            The matching passages, best first.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /documents/search``
        """
        body = DocumentSearchRequestAPI(
            query=check.text("query", query, 1, 1000),
            limit=check.whole_number("limit", limit, 1, 100),
            similarity_threshold=check.number("similarity_threshold", similarity_threshold, 0, 1),
            document_ids=UNSET
            if document_ids is None
            else check.identifiers("document_ids", document_ids, most=_expand.MOST_FILES),
        )
        request = documents.search_documents(body=body)
        return await self._engine.call(request.decoding(DocumentSearchResponse.from_api_response))

    async def delete(self, document_id: str) -> None:
        """Delete a document.

        Args:
            document_id: The document.

        Raises:
            ResourceNotFoundError: The document does not exist.
            ValidationError: It is still being processed.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /documents/{document_id}``
        """
        await self._engine.call(
            documents.delete_document(check.identifier("document_id", document_id))
        )

    async def batch_delete(self, document_ids: Sequence[str]) -> DocumentBatchDeleteResponse:
        """Delete several documents; each has its own outcome.

        Args:
            document_ids: 1 to 100 documents, without duplicates.

        Returns:
            The deleted documents, those that were skipped because they are being processed, and
            those that could not be deleted.

        Raises:
            ValidationError: There are too few or too many ids, or duplicates; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /documents/batch-delete``
        """
        ids = check.identifiers("document_ids", document_ids, most=_MOST)
        request = documents.batch_delete_documents(body=BatchDeleteDocumentsRequest(ids))
        return await self._engine.call(
            request.decoding(DocumentBatchDeleteResponse.from_api_response)
        )


def _state(value: DocumentProcessingStatus | str | None) -> str | None:
    return None if value is None else check.choice("status_filter", value, _STATES)


def _text(data: Any) -> str:
    return str(cast("Mapping[str, Any]", data)["text"] if isinstance(data, Mapping) else data)
