"""Reports with pictures: each with its table, to be printed, and to be taken away."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date
from typing import Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Response

from api.bounds import Label, Storable
from domain.values import Text
from services import report_books, reports
from services.refusals import InvalidInput, NotFound
from services.reports import KINDS, Kind
from services.stats import Narrowed
from services.underway import Underway
from services.views import Named
from web.forms import Filled
from web.periods import AskedDays, MaybeDay, asked_days
from web.refused import Refused
from web.unit_fields import UnitField, own_units, unit_chosen, unit_field
from web.visits import Visit, Visiting

router = APIRouter()

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

Word = Annotated[str, Query(max_length=80), Storable]


class TypedUnit:
    """A unit as it was typed without a script, or chosen from those that a text may mean."""

    def __init__(
        self,
        unit: Word = "",
        typed: Annotated[str | None, Query(alias="unit.typed", max_length=200), Storable] = None,
        one: Annotated[Word, Query(alias="unit.one")] = "",
    ) -> None:
        """Keep it as a form would have it."""
        given = {"unit": unit, "unit.typed": typed, "unit.one": one}
        self.form = Filled({name: (value,) for name, value in given.items() if value is not None})


@dataclass(frozen=True)
class Asking:
    """What the address of a report is narrowed to."""

    process: str
    unit: str
    typed: Filled
    days: AskedDays
    refused: Refused | None = None
    """Why a text means no unit."""

    @property
    def first(self) -> date | None:
        """The first day, where one is named."""
        return self.days.on("from")

    @property
    def last(self) -> date | None:
        """The last day, where one is named."""
        return self.days.on("to")

    @property
    def status(self) -> int:
        """What a page answers with that shows it."""
        return self.days.status if self.refused is None else self.refused.status

    def narrowed(self, visit: Visit) -> Narrowed:
        """Return what figures are asked for: of the unit that is named, or the one lists are narrowed to."""
        return Narrowed(self.process or None, self.unit or visit.unit, self.first, self.last)

    async def field(self, visit: Visit, of: Named | None) -> UnitField:
        """Return the field of the unit: with the one that was asked for, also beyond the visitor's posts."""
        among = own_units(visit)
        if self.refused is not None:
            return await unit_field(visit, self.typed, "unit", among)
        field = await unit_field(visit, Filled(), "unit", among, start=self.unit or None)
        if of is None or not self.unit:
            return field
        if field.few is None:
            return replace(field, value=of.id, typed=of.name)
        return replace(field, few=tuple(dict((*field.few, (of.id, of.name))).items()))

    @property
    def query(self) -> str:
        """The same as part of an address, with its question mark."""
        days = {"from": self.first, "to": self.last}
        given = {"process": self.process, "unit": self.unit}
        given |= {name: on.isoformat() for name, on in days.items() if on is not None}
        said = urlencode({name: value for name, value in given.items() if value})
        return f"?{said}" if said else ""


async def asking_of(
    visit: Visiting,
    typed: Annotated[TypedUnit, Depends()],
    process: Word = "",
    first: Annotated[MaybeDay, Query(alias="from")] = "",
    last: Annotated[MaybeDay, Query(alias="to")] = "",
) -> Asking:
    """Return what a report is narrowed to. A text that means no unit, or several, is told of at its field."""
    days = asked_days(visit.language, **{"from": first, "to": last})
    try:
        unit = await unit_chosen(visit, typed.form, "unit", own_units(visit))
    except InvalidInput as error:
        return Asking(process, "", typed.form, days, Refused.of(error, visit.language))
    return Asking(process, unit or "", typed.form, days)


Asked = Annotated[Asking, Depends(asking_of)]


@router.get("/reports")
async def listed(visit: Visiting, asking: Asked) -> Response:
    """Show every report in one sentence."""
    found = await reports.soon(visit.parts, visit.caller, KINDS, asking.narrowed(visit))
    if isinstance(found, Underway):
        return _counting(visit, None, found)
    if visit.wants_fragment:
        return _ready()
    return visit.page(
        "reports/overview.html",
        asking.status,
        found=found,
        asking=asking,
        unit=await asking.field(visit, found[1].view.of.unit),
        processes=_processes(visit),
    )


@router.get("/reports/{report}")
async def shown(visit: Visiting, report: Label, asking: Asked) -> Response:
    """Show one report: its sentence, its picture, its table."""
    kind = _kind(report)
    counted = await reports.soon(visit.parts, visit.caller, (kind,), asking.narrowed(visit))
    if isinstance(counted, Underway):
        return _counting(visit, kind, counted)
    if visit.wants_fragment:
        return _ready()
    (found,) = counted
    return visit.page(
        "reports/report.html",
        asking.status,
        report=found,
        view=found.view,
        kinds=KINDS,
        asking=asking,
        unit=await asking.field(visit, found.view.of.unit),
        processes=_processes(visit),
    )


@router.get("/reports/{report}/table.xlsx")
async def taken(visit: Visiting, report: Label, asking: Asked) -> Response:
    """Send a report as a workbook; while it is being counted, its page says how far that is."""
    kind = _kind(report)
    found = await reports.whole(visit.parts, visit.caller, kind, asking.narrowed(visit), waits=False)
    if isinstance(found, Underway):
        return visit.see_other(f"/reports/{kind.name}{asking.query}", _FILE_LATER)
    book = report_books.workbook_of(found, visit.language, visit.parts.clock())
    name = f"{found.kind.name}-{found.view.of.from_}-{found.view.of.to}.xlsx"
    return Response(book, media_type=_XLSX, headers={"content-disposition": f'attachment; filename="{name}"'})


_FILE_LATER = Text(
    zh="表格还在统计。统计完成后本页会显示，届时再下载。",
    en="The table is still being counted. This page shows it once it is ready; download it then.",
)


def _counting(visit: Visit, kind: Kind | None, underway: Underway) -> Response:
    """Say that one report, or all, are being counted; the page asks by itself how far that is."""
    if visit.wants_fragment:
        return visit.part("reports/progress.html", underway=underway)
    return visit.page("reports/counting.html", kind=kind, underway=underway)


def _ready() -> Response:
    """Have a page that asks how far a count is loaded anew: what was found is kept for it."""
    return Response(status_code=204, headers={"hx-refresh": "true"})


def _kind(name: str) -> Kind:
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise NotFound


def _processes(visit: Visit) -> tuple[tuple[str, str], ...]:
    latest = {edition.process: edition.title.in_language(visit.language) for edition in visit.parts.library}
    return tuple(latest.items())
