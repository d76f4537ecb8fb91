"""The links of README.md work where the package is shown, and lead to files that exist."""

from __future__ import annotations

import pytest

from tests.docs.links import ROOT, absolute, base, links

LINKS = links()
TO_FILES = [one for one in LINKS if one.startswith(base())]


def test_the_readme_links_to_files_of_the_repository() -> None:
    assert len(TO_FILES) >= 5


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_the_readme_is_absolute(link: str) -> None:
    assert link.startswith("https://")


@pytest.mark.parametrize("link", TO_FILES)
def test_a_link_of_the_readme_names_a_file_that_exists(link: str) -> None:
    assert (ROOT / link.removeprefix(base())).is_file()


@pytest.mark.parametrize("link", LINKS)
def test_a_link_of_the_readme_has_the_address_of_the_project(link: str) -> None:
    assert absolute(link) == link


@pytest.mark.parametrize("link", ["docs/guide.md", "https://old.example/tree/main/docs/guide.md"])
def test_a_link_with_another_address_is_rewritten(link: str) -> None:
    assert absolute(link) == f"{base()}docs/guide.md"
