from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from aion.sandbox.store.clock import Clock
from aion.sandbox.store.database import Database
from aion.sandbox.store.records import Records
from aion.sandbox.store.text_index import TextIndex
from aion.testing import Sandbox
from tests.sandbox.core import on_loop


@pytest.fixture
def database(tmp_path: Path) -> Iterator[Database]:
    made = Database(tmp_path / "sandbox.sqlite3", durable=False)
    yield made
    made.close()


@pytest.fixture
def records(database: Database) -> Records:
    return Records(database, Clock(stepped=True))


def test_a_record_comes_back_as_it_was_put(records: Records) -> None:
    put = records.put("folder", "a", {"name": "Été", "deep": {"list": [1, None]}}, parent="root")
    assert records.get("folder", "a") == put
    assert put.body == {"name": "Été", "deep": {"list": [1, None]}}


def test_kinds_do_not_see_each_other(records: Records) -> None:
    records.put("folder", "a", {})
    assert records.get("chat", "a") is None
    assert records.count("chat") == 0


def test_replacing_keeps_the_place_and_the_date_of_creation(database: Database) -> None:
    clock = Clock(stepped=True)
    records = Records(database, clock)
    for name in "abc":
        records.put("k", name, {})
    clock.step(60)
    changed = records.update("k", "b", color="red")
    assert [one.id for one in records.find("k")[0]] == ["a", "b", "c"]
    assert changed is not None
    assert (changed.body, changed.created_at < changed.updated_at) == ({"color": "red"}, True)


def test_updating_nothing_gives_none(records: Records) -> None:
    assert records.update("k", "missing", a=1) is None


def test_pages_count_everything_that_passes(records: Records) -> None:
    for number in range(10):
        records.put("k", str(number), {"even": number % 2 == 0})
    page, total = records.find("k", newest_first=True, limit=3, offset=2)
    assert ([one.id for one in page], total) == (["7", "6", "5"], 10)
    page, total = records.find("k", where=lambda one: bool(one.body["even"]), limit=2, offset=1)
    assert ([one.id for one in page], total) == (["2", "4"], 5)


def test_a_parent_that_is_none_is_not_any_parent(records: Records) -> None:
    records.put("k", "root", {})
    records.put("k", "child", {}, parent="root")
    assert records.count("k") == 2
    assert [one.id for one in records.find("k", parent=None)[0]] == ["root"]
    assert [one.id for one in records.find("k", parent="root")[0]] == ["child"]


def test_an_order_of_its_own_wins(records: Records) -> None:
    records.put("k", "late", {}, order=20)
    records.put("k", "early", {}, order=10)
    assert [one.id for one in records.find("k")[0]] == ["early", "late"]


def test_deleting_shows_whether_it_was_there(records: Records) -> None:
    records.put("k", "a", {}, parent="p")
    records.put("k", "b", {}, parent="p")
    assert records.delete("k", "a")
    assert not records.delete("k", "a")
    assert records.delete_below("k", "p") == 1


def test_an_id_is_never_given_twice(records: Records) -> None:
    first = records.new_id("k")
    records.put("k", first, {})
    records.delete("k", first)
    assert records.new_id("k") != first


def put_and_fail(database: Database, records: Records, name: str) -> None:
    with database.transaction():
        with database.transaction():
            records.put("k", name, {})
        raise KeyError(name)


def test_an_inner_transaction_that_fails_undoes_only_itself(
    database: Database, records: Records
) -> None:
    with database.transaction():
        records.put("k", "outer", {})
        with pytest.raises(KeyError):
            put_and_fail(database, records, "inner")
    assert [one.id for one in records.find("k")[0]] == ["outer"]


def test_an_outer_transaction_that_fails_undoes_the_inner_one(
    database: Database, records: Records
) -> None:
    with pytest.raises(KeyError):
        put_and_fail(database, records, "inner")
    assert records.count("k") == 0


def test_records_survive_a_restart_and_not_a_reset(tmp_path: Path) -> None:
    with Sandbox(data=tmp_path) as sandbox:
        on_loop(sandbox, lambda state: state.records.put("k", "a", {"x": 1}))
    with Sandbox(data=tmp_path) as sandbox:
        assert on_loop(sandbox, lambda state: state.records.count("k")) == 1
        sandbox.reset()
        assert on_loop(sandbox, lambda state: state.records.count("k")) == 0


def test_a_passage_is_found_by_its_words_best_first(database: Database) -> None:
    texts = TextIndex(database)
    texts.put("chunk", "1", "The harbor at night. Harbor lights.", parent="a")
    texts.put("chunk", "2", "A harbor, far away from everything else in this text", parent="b")
    texts.put("chunk", "3", "Nothing", parent="a")
    texts.put("note", "4", "harbor", parent="a")
    assert [hit.id for hit in texts.search("chunk", "harb")] == ["1", "2"]
    assert [hit.id for hit in texts.search("chunk", "harbor", parents=["b"])] == ["2"]
    assert texts.search("chunk", "harbor nothing") == []
    some = texts.search("chunk", "harbor night", every_word=False)
    assert [(hit.id, hit.matched) for hit in some] == [("1", 2), ("2", 1)]


def test_a_passage_that_was_replaced_or_deleted_is_not_found(database: Database) -> None:
    texts = TextIndex(database)
    texts.put("chunk", "1", "old", parent="a")
    texts.put("chunk", "1", "new", parent="a")
    assert (texts.search("chunk", "old"), len(texts.search("chunk", "new"))) == ([], 1)
    texts.delete_below("chunk", "a")
    assert texts.search("chunk", "new") == []


@pytest.mark.parametrize("query", ["", '"', "a AND (", "*", "NEAR/", "x" * 10_000])
def test_no_query_breaks_the_search(database: Database, query: str) -> None:
    assert TextIndex(database).search("chunk", query) == []
