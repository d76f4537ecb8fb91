"""The scenario of every documented method, and the methods that need none."""

from __future__ import annotations

from tests.cassettes.scenarios import account, agents, films, intake, library, talk
from tests.cassettes.stage import Scenarios

SCENARIOS: Scenarios = dict(
    sorted(
        {
            **account.SCENARIOS,
            **agents.SCENARIOS,
            **films.SCENARIOS,
            **intake.SCENARIOS,
            **library.SCENARIOS,
            **talk.SCENARIOS,
        }.items()
    )
)
"""By the name of the method as one types it, and of its cassette: ``files.list``."""

_STEP = "adds a step; the request of `pipeline.run` holds them all"
WITHOUT: dict[str, str] = {
    "client.close": "sends nothing",
    "client.from_env": "sends nothing",
    "client.with_options": "sends nothing",
    **dict.fromkeys(
        (
            "pipeline.analyze",
            "pipeline.analyze_documents",
            "pipeline.analyze_links",
            "pipeline.cross_reference",
            "pipeline.organize",
            "pipeline.search_documents",
            "pipeline.search_images",
            "pipeline.search_links",
            "pipeline.synthesize",
            "pipeline.with_documents",
            "pipeline.with_images",
        ),
        _STEP,
    ),
}
"""Methods without a cassette, and why."""
