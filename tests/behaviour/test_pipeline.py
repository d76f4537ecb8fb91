"""Pipelines, over real HTTP."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from aion.exceptions import ValidationError
from aion.testing import Sandbox
from tests.behaviour.calls import Calls
from tests.behaviour.pictures import NAVY, RED, draw

POLES = b"# Poles\n\nThe red pole at the harbor leans.\n"


@pytest.fixture
def library(sandbox: Sandbox) -> dict[str, str]:
    """Two images and a document: their ids by name."""
    ids: dict[str, str] = {}
    with sandbox.sync_client() as client:
        for name, color in (("rose.jpg", RED), ("night.jpg", NAVY)):
            image = draw("JPEG", (64, 48), color)
            ids[name] = client.upload_one(image, filename=name).image_id
        ids["poles.md"] = client.documents.upload_one(POLES, filename="poles.md").document_id
    return ids


def sent(sandbox: Sandbox) -> int:
    return len(sandbox.requests)


# runs


def test_two_searches_and_a_join_take_two_waves(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = (
        calls.client(sandbox)
        .pipeline()
        .search_images("red")
        .search_documents("harbor")
        .cross_reference("Which images show what the documents tell of?", depends_on=[0, 1])
    )
    result = calls(pipeline.run())
    assert (result.success, result.total_waves, result.errors) == (True, 2, [])
    assert [step.agent for step in result.steps] == [
        "image_search",
        "document_search",
        "cross_reference",
    ]
    assert result.step(0).outputs == {"image_ids": [library["rose.jpg"]], "count": 1}
    assert result.step(1).outputs["document_ids"] == [library["poles.md"]]
    (relation,) = result.final.outputs["relationships"]
    assert (relation["source_id"], relation["target_id"]) == (
        library["rose.jpg"],
        library["poles.md"],
    )
    assert relation["shared"] == ["red"]


def test_steps_are_wired_by_the_service_where_they_name_no_others(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(client.pipeline().search_images("navy").organize('into "Blue"').run())
    assert (result.success, result.total_waves) == (True, 2)
    assert result.final.outputs["files_moved"] == 1
    (folder_id,) = result.final.outputs["folder_ids"]
    assert [file.id for file in calls(client.files.list(folder_id=folder_id)).files] == [
        library["night.jpg"]
    ]


def test_a_pipeline_starts_from_seeds(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = (
        calls.client(sandbox)
        .pipeline()
        .with_images([library["rose.jpg"]])
        .with_documents([library["poles.md"]])
        .analyze("What is red?")
        .analyze_documents("What leans?")
        .synthesize("Sum up")
    )
    result = calls(pipeline.run())
    assert result.success
    assert result.step(0).outputs["image_ids"] == [library["rose.jpg"]]
    assert "leans" in result.step(1).outputs["analysis"]
    assert result.final.outputs["image_count"] == result.final.outputs["document_count"] == 1
    assert result.token_usage is not None
    assert result.token_usage["call_count"] == 3


def test_seeds_that_are_given_again_take_the_place_of_the_first(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = calls.client(sandbox).pipeline().with_images([library["rose.jpg"]])
    result = calls(pipeline.with_images([library["night.jpg"]]).analyze("colors").run())
    assert result.final.outputs["image_ids"] == [library["night.jpg"]]


def test_a_step_that_fails_skips_those_that_need_it(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = (
        calls.client(sandbox)
        .pipeline()
        .search_links("harbor")
        .analyze_links("What do they say?", depends_on=[0])
        .synthesize("Sum up", depends_on=[1])
        .search_images("red")
    )
    result = calls(pipeline.run())
    assert [step.status for step in result.steps] == [
        "completed",
        "failed",
        "skipped",
        "completed",
    ]
    assert not result.success
    assert result.step(1).error == "there is no link to work on"
    assert len(result.errors) == 2


def test_results_come_in_the_order_in_which_the_steps_were_added(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = (
        calls.client(sandbox)
        .pipeline()
        .search_images("red")
        .analyze("What is it?", depends_on=[0])
        .search_documents("harbor")
    )
    result = calls(pipeline.run())
    # The search of the documents runs in the first wave, before the analysis.
    assert [step.agent for step in result.steps] == ["image_search", "analysis", "document_search"]
    assert result.final.agent == "document_search"


def test_a_search_that_found_nothing_gives_nothing_to_the_next_step(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    result = calls(client.pipeline().search_images("zeppelin").organize("By color").run())
    assert (result.step(0).outputs["count"], result.final.status) == (0, "failed")
    assert calls(client.folders.tree()).folders == []


def test_no_dependency_at_all_is_not_the_same_as_none_named_p19(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    client = calls.client(sandbox)
    wired = calls(client.pipeline().search_images("red").analyze("What?").run())
    alone = calls(client.pipeline().search_images("red").analyze("What?", depends_on=[]).run())
    assert (wired.final.status, alone.final.status) == ("completed", "failed")


def test_a_pipeline_can_be_run_again(
    calls: Calls, sandbox: Sandbox, library: dict[str, str]
) -> None:
    pipeline = calls.client(sandbox).pipeline().search_images("red")
    first, second = calls(pipeline.run()), calls(pipeline.run())
    assert first.final.outputs == second.final.outputs


def test_ten_steps_are_the_most(calls: Calls, sandbox: Sandbox) -> None:
    pipeline = calls.client(sandbox).pipeline()
    for _ in range(10):
        pipeline.search_images("red")
    assert len(calls(pipeline.run()).steps) == 10


# impossible graphs


def test_a_pipeline_without_steps_is_refused_unsent(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"^steps has to be 1 to 10 steps"):
        calls(calls.client(sandbox).pipeline().run())
    assert sent(sandbox) == 0


def test_an_eleventh_step_is_refused(calls: Calls, sandbox: Sandbox) -> None:
    pipeline = calls.client(sandbox).pipeline()
    for _ in range(10):
        pipeline.search_images("red")
    with pytest.raises(ValidationError, match="at most 10"):
        pipeline.synthesize("Sum up")
    assert (len(pipeline.steps), sent(sandbox)) == (10, 0)


@pytest.mark.parametrize("needs", [[1], [2], [-1], [0, 1], [True], ["0"], [0.0], "0", 0])
def test_a_dependency_that_is_not_an_earlier_step_is_refused(
    needs: Any, calls: Calls, sandbox: Sandbox
) -> None:
    pipeline = calls.client(sandbox).pipeline().search_images("red")
    with pytest.raises(ValidationError, match=r"^depends_on"):
        pipeline.analyze("What?", depends_on=needs)
    assert (len(pipeline.steps), sent(sandbox)) == (1, 0)


def test_the_first_step_can_depend_on_no_other(calls: Calls, sandbox: Sandbox) -> None:
    with pytest.raises(ValidationError, match=r"^depends_on"):
        calls.client(sandbox).pipeline().analyze("What?", depends_on=[0])


def test_a_dependency_that_is_named_twice_is_one(calls: Calls, sandbox: Sandbox) -> None:
    pipeline = calls.client(sandbox).pipeline().search_images("red")
    pipeline.analyze("What?", depends_on=(0, 0))
    assert pipeline.steps[1].depends_on == (0,)


BUILDERS: dict[str, Callable[[Any, Any], Any]] = {
    "search_images": lambda pipeline, words: pipeline.search_images(words),
    "search_documents": lambda pipeline, words: pipeline.search_documents(words),
    "search_links": lambda pipeline, words: pipeline.search_links(words),
    "analyze": lambda pipeline, words: pipeline.analyze(words),
    "analyze_documents": lambda pipeline, words: pipeline.analyze_documents(words),
    "analyze_links": lambda pipeline, words: pipeline.analyze_links(words),
    "synthesize": lambda pipeline, words: pipeline.synthesize(words),
    "organize": lambda pipeline, words: pipeline.organize(words),
    "cross_reference": lambda pipeline, words: pipeline.cross_reference(words),
}
AGENTS = [
    "image_search",
    "document_search",
    "link_search",
    "analysis",
    "document_analysis",
    "link_analysis",
    "assistant",
    "folder",
    "cross_reference",
]


@pytest.mark.parametrize(("builder", "agent"), list(zip(BUILDERS, AGENTS, strict=True)))
def test_every_builder_adds_a_step_and_returns_the_pipeline(
    builder: str, agent: str, calls: Calls, sandbox: Sandbox
) -> None:
    pipeline = calls.client(sandbox).pipeline()
    assert BUILDERS[builder](pipeline, "x" * 2000) is pipeline
    assert (pipeline.steps[0].agent, pipeline.steps[0].depends_on) == (agent, None)


@pytest.mark.parametrize("builder", BUILDERS)
@pytest.mark.parametrize("words", ["", "   ", "x" * 2001, None])
def test_a_step_without_a_request_is_refused(
    builder: str, words: Any, calls: Calls, sandbox: Sandbox
) -> None:
    pipeline = calls.client(sandbox).pipeline()
    with pytest.raises(ValidationError, match=r"^(query|intent) has to be"):
        BUILDERS[builder](pipeline, words)
    assert pipeline.steps == ()


@pytest.mark.parametrize("ids", ["one-id", [""], [None], None, 5])
def test_seeds_that_are_not_ids_are_refused(ids: Any, calls: Calls, sandbox: Sandbox) -> None:
    pipeline = calls.client(sandbox).pipeline()
    with pytest.raises(ValidationError, match=r"^image_ids"):
        pipeline.with_images(ids)
    with pytest.raises(ValidationError, match=r"^document_ids"):
        pipeline.with_documents(ids)


def test_a_pipeline_shows_its_steps(calls: Calls, sandbox: Sandbox) -> None:
    pipeline = calls.client(sandbox).pipeline()
    assert repr(pipeline).endswith("Pipeline: no step>")
    assert "image_search -> assistant" in repr(pipeline.search_images("a").synthesize("b"))
