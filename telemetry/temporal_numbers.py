"""Has Temporal's SDK tell its own numbers: tasks waiting, its cache, failures of the connection."""

from __future__ import annotations

from typing import Final

from temporalio.runtime import PrometheusConfig, Runtime, TelemetryConfig

from telemetry.serving import PORTS, NoFreePort, host_and_port

_TAKEN: Final = "Address already in use"


def runtime_told_at(address: str) -> Runtime | None:
    """Return a runtime that tells its numbers at `host:port` or the next free port; None for no address.

    Raises NoFreePort.
    """
    if not address:
        return None
    host, first = host_and_port(address)
    for port in range(first, min(first + PORTS, 65_536)):
        told = PrometheusConfig(bind_address=f"{host}:{port}")
        try:
            return Runtime(telemetry=TelemetryConfig(metrics=told))
        except ValueError as wrong:
            if _TAKEN not in str(wrong):
                break
    raise NoFreePort(
        f"the numbers of Temporal's SDK cannot be told at {address}: see ACCEDE_TEMPORAL_METRICS"
    )
