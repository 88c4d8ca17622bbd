"""What each inconsistency of the organisation means, and how to mend it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.values import Text


@dataclass(frozen=True)
class Inspection:
    """A rule of the look-over."""

    means: Text
    mend: Text


def _inspection(means: tuple[str, str], mend: tuple[str, str]) -> Inspection:
    return Inspection(Text(zh=means[0], en=means[1]), Text(zh=mend[0], en=mend[1]))


INSPECTIONS: Final = {
    "closure-out-of-step": _inspection(
        (
            "上下级关系表与组织树不一致，权限范围可能有误。",
            "Who stands above whom is written down wrongly; rights may reach too far or not far enough.",
        ),
        (
            "运行 accede reconcile；仍不一致时，从备份恢复并报告。",
            "Run `accede reconcile`; where that does not help, restore a backup, and report it.",
        ),
    ),
    "picture-out-of-step": _inspection(
        (
            "组织的当前状态与变更记录不一致。",
            "The unit is shown otherwise than its changes say.",
        ),
        (
            "运行 accede reconcile。",
            "Run `accede reconcile`.",
        ),
    ),
    "unit-of-unknown-kind": _inspection(
        (
            "没有流程使用这一组织类别，其中不能启动个案。",
            "No published process knows this kind of unit, so no case can begin in it.",
        ),
        (
            "更正类别，或发布使用它的流程。",
            "Change its kind, or publish a process that knows it.",
        ),
    ),
    "unit-below-a-closed-one": _inspection(
        (
            "上级组织已撤销，该组织仍在其下。",
            "The unit above is closed, and this one still stands below it.",
        ),
        (
            "调整隶属关系，或撤销该组织。",
            "Move it below another, or close it.",
        ),
    ),
    "unit-without-secretary": _inspection(
        (
            "没有书记，由书记办理的环节无人办理。",
            "Nobody is its secretary, so nobody does what secretaries do.",
        ),
        (
            "授予职务 secretary。",
            "Give somebody the post `secretary`.",
        ),
    ),
    "committee-without-reviewer": _inspection(
        (
            "有审批权而没有委员，审批会议无人表决。",
            "It may approve, and nobody is there to vote on it.",
        ),
        (
            "授予职务 reviewer，或取消审批权。",
            "Give posts of `reviewer`, or take the power to approve away.",
        ),
    ),
    "no-committee": _inspection(
        (
            "党员人数足以设委员会，而委员会不足两人：应由委员会讨论的事项无法办理（支部工作条例；细则第八条）。",
            "There are members enough for a committee, and fewer than two people hold its posts.",
        ),
        (
            "选举委员会并授予相应职务。",
            "Give the posts of the committee.",
        ),
    ),
    "too-few-members": _inspection(
        (
            "正式成员不足三人，达不到成立条件（支部工作条例）。",
            "There are fewer than three members with rights, too few for such a unit to be founded.",
        ),
        (
            "并入其他组织，或标为临时。",
            "Merge it with another, or mark it as temporary.",
        ),
    ),
    "post-without-standing": _inspection(
        (
            "任职人没有该职务所需的身份，其表决可能无效。",
            "Whoever holds it has not the standing it asks for; what he votes on may not count.",
        ),
        (
            "核对身份；不符者结束职务。",
            "Look at the standing, and end the post where it is right.",
        ),
    ),
    "post-of-unknown-role": _inspection(
        (
            "没有流程在此类组织中使用这一职务，它不带来任何办理权限。",
            "No published process knows this role in units of this kind; it lets nobody act.",
        ),
        (
            "结束职务，或改为流程中的职务。",
            "End the post, and give one that a process knows.",
        ),
    ),
    "post-in-a-closed-unit": _inspection(
        (
            "组织已撤销，职务仍未结束。",
            "The unit is closed, and the post goes on.",
        ),
        (
            "结束职务。",
            "End the post.",
        ),
    ),
    "person-without-unit": _inspection(
        (
            "没有身份也没有职务，不属于任何组织，没有人看得到。",
            "He has neither standing nor post, belongs nowhere, and is seen by nobody else.",
        ),
        (
            "记入身份或职务。",
            "Give a standing or a post.",
        ),
    ),
    "standings-overlap": _inspection(
        (
            "同一人同时有两个互斥的身份，名册会重复计算。",
            "Two standings of one person that exclude each other overlap; a roster may count him twice.",
        ),
        (
            "更正其中一条的期间。",
            "Correct the days of one of them.",
        ),
    ),
    "standing-in-a-closed-unit": _inspection(
        (
            "组织已撤销，身份仍在其中。",
            "The unit is closed, and the standing goes on in it.",
        ),
        (
            "更正期间，并在接收组织中记入身份。",
            "Correct its days, and write down the one in the unit that took over.",
        ),
    ),
    "substitute-without-login": _inspection(
        (
            "代理人没有可用的登录名，无法代为办理。",
            "The substitute has no login, so nobody acts in the holder's place.",
        ),
        (
            "为其开通登录名（accede login add），或另选代理人。",
            "Give a login (`accede login add`), or lend the post to somebody else.",
        ),
    ),
}
"""By rule, what weighs most first."""
