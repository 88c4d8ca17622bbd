"""The days a case knows, each with how it comes about, in words of both languages."""

from __future__ import annotations

from datetime import date

from domain.blocking import anchor_title
from domain.case import Case
from domain.moments import dates
from domain.process import Process
from domain.steps import NoticeStep, PeriodStep, Step
from domain.values import Text, Value


class KnownDay(Value):
    """A day of the case, what it is, and how it follows from others."""

    anchor: str
    day: date
    title: Text
    derived: Text


def known_days(process: Process, case: Case) -> tuple[KnownDay, ...]:
    """Return every day the case knows, in order of time."""
    edition = process.edition(case.version)
    found = [
        KnownDay(
            anchor=anchor,
            day=day,
            title=anchor_title(edition, anchor),
            derived=_derived(edition, case, edition.steps[name], part),
        )
        for anchor, day in dates(process, case).items()
        for name, _, part in [anchor.partition(".")]
        if name in edition.steps
    ]
    return tuple(sorted(found, key=lambda one: one.day))


def _derived(edition: Process, case: Case, step: Step, part: str) -> Text:
    if isinstance(step, PeriodStep) and part == "starts":
        start = anchor_title(edition, step.starts)
        return _with_article(
            step.basis, Text(zh=f"自“{start.zh}”之日起算", en=f"from the day of “{start.en}”")
        )
    if isinstance(step, PeriodStep) and part == "ends":
        start, lasts = anchor_title(edition, step.starts), step.lasts.in_words
        return _with_article(
            step.basis,
            Text(
                zh=f"自“{start.zh}”之日起满{lasts.zh}，延长和中止的时间顺延",
                en=f"{lasts.en} from the day of “{start.en}”, with extensions and suspended time added",
            ),
        )
    if isinstance(step, NoticeStep) and part == "ends":
        lasts = step.window.in_words
        return _with_article(
            step.window_basis,
            Text(
                zh=f"公示之日起{lasts.zh}，按工作日历计算",
                en=f"{lasts.en} from the day it was put up",
            ),
        )
    state = case.steps.get(step.id)
    version = case.version if state is None or not state.version else state.version
    return Text(zh=f"办理之日，适用{version}版规则", en=f"the day it was done, under the rules of {version}")


def _with_article(basis: str, says: Text) -> Text:
    if not basis[:1].isdigit():
        return says
    return Text(zh=f"{says.zh}（第{basis}条）", en=f"{says.en} (article {basis})")
