"""Switches spans on for the length of a program, where the settings name a collector."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from importlib import import_module
from typing import Any

from telemetry.tracing import TRACING


class CannotTrace(Exception):
    """What spans are made with is not installed. The message says what to install."""


@contextmanager
def traced(url: str, *, program: str, share: float) -> Iterator[None]:
    """Send spans to `url` as long as the context is open; nothing at all for an empty address.

    Raises CannotTrace where the libraries for it are missing.
    """
    if not url:
        yield
        return
    provider = _begin(url, program, share)
    try:
        yield
    finally:
        TRACING.spans = None
        # Sends what is still held; a collector that does not answer costs a few seconds at most.
        provider.shutdown()


def _begin(url: str, program: str, share: float) -> Any:  # noqa: ANN401 - of a library that may not be there
    try:
        # An optional part of the installation, and a tenth of a second that others need not wait.
        exporting = import_module("telemetry.exporting")
    except ImportError as missing:
        raise CannotTrace(
            f"ACCEDE_TRACES_URL is set and {missing.name} is not installed: "
            "install the project with its extra `traces` (make install brings it), or unset the variable."
        ) from missing
    return exporting.begin_exporting(url, program=program, share=share)
