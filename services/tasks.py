"""The inbox: what waits for somebody."""

from __future__ import annotations

from sqlalchemy import Connection

from records import inbox as kept
from records import organisation
from records.inbox import Task
from services.case_views import process_ref
from services.parts import Caller, Parts
from services.people import post_view
from services.views import CountView, Named, Page, PostView, TaskView


async def inbox(
    parts: Parts, caller: Caller, *, cursor: str | None = None, limit: int = 50
) -> Page[TaskView]:
    """Return the open steps the caller may act on, soonest due first. Raises InvalidInput."""

    def work(connection: Connection) -> Page[TaskView]:
        page = kept.list_tasks(connection, caller.person, parts.today(), cursor=cursor, limit=limit)
        ids = sorted({task.post for task in page.items if task.post is not None})
        posts = {each.id: post_view(each) for each in organisation.posts_by_id(connection, ids)}
        names = organisation.names_of(connection, (task.on_behalf_of or "" for task in page.items))
        items = tuple(_view(parts, caller, task, posts, names) for task in page.items)
        return Page(items=items, next=page.next)

    return await parts.read(work)


async def count(parts: Parts, caller: Caller) -> CountView:
    """Return how much waits for the caller, and how much of it is overdue."""
    found = await parts.read(lambda connection: kept.count_tasks(connection, caller.person, parts.today()))
    return CountView(count=found.all, overdue=found.overdue)


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
        on_behalf_of=None if owner is None else Named(id=owner, name=names.get(owner, "")),
    )
