"""The parameters every list takes."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query

Cursor = Annotated[
    str | None,
    Query(max_length=400, pattern=r"^[0-9A-Za-z_=.:-]*$", description="`next` of the page before."),
]
Limit = Annotated[int, Query(ge=1, le=200, description="Items on a page.")]
