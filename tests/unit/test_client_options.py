"""Client methods that hand options on show and accept what the resource's method does."""

# pyright: reportUnnecessaryTypeIgnoreComment=true
# Both type checkers report a comment that ignores no error: so wrong calls have to be errors.

from __future__ import annotations

import asyncio
import inspect
import pydoc
from typing import Any, assert_type

import pytest

from aion import AionVision, SyncAionVision, resources
from aion._requests.client_options import DescribeOptions, UploadOptions, VerifyOptions
from aion.sync import resources as sync_resources
from aion.types import BatchUploadResults

KEY = "aion_" + "k" * 20
METHODS: dict[str, tuple[Any, Any, Any]] = {
    "upload": (AionVision.upload, resources.UploadResource.upload, UploadOptions),
    "describe": (AionVision.describe, resources.DescribeResource.describe, DescribeOptions),
    "verify": (AionVision.verify, resources.VerifyResource.verify, VerifyOptions),
    "sync upload": (
        SyncAionVision.upload,
        sync_resources.SyncUploadResource.upload,
        UploadOptions,
    ),
    "sync describe": (
        SyncAionVision.describe,
        sync_resources.SyncDescribeResource.describe,
        DescribeOptions,
    ),
    "sync verify": (
        SyncAionVision.verify,
        sync_resources.SyncVerifyResource.verify,
        VerifyOptions,
    ),
}


@pytest.mark.parametrize("name", METHODS)
def test_the_signature_has_the_parameters_and_defaults_of_the_method_of_the_resource(
    name: str,
) -> None:
    method, origin, _ = METHODS[name]
    shown, real = inspect.signature(method), inspect.signature(origin)

    assert defaults(shown) == defaults(real)
    assert shown.return_annotation == real.return_annotation


def defaults(signature: inspect.Signature) -> list[tuple[str, object, object]]:
    return [(name, one.kind, one.default) for name, one in signature.parameters.items()]


@pytest.mark.parametrize("name", METHODS)
def test_type_checkers_know_each_option_with_its_type(name: str) -> None:
    method, _, options = METHODS[name]
    parameters = inspect.signature(method).parameters.values()
    named = {one.name: one.annotation for one in parameters if one.kind is one.KEYWORD_ONLY}
    known = {
        name: getattr(kind, "__forward_arg__", kind)
        for name, kind in options.__annotations__.items()
    }

    assert known == named


def test_the_signature_of_a_bound_method_begins_with_its_first_argument() -> None:
    method: Any = SyncAionVision(KEY).upload

    assert list(inspect.signature(method).parameters)[:2] == ["files", "filename"]


def test_help_shows_the_options_and_their_defaults() -> None:
    shown = pydoc.plain(pydoc.render_doc(SyncAionVision.upload))

    # Python 3.14 and later show annotations without quotation marks.
    assert "skip_duplicates: bool = False" in shown.replace("'", "")


def test_a_method_of_the_async_client_is_still_a_coroutine_function() -> None:
    assert inspect.iscoroutinefunction(AionVision.upload)


@pytest.mark.parametrize("method", ["upload", "describe", "verify"])
def test_a_wrong_option_is_a_type_error_that_names_it(method: str) -> None:
    sync: Any = getattr(SyncAionVision(KEY), method)
    with pytest.raises(TypeError, match="unexpected keyword argument 'wait'"):
        sync("a.jpg", wait=True)
    other: Any = getattr(AionVision(KEY), method)
    with pytest.raises(TypeError, match="unexpected keyword argument 'wait'"):
        asyncio.run(other("a.jpg", wait=True))


async def typed(client: AionVision, sync: SyncAionVision) -> None:
    """Never called: what type checkers accept, and what they reject."""
    assert_type(await client.upload("a.jpg", tags=["a"]), BatchUploadResults)
    assert_type(sync.upload("a.jpg", tags=["a"]), BatchUploadResults)
    await client.upload("a.jpg", wait=True)  # type: ignore[call-arg]
    sync.upload("a.jpg", wait=True)  # type: ignore[call-arg]
    sync.upload("a.jpg", recursive="yes")  # type: ignore[arg-type]
    await client.describe("a.jpg", level=1)  # type: ignore[call-arg]
    sync.describe("a.jpg", prompt=1)  # type: ignore[arg-type]
    await client.verify("a.jpg", "a", mode=1)  # type: ignore[arg-type]
    sync.verify("a.jpg", "a", mod="claim")  # type: ignore[call-arg]
