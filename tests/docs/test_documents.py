"""P25: every Python block of the README and the docs runs against the sandbox."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from aion.testing import Sandbox
from tests.behaviour.movies import movie
from tests.behaviour.pictures import FORMATS, draw

ROOT = Path(__file__).resolve().parents[2]
BLOCK = re.compile(r"^```python\n(.*?)^```", re.MULTILINE | re.DOTALL)
REPORT = """# The pier

## Maintenance

The maintenance of the pier began in March. Two planks were replaced.
"""
BLOCKS = [
    pytest.param(match[1], id=f"{path.name}:{text[: match.start()].count(chr(10)) + 2}")
    for path in (ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")))
    for text in (path.read_text(encoding="utf-8"),)
    for match in BLOCK.finditer(text)
]


@pytest.fixture(scope="module")
def running() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def workplace(running: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with what the samples name, and an environment that leads to the sandbox."""
    running.reset()
    (tmp_path / "photo.jpg").write_bytes(draw("JPEG"))
    (tmp_path / "report.md").write_text(REPORT, encoding="utf-8")
    (tmp_path / "harbor.mp4").write_bytes(movie())
    (tmp_path / "photos").mkdir()
    for kind, name in FORMATS.items():
        (tmp_path / "photos" / name).write_bytes(draw(kind))
    monkeypatch.chdir(tmp_path)
    for name, value in running.environment.items():
        monkeypatch.setenv(name, value)
    return tmp_path


@pytest.mark.parametrize("code", BLOCKS)
def test_P25_a_sample_runs_as_written(code: str, workplace: Path) -> None:
    exec(compile(code, str(workplace / "sample.py"), "exec"), {"__name__": "__main__"})


def test_P25_the_quick_start_needs_no_key_and_no_photo(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    first = BLOCK.search(text)
    assert first is not None
    monkeypatch.chdir(tmp_path)
    exec(compile(first[1], str(tmp_path / "sample.py"), "exec"), {"__name__": "__main__"})
    assert capsys.readouterr().out.startswith("[sandbox] JPEG, 640x480, mostly ")


def test_P25_the_readme_has_samples() -> None:
    assert len(BLOCKS) >= 4
