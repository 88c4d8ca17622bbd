"""What a report shows, in one plain sentence."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from domain.actors import actor_title
from domain.process import Process
from domain.values import Text
from services.stats_views import (
    FunnelStage,
    GainedView,
    RoleLoad,
    StageTime,
    StepDeadlines,
    StepWait,
)

_NOTHING: Final = Text(zh="这一期间没有可统计的内容。", en="There is nothing to count in this period.")


def knows(process: Process, actor: str) -> bool:
    """Whether a definition says what an actor is called."""
    return actor == "subject" or actor in process.case_roles or actor in process.roles


def role(process: Process, actor: str) -> Text:
    """Return what people call an actor."""
    return actor_title(process, actor)


def funnel(items: Sequence[FunnelStage], total: int) -> Text:
    """Say how many came to the end, and where most others ended."""
    if not total or not items:
        return Text(zh="这一期间没有开始的个案。", en="No case began in this period.")
    last, now = items[-1], sum(one.now for one in items)
    lost = max(items, key=lambda one: one.ended)
    ended = total - last.went_on - now
    zh = f"这一期间开始的{total}件个案中，{last.went_on}件走完全程，{now}件正在办理，{ended}件中途止步。"
    en = (
        f"Of {total} {'case' if total == 1 else 'cases'} that began in this period, {last.went_on} came to "
        f"the end of the way, {now} {'is' if now == 1 else 'are'} on it, and {ended} ended before."
    )
    if lost.ended:
        zh += f"止步最多的是“{lost.title}”（{lost.ended}件）。"
        en += f" Most of those ended in “{lost.title}” ({lost.ended})."
    return Text(zh=zh, en=en)


def stages(items: Sequence[StageTime], steps: Sequence[StepWait]) -> Text:
    """Name the step for which people wait longest; else the stage that lasts longest."""
    slow = max(
        (one for one in steps if one.is_bottleneck),
        key=lambda one: (one.waited.median, one.waited.p90),
        default=None,
    )
    if slow is not None:
        half, most = slow.waited.median, slow.waited.p90
        return Text(
            zh=f"“{slow.title}”等得最久：一半等了{half}天或更久，十分之一等了{most}天或更久。",
            en=f"The longest wait is in “{slow.title}”: half wait {_days(half)} or longer, one in ten "
            f"{_days(most)} or longer.",
        )
    took = [one for one in items if one.took is not None]
    if not took:
        return _NOTHING
    longest = max(took, key=lambda one: 0 if one.took is None else one.took.median)
    days = 0 if longest.took is None else longest.took.median
    return Text(
        zh=f"没有经常等候过久的环节。用时最长的阶段是“{longest.title}”：一半用了{days}天或更久。",
        en=f"No step is often waited for long. The longest stage is “{longest.title}”: half took "
        f"{_days(days)} or longer.",
    )


def deadlines(items: Sequence[StepDeadlines], kept: int, late: int) -> Text:
    """Say how often deadlines were kept, and where they were not most often."""
    if not kept + late:
        return _NOTHING
    if not late:
        return Text(
            zh=f"有期限的{kept}次办理全部按期。",
            en=f"Every deadline was kept: {kept} of {kept}.",
        )
    worst = max(items, key=lambda one: (one.late, one.late / (one.kept + one.late)))
    share = 100 * kept // (kept + late)
    return Text(
        zh=f"有期限的{kept + late}次办理中，{share}%按期。逾期最多的是“{worst.title}”（{worst.late}次）。",
        en=f"{share} % of {kept + late} deadlines were kept. Late most often: “{worst.title}” "
        f"({worst.late}).",
    )


def workload(items: Sequence[RoleLoad]) -> Text:
    """Say who is asked for most today, and how much of it is overdue.

    Not how much is asked of all: what several roles may do counts for each of them.
    """
    most = max(items, key=lambda one: (one.now, one.overdue), default=None)
    if most is None or not most.now:
        return Text(zh="今天没有待办。", en="Nothing is asked of anybody today.")
    zh = f"今天待办最多的是{most.title}：{most.now}项，"
    zh += f"其中{most.overdue}项已逾期。" if most.overdue else "没有逾期。"
    tasks = "1 task" if most.now == 1 else f"{most.now} tasks"
    en = f"Asked for most today: {_mid(most.title)}, {tasks}, "
    en += f"{most.overdue} of them overdue." if most.overdue else "none overdue."
    return Text(
        zh=zh + "几种职务都可办理的事项，各计一次。", en=en + " What several roles may do counts for each."
    )


def admissions(items: Sequence[GainedView]) -> Text:
    """Say how many gained which standing, and the month with most."""
    some = [one for one in items if one.total]
    if not some:
        return Text(zh="这一期间没有人的身份发生变化。", en="Nobody gained a standing in this period.")
    zh = "、".join(f"{one.title}{one.total}人" for one in some)
    en = ", ".join(f"{_mid(one.title)} {one.total}" for one in some)
    return Text(zh=f"这一期间新增：{zh}。", en=f"New in this period: {en}.")


def _days(number: int) -> str:
    return "1 day" if number == 1 else f"{number} days"


def _mid(title: str) -> str:
    """Return a title as it stands within a sentence."""
    return title[:1].lower() + title[1:]
