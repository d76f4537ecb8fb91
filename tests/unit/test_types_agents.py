"""Types of programs with agents of their own: contracts, contexts, results."""

from __future__ import annotations

import asyncio
import copy
import json
import pickle
from threading import Thread

import pytest

from aion.types.agent import Agent, AgentResult
from aion.types.context import ExecutionContext
from aion.types.contracts import AgentCapability, AgentContract, TypedInput, TypedOutput
from aion.types.file_collection import FileCollection

CONTRACT = AgentContract(
    name="pole-finder",
    capability=AgentCapability.SEARCH,
    description="Finds poles.",
    inputs=(
        TypedInput("area", "text"),
        TypedInput("old", "file_collection", required=False, content_type_hint="image"),
    ),
    outputs=(TypedOutput("found", "file_collection", mergeable=True),),
    example_intents=("find leaning poles",),
    can_run_parallel=False,
    typical_duration_ms=0,
    can_chain_with=(AgentCapability.ANALYSIS, AgentCapability("brand_new")),
)


def test_a_contract_knows_what_its_agent_cannot_run_without() -> None:
    assert [one.name for one in CONTRACT.get_required_inputs()] == ["area"]


def test_inputs_and_outputs_are_found_by_name() -> None:
    assert CONTRACT.get_input_by_name("old") == CONTRACT.inputs[1]
    assert CONTRACT.get_output_by_name("found") == CONTRACT.outputs[0]


def test_a_name_that_is_not_there_gives_none() -> None:
    assert CONTRACT.get_input_by_name("found") is None
    assert CONTRACT.get_output_by_name("area") is None


def test_json_data_of_a_contract_is_read_again() -> None:
    assert AgentContract.from_dict(json.loads(json.dumps(CONTRACT.to_dict()))) == CONTRACT


def test_a_contract_of_the_least_fields_has_the_documented_defaults() -> None:
    least = AgentContract.from_dict({"name": "x", "capability": "search", "description": ""})
    assert least == AgentContract("x", AgentCapability.SEARCH, "")
    assert (least.can_run_parallel, least.typical_duration_ms) == (True, 5000)


def test_an_unknown_capability_is_kept_p18() -> None:
    data = {"name": "x", "capability": "dreaming", "description": ""}
    assert AgentContract.from_dict(data).to_dict()["capability"] == "dreaming"


def test_there_are_thirteen_capabilities() -> None:
    assert len(AgentCapability) == 13


def test_a_slot_gives_back_what_was_written() -> None:
    context = ExecutionContext()
    context.write("area", "harbor", "text", "step-1")
    assert context.read("area") == context.read("area", "text") == "harbor"


def test_a_slot_of_another_type_is_an_error() -> None:
    context = ExecutionContext()
    context.write("area", "harbor", "text", "step-1")
    with pytest.raises(TypeError, match="'area' holds 'text' from 'step-1', not 'analysis'"):
        context.read("area", "analysis")


def test_a_slot_that_was_never_written_is_an_error_that_names_the_others() -> None:
    context = ExecutionContext()
    context.write("area", "harbor", "text", "step-1")
    with pytest.raises(KeyError, match="the slot 'town' does not exist; slots so far: area"):
        context.read("town")


def test_slots_are_found_by_type() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    context.write("b", "x", "text", "s")
    assert context.get_slots_by_type("number") == {"a": 1}


def test_the_type_of_a_slot_is_known_and_of_no_slot_none() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    assert (context.get_slot_type("a"), context.get_slot_type("b")) == ("number", None)


def test_slots_are_listed_with_type_and_source() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    assert context.list_slots() == [{"name": "a", "data_type": "number", "source_node": "s"}]


def test_a_change_of_the_copy_of_the_slots_changes_no_slot() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    context.slots.clear()
    assert context.has_slot("a")


def test_awaited_methods_do_the_same() -> None:
    async def use() -> tuple[object, bool, bool]:
        context = ExecutionContext()
        await context.write_async("a", 1, "number", "s")
        return (
            await context.read_async("a", "number"),
            await context.has_slot_async("a"),
            await context.has_slot_async("b"),
        )

    assert asyncio.run(use()) == (1, True, False)


def test_a_written_slot_is_replaced() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    context.write("a", "x", "text", "t")
    assert context.read("a", "text") == "x"


def test_json_data_of_a_context_is_read_again() -> None:
    context = ExecutionContext()
    context.write("n", {"one": [1]}, "number", "s")
    context.write("files", FileCollection.from_ids(["x"], "image"), "file_collection", "s")
    data = json.loads(json.dumps(context.to_dict()))
    again = ExecutionContext.from_dict(data)
    assert again.to_dict() == data
    assert FileCollection.from_dict(again.read("files")).ids == ["x"]


def test_a_copy_of_a_context_has_slots_of_its_own_p6() -> None:
    context = ExecutionContext()
    context.write("a", 1, "number", "s")
    for copied in (pickle.loads(pickle.dumps(context)), copy.copy(context)):
        copied.write("b", 2, "number", "s")
        assert (copied.read("a"), context.has_slot("b")) == (1, False)


def test_threads_share_a_context() -> None:
    context = ExecutionContext()

    def fill(start: int) -> None:
        for number in range(start, start + 200):
            context.write(str(number), number, "number", "s")
            context.list_slots()

    threads = [Thread(target=fill, args=(start,)) for start in (0, 200, 400)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(context.slots) == 600


def test_a_result_gives_its_outputs_by_name() -> None:
    result = AgentResult(True, "pole-finder", "search", outputs={"found": None})
    assert (result.has_output("found"), result.get_output("found", 1)) == (True, None)


def test_a_result_without_an_output_gives_the_default() -> None:
    result = AgentResult(False, "pole-finder", "search", error="no poles")
    assert (result.has_output("found"), result.get_output("found", 1)) == (False, 1)


def test_a_result_is_json_data_at_any_depth() -> None:
    found = FileCollection.from_ids(["x"])
    result = AgentResult(True, "a", AgentCapability.SEARCH, outputs={"found": [found]})
    data = json.loads(json.dumps(result.to_dict()))
    assert data["outputs"]["found"][0]["refs"][0]["id"] == "x"
    assert (data["capability"], data["execution_time_ms"]) == ("search", 0)


class PoleFinder:
    """An agent that inherits from nothing."""

    def get_contract(self) -> AgentContract:
        return CONTRACT

    async def execute(self, context: ExecutionContext) -> AgentResult:
        area = context.read("area", "text")
        return AgentResult(True, "pole-finder", "search", summary=f"looked at {area}")


def test_a_class_with_the_methods_is_an_agent() -> None:
    agent = PoleFinder()
    assert isinstance(agent, Agent)
    context = ExecutionContext()
    context.write("area", "harbor", "text", "user")
    assert asyncio.run(agent.execute(context)).summary == "looked at harbor"
