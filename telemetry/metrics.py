"""What an operator wants to see as numbers, of this process and of what it finds in the record.

Labels are words of ours, of the definitions or of the routes: never a person, a case or what somebody typed,
so there are no more of them than programs and definitions have words.
"""

from __future__ import annotations

import time
from typing import Final

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.platform_collector import PlatformCollector
from prometheus_client.process_collector import ProcessCollector

REGISTRY: Final = CollectorRegistry()
"""Everything that is ours."""
PROCESS: Final = CollectorRegistry()
"""What is to be known of any process: memory, CPU, open files."""
ProcessCollector(registry=PROCESS)
PlatformCollector(registry=PROCESS)

MEDIA_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"

_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "POST", "PUT", "PATCH", "DELETE"})

ACTS: Final = Counter(
    "accede_acts",
    "Acts asked for, and what became of them.",
    ["process", "kind", "outcome"],
    registry=REGISTRY,
)
REFUSALS: Final = Counter("accede_refusals", "Acts refused, by rule.", ["rule"], registry=REGISTRY)
REQUESTS: Final = Counter(
    "accede_requests", "Requests answered.", ["method", "route", "status"], registry=REGISTRY
)
LATENCY: Final = Histogram(
    "accede_request_seconds",
    "Time from a request to the start of its answer.",
    ["method", "route"],
    buckets=(0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10),
    registry=REGISTRY,
)
GROUPS: Final = Histogram(
    "accede_commit_works",
    "Works that shared one commit.",
    buckets=(1, 2, 4, 8, 16, 32, 64),
    registry=REGISTRY,
)
TOLD: Final = Counter(
    "accede_signals", "Tries to tell a workflow what was recorded.", ["outcome"], registry=REGISTRY
)
DELIVERIES: Final = Counter(
    "accede_deliveries", "Tries to deliver a message.", ["kind", "outcome"], registry=REGISTRY
)
TIMERS_LATE: Final = Histogram(
    "accede_timer_late_seconds",
    "How long after its moment something was recorded that happens by itself.",
    buckets=(1, 2, 5, 10, 20, 60, 300, 3600, 86_400),
    registry=REGISTRY,
)
RECONCILED_AT: Final = Gauge(
    "accede_reconcile_completed_timestamp_seconds",
    "When this process last looked over all open cases.",
    ["deep"],
    registry=REGISTRY,
)
DIFFERENCES: Final = Counter(
    "accede_reconcile_differences",
    "Open cases whose workflow was missing or behind, and what was done about it.",
    ["mended"],
    registry=REGISTRY,
)
LOGGED: Final = Gauge(
    "accede_checkpoint_events", "Events the latest checkpoint of the log is over.", registry=REGISTRY
)
CHECKPOINTS: Final = Counter(
    "accede_checkpoints", "Checkpoints of the log asked for.", ["outcome"], registry=REGISTRY
)
OUTBOX: Final = Gauge("accede_outbox_waiting", "Cases whose workflow has yet to be told.", registry=REGISTRY)
OUTBOX_AGE: Final = Gauge(
    "accede_outbox_oldest_seconds", "How long the longest of them has waited.", registry=REGISTRY
)
OBLIGATIONS: Final = Gauge(
    "accede_obligations_open", "Messages not yet delivered.", ["kind", "overdue"], registry=REGISTRY
)
GIVEN_UP: Final = Gauge(
    "accede_obligations_failed", "Messages given up, and not settled since.", registry=REGISTRY
)
SCRAPED: Final = Gauge(
    "accede_record_answered",
    "1 where the record answered in time when these numbers were read, else 0.",
    registry=REGISTRY,
)

_requests: Final[dict[tuple[str, str, int], Counter]] = {}
_latencies: Final[dict[tuple[str, str], Histogram]] = {}


def answered(method: str, route: str, status: int, seconds: float) -> None:
    """Count and time one request. `route` is the route's own text, and `none` where there is none."""
    known = method if method in _METHODS else "other"
    counted = _requests.get((known, route, status))
    if counted is None:
        counted = _requests[known, route, status] = REQUESTS.labels(known, route, str(status))
    timed = _latencies.get((known, route))
    if timed is None:
        timed = _latencies[known, route] = LATENCY.labels(known, route)
    counted.inc()
    timed.observe(seconds)


def reconciled(found: dict[str, int], *, deep: bool) -> None:
    """Note that all open cases were looked over, and how many were found to differ, by what was done."""
    RECONCILED_AT.labels("yes" if deep else "no").set(time.time())
    for mended, number in found.items():
        DIFFERENCES.labels(mended).inc(number)


def checkpoint_made(size: int, *, refused: bool) -> None:
    """Note that a checkpoint was made over so many events, or could not be."""
    CHECKPOINTS.labels("refused" if refused else "made").inc()
    if not refused:
        LOGGED.set(size)


def as_text() -> bytes:
    """Return everything in the Prometheus text format."""
    return generate_latest(REGISTRY) + generate_latest(PROCESS)
