"""Reports with pictures: each with its table, to be printed, and to be taken away."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from api.bounds import Label, Storable
from services import report_books, reports
from services.refusals import NotFound
from services.reports import KINDS, Kind
from services.stats import Narrowed
from web.periods import MaybeDay, asked_days
from web.visits import Visit, Visiting

router = APIRouter()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Word = Annotated[str, Query(max_length=80), Storable]


class Asking:
    """What the address of a report is narrowed to."""

    def __init__(
        self,
        visit: Visiting,
        process: Word = "",
        unit: Word = "",
        first: Annotated[MaybeDay, Query(alias="from")] = "",
        last: Annotated[MaybeDay, Query(alias="to")] = "",
    ) -> None:
        """Keep it as it came."""
        self.process, self.unit = process, unit
        self.days = asked_days(visit.language, **{"from": first, "to": last})
        self.first, self.last = self.days.on("from"), self.days.on("to")

    def narrowed(self, visit: Visit) -> Narrowed:
        """Return what figures are asked for: of the unit that is named, or the one lists are narrowed to."""
        return Narrowed(self.process or None, self.unit or visit.unit, self.first, self.last)

    @property
    def query(self) -> str:
        """The same as part of an address, with its question mark."""
        days = {"from": self.first, "to": self.last}
        given = {"process": self.process, "unit": self.unit}
        given |= {name: on.isoformat() for name, on in days.items() if on is not None}
        said = urlencode({name: value for name, value in given.items() if value})
        return f"?{said}" if said else ""


Asked = Annotated[Asking, Depends()]


@router.get("/reports")
async def listed(visit: Visiting, asking: Asked) -> Response:
    """Show every report in one sentence."""
    found = await reports.overview(visit.parts, visit.caller, asking.narrowed(visit))
    return visit.page(
        "reports/overview.html", asking.days.status, found=found, asking=asking, processes=_processes(visit)
    )


@router.get("/reports/{report}")
async def shown(visit: Visiting, report: Label, asking: Asked) -> Response:
    """Show one report: its sentence, its picture, its table."""
    found = await reports.report(visit.parts, visit.caller, _kind(report), asking.narrowed(visit))
    return visit.page(
        "reports/report.html",
        asking.days.status,
        report=found,
        view=found.view,
        kinds=KINDS,
        asking=asking,
        processes=_processes(visit),
    )


@router.get("/reports/{report}/table.xlsx")
async def taken(visit: Visiting, report: Label, asking: Asked) -> Response:
    """Send a report as a workbook."""
    found = await reports.report(visit.parts, visit.caller, _kind(report), asking.narrowed(visit))
    book = report_books.workbook_of(found, visit.language, visit.parts.clock())
    name = f"{found.kind.name}-{found.view.of.from_}-{found.view.of.to}.xlsx"
    return Response(book, media_type=_XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise NotFound


def _processes(visit: Visit) -> tuple[tuple[str, str], ...]:
    latest = {edition.process: edition.title.in_language(visit.language) for edition in visit.parts.library}
    return tuple(latest.items())
