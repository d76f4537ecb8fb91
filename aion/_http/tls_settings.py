"""Creates the TLS settings of all connections from the variables of OpenSSL and Python.

A variable with an unusable value raises an error that names the variable. Otherwise, certificates
would fail to verify, or the system would report an error without its cause.
"""

from __future__ import annotations

import functools
import os
import re
import ssl
import sys
from pathlib import Path

from aion.exceptions import AionvisionConnectionError

FILE = "SSL_CERT_FILE"
FOLDER = "SSL_CERT_DIR"
KEY_LOG = "SSLKEYLOGFILE"
_HASHED = re.compile(r"[0-9a-f]{8}\.[0-9]+")
"""The file names by which OpenSSL finds certificates in a folder."""


def trust() -> ssl.SSLContext:
    """Return the one context of all connections, created on first use.

    It trusts the certificates of ``SSL_CERT_FILE`` and ``SSL_CERT_DIR``, else those of
    `certifi`.

    Raises:
        AionvisionConnectionError: The value of a variable cannot be used; code ``TLS_ERROR``.
    """
    key_log = None if sys.flags.ignore_environment else os.environ.get(KEY_LOG)
    return _trust(os.environ.get(FILE), os.environ.get(FOLDER), key_log)


@functools.lru_cache(maxsize=1)
def no_trust() -> ssl.SSLContext:
    """Return a cheap context that trusts no certificate, for connections without TLS."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


@functools.lru_cache(maxsize=4)
def _trust(file: str | None, folder: str | None, key_log: str | None) -> ssl.SSLContext:
    if key_log and (problem := _unwritable(key_log)):
        raise _unusable(KEY_LOG, key_log, problem)
    if folder and not file and (problem := _without_certificates(folder)):
        raise _unusable(FOLDER, folder, problem)
    if file or folder:
        made = _context(file or None, folder or None)
        if isinstance(made, str):
            raise _unusable(FILE, file or "", made)
        return made
    import certifi

    bundle = certifi.where()
    made = _context(bundle, None)
    if isinstance(made, str):
        raise _error(f"the certificates of certifi ({bundle}) cannot be used: {made}")
    return made


def _context(file: str | None, folder: str | None) -> ssl.SSLContext | str:
    """Return a context that trusts the certificates in a file and a folder, or the reason why not.

    Only the file can fail: a folder is read later, and the key log was checked before.
    """
    try:
        return ssl.create_default_context(cafile=file, capath=folder)
    except ssl.SSLError:
        return "it holds no certificates in PEM form"
    except (OSError, ValueError) as error:
        return _reason(error)


def _unwritable(path: str) -> str | None:
    """Return why keys cannot be logged to a file, or None."""
    try:
        with Path(path).open("a", encoding="ascii"):
            return None
    except (OSError, ValueError) as error:
        return _reason(error)


def _without_certificates(folders: str) -> str | None:
    """Return why none of these folders has certificates, or None."""
    problem = "it names no folder"
    for folder in filter(None, folders.split(os.pathsep)):
        try:
            if any(_HASHED.fullmatch(entry.name) for entry in Path(folder).iterdir()):
                return None
        except (OSError, ValueError) as error:
            problem = _reason(error)
        else:
            problem = "it holds no certificates under their hashes (`openssl rehash` names them)"
    return problem


def _reason(error: OSError | ValueError) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)


def _unusable(variable: str, path: str, problem: str) -> AionvisionConnectionError:
    return _error(f"{variable}={path!r} cannot be used: {problem}; correct it or unset it")


def _error(text: str) -> AionvisionConnectionError:
    error = AionvisionConnectionError(text)
    error.code = "TLS_ERROR"
    return error
