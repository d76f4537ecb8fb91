"""`aionvision[tracing]`: each call is a span of OpenTelemetry."""

from __future__ import annotations

from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from aion import SyncAionVision
from tests.extras.first_call import first_call, only

first_call()
only("opentelemetry")

spans = InMemorySpanExporter()
provider = TracerProvider()
provider.add_span_processor(SimpleSpanProcessor(spans))
trace.set_tracer_provider(provider)
with SyncAionVision.from_env(enable_tracing=True) as client:
    client.uploads.check_quota()
assert spans.get_finished_spans(), "the call left no span"
