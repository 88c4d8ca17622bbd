"""Counts acts by what became of them."""

from __future__ import annotations

from collections.abc import Awaitable
from typing import TypeVar

from domain.refusals import RuleViolation
from services.acts import Answered
from services.refusals import HeadMoved, Refusal
from services.views import CaseView
from telemetry import metrics

V = TypeVar("V", bound=CaseView | Answered)


async def counted(kind: str, act: Awaitable[V]) -> V:
    """Return what the act left behind, and count it; refused ones too, without their process.

    What is refused is often not a case anybody may know of, so its process is not looked up.
    """
    try:
        done = await act
    except RuleViolation:
        metrics.ACTS.labels("", kind, "refused").inc()
        raise
    except HeadMoved:
        metrics.ACTS.labels("", kind, "moved").inc()
        raise
    except Refusal:
        metrics.ACTS.labels("", kind, "turned-away").inc()
        raise
    process = done.process if isinstance(done, Answered) else done.process.id
    metrics.ACTS.labels(process, kind, "recorded").inc()
    return done
