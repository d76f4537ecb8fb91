"""The ASGI application: match, authenticate, strike faults, validate, handle, validate again.

One catch-all entry with its own matcher, so that the contract alone decides which routes exist.
"""

from __future__ import annotations

import asyncio
import hmac
import logging
import time
from collections.abc import Callable
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.types import Receive, Scope, Send

from .call import Answer, Call
from .contract import Operation
from .control import CONTROL_PREFIX, serve_control
from .envelopes import ApiError, Group, InvalidRequest, Problem, error_body, group_of
from .exchange import ClientGone, Exchange
from .faults import CallFault, DelayCall, DropCall, FailCall, HtmlCall
from .handlers import load_handlers
from .jsontext import parse_json
from .object_routes import serve_object
from .signing import OBJECTS_PREFIX
from .state import State
from .uploads import Form, FormReceiver

logger: Final = logging.getLogger("aion.sandbox")

OPEN: Final = frozenset({"root__get", "health_check_health_get"})
"""Operations that need no key."""

_HTML: Final = (
    b"<!DOCTYPE html><html><head><title>Bad Gateway</title></head><body>proxy</body></html>"
)


class _Dropped(Exception):
    """A fault wants the connection cut."""


class App:
    """The application of one sandbox."""

    def __init__(self, state: State, url: str, abort: Callable[[Any], None]) -> None:
        """`abort` cuts the connection of a client address at once."""
        self._state = state
        self._url = url
        self._abort = abort
        self._stopping = asyncio.Event()
        self._handlers = load_handlers()
        self._expected = f"Bearer {state.options.api_key}".encode()

    def stop(self) -> None:
        """Cut what waits in a fault, so that the server can end."""
        self._stopping.set()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        began = time.perf_counter()
        exchange = Exchange(scope, receive, send, self._url)
        controlled = exchange.raw_path.startswith(CONTROL_PREFIX)
        if not controlled:
            exchange.on_start = lambda: self._state.journal.add(exchange.seen())
        try:
            if exchange.raw_path.startswith(OBJECTS_PREFIX):
                await serve_object(self._state, exchange)
            else:
                answer = await self._answer(exchange, controlled)
                await exchange.drain()
                await exchange.answer(answer)
        except (ClientGone, _Dropped):
            await self._cut(exchange)
        finally:
            if logger.isEnabledFor(logging.INFO):
                self._log(exchange, began)

    async def _answer(self, exchange: Exchange, controlled: bool) -> Answer:
        group: Group = group_of(exchange.raw_path)
        try:
            if controlled:
                self._authenticate(exchange)
                return await serve_control(self._state, exchange)
            return await self._serve(exchange)
        except InvalidRequest as error:
            return Answer(error.body(), status=422)
        except ApiError as error:
            return self._error(exchange, group, error)
        except (ClientGone, _Dropped):
            raise
        except Exception as error:
            logger.exception("%s broke", exchange.operation)
            return self._broken(exchange, group, f"{type(error).__name__}: {error}")

    async def _serve(self, exchange: Exchange) -> Answer:
        operation, values = self._match(exchange)
        exchange.operation, exchange.template = operation.id, operation.path
        if operation.id not in OPEN:
            self._authenticate(exchange)
        if self._state.faults:
            struck = await self._strike(exchange, operation)
            if struck is not None:
                return struck
        handler = self._handlers.get(operation.id)
        if handler is None:
            # One shape for all of them, so that a test suite can tell them from real errors.
            error = ApiError(501, f"{operation.id} is not in this sandbox")
            return self._error(exchange, "general", error)
        call = await self._call(exchange, operation, values)
        try:
            answer = await handler(call)
        except ApiError as error:
            answer = self._error(exchange, operation.group, error)
        except InvalidRequest as error:
            answer = Answer(error.body(), status=422)
        finally:
            if call.form is not None:
                call.form.discard()
        return self._checked(exchange, operation, answer)

    def _match(self, exchange: Exchange) -> tuple[Operation, tuple[str, ...]]:
        operations, values = self._state.contract.find(exchange.raw_path)
        if not operations:
            raise ApiError(404, f"{exchange.raw_path} is not in the contract", code="UNKNOWN_ROUTE")
        operation = operations.get(exchange.method)
        if operation is None:
            allowed = ", ".join(sorted(operations))
            raise ApiError(
                405, f"this path takes {allowed} in the contract", headers={"allow": allowed}
            )
        return operation, values

    def _authenticate(self, exchange: Exchange) -> None:
        given = exchange.header(b"authorization")
        if given is not None and hmac.compare_digest(given.encode("latin-1"), self._expected):
            return
        text = "The API key is not the key of this sandbox"
        if given is None:
            text = "No API key; send Authorization: Bearer <key>"
        raise ApiError(401, text, headers={"www-authenticate": "Bearer"})

    async def _strike(self, exchange: Exchange, operation: Operation) -> Answer | None:
        faults = self._state.faults

        def fits(fault: CallFault) -> bool:
            return fault.strikes(operation.id)

        delay = faults.take(DelayCall, fits)
        if delay is not None:
            await self._wait(delay.seconds)
        if faults.take(DropCall, fits) is not None:
            raise _Dropped
        page = faults.take(HtmlCall, fits)
        if page is not None:
            return Answer(status=page.status, raw=_HTML, headers={"content-type": "text/html"})
        failure = faults.take(FailCall, fits)
        return self._injected(exchange, operation, failure) if failure is not None else None

    async def _wait(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            return
        raise _Dropped

    def _injected(self, exchange: Exchange, operation: Operation, fault: FailCall) -> Answer:
        message = fault.message or f"Fault injected into {operation.id}"
        error = ApiError(fault.status, message, code=fault.code)
        if fault.retry_after is not None:
            error.headers["retry-after"] = str(fault.retry_after)
        if fault.status != 422:
            return self._error(exchange, operation.group, error)
        invalid = InvalidRequest([Problem(("body",), message, fault.code or "injected")])
        return Answer(invalid.body(), status=422, headers=error.headers)

    async def _call(
        self, exchange: Exchange, operation: Operation, values: tuple[str, ...]
    ) -> Call:
        validators = self._state.validators
        path = dict(zip(operation.path_names, ([value] for value in values), strict=True))
        query: dict[str, list[str]] = {}
        for name, value in parse_qsl(exchange.query, keep_blank_values=True):
            query.setdefault(name, []).append(value)
        headers = {
            one.name: [given]
            for one in operation.placed("header")
            if (given := exchange.header(one.name.lower().encode())) is not None
        }
        validators.parameters(operation, "header", headers)
        call = Call(
            operation=operation,
            state=self._state,
            path=validators.parameters(operation, "path", path),
            query=validators.parameters(operation, "query", query),
            body=None,
            form=None,
            origin=exchange.origin(),
        )
        if operation.body_type == "multipart/form-data":
            call.form = await self._form(exchange, operation)
        elif operation.body_schema is not None:
            call.body = await self._json(exchange, operation)
        elif exchange.has_body() and await exchange.body():
            raise InvalidRequest([Problem(("body",), "This operation takes no body", "extra")])
        return call

    async def _json(self, exchange: Exchange, operation: Operation) -> Any:
        data = await exchange.body()
        if not data and not operation.body_required:
            return None
        if not data:
            raise InvalidRequest([Problem(("body",), "Field required", "missing")])
        kind = (exchange.header(b"content-type") or "").partition(";")[0].strip().lower()
        if kind != "application/json":
            raise InvalidRequest(
                [Problem(("body",), "Content-Type must be application/json", "content_type")]
            )
        try:
            value = parse_json(data)
        except (ValueError, RecursionError) as error:
            raise InvalidRequest([Problem(("body",), f"not JSON: {error}", "json")]) from None
        self._state.validators.body(operation, value)
        return value

    async def _form(self, exchange: Exchange, operation: Operation) -> Form:
        validators = self._state.validators
        fields = validators.form_files(operation)
        receiver = FormReceiver(
            self._state.objects,
            validators.form_readers(operation),
            fields,
            self._state.options.limits.max_file_bytes,
        )
        try:
            content_type = exchange.header(b"content-type") or ""
            form = await receiver.receive(content_type, exchange.pieces())
            repeated = frozenset(name for name, many in fields.items() if many)
            validators.body(operation, form.as_instance(repeated))
        except BaseException:
            receiver.form.discard()
            raise
        return form

    def _checked(self, exchange: Exchange, operation: Operation, answer: Answer) -> Answer:
        if not self._state.options.strict or answer.raw is not None:
            return answer
        wrong = self._state.validators.answer(operation, answer.status, answer.body)
        if wrong is None:
            return answer
        text = f"answer {answer.status} of {operation.id} is off contract: {wrong}"
        return self._broken(exchange, operation.group, text)

    def _broken(self, exchange: Exchange, group: Group, text: str) -> Answer:
        self._state.violations.append(text)
        return self._error(exchange, group, ApiError(500, text, code="SANDBOX_ERROR"))

    def _error(self, exchange: Exchange, group: Group, error: ApiError) -> Answer:
        body = error_body(error, group, exchange.request_id, self._state.clock.stamp())
        return Answer(body, status=error.status, headers=dict(error.headers))

    async def _cut(self, exchange: Exchange) -> None:
        if exchange.status is None:
            exchange.on_start()
        self._abort(exchange.scope.get("client"))
        # The server takes a silent return for an error until it has noticed the cut.
        while (await exchange.receive())["type"] != "http.disconnect":
            pass

    def _log(self, exchange: Exchange, began: float) -> None:
        milliseconds = (time.perf_counter() - began) * 1000
        logger.info(
            "%s %s %s %.1f ms",
            exchange.method,
            exchange.template or "(unknown route)",
            exchange.status or "cut",
            milliseconds,
        )
