"""A connection to Temporal, the same for everything that needs one."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Final, TypedDict

from temporalio.client import Client
from temporalio.runtime import Runtime
from temporalio.service import TLSConfig

from telemetry import tracing
from workflows.payloads import CONVERTER

_PATIENCE: Final = 10.0
"""Seconds until an address at which nobody answers is given up."""


class TemporalUnavailable(Exception):
    """Temporal cannot be reached; the message says where it was looked for and what to do."""


class TlsFiles(TypedDict):
    """Files in PEM form: whom to believe, and who we are. Each may be absent."""

    server_ca: Path | None
    client_cert: Path | None
    client_key: Path | None
    server_name: str
    """Whom Temporal's certificate is for, where it is not the host of the address."""


class TemporalPlace(TypedDict):
    """Where Temporal is, and how it is spoken with. Never to be printed: the key is in plain text."""

    address: str
    namespace: str
    tls: bool | TlsFiles
    api_key: str | None


async def connect(
    address: str,
    *,
    namespace: str = "default",
    tls: bool | TlsFiles = False,
    api_key: str | None = None,
    lazy: bool = True,
    runtime: Runtime | None = None,
) -> Client:
    """Return a client. A lazy one connects at its first call, so a door opens while Temporal is away.

    With `tls` alone true, Temporal's certificate must follow from one that the system trusts. `runtime` is
    the SDK's own, where it is to tell its numbers.

    Raises TemporalUnavailable where a file cannot be read, or a client that is not lazy finds nobody, is not
    believed or does not believe. No message holds the key.
    """
    try:
        believed = tls if isinstance(tls, bool) else tls_of(tls)
        async with asyncio.timeout(_PATIENCE):
            return await Client.connect(
                address,
                namespace=namespace,
                tls=believed,
                api_key=api_key,
                data_converter=CONVERTER,
                interceptors=tracing.interceptors(),
                lazy=lazy,
                runtime=runtime,
            )
    except (RuntimeError, TimeoutError, OSError) as refused:
        raise TemporalUnavailable(_what_to_do(address, namespace, refused, tls=bool(tls))) from refused


def tls_of(files: TlsFiles) -> TLSConfig:
    """Return how to speak TLS. Raises OSError where a file cannot be read."""

    def read(path: Path | None) -> bytes | None:
        return path.read_bytes() if path else None

    return TLSConfig(
        server_root_ca_cert=read(files["server_ca"]),
        client_cert=read(files["client_cert"]),
        client_private_key=read(files["client_key"]),
        domain=files["server_name"] or None,
    )


def _what_to_do(address: str, namespace: str, refused: Exception, *, tls: bool) -> str:
    """Return what a person can do about it, by what the SDK says in its own words."""
    where = f"at {address} (namespace {namespace})"
    told = f"{refused}".lower()
    if isinstance(refused, OSError) and refused.filename:
        return (
            f"{refused.filename} cannot be read ({refused.strerror}). See ACCEDE_TEMPORAL_TLS_CERT and _CA."
        )
    if any(word in told for word in ("unauthenticated", "permission", "unauthorized", "jwt")):
        return f"Temporal refuses us {where}. See ACCEDE_TEMPORAL_API_KEY and ACCEDE_TEMPORAL_NAMESPACE."
    if any(word in told for word in ("certificate", "handshake", "tls", "unknownissuer")):
        return (
            f"Temporal and we do not believe each other {where}. See ACCEDE_TEMPORAL_TLS_CA for its "
            "certificate, and ACCEDE_TEMPORAL_TLS_CERT with its key for ours."
        )
    # One that misses our certificate may close the door without a word.
    about = (
        "ACCEDE_TEMPORAL_TLS_CERT if it asks who we are" if tls else "ACCEDE_TEMPORAL_TLS if it speaks TLS"
    )
    return f"Temporal does not answer {where}. Start it, or see ACCEDE_TEMPORAL_ADDRESS, and {about}."
