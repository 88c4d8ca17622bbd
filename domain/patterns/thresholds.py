"""From which figure on a pattern is reported, as data, each with the reason for it.

A share or a rate is only reported where chance alone would hardly do as much: see `certainty`.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from domain.values import Text, Value


class Threshold(Value):
    """One figure, and why it is this one."""

    value: float
    why: Text


class UnknownThreshold(ValueError):
    """There is no threshold of that name."""


def _is(value: float, zh: str, en: str) -> Threshold:
    return Threshold(value=value, why=Text(zh=zh, en=en))


THRESHOLDS: Final[Mapping[str, Threshold]] = {
    "certainty": _is(
        0.01,
        "一种模式在所有被比较的组织和人员中，仅凭偶然出现一例的概率不超过百分之一；比较得越多，对每一个要求越严。",
        "Over all that is compared for one pattern, chance alone raises one with a probability of at"
        " most 1 in"
        " 100; the more is compared, the more is asked of each.",
    ),
    "least": _is(
        8,
        "少于八次，什么比例都说明不了问题。",
        "A share of fewer than eight says nothing.",
    ),
    "copied-texts.tokens": _is(
        40,
        "四十字以内的话，不同的人也会写得一样。",
        "What is shorter than forty characters (or words) is written alike by different people.",
    ),
    "copied-texts.likeness": _is(
        0.7,
        "每四个连续的字为一组，两篇相同的组占七成：只换了姓名和日期的考察意见都在此之上，各自写成的远在此之下。",
        "Of all runs of four characters seven in ten are in both: texts in which only names and days"
        " were changed"
        " lie above, texts written apart lie far below.",
    ),
    "copied-texts.texts": _is(
        3,
        "两篇相同可能是一次疏忽，三篇就成了做法。",
        "Two that are alike may be a slip, three are a habit.",
    ),
    "last-day.share": _is(
        0.6,
        "期限前办理是常事，但多数都卡在最后一天，说明期限已经代替了工作节奏。",
        "Working towards a deadline is usual; most of the steps on the very last day is a deadline in"
        " place of a"
        " rhythm.",
    ),
    "first-day.share": _is(
        0.8,
        "会议日期有自己的安排，不会总在期满当天；五次中有四次在第一天，更像是按日历填写。",
        "Meetings have days of their own; four of five on the first day that is possible look filled in"
        " by the"
        " calendar.",
    ),
    "one-sitting.minutes": _is(
        60,
        "一小时之内录入的，算一次录入。",
        "What is entered within an hour is one sitting.",
    ),
    "one-sitting.steps": _is(
        5,
        "会后补两三条是常事，一次五条就不是当时记录的了。",
        "Two or three after a meeting are usual; five at once were not written down as they happened.",
    ),
    "one-sitting.days": _is(
        90,
        "所记之事前后相隔至少三个月，不可能是同一天的事。",
        "What they tell of lies at least three months apart: it cannot be one day's work.",
    ),
    "one-sitting.share": _is(
        0.1,
        "个别个案补录总会有；十个个案里超过一个，就是做法问题。",
        "A single case entered afterwards happens; more than one in ten is a habit.",
    ),
    "fast-decisions.seconds": _is(
        60,
        "一份材料一分钟读不完。",
        "Nobody reads the papers of a case in a minute.",
    ),
    "fast-decisions.share": _is(
        0.5,
        "集中看完再逐个确认也是一种做法，但同一天里一半以上紧接着上一个个案，就该问材料何时看的。",
        "Some read first and then answer one after the other; where more than half of a day's follow"
        " another case"
        " within that time, one may ask when the papers were read.",
    ),
    "unanimous.share": _is(
        0.005,
        "两百次会议里总该有一次有人弃权或反对；与其他单位相比，偶然性按它们的一半计算。",
        "In two hundred meetings somebody abstains or objects once; what chance makes of it is measured"
        " by half of"
        " what is usual elsewhere.",
    ),
    "nothing-returned.share": _is(
        0.01,
        "一百份材料里总该有一份需要补充；与其他单位相比，偶然性按它们的一半计算。",
        "Of a hundred files one needs something more; what chance makes of it is measured by half of"
        " what is usual"
        " elsewhere.",
    ),
    "nothing-returned.years": _is(
        2,
        "一年之内没有退回，可能只是那一年准备得好。",
        "A year without a return may be a year of good preparation.",
    ),
    "same-pair.share": _is(
        0.5,
        "同一对介绍人介绍了一半以上的人，其他党员就没有参与。",
        "Where one pair introduces more than half, the other members take no part.",
    ),
    "same-pair.times-even": _is(
        4,
        "有的人更愿意做介绍人：比平均分配多四倍以内不算。",
        "Some introduce more willingly than others: up to four times an even share is not counted.",
    ),
    "wave.days": _is(
        45,
        "一批次的会议、审批在一个半月之内。",
        "The meetings and approvals of one batch lie within a month and a half.",
    ),
    "wave.times-usual-year": _is(
        2,
        "每年一两批是正常的，所以不与月均比，而与其他年份的全年比：一个半月超过平常全年的两倍。",
        "One or two batches a year are usual, so it is not compared with a month but with whole other"
        " years: more in"
        " these days than in two usual years.",
    ),
    "nobody-admitted.years": _is(
        2,
        "两年是培养考察一年之后还多一年。",
        "Two years are the year of cultivation and one more.",
    ),
    "nobody-admitted.times-usual": _is(
        0.5,
        "条件不同进度也不同：只有连其他单位一半的速度都不可能解释时才算。",
        "Circumstances differ: it only counts where not even half the pace of the others would explain it.",
    ),
    "silent.times-longest": _is(
        3,
        "与本人自己的节奏比：比以往最长的一次间隔还长三倍。",
        "Compared with his own rhythm: three times the longest pause he ever made.",
    ),
    "silent.days": _is(
        28,
        "四周之内可能是出差或者休假。",
        "Within four weeks it may be a journey or leave.",
    ),
    "load.acts": _is(
        1000,
        "一年一千件，平均每个工作日四件。",
        "A thousand a year are four on each working day.",
    ),
    "load.times-peers": _is(
        3,
        "与担任同样职务的人的中位数比。",
        "Compared with the median of those who hold such a post.",
    ),
    "same-files.documents": _is(
        3,
        "两份相同可能是一次疏忽，三份就成了做法。",
        "Two that are the same may be a slip, three are a habit.",
    ),
    "left-waiting.days": _is(
        90,
        "细则规定一个月内谈话；三个月仍无人过问，不是一时耽搁。",
        "A talk is asked for within a month; three months without anybody are no mere delay.",
    ),
    "left-waiting.share": _is(
        0.3,
        "十人中有三人以上无人过问，就不是个别疏漏。",
        "More than three in ten that nobody looks at are no oversight.",
    ),
    "relatives.share": _is(
        0.2,
        "五人中有一人是亲属，已远多于随机相遇。",
        "One in five is far more than come together by chance.",
    ),
    "left-findings.days": _is(
        180,
        "半年足够说明一个问题。",
        "Half a year is enough to explain something.",
    ),
    "left-findings.share": _is(
        0.5,
        "多数问题半年无人处理，监督就只剩登记。",
        "Where most have no word after half a year, supervision is a register and no more.",
    ),
    "returning-findings.share": _is(
        0.2,
        "五个整改中有一个以上落空，整改就不可信。",
        "Where more than one in five comes back, what is said to be remedied is not.",
    ),
    "late-entries.share": _is(
        0.3,
        "十条中有三条以上迟记，记录就不再是当时的记录。",
        "Where more than three in ten are entered late, the record is no record of its time any more.",
    ),
}

Limits = Mapping[str, float]
"""The figures by name."""


def limits(changed: Mapping[str, float] | None = None) -> dict[str, float]:
    """Return the figures, some of them changed. Raises UnknownThreshold."""
    for name in changed or {}:
        if name not in THRESHOLDS:
            raise UnknownThreshold(name)
    return {name: threshold.value for name, threshold in THRESHOLDS.items()} | dict(changed or {})
