"""Edits the title and the tags of a stored file."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from aion.sandbox.contract.errors import ApiError, InvalidRequest, Problem
from aion.sandbox.runtime.state import State
from aion.sandbox.store.files import StoredFile
from aion.sandbox.store.jsontext import json_text

_MAX_TAGS: Final = 40
_MAX_TAG: Final = 50


def check_tags(tags: list[str]) -> None:
    """Refuse more than 40 tags, or one that is empty or longer than 50 characters."""
    problems = [
        Problem(("body", "tags"), f"tag {tag[:60]!r} must have 1 to {_MAX_TAG} characters", "tag")
        for tag in tags
        if not 1 <= len(tag) <= _MAX_TAG
    ]
    if len(tags) > _MAX_TAGS:
        problems.append(Problem(("body", "tags"), f"at most {_MAX_TAGS} tags", "too_long"))
    if problems:
        raise InvalidRequest(problems)


def edit_file(state: State, file: StoredFile, changes: Mapping[str, Any]) -> dict[str, Any]:
    """Store `title` and `tags`; null empties a field, an absent field stays.

    Returns:
        The response body.

    Raises:
        ApiError: neither field is given.
        InvalidRequest: tags out of range.
    """
    if not changes:
        raise ApiError(400, "pass at least one of title and tags")
    now = state.clock.stamp()
    title, tags = file.title, file.tag_list()
    values: dict[str, Any] = {"updated_at": now}
    if "title" in changes:
        title = values["title"] = changes["title"]
    if "tags" in changes:
        given: list[str] = changes["tags"] or []
        tags = list(dict.fromkeys(given))
        check_tags(tags)
        values |= {"tags": json_text(tags), "tags_edited": 1}
    state.files.update(file.n, **values)
    return {"id": file.id, "title": title, "tags": tags, "updated_at": now}
