"""The ASGI application: match, authenticate, apply faults, validate, handle, validate again.

One catch-all entry with its own matcher, so that the contract alone decides which routes exist.
"""

from __future__ import annotations

import asyncio
import base64
import binascii
import logging
import time
from collections.abc import Callable
from contextlib import nullcontext
from http.cookies import CookieError, SimpleCookie
from typing import Any, Final

from starlette.types import Receive, Scope, Send

from aion.sandbox.asgi.delivery import apply_response_faults, send_stream
from aion.sandbox.asgi.exchange import ClientDisconnected, ConnectionCut, Exchange
from aion.sandbox.asgi.request_reader import read_call
from aion.sandbox.auth.identity import ANONYMOUS, Actor, digest
from aion.sandbox.cloud.consent import CONSENT_PREFIX
from aion.sandbox.contract.contract import Operation
from aion.sandbox.contract.errors import (
    ApiError,
    Group,
    InvalidRequest,
    Problem,
    error_body,
    group_of,
)
from aion.sandbox.faults.kinds import CallFault, DelayCall, DropCall, FailCall, HtmlCall
from aion.sandbox.handlers import load_handlers
from aion.sandbox.routes.consent import serve_consent
from aion.sandbox.routes.control import CONTROL_PREFIX, serve_control
from aion.sandbox.routes.objects import object_operation, plain_text, serve_object
from aion.sandbox.runtime.call import Response
from aion.sandbox.runtime.in_flight import RequestDiscarded
from aion.sandbox.runtime.permissions import require
from aion.sandbox.runtime.state import State
from aion.sandbox.store.signing import OBJECTS_PREFIX

from .handlers.registry import ACCESS, Handler

logger: Final = logging.getLogger("aion.sandbox")

SESSION_COOKIE: Final = "aionvision_session"
"""Cookie that carries a session token."""

_HTML: Final = (
    b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>proxy</body></html>"
)


class App:
    """The application of one sandbox."""

    def __init__(self, state: State, url: str, abort: Callable[[Any], None]) -> None:
        """`abort` cuts the connection of a client address at once."""
        self._state = state
        self._url = url
        self._abort = abort
        self._stopping = asyncio.Event()
        self._handlers = load_handlers()
        self._control_key = digest(state.options.api_key)

    def stop(self) -> None:
        """Cut the requests that wait in a fault, so that the server can stop."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.perf_counter()
        exchange = Exchange(scope, receive, send, self._url, self._state.clock.http_date)
        controlled = exchange.raw_path.startswith(CONTROL_PREFIX)
        if not controlled:
            exchange.on_start = lambda: self._log_request(exchange, began)
        try:
            # A reset is a control request itself, so resets do not cut control requests.
            with nullcontext() if controlled else self._state.in_flight.track():
                await self._exchange(exchange, controlled)
        except RequestDiscarded:
            await self._cut_connection(exchange)
        finally:
            if logger.isEnabledFor(logging.INFO):
                self._print_request(exchange, began)

    async def _exchange(self, exchange: Exchange, controlled: bool) -> None:
        try:
            if exchange.raw_path.startswith(OBJECTS_PREFIX):
                answer = await self._object(exchange)
            elif exchange.raw_path.startswith(CONSENT_PREFIX):
                answer = serve_consent(self._state, exchange)
            else:
                answer = await self._answer(exchange, controlled)
            if answer is not None:
                await exchange.drain()
                await self._send(exchange, answer)
        except (ClientDisconnected, ConnectionCut):
            if exchange.status is None:
                exchange.on_start()
            await self._cut_connection(exchange)

    async def _answer(self, exchange: Exchange, controlled: bool) -> Response:
        group: Group = group_of(exchange.raw_path)
        try:
            if controlled:
                self._authenticate_control(exchange)
                return await serve_control(self._state, exchange)
            return await self._serve(exchange)
        except InvalidRequest as error:
            return Response(error.body(), status=422)
        except ApiError as error:
            return self._error(exchange, group, error)
        except (ClientDisconnected, ConnectionCut):
            raise
        except Exception as error:
            logger.exception("%s failed", exchange.operation)
            return self._broken(exchange, group, f"{type(error).__name__}: {error}")

    async def _object(self, exchange: Exchange) -> Response | None:
        exchange.operation = object_operation(exchange.method)
        if self._state.faults:
            failure = await self._apply_faults(exchange.operation)
            if isinstance(failure, Response):
                return failure
            if failure is not None:
                answer = plain_text(failure.status, failure.message or "fault on request")
                if failure.retry_after is not None:
                    answer.headers["retry-after"] = str(failure.retry_after)
                return answer
            apply_response_faults(exchange, self._state.faults, exchange.operation, self._wait)
        return await serve_object(self._state, exchange)

    async def _send(self, exchange: Exchange, answer: Response) -> None:
        if answer.stream is None:
            await exchange.answer(answer)
            return
        name = exchange.operation or ""
        try:
            await send_stream(exchange, answer, self._state.faults, name, self._wait)
        except (ClientDisconnected, ConnectionCut):
            raise
        except Exception as error:
            # The status is sent already: only a cut can still report the failure.
            logger.exception("the stream of %s failed", name)
            self._state.violations.append(f"stream of {name}: {type(error).__name__}: {error}")
            raise ConnectionCut from None

    async def _serve(self, exchange: Exchange) -> Response:
        operation, values = self._match(exchange)
        exchange.operation, exchange.template = operation.id, operation.path
        access = ACCESS.get(operation.id)
        actor = self._authenticate(exchange, public=access is not None and access.public)
        exchange.api_key_id = actor.api_key_id
        self._count(exchange, operation, actor)
        if self._state.faults:
            failure = await self._apply_faults(operation.id)
            if isinstance(failure, Response):
                return failure
            if failure is not None:
                return self._injected(exchange, operation, failure)
            apply_response_faults(exchange, self._state.faults, operation.id, self._wait)
        handler = self._handlers.get(operation.id)
        if handler is None or access is None:
            # One shape for all operations: a test suite can distinguish them from real errors.
            error = ApiError(501, f"{operation.id} is not served by this sandbox")
            return self._error(exchange, "general", error)
        try:
            if not access.public:
                address = exchange.ip_address()
                require(
                    self._state, actor, operation, access.role, access.scope, ip_address=address
                )
            with self._state.rate_limiter.uploading(operation):
                answer = await self._handle(exchange, operation, values, actor, handler)
        except ApiError as error:
            answer = self._error(exchange, operation.group, error)
        return self._checked(exchange, operation, answer)

    async def _handle(
        self,
        exchange: Exchange,
        operation: Operation,
        values: tuple[str, ...],
        actor: Actor,
        handler: Handler,
    ) -> Response:
        call = await read_call(self._state, exchange, operation, values, actor)
        try:
            return await handler(call)
        except InvalidRequest as error:
            return Response(error.body(), status=422)
        finally:
            if call.form is not None:
                call.form.discard()

    def _match(self, exchange: Exchange) -> tuple[Operation, tuple[str, ...]]:
        operations, values = self._state.contract.find(exchange.raw_path)
        if not operations:
            raise ApiError(404, f"{exchange.raw_path} is not in the contract", code="UNKNOWN_ROUTE")
        operation = operations.get(exchange.method)
        if operation is None:
            allowed = ", ".join(sorted(operations))
            raise ApiError(
                405, f"the contract allows {allowed} on this path", headers={"allow": allowed}
            )
        return operation, values

    def _authenticate(self, exchange: Exchange, *, public: bool) -> Actor:
        token = _token(exchange)
        try:
            if token is None:
                if public:
                    return ANONYMOUS
                raise ApiError(
                    401,
                    "No API key; send Authorization: Bearer <key>",
                    headers={"www-authenticate": "Bearer"},
                )
            return self._state.identity.authenticate(token)
        except ApiError as error:
            if public:
                return ANONYMOUS
            self._state.audit.write(
                "security.invalid_token" if token is None else "api_key.failed",
                "authenticate",
                result="failure",
                severity="warning",
                error_message=error.message,
                ip_address=exchange.ip_address(),
                metadata={"method": exchange.method, "path": exchange.template},
            )
            raise

    def _count(self, exchange: Exchange, operation: Operation, actor: Actor) -> None:
        """Count a request against the rate limits; raises ApiError above the limit."""
        if actor is ANONYMOUS:
            return
        rate_limit = self._state.rate_limiter.take(actor.caller, operation)
        if rate_limit is None:
            return
        exchange.added_headers = rate_limit.headers()
        refusal = rate_limit.refusal()
        if refusal is not None:
            self._state.audit.write(
                "security.rate_limit_exceeded",
                operation.method.lower(),
                actor=actor,
                result="denied",
                severity="warning",
                error_message=refusal.message,
                ip_address=exchange.ip_address(),
                metadata={"operation": operation.id},
            )
            raise refusal

    def _authenticate_control(self, exchange: Exchange) -> None:
        token = _token(exchange)
        if token is None or digest(token) != self._control_key:
            text = "The control routes need the sandbox's own key"
            raise ApiError(401, text, headers={"www-authenticate": "Bearer"})

    async def _apply_faults(self, name: str) -> Response | FailCall | None:
        faults = self._state.faults

        def fits(fault: CallFault) -> bool:
            return fault.strikes(name)

        delay = faults.take(DelayCall, fits)
        if delay is not None:
            await self._wait(delay.seconds)
        if faults.take(DropCall, fits) is not None:
            raise ConnectionCut
        page = faults.take(HtmlCall, fits)
        if page is not None:
            return Response(status=page.status, raw=_HTML, headers={"content-type": "text/html"})
        return faults.take(FailCall, fits)

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        raise ConnectionCut

    def _injected(self, exchange: Exchange, operation: Operation, fault: FailCall) -> Response:
        message = fault.message or f"Fault injected into {operation.id}"
        error = ApiError(fault.status, message, code=fault.code)
        if fault.retry_after is not None:
            error.headers["retry-after"] = str(fault.retry_after)
        if fault.status != 422:
            return self._error(exchange, operation.group, error)
        invalid = InvalidRequest([Problem(("body",), message, fault.code or "injected")])
        return Response(invalid.body(), status=422, headers=error.headers)

    def _checked(self, exchange: Exchange, operation: Operation, answer: Response) -> Response:
        whole = answer.raw is None and answer.stream is None
        if not (self._state.options.strict and whole):
            return answer
        wrong = self._state.validators.answer(operation, answer.status, answer.body)
        if wrong is None:
            return answer
        text = f"response {answer.status} of {operation.id} violates the contract: {wrong}"
        return self._broken(exchange, operation.group, text)

    def _broken(self, exchange: Exchange, group: Group, text: str) -> Response:
        self._state.violations.append(text)
        return self._error(exchange, group, ApiError(500, text, code="SANDBOX_ERROR"))

    def _error(self, exchange: Exchange, group: Group, error: ApiError) -> Response:
        body = error_body(error, group, exchange.request_id, self._state.clock.stamp())
        return Response(body, status=error.status, headers=dict(error.headers))

    async def _cut_connection(self, exchange: Exchange) -> None:
        self._abort(exchange.scope.get("client"))
        # The server treats a silent return as an error until it has noticed the cut.
        while (await exchange.receive())["type"] != "http.disconnect":
            pass

    def _log_request(self, exchange: Exchange, began: float) -> None:
        self._state.request_log.add(exchange.seen())
        if exchange.operation is not None and exchange.template is not None:
            self._state.usage.add(
                exchange.operation,
                exchange.method,
                exchange.template,
                status=exchange.status,
                seconds=time.perf_counter() - began,
                api_key_id=exchange.api_key_id,
            )

    def _print_request(self, exchange: Exchange, began: float) -> None:
        milliseconds = (time.perf_counter() - began) * 1000
        logger.info(
            "%s %s %s %.1f ms",
            exchange.method,
            exchange.template or "(unknown route)",
            exchange.status or "cut",
            milliseconds,
        )


def _token(exchange: Exchange) -> str | None:
    """Return the key or session token of a request: Bearer, Basic (as pip sends), or cookie."""
    scheme, _, given = (exchange.header(b"authorization") or "").partition(" ")
    if scheme.lower() == "bearer":
        return given.strip()
    if scheme.lower() == "basic":
        try:
            return base64.b64decode(given, validate=True).decode().partition(":")[2]
        except (binascii.Error, UnicodeDecodeError):
            return given
    if scheme:
        return given
    try:
        found = SimpleCookie(exchange.header(b"cookie") or "").get(SESSION_COOKIE)
    except CookieError:
        return None
    return found.value if found is not None else None
