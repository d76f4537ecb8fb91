"""Variables about TLS that name what cannot be used: a typed error that names the variable."""

from __future__ import annotations

import os
import ssl
from pathlib import Path

import pytest
import trustme

from aion._http.tls_settings import trust
from aion.exceptions import AionvisionConnectionError
from tests.engine.connections import call


@pytest.fixture(params=["async", "sync"])
def client(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(autouse=True)
def _silent(monkeypatch: pytest.MonkeyPatch) -> None:  # pyright: ignore[reportUnusedFunction]
    for name in ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"):
        monkeypatch.delenv(name, raising=False)


def certificate(path: Path) -> Path:
    trustme.CA().cert_pem.write_to_path(str(path))
    return path


def unusable(folder: Path, kind: str) -> Path:
    """A path at which there is something that cannot be used."""
    path = folder / kind
    if kind == "folder":
        path.mkdir()
    elif kind == "empty":
        path.touch()
    elif kind == "text":
        path.write_text("no certificate", encoding="ascii")
    elif kind == "der":
        path.write_bytes(ssl.PEM_cert_to_DER_cert(certificate(path).read_text("ascii")))
    return path


@pytest.mark.parametrize("kind", ["missing", "folder", "empty", "text", "der"])
def test_a_certificate_file_that_cannot_be_used_is_named(
    client: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unusable(tmp_path, kind)
    monkeypatch.setenv("SSL_CERT_FILE", str(path))
    with pytest.raises(AionvisionConnectionError) as caught:
        call(client, "https://127.0.0.1:9")
    assert f"SSL_CERT_FILE='{path}' cannot be used: " in str(caught.value)
    assert (caught.value.code, caught.value.method) == ("TLS_ERROR", "GET")
    assert caught.value.__context__ is None


@pytest.mark.parametrize("kind", ["missing", "folder", "text"])
def test_a_certificate_folder_that_cannot_be_used_is_named(
    client: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = unusable(tmp_path, kind)
    monkeypatch.setenv("SSL_CERT_DIR", str(path))
    with pytest.raises(AionvisionConnectionError, match=r"SSL_CERT_DIR=.* cannot be used: "):
        call(client, "https://127.0.0.1:9")


@pytest.mark.parametrize("kind", ["folder", "missing/x"])
def test_a_key_log_that_cannot_be_written_is_named(
    client: str, kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(unusable(tmp_path, kind)))
    with pytest.raises(
        AionvisionConnectionError, match=r"SSLKEYLOGFILE=.* cannot be used: "
    ) as one:
        call(client, "https://127.0.0.1:9")
    assert one.value.code == "TLS_ERROR"


@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE"])
def test_without_tls_no_such_variable_counts(
    client: str, variable: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, "/nowhere/at/all")
    with pytest.raises(AionvisionConnectionError, match="Connection refused"):
        call(client, "http://127.0.0.1:9")


def test_a_variable_that_is_mended_counts_at_the_next_call(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "missing"))
    with pytest.raises(AionvisionConnectionError):
        trust()
    certificate(tmp_path / "missing")
    assert trust().get_ca_certs()


def test_a_folder_of_hashed_certificates_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    certificate(tmp_path / "0a1b2c3d.0")
    monkeypatch.setenv("SSL_CERT_DIR", os.pathsep.join(["/nowhere", str(tmp_path)]))
    assert isinstance(trust(), ssl.SSLContext)


def test_a_stale_folder_beside_a_good_file_does_no_harm(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate(tmp_path / "ca.pem")))
    monkeypatch.setenv("SSL_CERT_DIR", "/nowhere")
    assert trust().get_ca_certs()


def test_keys_are_logged_where_that_is_possible(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSLKEYLOGFILE", str(tmp_path / "keys"))
    assert trust().keylog_filename == str(tmp_path / "keys")
