"""Settings for vcrpy, which records requests and responses, and replays them offline.

import vcr
from aion.testing import vcr_config

with vcr.VCR(**vcr_config()).use_cassette("tests/cassettes/files.yaml"):
    client.files.list()
"""

from __future__ import annotations

import inspect
from functools import cache
from importlib import import_module
from typing import Any

from ._scrubbing import scrub_body, scrub_headers, scrub_text


def vcr_config() -> dict[str, Any]:
    """Return the arguments for `vcr.VCR`, or for a `vcr_config` fixture of pytest-recording.

    Recordings with these settings are safe to check in:

    - API keys, tokens, passwords, cookies, login codes, signatures of presigned URLs and e-mail
      addresses are replaced in headers, paths, queries and bodies of requests and responses.
    - Request ids, idempotency keys, dates of responses, boundaries of forms and the address of a
      sandbox, which differ in each run, get fixed values. A sandbox appears as
      ``https://api.aionvision.tech``.
    - JSON is indented, text is written in blocks of lines, and files in a request are represented
      by their length and hash.

    A replay matches a request by method, path, query and body. The host is ignored, so that a
    recording works for any `base_url`. Both clients can replay the recordings of each other.

    Returns:
        Arguments to add to and to override, such as ``{**vcr_config(), "record_mode": "none"}``.

    Raises:
        ImportError: vcrpy is not installed.
    """
    arguments: dict[str, Any] = {
        "match_on": ("method", "path", "query", "body"),
        "decode_compressed_response": True,
        "before_record_request": _scrub_request,
        "before_record_response": _scrub_response,
    }
    if _saves_through_a_hook():
        arguments["before_save_interaction"] = _in_blocks
        _let_yaml_write_blocks()
    return arguments


def _scrub_request(request: Any) -> Any:
    content_type = str(request.headers.get("content-type", ""))
    request.uri = scrub_text(request.uri)
    body: Any = request.body
    if isinstance(body, bytes) and body:
        request.body = scrub_body(body, content_type, sent=True)
    request.headers = scrub_headers(request.headers.items(), sent=True)
    return request


def _scrub_response(response: dict[str, Any]) -> dict[str, Any]:
    headers: dict[str, Any] = response["headers"]
    header: Any = next((headers[name] for name in headers if name.lower() == "content-type"), "")
    kind = header if isinstance(header, str) else header[0]
    body: Any = response["body"]["string"]
    if isinstance(body, bytes) and body:
        response["body"]["string"] = scrub_body(body, kind, sent=False)
    response["headers"] = scrub_headers(headers.items())
    return response


class _Block(str):
    """Text that YAML writes as a block of lines."""

    __slots__ = ()


def _block(body: Any) -> Any:
    if isinstance(body, bytes):
        try:
            body = body.decode()
        except UnicodeDecodeError:
            return body
    return _Block(body) if isinstance(body, str) and "\n" in body else body


def _in_blocks(request: Any, response: Any) -> tuple[Any, Any]:
    # The setter of `body` would convert the text back to bytes.
    request._body = _block(request._body)
    response["body"]["string"] = _block(response["body"]["string"])
    return request, response


def _saves_through_a_hook() -> bool:
    """Return whether this vcrpy has a hook for the form in which a recording is saved."""
    try:
        # vcrpy and yaml have no types.
        recorder: Any = import_module("vcr")
    except ImportError as error:
        text = "aion.testing.vcr_config needs vcrpy: pip install vcrpy"
        raise ImportError(text, name="vcr") from error
    return "before_save_interaction" in inspect.signature(recorder.VCR).parameters


@cache
def _let_yaml_write_blocks() -> None:
    yaml: Any = import_module("yaml")

    def write(dumper: Any, text: _Block) -> Any:
        return dumper.represent_scalar("tag:yaml.org,2002:str", str(text), style="|")

    for name in ("Dumper", "CDumper"):
        dumper: Any = getattr(yaml, name, None)
        if dumper is not None:
            yaml.add_representer(_Block, write, Dumper=dumper)
