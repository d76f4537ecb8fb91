"""The fixtures of `aion.testing.plugin`, in a run of pytest of their own."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.behaviour.pictures import draw

pytest_plugins = ["pytester"]

ROOT = Path(__file__).resolve().parents[2]
LOADED = 'pytest_plugins = ["aion.testing.plugin"]\n'


@pytest.fixture
def project(pytester: pytest.Pytester) -> pytest.Pytester:
    """The folder of a program that loads the fixtures."""
    pytester.makeconftest(LOADED)
    (pytester.path / "photo.jpg").write_bytes(draw())
    return pytester


def passes(project: pytest.Pytester, tests: str, count: int) -> None:
    project.makepyfile(test_program=tests)
    project.runpytest_subprocess("-W", "error").assert_outcomes(passed=count)


def test_the_tests_of_the_documentation_pass(project: pytest.Pytester) -> None:
    text = (ROOT / "docs" / "testing.md").read_text(encoding="utf-8")
    loaded, tests = (part.partition("\n```")[0] for part in text.split("```python\n")[1:3])
    assert loaded == LOADED.strip()
    passes(project, tests, 3)


def test_a_test_finds_nothing_of_the_one_before(project: pytest.Pytester) -> None:
    passes(
        project,
        """
        import pytest

        @pytest.mark.parametrize("time", range(2))
        def test_the_library_is_empty(aion_client, aion_sandbox, time):
            assert aion_sandbox.requests == []
            aion_client.upload_one("photo.jpg")
            assert aion_client.files.list().total_count == 1
            aion_sandbox.faults.fail(times=None)
        """,
        2,
    )


def test_the_options_are_the_programs_own(project: pytest.Pytester) -> None:
    passes(
        project,
        """
        import pytest
        from aion import AionvisionError
        from aion.testing import Limits

        @pytest.fixture(scope="session")
        def aion_sandbox_options():
            return {"limits": Limits(max_file_bytes=10)}

        def test_a_file_is_too_large(aion_client):
            with pytest.raises(AionvisionError, match="larger than 10 bytes"):
                aion_client.upload_one("photo.jpg")
        """,
        1,
    )


def test_the_environment_has_no_setting_of_the_machine(
    project: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("AIONVISION_TIMEOUT", "0.000001")
    monkeypatch.setenv("AIONVISION_PROXY_URL", "http://127.0.0.1:9")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("AIONVISION_API_KEY", "aion_of_the_machine_fake")
    passes(
        project,
        """
        import asyncio, os
        from aion import AionVision

        async def look():
            async with AionVision.from_env() as client:
                return await client.files.list()

        def test_the_sandbox_is_reached(aion_env):
            assert asyncio.run(look()).files == []

        def test_the_client_reaches_it_too(aion_client):
            assert aion_client.files.list().files == []

        def test_and_the_machine_has_its_own_again():
            assert os.environ["AIONVISION_API_KEY"] == "aion_of_the_machine_fake"
        """,
        3,
    )


def test_nothing_is_loaded_that_was_not_asked_for(pytester: pytest.Pytester) -> None:
    pytester.makepyfile(
        """
        import sys

        def test_nothing_of_the_package_is_there():
            assert not [name for name in sys.modules if name.split(".")[0] == "aion"]
        """
    )
    pytester.runpytest_subprocess().assert_outcomes(passed=1)
