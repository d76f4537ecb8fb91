"""Result types, enums and events, one module a subject; every name is loaded on first use."""

from typing import TYPE_CHECKING, Final

from aion._lazy import exports, homes

if TYPE_CHECKING:
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
    from aion.types.raw import RawResponse
    from aion.types.references import DocumentRef, ImageRef, LinkRef, ParsedReferences
    from aion.types.settings import S3ConfigStatus, S3ValidationResult
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

_NAMES: Final = {
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
        "DocumentBatchStatusItem DocumentBatchStatusResult DocumentChunk DocumentChunksResponse "
        "DocumentConfirmResult DocumentDeleteResult DocumentDetails DocumentItem DocumentList "
        "DocumentPresignedUploadResult DocumentProcessingErrorType DocumentProcessingFailure "
        "DocumentProcessingStatus DocumentQuotaCheck DocumentSearchResponse "
        "DocumentSearchResult DocumentStatusResult DocumentUploadResult"
    ),
    "aion.types.file_collection": "FileCollection FileRef",
    "aion.types.file_resolver": "FileResolutionError FileResolver",
    "aion.types.files": (
        "BatchDeleteFileResult BatchDeleteFilesResponse DeleteFileResult FileList "
        "FullDescription ProcessingHistory UpdateFileResult UserFile UserFileDetails"
    ),
    "aion.types.folders": (
        "DeleteFolderResult Folder FolderBreadcrumb FolderBreadcrumbs FolderContents FolderTree "
        "MoveFilesResult"
    ),
    "aion.types.links": (
        "CreateLinkResult LinkCrawlStatus LinkDeleteResult LinkDetails LinkItem LinkList "
        "LinkOGMetadata LinkUpdateResult RecrawlLinkResult"
    ),
    "aion.types.pipeline": "PipelineResult PipelineStep StepResult",
    "aion.types.raw": "RawResponse",
    "aion.types.references": "DocumentRef ImageRef LinkRef ParsedReferences",
    "aion.types.settings": "S3ConfigStatus S3ValidationResult",
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
HOME: Final = homes(_NAMES)
"""The module of each name."""

# fmt: off
__all__ = [
    "Agent", "AgentCapability", "AgentContract", "AgentResult", "AnalysisResult", "AuditEventType",
    "AuditLogEntry", "AuditLogList", "AuditResult", "AuditSeverity", "BatchColorExtractionResult",
    "BatchConfirmResult", "BatchDeleteFileResult", "BatchDeleteFilesResponse",
    "BatchDocumentUploadResults", "BatchImageInput", "BatchItemResult", "BatchItemStatus",
    "BatchPrepareResult", "BatchResults", "BatchResultsPagination", "BatchResultsSummary",
    "BatchStatus", "BatchStatusResult", "BatchSubmissionResult", "BatchUploadResults",
    "BatchVerifyInput", "BatchVideoUploadSession", "CategorizationResult", "Category",
    "ChatImageList", "ChatMessage", "ChatResponse", "ChatSession", "ChatSessionDetail", "ChatToken",
    "ChatTokenType", "ChunkConfirmResult", "ChunkReference", "ChunkRetryResult", "CloudFileInput",
    "CloudStorageConnection", "CloudStorageJob", "CloudStorageJobProgressEvent",
    "CloudStorageJobStatus", "CloudStorageJobType", "CloudStorageProvider", "ColorAnalysis",
    "ColorAnalytics", "ColorBrightness", "ColorExtractionResult", "ColorExtractionStatus",
    "ColorFamily", "ColorFamilyInfo", "ColorSaturation", "ColorSearchResponse", "ColorSearchResult",
    "ColorTemperature", "CompleteAuthResult", "ConfirmResult", "ConnectionList", "CreateLinkResult",
    "CrossRefResult", "DataTypeDefinition", "DataTypeRegistry", "DeleteFileResult",
    "DeleteFolderResult", "DescriptionErrorType", "DescriptionFailedEvent", "DescriptionFailure",
    "DescriptionProgressEvent", "DescriptionResult", "DescriptionStatus", "DisconnectResult",
    "DocumentAnalysisResult", "DocumentBatchConfirmItem", "DocumentBatchConfirmResult",
    "DocumentBatchDeleteResponse", "DocumentBatchFileInfo", "DocumentBatchPrepareResult",
    "DocumentBatchStatusItem", "DocumentBatchStatusResult", "DocumentChunk",
    "DocumentChunkResultItem", "DocumentChunksResponse", "DocumentConfirmResult",
    "DocumentDeleteResult", "DocumentDetails", "DocumentFileCompleteEvent", "DocumentItem",
    "DocumentList", "DocumentPresignedUploadResult", "DocumentProcessingErrorType",
    "DocumentProcessingFailedEvent", "DocumentProcessingFailure", "DocumentProcessingProgressEvent",
    "DocumentProcessingStatus", "DocumentQuotaCheck", "DocumentRef", "DocumentSearchAgentResult",
    "DocumentSearchResponse", "DocumentSearchResult", "DocumentStatusResult",
    "DocumentUploadProgressEvent", "DocumentUploadResult", "DominantColor", "ExecutionContext",
    "ExportResult", "FileCollection", "FileCompleteEvent", "FileInfo", "FileList", "FileRef",
    "FileResolutionError", "FileResolver", "Folder", "FolderActionDetail", "FolderBreadcrumb",
    "FolderBreadcrumbs", "FolderContents", "FolderResult", "FolderTree", "FullDescription", "HSL",
    "ImageRef", "ImageReference", "ImageSearchAgentResult", "ImageSearchResultItem", "ImportResult",
    "InitiateAuthResult", "LAB", "LinkCrawlStatus", "LinkDeleteResult", "LinkDetails", "LinkItem",
    "LinkList", "LinkOGMetadata", "LinkRef", "LinkUpdateResult", "MatchedSceneItem", "MemberRole",
    "MessageRole", "MoveFilesResult", "OrganizeResult", "ParsedReferences", "PipelineResult",
    "PipelineStep", "PlanActionResponse", "PresignedUrlInfo", "ProcessingHistory", "QuotaInfo",
    "RGB", "RawResponse", "RecrawlLinkResult", "ResultRefData", "S3ConfigStatus",
    "S3ValidationResult", "SessionList", "StepResult", "StorageTarget", "SynthesizeResult",
    "TenantLimits", "TenantMember", "TenantSettings", "TextResult", "TypedInput", "TypedOutput",
    "TypedSlot", "UpdateFileResult", "UploadBatchStatusResult", "UploadConfirmation",
    "UploadProgressEvent", "UploadResult", "UserFile", "UserFileDetails", "VerificationIssue",
    "VerificationResult", "VideoAbortResult", "VideoAnalysisJobStatus",
    "VideoAnalysisProgressEvent", "VideoAnalysisQueueResult", "VideoAnalysisRetryResult",
    "VideoAnalysisStatus", "VideoChunkInfo", "VideoChunkProgressEvent", "VideoMetadata",
    "VideoScene", "VideoSceneList", "VideoSearchAgentResult", "VideoSearchResultItem",
    "VideoUploadCompleteEvent", "VideoUploadProgress", "VideoUploadResult", "VideoUploadSession",
    "VideoUploadStatus", "get_default_registry",
]
# fmt: on

# Hidden from type checkers, which would otherwise accept any name at all.
if not TYPE_CHECKING:
    __getattr__, __dir__ = exports(__name__, HOME)
