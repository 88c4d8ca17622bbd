"""The inbox: what waits for somebody, where it is, and what comes next where nothing waits."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.passing import moments
from domain.permitting import actor_title, actors_of
from domain.process import Process
from domain.values import Text
from records import cases, cursors, organisation
from records import inbox as kept
from records.cursors import filled
from records.inbox import Task, TaskFilter, TaskGroup
from services import deliberation
from services.case_views import process_ref
from services.parts import Caller, Parts
from services.people import post_view
from services.scoping import scope_of
from services.views import CountView, Named, Page, PostView, TaskView

__all__ = ["Coming", "TaskFilter", "TaskGroup", "coming", "count", "grouped", "inbox"]


@dataclass(frozen=True)
class Coming:
    """Something that will happen by itself in a case the caller sees."""

    on: date
    case: str
    subject: str
    step: str
    says: str


async def inbox(
    parts: Parts,
    caller: Caller,
    *,
    narrowed: TaskFilter | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[TaskView]:
    """Return the open steps the caller may act on, soonest due first. Raises InvalidInput.

    What a definition says that is not published here is passed over: nobody could act on it here.
    """

    def work(connection: Connection) -> Page[TaskView]:
        closed = deliberation.steps_closed(connection, parts, caller.person)

        def page_of(after: str | None, some: int) -> cursors.Page[Task]:
            who, on = caller.person, parts.today()
            return kept.list_tasks(
                connection, who, on, narrowed=narrowed, closed=closed, cursor=after, limit=some
            )

        page = filled(page_of, lambda task: parts.library.publishes(task.digest), cursor, limit)
        ids = sorted({task.post for task in page.items if task.post is not None})
        posts = {each.id: post_view(each) for each in organisation.posts_by_id(connection, ids)}
        names = organisation.names_of(connection, (task.on_behalf_of or "" for task in page.items))
        items = tuple(_view(parts, caller, task, posts, names) for task in page.items)
        return Page(items=items, next=page.next)

    return await parts.read(work)


async def count(parts: Parts, caller: Caller) -> CountView:
    """Return how much waits for the caller, and how much of it is overdue."""

    def work(connection: Connection) -> kept.TaskCount:
        closed = deliberation.steps_closed(connection, parts, caller.person)
        return kept.count_tasks(connection, caller.person, parts.today(), closed=closed)

    found = await parts.read(work)
    return CountView(count=found.all, overdue=found.overdue)


async def grouped(parts: Parts, caller: Caller) -> tuple[TaskGroup, ...]:
    """Return where the caller's tasks are: how many of each stage of each process in each unit."""

    def work(connection: Connection) -> tuple[TaskGroup, ...]:
        closed = deliberation.steps_closed(connection, parts, caller.person)
        return kept.group_tasks(connection, caller.person, parts.today(), closed=closed)

    return await parts.read(work)


async def coming(parts: Parts, caller: Caller, *, limit: int = 3) -> tuple[Coming, ...]:
    """Return what happens next by itself in cases the caller sees, soonest first."""

    def work(connection: Connection) -> tuple[Coming, ...]:
        scope = scope_of(connection, caller, parts.today())
        ids = cases.list_coming(connection, scope, parts.clock(), limit)
        return tuple(found for one in ids if (found := _coming(connection, parts, caller, one)) is not None)

    return await parts.read(work)


def _coming(connection: Connection, parts: Parts, caller: Caller, case_id: str) -> Coming | None:
    try:
        found = cases.find_case(connection, parts.library, case_id, None)
    except UnknownProcess:
        return None
    ahead = moments(found.process, found.case, parts.clock())
    later = next((moment for moment in ahead if moment.at > parts.clock()), None)
    if later is None:
        return None
    step = found.edition.steps[later.step].title
    return Coming(
        on=later.at.astimezone(parts.zone).date(),
        case=case_id,
        subject=found.subject_name,
        step=step.in_language(caller.language),
        says=_HAPPENS[later.kind].in_language(caller.language),
    )


_HAPPENS = {
    "period-ends": Text(zh="期限届满", en="the period ends"),
    "ready": Text(zh="等待期满，可以办理", en="the wait is over: it can be done"),
    "window-ended": Text(zh="公示期满", en="the public notice ends"),
    "overdue": Text(zh="办理期限截止", en="the deadline passes"),
    "reminder": Text(zh="期限临近", en="the deadline comes near"),
}


def _as_title(process: Process, task: Task, person: str) -> Text:
    """Return what somebody acts as: a post, a case role, or being the person concerned."""
    actors = actors_of(process.steps[task.step])
    if task.role is not None:
        named = [actor for actor in actors if "." in actor and actor.rpartition(".")[2] == task.role]
    elif task.subject == person and "subject" in actors:
        named = ["subject"]
    else:
        named = [actor for actor in actors if "." not in actor and actor != "subject"]
    return actor_title(process, named[0] if named else "subject")


def _view(
    parts: Parts, caller: Caller, task: Task, posts: dict[str, PostView], names: dict[str, str]
) -> TaskView:
    process = parts.library.by_digest(task.digest)
    owner = task.on_behalf_of
    return TaskView(
        case=task.case,
        subject=Named(id=task.subject, name=task.subject_name),
        process=process_ref(process, task.version, caller.language),
        step=task.step,
        title=process.steps[task.step].title.in_language(caller.language),
        kind=task.kind,
        opened_at=task.opened_at,
        not_before=task.not_before,
        due_on=task.due_on,
        overdue=task.overdue,
        as_=posts[task.post] if task.post is not None else None,
        as_title=_as_title(process, task, caller.person).in_language(caller.language),
        on_behalf_of=None if owner is None else Named(id=owner, name=names.get(owner, "")),
        unit=Named(id=task.unit, name=task.unit_name),
        stage=task.stage,
        stage_title=process.stage(task.stage).title.in_language(caller.language),
        round=task.round,
    )
