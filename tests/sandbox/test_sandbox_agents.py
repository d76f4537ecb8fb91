"""The agents on the wire: what they respond, refuse and change."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import httpx
import pytest

from aion.sandbox import Options, SandboxServer
from aion.sandbox.auth.identity import digest
from aion.testing import Sandbox
from tests.sandbox.conftest import Json
from tests.sandbox.pictures import jpeg

UNKNOWN = "00000000-0000-0000-0000-000000000000"
POLES = b"# Poles\n\nThe red pole leans.\n\n# Costs\n\nIt costs 40 euros.\n"


def ask(api: httpx.Client, route: str, status: int = 200, **body: Any) -> Json:
    answer = api.post(f"/agents/{route}", json=body)
    assert answer.status_code == status, answer.text
    return dict(answer.json())


def pipeline(api: httpx.Client, *steps: Json, status: int = 200, **seeds: Any) -> Json:
    return ask(api, "pipeline", status, steps=list(steps), **seeds)


def step(agent: str, intent: str = "do it", **more: Any) -> Json:
    return {"agent": agent, "intent": intent, **more}


@pytest.fixture
def document(sandbox: Sandbox, upload: Callable[..., Json]) -> str:
    """A document whose text has been read: its id."""
    stored = upload(POLES, "poles.md")["image_id"]
    sandbox.step_clock(10)
    return str(stored)


@pytest.fixture
def link(sandbox: Sandbox, api: httpx.Client) -> str:
    """A saved link that is not crawled: its id."""
    body = {"url": "https://harbor.example/poles", "title": "Red harbor", "auto_crawl": False}
    answer = api.post("/user-files/links", json=body)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["id"])


# the request


@pytest.mark.parametrize(
    ("route", "body", "place"),
    [
        ("search/images", {"query": ""}, "query"),
        ("search/images", {"query": "x" * 2001}, "query"),
        ("search/images", {"query": "x", "limit": 501}, "limit"),
        ("search/images", {"query": "x", "image_ids": ["img_001"]}, "image_ids"),
        ("search/documents", {"query": "x", "page": 1}, "page"),
        ("synthesize", {"intent": ""}, "intent"),
        ("analyze/documents", {"intent": "x", "document_ids": []}, "document_ids"),
        ("organize", {"intent": "x", "parent_folder_id": "top"}, "parent_folder_id"),
        ("pipeline", {"steps": []}, "steps"),
        ("pipeline", {"steps": [{"agent": "analysis", "intent": "x"}] * 11}, "steps"),
    ],
)
def test_a_request_off_contract_is_refused_with_its_place(
    route: str, body: Json, place: str, api: httpx.Client
) -> None:
    problems = ask(api, route, 422, **body)["detail"]
    assert any(place in problem["loc"] for problem in problems)


def test_an_agent_without_a_key_is_refused(sandbox: Sandbox) -> None:
    answer = httpx.post(
        f"{sandbox.base_url}/agents/search/images", json={"query": "x"}, verify=False
    )
    assert answer.status_code == 401
    assert answer.json()["error"]["code"] == "INVALID_API_KEY"


# search


def test_a_stepped_sandbox_takes_no_time(api: httpx.Client, document: str) -> None:
    answers = [ask(api, "search/documents", query="which pole costs?") for _ in range(2)]
    assert answers[0] == answers[1]
    assert answers[0]["execution_time_ms"] == 0


def test_a_passage_is_found_with_its_place_in_the_document(
    api: httpx.Client, document: str
) -> None:
    (found,) = ask(api, "search/documents", query="euros")["results"]
    assert (found["document_id"], found["chunk_index"]) == (document, 1)
    assert "40 euros" in found["text"]


def test_a_deleted_document_is_not_found_any_more(api: httpx.Client, document: str) -> None:
    assert api.delete(f"/user-files/{document}").status_code == 200
    assert ask(api, "search/documents", query="euros")["count"] == 0


def test_an_image_is_found_by_its_name_and_its_tags(
    api: httpx.Client, upload: Callable[..., Json]
) -> None:
    stored = upload(jpeg(), "harbor.jpg", tags="dusk,boats")["image_id"]
    for query in ("harbor", "DUSK", "boat"):
        assert ask(api, "search/images", query=query)["result_ids"] == [stored]


@pytest.fixture
def server() -> Iterator[SandboxServer]:
    """A sandbox whose state a test may fill by itself."""
    made = SandboxServer(Options(strict=True, stepped=True))
    made.start()
    yield made
    assert made.state.violations == []
    made.stop()


async def _add_videos(server: SandboxServer) -> None:
    state = server.state
    with state.database.transaction():
        for name, description in (("beach.mp4", "A long beach"), ("town.mp4", "A town")):
            file = state.files.add(
                id=state.files.new_id(),
                media_type="video",
                filename=name,
                content_type="video/mp4",
                description=description,
                extra={"video_metadata": {"duration_seconds": 9.5, "width": 640, "height": 360}},
            )
            for number, text in enumerate(("A dog runs", "A cat sleeps")):
                body = {
                    "scene_index": number,
                    "start_time": 4.5 * number,
                    "end_time": 4.5 * number + 4.5,
                    "time_range_formatted": f"0:0{4 * number}-0:0{4 * number + 4}",
                    "description": f"{text} in {name}",
                    "tags": ["animal"],
                }
                state.records.put("scene", f"{file.id}-{number}", body, parent=file.id)


@pytest.fixture
def videos(server: SandboxServer) -> Iterator[httpx.Client]:
    """A client of a sandbox with two videos of two scenes each."""
    server.run(lambda: _add_videos(server))
    with httpx.Client(
        base_url=server.base_url,
        headers={"Authorization": f"Bearer {server.options.api_key}"},
        verify=False,
    ) as client:
        yield client


def test_a_video_is_found_by_its_scenes(videos: httpx.Client) -> None:
    answer = ask(videos, "search/videos", query="a dog on the beach")
    beach, town = answer["results"]
    assert (beach["video_filename"], town["video_filename"]) == ("beach.mp4", "town.mp4")
    assert beach["score"] > town["score"]
    assert (beach["duration_seconds"], beach["resolution"]) == (9.5, "640x360")
    scenes = {one["description"]: one["score"] for one in beach["matched_scenes"]}
    assert scenes == {"A dog runs in beach.mp4": 1.0, "A cat sleeps in beach.mp4": 0.5}
    assert answer["search_mode"] == "text"


def test_a_vague_query_lists_videos_without_scenes(videos: httpx.Client) -> None:
    answer = ask(videos, "search/videos", query="show all videos")
    assert (answer["search_mode"], answer["count"]) == ("browse", 2)
    assert [one["matched_scenes"] for one in answer["results"]] == [[], []]


def test_videos_are_sorted_into_folders(videos: httpx.Client) -> None:
    ids = ask(videos, "search/videos", query="all")["video_ids"]
    done = ask(videos, "organize", intent="by kind", video_ids=ids)
    assert [(one["folder_name"], one["file_count"]) for one in done["actions"]] == [("Videos", 2)]


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("search/images", b'{"query": "red", "limit": 1.0}'),
        ("search/images", b'{"query": "\\u0000 * \\" OR NEAR("}'),
        ("search/documents", b'{"query": "{title} : (x)"}'),
        ("search/documents", b'{"query": "x", "document_types": ["exe\\u0000"]}'),
        ("search/videos", b'{"query": "-"}'),
        ("synthesize", b'{"intent": "]]|[[img:x|y]]", "image_ids": []}'),
        ("organize", b'{"intent": "into \\"\\u0000/\\\\\\""}'),
        ("pipeline", b'{"steps": [{"agent": "chat", "intent": "x"},'
                     b' {"agent": "chat", "intent": "x", "depends_on": [0.0]}]}'),
    ],
)  # fmt: skip
def test_an_unusual_request_is_answered_all_the_same(
    route: str, body: bytes, api: httpx.Client, document: str
) -> None:
    headers = {"content-type": "application/json"}
    answer = api.post(f"/agents/{route}", content=body, headers=headers)
    assert answer.status_code == 200, answer.text


def test_a_word_with_half_a_character_breaks_nothing(api: httpx.Client, document: str) -> None:
    headers = {"content-type": "application/json"}
    for route, name in (("search/images", "query"), ("organize", "intent")):
        body = b'{"%s": "into \\"x\\ud800\\""}' % name.encode()
        answer = api.post(f"/agents/{route}", content=body, headers=headers)
        assert answer.status_code in {200, 400, 422}, answer.text


# who may

VIEWER = "aion_viewer_0000000000000000_fake"


async def _add_viewer(server: SandboxServer) -> None:
    records = server.state.records
    records.put("member", UNKNOWN, {"email": "v@x.example", "name": "V", "role": "viewer"})
    body: Json = {"user_id": UNKNOWN, "name": "V", "key_prefix": "aion_view", "scopes": []}
    records.put("api_key", records.new_id("api_key"), body, parent=digest(VIEWER))


@pytest.mark.parametrize(
    ("route", "body"),
    [
        ("organize", {"intent": "by kind"}),
        ("synthesize", {"intent": "Sum up", "auto_save": True}),
        ("pipeline", {"steps": [{"agent": "folder", "intent": "by kind"}]}),
    ],
)
def test_who_may_only_look_may_not_have_things_changed(
    route: str, body: Json, server: SandboxServer, videos: httpx.Client
) -> None:
    server.run(lambda: _add_viewer(server))
    videos.headers["Authorization"] = f"Bearer {VIEWER}"
    assert ask(videos, route, 403, **body)["error"]["code"] == "FORBIDDEN"
    assert ask(videos, "search/videos", query="beach")["count"] == 1


# pipeline


def test_an_agent_that_does_not_exist_is_refused_with_its_place(api: httpx.Client) -> None:
    answer = pipeline(api, step("image_search"), step("video_search"), status=422)
    (problem,) = answer["detail"]
    assert problem["loc"] == ["body", "steps", 1, "agent"]
    assert "cross_reference" in problem["msg"]


@pytest.mark.parametrize("needs", [[0], [1], [-1], [7]])
def test_a_dependency_that_is_not_an_earlier_step_is_refused_with_its_place(
    needs: list[int], api: httpx.Client
) -> None:
    answer = pipeline(api, step("analysis", depends_on=needs), step("chat"), status=422)
    assert answer["detail"][0]["loc"] == ["body", "steps", 0, "depends_on", 0]


def test_nodes_come_in_the_order_in_which_they_ran(
    api: httpx.Client, document: str, link: str
) -> None:
    answer = pipeline(
        api,
        step("link_search", "harbor"),
        step("link_analysis", depends_on=[0]),
        step("document_search", "pole"),
        step("assistant", depends_on=[1, 2]),
    )
    agents = [node["agent"] for node in answer["nodes"]]
    assert agents == ["link_search", "document_search", "link_analysis", "assistant"]
    assert answer["total_waves"] == 3
    assert len({node["node_id"] for node in answer["nodes"]}) == 4


def test_every_agent_of_the_contract_can_run(api: httpx.Client, document: str, link: str) -> None:
    answer = pipeline(
        api,
        step("document_search", "pole"),
        step("link_search", "harbor"),
        step("document_analysis", "What leans?"),
        step("link_analysis", "What is said?"),
        step("cross_reference", "What belongs together?"),
        step("analytics", "How many?"),
        step("assistant", "Sum up"),
        step("chat", "Well?"),
        step("folder", 'Put them into "Harbor"', depends_on=[0, 1]),
    )
    assert answer["errors"] == []
    assert [node["status"] for node in answer["nodes"]] == ["completed"] * 9
    assert all(node["summary"].startswith("[sandbox] ") for node in answer["nodes"])
    outputs = {node["agent"]: node["outputs"] for node in answer["nodes"]}
    assert outputs["link_search"]["link_ids"] == [link]
    assert outputs["analytics"]["counts"] == {"document": 1, "link": 1}
    assert outputs["folder"]["files_moved"] == 2
    (relation,) = outputs["cross_reference"]["relationships"]
    assert (relation["source_id"], relation["shared"]) == (link, ["red"])


def test_a_fault_fails_one_step_and_skips_what_needs_it(
    sandbox: Sandbox, api: httpx.Client, document: str
) -> None:
    sandbox.faults.fail_job("agent", "out of ideas", stage="document_analysis", times=1)
    steps = (step("document_search", "pole"), step("document_analysis"), step("chat"))
    broken = pipeline(api, *steps)
    assert [node["status"] for node in broken["nodes"]] == ["completed", "failed", "skipped"]
    assert broken["errors"] == [
        "step 1 (document_analysis) failed: out of ideas",
        "step 2 (chat) skipped: step 1 (document_analysis) did not complete",
    ]
    assert (broken["success"], broken["total_waves"]) == (False, 2)
    assert pipeline(api, *steps)["success"]


def test_a_failure_skips_along_the_whole_chain(api: httpx.Client) -> None:
    answer = pipeline(
        api, step("analysis"), step("chat", depends_on=[0]), step("chat", depends_on=[1])
    )
    assert [node["status"] for node in answer["nodes"]] == ["failed", "skipped", "skipped"]


def test_a_search_looks_among_its_seeds_alone(api: httpx.Client, document: str) -> None:
    answer = pipeline(api, step("document_search", "pole"), document_ids=[UNKNOWN])
    assert answer["nodes"][0]["outputs"]["document_ids"] == []


def test_a_folder_that_cannot_be_made_fails_its_step_and_moves_nothing(
    api: httpx.Client, document: str
) -> None:
    parent: str | None = None
    for level in range(10):
        body = {"name": f"level {level}", "parent_id": parent}
        parent = api.post("/folders", json=body).json()["id"]
    answer = api.post(
        "/agents/organize",
        json={"intent": "by kind", "document_ids": [document], "parent_folder_id": parent},
    )
    assert answer.status_code == 422
    assert api.get(f"/user-files?folder_id={parent}").json()["total_count"] == 0


# organize


@pytest.mark.parametrize(
    ("intent", "folder"),
    [
        ("Sort by file type", "MD"),
        ("by kind, please", "Documents"),
        ("Tidy up", "Documents"),
        ('Everything goes into "Old / new"', "Old - new"),
        ("Move it to a folder called Harbor", "Harbor"),
        ("by tag", "Other"),
        ("group by year", "2026"),
        ("one folder per month", "2026-01"),
    ],
)
def test_the_rule_is_read_out_of_the_intent(
    intent: str, folder: str, api: httpx.Client, document: str
) -> None:
    done = ask(api, "organize", intent=intent, document_ids=[document])
    names = [one["folder_name"] for one in done["actions"]]
    assert [name[: len(folder)] for name in names] == [folder]


def test_a_report_that_is_kept_is_found_again(
    sandbox: Sandbox, api: httpx.Client, document: str
) -> None:
    report = ask(api, "synthesize", intent="euros", document_ids=[document], auto_save=True)
    sandbox.step_clock(10)
    found = ask(api, "search/documents", query="40 euros")
    assert report["saved_document_id"] in found["document_ids"]


def test_a_report_quotes_passages_with_their_citation(api: httpx.Client, document: str) -> None:
    report = ask(api, "synthesize", intent="euros", document_ids=[document])["report"]
    assert f"[[doc:{document[:8]}|poles.md" in report
    assert "It costs 40 euros." in report
