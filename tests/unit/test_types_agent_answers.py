"""Responses of agents and pipelines: every shape that a deployment may send."""

from __future__ import annotations

import copy
import pickle
from typing import Any

import pytest

from aion.exceptions import ValidationError
from aion.types.agent_operations import DocumentAnalysisResult, OrganizeResult, SynthesizeResult
from aion.types.agent_search import (
    DocumentSearchAgentResult,
    ImageSearchAgentResult,
    ResultRefData,
    VideoSearchAgentResult,
)
from aion.types.pipeline import NodeResult, PipelineResult, PipelineStep, StepResult
from aion_api import Model

TOLD: dict[str, Any] = {
    "success": True,
    "summary": "2 found",
    "execution_time_ms": 12,
    "iterations": 2,
    "token_usage": {"total_tokens": 9},
}
IMAGES: dict[str, Any] = {
    **TOLD,
    "results": [
        {"image_id": "i-1", "score": 0.9, "filename": "a.jpg", "title": "A", "features": [{}]},
        {"image_id": "i-2", "score": 0.5},
    ],
    "count": 15,
    "result_ids": ["i-1", "i-2"],
    "summary_raw": "[[ref:search_1]] found",
    "result_refs": {
        "search_1": {"count": 2, "ids": ["i-1", "i-2"], "id_type": "image", "label": "images"}
    },
    "search_strategy": {"engine": "text"},
}
CHUNKS: dict[str, Any] = {
    **TOLD,
    "results": [
        {"chunk_id": "c-1", "document_id": "d-1", "document_filename": "a.pdf", "text": "x",
         "score": 0.3, "page_numbers": [1], "chunk_index": 0},
        {"chunk_id": "c-2", "document_id": "d-2", "document_filename": "b.txt", "text": "y",
         "score": 0.2},
        {"chunk_id": "c-3", "document_id": "d-1", "document_filename": "a.pdf", "text": "z",
         "score": 0.8},
    ],
    "count": 3,
    "search_mode": "hybrid",
}  # fmt: skip
VIDEOS: dict[str, Any] = {
    **TOLD,
    "results": [
        {
            "video_id": "v-1",
            "video_filename": "a.mp4",
            "score": 3.5,
            "matched_scenes": [
                {
                    "scene_id": "s-1",
                    "scene_index": 0,
                    "start_time": 0.0,
                    "end_time": 4.5,
                    "time_range_formatted": "0:00-0:04",
                    "description": "A dog",
                    "score": 0.7,
                }
            ],
        }
    ],
    "count": 1,
    "video_ids": ["v-1"],
    "search_mode": "browse",
}
REPORT: dict[str, Any] = {**TOLD, "report": "# R", "image_count": 1, "document_count": 2}
ANALYSIS: dict[str, Any] = {
    **TOLD,
    "analysis": "# A",
    "document_count": 1,
    "chunk_references": [{"chunk_id": "c-1", "document_id": "d-1", "page_numbers": [2]}],
}
FOLDERS: dict[str, Any] = {
    **TOLD,
    "actions": [{"action": "create", "folder_id": None, "folder_name": "Poles", "file_count": 2}],
    "folders_created": 1,
    "files_moved": 2,
}
RUN: dict[str, Any] = {
    "success": False,
    "execution_time_ms": 40,
    "total_waves": 2,
    "nodes": [
        {"node_id": "n0", "agent": "image_search", "status": "completed", "outputs": {"count": 2}},
        {"node_id": "n1", "agent": "folder", "status": "pending", "error": "held"},
    ],
    "errors": ["held"],
}
ANSWERS: dict[str, tuple[type[Any], dict[str, Any]]] = {
    "images": (ImageSearchAgentResult, IMAGES),
    "documents": (DocumentSearchAgentResult, CHUNKS),
    "videos": (VideoSearchAgentResult, VIDEOS),
    "report": (SynthesizeResult, REPORT),
    "analysis": (DocumentAnalysisResult, ANALYSIS),
    "folders": (OrganizeResult, FOLDERS),
    "pipeline": (PipelineResult, RUN),
}


def _read(name: str, **changes: Any) -> Any:
    kind, data = ANSWERS[name]
    return kind.from_api_response({**data, **changes})


@pytest.mark.parametrize("name", ANSWERS)
def test_a_field_that_is_not_known_is_kept_p18(name: str) -> None:
    assert _read(name, brand_new=[1]).additional_properties == {"brand_new": [1]}


@pytest.mark.parametrize("name", ANSWERS)
def test_a_response_decodes_with_any_field_but_success_nulled_p18(name: str) -> None:
    for field in set(ANSWERS[name][1]) - {"success"}:
        assert isinstance(_read(name, **{field: None}), Model)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_response_that_says_nothing_of_success_is_not_a_response(name: str) -> None:
    with pytest.raises(KeyError, match="success"):
        _read(name, success=None)


@pytest.mark.parametrize("name", ANSWERS)
def test_a_copy_of_a_response_is_equal_to_it_p6(name: str) -> None:
    answer = _read(name, brand_new=1)
    for copied in (pickle.loads(pickle.dumps(answer)), copy.copy(answer), copy.deepcopy(answer)):
        assert copied == answer


@pytest.mark.parametrize("name", ANSWERS)
def test_json_data_of_a_response_is_read_again(name: str) -> None:
    answer = _read(name)
    assert ANSWERS[name][0].from_api_response(answer.to_dict()) == answer


def test_the_count_of_a_response_may_exceed_its_results() -> None:
    found = _read("images")
    assert (found.count, len(found.results)) == (15, 2)


def test_an_older_response_without_ids_and_markup_is_completed_from_its_results() -> None:
    found = _read("images", result_ids=None, summary_raw=None, result_refs=None)
    assert found.result_ids == ["i-1", "i-2"]
    assert (found.summary_raw, found.result_refs) == ("2 found", {})


def test_documents_of_an_older_response_are_listed_once() -> None:
    found = _read("documents")
    assert (found.chunk_ids, found.document_ids) == (["c-1", "c-2", "c-3"], ["d-1", "d-2"])


def test_scenes_are_read_with_their_times() -> None:
    (video,) = _read("videos").results
    assert video.matched_scenes is not None
    assert (video.score, video.matched_scenes[0].end_time) == (3.5, 4.5)


def test_image_ids_of_a_reference_are_its_ids_where_they_are_images() -> None:
    assert _read("images").result_refs["search_1"].image_ids == ["i-1", "i-2"]


def test_image_ids_of_a_reference_to_something_else_are_empty() -> None:
    ref = ResultRefData.from_api_response({"count": 1, "ids": ["d"], "id_type": "document"})
    assert (ref.image_ids, ref.id_type, ref.label) == ([], "document", "")


def test_an_older_reference_with_image_ids_alone_is_one_of_images() -> None:
    ref = ResultRefData.from_api_response({"image_ids": ["i"], "label": "images"})
    assert ref == ResultRefData(1, ["i"], ["i"], "image", "images")


def test_an_unknown_type_of_a_reference_is_kept_p18() -> None:
    ref = ResultRefData.from_api_response({"count": 1, "ids": ["x"], "id_type": "dream"})
    assert ref.to_dict()["id_type"] == "dream"


def test_found_images_become_a_collection() -> None:
    images = _read("images").as_collection()
    assert (images.ids, images.content_type) == (["i-1", "i-2"], "image")
    assert images[0].media_type == "image/*"
    assert images[0].metadata == {"score": 0.9, "title": "A"}


def test_found_passages_become_a_collection_of_documents_with_their_best_passage() -> None:
    documents = _read("documents").as_collection()
    assert (documents.ids, documents.content_type) == (["d-1", "d-2"], "document")
    assert documents[0].media_type == "application/pdf"
    assert (documents[0].metadata or {})["text"] == "z"


def test_found_passages_become_a_collection_of_passages() -> None:
    passages = _read("documents").as_collection(by="chunk")
    assert (passages.ids, passages.content_type) == (["c-1", "c-2", "c-3"], "chunk")


def test_passages_are_grouped_by_nothing_else() -> None:
    with pytest.raises(ValidationError, match="by has to be one of 'document', 'chunk'"):
        _read("documents").as_collection("page")


def test_found_videos_become_a_collection() -> None:
    videos = _read("videos").as_collection()
    assert (videos.ids, videos[0].media_type) == (["v-1"], "video/*")


def test_lists_of_operations_are_empty_rather_than_none() -> None:
    assert _read("analysis", chunk_references=None).chunk_references == []
    assert _read("folders", actions=None).actions == []
    assert _read("pipeline", nodes=None, errors=None).errors == []


def test_steps_of_a_run_are_read_from_its_nodes() -> None:
    run = _read("pipeline")
    assert [step.node_id for step in run.steps] == ["n0", "n1"]
    assert (run.step(0).outputs, run.final.status, run.final.outputs) == (
        {"count": 2},
        "pending",
        {},
    )


def test_a_step_that_is_not_there_is_an_error_that_counts() -> None:
    with pytest.raises(IndexError, match="step 2 does not exist: the number of steps is 2"):
        _read("pipeline").step(2)
    with pytest.raises(IndexError, match="the number of steps is 0"):
        _ = _read("pipeline", nodes=[]).final


def test_a_node_without_an_id_is_a_step_p18() -> None:
    step = StepResult.from_api_response({"agent": "analysis", "status": "new", "outputs": None})
    assert step == NodeResult("analysis", "new", None, {}, None, 0)


def test_steps_are_put_into_the_order_of_the_request() -> None:
    run = _read("pipeline")
    assert [step.agent for step in run.ordered_like(["folder", "image_search"]).steps] == [
        "folder",
        "image_search",
    ]


def test_steps_of_one_agent_keep_the_order_in_which_they_ran() -> None:
    nodes = [{"node_id": str(n), "agent": "analysis", "status": "completed"} for n in range(3)]
    run = _read("pipeline", nodes=nodes).ordered_like(["analysis"] * 3)
    assert [step.node_id for step in run.steps] == ["0", "1", "2"]


def test_steps_other_than_those_asked_for_stay_as_they_are() -> None:
    run = _read("pipeline")
    assert run.ordered_like(["analysis", "folder"]) is run


def test_a_step_that_is_asked_for_depends_on_nothing_in_particular() -> None:
    step = PipelineStep("analysis", "compare")
    assert (step.params, step.depends_on) == ({}, None)
