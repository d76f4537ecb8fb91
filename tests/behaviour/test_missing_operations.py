"""Calls that the contract of a package does not have: refused by name, and nothing is sent."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from aion import AionvisionError, MissingOperationError, ValidationError
from aion.testing import Sandbox
from aion_api import Request, _missing
from aion_api.api import chat, folders, user_files
from tests.behaviour.calls import Calls, Client

METHODS = ("ShelvesResource.get", "ShelvesResource.list")
FILE = "7d1f0d2e-5a11-4c55-9d3e-0000000000fa"


def shelf(*methods: str, path: str = "/shelves/{shelf_id}") -> Request[Any]:
    """What a stand-in returns."""
    return _missing.request(
        "shelves.get_shelf",
        contract="2.1",
        needed_by=methods,
        method="GET" if path else "",
        path=path,
    )


class ShelfDraft(_missing.Schema):
    """A stand-in of a schema."""


def refused(calls: Calls, sandbox: Sandbox, request: Request[Any]) -> MissingOperationError:
    """The error of a call."""
    with pytest.raises(MissingOperationError) as caught:
        calls(calls.client(sandbox).call(request))
    return caught.value


def test_a_call_of_a_missing_operation_is_refused_by_name(calls: Calls, sandbox: Sandbox) -> None:
    assert refused(calls, sandbox, shelf()).operation == "shelves.get_shelf"


def test_nothing_is_sent_for_a_missing_operation(calls: Calls, sandbox: Sandbox) -> None:
    refused(calls, sandbox, shelf())
    assert sandbox.requests == []


def test_the_message_names_endpoint_contract_and_methods(calls: Calls, sandbox: Sandbox) -> None:
    assert str(refused(calls, sandbox, shelf(*METHODS))).startswith(
        "GET /shelves/{shelf_id}: the contract 2.1 that this package was generated from lacks the"
        " operation shelves.get_shelf, needed by ShelvesResource.get and ShelvesResource.list; its"
        " request was not sent [MISSING_OPERATION] Install "
    )


def test_the_message_of_an_operation_without_endpoint_and_methods(
    calls: Calls, sandbox: Sandbox
) -> None:
    assert str(refused(calls, sandbox, shelf(path=""))).startswith(
        "the contract 2.1 that this package was generated from lacks the operation"
        " shelves.get_shelf; its request was not sent "
    )


def test_the_message_counts_methods_beyond_the_third(calls: Calls, sandbox: Sandbox) -> None:
    error = refused(calls, sandbox, shelf("A.a", "B.b", "C.c", "D.d", "E.e"))
    assert "needed by A.a, B.b, C.c and 2 more;" in error.message


def test_the_error_has_method_and_path(calls: Calls, sandbox: Sandbox) -> None:
    error = refused(calls, sandbox, shelf())
    assert (error.method, error.path) == ("GET", "/shelves/{shelf_id}")


def test_p6_the_error_of_a_missing_operation_survives_pickle(
    calls: Calls, sandbox: Sandbox
) -> None:
    error = refused(calls, sandbox, shelf())
    assert str(pickle.loads(pickle.dumps(error))) == str(error)


def test_a_request_that_is_decoded_to_something_else_is_refused(
    calls: Calls, sandbox: Sandbox
) -> None:
    refused(calls, sandbox, shelf().decoding(str, kind="text"))


def test_a_missing_operation_that_may_be_repeated_is_refused_once(
    calls: Calls, sandbox: Sandbox
) -> None:
    request = shelf()
    request.repeatable = True
    refused(calls, sandbox, request)


def test_a_raw_call_of_a_missing_operation_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(MissingOperationError):
        calls(calls.client(sandbox).call_raw(shelf()))


def gone(*args: Any, **kwargs: Any) -> Request[Any]:
    """A stand-in."""
    del args, kwargs
    return shelf()


def stream(calls: Calls, client: Client, folder: Path) -> Any:
    """Read a chat stream."""
    return calls.items(client.chats.send_stream("Hello", session_id=FILE))


def download(calls: Calls, client: Client, folder: Path) -> Any:
    """Read a file."""
    return calls(client.files.download(FILE))


def download_to(calls: Calls, client: Client, folder: Path) -> Any:
    """Save a file."""
    return calls(client.files.download_to(FILE, folder / "a.jpg"))


def pages(calls: Calls, client: Client, folder: Path) -> Any:
    """Walk through a list."""
    return calls.items(client.files.list_all())


def upload(calls: Calls, client: Client, folder: Path) -> Any:
    """Upload a directory."""
    (folder / "a.jpg").write_bytes(b"\xff\xd8\xff\xe0")
    return calls(client.upload(folder))


@pytest.mark.parametrize(
    ("module", "function", "use"),
    [
        (chat, "send_message_stream", stream),
        (user_files, "download_user_file", download),
        (user_files, "download_user_file", download_to),
        (user_files, "list_user_files", pages),
        (user_files, "stream_batch_upload", upload),
    ],
)
def test_a_method_of_several_steps_names_the_missing_operation(
    module: Any,
    function: str,
    use: Callable[[Calls, Client, Path], Any],
    calls: Calls,
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(module, function, gone)
    with pytest.raises(AionvisionError, match=r"lacks the operation shelves\.get_shelf"):
        use(calls, calls.client(sandbox), tmp_path)


def test_an_object_of_a_missing_schema_is_not_sent(calls: Calls, sandbox: Sandbox) -> None:
    draft: Any = ShelfDraft(name="Top")
    with pytest.raises(ValidationError, match="ShelfDraft, which the contract lacks"):
        calls(calls.client(sandbox).call(folders.create_folder(body=draft)))
    assert sandbox.requests == []
