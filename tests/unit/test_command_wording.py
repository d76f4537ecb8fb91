"""No message that a user of the command can get speaks Python."""

from __future__ import annotations

import ast
import re
import string
from collections.abc import Iterator

import pytest

from aion._hints import Hint, hint, worded
from aion.cli.wording import OPTIONS, SHELL, text_of
from aion.exceptions import (
    AionvisionConnectionError,
    AionvisionError,
    AuthenticationError,
    ConfigurationError,
    DescriptionError,
    DocumentProcessingError,
    RateLimitError,
    ValidationError,
)
from aion.uploads._errors import DOCUMENTS, IMAGES, Wording
from tests.contract.imports import PROJECT, files

SPOKEN = re.compile(
    r"\bclient\.\w+|\.\w+\(|\b[a-z_]+\((?!s\))|\b[a-z_]+=(?!=)|\b[a-z]+_[a-z_]+\b|\b(True|False|None)\b"
)
"""Attributes, calls, keyword arguments, names with underscores, and constants of Python."""
OTHER_DOORS = {
    "aion/_extra_headers.py": "the command sets no headers",
    "aion/_flows/batch_jobs.py": "the command has no batch jobs",
    "aion/_http/content.py": "headers, not messages",
    "aion/_requests/agents.py": "the command runs no agents",
    "aion/_requests/links.py": "the command saves no links",
    "aion/pipeline.py": "the command builds no pipeline",
    "aion/resources/audit.py": "the command does not read it",
    "aion/resources/chat_session.py": "the command opens its session",
    "aion/resources/colors.py": "the command does not search by color",
    "aion/resources/cloud_storage.py": "the command has no cloud drives",
    "aion/resources/_upload_presigned.py": "the command sends no presigned files",
    "aion/resources/_video_uploads_steps.py": "the command uploads whole videos",
    "aion/types/__init__.py": "names, not messages",
    "aion/__init__.py": "names, not messages",
}
"""Modules with Python in texts that the command never prints."""
OWN_ARGUMENTS = {
    "a call that is not a stream; for a chat stream use client.chats.send_stream()",
    "what a function of aion_api.api returned, such as rules.list_rule_sets()",
    "; pass the body to that function, as body=...",
    '{}: write the bytes to a file first, Path("video.mp4").write_bytes(data)',
    "a numpy array: make a picture of it, image = Image.fromarray(array); {}",
    "a path that is not a pathlib.Path: pass os.fspath(path)",
    'save it with image.save(buffer := io.BytesIO(), "JPEG"), and pass buffer.getvalue(), with'
    " filename=... for an upload",
    "a buffer: pass its bytes, .getvalue(), with filename=... for an upload",
    "an image with exactly one of image_url, image_base64 and object_key",
    "Sequence[str] | None",
    "text, a number, True or False",
    "True or False",
    "True, False or something to call",
    "something to call, or None",
    "None for a directory",
    "None for several videos; these are {}",
    "False without auto_analyze: nothing to wait for",
    "pass its path, or .read() and filename=...",
    "pass its path, or the bytes that .read() returns",
    "filename is missing: bytes have no name of their own; pass filename={}",
    "progress=True needs rich",
    "upload the others only; with journal=, the same call would do that",
    "a {} holds connections, and cannot be pickled or copied: make another one with"
    " from_config(client.config)",
}
"""Texts about values that the command passes itself, and never wrongly."""


SKIPPED = ("aion/sync/", "aion/sandbox/", "aion/testing/", "aion/cli/", "aion/_pyinstaller/")


def messages() -> Iterator[tuple[str, str]]:
    """Yield the file and the text of each message of the package below the command."""
    for file in files("aion"):
        if file.startswith(SKIPPED) or "/sync_" in file or file == "aion/_hints.py":
            continue
        for text in texts(ast.parse((PROJECT / file).read_text("utf-8"))):
            yield file, text


def texts(tree: ast.AST) -> Iterator[str]:
    """Yield all texts of a module except docstrings, with braces for the values inside."""
    nodes = list(ast.walk(tree))
    joined = [one for one in nodes if isinstance(one, ast.JoinedStr)]
    aside = {id(one.value) for one in nodes if isinstance(one, ast.Expr)}
    aside |= {id(part) for one in joined for part in one.values}
    for text in joined:
        yield "".join(str(p.value) if isinstance(p, ast.Constant) else "{}" for p in text.values)
    for one in nodes:
        if isinstance(one, ast.Constant) and isinstance(one.value, str) and id(one) not in aside:
            yield one.value


def is_about_an_option(text: str) -> bool:
    """Whether a message begins with the name of an argument, which the command replaces."""
    name, _, rest = text.partition(" ")
    return name in OPTIONS and not SPOKEN.search(rest)


def is_of_the_database(text: str) -> bool:
    return text.startswith(("PRAGMA ", "SELECT ", "position, ")) or "CREATE TABLE" in text


def test_every_python_spoken_message_is_a_hint_that_the_command_words_itself() -> None:
    spoken = {
        f"{file}: {text}"
        for file, text in messages()
        if " " in text
        and SPOKEN.search(text)
        and file not in OTHER_DOORS
        and text not in OWN_ARGUMENTS
        and not is_about_an_option(text)
        and not is_of_the_database(text)
    }
    assert spoken == set(), "say it with a Hint of aion._hints, and word it in aion.cli.wording"


def test_the_exceptions_for_messages_are_all_needed() -> None:
    found = list(messages())
    spoken = {file for file, text in found if " " in text and SPOKEN.search(text)}
    assert set(OTHER_DOORS) - spoken == set()
    assert OWN_ARGUMENTS - {text for _, text in found} == set()


def test_the_command_words_each_hint() -> None:
    assert set(SHELL) == set(Hint)


def facts_of(text: str) -> set[str]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("which", Hint)
def test_the_words_of_the_command_are_not_python(which: Hint) -> None:
    assert not SPOKEN.search(re.sub(r"\{\w+\}", "x", SHELL[which]))


@pytest.mark.parametrize("which", Hint)
def test_the_words_of_the_command_need_no_other_facts(which: Hint) -> None:
    assert facts_of(SHELL[which]) <= facts_of(which.value)


ERRORS = [
    AuthenticationError(),
    RateLimitError(),
    AionvisionConnectionError(),
    DescriptionError("the description failed"),
    DocumentProcessingError("the text was not extracted"),
]


@pytest.mark.parametrize("error", ERRORS, ids=lambda error: type(error).__name__)
def test_the_next_step_of_an_error_is_one_of_the_shell(error: AionvisionError) -> None:
    with worded(SHELL):
        assert not SPOKEN.search(text_of(error).partition("] ")[2])


@pytest.mark.parametrize("wording", [IMAGES, DOCUMENTS], ids=lambda one: one.noun)
def test_what_resumes_a_wait_is_a_command(wording: Wording) -> None:
    with worded(SHELL):
        assert "aion file 12ab34cd" in wording.resume_hint("12ab34cd", "")


def test_words_are_those_of_python_again_after_the_block() -> None:
    with worded(SHELL):
        pass
    assert hint(Hint.MORE_TIME) == Hint.MORE_TIME.value


def test_an_entry_of_a_list_is_named_by_its_option() -> None:
    error = ValidationError("tags[0] has to be text; got 3", details={"field": "tags[0]"})
    assert text_of(error).startswith("--tag has to be text; got 3")


def test_a_setting_is_named_by_its_option() -> None:
    error = ConfigurationError("timeout has to be a number of seconds; got -1")
    assert text_of(error).startswith("--timeout has to be a number of seconds")


def test_a_message_that_begins_otherwise_is_not_changed() -> None:
    error = ValidationError("a.jpg is empty", details={"field": "files"})
    assert text_of(error).startswith("a.jpg is empty")
