"""Messages to a person inside the service: what he is told, whether or not mail reaches him."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from sqlalchemy import Connection

from domain.library import UnknownProcess
from domain.permitting import actor_title
from domain.preferences import KINDS, Topic, topic_of
from domain.values import Language, Text
from records import notifications as kept
from records import organisation
from records.digests import ToldLine, lines_of
from records.notifications import Notice
from services import deliberation
from services.parts import Caller, Parts
from services.refusals import NotFound
from services.views import Named, NotificationView, NotifiedCaseView, Page

_SAYS: Mapping[str, Text] = {
    "task-opened": Text(zh="请办理：{step}（{subject}）", en="To be done: {step} ({subject})"),
    "ready": Text(zh="现在可以办理：{step}（{subject}）", en="Can be done now: {step} ({subject})"),
    "reminder": Text(zh="期限{due}将到：{step}（{subject}）", en="Due {due}: {step} ({subject})"),
    "overdue": Text(
        zh="已逾期（期限{due}）：{step}（{subject}）", en="Overdue since {due}: {step} ({subject})"
    ),
    "returned": Text(zh="已退回重办：{step}（{subject}）", en="Sent back: {step} ({subject})"),
    "closed": Text(zh="个案已结束：{outcome}（{subject}）", en="The case ended: {outcome} ({subject})"),
    "suspended": Text(zh="个案已中止（{subject}）", en="The case was suspended ({subject})"),
    "resumed": Text(zh="个案已恢复（{subject}）", en="The case was resumed ({subject})"),
    "reopened": Text(zh="个案重新办理（{subject}）", en="The case was reopened ({subject})"),
    "transfer-proposed": Text(zh="请确认转入（{subject}）", en="A transfer waits for you ({subject})"),
    "transferred": Text(zh="个案已转接（{subject}）", en="The case was transferred ({subject})"),
    "correction-proposed": Text(zh="请确认更正（{subject}）", en="A correction waits for you ({subject})"),
    "understaffed": Text(
        zh="自{due}起将缺少办理人员：{step}（{subject}）", en="Too few people from {due}: {step} ({subject})"
    ),
    "rules-changed": Text(zh="个案改按新规定办理（{subject}）", en="The case follows new rules ({subject})"),
    "comment": Text(zh="有一条给您的留言（{subject}）", en="A comment is for you ({subject})"),
}
_SEVERAL = Text(
    zh="自{due}起{count}项将缺少办理人员：{some}", en="Too few people for {count} steps, from {due}: {some}"
)
_AND_MORE = Text(zh="{some}等", en="{some} and more")
_GATHERED = frozenset({"understaffed"})
"""Kinds of messages that may be about several cases."""
_TOLD = 3
"""Cases that a text names; the others are in the list beside it."""
_OTHER = Text(zh="个案有新的情况（{subject}）", en="There is news of the case ({subject})")
_FOR = Text(zh="{text}（代理{owner}）", en="{text}, for {owner}")


async def listed(
    parts: Parts,
    caller: Caller,
    *,
    unread: bool = False,
    topic: Topic | None = None,
    cursor: str | None = None,
    limit: int = 50,
) -> Page[NotificationView]:
    """Return the caller's messages, newest first; `topic` narrows them. Raises InvalidInput."""

    def work(connection: Connection) -> Page[NotificationView]:
        closed = deliberation.steps_closed(connection, parts, caller.person)
        kinds = None if topic is None else KINDS[topic]
        page = kept.list_notices(
            connection, caller.person, unread=unread, kinds=kinds, closed=closed, cursor=cursor, limit=limit
        )
        names = organisation.names_of(connection, (one.owed.on_behalf_of or "" for one in page.items))
        lists = lines_of(connection, (one.owed.id for one in page.items if one.owed.kind in _GATHERED))
        items = tuple(
            _view(parts, notice, caller.language, names, lists.get(notice.owed.id, ()))
            for notice in page.items
        )
        return Page(items=items, next=page.next)

    return await parts.read(work)


async def mark_read(parts: Parts, caller: Caller, notification_id: str) -> None:
    """Write down that the caller has read a message; the first time stays. Raises NotFound for another's."""

    def work(connection: Connection) -> None:
        _read(connection, parts, caller, notification_id)

    await parts.write(work)


async def mark_together(parts: Parts, caller: Caller, ids: Sequence[str] | None) -> int:
    """Write down that the caller has read these, or with None all there are; return how many were new.

    What is not among his own, or about what he keeps out of, is left out.
    """
    now = parts.clock()

    def work(connection: Connection) -> int:
        closed = deliberation.steps_closed(connection, parts, caller.person)
        return kept.mark_read(connection, caller.person, ids, now, closed=closed)

    return await parts.write(work)


async def opened(parts: Parts, caller: Caller, notification_id: str) -> NotificationView:
    """Return a message of the caller's, and write down that he has read it. Raises NotFound for another's."""

    def work(connection: Connection) -> NotificationView:
        notice = _read(connection, parts, caller, notification_id)
        owner = notice.owed.on_behalf_of or ""
        names = organisation.names_of(connection, (owner,))
        lists = lines_of(connection, (notification_id,))
        return _view(parts, notice, caller.language, names, lists.get(notification_id, ()))

    return await parts.write(work)


def _read(connection: Connection, parts: Parts, caller: Caller, notification_id: str) -> Notice:
    """Return a message of the caller's as it is once he has read it. Raises NotFound for another's."""
    closed = deliberation.steps_closed(connection, parts, caller.person)
    kept.mark_read(connection, caller.person, [notification_id], parts.clock(), closed=closed)
    notice = kept.find_notice(connection, caller.person, notification_id, closed=closed)
    if notice is None:
        raise NotFound
    return notice


def _view(
    parts: Parts,
    notice: Notice,
    language: Language,
    names: Mapping[str, str],
    lines: Sequence[ToldLine],
) -> NotificationView:
    owed, owner = notice.owed, notice.owed.on_behalf_of
    step, outcome = owed.step or "", owed.outcome or ""
    try:
        process = parts.library.by_digest(owed.digest)
    except UnknownProcess:
        title, as_title = owed.process, owed.actor
    else:
        as_title = actor_title(process, owed.actor).in_language(language)
        title = process.title.in_language(language)
        if step in process.steps:
            step = process.steps[step].title.in_language(language)
        if outcome in process.outcomes:
            outcome = process.outcomes[outcome].title.in_language(language)
    says = _SAYS.get(owed.kind, _OTHER).in_language(language)
    text = says.format(step=step, outcome=outcome, due=owed.due_on, subject=owed.subject_name)
    listed_ones = tuple(_line(parts, line, language) for line in lines)
    if len(listed_ones) > 1:
        text = _several(listed_ones, language)
    if owner is not None:
        text = _FOR.in_language(language).format(text=text, owner=names.get(owner, ""))
    return NotificationView(
        id=owed.id,
        kind=owed.kind,
        case=owed.case,
        step=owed.step,
        title=title,
        text=text,
        due_on=owed.due_on,
        created_at=owed.created_at,
        read=notice.read_at is not None,
        on_behalf_of=None if owner is None else Named(id=owner, name=names.get(owner, "")),
        topic=topic_of(owed.kind),
        as_title=as_title,
        unit=Named(id=owed.unit, name=owed.unit_name),
        cases=listed_ones,
    )


def _line(parts: Parts, line: ToldLine, language: Language) -> NotifiedCaseView:
    try:
        title = parts.library.by_digest(line.digest).steps[line.step].title.in_language(language)
    except (UnknownProcess, KeyError):
        title = line.step
    return NotifiedCaseView(
        case=line.case,
        subject=Named(id=line.subject, name=line.subject_name),
        step=line.step,
        title=title,
        from_=line.from_on,
    )


def _several(lines: Sequence[NotifiedCaseView], language: Language) -> str:
    named = ("、" if language == "zh" else ", ").join(
        f"{one.title}({one.subject.name})" if language == "zh" else f"{one.title} ({one.subject.name})"
        for one in lines[:_TOLD]
    )
    if len(lines) > _TOLD:
        named = _AND_MORE.in_language(language).format(some=named)
    return _SEVERAL.in_language(language).format(due=lines[0].from_, count=len(lines), some=named)
