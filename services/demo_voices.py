"""What people of the demonstration say beside their acts: comments, objections, findings and plans.

Without it a newcomer would open empty pages. Like everything there it goes through the services, on its day.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from records import cases
from records.scope import scope_of
from services import comments, findings, notifications, pattern_runs, plans, posts
from services.demo_lives import Remark
from services.demo_organisation import LOGINS, demo_id
from services.finding_views import Told
from services.findings import Raised
from services.leave import Leave, go_away
from services.parts import Caller, Parts
from services.plans import NewPlan
from services.posts import NewDelegation
from services.requests import CommentRequest

PROCESS: Final = "membership-development"


@dataclass(frozen=True)
class _Noticed:
    """What the auditor wrote down, and what was said to it."""

    subject: str
    days_ago: int
    detail: str
    explained_by: str | None = None
    explanation: str = ""


_NOTICED: Final = (
    _Noticed(
        "石磊",
        9,
        "预备党员教育考察表第二季度一栏没有介绍人签名，请说明。",
        explained_by="林书远",
        explanation="介绍人当时外出学习，返回后已补签，签名表另附于个人档案。",
    ),
    _Noticed("唐诗韵", 4, "政治审查综合报告只有一处函调复函，第二处未见，也未说明不需要函调的理由。"),
)
_PLANNED: Final = (("office", "林书远", 2), ("library", "顾文心", 1), ("committee", "章伯言", 4))
"""Whose plan for the year, by whom, and how many are to be received."""
_LENT: Final = ("孙丽华", "assembly", "deputy-secretary", "冯晓燕", 20)
"""Whose post is lent, where, which one, to whom, and for how many days."""
_AWAY: Final = ("顾文心", 3, 60)
"""Who studies elsewhere, since how many days and for how many more: nobody else has that post there."""
_UNREAD: Final = timedelta(days=14)
"""Of how long ago messages are read by now."""


async def speak(parts: Parts) -> None:
    """Have everything said that is not said on the way of a case, once."""
    for one in _NOTICED:
        await _notice(parts, one)
    for unit, by, planned in _PLANNED:
        new = NewPlan(
            process=PROCESS, standing="probationary-member", year=parts.today().year, planned=planned
        )
        caller = Caller(demo_id("person", by))
        await plans.say(parts, caller, demo_id("unit", unit), new, key=f"demonstration-{unit}")
    holder, where, role, substitute, days = _LENT
    lent = NewDelegation(
        post=demo_id("post", f"{holder}/{role}/{where}"),
        substitute=demo_id("person", substitute),
        to=parts.today() + timedelta(days=days),
    )
    await posts.lend_post(parts, Caller(demo_id("person", holder)), lent, key="demonstration-lent")
    await _be_away(parts)
    await pattern_runs.look(parts, pattern_runs.Asked())
    for login in LOGINS:
        await _read_what_is_old(parts, Caller(demo_id("person", login.name)))


async def remark(parts: Parts, case_id: str, one: Remark) -> None:
    """Write a comment on a case, on the day the clock of `parts` shows."""
    asked = CommentRequest(kind="comment", step=one.after, text=one.text, to=one.to)
    await comments.write(parts, Caller(demo_id("person", one.by)), case_id, asked)


async def _be_away(parts: Parts) -> None:
    person, since, more = _AWAY
    began = parts.clock() - timedelta(days=since)
    leave = Leave(to=parts.today() + timedelta(days=more))
    caller = Caller(demo_id("person", person))
    await go_away(replace(parts, clock=lambda: began), caller, leave, key="demonstration-away")


async def _read_what_is_old(parts: Parts, caller: Caller) -> None:
    until = parts.clock() - _UNREAD
    told = await notifications.listed(parts, caller, unread=True, limit=1000)
    old = [one.id for one in told.items if one.created_at < until]
    await notifications.mark_together(parts, caller, old)


async def _notice(parts: Parts, one: _Noticed) -> None:
    """Have the auditor raise a finding, and others explain it some days later."""
    auditor = Caller(demo_id("person", "钱明鉴"))
    raised_at = parts.clock() - timedelta(days=one.days_ago)
    then = replace(parts, clock=lambda: raised_at)
    mine = cases.CaseFilter(subject=demo_id("person", one.subject))

    def work(connection: Connection) -> str:
        scope = scope_of(connection, auditor.person, parts.today())
        return cases.list_cases(connection, scope=scope, narrowed=mine).items[0].id

    raised = Raised(case=await parts.read(work), detail=one.detail)
    found = await findings.raise_by_hand(then, auditor, raised, key=f"demonstration-{one.subject}")
    if one.explained_by is not None:
        explained_at = raised_at + timedelta(days=3)
        told = Told(finding=found.id, saying="explain", reason=one.explanation)
        await findings.say(
            replace(parts, clock=lambda: explained_at),
            Caller(demo_id("person", one.explained_by)),
            told,
            key=f"demonstration-{one.subject}-explained",
        )
