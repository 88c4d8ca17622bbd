"""The inbox: everybody's first page. What waits for whom, why, until when; and reading several together."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, TypeVar
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Storable
from api.paging import Cursor
from domain.values import Text
from services import cases, explain, tasks
from services.refusals import NotFound
from services.tasks import TaskFilter, TaskGroup
from services.views import OpenStepView, TaskView
from web.days import due
from web.visits import Visit, Visiting

router = APIRouter()
T = TypeVar("T")

_ON_A_PAGE = 50
_MOST_READ = 100
_TASK = re.compile(r"([0-9A-Za-z][0-9A-Za-z._:-]{0,79})/([a-z0-9](?:[a-z0-9.-]{0,78}[a-z0-9])?)")

Narrowed = Annotated[str, Query(max_length=80), Storable]


@dataclass(frozen=True)
class Choice:
    """One thing a list can be narrowed to."""

    value: str
    says: str
    count: int


@dataclass(frozen=True)
class Section:
    """Tasks that are due at about the same time."""

    title: Text
    tone: str
    tasks: tuple[TaskView, ...]


@router.get("/inbox")
async def inbox(
    visit: Visiting, process: Narrowed = "", stage: Narrowed = "", unit: Narrowed = "", cursor: Cursor = None
) -> Response:
    """Show what waits for the visitor, what is overdue first."""
    narrowed = TaskFilter(process or None, stage or None, unit or visit.unit)
    page = await tasks.inbox(visit.parts, visit.caller, narrowed=narrowed, cursor=cursor, limit=_ON_A_PAGE)
    groups = await tasks.grouped(visit.parts, visit.caller)
    coming = () if page.items else await tasks.coming(visit.parts, visit.caller)
    chosen = {"process": process, "stage": stage, "unit": unit}
    shown: dict[str, Any] = {
        "sections": tuple(_sections(visit, page.items)),
        "following": page.next,
        "choices": _choices(visit, groups),
        "chosen": chosen,
        "address": f"/inbox?{urlencode({name: value for name, value in chosen.items() if value})}",
        "coming": coming,
        "is_narrowed": any(chosen.values()) or visit.unit is not None,
        "overdue": sum(group.overdue for group in groups),
        "every": sum(group.all for group in groups),
    }
    if visit.wants_fragment:
        return visit.part("inbox/list.html", **shown)
    return visit.page("inbox/inbox.html", **shown)


@router.get("/inbox/reading")
async def reading(
    visit: Visiting,
    task: Annotated[tuple[str, ...], Query(max_length=_MOST_READ)] = (),
    at: Annotated[int, Query(ge=0, lt=_MOST_READ)] = 0,
) -> Response:
    """Show one of several chosen tasks with its dossier; each is decided by itself."""
    if not task:
        return visit.see_other(
            "/inbox", Text(zh="请先勾选要阅读的待办。", en="Tick what you want to read first.")
        )
    chosen = _tasks_in(task)
    if at >= len(chosen):
        return visit.see_other(
            "/inbox", Text(zh="所选待办已全部看完。", en="You have read all you selected.")
        )
    case_id, step_id = chosen[at]
    case = await cases.shown(visit.parts, visit.caller, case_id)
    explained = await explain.explained(visit.parts, visit.caller, case_id)
    process = visit.parts.library.find(case.process.id, case.process.version)
    step: OpenStepView | None = next((one for one in case.open_steps if one.step == step_id), None)
    around = "&".join(urlencode({"task": f"{one}/{other}"}) for one, other in chosen)
    return visit.page(
        "inbox/reading.html",
        case=case,
        step=step,
        explained=explained,
        people=_titled(visit, case.people, {name: role.title for name, role in process.case_roles.items()}),
        dates=_titled(visit, case.dates, {name: step.title for name, step in process.steps.items()}),
        at=at,
        number=len(chosen),
        around=f"/inbox/reading?{around}",
    )


def _titled(visit: Visit, known: Mapping[str, T], titles: Mapping[str, Text]) -> tuple[tuple[str, T], ...]:
    """Return what is known under names that people know."""
    return tuple(
        (titles[name].in_language(visit.language), value) for name, value in known.items() if name in titles
    )


def _tasks_in(given: Iterable[str]) -> tuple[tuple[str, str], ...]:
    found = [_TASK.fullmatch(one) for one in given]
    if not found or not all(found):
        raise NotFound
    return tuple(dict.fromkeys((one[1], one[2]) for one in found if one is not None))


def _sections(visit: Visit, items: tuple[TaskView, ...]) -> Iterable[Section]:
    for title, tone, urgencies in _SECTIONS:
        inside = tuple(task for task in items if _urgency(visit, task) in urgencies)
        if inside:
            yield Section(title, tone, inside)


def _urgency(visit: Visit, task: TaskView) -> str:
    return "none" if task.due_on is None else due(task.due_on, visit.today, visit.language).urgency


def _choices(visit: Visit, groups: tuple[TaskGroup, ...]) -> dict[str, tuple[Choice, ...]]:
    """Return what the list can be narrowed to, each with how many tasks there are then."""
    latest = {one.process: one for one in visit.parts.library.editions}
    groups = tuple(one for one in groups if one.process in latest)
    words: dict[str, dict[str, str]] = {"process": {}, "stage": {}, "unit": {}}
    counts: dict[tuple[str, str], int] = {}
    for group in groups:
        process = latest[group.process]
        stage = next((one for one in process.stages if one.id == group.stage), None)
        words["process"][group.process] = process.title.in_language(visit.language)
        words["stage"][group.stage] = (
            group.stage if stage is None else stage.title.in_language(visit.language)
        )
        words["unit"][group.unit] = group.unit_name
        for name, value in (("process", group.process), ("stage", group.stage), ("unit", group.unit)):
            counts[name, value] = counts.get((name, value), 0) + group.all
    return {
        name: tuple(Choice(value, says, counts[name, value]) for value, says in found.items())
        for name, found in words.items()
    }


_SECTIONS = (
    (Text(zh="已逾期", en="Overdue"), "late", {"late"}),
    (Text(zh="今天和近日到期", en="Due today or soon"), "soon", {"today", "soon"}),
    (Text(zh="以后到期", en="Due later"), "", {"later"}),
    (Text(zh="没有期限", en="Without a deadline"), "", {"none"}),
)
