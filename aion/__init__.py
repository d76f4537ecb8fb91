"""The Python SDK of the Aionvision API.

    from aion import AionVision

    async with AionVision.from_env() as client:
        result = await client.upload_one("photo.jpg")

Names are imported when they are first used (PEP 562), so `import aion` costs next to nothing and
opens nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from aion._references import parse_references, resolve_content
    from aion._tracing import configure_tracing, is_tracing_available, set_correlation_id
    from aion.client import AionVision
    from aion.config import (
        ENV_API_KEY,
        ENV_BASE_URL,
        ENV_ENABLE_TRACING,
        ENV_MAX_RETRIES,
        ENV_POLLING_INTERVAL,
        ENV_POLLING_TIMEOUT,
        ENV_PROXY_URL,
        ENV_RETRY_DELAY,
        ENV_TENANT_ID,
        ENV_TIMEOUT,
        ClientConfig,
        InsecureTransportWarning,
        load_dotenv,
    )
    from aion.exceptions import (
        AionvisionConnectionError,
        AionvisionError,
        AionvisionPermissionError,
        AionvisionTimeoutError,
        AuthenticationError,
        BatchError,
        ChatError,
        CircuitBreakerError,
        CloudStorageError,
        DescriptionError,
        DocumentProcessingError,
        QuotaExceededError,
        RateLimitError,
        ResourceNotFoundError,
        ServerError,
        SSEStreamError,
        UploadError,
        ValidationError,
        VideoAnalysisError,
        VideoUploadError,
    )
    from aion.pipeline import Pipeline
    from aion.resources.chat import ChatSessionContext
    from aion.sync import (
        SyncAgentOperationsResource,
        SyncAgentSearchResource,
        SyncAionVision,
        SyncAuditResource,
        SyncBatchResource,
        SyncChatResource,
        SyncChatSession,
        SyncCloudStorageResource,
        SyncColorsResource,
        SyncDocumentsResource,
        SyncFilesResource,
        SyncFoldersResource,
        SyncLinksResource,
        SyncSettingsResource,
        SyncTenantResource,
        SyncUploadResource,
        SyncVideoAnalysisResource,
        SyncVideoScenesResource,
        SyncVideoUploadsResource,
    )
    from aion.transport import Attempt
    from aion.types.agent import Agent, AgentResult
    from aion.types.agent_operations import (
        ChunkReference,
        DocumentAnalysisResult,
        FolderActionDetail,
        OrganizeResult,
        SynthesizeResult,
    )
    from aion.types.agent_search import (
        DocumentChunkResultItem,
        DocumentSearchAgentResult,
        ImageSearchAgentResult,
        ImageSearchResultItem,
        MatchedSceneItem,
        ResultRefData,
        VideoSearchAgentResult,
        VideoSearchResultItem,
    )
    from aion.types.audit import (
        AuditEventType,
        AuditLogEntry,
        AuditLogList,
        AuditResult,
        AuditSeverity,
    )
    from aion.types.batch import (
        BatchImageInput,
        BatchItemResult,
        BatchItemStatus,
        BatchResults,
        BatchResultsPagination,
        BatchResultsSummary,
        BatchStatus,
        BatchStatusResult,
        BatchSubmissionResult,
        BatchVerifyInput,
    )
    from aion.types.callbacks import (
        CloudStorageJobProgressEvent,
        DescriptionFailedEvent,
        DescriptionProgressEvent,
        DocumentFileCompleteEvent,
        DocumentProcessingFailedEvent,
        DocumentProcessingProgressEvent,
        DocumentUploadProgressEvent,
        FileCompleteEvent,
        UploadProgressEvent,
        VideoAnalysisProgressEvent,
        VideoChunkProgressEvent,
        VideoUploadCompleteEvent,
    )
    from aion.types.chat import (
        ChatImageList,
        ChatMessage,
        ChatResponse,
        ChatSession,
        ChatSessionDetail,
        ChatToken,
        ImageReference,
        PlanActionResponse,
        SessionList,
    )
    from aion.types.cloud_storage import (
        CloudFileInput,
        CloudStorageConnection,
        CloudStorageJob,
        CompleteAuthResult,
        ConnectionList,
        DisconnectResult,
        ExportResult,
        ImportResult,
        InitiateAuthResult,
    )
    from aion.types.colors import (
        HSL,
        LAB,
        RGB,
        BatchColorExtractionResult,
        ColorAnalysis,
        ColorAnalytics,
        ColorBrightness,
        ColorExtractionResult,
        ColorExtractionStatus,
        ColorFamily,
        ColorFamilyInfo,
        ColorSaturation,
        ColorSearchResponse,
        ColorSearchResult,
        ColorTemperature,
        DominantColor,
    )
    from aion.types.common import (
        ChatTokenType,
        CloudStorageJobStatus,
        CloudStorageJobType,
        CloudStorageProvider,
        DescriptionStatus,
        MessageRole,
        StorageTarget,
    )
    from aion.types.context import ExecutionContext, TypedSlot
    from aion.types.contracts import AgentCapability, AgentContract, TypedInput, TypedOutput
    from aion.types.data_types import (
        AnalysisResult,
        CategorizationResult,
        Category,
        CrossRefResult,
        DataTypeDefinition,
        DataTypeRegistry,
        FolderResult,
        TextResult,
        get_default_registry,
    )
    from aion.types.describe import DescriptionErrorType, DescriptionFailure, DescriptionResult
    from aion.types.documents import (
        BatchDocumentUploadResults,
        DocumentBatchConfirmItem,
        DocumentBatchConfirmResult,
        DocumentBatchDeleteResponse,
        DocumentBatchFileInfo,
        DocumentBatchPrepareResult,
        DocumentBatchStatusItem,
        DocumentBatchStatusResult,
        DocumentChunk,
        DocumentChunksResponse,
        DocumentConfirmResult,
        DocumentDeleteResult,
        DocumentDetails,
        DocumentItem,
        DocumentList,
        DocumentPresignedUploadResult,
        DocumentProcessingErrorType,
        DocumentProcessingFailure,
        DocumentProcessingStatus,
        DocumentQuotaCheck,
        DocumentSearchResponse,
        DocumentSearchResult,
        DocumentStatusResult,
        DocumentUploadResult,
    )
    from aion.types.file_collection import FileCollection, FileRef
    from aion.types.file_resolver import FileResolutionError, FileResolver
    from aion.types.files import (
        BatchDeleteFileResult,
        BatchDeleteFilesResponse,
        DeleteFileResult,
        FileList,
        FullDescription,
        ProcessingHistory,
        UpdateFileResult,
        UserFile,
        UserFileDetails,
    )
    from aion.types.folders import (
        DeleteFolderResult,
        Folder,
        FolderBreadcrumb,
        FolderBreadcrumbs,
        FolderContents,
        FolderTree,
        MoveFilesResult,
    )
    from aion.types.links import (
        CreateLinkResult,
        LinkCrawlStatus,
        LinkDeleteResult,
        LinkDetails,
        LinkItem,
        LinkList,
        LinkOGMetadata,
        LinkUpdateResult,
        RecrawlLinkResult,
    )
    from aion.types.pipeline import PipelineResult, PipelineStep, StepResult
    from aion.types.references import DocumentRef, ImageRef, LinkRef, ParsedReferences
    from aion.types.tenant import MemberRole, TenantLimits, TenantMember, TenantSettings
    from aion.types.upload import (
        BatchConfirmResult,
        BatchPrepareResult,
        BatchUploadResults,
        ConfirmResult,
        FileInfo,
        PresignedUrlInfo,
        QuotaInfo,
        UploadBatchStatusResult,
        UploadConfirmation,
        UploadResult,
    )
    from aion.types.verify import VerificationIssue, VerificationResult
    from aion.types.video import (
        BatchVideoUploadSession,
        ChunkConfirmResult,
        ChunkRetryResult,
        VideoAbortResult,
        VideoAnalysisJobStatus,
        VideoAnalysisQueueResult,
        VideoAnalysisRetryResult,
        VideoAnalysisStatus,
        VideoChunkInfo,
        VideoMetadata,
        VideoScene,
        VideoSceneList,
        VideoUploadProgress,
        VideoUploadResult,
        VideoUploadSession,
        VideoUploadStatus,
    )

__version__ = "0.4.0"

_HOMES = {
    "aion._references": "parse_references resolve_content",
    "aion._tracing": "configure_tracing is_tracing_available set_correlation_id",
    "aion.client": "AionVision",
    "aion.config": (
        "ClientConfig ENV_API_KEY ENV_BASE_URL ENV_ENABLE_TRACING ENV_MAX_RETRIES "
        "ENV_POLLING_INTERVAL ENV_POLLING_TIMEOUT ENV_PROXY_URL ENV_RETRY_DELAY ENV_TENANT_ID "
        "ENV_TIMEOUT InsecureTransportWarning load_dotenv"
    ),
    "aion.exceptions": (
        "AionvisionConnectionError AionvisionError AionvisionPermissionError "
        "AionvisionTimeoutError AuthenticationError BatchError ChatError CircuitBreakerError "
        "CloudStorageError DescriptionError DocumentProcessingError QuotaExceededError "
        "RateLimitError ResourceNotFoundError SSEStreamError ServerError UploadError "
        "ValidationError VideoAnalysisError VideoUploadError"
    ),
    "aion.pipeline": "Pipeline",
    "aion.resources.chat": "ChatSessionContext",
    "aion.sync": (
        "SyncAgentOperationsResource SyncAgentSearchResource SyncAionVision SyncAuditResource "
        "SyncBatchResource SyncChatResource SyncChatSession SyncCloudStorageResource "
        "SyncColorsResource SyncDocumentsResource SyncFilesResource SyncFoldersResource "
        "SyncLinksResource SyncSettingsResource SyncTenantResource SyncUploadResource "
        "SyncVideoAnalysisResource SyncVideoScenesResource SyncVideoUploadsResource"
    ),
    "aion.transport": "Attempt",
    "aion.types.agent": "Agent AgentResult",
    "aion.types.agent_operations": (
        "ChunkReference DocumentAnalysisResult FolderActionDetail OrganizeResult SynthesizeResult"
    ),
    "aion.types.agent_search": (
        "DocumentChunkResultItem DocumentSearchAgentResult ImageSearchAgentResult "
        "ImageSearchResultItem MatchedSceneItem ResultRefData VideoSearchAgentResult "
        "VideoSearchResultItem"
    ),
    "aion.types.audit": "AuditEventType AuditLogEntry AuditLogList AuditResult AuditSeverity",
    "aion.types.batch": (
        "BatchImageInput BatchItemResult BatchItemStatus BatchResults BatchResultsPagination "
        "BatchResultsSummary BatchStatus BatchStatusResult BatchSubmissionResult "
        "BatchVerifyInput"
    ),
    "aion.types.callbacks": (
        "CloudStorageJobProgressEvent DescriptionFailedEvent DescriptionProgressEvent "
        "DocumentFileCompleteEvent DocumentProcessingFailedEvent "
        "DocumentProcessingProgressEvent DocumentUploadProgressEvent FileCompleteEvent "
        "UploadProgressEvent VideoAnalysisProgressEvent VideoChunkProgressEvent "
        "VideoUploadCompleteEvent"
    ),
    "aion.types.chat": (
        "ChatImageList ChatMessage ChatResponse ChatSession ChatSessionDetail ChatToken "
        "ImageReference PlanActionResponse SessionList"
    ),
    "aion.types.cloud_storage": (
        "CloudFileInput CloudStorageConnection CloudStorageJob CompleteAuthResult "
        "ConnectionList DisconnectResult ExportResult ImportResult InitiateAuthResult"
    ),
    "aion.types.colors": (
        "BatchColorExtractionResult ColorAnalysis ColorAnalytics ColorBrightness "
        "ColorExtractionResult ColorExtractionStatus ColorFamily ColorFamilyInfo "
        "ColorSaturation ColorSearchResponse ColorSearchResult ColorTemperature DominantColor "
        "HSL LAB RGB"
    ),
    "aion.types.common": (
        "ChatTokenType CloudStorageJobStatus CloudStorageJobType CloudStorageProvider "
        "DescriptionStatus MessageRole StorageTarget"
    ),
    "aion.types.context": "ExecutionContext TypedSlot",
    "aion.types.contracts": "AgentCapability AgentContract TypedInput TypedOutput",
    "aion.types.data_types": (
        "AnalysisResult CategorizationResult Category CrossRefResult DataTypeDefinition "
        "DataTypeRegistry FolderResult TextResult get_default_registry"
    ),
    "aion.types.describe": "DescriptionErrorType DescriptionFailure DescriptionResult",
    "aion.types.documents": (
        "BatchDocumentUploadResults DocumentBatchConfirmItem DocumentBatchConfirmResult "
        "DocumentBatchDeleteResponse DocumentBatchFileInfo DocumentBatchPrepareResult "
        "DocumentBatchStatusItem DocumentBatchStatusResult DocumentChunk "
        "DocumentChunksResponse DocumentConfirmResult DocumentDeleteResult DocumentDetails "
        "DocumentItem DocumentList DocumentPresignedUploadResult DocumentProcessingErrorType "
        "DocumentProcessingFailure DocumentProcessingStatus DocumentQuotaCheck "
        "DocumentSearchResponse DocumentSearchResult DocumentStatusResult "
        "DocumentUploadResult"
    ),
    "aion.types.file_collection": "FileCollection FileRef",
    "aion.types.file_resolver": "FileResolutionError FileResolver",
    "aion.types.files": (
        "BatchDeleteFileResult BatchDeleteFilesResponse DeleteFileResult FileList "
        "FullDescription ProcessingHistory UpdateFileResult UserFile UserFileDetails"
    ),
    "aion.types.folders": (
        "DeleteFolderResult Folder FolderBreadcrumb FolderBreadcrumbs FolderContents "
        "FolderTree MoveFilesResult"
    ),
    "aion.types.links": (
        "CreateLinkResult LinkCrawlStatus LinkDeleteResult LinkDetails LinkItem LinkList "
        "LinkOGMetadata LinkUpdateResult RecrawlLinkResult"
    ),
    "aion.types.pipeline": "PipelineResult PipelineStep StepResult",
    "aion.types.references": "DocumentRef ImageRef LinkRef ParsedReferences",
    "aion.types.tenant": "MemberRole TenantLimits TenantMember TenantSettings",
    "aion.types.upload": (
        "BatchConfirmResult BatchPrepareResult BatchUploadResults ConfirmResult FileInfo "
        "PresignedUrlInfo QuotaInfo UploadBatchStatusResult UploadConfirmation UploadResult"
    ),
    "aion.types.verify": "VerificationIssue VerificationResult",
    "aion.types.video": (
        "BatchVideoUploadSession ChunkConfirmResult ChunkRetryResult VideoAbortResult "
        "VideoAnalysisJobStatus VideoAnalysisQueueResult VideoAnalysisRetryResult "
        "VideoAnalysisStatus VideoChunkInfo VideoMetadata VideoScene VideoSceneList "
        "VideoUploadProgress VideoUploadResult VideoUploadSession VideoUploadStatus"
    ),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names.split()}

__all__ = [
    "__version__",
    "parse_references",
    "resolve_content",
    "configure_tracing",
    "is_tracing_available",
    "set_correlation_id",
    "AionVision",
    "ClientConfig",
    "ENV_API_KEY",
    "ENV_BASE_URL",
    "ENV_ENABLE_TRACING",
    "ENV_MAX_RETRIES",
    "ENV_POLLING_INTERVAL",
    "ENV_POLLING_TIMEOUT",
    "ENV_PROXY_URL",
    "ENV_RETRY_DELAY",
    "ENV_TENANT_ID",
    "ENV_TIMEOUT",
    "InsecureTransportWarning",
    "load_dotenv",
    "AionvisionConnectionError",
    "AionvisionError",
    "AionvisionPermissionError",
    "AionvisionTimeoutError",
    "AuthenticationError",
    "BatchError",
    "ChatError",
    "CircuitBreakerError",
    "CloudStorageError",
    "DescriptionError",
    "DocumentProcessingError",
    "QuotaExceededError",
    "RateLimitError",
    "ResourceNotFoundError",
    "SSEStreamError",
    "ServerError",
    "UploadError",
    "ValidationError",
    "VideoAnalysisError",
    "VideoUploadError",
    "Pipeline",
    "ChatSessionContext",
    "SyncAgentOperationsResource",
    "SyncAgentSearchResource",
    "SyncAionVision",
    "SyncAuditResource",
    "SyncBatchResource",
    "SyncChatResource",
    "SyncChatSession",
    "SyncCloudStorageResource",
    "SyncColorsResource",
    "SyncDocumentsResource",
    "SyncFilesResource",
    "SyncFoldersResource",
    "SyncLinksResource",
    "SyncSettingsResource",
    "SyncTenantResource",
    "SyncUploadResource",
    "SyncVideoAnalysisResource",
    "SyncVideoScenesResource",
    "SyncVideoUploadsResource",
    "Attempt",
    "Agent",
    "AgentResult",
    "ChunkReference",
    "DocumentAnalysisResult",
    "FolderActionDetail",
    "OrganizeResult",
    "SynthesizeResult",
    "DocumentChunkResultItem",
    "DocumentSearchAgentResult",
    "ImageSearchAgentResult",
    "ImageSearchResultItem",
    "MatchedSceneItem",
    "ResultRefData",
    "VideoSearchAgentResult",
    "VideoSearchResultItem",
    "AuditEventType",
    "AuditLogEntry",
    "AuditLogList",
    "AuditResult",
    "AuditSeverity",
    "BatchImageInput",
    "BatchItemResult",
    "BatchItemStatus",
    "BatchResults",
    "BatchResultsPagination",
    "BatchResultsSummary",
    "BatchStatus",
    "BatchStatusResult",
    "BatchSubmissionResult",
    "BatchVerifyInput",
    "CloudStorageJobProgressEvent",
    "DescriptionFailedEvent",
    "DescriptionProgressEvent",
    "DocumentFileCompleteEvent",
    "DocumentProcessingFailedEvent",
    "DocumentProcessingProgressEvent",
    "DocumentUploadProgressEvent",
    "FileCompleteEvent",
    "UploadProgressEvent",
    "VideoAnalysisProgressEvent",
    "VideoChunkProgressEvent",
    "VideoUploadCompleteEvent",
    "ChatImageList",
    "ChatMessage",
    "ChatResponse",
    "ChatSession",
    "ChatSessionDetail",
    "ChatToken",
    "ImageReference",
    "PlanActionResponse",
    "SessionList",
    "CloudFileInput",
    "CloudStorageConnection",
    "CloudStorageJob",
    "CompleteAuthResult",
    "ConnectionList",
    "DisconnectResult",
    "ExportResult",
    "ImportResult",
    "InitiateAuthResult",
    "BatchColorExtractionResult",
    "ColorAnalysis",
    "ColorAnalytics",
    "ColorBrightness",
    "ColorExtractionResult",
    "ColorExtractionStatus",
    "ColorFamily",
    "ColorFamilyInfo",
    "ColorSaturation",
    "ColorSearchResponse",
    "ColorSearchResult",
    "ColorTemperature",
    "DominantColor",
    "HSL",
    "LAB",
    "RGB",
    "ChatTokenType",
    "CloudStorageJobStatus",
    "CloudStorageJobType",
    "CloudStorageProvider",
    "DescriptionStatus",
    "MessageRole",
    "StorageTarget",
    "ExecutionContext",
    "TypedSlot",
    "AgentCapability",
    "AgentContract",
    "TypedInput",
    "TypedOutput",
    "AnalysisResult",
    "CategorizationResult",
    "Category",
    "CrossRefResult",
    "DataTypeDefinition",
    "DataTypeRegistry",
    "FolderResult",
    "TextResult",
    "get_default_registry",
    "DescriptionErrorType",
    "DescriptionFailure",
    "DescriptionResult",
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
    "FileCollection",
    "FileRef",
    "FileResolutionError",
    "FileResolver",
    "BatchDeleteFileResult",
    "BatchDeleteFilesResponse",
    "DeleteFileResult",
    "FileList",
    "FullDescription",
    "ProcessingHistory",
    "UpdateFileResult",
    "UserFile",
    "UserFileDetails",
    "DeleteFolderResult",
    "Folder",
    "FolderBreadcrumb",
    "FolderBreadcrumbs",
    "FolderContents",
    "FolderTree",
    "MoveFilesResult",
    "CreateLinkResult",
    "LinkCrawlStatus",
    "LinkDeleteResult",
    "LinkDetails",
    "LinkItem",
    "LinkList",
    "LinkOGMetadata",
    "LinkUpdateResult",
    "RecrawlLinkResult",
    "PipelineResult",
    "PipelineStep",
    "StepResult",
    "DocumentRef",
    "ImageRef",
    "LinkRef",
    "ParsedReferences",
    "MemberRole",
    "TenantLimits",
    "TenantMember",
    "TenantSettings",
    "BatchConfirmResult",
    "BatchPrepareResult",
    "BatchUploadResults",
    "ConfirmResult",
    "FileInfo",
    "PresignedUrlInfo",
    "QuotaInfo",
    "UploadBatchStatusResult",
    "UploadConfirmation",
    "UploadResult",
    "VerificationIssue",
    "VerificationResult",
    "BatchVideoUploadSession",
    "ChunkConfirmResult",
    "ChunkRetryResult",
    "VideoAbortResult",
    "VideoAnalysisJobStatus",
    "VideoAnalysisQueueResult",
    "VideoAnalysisRetryResult",
    "VideoAnalysisStatus",
    "VideoChunkInfo",
    "VideoMetadata",
    "VideoScene",
    "VideoSceneList",
    "VideoUploadProgress",
    "VideoUploadResult",
    "VideoUploadSession",
    "VideoUploadStatus",
]


def __getattr__(name: str) -> Any:
    home = _HOME.get(name)
    if home is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(import_module(home), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *_HOME})
