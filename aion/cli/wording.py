"""Words the errors of the package for the shell: options and commands, not arguments and methods.

The package marks what it advises as `Hint`; this is the command's table of them. So no text is
searched for Python: a message with the names of another front end cannot be written by accident.
Names of arguments are in the `details` of an error, or the first word of a setting's message.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from aion._hints import Hint
from aion.exceptions import ValidationError

SHELL: Final[Mapping[Hint, str]] = {
    Hint.SET_KEY: "set the variable {variable}",
    Hint.FILL_KEY: "put the key into the variable {variable}",
    Hint.KEY_APART: "put the key into the variable AIONVISION_API_KEY",
    Hint.ALLOW_HTTP: "set AIONVISION_ALLOW_HTTP to 1 for a sandbox on another machine",
    Hint.CHECK_KEY: "Check AIONVISION_API_KEY, and that --base-url or AIONVISION_BASE_URL is the"
    " right one.",
    Hint.CALL_LESS: "Try again later, or raise AIONVISION_MAX_RETRIES.",
    Hint.CHECK_NETWORK: "Check --base-url or AIONVISION_BASE_URL, the network, and the proxy.",
    Hint.MORE_TIME: "pass a longer --timeout",
    Hint.MORE_TIME_TO_CONNECT: "set a longer AIONVISION_CONNECT_TIMEOUT if the network is slow",
    Hint.GET_RESULT: "do not upload it again",
    Hint.SEE_RESULTS: "each has its line",
    Hint.RESUME_ONE: "aion file {id} shows its state; do not upload it again without --journal",
    Hint.RESUME_ALL: "aion file ID shows the state of each; do not upload them again without"
    " --journal",
    Hint.RESUME_LISTED: "aion file ID shows the state of each{some}; do not upload them again"
    " without --journal",
    Hint.LIST_SESSION: "aion files lists them later; do not upload them again without --journal",
    Hint.RESUME_ANALYSIS: "aion files --kind video lists it; do not upload it again without"
    " --journal",
    Hint.RETRY_ANALYSIS: "aion file {media_id} shows it; do not upload it again",
    Hint.FINISH_VIDEO: "upload it again with --journal FILE, to resume after such an end",
    Hint.SEND_REST: "the same line sends the rest",
    Hint.DOCUMENTS: "documents go through aion upload --as documents",
    Hint.VIDEOS: "videos go through aion upload --as videos",
    Hint.IMAGES: "images go through aion upload --as images",
    Hint.NAME_AS_TEXT: "to upload it as such, rename it to {name}",
    Hint.WHOLE_DIRECTORY: "pass the {what} in it",
    Hint.OLD_OPTIONS: "Pass the options of its first run, or another --journal FILE",
    Hint.OLD_FILES: "Pass the files of its first run, or another --journal FILE",
    Hint.TAKE_IMAGES: "--as images",
    Hint.TAKE_DOCUMENTS: "--as documents",
    Hint.TAKE_VIDEOS: "--as videos",
    Hint.TAKE_HIDDEN: "pass it by its path",
    Hint.TAKE_DIRECTORIES: "pass it by its path",
    Hint.TRY_URL: "try --base-url {url}",
    Hint.TEXT_ITSELF: "write text into a file, and pass the path of that",
    Hint.DECODE_URL: "write its bytes to a file first, and pass the path of that",
    Hint.DECODE_TEXT: "decode it to a file first (base64 -d), and pass the path of that",
    Hint.DECODE_DATA: "decode it first (base64 -d)",
    Hint.PATH_OF_URL: "pass the path alone",
    Hint.DOWNLOAD_URL: "download it first (curl -o {name} URL), and pass the path of the copy",
    Hint.EXPAND_HOME: "write it without quotation marks, so that the shell expands it",
    Hint.NEW_FILES: "Pass the files of its first run to finish that upload, and the new ones with"
    " --journal {other}",
    Hint.DECIDE_PLAN: "waits for a decision that this command cannot send",
}
"""Each next step, as a user of the shell takes it."""

OPTIONS: Final[Mapping[str, str]] = {
    "analysis_timeout": "--wait-timeout",
    "api_key": "AIONVISION_API_KEY",
    "base_url": "--base-url (or AIONVISION_BASE_URL)",
    "description_timeout": "--wait-timeout",
    "file_id": "ID",
    "files": "PATH",
    "image": "IMAGE",
    "image_ids": "--image",
    "media_types": "--kind",
    "message": "QUESTION",
    "path": "PATH",
    "processing_timeout": "--wait-timeout",
    "proxy_url": "the proxy",
    "search": "TEXT",
    "tags": "--tag",
    "timeout": "--timeout",
}
"""The option, argument or variable of the shell for each argument of the package."""


def text_of(error: BaseException) -> str:
    """Return the message of an error, with the option that it is about."""
    text = str(error)
    if isinstance(error, ValidationError) and (field := error.details.get("field")):
        # An entry of a list is named like `tags[0]`.
        name = str(field).partition("[")[0]
    elif isinstance(error, ValueError):
        name = text.partition(" ")[0]
    else:
        return text
    option = OPTIONS.get(name)
    first, space, rest = text.partition(" ")
    is_about = option is not None and first.partition("[")[0] == name
    return f"{option}{space}{rest}" if is_about else text


__all__ = ["OPTIONS", "SHELL", "text_of"]
