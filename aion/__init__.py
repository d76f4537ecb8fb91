"""The Python SDK of the Aionvision API.

    from aion import AionVision

    async with AionVision.from_env() as client:
        result = await client.upload_one("photo.jpg")

Names are imported when they are first used (PEP 562), so `import aion` costs next to nothing and
opens nothing.
"""

from typing import TYPE_CHECKING

from aion import types
from aion._lazy import exports, homes

if TYPE_CHECKING:
    from aion._engine.tracing import configure_tracing, is_tracing_available, set_correlation_id
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
    from aion.types import *  # noqa: F403 - every name of it is a name of this package
    from aion.types._markup import parse_references, resolve_content

from aion._version import __version__

_NAMES = {
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
}

__all__: list[str] = [
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
]
__all__ += types.__all__

# Hidden from type checkers, which would otherwise accept any name at all.
if not TYPE_CHECKING:
    __getattr__, __dir__ = exports(__name__, types.HOME | homes(_NAMES))
