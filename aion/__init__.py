"""The Python SDK of the Aionvision API.

    from aion import AionVision

    async with AionVision.from_env() as client:
        result = await client.upload_one("photo.jpg")

Names are imported when they are first used (PEP 562), so `import aion` costs next to nothing and
opens nothing.
"""

from typing import Final

from aion import types
from aion._lazy import exports

_NAMES: Final = {
    **types.NAMES,
    "aion.types._markup": "parse_references resolve_content",
    "aion._engine.tracing": "configure_tracing is_tracing_available set_correlation_id",
    "aion.client": "AionVision",
    "aion.config": (
        "ClientConfig ENV_API_KEY ENV_BASE_URL ENV_ENABLE_TRACING ENV_MAX_RETRIES "
        "ENV_POLLING_INTERVAL ENV_POLLING_TIMEOUT ENV_PROXY_URL ENV_RETRY_DELAY ENV_TENANT_ID "
        "ENV_TIMEOUT InsecureTransportWarning load_dotenv"
    ),
    "aion.exceptions": (
        "AionvisionConnectionError AionvisionError AionvisionPermissionError "
        "AionvisionTimeoutError AuthenticationError BatchError ChatError CircuitBreakerError "
        "CloudStorageError ConfigurationError DependencyError DescriptionError "
        "DocumentProcessingError MissingOperationError NotOpenError QuotaExceededError "
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
    "aion._version": "__version__",
    "aion.transport": "Attempt",
}

__getattr__, __dir__ = exports(__name__, _NAMES)
