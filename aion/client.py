"""Defines `AionVision`: the client, with one attribute per resource."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING, Any, NoReturn, Self, TypeVar, Unpack

from aion import _checks as check
from aion import exceptions, resources
from aion._lazy import unknown_attribute
from aion._requests.client_options import DescribeOptions, UploadOptions, VerifyOptions
from aion._requests.signature import signature_of
from aion._runtime import aio_client as rt
from aion._secrets import conceals_secrets
from aion.config import DEFAULT_BASE_URL, ClientConfig, ClientSettings
from aion.types.common import StorageTarget

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from aion.pipeline import Pipeline
    from aion.resources.agent_operations import AgentOperationsResource
    from aion.resources.agent_search import AgentSearchResource
    from aion.resources.audit import AuditResource
    from aion.resources.batch import BatchResource
    from aion.resources.chat import ChatResource, ChatSessionContext, ChatStream
    from aion.resources.cloud_storage import CloudStorageResource
    from aion.resources.colors import ColorsResource
    from aion.resources.describe import DescribeResource
    from aion.resources.documents import DocumentsResource
    from aion.resources.files import FilesResource
    from aion.resources.folders import FoldersResource
    from aion.resources.links import LinksResource
    from aion.resources.settings import SettingsResource
    from aion.resources.tenant import TenantResource
    from aion.resources.upload import UploadResource
    from aion.resources.verify import VerifyResource
    from aion.resources.video_analysis import VideoAnalysisResource
    from aion.resources.video_scenes import VideoScenesResource
    from aion.resources.video_uploads import VideoUploadsResource
    from aion.transport import Attempt
    from aion.types.chat import ChatResponse
    from aion.types.describe import DescriptionResult
    from aion.types.raw import RawResponse
    from aion.types.upload import BatchUploadResults, UploadResult
    from aion.types.verify import VerificationResult
    from aion_api import Request

_T = TypeVar("_T")


class AionVision:
    """A client of the Aionvision API.

    Use it as a context manager, which closes its connections. One client serves a whole program
    and any number of concurrent calls::

        async with AionVision.from_env() as client:
            result = await client.upload_one("photo.jpg")
            print(result.description, result.tags)
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
    ConfigurationError = exceptions.ConfigurationError
    NotOpenError = exceptions.NotOpenError
    DependencyError = exceptions.DependencyError
    MissingOperationError = exceptions.MissingOperationError

    @conceals_secrets
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
        on_attempt: Callable[[Attempt], Any] | None = None,
        transport: rt.Transport | None = None,
        extra_headers: Mapping[str, str] | None = None,
        connect_timeout: float = 10.0,
    ) -> None:
        """Make a client; nothing is sent and no connection is opened before the first call.

        `from_env` reads the same settings from the environment, and `from_config` takes all
        settings of `ClientConfig`, which has more.

        Args:
            api_key: The API key: a prefix, an underscore and at least 20 characters.
            base_url: Where the API is. HTTPS, except on this machine. Default: the service.
            timeout: Seconds for one call from beginning to end, retries and waits between them
                included. For uploads, downloads and streams: seconds of silence. Default: 300.
            max_retries: Most retries of a failed attempt, if a retry is safe; 0 for none.
                Default: 3.
            retry_delay: Seconds before the first retry; later delays are longer. Default: 1.
            polling_interval: Seconds between the first two polls of an operation; later pauses are
                longer, up to four times. Default: 2.
            polling_timeout: Seconds after which a wait raises `AionvisionTimeoutError`; the
                operation goes on. Default: 360.
            tenant_id: For deployments with several tenants. None: ``AIONVISION_TENANT_ID``, if set.
            proxy_url: A proxy instead of those in the environment. None: ``AIONVISION_PROXY_URL``,
                else ``HTTPS_PROXY`` and its like.
            enable_tracing: Record OpenTelemetry spans (extra ``tracing``). Default: False.
            on_attempt: Called with an `aion.Attempt` after each attempt. Default: None.
            transport: Makes the connections instead of the built-in transport, which is used for
                None: see `aion.transport`.
            extra_headers: Headers for every request to the API, such as those of a gateway in
                between. Default: None.
            connect_timeout: Seconds to make one connection: name resolution, every address of the
                host, the proxy and TLS together. Default: 10.

        Raises:
            ConfigurationError: A setting is missing or out of range; the message says what to do.
            ImportError: The extra that a setting needs, such as `tracing`, is not installed.
        """
        # If these two are omitted, `ClientConfig` reads them from the environment.
        optional = {"tenant_id": tenant_id, "proxy_url": proxy_url}
        passed: dict[str, Any] = {k: v for k, v in optional.items() if v is not None}
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
                on_attempt=on_attempt,
                transport=transport,
                extra_headers=extra_headers,
                connect_timeout=connect_timeout,
                **passed,
            )
        )

    @classmethod
    @conceals_secrets
    def from_env(cls, **overrides: Unpack[ClientSettings]) -> Self:
        """Make a client with the settings of the ``AIONVISION_*`` variables.

        Args:
            overrides: Settings of `ClientConfig` that win over the environment.

        Returns:
            The client; nothing is sent before its first call.

        Raises:
            ConfigurationError: The API key is missing, or a setting is out of range.
        """
        return cls.from_config(ClientConfig.from_env(**overrides))

    @classmethod
    def from_config(cls, config: ClientConfig) -> Self:
        """Make a client with these settings, which include those that the constructor lacks.

        Args:
            config: The settings.

        Returns:
            The client; nothing is sent before its first call.

        Raises:
            DependencyError: The extra that a setting needs, such as `tracing`, is not installed.
        """
        client = cls.__new__(cls)
        client._start(config)
        return client

    @conceals_secrets
    def with_options(self, **changes: Unpack[ClientSettings]) -> Self:
        """Make a client with other settings that shares the connections of this one.

        It costs next to nothing, so a single call can have its own settings::

            client.with_options(timeout=5, max_retries=0).files.get(image_id)

        Closing the original client closes the new one; closing the new one does not close the
        connections.

        Args:
            changes: Settings of `ClientConfig`, except those of the connections: ``proxy_url``,
                ``connect_timeout``, ``max_connections``, ``transport`` and the circuit breaker's.

        Returns:
            The new client. This client has not changed.

        Raises:
            ConfigurationError: A setting is unknown, out of range, or belongs to the connections.
        """
        config = self._config.changed(**changes)
        client = type(self).__new__(type(self))
        client._start(config, self._engine)
        return client

    if not TYPE_CHECKING:
        # Type checkers report unknown attributes themselves, and would accept any name.
        def __getattr__(self, name: str) -> NoReturn:
            raise unknown_attribute(self, name)

    def __getstate__(self) -> NoReturn:
        # Both pickle and copy call it.
        raise TypeError(
            f"a {type(self).__name__} holds connections, and cannot be pickled or copied: make"
            " another one with from_config(client.config)"
        )

    def _start(self, config: ClientConfig, base: rt.Engine | None = None) -> None:
        self._config = config
        self._engine = rt.Engine(config, base)

    @property
    def config(self) -> ClientConfig:
        """Return the settings of the client."""
        return self._config

    @cached_property
    def async_client(self) -> rt.AsyncClient:
        """Return the asynchronous client with these settings."""
        return rt.async_client(self, self._config)

    @cached_property
    def uploads(self) -> UploadResource:
        """Upload images."""
        from aion.resources.upload import UploadResource

        return UploadResource(self._engine)

    @cached_property
    def files(self) -> FilesResource:
        """List, read, change and delete files of the library."""
        from aion.resources.files import FilesResource

        return FilesResource(self._engine)

    @cached_property
    def chats(self) -> ChatResource:
        """Chat with the library: sessions, messages, streams, plans."""
        from aion.resources.chat import ChatResource

        return ChatResource(self._engine)

    @cached_property
    def documents(self) -> DocumentsResource:
        """Upload, read and search documents."""
        from aion.resources.documents import DocumentsResource

        return DocumentsResource(self._engine)

    @cached_property
    def links(self) -> LinksResource:
        """Save links and read the content of their pages."""
        from aion.resources.links import LinksResource

        return LinksResource(self._engine)

    @cached_property
    def folders(self) -> FoldersResource:
        """Organize files in folders."""
        from aion.resources.folders import FoldersResource

        return FoldersResource(self._engine)

    @cached_property
    def colors(self) -> ColorsResource:
        """Read the colors of images, and search by color."""
        from aion.resources.colors import ColorsResource

        return ColorsResource(self._engine)

    @cached_property
    def agent_search(self) -> AgentSearchResource:
        """Search with an agent, without a chat."""
        from aion.resources.agent_search import AgentSearchResource

        return AgentSearchResource(self._engine)

    @cached_property
    def agent_operations(self) -> AgentOperationsResource:
        """Let agents write reports, analyze files and organize them."""
        from aion.resources.agent_operations import AgentOperationsResource

        return AgentOperationsResource(self._engine)

    @cached_property
    def batch(self) -> BatchResource:
        """Follow batch jobs and read their results."""
        from aion.resources.batch import BatchResource

        return BatchResource(self._engine)

    @cached_property
    def cloud_storage(self) -> CloudStorageResource:
        """Import from and export to cloud drives."""
        from aion.resources.cloud_storage import CloudStorageResource

        return CloudStorageResource(self._engine)

    @cached_property
    def settings(self) -> SettingsResource:
        """Read and change the storage settings of the tenant."""
        from aion.resources.settings import SettingsResource

        return SettingsResource(self._engine)

    @cached_property
    def tenant(self) -> TenantResource:
        """Manage the tenant: settings, limits, members."""
        from aion.resources.tenant import TenantResource

        return TenantResource(self._engine)

    @cached_property
    def audit(self) -> AuditResource:
        """Read the audit log."""
        from aion.resources.audit import AuditResource

        return AuditResource(self._engine)

    @cached_property
    def video_uploads(self) -> VideoUploadsResource:
        """Upload videos in chunks."""
        from aion.resources.video_uploads import VideoUploadsResource

        return VideoUploadsResource(self._engine)

    @cached_property
    def video_analysis(self) -> VideoAnalysisResource:
        """Follow the analysis of videos."""
        from aion.resources.video_analysis import VideoAnalysisResource

        return VideoAnalysisResource(self._engine)

    @cached_property
    def video_scenes(self) -> VideoScenesResource:
        """Read the scenes of videos."""
        from aion.resources.video_scenes import VideoScenesResource

        return VideoScenesResource(self._engine)

    @cached_property
    def descriptions(self) -> DescribeResource:
        """Describe images without storing them (older deployments)."""
        from aion.resources.describe import DescribeResource

        return DescribeResource(self._engine)

    @cached_property
    def verifications(self) -> VerifyResource:
        """Check texts against images (older deployments)."""
        from aion.resources.verify import VerifyResource

        return VerifyResource(self._engine)

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
            wait_for_descriptions: Wait until the AI description has ended.
            raise_on_failure: Raise when the description fails; otherwise the result reports it.
            description_timeout: Seconds to wait for it, instead of the client's
                `polling_timeout`.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.

        Returns:
            The stored image, with its description unless it was not awaited.

        Raises:
            ValidationError: The file cannot be uploaded. Nothing was sent.
            QuotaExceededError: The allowance is used up. Nothing was stored.
            UploadError: The service rejected the file.
            DescriptionError: It is stored, but its description failed.
            AionvisionTimeoutError: It is stored, but its description was not ready in time.

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

    # Narrower than the type of the resource, as published.
    @signature_of(lambda: resources.UploadResource.upload, filenames="Sequence[str] | None")
    async def upload(
        self,
        files: str | Path | bytes | Iterable[str | Path | bytes],
        **options: Unpack[UploadOptions],
    ) -> BatchUploadResults:
        """Upload any number of images, or the images of a directory: `uploads.upload`.

        Args:
            files: A path, bytes, or a list or other iterable of them.
            filename: The name to store, if `files` is one file.
            filenames: The names to store, one for each entry of `files`.
            recursive: Include the directories below a directory.
            include_hidden: Include files and directories whose name begins with a dot.
            wait_for_descriptions: Wait until the AI descriptions have ended.
            raise_on_failure: Raise when a file failed; otherwise the results report it, even for a
                named file that cannot be uploaded.
            description_timeout: Seconds to wait for all of them, instead of `polling_timeout`.
            on_progress: Called for each file before it is sent.
            on_file_complete: Called for each file once it is stored.
            on_description_progress: Called for each description that has ended.
            on_description_failed: Called for each description that failed.
            storage_target: Where the bytes are stored. ``custom`` needs an S3 configuration.
            tags: Tags for all files: at most 40 of at most 50 characters, without commas.
            auto_describe: Have the images described.
            skip_duplicates: Do not store duplicates; the result is then the older image.
            journal: A file that records what is done. The same call with the same journal resumes
                after any end of this one.
            progress: True shows it on stderr, which needs the extra ``progress``; or a
                callable that receives an `aion.uploads.progress.UploadProgress` at each step.

        Returns:
            One result for each file, in the order of the input.

        Raises:
            ValidationError: Named files cannot be uploaded (the message lists the first ten), an
                argument is out of range, or the journal belongs to other files or options. Nothing
                was sent.
            QuotaExceededError: The quota does not suffice. `partial_results` lists what is
                stored, if it ran out midway.
            UploadError: The service stopped accepting files, or refused some; `partial_results`
                holds all results.
            DescriptionError: All files are stored, but a description failed; `partial_results` as
                above.
            AionvisionTimeoutError: All files are stored, but descriptions are not ready in time;
                `last_result` holds all results.
            ImportError: `progress` is True and `rich` is not installed.

        Endpoint: ``POST /user-files/upload/stream-batch``
        """
        return await self.uploads.upload(files, **options)

    def chat_session(
        self,
        *,
        title: str | None = None,
        image_ids: Sequence[str] | None = None,
        use_all_images: bool = True,
        auto_close: bool = True,
    ) -> ChatSessionContext:
        """Return a chat session as a context manager: `chats.session`.

        Args:
            title: Its title, at most 255 characters; by default, the service chooses one.
            image_ids: The images to select, at most 1000.
            use_all_images: Use the whole library, whatever is selected. Pass False for the selected
                images alone.
            auto_close: Close the session at the end of the block.

        Returns:
            The session: ``async with client.chat_session() as session`` opens it.

        Raises:
            ValidationError: There are too many images, or a value is not an id.
        """
        return self.chats.session(
            title=title, image_ids=image_ids, use_all_images=use_all_images, auto_close=auto_close
        )

    async def close_session(self, session_id: str) -> dict[str, Any]:
        """Close a chat session: `chats.close_session`.

        Args:
            session_id: The session.

        Returns:
            Its totals as the service sends them: `closed_at`, `total_messages`, `total_tokens`.

        Raises:
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``DELETE /chat/sessions/{session_id}``
        """
        return await self.chats.close_session(session_id)

    async def chat(
        self, message: str, *, session_id: str, force_detailed_analysis: bool = False
    ) -> ChatResponse:
        """Send one message and get the complete response: `chats.send`.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Analyze the images themselves, in high resolution.

        Returns:
            The response: its text is in `content`, with its references resolved in
            `resolved_content`.

        Raises:
            QuotaExceededError: The quota is used up.
            ResourceNotFoundError: The session does not exist.
            ValidationError: An argument is out of range; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: ``POST /chat/sessions/{session_id}/messages``
        """
        return await self.chats.send(
            message, session_id=session_id, force_detailed_analysis=force_detailed_analysis
        )

    def chat_stream(
        self, message: str, *, session_id: str, force_detailed_analysis: bool = False
    ) -> ChatStream:
        """Send one message and stream the response as it is written: `chats.send_stream`.

        Args:
            message: The message, from 1 to 10000 characters.
            session_id: The session it belongs to.
            force_detailed_analysis: Analyze the images themselves, in high resolution.

        Returns:
            The events: an iterator, and a context manager that closes the connection. Nothing is
            sent before the first event is requested.

        Raises:
            ValidationError: An argument is out of range; nothing is sent. For the errors of the
                iteration see `aion.resources.chat.ChatStream`.

        Endpoint: ``POST /chat/sessions/{session_id}/messages/stream``
        """
        return self.chats.send_stream(
            message, session_id=session_id, force_detailed_analysis=force_detailed_analysis
        )

    def pipeline(self) -> Pipeline:
        """Return an empty pipeline, to add steps to and run.

        Endpoint: ``POST /agents/pipeline``
        """
        from aion.pipeline import Pipeline

        return Pipeline(self._engine)

    @signature_of(lambda: resources.DescribeResource.describe)
    async def describe(
        self,
        image: str | Path | bytes | Sequence[str | Path | bytes] | None = None,
        **options: Unpack[DescribeOptions],
    ) -> DescriptionResult | list[DescriptionResult]:
        """Describe images without storing them, on older deployments: `descriptions.describe`.

        Args:
            image: A path, bytes, an http(s) URL or a data URL; or a list of them. JPEG, PNG,
                WebP or GIF. The service fetches http(s) URLs: prefer https.
            object_key: The storage key of a stored image, instead of `image`.
            object_keys: From 1 to 10000 storage keys, instead of `image`.
            include_metadata: Whether the result includes `metadata`.
            include_tags: Whether the result includes `tags`.
            providers: The AI providers to use; None lets the service choose.
            prompt: The prompt for them, at most 10000 characters.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            max_parallel: For many: images to process in parallel, from 1 to 20.
            timeout_per_item: For many: seconds for each image, from 5 to 300.
            on_progress: For many: called with the status of the batch after each poll.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            idempotency_key: For one: when resent within one hour, it returns the stored response. A
                fresh one is made for each call, so that its retries are safe.
            timeout: Seconds for the call; for many, seconds to wait, instead of the client's
                `polling_timeout`.

        Returns:
            The description; for a list, one for each image in the order of the list.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            BatchError: For many: some could not be described; `failed_items` holds their ids, and
                the results of the others can be read with `client.batch`.
            AionvisionTimeoutError: Not done in time. A batch keeps running: its id is in `details`.
            ResourceNotFoundError: This deployment does not have the route.
            AionvisionError: A call failed. Where a batch keeps running, its id is in `details`.

        Endpoint: ``POST /describe/``
        """
        return await self.descriptions.describe(image, **options)

    @signature_of(lambda: resources.VerifyResource.verify)
    async def verify(
        self,
        image: str | Path | bytes | None = None,
        content: str = "",
        **options: Unpack[VerifyOptions],
    ) -> VerificationResult | list[VerificationResult]:
        """Check texts against images, on older deployments: `verifications.verify`.

        Args:
            image: A path, bytes, an http(s) URL or a data URL. JPEG, PNG, WebP or GIF. The service
                fetches http(s) URLs: prefer https.
            content: The text, from 1 to 10000 characters.
            images: From 1 to 10000 images, with one text each in `contents`.
            contents: The texts for `images` or `object_keys`, in the same order.
            object_key: The storage key of a stored image, instead of `image`.
            object_keys: Storage keys, instead of `images`.
            mode: The kind of text: a ``response`` of a model, or a ``claim``. For one text; a
                batch supports responses only.
            verification_level: ``quick``, ``standard``, ``thorough`` or ``critical``: two, three,
                four or all providers.
            use_consensus: Whether to combine the verdicts of the providers. For one text; a batch
                always combines them.
            providers: The AI providers to use; None lets the service choose.
            rule_set_id: A saved rule set to apply.
            rules: Rules to apply, each a dictionary.
            max_parallel: For many: pairs to process in parallel, from 1 to 20.
            timeout_per_item: For many: seconds for each pair, from 5 to 300.
            on_progress: For many: called with the status of the batch after each poll.
            idempotency_key: For one: when resent within one hour, it returns the stored response. A
                fresh one is made for each call, so that its retries are safe.
            timeout: Seconds for the call; for many, seconds to wait, instead of the client's
                `polling_timeout`.

        Returns:
            The verdict; for many, one for each pair, in order.

        Raises:
            ValidationError: An argument is out of range; nothing was sent.
            BatchError: For many: some could not be checked; `failed_items` holds their ids, and
                the results of the others can be read with `client.batch`.
            AionvisionTimeoutError: Not done in time. A batch keeps running: its id is in `details`.
            ResourceNotFoundError: This deployment does not have the route.
            AionvisionError: A call failed. Where a batch keeps running, its id is in `details`.

        Endpoint: ``POST /verify/``
        """
        return await self.verifications.verify(image, content, **options)

    async def call(self, request: Request[_T], *, timeout: float | None = None) -> _T:
        """Make any call of the contract, including those without a method of a resource.

        `aion_api` describes each operation of the contract: its functions return requests, and
        send nothing. They follow the contract, and change with it::

            from aion_api.api import rules

            sets = await client.call(rules.list_rule_sets())

        Args:
            request: The return value of a function of ``aion_api.api``.
            timeout: Seconds for the call; for uploads and binary responses, seconds of silence.
                None for `timeout` of the client.

        Returns:
            The response as the contract describes it: a value, text, bytes, or the URL of a
            redirect to storage, which is not followed.

        Raises:
            ValidationError: It is not a request, or its response is a stream; nothing was sent.
            AionvisionError: The call failed.

        Endpoint: the one that the request describes.
        """
        check.request("request", request)
        return await self._engine.call(request, timeout=timeout)

    async def call_raw(
        self, request: Request[_T], *, timeout: float | None = None
    ) -> RawResponse[_T]:
        """Make any call of the contract, and return status, headers and bytes of the response, too.

        Args:
            request: The return value of a function of ``aion_api.api``.
            timeout: Seconds for the call; for uploads and binary responses, seconds of silence.
                None for `timeout` of the client.

        Returns:
            The response: `result` is what `call` returns; `status_code`, `headers`, `content`.

        Raises:
            ValidationError: It is not a request, or its response is a stream; nothing was sent.
            AionvisionError: The call failed; the error has the status and the request id.

        Endpoint: the one that the request describes.
        """
        from aion.types.raw import RawResponse

        check.request("request", request)
        result, reply = await self._engine.call_raw(request, timeout=timeout)
        return RawResponse(result, reply.status, reply.headers(), reply.body)

    async def close(self) -> None:
        """Close the connections. Later calls raise `NotOpenError`.

        The asynchronous client first waits, at most two seconds, for its work in the background:
        closing chat sessions whose blocks were cancelled.
        """
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
        config: ClientConfig | None = getattr(self, "_config", None)
        # None if its settings were refused.
        return f"{type(self).__name__}(base_url={config and config.base_url!r})"
