"""Datasets: made from batches, and exported as files that their usual readers accept."""

from __future__ import annotations

import base64
import csv
import io
import json
import zipfile
from typing import Any
from xml.etree import ElementTree

import httpx
import pytest
from PIL import Image

from aion.testing import Sandbox
from tests.sandbox.conftest import plain
from tests.sandbox.pictures import NAVY, RED, save

Json = dict[str, Any]
UNKNOWN = "00000000-0000-4000-8000-000000000000"


def picture(color: str = "red") -> bytes:
    """A JPEG of one color."""
    return save(Image.new("RGB", (64, 48), {"red": RED, "navy": NAVY}[color]), "JPEG")


def image(name: str, color: str = "red") -> Json:
    """An image of a batch."""
    data = base64.b64encode(picture(color=color)).decode("ascii")
    return {"image_base64": data, "metadata": {"filename": name}}


def batch(api: httpx.Client, sandbox: Sandbox, *names: str, **more: Any) -> str:
    """A batch that has ended."""
    images = [image(name, ("red", "navy")[number % 2]) for number, name in enumerate(names)]
    answer = api.post("/batch/describe", json={"images": images, **more})
    assert answer.status_code == 202, answer.text
    sandbox.step_clock(10)
    return str(answer.json()["batch_id"])


@pytest.fixture
def dataset(api: httpx.Client, sandbox: Sandbox) -> str:
    """A ready dataset of a red and a navy picture."""
    body = {"batch_id": batch(api, sandbox, "a", "b"), "name": "Boats"}
    made = api.post("/datasets", json=body)
    assert (made.status_code, made.json()["status"]) == (201, "pending")
    sandbox.step_clock(10)
    return str(made.json()["id"])


def exported(api: httpx.Client, dataset: str, kind: str, **more: Any) -> tuple[Json, bytes]:
    """An export, and the file behind its URL."""
    answer = api.post(f"/datasets/{dataset}/export", json={"format": kind, **more})
    assert answer.status_code == 200, answer.text
    facts: Json = answer.json()
    data = plain("GET", facts["download_url"]).content
    assert len(data) == facts["file_size_bytes"]
    return facts, data


def test_a_dataset_moves_to_ready(api: httpx.Client, sandbox: Sandbox, dataset: str) -> None:
    found = api.get(f"/datasets/{dataset}").json()
    assert (found["status"], found["batch_status"]) == ("ready", "completed")
    assert (found["total_items"], found["successful_items"], found["export_count"]) == (2, 2, 0)
    assert found["supported_formats"] == ["csv", "coco", "yolo", "pascal_voc"]
    assert found["latest_export"] is None


def test_only_a_completed_batch_makes_one(api: httpx.Client, sandbox: Sandbox) -> None:
    sandbox.faults.fail_job("batch_item", "too dark", name="a")
    body = {"batch_id": batch(api, sandbox, "a", "b"), "name": "Boats"}
    answer = api.post("/datasets", json=body)
    assert answer.status_code == 400
    assert "partially_completed" in answer.json()["error"]["message"]
    assert api.post("/datasets", json={"batch_id": UNKNOWN, "name": "x"}).status_code == 404


def test_a_batch_can_make_its_dataset_itself(api: httpx.Client, sandbox: Sandbox) -> None:
    batch(api, sandbox, "a", create_dataset=True, dataset_name="Own")
    sandbox.step_clock(10)
    (found,) = api.get("/datasets").json()["datasets"]
    assert (found["name"], found["status"]) == ("Own", "ready")


def test_csv_is_read_by_the_csv_module(api: httpx.Client, dataset: str) -> None:
    facts, data = exported(api, dataset, "csv", options={"delimiter": ";"})
    rows = list(csv.DictReader(io.StringIO(data.decode()), delimiter=";"))
    assert [row["item_index"] for row in rows] == ["0", "1"]
    assert "mostly navy" in rows[1]["description"]
    assert (facts["content_type"], facts["content"]) == ("text/csv", data.decode())


def test_coco_names_its_images_boxes_and_categories(api: httpx.Client, dataset: str) -> None:
    facts, data = exported(api, dataset, "coco")
    coco = json.loads(data)
    ids = {one["id"] for one in coco["categories"]}
    assert {one["category_id"] for one in coco["annotations"]} == ids
    assert len({one["id"] for one in coco["annotations"]}) == len(coco["annotations"])
    images = {one["id"]: one for one in coco["images"]}
    for one in coco["annotations"]:
        shown = images[one["image_id"]]
        assert one["bbox"] == [0, 0, shown["width"], shown["height"]]
    assert (facts["record_count"], facts["content_type"]) == (2, "application/json")


def test_yolo_has_a_label_for_each_image(api: httpx.Client, dataset: str) -> None:
    facts, data = exported(api, dataset, "yolo")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.testzip() is None
        names = set(archive.namelist())
        assert {"data.yaml", "images/train/000000.jpg", "labels/train/000001.txt"} <= names
        classes = archive.read("classes.txt").decode().splitlines()
        for line in archive.read("labels/train/000001.txt").decode().splitlines():
            number, *box = line.split()
            assert int(number) < len(classes)
            assert box == ["0.5", "0.5", "1.0", "1.0"]
        Image.open(io.BytesIO(archive.read("images/train/000000.jpg"))).verify()
    assert (facts["content"], facts["content_type"]) == (None, "application/zip")


def test_pascal_voc_annotates_each_image(api: httpx.Client, dataset: str) -> None:
    _, data = exported(api, dataset, "pascal_voc")
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("ImageSets/Main/train.txt").decode().split() == ["000000", "000001"]
        root = ElementTree.fromstring(archive.read("Annotations/000000.xml"))
        assert f"JPEGImages/{root.findtext('filename')}" in archive.namelist()
    width, height = root.findtext("size/width"), root.findtext("size/height")
    for box in root.iterfind("object/bndbox"):
        edges = [box.findtext(name) for name in ("xmin", "ymin", "xmax", "ymax")]
        assert edges == ["1", "1", width, height]


def test_the_same_dataset_gives_the_same_file(api: httpx.Client, dataset: str) -> None:
    assert exported(api, dataset, "yolo")[1] == exported(api, dataset, "yolo")[1]


def test_a_dataset_that_is_not_ready_is_not_exported(api: httpx.Client, sandbox: Sandbox) -> None:
    body = {"batch_id": batch(api, sandbox, "a"), "name": "x"}
    made = api.post("/datasets", json=body).json()["id"]
    assert api.post(f"/datasets/{made}/export", json={"format": "csv"}).status_code == 409


def test_an_option_that_makes_no_sense_is_refused(api: httpx.Client, dataset: str) -> None:
    body = {"format": "csv", "options": {"delimiter": ";;"}}
    assert api.post(f"/datasets/{dataset}/export", json=body).status_code == 422


def test_statistics_count_what_happened(api: httpx.Client, dataset: str) -> None:
    for kind in ("csv", "csv", "coco"):
        exported(api, dataset, kind)
    found = api.get("/datasets/statistics/summary", params={"days": 7}).json()
    assert found["dataset_statistics"]["by_status"]["ready"] == 1
    assert found["export_statistics"]["total_exports"] == 3
    assert [one["format"] for one in found["popular_formats"]] == ["csv", "coco"]
    assert api.get(f"/datasets/{dataset}").json()["latest_export"]["format"] == "coco"


def test_datasets_are_listed_newest_first_and_by_status(
    api: httpx.Client, sandbox: Sandbox
) -> None:
    first = batch(api, sandbox, "a")
    for name in ("one", "two"):
        api.post("/datasets", json={"batch_id": first, "name": name})
    page = api.get("/datasets", params={"limit": 1}).json()
    assert ([one["name"] for one in page["datasets"]], page["has_more"]) == (["two"], True)
    assert api.get("/datasets", params={"status": "ready"}).json()["total_count"] == 0
    assert api.get("/datasets", params={"limit": 0}).status_code == 422
