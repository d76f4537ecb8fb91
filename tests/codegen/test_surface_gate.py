"""The public surface as data, and what may not happen to it without a new major version."""

from __future__ import annotations

import importlib
import itertools
import json
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

from codegen import release, surface
from codegen.__main__ import PROJECT, main
from codegen.errors import CodegenError
from codegen.surface_diff import breaches
from codegen.surface_probe import describe

Data = dict[str, Any]
_numbers = itertools.count()
SOURCE = '''"""An invented package."""

from __future__ import annotations

import enum
from collections.abc import Iterable
from dataclasses import dataclass

__version__ = "1.2.0"
LIMIT = 10


class Color(enum.Enum):
    """A color."""

    RED = "red"
    BLUE = "blue"


class InventedError(Exception):
    """Went wrong."""


class LateError(InventedError, TimeoutError):
    """Came late."""

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.waited = 0


@dataclass
class Item:
    """A thing."""

    id: str
    size: int
    note: str = ""


class _Base:
    def close(self) -> None:
        """Close."""


class Client(_Base):
    """A client."""

    def __init__(self, key: str, *, timeout: float = 1.0) -> None:
        self.key = key

    @property
    def config(self) -> str:
        """The settings."""
        return self.key

    async def get(self, item_id: str, limit: int = 5, *, tags: list[str] | None = None) -> Item:
        """One item."""
        raise NotImplementedError

    def many(self, *ids: str, **filters: str) -> list[Item]:
        """Several."""
        return []

    @classmethod
    def from_env(cls) -> Client:
        """From the environment."""
        return cls("")


def connect(url: str, retries: int = 3) -> Client:
    """Connect."""
    return Client(url)


def leave(client: Client) -> None:
    """Leave."""
'''
GET = "async def get(self, item_id: str, limit: int = 5, *, tags: list[str] | None = None) -> Item:"


def surface_of(folder: Path, source: str, more: dict[str, str] | None = None) -> Data:
    """The surface of a package that is this source; its name is `invented`."""
    name = f"invented_{next(_numbers)}"
    files = {"__init__.py": source, "extra.py": '"""More."""\n\nX = 1\n', **(more or {})}
    for file, text in files.items():
        (folder / name).mkdir(exist_ok=True)
        (folder / name / file).write_text(text, encoding="utf-8")
    sys.path.insert(0, str(folder))
    importlib.invalidate_caches()
    try:
        found: Data = json.loads(json.dumps(describe(name)).replace(name, "invented"))
    finally:
        sys.path.remove(str(folder))
        for module in [m for m in sys.modules if m.split(".")[0] == name]:
            del sys.modules[module]
    return found


@pytest.fixture(scope="module")
def released(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return surface_of(tmp_path_factory.mktemp("released"), SOURCE)


def changed(*pairs: str) -> str:
    """The source with each odd text replaced by the one after it."""
    source = SOURCE
    for old, new in zip(pairs[::2], pairs[1::2], strict=True):
        assert old in source
        source = source.replace(old, new)
    return source


INCOMPATIBLE: dict[str, tuple[tuple[str, ...], list[str]]] = {
    "export gone": (("def connect(", "def _connect("), ["invented.connect: it is gone"]),
    "constant gone": (("LIMIT = 10\n", ""), ["invented.LIMIT: it is gone"]),
    "constant of another type": (
        ("LIMIT = 10", "LIMIT = '10'"),
        ["invented.LIMIT: it was a int and is now a str"],
    ),
    "class becomes a function": (
        ("class Color(enum.Enum):", "def Color() -> None:", 'RED = "red"', "", 'BLUE = "blue"', ""),
        ["invented.Color: it was a class and is now a function"],
    ),
    "enum value gone": (('    BLUE = "blue"\n', ""), ["invented.Color.BLUE: the value is gone"]),
    "enum value another": (
        ('"blue"', '"navy"'),
        ["invented.Color.BLUE: its value was 'blue' and is now 'navy'"],
    ),
    "exception of another family": (
        ("(InventedError, TimeoutError)", "(TimeoutError)"),
        [
            "invented.LateError: it does not inherit from InventedError any more",
        ],
    ),
    "exception of no builtin family": (
        ("(InventedError, TimeoutError)", "(InventedError)"),
        [
            "invented.LateError: it does not inherit from TimeoutError any more",
            "invented.LateError: it does not inherit from OSError any more",
        ],
    ),
    "attribute of an exception gone": (
        ("self.waited = 0", "self._waited = 0"),
        ["invented.LateError.waited: it is gone"],
    ),
    "field gone": (
        ('    note: str = ""\n', ""),
        ["invented.Item: parameter note is gone", "invented.Item.note: it is gone"],
    ),
    "field of another type": (
        ("size: int", "size: str"),
        [
            "invented.Item: parameter size accepted int and now accepts str",
            "invented.Item.size: its type was int and is now str",
        ],
    ),
    "field may be None": (
        ("size: int", "size: int | None"),
        ["invented.Item.size: its type was int and is now int | None"],
    ),
    "field without default added": (
        ("    size: int\n", "    size: int\n    color: str\n"),
        [
            "invented.Item: parameter color is new and has no default",
            "invented.Item: parameter note has another position",
        ],
    ),
    "field without its default": (
        ('note: str = ""', "note: str"),
        ["invented.Item: parameter note has no default any more"],
    ),
    "fields in another order": (
        ("    id: str\n    size: int\n", "    size: int\n    id: str\n"),
        ["invented.Item: parameter id has another position"],
    ),
    "method gone": (("def many(", "def _many("), ["invented.Client.many: it is gone"]),
    "inherited method gone": (
        ("class Client(_Base)", "class Client"),
        ["invented.Client.close: it is gone"],
    ),
    "method becomes a property": (
        ("    def close(", "    @property\n    def close("),
        ["invented.Client.close: it was a method and is now a attribute"],
    ),
    "class method becomes a method": (
        ("    @classmethod\n    def from_env(cls)", "    def from_env(self)", "cls(", "Client("),
        ["invented.Client.from_env: it was a classmethod and is now a method"],
    ),
    "has to be awaited": (
        ("def connect(", "async def connect("),
        ["invented.connect: it has to be awaited now"],
    ),
    "is not awaited": (
        ("async def get", "def get"),
        ["invented.Client.get: it must not be awaited any more"],
    ),
    "parameter gone": (
        (", limit: int = 5", ""),
        ["invented.Client.get: parameter limit is gone"],
    ),
    "parameter renamed": (
        ("limit: int = 5", "size: int = 5"),
        [
            "invented.Client.get: parameter limit is gone",
        ],
    ),
    "parameter required": (
        ("limit: int = 5", "limit: int"),
        ["invented.Client.get: parameter limit has no default any more"],
    ),
    "required parameter added": (
        ("limit: int = 5, *,", "limit: int = 5, *, more: int,"),
        ["invented.Client.get: parameter more is new and has no default"],
    ),
    "parameter by name alone": (
        ("limit: int = 5, *,", "*, limit: int = 5,"),
        ["invented.Client.get: parameter limit cannot be passed by position any more"],
    ),
    "parameter by position alone": (
        ("item_id: str,", "item_id: str, /,"),
        ["invented.Client.get: parameter item_id cannot be passed by name any more"],
    ),
    "parameters in another order": (
        ("url: str, retries: int = 3", "retries: int = 3, url: str = ''"),
        ["invented.connect: parameter url has another position"],
    ),
    "parameter in between": (
        ("item_id: str, limit", "item_id: str, page: int = 0, limit"),
        ["invented.Client.get: parameter limit has another position"],
    ),
    "default another": (
        ("limit: int = 5", "limit: int = 6"),
        ["invented.Client.get: the default of limit was 5 and is now 6"],
    ),
    "default of the constructor another": (
        ("timeout: float = 1.0", "timeout: float = 2.0"),
        ["invented.Client: the default of timeout was 1.0 and is now 2.0"],
    ),
    "parameter takes another class": (
        ("client: Client", "client: Item"),
        ["invented.leave: parameter client accepted Client and now accepts Item"],
    ),
    "parameter takes less": (
        ("tags: list[str] | None", "tags: list[str]"),
        ["invented.Client.get: parameter tags accepted list[str] | None and now accepts list[str]"],
    ),
    "no free arguments": (
        ("*ids: str, **filters: str", "**filters: str"),
        ["invented.Client.many: it does not accept *ids any more"],
    ),
    "no free names": (
        ("*ids: str, **filters: str", "*ids: str"),
        ["invented.Client.many: it does not accept **filters any more"],
    ),
    "result may be None": (
        ("None = None) -> Item:", "None = None) -> Item | None:"),
        ["invented.Client.get: it returned Item and now returns Item | None"],
    ),
    "property of another type": (
        ("def config(self) -> str", "def config(self) -> bytes"),
        ["invented.Client.config: its type was str and is now bytes"],
    ),
}


@pytest.mark.parametrize("case", INCOMPATIBLE)
def test_an_incompatible_difference_is_found(case: str, released: Data, tmp_path: Path) -> None:
    pairs, lines = INCOMPATIBLE[case]
    found = [str(b) for b in breaches(released, surface_of(tmp_path, changed(*pairs)))]
    assert found == lines


COMPATIBLE: dict[str, tuple[str, ...]] = {
    "nothing": (),
    "words": ("A color.", "A hue."),
    "private things": ("class _Base:", "class _Base:\n    _x = 1\n"),
    "export added": ("LIMIT = 10", "LIMIT = 10\nMOST = 20"),
    "enum value added": ('    RED = "red"', '    RED = "red"\n    GREEN = "green"'),
    "field with default added": ('note: str = ""', 'note: str = ""\n    more: str = ""'),
    "method added": ("class _Base:", "class _Base:\n    def more(self) -> None:\n        pass\n"),
    "optional parameter added by name": ("*, tags", "*, more: int = 1, tags"),
    "optional parameter added at the end": ("retries: int = 3", "retries: int = 3, more: int = 0"),
    "parameter takes more": ("list[str] | None", "list[str] | str | None"),
    "parameter takes any iterable": ("tags: list[str]", "tags: Iterable[str]"),
    "parameter takes a base class": ("client: Client", "client: _Base"),
    "parameter gets a default": ("key: str,", 'key: str = "",'),
    "names in another order": ("*, timeout: float = 1.0", "*, new: int = 1, timeout: float = 1.0"),
    "result of one type less": ("-> list[Item]", "-> list[Item]"),
    "result of a subclass": (
        "-> list[Item]",
        "-> Items",
        "class Client(_Base)",
        "class Items(list[Item]):\n    pass\n\n\nclass Client(_Base)",
    ),
    "method moved to a base": (
        "class Client(_Base)",
        "class _More(_Base):\n    pass\n\n\nclass Client(_More)",
    ),
}


@pytest.mark.parametrize("case", COMPATIBLE)
def test_a_compatible_difference_is_none(case: str, released: Data, tmp_path: Path) -> None:
    assert breaches(released, surface_of(tmp_path, changed(*COMPATIBLE[case]))) == []


def test_a_module_that_is_gone_is_found(released: Data, tmp_path: Path) -> None:
    older = surface_of(tmp_path, SOURCE, {"more.py": '"""Y."""\n\nY = 1\n'})
    assert [str(b) for b in breaches(older, released)] == ["invented.more: the module is gone"]


def test_private_modules_are_not_public(tmp_path: Path) -> None:
    assert "invented._x" not in surface_of(tmp_path, SOURCE, {"_x.py": "Y = 1\n"})["modules"]


GENERIC = '''"""An invented package."""

from typing import Generic, TypeVar

T = TypeVar("T")


class _Box(Generic[T]):
    def first(self, default: "T | None") -> "list[T]":
        """The first ones."""
        raise NotImplementedError


class Words(_Box[str]):
    """Words."""


__all__ = ["Words"]
'''


def test_members_of_a_generic_base_have_the_types_that_the_class_fills_in(tmp_path: Path) -> None:
    found = surface_of(tmp_path, GENERIC)["definitions"]["invented.Words"]["members"]["first"]
    assert found["returns"] == "list[str]"
    assert found["call"] == [
        {"name": "default", "kind": "positional_or_keyword", "type": "str | None"}
    ]


def test_what_all_lists_is_public_and_nothing_else(tmp_path: Path) -> None:
    found = surface_of(tmp_path, SOURCE + '\n__all__ = ["Item"]\n')
    assert list(found["modules"]["invented"]) == ["Item"]


# The gate


def with_version(data: Data, version: str) -> Data:
    return {**data, "version": version}


@pytest.fixture(scope="module")
def without_many(tmp_path_factory: pytest.TempPathFactory) -> Data:
    return surface_of(tmp_path_factory.mktemp("later"), changed("def many(", "def _many("))


NAMED = "# Changelog\n\n## [2.0.0]\n\n- Removed `Client.many`.\n\n## [1.2.0]\n\n- New.\n"


def test_an_incompatible_difference_needs_a_major_version(
    released: Data, without_many: Data
) -> None:
    assert surface.refused(released, with_version(without_many, "1.3.0"), NAMED) == [
        "invented.Client.many: it is gone",
        "version 1.3.0 after 1.2.0: this needs a new major version:"
        " set 2.0.0 in pyproject.toml and aion/_version.py",
    ]


def test_a_major_version_that_the_changelog_names_may_break(
    released: Data, without_many: Data
) -> None:
    assert surface.refused(released, with_version(without_many, "2.0.0"), NAMED) == []


@pytest.mark.parametrize(
    "changelog",
    [
        "",
        "## [2.0.0]\n\n- Better.\n\n## [1.2.0]\n\n- Added `Client.many`.\n",
        "## [2.0.0]\n\n- Removed `Client.many_more`.\n",
        "## [2.0.0]\n\n- Removed `OtherClient.many`.\n",
    ],
)
def test_a_major_version_does_not_pass_in_silence(
    released: Data, without_many: Data, changelog: str
) -> None:
    lines = surface.refused(released, with_version(without_many, "2.0.0"), changelog)
    assert lines[0] == "invented.Client.many: it is gone"


def test_the_lines_that_are_proposed_pass(released: Data, without_many: Data) -> None:
    now = with_version(without_many, "2.0.0")
    lines = surface.refused(released, now, "")
    proposed = [line for line in lines if line.startswith("- ")]
    assert surface.refused(released, now, "## [Unreleased]\n\n" + "\n".join(proposed)) == []


def test_a_compatible_surface_needs_nothing(released: Data) -> None:
    assert surface.refused(released, released, "") == []


def test_the_file_holds_the_surface_as_it_is(released: Data) -> None:
    assert json.loads(surface.text(released)) == released


# The command


INIT = '"""The package."""\n\n__version__ = "1.0.0"\n\n\ndef start() -> None:\n    """Start."""\n'


@pytest.fixture
def home(tmp_path: Path) -> Path:
    (tmp_path / "aion").mkdir()
    (tmp_path / "aion" / "__init__.py").write_text(INIT, encoding="utf-8")
    return tmp_path


def released_as_it_is(home: Path) -> None:
    """Keep the surface of the source as that of the last release."""
    main(["surface"], project=home)
    (home / release.SURFACE).parent.mkdir()
    shutil.copy(home / surface.NAME, home / release.SURFACE)


def test_what_was_written_passes_the_check(home: Path) -> None:
    released_as_it_is(home)
    assert main(["surface", "--check"], project=home) == 0


def test_the_check_wants_the_file_to_be_current(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    released_as_it_is(home)
    with (home / "aion" / "__init__.py").open("a", encoding="utf-8") as file:
        file.write('\n\ndef stop() -> None:\n    """Stop."""\n')
    status = main(["surface", "--check"], project=home)
    line = "surface.json: differs from the source: run `python -m codegen surface`"
    assert (status, capsys.readouterr().err.splitlines()) == (1, [line])


def test_the_check_names_what_is_gone(home: Path, capsys: pytest.CaptureFixture[str]) -> None:
    released_as_it_is(home)
    text = INIT.replace("def start", "def begin")
    (home / "aion" / "__init__.py").write_text(text, encoding="utf-8")
    status = main(["surface", "--check"], project=home)
    assert (status, capsys.readouterr().err.splitlines()[0]) == (1, "aion.start: it is gone")


def test_a_check_without_a_release_is_one_line(
    home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    status = main(["surface", "--check"], project=home)
    assert (status, len(capsys.readouterr().err.splitlines())) == (1, 1)


def test_a_package_that_cannot_be_imported_is_named(home: Path) -> None:
    (home / "aion" / "__init__.py").write_text("import nothing_such", encoding="utf-8")
    with pytest.raises(CodegenError, match=r"aion cannot be imported: .*nothing_such"):
        surface.collected(home)


@pytest.mark.parametrize("content", ["{", "[]", "{}"])
def test_a_file_that_is_not_a_surface_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "surface.json"
    path.write_text(content, encoding="utf-8")
    with pytest.raises(CodegenError, match=r"surface\.json"):
        surface.read(path)


def test_the_real_surface_has_the_clients_results_and_errors() -> None:
    found = surface.collected(PROJECT)
    names = {"AionVision", "SyncAionVision", "UploadResult", "UploadError"}
    assert names <= found["modules"]["aion"].keys()
