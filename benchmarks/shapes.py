"""Makes the responses that the peers expect: as large as those for aion, in their own shapes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from benchmarks import payloads
from benchmarks.payloads import SINGLE, TEXT, dumped, padded


def _page(item: Callable[[int], dict[str, Any]], key: str) -> list[dict[str, Any]]:
    """Return a hundred objects that are together as large as a page of files."""
    size = len(payloads.listing(0, 100, 10_000)) // 100
    items = [item(number) for number in range(100)]
    for one in items:
        missing = max(0, size - len(dumped({**one, key: ""})))
        one[key] = (TEXT * (missing // len(TEXT) + 1))[:missing]
    return items


def _openai_file(number: int) -> dict[str, Any]:
    return {
        "id": f"file-{number}",
        "object": "file",
        "bytes": 482133,
        "created_at": 1772359200,
        "expires_at": None,
        "filename": "photo.jpg",
        "purpose": "user_data",
        "status": "processed",
    }


def _anthropic_file(number: int) -> dict[str, Any]:
    return {
        "id": f"file-{number}",
        "type": "file",
        "filename": "photo.jpg",
        "mime_type": "image/jpeg",
        "size_bytes": 482133,
        "created_at": "2026-03-01T10:00:00Z",
        "downloadable": False,
    }


def _license() -> dict[str, Any]:
    return {
        "key": "mit",
        "name": "MIT License",
        "spdx_id": "MIT",
        "url": "https://api.example/licenses/mit",
        "node_id": "MDc6TGljZW5zZW1pdA==",
        "html_url": "https://example/licenses/mit",
        "description": "short and permissive",
        "implementation": "a text file",
        "permissions": ["commercial-use", "modifications"],
        "conditions": ["include-copyright"],
        "limitations": ["liability", "warranty"],
        "featured": True,
    }


def _github_user(number: int) -> dict[str, Any]:
    base = f"https://api.example/users/user-{number}"
    links = (
        "url html_url followers_url following_url gists_url starred_url subscriptions_url"
        " organizations_url repos_url events_url received_events_url avatar_url"
    )
    return {
        "login": f"user-{number}",
        "id": number,
        "node_id": "MDQ6VXNlcjE=",
        "gravatar_id": "",
        "type": "User",
        "site_admin": False,
        **{name: f"{base}/{name}" for name in links.split()},
    }


def _customer(number: int) -> dict[str, Any]:
    return {
        "id": f"cus_{number}",
        "object": "customer",
        "address": {"city": "Berlin", "country": "DE", "line1": None, "postal_code": "10115"},
        "balance": 0,
        "created": 1772359200,
        "currency": "eur",
        "delinquent": False,
        "email": "someone@example.com",
        "livemode": False,
        "metadata": {"tag": "bicycle"},
        "name": "Someone",
        "phone": None,
        "preferred_locales": ["de"],
    }


def _model(number: int) -> dict[str, Any]:
    return {
        "_id": f"65b0c7a4e1d7f{number}",
        "id": f"someone/something-{number}",
        "modelId": f"someone/something-{number}",
        "author": "someone",
        "sha": "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b",
        "lastModified": "2026-03-01T10:00:00.000Z",
        "createdAt": "2026-02-28T18:21:44.000Z",
        "private": False,
        "disabled": False,
        "downloads": 100 + number,
        "likes": number,
        "tags": ["vision", "bicycle"],
        "pipeline_tag": "image-to-text",
        "library_name": "transformers",
        "siblings": [{"rfilename": "README.md"}, {"rfilename": "config.json"}],
    }


def completions(count: int) -> list[bytes]:
    """Chunks of a chat completion (openai, huggingface_hub)."""
    head = {"id": "c-1", "object": "chat.completion.chunk", "created": 1772359200, "model": "m"}
    chunks: list[tuple[str, Any]] = [
        ("", {**head, "choices": [{"index": 0, "delta": {"content": word}, "finish_reason": None}]})
        for word in payloads.words(count)
    ]
    last: dict[str, Any] = {**head, "choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}
    return payloads.events([*chunks, ("", last), ("", b"[DONE]")])


def messages(count: int) -> list[bytes]:
    """Events of a message (anthropic)."""
    usage = {"input_tokens": 1, "output_tokens": 1}
    message: dict[str, Any] = {
        "id": "m-1",
        "type": "message",
        "role": "assistant",
        "model": "m",
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    block = {"type": "text", "text": ""}
    listed: list[dict[str, Any]] = [
        {"type": "message_start", "message": message},
        {"type": "content_block_start", "index": 0, "content_block": block},
        *(
            {
                "type": "content_block_delta",
                "index": 0,
                "delta": {"type": "text_delta", "text": word},
            }
            for word in payloads.words(count)
        ),
        {"type": "content_block_stop", "index": 0},
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn", "stop_sequence": None},
            "usage": usage,
        },
        {"type": "message_stop"},
    ]
    return payloads.events((one["type"], one) for one in listed)


def singles() -> dict[str, bytes]:
    """Return path -> response, for all contenders except aion and the floor."""
    openai = _page(_openai_file, "status_details")
    anthropic = _page(_anthropic_file, "filename")
    more = {"has_more": True, "first_id": "file-0", "last_id": "file-99"}
    stripe = {"object": "list", "url": "/v1/customers", "has_more": True}
    return {
        "/openai/files/file-1": padded(_openai_file(1), "status_details"),
        "/openai/files": dumped({"object": "list", "data": openai, **more}),
        "/anthropic/v1/files/file-1": padded(_anthropic_file(1), "filename"),
        "/anthropic/v1/files": dumped({"data": anthropic, **more}),
        "/github/licenses/mit": padded(_license(), "body"),
        "/github/users": dumped(_page(_github_user, "name")),
        "/stripe/v1/customers/cus_1": padded(_customer(1), "description"),
        "/stripe/v1/customers": dumped({**stripe, "data": _page(_customer, "description")}),
        "/stripe/v1/files": dumped({"id": "file_1", "object": "file", "size": 1}),
        "/hf/api/models/someone/something": padded(_model(0), "mask_token", SINGLE),
        "/hf/api/models": dumped(_page(_model, "mask_token")),
    }
