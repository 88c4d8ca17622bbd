"""Soundness: what makes a well-formed definition impossible to live with."""

from __future__ import annotations

from domain.process import Process
from domain.soundness.flaws import Flaw


def problems(process: Process) -> tuple[Flaw, ...]:
    """Return every flaw of a definition; empty where it is sound."""
    del process
    return ()


__all__ = ["Flaw", "problems"]
