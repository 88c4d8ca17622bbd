"""The approvals as a flow: the steps of the tour, one human task after another."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from viewflow import this
from viewflow.workflow import flow
from viewflow.workflow.flow import Flow

from bench.act.peers.apart.approvals.models import Case
from bench.act.peers.store import STEPS


def name_of(step: str) -> str:
    """Return the name of a step as an attribute of the flow."""
    return step.replace("-", "_")


def _page(request: HttpRequest) -> HttpResponse:  # noqa: ARG001 - a view; people of the measurement use views.py
    return HttpResponse()


def _begin(_self: object, activation: Any, case: dict[str, str]) -> None:  # noqa: ANN401 - viewflow's own
    for name, value in case.items():
        setattr(activation.process, name, value)


def _parts() -> dict[str, object]:
    names = [name_of(step) for step, _ in STEPS]
    parts: dict[str, object] = {
        "__module__": __name__,
        "process_class": Case,
        "begin": _begin,
        "start": flow.StartHandle(this.begin).Next(getattr(this, names[0])),
        "end": flow.End(),
    }
    for name, following in zip(names, [*names[1:], "end"], strict=True):
        parts[name] = flow.View(_page).Next(getattr(this, following))
    return parts


CaseFlow: Any = type(Flow)("CaseFlow", (Flow,), _parts())
"""Built from the steps, as if each were written down as an attribute."""
