"""What an operator wants to see as numbers. Labels are names of ours, never of people or cases."""

from __future__ import annotations

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest

REGISTRY = CollectorRegistry()

ACTS = Counter("accede_acts", "Acts recorded.", ["kind"], registry=REGISTRY)
REFUSALS = Counter("accede_refusals", "Acts refused, by rule.", ["rule"], registry=REGISTRY)
REQUESTS = Counter("accede_requests", "Requests answered.", ["method", "status"], registry=REGISTRY)
LATENCY = Histogram(
    "accede_request_seconds",
    "Time from a request to the start of its answer.",
    ["method"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
OUTBOX = Gauge("accede_outbox_waiting", "Facts not yet handed to the workflows.", registry=REGISTRY)
OBLIGATIONS = Gauge("accede_obligations_open", "Messages not yet delivered.", registry=REGISTRY)


def as_text() -> bytes:
    """Return everything in the Prometheus text format."""
    return generate_latest(REGISTRY)
