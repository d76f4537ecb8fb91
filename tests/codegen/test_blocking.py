"""`codegen.blocking`: each construct of the async source, the refusals, and twins that run."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from pathlib import Path
from textwrap import dedent
from types import ModuleType
from typing import Any

import pytest

from codegen.blocking import BlockingError, public_classes, transform
from tests.codegen.building import CLIENT

TWINS = {
    "AionVision": "SyncAionVision",
    "ChatSessionConfig": "ChatSessionConfig",
    "ChatSessionContext": "SyncChatSession",
    "FilesResource": "SyncFilesResource",
    "Pipeline": "SyncPipeline",
}
MODULES = ("aion.client", "aion.pipeline", "aion.resources.chat", "aion.resources.files")


def twin(source: str, module: str = "aion.resources.sample") -> str:
    """The twin of a dedented sample, without the two header lines."""
    text = transform(dedent(source), module=module, twins=TWINS, modules=MODULES)
    return text.split("\n", 2)[2]


def refused(source: str) -> str:
    with pytest.raises(BlockingError) as caught:
        twin(source)
    return str(caught.value)


def same(source: str) -> bool:
    return twin(source).strip() == dedent(source).strip()


# Syntax


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("async def f(): pass", "def f():\n    pass"),
        ("async def f(x):\n    return await x.get()", "def f(x):\n    return x.get()"),
        ("async def f(x):\n    return (await x.get()).id", "def f(x):\n    return x.get().id"),
        ("async def f(x):\n    return -await x", "def f(x):\n    return -x"),
        ("async def f(x, y):\n    return await (x or y)", "def f(x, y):\n    return x or y"),
        (
            "async def f(x):\n    async with x as y, x:\n        pass",
            "def f(x):\n    with x as y, x:\n        pass",
        ),
        (
            "async def f(x):\n    async for y in x:\n        yield y\n    else:\n        pass",
            "def f(x):\n    for y in x:\n        yield y\n    else:\n        pass",
        ),
        (
            "async def f(x):\n    return [await y async for y in x if await y]",
            "def f(x):\n    return [y for y in x if y]",
        ),
        (
            "async def f(x):\n    return {y: 1 async for y in x}",
            "def f(x):\n    return {y: 1 for y in x}",
        ),
        ('async def f(x):\n    return f"{await x}"', 'def f(x):\n    return f"{x}"'),
        ("async def f(x):\n    return await anext(x)", "def f(x):\n    return next(x)"),
    ],
)
def test_async_syntax_becomes_plain_syntax(source: str, expected: str) -> None:
    assert twin(source).strip() == expected


def test_parentheses_of_an_await_stay_where_they_hold_lines_together() -> None:
    source = """\
    async def f(client):
        return (await client  # the comment that keeps the lines apart
            .files
            .get("x"))
    """

    text = twin(source)

    compile(text, "twin", "exec")
    assert "# the comment that keeps the lines apart" in text


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("__aenter__", "__enter__"),
        ("__aexit__", "__exit__"),
        ("__aiter__", "__iter__"),
        ("__anext__", "__next__"),
        ("aclose", "close"),
    ],
)
def test_async_method_names_become_sync_ones(name: str, expected: str) -> None:
    assert f"def {expected}(self)" in twin(f"class A:\n    async def {name}(self): ...\n")


def test_async_method_names_are_also_renamed_where_they_are_called() -> None:
    assert twin("async def f(x): await x.stream.aclose()").strip().endswith("x.stream.close()")


# Types


@pytest.mark.parametrize(
    ("annotation", "expected"),
    [
        ("AsyncIterator[int]", "Iterator[int]"),
        ("AsyncIterable[int]", "Iterable[int]"),
        ("AsyncGenerator[int]", "Generator[int, None, None]"),
        ("AsyncGenerator[int, str]", "Generator[int, str, None]"),
        ("Awaitable[int]", "int"),
        ("Coroutine[None, None, int]", "int"),
        ("Callable[[int], Awaitable[str]]", "Callable[[int], str]"),
        ("Callable[[int], Awaitable[None] | None]", "Callable[[int], None]"),
        ("Callable[[int], None] | Callable[[int], Awaitable[None]]", "Callable[[int], None]"),
        ("Awaitable[AsyncIterator[int]]", "Iterator[int]"),
        ('"AsyncIterator[FilesResource] | None"', '"Iterator[SyncFilesResource] | None"'),
        ('list["FilesResource"]', 'list["SyncFilesResource"]'),
    ],
)
def test_async_types_become_what_a_blocking_caller_sees(annotation: str, expected: str) -> None:
    source = (
        "from collections.abc import AsyncGenerator, AsyncIterable, AsyncIterator, Awaitable\n"
        "from collections.abc import Callable, Coroutine\n"
        "from aion.resources.files import FilesResource\n"
        f"def f(x: {annotation}) -> None: ...\n"
    )

    assert f"def f(x: {expected}) -> None" in twin(source)


def test_a_union_member_that_is_named_twice_in_the_twin_is_kept_once() -> None:
    source = """\
    from collections.abc import Awaitable
    from typing import Union

    Value = Union[int, Awaitable[int], str]
    """

    assert "Value = Union[int, str]" in twin(source)


def test_context_manager_helpers_become_plain_ones() -> None:
    source = """\
    from collections.abc import AsyncIterator
    from contextlib import AbstractAsyncContextManager, asynccontextmanager


    @asynccontextmanager
    async def f() -> AsyncIterator[int]:
        yield 1


    def g() -> AbstractAsyncContextManager[int]:
        return f()
    """
    expected = """\
    from collections.abc import Iterator
    from contextlib import AbstractContextManager, contextmanager


    @contextmanager
    def f() -> Iterator[int]:
        yield 1


    def g() -> AbstractContextManager[int]:
        return f()
    """

    assert twin(source) == dedent(expected)


def test_qualified_async_types_are_renamed_too() -> None:
    source = "import collections.abc as c\n\n\ndef f(x: c.AsyncIterator[int]) -> None: ...\n"

    assert "x: c.Iterator[int]" in twin(source)


def test_a_string_inside_literal_is_data() -> None:
    source = 'from typing import Literal\n\nMODE: Literal["Pipeline"] = "Pipeline"\n'

    assert same(source)


def test_the_type_argument_of_cast_follows() -> None:
    source = 'from typing import cast\n\nx = cast("FilesResource", 1)  # noqa: F821\n'

    assert 'cast("SyncFilesResource", 1)' in twin(source)


# Imports


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("from aion._runtime import aio as rt", "from aion._runtime import blocking as rt"),
        ("from aion._runtime.aio import rt", "from aion._runtime.blocking import rt"),
        ("import aion._runtime.aio as rt", "import aion._runtime.blocking as rt"),
        ("from aion.resources import files as rt", "from aion.sync.resources import files as rt"),
        ("import aion.resources.files as rt", "import aion.sync.resources.files as rt"),
        ("from .files import helper as rt", "from aion.sync.resources.files import helper as rt"),
        ("from ..config import rt", "from aion.config import rt"),
        ("from aion.types.files import rt", "from aion.types.files import rt"),
    ],
)
def test_imports_follow_to_where_the_twin_finds_them(source: str, expected: str) -> None:
    assert twin(f"{source}\nrt\n") == f"{expected}\n\nrt\n"


def test_only_the_classes_of_one_import_that_have_a_twin_move() -> None:
    source = """\
    from aion import AionVision, AionvisionError

    print(AionVision, AionvisionError)
    """
    expected = """\
    from aion import AionvisionError
    from aion.sync import SyncAionVision

    print(SyncAionVision, AionvisionError)
    """

    assert twin(source) == dedent(expected)


def test_a_class_from_elsewhere_keeps_a_name_that_a_twin_also_has() -> None:
    source = "from aion.types.pipeline import Pipeline\n\nx: Pipeline = Pipeline()\n"

    assert same(source)


def test_an_import_that_only_async_code_used_is_not_left_behind() -> None:
    source = """\
    from __future__ import annotations

    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from collections.abc import Awaitable


    def f(x: Awaitable[int]) -> None: ...
    """

    assert "import" not in twin(source).replace("from __future__ import annotations", "")


def test_two_imports_that_become_one_name_are_merged() -> None:
    source = """\
    from collections.abc import AsyncIterator, Iterator

    x: AsyncIterator[int] | Iterator[str]
    """

    assert twin(source).startswith("from collections.abc import Iterator\n")


def test_imports_for_type_checkers_follow() -> None:
    source = """\
    from typing import TYPE_CHECKING

    if TYPE_CHECKING:
        from aion.client import AionVision


    def f(x: "AionVision") -> None: ...
    """

    assert "    from aion.sync.client import SyncAionVision\n" in twin(source)


def test_names_of_the_runtime_module_keep_their_spelling() -> None:
    source = """\
    from aion._runtime import aio as rt
    from aion._runtime.aio import AsyncStream

    x: rt.AsyncIterator | AsyncStream
    """

    text = twin(source)

    assert "x: rt.AsyncIterator | AsyncStream" in text


def test_an_attribute_follows_though_the_runtime_module_has_a_function_of_its_name() -> None:
    source = "from aion._runtime.aio import aclose\n\n\ndef f(x):\n    aclose(x.aclose())\n"

    assert twin(source).endswith("    aclose(x.close())\n")


# Classes


def test_a_public_class_is_renamed_and_a_private_one_is_not() -> None:
    text = twin("class FilesResource: ...\n\n\nclass _Page: ...\n")

    assert ("class SyncFilesResource:" in text, "class _Page:" in text) == (True, True)


def test_the_exception_table_names_the_chat_session() -> None:
    assert public_classes("class ChatSessionContext: ...", "x.py") == {
        "ChatSessionContext": "SyncChatSession"
    }


def test_a_shared_class_is_imported_and_not_defined_again() -> None:
    source = '''\
    """Chat."""

    from __future__ import annotations


    class ChatSessionConfig: ...


    def f(x: ChatSessionConfig) -> None: ...
    '''

    text = twin(source, "aion.resources.chat")

    assert "from aion.resources.chat import ChatSessionConfig\n\n\ndef f(" in text


def test_a_table_of_names_at_module_level_follows() -> None:
    source = 'FilesResource = 1\n__all__ = ["FilesResource"]\nHOME = {"x": "aion.client"}\n'

    assert '__all__ = ["SyncFilesResource"]\nHOME = {"x": "aion.sync.client"}' in twin(source)


# Docstrings, comments and messages


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("Call await client.files.get(x).", "Call client.files.get(x)."),
        ("Use `async with AionVision() as c`.", "Use `with SyncAionVision() as c`."),
        ("Loop with async for over it.", "Loop with for over it."),
        ("See :class:`~aion.resources.files.FilesResource`.",) * 2,
        ("It awaits; await it, and the awaited value.",) * 2,
        ("Use ``await task`` here.", "Use ``task`` here."),
        ("A Pipeline is a chain.",) * 2,
        ("A `Pipeline` is a chain.", "A `SyncPipeline` is a chain."),
        ("Start Pipeline(client).", "Start SyncPipeline(client)."),
        ("Ends with aclose.", "Ends with close."),
        ("A SyncAionVision stays one.",) * 2,
        ("MyAionVision is another name.",) * 2,
    ],
)
def test_prose_changes_only_where_it_is_code(line: str, expected: str) -> None:
    expected = expected.replace("aion.resources.files.F", "aion.sync.resources.files.SyncF")

    assert twin(f'"""Title.\n\n{line}\n"""\n') == f'"""Title.\n\n{expected}\n"""\n'


@pytest.mark.parametrize(
    "opening",
    ["Like this::", ".. code-block:: python", "Example:"],
)
def test_every_await_of_a_code_sample_goes(opening: str) -> None:
    source = (
        f'"""Title.\n\n{opening}\n\n    x = [await task]  # await it\n\nOne must await it.\n"""'
    )

    assert twin(source) == source.replace("[await task]", "[task]") + "\n"


def test_fences_and_doctests_are_code_samples() -> None:
    source = '"""Title.\n\n>>> await task\n\n```python\nawait task\n```\n\nawait task\n"""\n'

    assert twin(source) == source.replace("await task", "task", 2)


def test_prose_in_an_example_section_is_prose() -> None:
    source = '"""Title.\n\nExample:\n    You must await the result.\n"""\n'

    assert same(source)


def test_a_literal_block_in_the_first_line_ends_where_the_text_continues() -> None:
    source = '''\
    def f() -> None:
        """Use it so::

            await task

        Then await the rest.
        """
    '''

    assert twin(source) == dedent(source).replace("await task", "task")


def test_a_comment_follows_like_prose() -> None:
    assert twin("x = 1  # await get() of FilesResource\n") == (
        "x = 1  # get() of SyncFilesResource\n"
    )


def test_a_message_follows_where_it_shows_a_call() -> None:
    source = 'raise TypeError("use async with AionVision() or await c.aclose(), not Pipeline")\n'

    assert '"use with SyncAionVision() or c.close(), not Pipeline"' in twin(source)


def test_a_string_that_is_data_stays() -> None:
    assert same('x = ["a"]\n\n\ndef f() -> str:\n    return "Pipeline await aion.client"\n')


# Skipping


def test_a_marked_statement_is_left_out() -> None:
    source = """\
    import asyncio  # sync: skip

    x = 1


    class A:
        async def aclose(self): ...
        def close(self):  # sync: skip (the async client says what to do)
            asyncio.run(self.aclose())
    """

    assert twin(source) == "x = 1\n\n\nclass A:\n    def close(self): ...\n"


def test_a_block_whose_statements_are_all_skipped_is_still_valid() -> None:
    assert "pass" in twin("def f() -> None:\n    print(1)  # sync: skip\n")


def test_a_skipped_class_is_not_a_public_class() -> None:
    assert public_classes("class A:  # sync: skip\n    pass\n", "x.py") == {}


def test_a_marker_that_stands_on_no_statement_is_refused() -> None:
    assert "2: `sync: skip`: `# sync: skip` belongs at the end" in refused(
        "x = 1\n# sync: skip\ny = 2\n"
    )


# Refusals


@pytest.mark.parametrize(
    ("source", "line", "name", "advice"),
    [
        ("import asyncio", 1, "asyncio", "matching helper of `rt`"),
        ("x = 1\nimport anyio.abc", 2, "anyio.abc", "matching helper of `rt`"),
        ("from asyncio import sleep", 1, "asyncio.sleep", "use the sleep of `rt`"),
        ("import asyncio\nasyncio.gather()", 2, "asyncio.gather", "bounded map of `rt`"),
        ("import asyncio\nasyncio.Lock()", 2, "asyncio.Lock", "use the lock of `rt`"),
        ("def f(g): g.create_task(1)", 1, "create_task", "bounded map of `rt`"),
        ("def f(TaskGroup): ...", 1, "TaskGroup", "bounded map of `rt`"),
        ("import inspect\ninspect.isawaitable(1)", 2, "isawaitable", "callback helper of `rt`"),
        ("from x import AsyncClient", 1, "AsyncClient", "alias of `rt`"),
        ("class A:\n    def __await__(self): ...", 2, "__await__", "`async def`"),
        ("from typing import Awaitable\nx: Awaitable", 2, "Awaitable", "type argument"),
        ("from typing import Awaitable\nx: 'Awaitable'", 2, "Awaitable", "type argument"),
        ("from typing import Awaitable as A", 1, "Awaitable", "under its own name"),
        ("from aion._runtime import aio", 1, "aio", "`import aio as rt`"),
        ("def f(x: 'not a type'): ...", 1, "'not a type'", "not an expression"),
        ('"""T::\n\n    asyncio.run(x)\n"""', 3, "asyncio", "without an event loop"),
        ("class A:\n    def close(self): ...\n    def aclose(self): ...", 3, "close", "skip"),
    ],
)
def test_what_has_no_blocking_counterpart_is_refused_by_name_and_line(
    source: str, line: int, name: str, advice: str
) -> None:
    rows = refused(source).splitlines()

    assert [
        row
        for row in rows
        if row.startswith(f"aion/resources/sample.py:{line}: `{name}`: ") and advice in row
    ]


def test_all_findings_of_a_file_are_reported_at_once() -> None:
    assert len(refused("import asyncio\nimport anyio\n").splitlines()) == 2


def test_a_skipped_definition_that_is_still_used_is_refused() -> None:
    assert "Undefined name `f`" in refused("def f(): ...  # sync: skip\n\n\nf()\n")


def test_a_source_that_is_not_python_is_refused_with_its_line() -> None:
    assert refused("x = 1\ndef f(:\n").startswith("aion/resources/sample.py:2: not Python: ")


# Output


def test_each_twin_says_where_it_comes_from() -> None:
    text = transform("x = 1\n", module="aion.client", twins={})

    assert text.splitlines()[:2] == [
        "# Generated by `python -m codegen build` from `aion/client.py`.",
        "# Not edited by hand: change the async source and build again.",
    ]


def test_lines_that_grow_beyond_100_are_broken() -> None:
    source = f"def f(x):\n    return FilesResource(x.{'a' * 40}, {'b' * 30!r}, x)\n"
    source = f"from aion.resources.files import FilesResource\n\n\n{source}"

    assert max(map(len, twin(source).splitlines())) <= 100


def test_formatting_a_twin_again_changes_nothing() -> None:
    text = twin(CLIENT, "aion.client")
    ruff = Path(sysconfig.get_path("scripts"), "ruff")

    again = subprocess.run(
        [ruff, "format", "--isolated", "--line-length", "100", "-"],
        input=text,
        capture_output=True,
        encoding="utf-8",
        check=True,
    )

    assert again.stdout == text


def test_the_twin_of_a_twin_is_itself() -> None:
    text = twin(CLIENT, "aion.client")

    assert twin(text, "aion.client") == text


def runtime(slept: list[float]) -> dict[str, ModuleType]:
    """A fake `aion._runtime` with both sides of the swapped import."""
    package, aio, blocking = (ModuleType(name) for name in ("aion._runtime", "aio", "blocking"))

    async def sleep(seconds: float) -> None:
        slept.append(seconds)

    aio.__dict__["sleep"] = sleep
    blocking.__dict__["sleep"] = slept.append
    package.__dict__.update(aio=aio, blocking=blocking)
    return {"aion._runtime": package}


def run(text: str, fakes: Mapping[str, ModuleType], patch: pytest.MonkeyPatch) -> dict[str, Any]:
    for name, fake in fakes.items():
        patch.setitem(sys.modules, name, fake)
    space: dict[str, Any] = {"__name__": "sample"}
    exec(compile(text, "sample", "exec"), space)  # the point of the test
    return space


async def double(value: int) -> int:
    return 2 * value


async def use_async(client: Any) -> tuple[int, list[str]]:
    async with client:
        total = await client.total(double)
    return total, client.log


def test_a_twin_runs_and_does_what_its_source_does(monkeypatch: pytest.MonkeyPatch) -> None:
    slept: list[float] = []
    fakes = runtime(slept)
    source = run(CLIENT, fakes, monkeypatch)
    expected = asyncio.run(use_async(source["AionVision"]())), slept[:]
    slept.clear()

    with run(twin(CLIENT, "aion.client"), fakes, monkeypatch)["SyncAionVision"]() as client:
        total = client.total((2).__mul__)

    assert ((total, client.log), slept) == expected
