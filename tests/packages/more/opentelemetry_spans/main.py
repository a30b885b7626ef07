"""Spans and metrics; context, propagators and samplers are found through entry points."""

from opentelemetry import baggage, context, metrics, propagate, trace
from opentelemetry.sdk.metrics import MeterProvider
from opentelemetry.sdk.metrics.export import InMemoryMetricReader
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

exporter = InMemorySpanExporter()
provider = TracerProvider(resource=Resource.create({"service.name": "shop"}))
provider.add_span_processor(SimpleSpanProcessor(exporter))
trace.set_tracer_provider(provider)
tracer = trace.get_tracer("main")
carrier = {}
with tracer.start_as_current_span("outer") as outer:
    context.attach(baggage.set_baggage("user", "ann"))
    propagate.inject(carrier)
    with tracer.start_as_current_span("inner", attributes={"size": 3}):
        pass
print([span.name for span in exporter.get_finished_spans()], sorted(carrier))
print(provider.resource.attributes["service.name"], provider.resource.attributes["telemetry.sdk.language"])
reader = InMemoryMetricReader()
metrics.set_meter_provider(MeterProvider([reader]))
metrics.get_meter("main").create_counter("hits").add(2)
data = reader.get_metrics_data().resource_metrics[0].scope_metrics[0].metrics[0]
print(data.name, data.data.data_points[0].value)
