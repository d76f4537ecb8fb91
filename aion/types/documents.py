"""Documents: the library, search, uploads, and the processing status."""

from __future__ import annotations

from aion.types._document_batches import (
    DocumentBatchConfirmItem,
    DocumentBatchConfirmResult,
    DocumentBatchFileInfo,
    DocumentBatchPrepareResult,
    DocumentBatchStatusItem,
    DocumentBatchStatusResult,
)
from aion.types._document_intake import (
    DocumentConfirmResult,
    DocumentPresignedUploadResult,
    DocumentQuotaCheck,
)
from aion.types._document_library import (
    DocumentBatchDeleteResponse,
    DocumentChunk,
    DocumentChunksResponse,
    DocumentDeleteResult,
    DocumentDetails,
    DocumentItem,
    DocumentList,
    DocumentSearchResponse,
    DocumentSearchResult,
)
from aion.types._document_processing import (
    DocumentProcessingErrorType,
    DocumentProcessingFailure,
    DocumentProcessingStatus,
    DocumentStatusResult,
)
from aion.types._document_results import BatchDocumentUploadResults, DocumentUploadResult

__all__ = [
    "BatchDocumentUploadResults",
    "DocumentBatchConfirmItem",
    "DocumentBatchConfirmResult",
    "DocumentBatchDeleteResponse",
    "DocumentBatchFileInfo",
    "DocumentBatchPrepareResult",
    "DocumentBatchStatusItem",
    "DocumentBatchStatusResult",
    "DocumentChunk",
    "DocumentChunksResponse",
    "DocumentConfirmResult",
    "DocumentDeleteResult",
    "DocumentDetails",
    "DocumentItem",
    "DocumentList",
    "DocumentPresignedUploadResult",
    "DocumentProcessingErrorType",
    "DocumentProcessingFailure",
    "DocumentProcessingStatus",
    "DocumentQuotaCheck",
    "DocumentSearchResponse",
    "DocumentSearchResult",
    "DocumentStatusResult",
    "DocumentUploadResult",
]
