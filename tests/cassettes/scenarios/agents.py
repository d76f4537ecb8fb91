"""Agents, pipelines and batches."""

from __future__ import annotations

from aion.types.batch import BatchImageInput, BatchVerifyInput
from tests.cassettes.samples import (
    NAVY,
    RED,
    both,
    data_url,
    document,
    documents,
    images,
    link,
    video,
)
from tests.cassettes.stage import Given, Scenario, Scenarios, Stage, World

PICTURES = [BatchImageInput(image_base64=data_url(one)) for one in (RED, NAVY)]


def batch(world: World) -> Given:
    """A batch that has just begun."""
    return {"batch": world.api.batch.submit_describe(PICTURES).batch_id}


def done_batch(world: World) -> Given:
    """A batch that has ended."""
    made = batch(world)
    world.api.batch.wait_for_completion(made["batch"])
    return made


def waiting_batch(world: World) -> Given:
    """A batch that does not progress."""
    world.told().faults.hold("batch", "queued")
    return batch(world)


def every_step(on: Stage) -> object:
    """Run a pipeline with every step that there is."""
    return on(
        on.api.pipeline()
        .with_images(on["images"])
        .with_documents(on["documents"])
        .search_images("red")
        .search_documents("valve")
        .search_links("tides")
        .analyze("What is there?", depends_on=[0])
        .analyze_documents("When does it open?", depends_on=[1])
        .analyze_links("What do they tell of?", depends_on=[2])
        .cross_reference("What belongs together?", depends_on=[0, 1])
        .organize("By color", depends_on=[0])
        .synthesize("All that is known", depends_on=[3, 4, 5])
        .run()
    )


SEARCHES: Scenarios = {
    "agent_search.images": Scenario(
        lambda on: on(on.api.agent_search.images("something red", limit=5)), images
    ),
    "agent_search.documents": Scenario(
        lambda on: on(on.api.agent_search.documents("valve", document_types=["md"])), documents
    ),
    "agent_search.videos": Scenario(
        lambda on: on(on.api.agent_search.videos("harbor", video_ids=[on["video"]])), video
    ),
    "agent_operations.synthesize": Scenario(
        lambda on: on(
            on.api.agent_operations.synthesize(
                "What is there?", image_ids=on["images"], document_ids=[on["document"]]
            )
        ),
        both(images, document),
    ),
    "agent_operations.analyze_documents": Scenario(
        lambda on: on(
            on.api.agent_operations.analyze_documents("When does it open?", on["documents"])
        ),
        documents,
    ),
    "agent_operations.organize": Scenario(
        lambda on: on(on.api.agent_operations.organize("By color", image_ids=on["images"])),
        images,
    ),
    "pipeline.run": Scenario(every_step, both(images, documents, link)),
    "client.pipeline": Scenario(
        lambda on: on(on.api.pipeline().search_images("navy").run()), images
    ),
}

BATCHES: Scenarios = {
    "batch.submit_describe": Scenario(
        lambda on: on(on.api.batch.submit_describe(PICTURES, prompt="Colors?"))
    ),
    "batch.submit_verify": Scenario(
        lambda on: on(on.api.batch.submit_verify([BatchVerifyInput(PICTURES[0], "It is red.")]))
    ),
    "batch.get_status": Scenario(lambda on: on(on.api.batch.get_status(on["batch"])), done_batch),
    "batch.get_results": Scenario(
        lambda on: on(on.api.batch.get_results(on["batch"], limit=5)), done_batch
    ),
    "batch.get_all_results": Scenario(
        lambda on: on.items(on.api.batch.get_all_results(on["batch"], page_size=1)), done_batch
    ),
    "batch.wait_for_completion": Scenario(
        lambda on: on(on.api.batch.wait_for_completion(on["batch"])), batch
    ),
    "batch.cancel": Scenario(
        lambda on: on(on.api.batch.cancel(on["batch"])), waiting_batch, sandbox_only=True
    ),
}

SCENARIOS: Scenarios = {**SEARCHES, **BATCHES}
