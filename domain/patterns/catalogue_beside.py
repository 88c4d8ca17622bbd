"""Patterns that show beside histories: in documents, registers, plans, and in the life of findings."""

from __future__ import annotations

from typing import Final

from domain.patterns.pattern import pattern

BESIDE: Final = (
    pattern(
        "same-files",
        "documents",
        "gen",
        title=("同一份文件反复使用", "The same file again"),
        says=(
            "个人材料（申请、考察、汇报）与另一人或另一时期的材料是同一个文件。",
            (
                "An application, assessment or report is the very file that was handed in for somebody else,"
                " or for another period."
            ),
        ),
        innocent=(
            "可能上传时选错了文件，或者把几个人的材料扫描成了一个文件。",
            "The wrong file may have been chosen, or the papers of several people were scanned into one.",
        ),
        compares=("重复使用的文件份数", "documents that are the same file as another"),
    ),
    pattern(
        "left-waiting",
        "share",
        "3",
        title=("申请后无人过问", "Applicants left waiting"),
        says=(
            "申请人递交申请后，三个月内没有任何人办理。可能是关门主义。",
            "In the three months after an application nobody did anything about it. The door may be shut.",
        ),
        innocent=(
            "可能谈过话但没有登记，或者申请人当时外出、主动要求等待。",
            "Talks may have been held and not recorded; applicants may have been away, or asked to wait.",
        ),
        compares=("三个月内无人过问的比例", "share of applications nobody looked at in three months"),
    ),
    pattern(
        "relatives",
        "share",
        "gen",
        title=("亲属比例高", "Many relatives"),
        says=(
            "个案的本人中许多是本组织或其上级任职者、党员的亲属。",
            "Many of those a unit has cases about are relatives of its members, or of those with posts.",
        ),
        innocent=(
            (
                "在村、家族企业和厂矿中，亲属本来就在一处。这里只知道已申报的关系：如实申报的组织看上去反而多，"
                "不申报的看不出来。"
            ),
            (
                "In villages and works, families live and work in one place. Only what was reported is known:"
                " a unit that reports honestly shows more than one that reports nothing."
            ),
        ),
        compares=("本人与本组织人员有亲属关系的比例", "share of cases about a relative"),
    ),
    pattern(
        "over-plan",
        "times",
        "38",
        title=("超出年度计划", "More than the plan"),
        says=(
            "一年内取得身份的人数超过了该组织当年的计划。",
            "More people gained a standing in a year than the plan of the unit for that year allows.",
        ),
        innocent=(
            "计划可能已经调整但没有登记，或者上一年的结转没有计入。",
            "A change of the plan may not have been recorded, or people of the year before came over.",
        ),
        compares=("当年取得身份的人数与计划", "people who gained the standing, and the plan"),
    ),
    pattern(
        "left-findings",
        "share",
        "37",
        title=("问题长期无人处理", "Findings nobody answers"),
        says=(
            "提出半年以上的问题，多数还没有人说明、认定或撤销。",
            "Most of the findings that were raised half a year ago or before have no word of anybody yet.",
        ),
        innocent=(
            "问题可能已经口头处理，只是没有登记；或者审计规则刚刚启用，旧问题一次全部提出。",
            (
                "They may have been dealt with by word of mouth; or audit rules were new, and raised what is"
                " old all at once."
            ),
        ),
        compares=("无人处理的问题比例", "share of findings without a word"),
    ),
    pattern(
        "returning-findings",
        "share",
        "37",
        title=("整改后问题再次出现", "Findings that come back"),
        says=(
            "说是已整改的问题，后来又被发现。",
            "What was said to be remedied is found again.",
        ),
        innocent=(
            "整改可能需要时间，登记早于实际完成；或者后来的更正使旧记录又不符合规则。",
            (
                "It may have been said before it was done; or a later correction made what is old break the"
                " rule again."
            ),
        ),
        compares=("再次出现的比例", "share of what was remedied that is found again"),
    ),
)
