"""The next steps that messages name, so that each front end can word them in its own language.

A message says `hint(Hint.MORE_TIME)`. That is Python, unless a front end replaced the words: the
command has a table of its own, in which a test requires every member.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from contextlib import contextmanager
from enum import Enum


class Hint(Enum):
    """A next step, worded for a Python program; facts stand in braces."""

    SET_KEY = "set {variable} or pass api_key=..."
    FILL_KEY = "pass the key, or set {variable} and use from_env()"
    KEY_APART = "pass the key as api_key"
    ALLOW_HTTP = "allow_http=True is for a sandbox on another machine"
    CHECK_KEY = (
        "Check the api_key argument or AIONVISION_API_KEY, and that base_url is the right one."
    )
    CALL_LESS = "Call less often, or raise max_retries."
    CHECK_NETWORK = "Check base_url, the network, and proxy settings."
    MORE_TIME = "pass a longer timeout= to the call or to the client"
    MORE_TIME_TO_CONNECT = "pass a longer connect_timeout= to the client if the network is slow"
    GET_RESULT = "pass raise_on_failure=False to get the result anyway"
    SEE_RESULTS = "see partial_results"
    RESUME_ONE = "resume with {call}({id!r}), do not upload it again"
    RESUME_ALL = (
        "resume with `for one in error.{results}.pending(): {call}(one.{noun}_id)`,"
        " do not upload them again"
    )
    RESUME_LISTED = (
        "resume with `for {noun}_id in {ids}: {call}({noun}_id)`{some}, do not upload them again"
    )
    LIST_SESSION = (
        "list their ids with `from aion_api.api import upload_sessions;"
        " {prefix}client.call(upload_sessions.get_session_results({id!r}, include_failed=True))`,"
        " do not upload them again"
    )
    RESUME_ANALYSIS = "resume with {call}({id!r}), do not upload the video again"
    RETRY_ANALYSIS = "retry with {call}({id!r}, {media_id!r})"
    FINISH_VIDEO = (
        "see client.video_uploads.get_progress({media_id!r}), and finish with"
        " client.video_uploads.complete({media_id!r}, {upload_id!r}), do not upload it again"
    )
    SEND_REST = "the same call with the same journal sends the rest"
    DOCUMENTS = "documents go through client.documents.upload_one()"
    VIDEOS = "videos go through client.video_uploads.upload_one()"
    IMAGES = "images go through client.upload_one()"
    NAME_AS_TEXT = "to upload it as such, pass filename={name!r}"
    WHOLE_DIRECTORY = "use upload() for the {what} in it"
    OLD_OPTIONS = "Pass the options of its first call, or the path of a new journal"
    OLD_FILES = "Pass the files of its first call, or the path of a new journal"
    TAKE_IMAGES = "client.upload(...)"
    TAKE_DOCUMENTS = "client.documents.upload(...)"
    TAKE_VIDEOS = "client.video_uploads.upload(...)"
    TAKE_HIDDEN = "include_hidden=True"
    TAKE_DIRECTORIES = "recursive=True"
    TRY_URL = "try base_url={url!r}"
    TEXT_ITSELF = 'to upload text itself, pass text.encode() and filename="notes.txt"'
    DECODE_URL = (
        'pass the bytes, base64.b64decode(url.partition(",")[2]), with filename=... for an upload'
    )
    DECODE_TEXT = "pass the bytes, base64.b64decode(text), with filename=... for an upload"
    DECODE_DATA = "pass base64.b64decode(data)"
    PATH_OF_URL = "pass the path, urllib.request.url2pathname(url[7:])"
    DOWNLOAD_URL = (
        'download it first, urllib.request.urlretrieve(url, "{name}"), and pass the path of the'
        " copy; to save a page with its content use client.links.create(url)"
    )
    EXPAND_HOME = "pass Path({path!r}).expanduser()"
    NEW_FILES = (
        "Its own files are [one.path for one in Journal({journal!r}).report()]: pass these to"
        ' finish the upload, and the others, error.details["new_files"], with journal={other!r}'
    )
    DECIDE_PLAN = "waits for approve_plan or cancel_plan"


# Not a context variable: the threads of a call word messages, too.
_words: dict[Hint, str] = {}


def hint(which: Hint, **facts: object) -> str:
    """Return a next step in the words of the front end."""
    return _words.get(which, which.value).format(**facts)


@contextmanager
def worded(words: Mapping[Hint, str]) -> Generator[None]:
    """Use the words of a front end inside a block, in the whole process."""
    before = dict(_words)
    _words.update(words)
    try:
        yield
    finally:
        _words.clear()
        _words.update(before)


__all__ = ["Hint", "hint", "worded"]
