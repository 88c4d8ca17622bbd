"""Every pattern, in the order in which they are shown. Here those that histories of cases alone show."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.patterns.catalogue_beside import BESIDE
from domain.patterns.pattern import Measure as Measure  # noqa: PLC0414 - asked for under this module's name, too
from domain.patterns.pattern import Pattern, pattern

_ALL: Final = (
    pattern(
        "copied-texts",
        "texts",
        "gen",
        title=("考察材料雷同", "Texts that are nearly the same"),
        says=(
            "考察、意见、理由等文字与另一处几乎相同，只换了姓名或日期。照抄的考察等于没有考察。",
            (
                "Assessments, opinions or reasons are nearly the same as others, only names or days differ."
                " An assessment that is copied is none."
            ),
        ),
        innocent=(
            "单位可能提供了统一的范文，或者多人一起参加了同一次活动，所写本来就是同一件事。",
            (
                "A model text may have been handed out, or several people took part in the same event and"
                " tell of it."
            ),
        ),
        compares=("雷同文字的篇数", "texts that are nearly the same as another"),
    ),
    pattern(
        "last-day",
        "share",
        "gen",
        title=("总在最后一天", "Always on the last day"),
        says=(
            "有期限的环节，多数在期限的最后一天办理。",
            "Most of the steps that have a deadline are done on its very last day.",
        ),
        innocent=(
            "会议日期可能固定，恰好落在期限当天；人手不足时也只能按期限排序办理。",
            (
                "Meetings may have a fixed day that happens to be the last; those who are short of hands"
                " work by deadline."
            ),
        ),
        compares=("在最后一天办理的比例", "share of steps done on the last day"),
    ),
    pattern(
        "first-day",
        "share",
        "gen",
        title=("期满当天就办理", "Always on the first possible day"),
        says=(
            "有最短间隔的环节，几乎都在期满当天办理，例如培养满一年当天就列为发展对象。",
            "Steps with a minimum wait are nearly always done on the day it ends, such as a year to the day.",
        ),
        innocent=(
            "支部可能提前做好了准备，专门把会议安排在期满当天。",
            "The branch may have prepared everything and called the meeting for that day.",
        ),
        compares=("在期满当天办理的比例", "share of steps done on the first day"),
    ),
    pattern(
        "one-sitting",
        "share",
        "41",
        title=("一次集中补录", "Months entered in one sitting"),
        says=(
            "同一人在一小时内为一个个案录入了相隔数月的多个环节。",
            "One person entered several steps of a case within an hour, though they tell of months.",
        ),
        innocent=(
            "系统启用之前的个案需要补录；网络中断或经办人生病之后也会集中录入。",
            (
                "Cases from before the service was used have to be entered; so has what happened while"
                " somebody was ill."
            ),
        ),
        compares=("有集中补录的个案比例", "share of cases with such a sitting"),
    ),
    pattern(
        "fast-decisions",
        "share",
        "gen",
        title=("审批快于阅读", "Decided faster than read"),
        says=(
            "审批人在一分钟之内接连决定不同的个案。",
            "Somebody decides on one case after another within a minute.",
        ),
        innocent=(
            "可能先看完了全部纸质材料，再逐个在系统里确认。",
            (
                "The papers may all have been read before, and the answers were only entered one after the"
                " other."
            ),
        ),
        compares=("紧接上一个个案的决定比例", "share of decisions that follow another at once"),
    ),
    pattern(
        "unanimous",
        "share",
        "gen",
        below=True,
        title=("总是全票", "Always unanimous"),
        says=(
            "多年的表决几乎没有一次出现反对或弃权。",
            "Over many votes hardly anybody ever objected or abstained.",
        ),
        innocent=(
            "会前充分酝酿、有疑问的人选没有提交表决，票数自然一致。",
            "Where doubtful proposals are talked over and never put to the vote, votes agree.",
        ),
        compares=("有反对或弃权的会议比例", "share of meetings with a no or an abstention"),
    ),
    pattern(
        "nothing-returned",
        "share",
        "gen",
        below=True,
        title=("多年没有退回", "Nothing returned for years"),
        says=(
            "多年的审批几乎没有退回、没有不同意。审查可能只剩签字。",
            (
                "Over years hardly anything was sent back or refused. What is left of the review may be a"
                " signature."
            ),
        ),
        innocent=(
            "问题可能在正式上报之前已经口头提醒并改好。",
            "What was wrong may have been said and mended before the papers were handed in.",
        ),
        compares=("退回或不同意的比例", "share of decisions that send back or refuse"),
    ),
    pattern(
        "same-pair",
        "share",
        "14",
        title=("总是同一对介绍人", "The same pair of introducers"),
        says=(
            "一个单位的大部分人由同一对介绍人介绍。",
            "One pair introduces most of the people of a unit.",
        ),
        innocent=(
            "可能只有这两位党员熟悉这些人，例如同一车间或同一班级的老师。",
            "These two may be the only members who know the people well, such as the teachers of a class.",
        ),
        compares=("同一对介绍人的比例", "share of cases with this pair"),
    ),
    pattern(
        "wave",
        "times",
        "3",
        title=("突击发展", "A sudden wave"),
        says=(
            "一个半月之内通过的人，比平常两年还多。细则禁止突击发展。",
            (
                "More people moved on within a month and a half than in two usual years. The rules forbid"
                " rushes."
            ),
        ),
        innocent=(
            "单位可能刚刚合并、扩大，或者积压的个案集中到了办理的时候。",
            "The unit may just have grown or been merged, or cases that had waited all came due.",
        ),
        compares=("集中期内通过的人数", "people who moved on within these days"),
    ),
    pattern(
        "nobody-admitted",
        "share",
        "37",
        below=True,
        title=("多年不发展", "Nobody developed for years"),
        says=(
            "有人在等，但两年多没有一个人进入下一阶段。可能是关门主义。",
            "People wait, and for more than two years nobody moved on. The door may be shut.",
        ),
        innocent=(
            "上级下达的名额可能很少，或者这些人都还不具备条件。",
            "There may have been hardly any places in the plan, or none of those who wait may be ready.",
        ),
        compares=(
            "进入下一阶段的人数，与按一半速度应有的人数",
            "people who moved on, and how many half the usual pace makes",
        ),
    ),
    pattern(
        "silent",
        "days",
        "gen",
        title=("经办人沉默", "A reviewer fell silent"),
        says=(
            "有事项在等待，此人的停顿却远远超过自己以往的节奏。",
            "Something waits for somebody who has been silent for far longer than ever before.",
        ),
        innocent=(
            "可能在休假、住院、借调，却没有登记代理。",
            "He may be on leave, in hospital or lent elsewhere, and nobody was named to stand in.",
        ),
        compares=("没有办理的天数", "days without an act"),
    ),
    pattern(
        "load",
        "acts",
        "39",
        title=("一人承担过多", "Too much for one person"),
        says=(
            "一个人一年办理的事项远多于同样职务的人。事情太多，审查就难以认真。",
            (
                "Somebody did far more in a year than others with such a post. Where there is too much,"
                " care suffers."
            ),
        ),
        innocent=(
            "这个单位可能就是大得多；这更多是配备人员的问题，不是此人的过错。",
            "The unit may simply be larger; then it is a matter of staff, and no fault of the person.",
        ),
        compares=("一年办理的事项", "acts in a year"),
    ),
    pattern(
        "late-entries",
        "share",
        "gen",
        title=("迟记过多", "Too much entered late"),
        says=(
            "大量记录在事情发生多日之后才录入，其中包括补做的材料。",
            "Much is entered many days after it happened, papers made up afterwards among it.",
        ),
        innocent=(
            "偏远地区可能先用纸质记录，定期统一录入。",
            "Where there is no connection, things are written on paper first and entered from time to time.",
        ),
        compares=("迟记的比例", "share of entries that are late"),
    ),
)

PATTERNS: Final[Mapping[str, Pattern]] = {one.id: one for one in (*_ALL, *BESIDE)}
"""By id, in the order in which they are shown."""
