"""Users and sessions: login, passwords, addresses, and what would come by mail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from aion.sandbox.accounts.logins import PASSWORD
from aion.testing import Sandbox
from tests.sandbox.conftest import plain

Json = dict[str, Any]
OWNER = "owner@sandbox.example"


@pytest.fixture
def web(sandbox: Sandbox) -> Iterator[httpx.Client]:
    """A browser: cookies, and no key."""
    with httpx.Client(base_url=sandbox.base_url, verify=False) as client:
        yield client


def log_in(web: httpx.Client, email: str = OWNER, password: str = PASSWORD) -> httpx.Response:
    return web.post("/auth/session/login", json={"email": email, "password": password})


def register(web: httpx.Client, email: str = "kim@team.example") -> Json:
    body = {"email": email, "password": "Passw0rd-x", "name": "Kim"}
    answer = web.post("/auth/session/register", json=body)
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def token_in(answer: httpx.Response) -> str:
    text = str(answer.json()["message"])
    assert text.startswith("[sandbox] no mail is sent")
    return text.rpartition(" ")[2]


def test_the_owner_logs_in_and_the_cookie_is_enough(web: httpx.Client) -> None:
    body = log_in(web).json()
    assert (body["email"], body["email_verified"]) == (OWNER, True)
    me = web.get("/auth/session/me").json()
    assert (me["user_id"], me["email"]) == (body["user_id"], OWNER)
    assert me["last_login_at"] is not None


def test_a_session_token_is_taken_as_a_key(web: httpx.Client) -> None:
    token = log_in(web).json()["session_token"]
    headers = {"Authorization": f"Bearer {token}"}
    assert plain("GET", f"{web.base_url}tenant/settings", headers=headers).status_code == 200


@pytest.mark.parametrize(("email", "password"), [(OWNER, "wrong"), ("who@x.example", PASSWORD)])
def test_a_wrong_login_is_refused_and_logged(
    web: httpx.Client, api: httpx.Client, email: str, password: str
) -> None:
    answer = log_in(web, email, password)
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "INVALID_CREDENTIALS")
    (entry,) = api.get("/tenant/audit-logs").json()["entries"]
    assert (entry["event_type"], entry["result"]) == ("auth.login_failed", "failure")


def test_a_session_expires_and_lives_on_when_it_is_refreshed(
    sandbox: Sandbox, web: httpx.Client
) -> None:
    log_in(web)
    sandbox.step_clock(20 * 3600)
    assert web.post("/auth/session/refresh").status_code == 200
    sandbox.step_clock(20 * 3600)
    assert web.get("/auth/session/me").status_code == 200
    sandbox.step_clock(5 * 3600)
    assert web.get("/auth/session/me").status_code == 401


def test_a_session_that_was_logged_out_is_over(web: httpx.Client) -> None:
    token = log_in(web).json()["session_token"]
    assert web.post("/auth/session/logout").json()["sessions_ended"] == 1
    headers = {"Authorization": f"Bearer {token}"}
    assert plain("GET", f"{web.base_url}auth/session/me", headers=headers).status_code == 401


def test_logging_out_everywhere_ends_all_sessions(web: httpx.Client) -> None:
    log_in(web)
    log_in(web)
    answer = web.post("/auth/session/logout", params={"logout_all": True})
    assert answer.json()["sessions_ended"] == 2


def test_a_rotated_session_keeps_its_id_and_loses_its_token(web: httpx.Client) -> None:
    first = log_in(web).json()
    assert web.post("/auth/session/rotate-session").json()["session_id"] == first["session_id"]
    assert web.get("/auth/session/me").status_code == 200
    headers = {"Authorization": f"Bearer {first['session_token']}"}
    assert plain("GET", f"{web.base_url}auth/session/me", headers=headers).status_code == 401


def test_an_api_key_has_no_session(api: httpx.Client) -> None:
    answer = api.post("/auth/session/rotate-session")
    assert (answer.status_code, answer.json()["error"]["code"]) == (401, "SESSION_REQUIRED")


@pytest.mark.parametrize("base", ["/user/sessions", "/auth/session/sessions"])
def test_other_sessions_can_be_revoked_and_the_current_one_cannot(
    web: httpx.Client, base: str
) -> None:
    other = log_in(web).json()["session_id"]
    current = log_in(web).json()["session_id"]
    listed = web.get(base).json()
    assert [one["is_current"] for one in listed] == [True, False]
    assert web.delete(f"{base}/{current}").status_code == 400
    assert web.delete(f"{base}/{other}").is_success
    assert web.delete(f"{base}/{other}").status_code == 404


def test_all_sessions_but_the_current_one_can_be_revoked(web: httpx.Client) -> None:
    log_in(web)
    log_in(web)
    assert web.post("/user/revoke-all-sessions").status_code == 204
    assert len(web.get("/user/sessions").json()) == 1


def test_who_registers_is_a_viewer_until_more_is_given(web: httpx.Client) -> None:
    made = register(web)
    assert (made["session_id"], made["email_sent"]) == (None, False)
    assert log_in(web, "kim@team.example", "Passw0rd-x").status_code == 200
    assert web.post("/folders", json={"name": "a"}).status_code == 403


@pytest.mark.parametrize("password", ["password1", "PASSWORD1", "Passwords"])
def test_a_plain_password_is_refused(web: httpx.Client, password: str) -> None:
    body = {"email": "kim@team.example", "password": password, "name": "Kim"}
    assert web.post("/auth/session/register", json=body).status_code == 400


def test_an_address_belongs_to_one_account(web: httpx.Client) -> None:
    register(web)
    body = {"email": "Kim@team.example", "password": "Passw0rd-x", "name": "Kim"}
    assert web.post("/auth/session/register", json=body).status_code == 409


def test_an_address_is_proven_by_the_token_of_the_mail(web: httpx.Client) -> None:
    register(web)
    body = {"email": "kim@team.example"}
    token = token_in(web.post("/auth/session/resend-verification-by-email", json=body))
    log_in(web, "kim@team.example", "Passw0rd-x")
    assert web.get("/auth/session/email-verification-status").json()["email_verified"] is False
    assert token_in(web.post("/auth/session/resend-verification")) == token
    assert web.post("/auth/session/verify-email", json={"token": "x"}).status_code == 400
    assert web.post("/auth/session/verify-email", json={"token": token}).status_code == 200
    assert web.get("/auth/session/email-verification-status").json()["email_verified"] is True


def test_a_forgotten_password_is_replaced_and_ends_all_sessions(web: httpx.Client) -> None:
    log_in(web)
    path = "/auth/session/password-reset"
    token = token_in(web.post(f"{path}/request", json={"email": OWNER}))
    assert web.get(f"{path}/validate", params={"token": token}).json() == {"valid": True}
    assert web.get(f"{path}/validate", params={"token": "x"}).json() == {"valid": False}
    body = {"token": token, "new_password": "Another-1-pass"}
    assert web.post(f"{path}/complete", json=body).status_code == 200
    assert web.get("/auth/session/me").status_code == 401
    assert log_in(web, password="Another-1-pass").status_code == 200


@pytest.mark.parametrize("email", [OWNER, "nobody@x.example"])
def test_a_response_about_a_mail_does_not_show_who_has_an_account(
    web: httpx.Client, email: str
) -> None:
    answer = web.post("/auth/session/password-reset/request", json={"email": email})
    assert answer.status_code == 200, answer.text
    assert len(token_in(answer)) == 40


def test_a_changed_password_asks_for_a_rotation(web: httpx.Client) -> None:
    log_in(web)
    body = {"current_password": PASSWORD, "new_password": "another-pass"}
    answer = web.post("/user/change-password", json=body).json()
    assert answer["session_rotation_required"] is True
    assert answer["rotation_endpoint"] == "/api/v2/auth/session/rotate-session"
    assert web.post("/user/change-password", json=body).status_code == 400


def test_a_password_can_be_set_where_there_is_none(api: httpx.Client, web: httpx.Client) -> None:
    assert api.post("/user/set-initial-password", json="long-enough").status_code == 400
    invited = api.post("/tenant/members/invite", json={"email": "kim@team.example"}).json()
    path = "/auth/session/password-reset"
    token = token_in(web.post(f"{path}/request", json={"email": invited["email"]}))
    body = {"token": token, "new_password": "Passw0rd-x"}
    assert web.post(f"{path}/complete", json=body).status_code == 200
    assert log_in(web, "kim@team.example", "Passw0rd-x").status_code == 200


def test_an_address_changes_once_it_is_confirmed(web: httpx.Client) -> None:
    log_in(web)
    wrong = web.post("/user/change-email", json={"new_email": "n@x.example", "password": "no"})
    assert wrong.status_code == 400
    body = {"new_email": "new@sandbox.example", "password": PASSWORD}
    asked = web.post("/user/change-email", json=body)
    assert asked.status_code == 202
    assert web.get("/user/profile").json()["email"] == OWNER
    confirmed = web.post("/user/confirm-email-change", json={"token": token_in(asked)})
    assert confirmed.status_code == 200, confirmed.text
    assert web.get("/user/profile").json()["email"] == "new@sandbox.example"


def test_a_profile_merges_preferences(api: httpx.Client) -> None:
    api.patch("/user/profile", json={"name": "Ola", "preferences": {"theme": "dark"}})
    body = api.patch("/user/profile", json={"preferences": {"language": "en"}}).json()
    assert (body["name"], body["preferences"]) == ("Ola", {"theme": "dark", "language": "en"})
    assert api.patch("/user/profile", json={"preferences": None}).json()["preferences"] == {}


def test_an_account_ends_with_the_exact_phrase(web: httpx.Client, api: httpx.Client) -> None:
    register(web)
    log_in(web, "kim@team.example", "Passw0rd-x")
    path = "/user/account/delete"
    assert web.post(path, json={"confirmation": "Delete my account"}).status_code == 400
    assert web.post(path, json={"confirmation": "delete my account"}).status_code == 200
    assert web.get("/user/profile").status_code == 401
    assert len(api.get("/tenant/members").json()) == 1


def test_the_owner_cannot_end_the_sandbox(api: httpx.Client) -> None:
    answer = api.post("/user/account/delete", json={"confirmation": "delete my account"})
    assert answer.status_code == 400


def test_google_is_not_asked(api: httpx.Client) -> None:
    answer = api.post("/auth/session/google", json={"id_token": "x"})
    assert answer.status_code == 501


def test_a_message_to_the_support_stays_here(web: httpx.Client) -> None:
    body = {"name": "Kim", "email": "k@x.example", "subject": "Hi", "message": "Hello, support!"}
    answer = web.post("/support/contact", json=body).json()
    assert answer["success"] is True
    assert answer["message"].startswith("[sandbox]")
