"""Pipelines: several agents in one request."""

from __future__ import annotations

import time

from aion.sandbox.agents.pipeline import plan, run
from aion.sandbox.agents.pipeline_agents import CHANGING, DOCUMENTS, IMAGES
from aion.sandbox.agents.token_usage import token_usage
from aion.sandbox.handlers.registry import operation
from aion.sandbox.runtime.call import Call, Response


@operation("execute_pipeline", role="viewer")
async def execute_pipeline(call: Call) -> Response:
    """Run the steps in waves; the dependents of a failed step are skipped."""
    began = time.perf_counter()
    seeds: dict[str, list[str]] = {
        kind: call.body[kind] for kind in (IMAGES, DOCUMENTS) if call.body.get(kind) is not None
    }
    steps = plan(call.body["steps"])
    if any(step.agent in CHANGING for step in steps):
        call.require("editor")
    done = run(call.state, steps, seeds)
    # A stepped clock does not measure elapsed time: responses are the same in every run.
    elapsed = 0 if call.state.clock.stepped else int((time.perf_counter() - began) * 1000)
    return Response(
        {
            "success": all(one.status == "completed" for one in done),
            "nodes": [one.node() for one in done],
            "execution_time_ms": elapsed,
            "total_waves": len({one.step.wave for one in done if one.status != "skipped"}),
            "errors": [
                f"step {one.step.position} ({one.step.agent}) {one.status}: {one.error}"
                for one in done
                if one.error is not None
            ],
            "token_usage": token_usage(
                [step.intent for step in steps],
                [one.outcome.summary for one in done if one.outcome is not None],
                calls=sum(one.status != "skipped" for one in done),
            ),
        }
    )
