"""The organisation from a file and into a file, for those who administer it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import IO, Annotated, Literal

from fastapi import APIRouter, Query, UploadFile
from fastapi.responses import StreamingResponse

from api.callers import By, Here, signed_in
from services.books import carrying
from services.books.importing import Bringing, ImportView

router = APIRouter(prefix="/v1/organisation", tags=["organisation"], dependencies=signed_in)

_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "application/zip",
}
_ENDINGS = {"xlsx": "xlsx", "csv": "zip"}
_PIECE = 1 << 18

Form = Annotated[Literal["xlsx", "csv"], Query(alias="format")]


@router.post("/import", summary="Bring in an organisation")
async def bring_in(
    file: UploadFile, parts: Here, caller: By, *, dry_run: bool = True, accept_doubts: bool = False
) -> ImportView:
    """Check a file (XLSX, or CSV in a ZIP), sent in the part `file`, and bring it in where nothing is wrong.

    Nothing is changed while `dry_run` is true. Asked of an `admin`, for the units below his posts.
    """
    how = Bringing(apply=not dry_run, accept_doubts=accept_doubts)
    return await carrying.bring_in(parts, caller, (file.file, file.filename or ""), how)


@router.get("/export", summary="Take out an organisation", response_class=StreamingResponse)
async def take_out(parts: Here, caller: By, form: Form = "xlsx") -> StreamingResponse:
    """Return the units below the caller's posts as `admin`, with everybody in them, as a file to bring in."""
    file = await carrying.take_out(parts, caller, form)
    headers = {"content-disposition": f'attachment; filename="organisation.{_ENDINGS[form]}"'}
    return StreamingResponse(_pieces(file), headers=headers, media_type=_MEDIA_TYPES[form])


@router.get("/template", summary="Begin with an empty file", response_class=StreamingResponse)
async def begin(_caller: By, form: Form = "xlsx") -> StreamingResponse:
    """Return a file without rows, with what belongs into each column in Chinese and English."""
    headers = {"content-disposition": f'attachment; filename="template.{_ENDINGS[form]}"'}
    return StreamingResponse(_pieces(carrying.template(form)), headers=headers, media_type=_MEDIA_TYPES[form])


def _pieces(file: IO[bytes]) -> Iterator[bytes]:
    with file:
        while piece := file.read(_PIECE):
            yield piece
