"""Uploads of images and documents, and the documents themselves."""

from __future__ import annotations

import hashlib

from tests.cassettes.samples import MANUAL, NAVY, RED, document, documents, image, sent
from tests.cassettes.stage import Given, Scenario, Scenarios, World

IMAGES = [
    {"filename": "rose.png", "size_bytes": len(RED), "content_type": "image/png"},
    {"filename": "night.png", "size_bytes": len(NAVY), "content_type": "image/png"},
]
TEXT = {"filename": "manual.md", "content_type": "text/markdown", "size_bytes": len(MANUAL)}


def sent_image(world: World) -> Given:
    """An image that was sent to a presigned URL."""
    place = world.api.uploads.request_presigned_url("rose.png", "image/png", len(RED))
    etag = sent(place.upload_url, place.upload_method, place.upload_headers, RED)
    return {"key": place.object_key, "etag": etag}


def image_batch(world: World) -> Given:
    """A batch whose images were sent."""
    batch = world.api.uploads.batch_prepare(IMAGES)
    for place, data in zip(batch.presigned_urls, (RED, NAVY), strict=True):
        sent(place.upload_url, place.upload_method, place.upload_headers, data)
    return {"batch": batch.batch_id, "keys": [one.object_key for one in batch.presigned_urls]}


def fresh_image(world: World) -> Given:
    """An image that waits for its description."""
    made = world.api.upload_one(RED, filename="rose.png", wait_for_descriptions=False)
    return {"image": made.image_id}


def sent_document(world: World) -> Given:
    """A document that was sent to a presigned URL."""
    place = world.api.documents.request_upload("manual.md", "text/markdown", len(MANUAL))
    sent(place.upload_url, "PUT", place.upload_headers or {}, MANUAL)
    return {"key": place.object_key}


def document_batch(world: World) -> Given:
    """A batch whose document was sent."""
    batch = world.api.documents.batch_prepare([TEXT])
    (place,) = batch.files
    sent(place.upload_url, "PUT", place.upload_headers or {}, MANUAL)
    return {"batch": batch.batch_id, "key": place.object_key}


def fresh_document(world: World) -> Given:
    """A document whose text is still to be read."""
    made = world.api.documents.upload_one(MANUAL, filename="manual.md", wait_for_processing=False)
    return {"document": made.document_id}


UPLOADS: Scenarios = {
    "uploads.upload_one": Scenario(
        lambda on: on(on.api.uploads.upload_one(RED, filename="rose.png"))
    ),
    "uploads.upload": Scenario(
        lambda on: on(on.api.uploads.upload([RED, NAVY], filenames=["rose.png", "night.png"]))
    ),
    "uploads.upload_batch": Scenario(
        lambda on: on(
            on.api.uploads.upload_batch([RED], filenames=["rose.png"], wait_for_descriptions=False)
        )
    ),
    "uploads.check_quota": Scenario(lambda on: on(on.api.uploads.check_quota(3))),
    "uploads.wait_for_description": Scenario(
        lambda on: on(on.api.uploads.wait_for_description(on["image"])), fresh_image
    ),
    "uploads.request_presigned_url": Scenario(
        lambda on: on(on.api.uploads.request_presigned_url("rose.png", "image/png", len(RED)))
    ),
    "uploads.confirm_upload": Scenario(
        lambda on: on(on.api.uploads.confirm_upload(on["key"], len(RED), checksum=on["etag"])),
        sent_image,
    ),
    "uploads.batch_prepare": Scenario(lambda on: on(on.api.uploads.batch_prepare(IMAGES))),
    "uploads.batch_confirm": Scenario(
        lambda on: on(
            on.api.uploads.batch_confirm(
                on["batch"],
                [
                    {"object_key": on["keys"][0], "success": True, "file_size": len(RED)},
                    {"object_key": on["keys"][1], "success": False, "file_size": len(NAVY)},
                ],
            )
        ),
        image_batch,
    ),
    "uploads.get_batch_status": Scenario(
        lambda on: on(on.api.uploads.get_batch_status(on["batch"])), image_batch
    ),
    "client.upload_one": Scenario(lambda on: on(on.api.upload_one(RED, filename="rose.png"))),
    "client.upload": Scenario(lambda on: on(on.api.upload([RED], filenames=["rose.png"]))),
}

DOCUMENTS: Scenarios = {
    "documents.upload_one": Scenario(
        lambda on: on(on.api.documents.upload_one(MANUAL, filename="manual.md"))
    ),
    "documents.upload": Scenario(
        lambda on: on(on.api.documents.upload([MANUAL], filenames=["manual.md"]))
    ),
    "documents.request_upload": Scenario(
        lambda on: on(on.api.documents.request_upload("manual.md", "text/markdown", len(MANUAL)))
    ),
    "documents.confirm_upload": Scenario(
        lambda on: on(
            on.api.documents.confirm_upload(
                on["key"],
                len(MANUAL),
                "text/markdown",
                checksum="sha256:" + hashlib.sha256(MANUAL).hexdigest(),
            )
        ),
        sent_document,
    ),
    "documents.batch_prepare": Scenario(lambda on: on(on.api.documents.batch_prepare([TEXT]))),
    "documents.batch_confirm": Scenario(
        lambda on: on(
            on.api.documents.batch_confirm(
                on["batch"], [{"object_key": on["key"], "size_bytes": len(MANUAL)}]
            )
        ),
        document_batch,
    ),
    "documents.batch_status": Scenario(
        lambda on: on(on.api.documents.batch_status(on["batch"])), document_batch
    ),
    "documents.wait_for_processing": Scenario(
        lambda on: on(on.api.documents.wait_for_processing(on["document"])), fresh_document
    ),
    "documents.get_status": Scenario(
        lambda on: on(on.api.documents.get_status(on["document"])), document
    ),
    "documents.quota_check": Scenario(lambda on: on(on.api.documents.quota_check(2))),
    "documents.list": Scenario(
        lambda on: on(on.api.documents.list(page_size=1, status_filter="completed")), documents
    ),
    "documents.list_all": Scenario(
        lambda on: on.items(on.api.documents.list_all(page_size=1)), documents
    ),
    "documents.get": Scenario(lambda on: on(on.api.documents.get(on["document"])), document),
    "documents.get_text": Scenario(
        lambda on: on(on.api.documents.get_text(on["document"])), document
    ),
    "documents.get_chunks": Scenario(
        lambda on: on(on.api.documents.get_chunks(on["document"], include_embeddings=True)),
        document,
    ),
    "documents.download": Scenario(
        lambda on: on(on.api.documents.download(on["document"])), document
    ),
    "documents.search": Scenario(
        lambda on: on(on.api.documents.search("When does the valve open?", limit=3)), documents
    ),
    "documents.delete": Scenario(lambda on: on(on.api.documents.delete(on["document"])), document),
    "documents.batch_delete": Scenario(
        lambda on: on(on.api.documents.batch_delete(on["documents"])), documents
    ),
}

DESCRIPTIONS: Scenarios = {
    "descriptions.describe": Scenario(
        lambda on: on(on.api.descriptions.describe(object_key=on["key"], prompt="Colors?")), image
    ),
    "client.describe": Scenario(lambda on: on(on.api.describe(RED))),
    "verifications.verify": Scenario(
        lambda on: on(on.api.verifications.verify(RED, "It is red. It is round."))
    ),
    "client.verify": Scenario(
        lambda on: on(on.api.verify(object_key=on["key"], content="It is blue.")), image
    ),
}

SCENARIOS: Scenarios = {**UPLOADS, **DOCUMENTS, **DESCRIPTIONS}
