"""Lists whose items are deleted, added or moved while they are iterated over."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import draw

COUNT = 23


@pytest.fixture(scope="module")
def shelf() -> Iterator[Sandbox]:
    """A sandbox for all tests of this module; each one begins with an empty one."""
    with Sandbox(strict=False) as sandbox:
        yield sandbox


@pytest.fixture
def empty(shelf: Sandbox) -> Sandbox:
    shelf.reset()
    return shelf


def add_files(sandbox: Sandbox) -> None:
    sandbox.seed("photos", COUNT)


def add_links(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        for number in range(COUNT):
            client.links.create(f"https://pages.aion.test/{number}", auto_crawl=False)


def add_documents(sandbox: Sandbox) -> None:
    texts = [f"Text {number}.".encode() for number in range(COUNT)]
    names = [f"{number}.txt" for number in range(COUNT)]
    with sandbox.sync_client() as client:
        client.documents.upload(texts, filenames=names)


def add_sessions(sandbox: Sandbox) -> None:
    with sandbox.sync_client() as client:
        for number in range(COUNT):
            client.chats.create_session(title=f"Talk {number}")


def add_red_images(sandbox: Sandbox) -> None:
    images = [draw("PNG", (10 + number, 10)) for number in range(COUNT)]
    with sandbox.sync_client() as client:
        client.upload(images, filenames=[f"{number}.png" for number in range(COUNT)])


class Kind:
    """A list, what fills it, and what removes an item of it."""

    def __init__(
        self,
        fill: Callable[[Sandbox], object],
        items: Callable[[Any, int], Any],
        remove: Callable[[Any, Any], Any],
        remove_all: Callable[[Any, list[Any]], Any] | None = None,
    ) -> None:
        self.fill = fill
        self.items = items
        self.remove = remove
        self.remove_all = remove_all


def id_of(item: Any) -> str:
    return str(getattr(item, "id", None) or item.image_id)


def ids_of(items: list[Any]) -> list[str]:
    return [id_of(item) for item in items]


LARGEST = "files, of the largest page"
KINDS = {
    "files": Kind(
        add_files,
        lambda client, size: client.files.list_all(page_size=size),
        lambda client, file: client.files.delete(file.id),
        lambda client, files: client.files.batch_delete(ids_of(files)),
    ),
    "links": Kind(
        add_links,
        lambda client, size: client.links.list_all(page_size=size),
        lambda client, link: client.links.delete(link.id),
        lambda client, links: client.links.batch_delete(ids_of(links)),
    ),
    "documents": Kind(
        add_documents,
        lambda client, size: client.documents.list_all(page_size=size),
        lambda client, document: client.documents.delete(document.id),
        lambda client, documents: client.documents.batch_delete(ids_of(documents)),
    ),
    "sessions": Kind(
        add_sessions,
        lambda client, size: client.chats.iter_sessions(page_size=size, active_only=True),
        lambda client, session: client.chats.close_session(session.id),
    ),
    "colors": Kind(
        add_red_images,
        lambda client, size: client.colors.search_all(hex_code="#DC141E", page_size=size),
        lambda client, hit: client.files.delete(hit.image_id),
        lambda client, hits: client.files.batch_delete(ids_of(hits)),
    ),
    LARGEST: Kind(
        lambda sandbox: sandbox.seed("photos", 210),
        lambda client, _: client.files.list_all(page_size=100),
        lambda client, file: client.files.delete(file.id),
        lambda client, files: client.files.batch_delete(ids_of(files)),
    ),
}
SIZES = (1, 3, 10)


def each(calls: Calls, items: Any, act: Callable[[Any], Any]) -> list[Any]:
    """Return the items of an iterator, with a call after each of them."""
    found: list[Any] = []
    if calls.kind == "sync":
        for item in items:
            found.append(item)
            act(item)
        return found

    async def walk() -> list[Any]:
        async for item in items:
            found.append(item)
            outcome = act(item)
            if inspect.isawaitable(outcome):
                await outcome
        return found

    walking: Any = walk()
    return calls(walking)


def filled(calls: Calls, sandbox: Sandbox, kind: Kind) -> tuple[Any, list[str]]:
    """A client of a filled sandbox, and the ids of its files in order."""
    kind.fill(sandbox)
    client: Any = calls.client(sandbox)
    ids = ids_of(calls.items(kind.items(client, 50)))
    assert len(ids) >= COUNT
    return client, ids


everywhere = pytest.mark.parametrize("size", SIZES)
# The size of the largest page is its own.
PAIRS = [(name, size) for name in KINDS for size in (SIZES if name != LARGEST else SIZES[-1:])]
every_kind_and_size = pytest.mark.parametrize(("name", "size"), PAIRS)


@every_kind_and_size
def test_p20_deleting_each_item_reaches_all(
    name: str, size: int, calls: Calls, empty: Sandbox
) -> None:
    kind = KINDS[name]
    client, ids = filled(calls, empty, kind)
    found = each(calls, kind.items(client, size), lambda item: kind.remove(client, item))
    assert sorted(ids_of(found)) == sorted(ids)
    assert calls.items(kind.items(client, size)) == []


@every_kind_and_size
def test_p20_deleting_every_second_item_still_gives_all_once(
    name: str, size: int, calls: Calls, empty: Sandbox
) -> None:
    kind = KINDS[name]
    client, ids = filled(calls, empty, kind)
    number = 0

    def act(item: Any) -> Any:
        nonlocal number
        number += 1
        return kind.remove(client, item) if number % 2 else None

    found = each(calls, kind.items(client, size), act)
    assert sorted(ids_of(found)) == sorted(ids)


@pytest.mark.parametrize(
    ("name", "size"), [pair for pair in PAIRS if KINDS[pair[0]].remove_all is not None]
)
def test_p20_deleting_a_page_at_once_reaches_all(
    name: str, size: int, calls: Calls, empty: Sandbox
) -> None:
    kind = KINDS[name]
    assert kind.remove_all is not None
    remove_all = kind.remove_all
    client, ids = filled(calls, empty, kind)
    page: list[Any] = []

    def act(item: Any) -> Any:
        page.append(item)
        if len(page) < size:
            return None
        gone = page.copy()
        page.clear()
        return remove_all(client, gone)

    found = each(calls, kind.items(client, size), act)
    assert sorted(ids_of(found)) == sorted(ids)


@every_kind_and_size
def test_p20_deleting_ahead_of_the_iterator_misses_nothing_else(
    name: str, size: int, calls: Calls, empty: Sandbox
) -> None:
    kind = KINDS[name]
    client, ids = filled(calls, empty, kind)
    items = {id_of(one): one for one in calls.items(kind.items(client, 50))}
    gone: set[str] = set()

    def act(item: Any) -> Any:
        # Of those that are still to come, every third.
        ahead = ids.index(id_of(item)) + 4
        if ahead >= len(ids) or ahead % 3 or ids[ahead] in gone:
            return None
        gone.add(ids[ahead])
        return kind.remove(client, items[ids[ahead]])

    found = ids_of(each(calls, kind.items(client, size), act))
    assert len(gone) > 2
    assert len(set(found)) == len(found)
    assert set(ids) - gone <= set(found)


@everywhere
def test_p20_replacing_each_item_by_a_newer_one_misses_none(
    size: int, calls: Calls, empty: Sandbox
) -> None:
    client, ids = filled(calls, empty, KINDS["files"])
    with empty.sync_client() as other:

        def act(item: Any) -> Any:
            if item.id in ids:
                empty.seed("photos", 1)
                other.files.delete(item.id)

        files = client.files.list_all(page_size=size, sort_by="created_at", sort_order="desc")
        found = ids_of(each(calls, files, act))
    assert len(set(found)) == len(found)
    assert set(ids) <= set(found)


@everywhere
@pytest.mark.parametrize("count", [1, 3])
def test_p20_adding_in_front_gives_what_was_there_once(
    count: int, size: int, calls: Calls, empty: Sandbox
) -> None:
    client, ids = filled(calls, empty, KINDS["sessions"])
    added = 0
    with empty.sync_client() as other:

        def act(_: Any) -> Any:
            nonlocal added
            if added < COUNT:
                added += count
                for _ in range(count):
                    other.chats.create_session()

        found = ids_of(each(calls, client.chats.iter_sessions(page_size=size), act))
    assert len(set(found)) == len(found)
    assert set(ids) <= set(found)


@everywhere
def test_p20_items_that_leave_the_filter_are_all_reached(
    size: int, calls: Calls, empty: Sandbox
) -> None:
    client, ids = filled(calls, empty, KINDS["files"])
    for one in ids:
        calls(client.files.update(one, tags=["inbox"]))
    inbox = client.files.list_all(tags=["inbox"], page_size=size)
    each(calls, inbox, lambda file: client.files.update(file.id, tags=[]))
    assert calls(client.files.list(tags=["inbox"])).total_count == 0


def test_p20_a_list_that_changed_can_be_iterated_again(calls: Calls, empty: Sandbox) -> None:
    kind = KINDS["files"]
    client, ids = filled(calls, empty, kind)
    files = client.files.list_all(page_size=3)
    gone = set(ids[::2])
    each(calls, files, lambda file: client.files.delete(file.id) if file.id in gone else None)
    assert ids_of(calls.items(files)) == ids[1::2]
