"""What a past that is told lacks, and where it does not fit its process, in words."""

from __future__ import annotations

from datetime import date

from domain.acts import Told
from domain.blocking import anchor_title
from domain.process import Process
from domain.refusals import NotPossible
from domain.steps import PeriodStep, Step
from domain.values import Text


def to_come(told: Told) -> NotPossible:
    """Return the refusal of a day that is still to come."""
    detail = Text(zh="日期在今天之后。", en="The day is still to come.")
    rule = f"{told.step}.future" if told.whole is None else _of_all(told)
    return NotPossible(rule, basis="gen", detail=detail)


def not_told(step: Step) -> NotPossible:
    """Return that the day of a step is not told."""
    detail = Text(
        zh=f"没有写明“{step.title.zh}”是哪一天办理的。", en=f"It is not told on which day: {step.title.en}."
    )
    return NotPossible(f"{step.id}.not-told", basis=step.basis or "gen", detail=detail)


def goes_nowhere(process: Process) -> NotPossible:
    """Return the refusal of a move to no other unit."""
    kind = process.unit_kinds[process.starts_in]
    detail = Text(
        zh=f"个案只能转入另一个{kind.zh}；它已经属于该组织，或者该组织当日不存在。",
        en=f"A case moves to another {kind.en}: it belongs to that one already, or there was none that day.",
    )
    return NotPossible("case.transferred", basis="gen", detail=detail)


def leads_nowhere(process: Process, told: Told) -> NotPossible:
    """Return the refusal of a fact that fits nowhere."""
    step = told.step
    if told.whole is not None:
        detail = Text(
            zh=f"{told.on}的中止、恢复或转入与个案当时的状态不符：开始之后才能中止或转入，中止之后才能恢复，"
            "中止期间不能转入。",
            en=f"What is told of {told.on} does not fit the case: it is suspended or moved after it began, "
            "resumes after it was suspended, and is neither suspended nor moved while it is suspended.",
        )
        return NotPossible(_of_all(told), basis="gen", detail=detail)
    title = process.steps[step].title if step in process.steps else Text(zh=step, en=step)
    detail = Text(
        zh=f"按其他各项的日期和结果，“{title.zh}”在这一个案中不会办理。请核对它和前面各环节的结果。",
        en=f"By the days and outcomes of everything else this step never comes: {title.en}. "
        "Compare it with the outcomes of the steps before it.",
    )
    return NotPossible(f"{step}.order", basis="gen", detail=detail)


def elsewhere(process: Process, stage: str) -> NotPossible:
    """Return the refusal of a stage the days do not lead to."""
    title = process.stage(stage).title
    detail = Text(
        zh=f"按各项的日期，个案处于“{title.zh}”阶段，与填写的阶段不符。",
        en=f"By the days that are told the case is in another stage: {title.en}.",
    )
    return NotPossible("case.stage", basis="gen", detail=detail)


def no_beginning(process: Process, step: PeriodStep) -> NotPossible:
    """Return that nobody knows since when a period runs."""
    since = anchor_title(process, step.starts)
    detail = Text(
        zh=f"“{step.title.zh}”从“{since.zh}”起算，须写明其日期。",
        en=f"This counts from a day that has to be told. {step.title.en}: from {since.en}.",
    )
    return NotPossible(f"{step.starts.partition('.')[0]}.starts", basis=step.basis, detail=detail)


def not_served(step: PeriodStep, end: date) -> Text:
    """Return that a period was not over when something after it was done."""
    return Text(
        zh=f"“{step.title.zh}”至{end}才期满，此前已办理后面的环节。",
        en=f"{step.title.en} lasts until {end}, and what comes after it was done before that.",
    )


def too_few(title: Text, wanted: int, made: int) -> Text:
    """Return that fewer entries are told than are asked for."""
    return Text(
        zh=f"“{title.zh}”须有{wanted}次记录，写明的有{made}次。",
        en=f"{title.en}: {wanted} entries are asked for, {made} are told.",
    )


def _of_all(told: Told) -> str:
    """Return the rule of what happened to the whole case."""
    return f"case.{told.whole}"
