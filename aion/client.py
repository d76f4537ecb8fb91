"""`AionVision`: the client, and the resources that hang on it."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from aion import exceptions
from aion._rt import aio as rt
from aion.config import DEFAULT_BASE_URL, ClientConfig
from aion.types.common import StorageTarget

if TYPE_CHECKING:
    from aion.resources.files import FilesResource
    from aion.resources.upload import UploadResource
    from aion.types.upload import UploadResult


class AionVision:
    """The Aionvision API.

    Best used as a context manager, which closes its connections; one client serves a whole
    program, any number of calls at a time::

        async with AionVision.from_env() as client:
            result = await client.upload_one("photo.jpg")
            print(result.description, result.tags)

    Args:
        api_key: The API key.
        base_url: Where the API is. HTTPS, except on this machine.
        timeout: Seconds for one call from beginning to end, retries included. For uploads,
            downloads and streams: seconds of silence.
        max_retries: How often a failed attempt is repeated, where that is safe.
        retry_delay: Seconds before the first repetition; grows from there.
        polling_interval: Seconds between two looks at something that is waited for.
        polling_timeout: Seconds until a wait gives up.
        tenant_id: For deployments with several tenants. Default: ``AIONVISION_TENANT_ID``.
        proxy_url: A proxy instead of those in the environment. Default: ``AIONVISION_PROXY_URL``.
        enable_tracing: Record OpenTelemetry spans (extra ``tracing``).

    Raises:
        ValueError: A setting is missing or out of range; the message says what to do.
    """

    AionvisionError = exceptions.AionvisionError
    AuthenticationError = exceptions.AuthenticationError
    AionvisionPermissionError = exceptions.AionvisionPermissionError
    ResourceNotFoundError = exceptions.ResourceNotFoundError
    ValidationError = exceptions.ValidationError
    RateLimitError = exceptions.RateLimitError
    QuotaExceededError = exceptions.QuotaExceededError
    ServerError = exceptions.ServerError
    AionvisionTimeoutError = exceptions.AionvisionTimeoutError
    AionvisionConnectionError = exceptions.AionvisionConnectionError
    CircuitBreakerError = exceptions.CircuitBreakerError
    UploadError = exceptions.UploadError
    DescriptionError = exceptions.DescriptionError
    DocumentProcessingError = exceptions.DocumentProcessingError
    VideoUploadError = exceptions.VideoUploadError
    VideoAnalysisError = exceptions.VideoAnalysisError
    CloudStorageError = exceptions.CloudStorageError
    ChatError = exceptions.ChatError
    BatchError = exceptions.BatchError
    SSEStreamError = exceptions.SSEStreamError

    def __init__(
        self,
        api_key: str,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: float = 300.0,
        max_retries: int = 3,
        retry_delay: float = 1.0,
        polling_interval: float = 2.0,
        polling_timeout: float = 360.0,
        tenant_id: str | None = None,
        proxy_url: str | None = None,
        enable_tracing: bool = False,
    ) -> None:
        # Left out, these two come from the environment.
        optional = {"tenant_id": tenant_id, "proxy_url": proxy_url}
        given: dict[str, Any] = {k: v for k, v in optional.items() if v is not None}
        self._start(
            ClientConfig(
                api_key,
                base_url=base_url,
                timeout=timeout,
                max_retries=max_retries,
                retry_delay=retry_delay,
                polling_interval=polling_interval,
                polling_timeout=polling_timeout,
                enable_tracing=enable_tracing,
                **given,
            )
        )

    @classmethod
    def from_env(cls, **overrides: Any) -> Self:
        """A client with the settings of the ``AIONVISION_*`` variables.

        Args:
            overrides: Settings of `ClientConfig` that win over the environment.

        Raises:
            ValueError: There is no API key, or a setting is out of range.
        """
        return cls.from_config(ClientConfig.from_env(**overrides))

    @classmethod
    def from_config(cls, config: ClientConfig) -> Self:
        """A client with these settings, among them those that the constructor does not take."""
        client = cls.__new__(cls)
        client._start(config)
        return client

    def _start(self, config: ClientConfig) -> None:
        self._config = config
        self._engine = rt.Engine(config)

    @property
    def config(self) -> ClientConfig:
        """The settings in use."""
        return self._config

    @cached_property
    def uploads(self) -> UploadResource:
        """Bring images into the library."""
        from aion.resources.upload import UploadResource

        return UploadResource(self._engine)

    @cached_property
    def files(self) -> FilesResource:
        """Read the library."""
        from aion.resources.files import FilesResource

        return FilesResource(self._engine)

    async def upload_one(
        self,
        file: str | Path | bytes,
        *,
        filename: str | None = None,
        wait_for_descriptions: bool = True,
        raise_on_failure: bool = True,
        description_timeout: float | None = None,
        storage_target: StorageTarget | str = StorageTarget.DEFAULT,
    ) -> UploadResult:
        """Upload one image and wait for its description: `uploads.upload_one`.

        Args:
            file: A path, or the bytes of an image: JPEG, PNG, WebP or GIF, at most 100 MB.
            filename: The name to store. Needed for bytes; a path has its own.
            wait_for_descriptions: Wait until the AI description is there.
            raise_on_failure: Raise when the description fails; otherwise the result says so.
            description_timeout: Seconds to wait for it, instead of `polling_timeout`.
            storage_target: Where the bytes are kept. ``custom`` needs an S3 configuration.

        Returns:
            The stored image, with its description when it was waited for.

        Raises:
            ValidationError: The file cannot be uploaded. Nothing was sent.
            QuotaExceededError: The allowance is used up. Nothing was stored.
            UploadError: The service did not take the file.
            DescriptionError: It is stored, but its description failed.
            AionvisionTimeoutError: It is stored, but its description did not come in time.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        return await self.uploads.upload_one(
            file,
            filename=filename,
            wait_for_descriptions=wait_for_descriptions,
            raise_on_failure=raise_on_failure,
            description_timeout=description_timeout,
            storage_target=storage_target,
        )

    async def close(self) -> None:
        """Close the connections. Calls after that raise `RuntimeError`."""
        await self._engine.close()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.close()

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._config.base_url!r})"
