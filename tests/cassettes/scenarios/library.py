"""Files, folders, colors and links."""

from __future__ import annotations

from aion.types.links import LinkCrawlStatus
from tests.cassettes.samples import HARBOR, both, folder, image, images, link
from tests.cassettes.stage import Given, Scenario, Scenarios, World


def links(world: World) -> Given:
    """Two links."""
    urls = (HARBOR, "https://pages.aion.test/bakery")
    return {"links": [world.api.links.create(url, auto_crawl=False).id for url in urls]}


def old_link(world: World) -> Given:
    """A link that may be recrawled, which is allowed once an hour."""
    made = link(world)
    if world.sandbox is not None:
        world.sandbox.step_clock(4000)
    return made


def queued_link(world: World) -> Given:
    """A link that waits for its crawl."""
    return {"link": world.api.links.create(HARBOR).id}


FILES: Scenarios = {
    "files.list": Scenario(
        lambda on: on(on.api.files.list(search="rose", media_types=["image"], limit=5)), images
    ),
    "files.list_all": Scenario(lambda on: on.items(on.api.files.list_all(page_size=1)), images),
    "files.get": Scenario(lambda on: on(on.api.files.get(on["image"])), image),
    "files.update": Scenario(
        lambda on: on(on.api.files.update(on["image"], title="Rose", tags=["red"])), image
    ),
    "files.delete": Scenario(lambda on: on(on.api.files.delete(on["image"])), image),
    "files.batch_delete": Scenario(lambda on: on(on.api.files.batch_delete(on["images"])), images),
    "files.get_variant": Scenario(
        lambda on: on(on.api.files.get_variant(on["image"], "tiny_64")), image
    ),
    "files.download": Scenario(lambda on: on(on.api.files.download(on["image"])), image),
    "files.download_to": Scenario(
        lambda on: on(on.api.files.download_to(on["image"], on.folder / "a.png")).read_bytes(),
        image,
    ),
    "files.trigger_variant_generation": Scenario(
        lambda on: on(on.api.files.trigger_variant_generation(on["image"])), image
    ),
}

FOLDERS: Scenarios = {
    "folders.tree": Scenario(lambda on: on(on.api.folders.tree()), folder),
    "folders.get": Scenario(lambda on: on(on.api.folders.get(on["folder"], limit=10)), folder),
    "folders.get_breadcrumbs": Scenario(
        lambda on: on(on.api.folders.get_breadcrumbs(on["folder"])), folder
    ),
    "folders.create": Scenario(
        lambda on: on(on.api.folders.create("Piers", parent_id=on["folder"])), folder
    ),
    "folders.rename": Scenario(lambda on: on(on.api.folders.rename(on["folder"], "Docks")), folder),
    "folders.move": Scenario(
        lambda on: on(on.api.folders.move(on["inner"], new_parent_id=on["folder"])),
        both(folder, lambda world: {"inner": world.api.folders.create("Piers").id}),
    ),
    "folders.delete": Scenario(lambda on: on(on.api.folders.delete(on["folder"])), folder),
    "folders.move_files": Scenario(
        lambda on: on(on.api.folders.move_files([on["image"]], folder_id=on["folder"])),
        both(folder, image),
    ),
}

COLORS: Scenarios = {
    "colors.get": Scenario(lambda on: on(on.api.colors.get(on["image"])), image),
    "colors.extract": Scenario(
        lambda on: on(on.api.colors.extract(on["image"], force=True, n_colors=4)), image
    ),
    "colors.batch_extract": Scenario(
        lambda on: on(on.api.colors.batch_extract(on["images"], force=True)), images
    ),
    "colors.search": Scenario(
        lambda on: on(on.api.colors.search(hex_code="#dc141e", limit=5)), images
    ),
    "colors.search_all": Scenario(
        lambda on: on.items(on.api.colors.search_all(color_family="vibrant", page_size=1)), images
    ),
    "colors.list_families": Scenario(lambda on: on(on.api.colors.list_families()), image),
}

LINKS: Scenarios = {
    "links.create": Scenario(
        lambda on: on(on.api.links.create(HARBOR, title="Tides", tags=["sea"]))
    ),
    "links.create_and_wait": Scenario(
        lambda on: on(on.api.links.create_and_wait(HARBOR, poll_interval=on.interval))
    ),
    "links.wait_for_crawl": Scenario(
        lambda on: on(on.api.links.wait_for_crawl(on["link"], poll_interval=on.interval)),
        queued_link,
    ),
    "links.recrawl": Scenario(
        lambda on: on(on.api.links.recrawl(on["link"])), old_link, sandbox_only=True
    ),
    "links.get": Scenario(lambda on: on(on.api.links.get(on["link"])), link),
    "links.list": Scenario(
        lambda on: on(on.api.links.list(crawl_status=LinkCrawlStatus.COMPLETED)), link
    ),
    "links.list_all": Scenario(lambda on: on.items(on.api.links.list_all(page_size=1)), links),
    "links.update": Scenario(
        lambda on: on(on.api.links.update(on["link"], title=None, tags=["tides"])), link
    ),
    "links.delete": Scenario(lambda on: on(on.api.links.delete(on["link"])), link),
    "links.batch_delete": Scenario(lambda on: on(on.api.links.batch_delete(on["links"])), links),
}

SCENARIOS: Scenarios = {**FILES, **FOLDERS, **COLORS, **LINKS}
