"""The workflows that the API's documentation shows, in the shape in which it shows them."""

from __future__ import annotations

import asyncio
from pathlib import Path

from aion import AionVision, AionvisionError, ChatTokenType
from aion.testing import Sandbox
from tests.behaviour.pictures import FORMATS, draw


async def upload_and_describe(client: AionVision, folder: Path) -> None:
    result = await client.upload_one(folder / "photo.jpg")
    assert (result.filename, bool(result.description), bool(result.tags)) == (
        "photo.jpg",
        True,
        True,
    )


async def upload_a_directory(client: AionVision, folder: Path) -> None:
    results = await client.upload(str(folder / "photos"), raise_on_failure=False)
    for r in results:
        assert not r.is_failed, r.description_error
        assert r.description is not None
    assert results.succeeded_count == len(FORMATS)


async def chat_in_a_session(client: AionVision) -> None:
    async with client.chat_session(title="Analysis") as session:
        response = await session.send("Find all red images")
        assert response.content
        for img in response.images or ():
            assert img.image_id


async def stream_a_chat(client: AionVision) -> None:
    text = ""
    async with client.chat_session() as session:
        async for token in session.send_stream("Describe my images"):
            if token.type == ChatTokenType.TOKEN:
                text += token.content or ""
    assert text


async def read_a_document(client: AionVision, folder: Path) -> None:
    doc = await client.documents.upload_one(folder / "report.md")
    chunks = await client.documents.get_chunks(doc.document_id)
    assert chunks.chunks
    results = await client.documents.search("key findings")
    assert results.results[0].document_id == doc.document_id


async def run_a_pipeline(client: AionVision) -> None:
    result = await (
        client.pipeline()
        .search_images("red")
        .search_documents("findings")
        .cross_reference("Cross-reference findings", depends_on=[0, 1])
        .run()
    )
    assert result.success
    assert [step.status for step in result.steps] == ["completed"] * 3


async def tell_errors_apart(client: AionVision) -> None:
    caught: AionvisionError | None = None
    try:
        await client.files.get("5b0c7a4e-1d7f-4c56-9f0a-2f4f1c9f6a10")
    except AionVision.AuthenticationError:
        raise
    except AionVision.AionvisionError as error:
        caught = error
    assert isinstance(caught, AionVision.ResourceNotFoundError)
    assert (caught.code, bool(caught.message)) == ("NOT_FOUND", True)


def test_the_documented_workflows_run_one_after_the_other(sandbox: Sandbox, tmp_path: Path) -> None:
    (tmp_path / "photo.jpg").write_bytes(draw("JPEG"))
    (tmp_path / "report.md").write_text("# Report\n\nThe key findings are red.\n")
    (tmp_path / "photos").mkdir()
    for kind, name in FORMATS.items():
        (tmp_path / "photos" / name).write_bytes(draw(kind))
    (tmp_path / "photos" / "notes.txt").write_text("passed over")

    async def main() -> None:
        async with sandbox.client() as client:
            await upload_and_describe(client, tmp_path)
            await upload_a_directory(client, tmp_path)
            await chat_in_a_session(client)
            await stream_a_chat(client)
            await read_a_document(client, tmp_path)
            await run_a_pipeline(client)
            await tell_errors_apart(client)

    asyncio.run(main())
