"""A minimal Debian `sid` in a folder, for interpreters that this machine lacks.

Its mounts exist in a mount namespace of their own, which ends with the command: nothing stays
mounted after it, however it ends. Needs root, debootstrap and util-linux.
"""

from __future__ import annotations

import os
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Final

SUITE: Final = "sid"
CHECKOUT: Final = "/checkout"
"""Where the checkout is, seen from inside."""
NOX: Final = "/opt/nox/bin/python"
"""The interpreter that has nox, seen from inside."""
_CERTIFICATES: Final = "/etc/ssl/certs/ca-certificates.crt"
_TOOLS: Final = ("binutils", "ca-certificates", "git", "make")
_PASSED: Final = ("CI", "HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "http_proxy", "https_proxy")

_ENTER: Final = """
set -e
mount --bind /proc "$1/proc"
mount --rbind /dev "$1/dev"
mount --bind "$2" "$1/checkout"
root=$1; shift 2
exec chroot "$root" "$@"
"""


class UnavailableError(Exception):
    """The folder cannot be made or entered here; the text says why."""


def create(root: Path, versions: Sequence[str], nox: str) -> None:
    """Make the folder, unless it is there. Takes a minute or two.

    Args:
        root: The folder.
        versions: The interpreters to install, such as ``3.15``, oldest first.
        nox: The requirement to install nox with.

    Raises:
        UnavailableError: It cannot be made here. Nothing is left of it.
    """
    if root.exists():
        return
    if os.geteuid() != 0:
        raise UnavailableError("debootstrap and chroot need root")
    for tool in ("debootstrap", "unshare"):
        if shutil.which(tool) is None:
            raise UnavailableError(f"{tool} is not installed: apt-get install debootstrap")
    packages = [f"python{one}{part}" for one in versions for part in ("", "-venv")]
    include = ",".join([*_TOOLS, *packages])
    # debootstrap does not quote its folder, so that has a plain path until it is complete.
    started = Path(tempfile.mkdtemp(prefix="aion-debian-"))
    try:
        _do("debootstrap", "--variant=minbase", f"--include={include}", SUITE, str(started))
        (started / CHECKOUT.lstrip("/")).mkdir()
        _share_network(started)
        newest = f"python{versions[-1]}"
        _do(*_inside(started, Path.cwd(), newest, "-m", "venv", "/opt/nox"))
        _do(*_inside(started, Path.cwd(), NOX, "-m", "pip", "install", "--quiet", nox))
        root.parent.mkdir(parents=True, exist_ok=True)
        # `shutil.move` cannot copy the devices to another file system.
        _do("mv", "--no-target-directory", str(started), str(root))
    except BaseException:
        shutil.rmtree(started, ignore_errors=True)
        raise


def run(root: Path, checkout: Path, *command: str) -> int:
    """Run a command inside, in the checkout, and return its exit status."""
    _share_network(root)
    return subprocess.run(_inside(root, checkout, *command), check=False).returncode


def _inside(root: Path, checkout: Path, *command: str) -> list[str]:
    passed = [f"{name}={os.environ[name]}" for name in _PASSED if name in os.environ]
    environment = [
        "PATH=/opt/nox/bin:/usr/bin:/bin:/usr/sbin:/sbin",
        "HOME=/root",
        "LANG=C.UTF-8",
        f"SSL_CERT_FILE={_CERTIFICATES}",
        f"PIP_CERT={_CERTIFICATES}",
        *passed,
    ]
    enter = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _ENTER, "sh"]
    inner = ["env", "-i", "-C", CHECKOUT, *environment, *command]
    return [*enter, str(root), str(checkout), *inner]


def _share_network(root: Path) -> None:
    """Give the folder this machine's names, resolver and certificates."""
    cafile = os.environ.get("SSL_CERT_FILE") or ssl.get_default_verify_paths().cafile
    shared = {"/etc/hosts": "/etc/hosts", "/etc/resolv.conf": "/etc/resolv.conf"}
    shared[cafile or _CERTIFICATES] = _CERTIFICATES
    for here, there in shared.items():
        if Path(here).is_file():
            target = root / there.lstrip("/")
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(here, target)


def _do(*command: str) -> None:
    done = subprocess.run(command, check=False, capture_output=True, text=True)
    if done.returncode != 0:
        last = (done.stdout + done.stderr).strip().splitlines()[-3:]
        raise UnavailableError(f"{command[0]} failed: {' / '.join(last)}")
