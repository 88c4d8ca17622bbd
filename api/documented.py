"""How refusals are described in the OpenAPI document."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel, ConfigDict, Field


class Fault(BaseModel):
    """One part of an input that is not valid."""

    path: str
    problem: str


class ProblemDocument(BaseModel):
    """A problem, RFC 9457. `detail` is in the caller's language; what was sent is never repeated."""

    model_config = ConfigDict(extra="allow", title="Problem")

    type: str = Field(examples=["/problems/rule-violation"])
    title: str
    status: int
    detail: str
    trace: str
    rule: str | None = None
    basis: str | None = None
    passes_on: str | None = None
    errors: list[Fault] | None = None


_CONTENT: dict[str, Any] = {
    "application/problem+json": {"schema": {"$ref": "#/components/schemas/ProblemDocument"}}
}

PROBLEMS: dict[int | str, dict[str, Any]] = {
    "4XX": {"description": "Refused: the problem says why.", "content": _CONTENT},
    "5XX": {"description": "Not possible at the moment.", "content": _CONTENT},
}
"""For every route. Each kind of problem has a page at `/problems/<name>`."""
