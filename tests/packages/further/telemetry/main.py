"""Exporters, propagators and instrumentors are entry points."""
import os
os.environ["OTEL_PYTHON_CONTEXT"] = "contextvars_context"
os.environ["OTEL_PROPAGATORS"] = "tracecontext,baggage"
import requests
from opentelemetry import trace, propagate, baggage
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from opentelemetry.instrumentation.requests import RequestsInstrumentor
from opentelemetry.sdk.resources import Resource
exporter = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
RequestsInstrumentor().instrument()
try:
    requests.get("http://127.0.0.1:1/")
except requests.ConnectionError:
    pass
print([span.name for span in exporter.get_finished_spans()])
headers = {}
with trace.get_tracer("x").start_as_current_span("y"):
    propagate.inject(headers)
print(sorted(headers))
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
print(OTLPSpanExporter.__name__)
