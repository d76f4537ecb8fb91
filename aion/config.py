"""Defines the settings of a client, validates them, and reads them from the environment.

An explicit argument wins over the environment, and the environment over the default.
"""

from __future__ import annotations

import inspect
import os
import re
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypedDict, TypeVar
from urllib.parse import urlsplit

from aion._extra_headers import checked, merged
from aion._hints import Hint, hint
from aion._http.hosts import address_of, located
from aion._http.proxies import parse_proxy
from aion._plain_values import by_value
from aion._secrets import (
    SecretText,
    concealed,
    concealed_settings,
    conceals_secrets,
    declares_secrets,
    secret,
)
from aion._version import __version__
from aion.exceptions import ConfigurationError

if TYPE_CHECKING:
    from aion._http.routing import Route
    from aion.transport import Attempt

T = TypeVar("T")

ENV_API_KEY = "AIONVISION_API_KEY"
ENV_BASE_URL = "AIONVISION_BASE_URL"
ENV_TIMEOUT = "AIONVISION_TIMEOUT"
ENV_CONNECT_TIMEOUT = "AIONVISION_CONNECT_TIMEOUT"
ENV_MAX_RETRIES = "AIONVISION_MAX_RETRIES"
ENV_RETRY_DELAY = "AIONVISION_RETRY_DELAY"
ENV_POLLING_INTERVAL = "AIONVISION_POLLING_INTERVAL"
ENV_POLLING_TIMEOUT = "AIONVISION_POLLING_TIMEOUT"
ENV_TENANT_ID = "AIONVISION_TENANT_ID"
ENV_PROXY_URL = "AIONVISION_PROXY_URL"
ENV_ENABLE_TRACING = "AIONVISION_ENABLE_TRACING"
ENV_ALLOW_HTTP = "AIONVISION_ALLOW_HTTP"
_ENV = tuple(value for name, value in list(globals().items()) if name.startswith("ENV_"))
_CLOSE = 0.94
"""Similarity, from 0 to 1, from which a name counts as misspelled: one letter wrong or missing."""

API_KEY_PATTERN = re.compile(r"^[a-z]+_[A-Za-z0-9_-]{20,}$")
DEFAULT_BASE_URL = "https://api.aionvision.tech/api/v2"
LONGEST_WAIT = 1_000_000
"""Longest timeout, in seconds: operating systems cannot wait much longer at a time."""

_MAY_BE_KEY = re.compile(r"[A-Za-z0-9_-]{16}")
_TRUE = frozenset({"1", "true", "yes", "on"})
_FALSE = frozenset({"0", "false", "no", "off", ""})


_OF_CONNECTIONS = frozenset(
    {
        "circuit_breaker_enabled",
        "circuit_breaker_failure_threshold",
        "circuit_breaker_success_threshold",
        "circuit_breaker_timeout",
        "connect_timeout",
        "max_connections",
        "proxy_url",
        "transport",
    }
)
"""Settings that all calls on the same connections share."""


class InsecureTransportWarning(UserWarning):
    """Warns that a secret is about to be sent unencrypted."""


class ClientSettings(TypedDict, total=False):
    """The settings of `ClientConfig` as keyword arguments, all of them optional."""

    api_key: str
    base_url: str
    timeout: float
    max_retries: int
    retry_delay: float
    polling_interval: float
    polling_timeout: float
    tenant_id: str | None
    proxy_url: str | None
    circuit_breaker_enabled: bool
    circuit_breaker_failure_threshold: int
    circuit_breaker_success_threshold: int
    circuit_breaker_timeout: float
    enable_logging: bool
    enable_tracing: bool
    tracing_service_name: str
    propagate_trace_context: bool
    send_correlation_id: bool
    send_request_id: bool
    max_connections: int
    on_attempt: Callable[[Attempt], Any] | None
    transport: Callable[[Route], Any] | None
    allow_http: bool
    extra_headers: Mapping[str, str] | None
    connect_timeout: float


@declares_secrets
@dataclass(repr=False)
class ClientConfig:
    """All settings of a client.

    Args:
        api_key: The API key: lower-case letters, an underscore, then 20 or more of letters,
            digits, ``_`` and ``-``.
        base_url: Where the API is. HTTPS, except on this machine.
        timeout: Seconds for one call from beginning to end, retries included. For uploads,
            downloads and streams: seconds of silence.
        max_retries: Most retries of a failed attempt, if a retry is safe.
        retry_delay: Seconds before the first retry; later delays are longer.
        polling_interval: Seconds between two polls of an operation.
        polling_timeout: Seconds after which a wait raises a timeout error.
        tenant_id: Sent as ``X-Tenant-ID``, for deployments with several tenants.
        proxy_url: A proxy to use instead of those in the environment.
        circuit_breaker_enabled: Pause calls to an endpoint that keeps failing.
        circuit_breaker_failure_threshold: Failures in a row that open the breaker.
        circuit_breaker_success_threshold: Successes that close it again.
        circuit_breaker_timeout: Seconds that the breaker stays open.
        enable_logging: Write one DEBUG line for each attempt to the logger ``aion``.
        enable_tracing: Record OpenTelemetry spans (extra ``tracing``).
        tracing_service_name: The service name of those spans.
        propagate_trace_context: Send W3C trace context headers when tracing.
        send_correlation_id: Send ``X-Correlation-ID``, the same for one flow of calls.
        send_request_id: Send ``X-Request-ID``, new for each attempt.
        max_connections: Most open connections at a time, over all hosts (for coroutines: in each
            event loop); further calls wait in a queue.
        on_attempt: Called after each attempt with an `aion.Attempt`: number, duration, status or
            fault, request id, delay until the next one. Keep it short: it runs in the thread or
            event loop of the call. What it raises reaches the caller.
        transport: Makes the connections instead of the built-in transport: see `aion.transport`.
        allow_http: Let `base_url` be plain HTTP on another machine, such as a sandbox in another
            container. The key is sent unencrypted, and a warning says so. Default:
            ``AIONVISION_ALLOW_HTTP``.
        extra_headers: Headers for every request to the API, such as those of a gateway in between.
            They are treated as secrets: they are not sent to storage on another host, and no
            `repr` or log shows their values. `with_options` adds its headers to the client's.
        connect_timeout: Seconds to make one connection: name resolution, every address of the
            host, the proxy and TLS together. The `timeout` of the call bounds it, too. A request
            whose connection is late was not sent, and is retried.

    Raises:
        ConfigurationError: A setting is out of range; the message says which and what to do.
    """

    api_key: str = secret()
    # It is refused if it holds the key by mistake, or a user name and password.
    base_url: str = secret(default=DEFAULT_BASE_URL, is_shown=True)
    timeout: float = 300.0
    max_retries: int = 3
    retry_delay: float = 1.0
    polling_interval: float = 2.0
    polling_timeout: float = 360.0
    tenant_id: str | None = field(default_factory=lambda: os.environ.get(ENV_TENANT_ID))
    # It may hold a user name and password.
    proxy_url: str | None = secret(default_factory=lambda: os.environ.get(ENV_PROXY_URL))
    circuit_breaker_enabled: bool = True
    circuit_breaker_failure_threshold: int = 5
    circuit_breaker_success_threshold: int = 2
    circuit_breaker_timeout: float = 30.0
    enable_logging: bool = True
    enable_tracing: bool = False
    tracing_service_name: str = "aionvision-sdk"
    propagate_trace_context: bool = True
    send_correlation_id: bool = True
    send_request_id: bool = True
    max_connections: int = 100
    on_attempt: Callable[[Attempt], Any] | None = None
    transport: Callable[[Route], Any] | None = None
    allow_http: bool = field(
        default_factory=lambda: _or_env(None, ENV_ALLOW_HTTP, _switch) or False, kw_only=True
    )
    extra_headers: Mapping[str, str] | None = secret(default=None, kw_only=True)
    connect_timeout: float = field(default=10.0, kw_only=True)

    def __post_init__(self) -> None:
        self.api_key = _checked_key(self.api_key)
        self.base_url = _checked_url(self.base_url, allow_http=self.allow_http)
        for name in (
            "timeout",
            "connect_timeout",
            "polling_interval",
            "polling_timeout",
            "circuit_breaker_timeout",
        ):
            _check_seconds(name, getattr(self, name), zero_allowed=False)
        _check_seconds("retry_delay", self.retry_delay, zero_allowed=True)
        _check_count("max_retries", self.max_retries, least=0)
        _check_count("max_connections", self.max_connections, least=1)
        _check_count(
            "circuit_breaker_failure_threshold", self.circuit_breaker_failure_threshold, least=1
        )
        _check_count(
            "circuit_breaker_success_threshold", self.circuit_breaker_success_threshold, least=1
        )
        self.tenant_id = _checked_header("tenant_id", self.tenant_id)
        self.extra_headers = checked(
            "extra_headers",
            self.extra_headers,
            tracing=self.enable_tracing and self.propagate_trace_context,
        )
        self.proxy_url = _checked_proxy(self.proxy_url)

    def __repr__(self) -> str:
        # Tracebacks with locals also show an instance whose settings were refused halfway.
        shown = [
            f"{one.name}={getattr(self, one.name)!r}"
            for one in fields(self)
            if one.repr and hasattr(self, one.name)
        ]
        return f"{type(self).__name__}({', '.join(shown)})"

    @classmethod
    @conceals_secrets
    def from_env(
        cls,
        *,
        api_key: str | None = None,
        base_url: str | None = None,
        timeout: float | None = None,
        max_retries: int | None = None,
        retry_delay: float | None = None,
        polling_interval: float | None = None,
        polling_timeout: float | None = None,
        tenant_id: str | None = None,
        proxy_url: str | None = None,
        enable_tracing: bool | None = None,
        connect_timeout: float | None = None,
        **kwargs: Any,
    ) -> ClientConfig:
        """Read the settings from ``AIONVISION_*`` variables. Arguments win over variables.

        A number or switch in the environment that cannot be parsed stays at its default, with a
        warning that names the variable. A variable whose name looks misspelled causes a warning,
        too. `kwargs` are the remaining settings of the class.

        Raises:
            ConfigurationError: The API key is missing, or a setting is out of range.
        """
        _warn_of_misspellings()
        values: dict[str, Any] = concealed_settings(
            {
                "api_key": api_key or os.environ.get(ENV_API_KEY) or None,
                "base_url": base_url or os.environ.get(ENV_BASE_URL) or None,
                "timeout": _or_env(timeout, ENV_TIMEOUT, float),
                "connect_timeout": _or_env(connect_timeout, ENV_CONNECT_TIMEOUT, float),
                "max_retries": _or_env(max_retries, ENV_MAX_RETRIES, int),
                "retry_delay": _or_env(retry_delay, ENV_RETRY_DELAY, float),
                "polling_interval": _or_env(polling_interval, ENV_POLLING_INTERVAL, float),
                "polling_timeout": _or_env(polling_timeout, ENV_POLLING_TIMEOUT, float),
                "tenant_id": tenant_id,
                "proxy_url": proxy_url,
                "enable_tracing": _or_env(enable_tracing, ENV_ENABLE_TRACING, _switch),
            }
        )
        if values["api_key"] is None:
            raise ConfigurationError(_no_key(api_key))
        settings = {name: value for name, value in values.items() if value is not None}
        return cls(**settings, **kwargs)

    @conceals_secrets
    def changed(self, **changes: Any) -> ClientConfig:
        """Return a copy with some settings changed, for calls on the same connections.

        Raises:
            ConfigurationError: A setting is unknown, out of range, or belongs to the connections.
        """
        names = {one.name for one in fields(self)}
        for name in changes:
            if name not in names:
                raise ConfigurationError(
                    f"{name!r} is not a setting: see ClientConfig for all of them"
                )
            if name in _OF_CONNECTIONS:
                raise ConfigurationError(
                    f"{name} belongs to the connections: make another client for it"
                )
        if "extra_headers" in changes:
            extra = checked("extra_headers", changes["extra_headers"], tracing=False)
            changes["extra_headers"] = merged(self.extra_headers or {}, extra)
        return replace(self, **changes)

    @property
    def auth_header(self) -> dict[str, str]:
        """Return the header that authenticates a request."""
        return {"Authorization": concealed(f"Bearer {self.api_key}")}

    @property
    def default_headers(self) -> dict[str, str]:
        """Return the headers that every request to the API carries."""
        headers = {
            **self.auth_header,
            "Accept": "application/json",
            "User-Agent": f"aionvision-python/{__version__}",
        }
        if self.tenant_id:
            headers["X-Tenant-ID"] = self.tenant_id
        return merged(headers, self.extra_headers or {})


def load_dotenv(dotenv_path: str | Path | None = None, *, override: bool = False) -> bool:
    """Read a ``.env`` file into the environment.

    Args:
        dotenv_path: The file; None searches for ``.env`` from the working directory upwards.
        override: Replace variables that are set already.

    Returns:
        Whether a variable was read. False if python-dotenv (extra ``dotenv``) is not installed; a
        warning says so if there is a file to read.
    """
    try:
        import dotenv
    except ImportError:
        if unread := _found(dotenv_path):
            _warn(f'{unread} is not read: pip install "aionvision[dotenv]"', UserWarning)
        return False
    path = dotenv_path or dotenv.find_dotenv(usecwd=True)
    return bool(path) and dotenv.load_dotenv(path, override=override)


def _found(dotenv_path: str | Path | None) -> Path | None:
    """Return the file that `load_dotenv` would read, or None."""
    here = Path.cwd()
    places = [folder / ".env" for folder in (here, *here.parents)]
    if dotenv_path is not None:
        places = [Path(dotenv_path)]
    return next((path for path in places if path.is_file()), None)


def _warn_of_misspellings() -> None:
    """Warn about variables with a nearly right name, which otherwise would silently do nothing."""
    unknown = [name for name in os.environ if name.startswith("AIONVISION_") and name not in _ENV]
    for name in unknown:
        # A name with a suffix, such as one for another stage, is most likely intended.
        if name.startswith(tuple(f"{known}_" for known in _ENV)):
            continue
        from difflib import get_close_matches

        close = get_close_matches(name, _ENV, 1, _CLOSE)
        if close:
            _warn(f"{name} has no effect: did you mean {close[0]}?", UserWarning)


def _no_key(passed: str | None) -> str:
    """Return the message for a key that neither the argument nor the environment has."""
    variable = "empty" if ENV_API_KEY in os.environ else "not set"
    reasons = [f"{ENV_API_KEY} is {variable}"]
    if passed is not None:
        reasons.insert(0, "api_key is empty")
    return f"no API key: {' and '.join(reasons)}; {hint(Hint.SET_KEY, variable=ENV_API_KEY)}"


def _checked_key(values: Any) -> str:
    if not isinstance(values, str) or not values.strip():
        raise ConfigurationError(f"api_key is empty: {hint(Hint.FILL_KEY, variable=ENV_API_KEY)}")
    key = SecretText(by_value(values).strip())
    if not API_KEY_PATTERN.match(key):
        # The key itself stays out of the message: messages end up in logs.
        raise ConfigurationError(
            "api_key does not look like a key: expected lower-case letters, an underscore, then"
            f" at least 20 letters, digits, '_' or '-'; got {len(key)} characters"
        )
    return key


def _checked_url(url: Any, *, allow_http: bool) -> str:
    if not isinstance(url, str):
        raise ConfigurationError(f"base_url has to be text, not {type(url).__name__}")
    text = SecretText(by_value(url).strip())
    problem = _problem_of_url(text)
    if problem is not None:
        raise ConfigurationError(problem)
    if _leaves_this_machine_unencrypted(text):
        unencrypted = f"{_safe(text)!r} would send the key unencrypted"
        if not allow_http:
            raise ConfigurationError(
                f"base_url has to use https: {unencrypted} (plain http is for localhost only;"
                f" {hint(Hint.ALLOW_HTTP)})"
            )
        _warn(f"base_url is not https: {unencrypted}", InsecureTransportWarning)
    # It passed every check, so it holds no secrets and can be shown.
    return by_value(text).rstrip("/")


def _problem_of_url(url: str) -> str | None:
    """Return why a URL cannot be `base_url`, or None.

    This is not raised here: the traceback would show the parts of the URL, which may be secret.
    """
    try:
        if not url.isprintable() or " " in url:
            return "base_url is not a URL: it holds white space"
        parts = urlsplit(url)
        host = parts.hostname
        if host:
            located(url)
    except ValueError as error:
        return f"base_url is not a URL: {error}"
    if parts.scheme not in ("http", "https") or not host:
        missing = "" if "://" in url else " (https:// is missing, or http:// on this machine)"
        return f"base_url has to be like {DEFAULT_BASE_URL}, not {_safe(url)!r}{missing}"
    if parts.username or parts.password:
        return f"base_url holds a user name or password: {hint(Hint.KEY_APART)}"
    if parts.query or parts.fragment:
        return f"base_url has a query or fragment: {_safe(url)!r}; leave it out"
    return None


def _leaves_this_machine_unencrypted(url: str) -> bool:
    parts = urlsplit(url)
    return parts.scheme == "http" and not _is_this_machine(parts.hostname or "")


def _is_this_machine(host: str) -> bool:
    if host == "localhost":
        return True
    address = address_of(host)
    return address is not None and address.is_loopback


def _checked_proxy(url: Any) -> str | None:
    if url is None or (isinstance(url, str) and not url.strip()):
        return None
    if not isinstance(url, str):
        raise ConfigurationError(f"proxy_url has to be text, not {type(url).__name__}")
    text = SecretText(by_value(url).strip())
    try:
        parse_proxy(text)
    except ValueError as error:
        reason = str(error)
    else:
        return text
    from_variable = url == os.environ.get(ENV_PROXY_URL)
    source = f"proxy_url (from {ENV_PROXY_URL})" if from_variable else "proxy_url"
    # Raised outside the handler, whose error has the parts of the URL in its traceback.
    raise ConfigurationError(f"{source} cannot be used: {reason}")


def _safe(url: str) -> str:
    """Return a URL as plain text, without the parts that may be secret."""
    parts = urlsplit(by_value(url))
    if not parts.netloc:
        # Not a URL at all: it may be the key, or contain a password.
        return "..." if "@" in url or _MAY_BE_KEY.search(url) else by_value(url)
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}{parts.path}"


def _check_seconds(name: str, value: Any, *, zero_allowed: bool) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not 0 <= value <= LONGEST_WAIT or (value == 0 and not zero_allowed):
        least = "0 or more" if zero_allowed else "more than 0"
        raise ConfigurationError(
            f"{name} has to be a number of seconds, {least}, at most {LONGEST_WAIT:,};"
            f" got {value!r}"
        )


def _check_count(name: str, value: Any, *, least: int) -> None:
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise ConfigurationError(f"{name} has to be a whole number, {least} or more; got {value!r}")


def _checked_header(name: str, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if not isinstance(value, str) or not value.isprintable() or not value.isascii():
        raise ConfigurationError(f"{name} has to be printable ASCII text; got {value!r}")
    return by_value(value)


def _or_env(value: T | None, variable: str, read: Callable[[str], T]) -> T | None:
    """Return the argument, or the value of the variable, or None."""
    text = os.environ.get(variable)
    if value is not None or text is None:
        return value
    try:
        return read(text.strip())
    except ValueError:
        _warn(f"{variable}={text!r} cannot be read; the default is used", UserWarning)
        return None


def _switch(text: str) -> bool:
    if text.lower() in _TRUE:
        return True
    if text.lower() in _FALSE:
        return False
    raise ValueError(text)


def _warn(message: str, category: type[Warning]) -> None:
    """Warn, with the first line outside `aion`, which made the settings, as the source."""
    level, frame = 1, inspect.currentframe()
    while frame is not None and frame.f_globals.get("__name__", "").split(".")[0] == "aion":
        level, frame = level + 1, frame.f_back
    warnings.warn(message, category, stacklevel=level)
