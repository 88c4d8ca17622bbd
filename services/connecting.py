"""A connection to Temporal, the same for everything that needs one."""

from __future__ import annotations

import asyncio
from typing import Final

from temporalio.client import Client
from temporalio.runtime import Runtime

from telemetry import tracing
from workflows.payloads import CONVERTER

_PATIENCE: Final = 10.0
"""Seconds until an address at which nobody answers is given up."""


class TemporalUnavailable(Exception):
    """Temporal cannot be reached; the message says where it was looked for and what to do."""


async def connect(
    address: str,
    *,
    namespace: str = "default",
    tls: bool = False,
    api_key: str | None = None,
    lazy: bool = True,
    runtime: Runtime | None = None,
) -> Client:
    """Return a client. A lazy one connects at its first call, so a door opens while Temporal is away.

    `runtime` is the SDK's own, where it is to tell its numbers.

    Raises TemporalUnavailable where a client that is not lazy finds nobody.
    """
    try:
        async with asyncio.timeout(_PATIENCE):
            return await Client.connect(
                address,
                namespace=namespace,
                tls=tls,
                api_key=api_key,
                data_converter=CONVERTER,
                interceptors=tracing.interceptors(),
                lazy=lazy,
                runtime=runtime,
            )
    except (RuntimeError, TimeoutError) as refused:
        raise TemporalUnavailable(
            f"Temporal does not answer at {address} (namespace {namespace}). "
            "Start it, or set ACCEDE_TEMPORAL_ADDRESS to where it runs."
        ) from refused
