"""Process definitions: the published ones, and whether a draft is sound."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import APIRouter, Path, Request, Response

from api.bounds import Label
from api.callers import By, Here, signed_in
from services import processes
from services.process_views import CheckView, ProcessRow, ProcessView
from services.views import Page

router = APIRouter(prefix="/v1/processes", tags=["processes"], dependencies=signed_in)

Version = Annotated[str, Path(pattern=r"^[0-9A-Za-z][0-9A-Za-z.+-]{0,59}$")]
Format = Literal["json", "yaml", "mermaid"]

_TEXT = {"content": {"application/yaml": {}, "text/plain": {}}, "description": "In the format asked for."}
_DRAFT = {"requestBody": {"required": True, "content": {"application/yaml": {"schema": {"type": "string"}}}}}


@router.get("", summary="List processes")
async def published(parts: Here, caller: By) -> Page[ProcessRow]:
    """Return every published version."""
    return processes.published(parts, caller)


@router.post("/check", summary="Check a draft", openapi_extra=_DRAFT)
async def check(request: Request, parts: Here, caller: By) -> CheckView:
    """Return whether a definition, sent as YAML text, could be published, and what is wrong with it.

    Of a sound one, also the posts it asks for that nobody holds anywhere.
    """
    return await processes.checked(parts, caller, await request.body())


@router.get("/{process_id}", summary="Read a process", response_model=ProcessView, responses={200: _TEXT})
async def current(
    process_id: Label,
    parts: Here,
    caller: By,
    format: Format = "json",  # noqa: A002 - the parameter's name in the contract
) -> ProcessView | Response:
    """Return the version under which a case that starts today would run."""
    return _in_format(parts, caller, process_id, None, format)


@router.get(
    "/{process_id}/{version}", summary="Read a version", response_model=ProcessView, responses={200: _TEXT}
)
async def one_version(
    process_id: Label,
    version: Version,
    parts: Here,
    caller: By,
    format: Format = "json",  # noqa: A002 - the parameter's name in the contract
) -> ProcessView | Response:
    """Return one version, published and therefore unchangeable."""
    return _in_format(parts, caller, process_id, version, format)


def _in_format(
    parts: Here, caller: By, process_id: str, version: str | None, wanted: Format
) -> ProcessView | Response:
    if wanted == "yaml":
        text = processes.as_yaml(parts, process_id, version)
        return Response(text, media_type="application/yaml; charset=utf-8")
    if wanted == "mermaid":
        text = processes.as_mermaid(parts, caller, process_id, version)
        return Response(text, media_type="text/plain; charset=utf-8")
    return processes.shown(parts, caller, process_id, version)
