"""P2: an import of the package opens no socket, starts no thread, loads only what it needs."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from typing import Any

import pytest

from aion.testing import Sandbox
from tests.behaviour.calls import Calls

OPTIONAL = (
    "PIL", "dotenv", "jsonschema_rs", "multipart", "opentelemetry", "python_multipart", "rich",
    "starlette", "uvicorn",
)  # fmt: skip
HEAVY = ("attrs", "attr", "dateutil", "httpcore", "httpx", "ssl", "asyncio")

PROGRAM = """
    import json, sys
    events = []
    sys.addaudithook(lambda name, args: events.append(name))
    before = set(sys.modules)
    import aion
    import threading
    print(json.dumps({
        "events": [e for e in events if e.startswith(("socket.", "subprocess.", "os.system"))],
        "threads": threading.active_count(),
        "modules": sorted(set(sys.modules) - before),
    }))
"""


@pytest.fixture(scope="module")
def imported() -> dict[str, Any]:
    """What `import aion` did in a fresh Python."""
    return dict(json.loads(python(PROGRAM).stdout))


def python(program: str) -> subprocess.CompletedProcess[str]:
    """Run a program in a fresh Python."""
    return subprocess.run(
        [sys.executable, "-c", textwrap.dedent(program)], capture_output=True, text=True, timeout=30
    )


def test_the_import_opens_no_socket_p2(imported: dict[str, Any]) -> None:
    assert imported["events"] == []


def test_the_import_starts_no_thread_p2(imported: dict[str, Any]) -> None:
    assert imported["threads"] == 1


@pytest.mark.parametrize("name", [*HEAVY, *OPTIONAL, "aion_api"])
def test_the_import_leaves_this_module_alone_p2(name: str, imported: dict[str, Any]) -> None:
    assert name not in imported["modules"]


def test_the_import_loads_no_module_of_the_package_but_its_tables_of_names_p2(
    imported: dict[str, Any],
) -> None:
    loaded = {name for name in imported["modules"] if name.partition(".")[0] == "aion"}
    assert loaded == {"aion", "aion._lazy", "aion.types"}


def test_importing_the_client_loads_no_http_library_and_no_optional_package_p2() -> None:
    found = python(
        """
        import sys
        from aion import AionVision, SyncAionVision, ClientConfig, AionvisionError
        print(*sys.modules)
        """
    )
    loaded = set(found.stdout.split())
    assert loaded & {"httpx", "httpcore", "h11", *OPTIONAL} == set()


def test_making_clients_opens_no_socket_and_starts_no_thread_p2() -> None:
    found = python(
        """
        import sys, threading
        events = []
        sys.addaudithook(lambda name, args: events.append(name))
        from aion import AionVision, SyncAionVision
        clients = [kind("aion_" + "a" * 20) for kind in (AionVision, SyncAionVision)]
        print([e for e in events if e.startswith("socket.")], threading.active_count())
        """
    )
    assert (found.stdout.strip(), found.stderr) == ("[] 1", "")


# A package that is not installed


@pytest.mark.parametrize(
    ("package", "module"),
    [
        ("starlette", "aion.sandbox"),
        ("uvicorn", "aion.sandbox"),
        ("PIL", "aion.sandbox"),
        ("jsonschema_rs", "aion.sandbox"),
        ("python_multipart", "aion.sandbox"),
        ("starlette", "aion.testing"),
    ],
)
def test_a_missing_extra_names_itself_p2(package: str, module: str) -> None:
    found = python(
        f"""
        import sys
        sys.modules["{package}"] = None
        try:
            from aion.testing import Sandbox
            import {module}
            with Sandbox():
                pass
        except ImportError as error:
            print(error)
        """
    )
    assert "aionvision[sandbox]" in found.stdout, found.stderr


def test_without_python_dotenv_the_settings_load_all_the_same_p2() -> None:
    found = python(
        """
        import sys
        sys.modules["dotenv"] = None
        import aion
        print(aion.load_dotenv())
        """
    )
    assert (found.stdout.strip(), found.stderr) == ("False", "")


def test_the_core_works_without_any_optional_package_p2() -> None:
    blocked = dict.fromkeys(OPTIONAL)
    found = python(
        f"""
        import sys
        sys.modules.update({blocked})
        import aion
        for name in aion.__all__:
            getattr(aion, name)
        where = "http://127.0.0.1:9"
        client = aion.SyncAionVision("aion_" + "a" * 20, base_url=where, max_retries=0)
        try:
            client.files.list()
        except aion.AionvisionConnectionError:
            print("works")
        """
    )
    assert (found.stdout.strip(), found.stderr) == ("works", "")


def test_a_call_does_not_search_for_missing_modules(calls: Calls, sandbox: Sandbox) -> None:
    client = calls.client(sandbox)
    calls(client.files.list())
    searched: list[str] = []

    class Watch:
        @staticmethod
        def find_spec(name: str, path: object = None, target: object = None) -> None:
            searched.append(name)

    sys.meta_path.insert(0, Watch)  # pyright: ignore[reportArgumentType]
    try:
        calls(client.files.list())
    finally:
        sys.meta_path.remove(Watch)
    assert searched == []
