"""Result types, enums and events, one module per subject.

Each name is imported on first use (PEP 562).
"""

from aion._lazy import exports

NAMES: dict[str, str] = {
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
        "PresignedUrlInfo QuotaInfo SkipKind SkipReason UploadBatchStatusResult UploadConfirmation "
        "UploadResult"
    ),
    "aion.types.verify": "VerificationIssue VerificationResult",
    "aion.types.video": (
        "BatchVideoUploadSession ChunkConfirmResult ChunkRetryResult VideoAbortResult "
        "VideoAnalysisJobStatus VideoAnalysisQueueResult VideoAnalysisRetryResult "
        "VideoAnalysisStatus VideoChunkInfo VideoMetadata VideoScene VideoSceneList "
        "VideoUploadProgress VideoUploadResult VideoUploadResults VideoUploadSession "
        "VideoUploadStatus"
    ),
}
"""The exported names of each module; add a new name here."""

__getattr__, __dir__ = exports(__name__, NAMES)
