"""The twelve people of the demonstration on their way: when each began, how far it may come, what is said."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final


@dataclass(frozen=True)
class Remark:
    """A comment that is written on a case."""

    after: str
    """The step behind whose act it is written."""
    by: str
    text: str
    to: tuple[str, ...] = ()
    """Posts whose holders are told."""


@dataclass(frozen=True)
class Objection:
    """What somebody raises while a notice hangs."""

    said: str
    answer: str | None = None
    """None: nobody has answered it yet."""


@dataclass(frozen=True)
class Plan:
    """One case: whose, how many days ago it began, and where it stops short."""

    subject: str
    days_ago: int
    stays_at: tuple[str, ...] = ()
    """Steps nobody gets round to."""
    outcomes: dict[str, str] = field(default_factory=dict)
    withdrawn: bool = False
    remarks: tuple[Remark, ...] = ()
    objection: Objection | None = None
    """What is raised while the public notice hangs."""
    notice_days_ago: int | None = None
    """How many days ago the public notice was put up; None: as soon as it could be."""


# The oldest first, because each reception changes the roster of the votes after it.
PLANS: Final = (
    Plan("陆晚晴", 1010),
    Plan(
        "石磊",
        900,
        stays_at=("conversion-vote",),
        remarks=(
            Remark("conversion-application", "沈嘉木", "转正申请书已收，介绍人意见下周一前交到支部。"),
            Remark(
                "conversion-application",
                "林书远",
                "请组织员看一下教育考察表是否齐全，齐全后安排支部大会。",
                to=("base-committee.organiser",),
            ),
        ),
    ),
    Plan("夏语冰", 820, stays_at=("conversion-application",)),
    Plan("袁启明", 700),
    Plan("唐诗韵", 610, stays_at=("approval",)),
    Plan(
        "魏子健",
        560,
        stays_at=("branch-vote",),
        objection=Objection(
            "有群众反映其去年下半年多次缺席志愿服务，希望核实。",
            "已向车间和志愿服务队核实：缺席均因出差，事先请过假。不影响发展，已向反映人说明。",
        ),
    ),
    Plan("谢安琪", 500, outcomes={"political-review": "failed"}),
    Plan(
        "邓凯旋",
        430,
        stays_at=("object-notice", "object-filing"),
        objection=Objection("公示栏所写参加工作的时间与本人所说不一致，请核对。"),
        # Fewer days than the notice hangs: whenever the demonstration is made, it is still to be seen.
        notice_days_ago=4,
    ),
    Plan("杜若溪", 400, stays_at=("object-decision",)),
    Plan("何思远", 200, withdrawn=True),
    Plan(
        "江雨桐",
        150,
        remarks=(
            Remark(
                "first-talk",
                "沈嘉木",
                "谈话中提到曾在外地工作两年，政治审查时记得函调。",
                to=("branch.secretary",),
            ),
            Remark("first-talk", "林书远", "好，已记入谈话记录。"),
        ),
    ),
    Plan(
        "许晨光",
        40,
        stays_at=("first-talk",),
        remarks=(
            Remark(
                "apply",
                "叶明澈",
                "申请书没有写明现住址，谈话时请一并核实。",
                to=("branch.secretary", "branch.organisation-member"),
            ),
        ),
    ),
)
