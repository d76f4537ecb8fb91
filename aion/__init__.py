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
    from aion.sync import SyncAionVision, SyncFilesResource, SyncUploadResource
    from aion.types.common import DescriptionStatus, StorageTarget
    from aion.types.describe import DescriptionErrorType, DescriptionFailure
    from aion.types.files import (
        FileList,
        FullDescription,
        ProcessingHistory,
        UserFile,
        UserFileDetails,
    )
    from aion.types.upload import QuotaInfo, UploadResult

__version__ = "0.4.0"

_HOMES = {
    "aion.client": ("AionVision",),
    "aion.config": (
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
        "ClientConfig",
        "InsecureTransportWarning",
        "load_dotenv",
    ),
    "aion.exceptions": (
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
    ),
    "aion.sync": ("SyncAionVision", "SyncFilesResource", "SyncUploadResource"),
    "aion.types.common": ("DescriptionStatus", "StorageTarget"),
    "aion.types.describe": ("DescriptionErrorType", "DescriptionFailure"),
    "aion.types.files": (
        "FileList",
        "FullDescription",
        "ProcessingHistory",
        "UserFile",
        "UserFileDetails",
    ),
    "aion.types.upload": ("QuotaInfo", "UploadResult"),
}
_HOME = {name: home for home, names in _HOMES.items() for name in names}

__all__ = [
    "__version__",
    "AionVision",
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
    "ClientConfig",
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
    "SyncAionVision",
    "SyncFilesResource",
    "SyncUploadResource",
    "DescriptionStatus",
    "StorageTarget",
    "DescriptionErrorType",
    "DescriptionFailure",
    "FileList",
    "FullDescription",
    "ProcessingHistory",
    "UserFile",
    "UserFileDetails",
    "QuotaInfo",
    "UploadResult",
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
