from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx
import pytest

from aion.sandbox.contract.contract import Operation, load_contract
from aion.sandbox.handlers import load_handlers
from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.pictures import jpeg

Upload = Callable[..., dict[str, Any]]
NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.mark.parametrize("header", [None, "Bearer aion_wrong_00000000000000000000", "Basic eA=="])
def test_no_key_or_a_wrong_one_is_401_in_the_shape_of_the_route(
    sandbox: Sandbox, header: str | None
) -> None:
    headers = {"Authorization": header} if header else {}
    files = plain("GET", f"{sandbox.base_url}/user-files", headers=headers)
    quota = plain("GET", f"{sandbox.base_url}/uploads/quota-check?file_count=1", headers=headers)
    chat = plain("GET", f"{sandbox.base_url}/chat/sessions", headers=headers)
    assert [one.status_code for one in (files, quota, chat)] == [401] * 3
    assert files.json()["error"] == "INVALID_API_KEY"
    assert quota.json()["error"]["code"] == "INVALID_API_KEY"
    assert chat.json()["error_code"] == "INVALID_API_KEY"


@pytest.mark.parametrize("path", ["/", "/health"])
def test_root_and_health_need_no_key(sandbox: Sandbox, path: str) -> None:
    assert plain("GET", sandbox.url + path).status_code == 200


def test_the_request_id_of_the_client_comes_back(api: httpx.Client) -> None:
    answer = api.get(f"/uploads/status/{NOBODY}", headers={"X-Request-ID": "mine-1"})
    assert answer.headers["x-request-id"] == "mine-1"
    assert answer.json()["request_id"] == "mine-1"


def test_every_response_has_a_request_id(api: httpx.Client) -> None:
    ok, missing = api.get("/user-files"), api.get(f"/user-files/{NOBODY}")
    assert len(ok.headers["x-request-id"]) == 32
    assert missing.json()["details"]["request_id"] == missing.headers["x-request-id"]


def test_a_request_id_that_cannot_be_a_header_is_replaced(api: httpx.Client) -> None:
    answer = api.get("/user-files", headers={"X-Request-ID": "x" * 200})
    assert len(answer.headers["x-request-id"]) == 32


def test_an_unknown_query_parameter_is_named(api: httpx.Client) -> None:
    answer = api.get("/user-files", params={"colour": "red"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["query", "colour"]


def test_an_unknown_body_field_is_named(api: httpx.Client, upload: Upload) -> None:
    image_id = upload(jpeg())["image_id"]
    answer = api.patch(f"/user-files/{image_id}", json={"titel": "x"})
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "titel"]


def test_an_unknown_form_field_is_named(api: httpx.Client) -> None:
    answer = api.post(
        "/user-files/upload/stream", files={"file": ("a.jpg", jpeg())}, data={"describe": "yes"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"] == ["body", "describe"]


@pytest.mark.parametrize(
    ("params", "name"),
    [
        ({"limit": "0"}, "limit"),
        ({"limit": "101"}, "limit"),
        ({"limit": "ten"}, "limit"),
        ({"limit": "٣"}, "limit"),
        ({"limit": ["1", "2"]}, "limit"),
        ({"offset": "-1"}, "offset"),
        ({"has_description": "perhaps"}, "has_description"),
        ({"ids": "not-a-uuid"}, "ids"),
        ({"date_from": "yesterday"}, "date_from"),
        ({"sort_by": "colour"}, "sort_by"),
        ({"sort_order": "up"}, "sort_order"),
        ({"search_mode": "loud"}, "search_mode"),
        ({"media_types": "music"}, "media_types"),
    ],
)
def test_bad_query_values_are_422_with_their_place(
    api: httpx.Client, params: dict[str, Any], name: str
) -> None:
    answer = api.get("/user-files", params=params)
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][:2] == ["query", name]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b'{"hashes": "x"}', b'{"hashes": []}', b'{"hashes": [NaN]}',
     b'{"hashes": ["\\ud800"]}', b"[" * 100_000, b'{"hashes": ["zz"]}'],
)  # fmt: skip
def test_bad_json_bodies_are_422(api: httpx.Client, body: bytes) -> None:
    answer = api.post(
        "/uploads/check-duplicates", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code == 422
    assert answer.json()["detail"][0]["loc"][0] == "body"


def test_json_under_another_content_type_is_refused(api: httpx.Client) -> None:
    answer = api.post("/uploads/check-duplicates", content=b"{}")
    assert "application/json" in answer.json()["detail"][0]["msg"]


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"--x--"),
        ("multipart/form-data; boundary=x", b"--y\r\n"),
        ("multipart/form-data; boundary=x", b"--x\r\n\r\nnever ended"),
        ("multipart/form-data; boundary=x", b"--x--\r\n"),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="file"\r\n\r\ntext\r\n--x--\r\n',
        ),
        (
            "multipart/form-data; boundary=x",
            b'--x\r\nContent-Disposition: form-data; name="tags"\r\n\r\n\xff\r\n--x--\r\n',
        ),
    ],
)
def test_bad_forms_are_422(api: httpx.Client, content_type: str, body: bytes) -> None:
    answer = api.post(
        "/user-files/upload/stream", content=body, headers={"Content-Type": content_type}
    )
    assert answer.status_code == 422, answer.text


def test_a_missing_parameter_is_named(api: httpx.Client) -> None:
    answer = api.get("/uploads/quota-check")
    assert answer.json() == {
        "detail": [{"loc": ["query", "file_count"], "msg": "Field required", "type": "missing"}]
    }


def test_a_route_outside_the_contract_says_so(api: httpx.Client) -> None:
    answer = api.get("/nothing/here")
    assert (answer.status_code, answer.json()["error"]["code"]) == (404, "UNKNOWN_ROUTE")
    assert "not in the contract" in answer.json()["error"]["message"]


def test_another_method_on_a_known_path_says_which_it_takes(api: httpx.Client) -> None:
    answer = api.put("/user-files")
    assert (answer.status_code, answer.headers["allow"]) == (405, "GET")


def test_an_operation_without_a_handler_is_a_typed_501(api: httpx.Client) -> None:
    operation = _unserved("GET")
    if operation is None:
        pytest.skip("every operation without parameters has a handler")
    answer = api.get(operation.path.removeprefix("/api/v2"))
    assert (answer.status_code, answer.json()["error"]["code"]) == (501, "NOT_IN_SANDBOX")
    assert operation.id in answer.json()["error"]["message"]


def _unserved(method: str) -> Operation | None:
    served = load_handlers()
    for one in load_contract().operations.values():
        plain_path = one.method == method and "{" not in one.path
        if plain_path and one.path.startswith("/api/v2/") and one.id not in served:
            return one
    return None


def test_every_operation_without_a_handler_has_the_same_envelope(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    served = load_handlers()
    wrong: list[str] = []
    for operation in load_contract().operations.values():
        if operation.id in served:
            continue
        path = operation.path
        for name in operation.path_names:
            path = path.replace(f"{{{name}}}", NOBODY)
        answer = api.request(operation.method, sandbox.url + path)
        body = answer.json()
        if answer.status_code != 501 or operation.id not in body["error"]["message"]:
            wrong.append(f"{operation.id}: {answer.status_code} {body}")
    assert wrong == []


def test_an_encoded_slash_stays_inside_its_segment(api: httpx.Client) -> None:
    answer = api.get("/uploads/status/a%2Fb")
    assert "a/b" in answer.json()["error"]["message"]


def test_a_response_off_contract_becomes_a_500_that_says_what_is_off(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from aion.sandbox.runtime.call import Call, Response

    async def broken(call: Call) -> Response:
        return Response({"files": [], "total_count": "none", "has_more": False, "extra": 1})

    name = "list_user_files_api_v2_user_files_get"
    monkeypatch.setitem(load_handlers(), name, broken)
    with Sandbox() as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        answer = plain("GET", f"{sandbox.base_url}/user-files", headers=headers)
        assert (answer.status_code, answer.json()["error"]) == (500, "SANDBOX_ERROR")
        assert "answer.total_count" in answer.json()["message"]
        assert "answer.extra" in answer.json()["message"]
        assert len(sandbox.violations) == 1


def test_a_broken_handler_is_a_500_and_is_remembered(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    async def broken(call: object) -> Any:
        raise KeyError("gone")

    name = "list_user_files_api_v2_user_files_get"
    monkeypatch.setitem(load_handlers(), name, broken)
    with Sandbox() as sandbox:
        headers = {"Authorization": f"Bearer {sandbox.api_key}"}
        answer = plain("GET", f"{sandbox.base_url}/user-files", headers=headers)
        assert answer.status_code == 500
        assert sandbox.violations == ["KeyError: 'gone'"]
