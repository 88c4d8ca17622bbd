"""Answers to the fields of a step, as they come from a form: named by the field's id, typed as it says."""

from __future__ import annotations

from collections.abc import Iterable

from domain.steps import FieldSpec
from domain.values import Scalar
from web.forms import Filled


def answers_in(form: Filled, specs: Iterable[FieldSpec]) -> dict[str, Scalar]:
    """Return what was answered; what was left empty is left out. Raises InvalidInput with the field's id."""
    found: dict[str, Scalar] = {}
    for spec in specs:
        answer = _answer(form, spec)
        if answer is not None:
            found[spec.id] = answer
    return found


def _answer(form: Filled, spec: FieldSpec) -> Scalar:
    if spec.type == "boolean":
        given = form.line(spec.id)
        return None if given is None else given == "yes"
    if spec.type == "integer":
        return form.count(spec.id)
    if spec.type == "date":
        day = form.day(spec.id)
        return None if day is None else day.isoformat()
    return form.prose(spec.id) if spec.type == "text" else form.line(spec.id)
