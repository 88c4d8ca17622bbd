"""Cases: the list, and one case with its way, its facts and what happened in it."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.permitting import actor_title
from domain.process import Process
from domain.values import Text
from services import access, case_pages, cases, comments, findings
from services.cases import CaseFilter
from services.finding_views import FindingView
from services.refusals import NotFound, NotPermitted
from services.titles import role_title
from services.views import CaseFacts, Page
from web.forms import Filled
from web.periods import AskedDays, MaybeDay, asked_days
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE = 50
_COMMENTS = 5
"""That stand on the page of a case, latest first; the others have a page."""
_FINDINGS = 5
"""That stand on the page of a case; the rest stands in their list."""

Narrowed = Annotated[str, Query(max_length=100), Storable]
Ticked = Annotated[bool, Query()]


@router.get("/cases")
async def listed(
    visit: Visiting,
    q: Narrowed = "",
    process: Narrowed = "",
    stage: Narrowed = "",
    status: Narrowed = "",
    *,
    overdue: Ticked = False,
    cursor: Cursor = None,
) -> Response:
    """Show the cases the visitor may see, latest opened first."""
    wanted = CaseFilter(
        text=" ".join(q.split()) or None,
        process=process or None,
        stage=stage or None,
        status=status or None,
        overdue=overdue or None,
        unit=visit.unit,
    )
    page = await cases.listed(visit.parts, visit.caller, wanted, cursor=cursor, limit=_ON_A_PAGE)
    chosen = {
        "q": q,
        "process": process,
        "stage": stage,
        "status": status,
        "overdue": "true" if overdue else "",
    }
    return visit.page(
        "cases/list.html",
        page=page,
        chosen=chosen,
        address=f"/cases?{urlencode({name: value for name, value in chosen.items() if value})}",
        roll=urlencode(
            {
                name: value
                for name, value in {
                    "process": process,
                    "stage": stage,
                    "status": status,
                    "unit": visit.unit,
                    "language": visit.language,
                }.items()
                if value
            }
        ),
        processes=_processes(visit),
        stages=_stages(visit, process),
        titles=Titles(visit),
    )


@router.get("/cases/{case_id}")
async def shown(visit: Visiting, case_id: Id, as_of: MaybeDay = "", *, every: Ticked = False) -> Response:
    """Show one case: where it stands, what is to be done, the facts, what happened; or a past day."""
    asked = asked_days(visit.language, as_of=as_of)
    day = asked.on("as_of")
    if day is not None and day < visit.today:
        return await _on(visit, case_id, day, asked)
    page = await case_pages.case_page(visit.parts, visit.caller, case_id, every=every)
    return visit.page(
        "cases/case.html",
        asked.status,
        asked=asked,
        page=page,
        case=page.case,
        titles=Titles(visit),
        actors=actor_title,
        findings=await _findings(visit, case_id),
        talk=await comments.commenting(visit.parts, visit.caller, case_id, limit=_COMMENTS),
        given=Filled(),
        may_raise="auditor" in visit.visitor.roles,
    )


async def _on(visit: Visit, case_id: str, day: date, asked: AskedDays) -> Response:
    """Show a case as it was recorded by the end of a day, and who could see it then."""
    parts, caller = visit.parts, visit.caller
    try:
        case = await cases.shown(parts, caller, case_id, as_of=day)
    except NotFound:
        # Whoever sees the case today is told that it had not begun; to others there is none.
        case = await cases.shown(parts, caller, case_id)
        return visit.page("cases/before.html", case=case, day=day, asked=asked)
    try:
        seeing = (await access.access_on(parts, caller, case_id, day)).items
    except NotPermitted:
        seeing = ()
    return visit.page(
        "cases/then.html",
        case=case,
        day=day,
        asked=asked,
        process=parts.library.find(case.process.id, case.process.version),
        happened=await case_pages.happened_between(parts, caller, case_id, 0, case.seq),
        seeing=seeing,
        titles=Titles(visit),
        actors=actor_title,
    )


async def _findings(visit: Visit, case_id: str) -> Page[FindingView] | None:
    """Return the first findings in a case that has audit rules, or None where the visitor is shown none."""
    try:
        return await findings.of_case(visit.parts, visit.caller, case_id, cursor=None, limit=_FINDINGS)
    except NotPermitted:
        return None


_SUBJECT: Final = Text(zh="本人", en="Person concerned")


class Titles:
    """What stages, standings and outcomes of a case are called."""

    def __init__(self, visit: Visit) -> None:
        """Look them up in the definitions, in the visitor's language."""
        self._visit = visit

    def stage(self, case: CaseFacts) -> str:
        """Return what the stage a case is in is called."""
        found = next((one for one in self._process(case).stages if one.id == case.stage), None)
        return case.stage if found is None else found.title.in_language(self._visit.language)

    def standing(self, case: CaseFacts) -> str:
        """Return what the person is called as whom the case shows him."""
        found = self._process(case).standings.get(case.standing)
        return case.standing if found is None else found.in_language(self._visit.language)

    def outcome(self, case: CaseFacts) -> str:
        """Return how a case ended."""
        found = self._process(case).outcomes.get(case.outcome or "")
        return case.outcome or "" if found is None else found.title.in_language(self._visit.language)

    def role(self, case: CaseFacts, role: str) -> str:
        """Return what a case role is called."""
        found = self._process(case).case_roles.get(role)
        return role if found is None else found.title.in_language(self._visit.language)

    def as_whom(self, case: CaseFacts, role: str) -> str:
        """Return what somebody who sees a case is called: by his post, his part in it, or as its subject."""
        if role == "subject":
            return _SUBJECT.in_language(self._visit.language)
        if role in self._process(case).case_roles:
            return self.role(case, role)
        return role_title(self._visit.parts.library, "", role).in_language(self._visit.language)

    def step(self, case: CaseFacts, step: str) -> str:
        """Return what a step is called."""
        found = self._process(case).steps.get(step)
        return step if found is None else found.title.in_language(self._visit.language)

    def _process(self, case: CaseFacts) -> Process:
        return self._visit.parts.library.find(case.process.id, case.process.version)


def _processes(visit: Visit) -> tuple[tuple[str, str], ...]:
    return tuple((one.process, one.title.in_language(visit.language)) for one in _latest(visit))


def _latest(visit: Visit) -> tuple[Process, ...]:
    """Return the latest version of each process."""
    library = visit.parts.library
    return tuple(library.family(one)[-1] for one in library.processes)


def _stages(visit: Visit, process: str) -> tuple[tuple[str, str], ...]:
    """Return the stages one can narrow to: of the chosen process, or of all."""
    found = {
        stage.id: stage.title.in_language(visit.language)
        for one in _latest(visit)
        if process in {"", one.process}
        for stage in one.stages
    }
    return tuple(found.items())
