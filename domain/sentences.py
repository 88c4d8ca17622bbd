"""What a definition asks, in sentences of both languages: one for each rule, to be read and compared."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from domain.actors import actor_title
from domain.blocking import anchor_title
from domain.narrating import outcome_title
from domain.process import Process
from domain.rule_sentences import condition_in_words, rule_in_words, threshold_in_words
from domain.rules import Condition
from domain.steps import (
    AppointStep,
    DecisionStep,
    EntrySpec,
    FieldSpec,
    MaterialRef,
    MeetingStep,
    NoticeStep,
    PeriodStep,
    Step,
)
from domain.values import Level, Text, Value


class Sentence(Value):
    """One thing a step asks. `key` is the same in every version in which the same thing is asked."""

    key: str
    about: str
    """Which sort of thing: `by`, `when`, `wait`, `due`, `vote`, `duty`, `people`, `rule` and so on."""
    says: Text
    basis: str | None = None
    level: Level | None = None


def sentences_of(process: Process, step: Step) -> tuple[Sentence, ...]:
    """Return what a step asks, in the order in which people meet it."""
    return (*_who_and_when(process, step), *_of_kind(process, step), *_what(process, step))


def _who_and_when(process: Process, step: Step) -> Iterator[Sentence]:
    who = _listed(actor_title(process, actor) for actor in step.by)
    yield Sentence(
        key="by", about="by", says=Text(zh=f"由{who.zh}办理。", en=f"Done by: {who.en}."), basis=step.basis
    )
    if step.when is not None:
        where = condition_in_words(process, step.when)
        says = Text(zh=f"仅在{where.zh}时办理。", en=f"Only where {where.en}.")
        yield Sentence(key="when", about="when", says=says)
    if step.optional:
        says = Text(
            zh="视需要办理，阶段不等待它。", en="Done where it is called for; the stage does not wait for it."
        )
        yield Sentence(key="optional", about="when", says=says)
    for number, wait in enumerate(step.not_before):
        since, span = anchor_title(process, wait.of), wait.wait.in_words
        says = Text(
            zh=f"须在“{since.zh}”之后满{span.zh}方可办理。", en=f"Not before {span.en} after “{since.en}”."
        )
        if not wait.wait.rough_days:
            says = Text(zh=f"须在“{since.zh}”之后办理。", en=f"Not before “{since.en}”.")
        yield Sentence(
            key=f"wait.{wait.id or number}", about="wait", says=says, basis=wait.basis, level="block"
        )
    for number, due in enumerate(step.due):
        since, span = anchor_title(process, due.of), due.within.in_words
        at = _where(process, due.when)
        yield Sentence(
            key=f"due.{due.id or number}",
            about="due",
            says=Text(
                zh=f"{at.zh}应在“{since.zh}”之后{span.zh}内办理，逾期须说明原因。",
                en=f"{at.en}Due within {span.en} of “{since.en}”; afterwards a reason is needed.",
            ),
            basis=due.basis,
            level="late",
        )


def _of_kind(process: Process, step: Step) -> Iterator[Sentence]:
    match step:
        case MeetingStep():
            yield from _meeting(process, step)
        case DecisionStep(need=need) if need > 1:
            says = Text(zh=f"须有{need}人意见一致。", en=f"{need} people have to agree.")
            yield Sentence(key="need", about="vote", says=says, basis=step.basis)
        case NoticeStep():
            window = step.window.in_words
            says = Text(zh=f"公示{window.zh}。", en=f"The notice hangs for {window.en}.")
            yield Sentence(key="window", about="wait", says=says, basis=step.window_basis, level="block")
            if step.places > 1 or step.both_places_when is not None:
                says = Text(zh="须同时在两处公示。", en="It hangs in two places at the same time.")
                if step.both_places_when is not None:
                    where = condition_in_words(process, step.both_places_when)
                    says = Text(
                        zh=f"{where.zh}的，须同时在两处公示。",
                        en=f"Where {where.en}, it hangs in two places at the same time.",
                    )
                yield Sentence(key="places", about="wait", says=says, basis=step.window_basis)
        case PeriodStep():
            yield from _period(process, step)
        case AppointStep():
            yield from _appointed(process, step)
        case _:
            return


def _meeting(process: Process, step: MeetingStep) -> Iterator[Sentence]:
    body = process.bodies[step.body].title
    ballot = {
        "secret": Text(zh="无记名投票", en="by secret ballot"),
        "open": Text(zh="公开表决", en="by an open vote"),
    }[step.ballot]
    says = Text(zh=f"由{body.zh}讨论，{ballot.zh}。", en=f"The {body.en} decides, {ballot.en}.")
    yield Sentence(key="body", about="vote", says=says, basis=process.bodies[step.body].basis)
    if step.quorum is not None:
        share = threshold_in_words(step.quorum)
        says = Text(zh=f"到会人数须{share.zh}。", en=f"Present: {share.en}.")
        yield Sentence(key="quorum", about="vote", says=says, basis=step.quorum.basis, level="block")
    share = threshold_in_words(step.carried)
    says = Text(zh=f"赞成人数须{share.zh}。", en=f"In favour: {share.en}.")
    yield Sentence(key="carried", about="vote", says=says, basis=step.carried.basis, level="block")
    if step.written:
        says = Text(
            zh="因故未到会者会前提出的书面意见计入票数。",
            en="Written opinions that absent members hand in before the meeting count as votes.",
        )
        yield Sentence(key="written", about="vote", says=says)
    if step.veto is not None:
        says = Text(zh="一票否决。", en="One veto stops the motion.")
        yield Sentence(key="veto", about="vote", says=says, basis=step.veto.basis)


def _period(process: Process, step: PeriodStep) -> Iterator[Sentence]:
    since, span = anchor_title(process, step.starts), step.lasts.in_words
    says = Text(zh=f"自“{since.zh}”起满{span.zh}。", en=f"Lasts {span.en} from “{since.en}”.")
    yield Sentence(key="lasts", about="wait", says=says, basis=step.basis, level="block")
    for entry in step.entries:
        yield Sentence(
            key=f"entry.{entry.id}",
            about="duty",
            says=_duty(process, entry),
            basis=entry.basis,
            level=entry.level,
        )
    if step.extension is not None:
        more = step.extension
        says = Text(
            zh=f"可延长{more.times}次，每次{more.at_least}至{more.at_most}个月。",
            en=f"May be extended by {more.at_least} to {more.at_most} months, "
            f"{'once' if more.times == 1 else f'{more.times} times'}.",
        )
        yield Sentence(key="extension", about="wait", says=says, basis=more.basis)


def _duty(process: Process, entry: EntrySpec) -> Text:
    who = _listed(actor_title(process, actor) for actor in entry.by)
    zh, en = f"{entry.title.zh}：由{who.zh}记录", f"{entry.title.en}: written down by {who.en}"
    if entry.every is not None:
        span = entry.every.in_words
        zh, en = f"{zh}，每{span.zh}至少一次", f"{en}, at least once in {span.en}"
    if entry.at_least:
        zh, en = f"{zh}，结束前不少于{entry.at_least}次", f"{en}, at least {entry.at_least} before the end"
    return Text(zh=f"{zh}。", en=f"{en}.")


def _appointed(process: Process, step: AppointStep) -> Iterator[Sentence]:
    role = process.case_roles[step.role]
    number = f"{role.count.min}" if role.count.min == role.count.max else f"{role.count.min}-{role.count.max}"
    says = Text(zh=f"{role.title.zh}{number}人。", en=f"{role.title.en}: {number}.")
    if role.standing is not None:
        standing = process.standings[role.standing]
        says = Text(
            zh=f"{role.title.zh}{number}人，须为{standing.zh}。",
            en=f"{role.title.en}: {number}, each a {standing.en}.",
        )
    yield Sentence(key="count", about="people", says=says, basis=role.basis, level="block")
    for bar in role.bars:
        title = process.restrictions[bar.restriction]
        says = Text(zh=f"{title.zh}的，不得担任。", en=f"Not: {title.en}.")
        if bar.level != "block":
            says = Text(zh=f"{title.zh}的，不宜担任。", en=f"Generally not suitable: {title.en}.")
        yield Sentence(
            key=f"bar.{bar.restriction}", about="people", says=says, basis=bar.basis, level=bar.level
        )


def _what(process: Process, step: Step) -> Iterator[Sentence]:
    for number, rule in enumerate(step.rules):
        says = rule.says or rule_in_words(process, step, rule)
        at = _where(process, rule.when)
        yield Sentence(
            key=f"rule.{rule.id or f'{rule.type}.{number}'}",
            about="rule",
            says=Text(zh=f"{at.zh}{says.zh}", en=f"{at.en}{says.en}"),
            basis=rule.basis,
            level=rule.level,
        )
    for ref in step.materials:
        yield Sentence(
            key=f"material.{ref.id}", about="material", says=_material(process, ref), level=ref.level
        )
    for spec in step.fields:
        yield Sentence(key=f"field.{spec.id}", about="field", says=_field(spec), basis=spec.basis)
    for name, effect in step.outcomes.items():
        parts = [outcome_title(process, step.id, name)]
        if effect.end is not None:
            end = process.outcomes[effect.end].title
            parts.append(Text(zh=f"个案结束：{end.zh}", en=f"the case ends: {end.en}"))
        if effect.return_to is not None:
            back = process.steps[effect.return_to].title
            parts.append(Text(zh=f"退回“{back.zh}”", en=f"back to “{back.en}”"))
        if effect.again:
            parts.append(Text(zh="重新办理", en="once more"))
        if effect.needs_reason:
            parts.append(Text(zh="须说明理由", en="with a reason"))
        if len(parts) > 1:
            says = Text(
                zh=f"结果“{parts[0].zh}”：{'，'.join(one.zh for one in parts[1:])}。",
                en=f"Outcome “{parts[0].en}”: {', '.join(one.en for one in parts[1:])}.",
            )
            yield Sentence(key=f"outcome.{name}", about="outcome", says=says)


def _material(process: Process, ref: MaterialRef) -> Text:
    title = process.materials[ref.id].title
    if not ref.required:
        return Text(zh=f"材料：{title.zh}（如有）。", en=f"Document: {title.en}, if there is one.")
    if ref.when is not None:
        where = condition_in_words(process, ref.when)
        return Text(zh=f"材料：{title.zh}（{where.zh}时）。", en=f"Document: {title.en}, where {where.en}.")
    return Text(zh=f"材料：{title.zh}。", en=f"Document: {title.en}.")


def _field(spec: FieldSpec) -> Text:
    if spec.required:
        return Text(zh=f"须填写：{spec.title.zh}。", en=f"Has to be filled in: {spec.title.en}.")
    return Text(zh=f"可填写：{spec.title.zh}。", en=f"May be filled in: {spec.title.en}.")


class _Where(NamedTuple):
    zh: str
    en: str


def _where(process: Process, when: Condition | None) -> _Where:
    """Return the beginning of a sentence that holds sometimes only."""
    if when is None:
        return _Where("", "")
    where = condition_in_words(process, when)
    return _Where(f"{where.zh}的，", f"Where {where.en}: ")


def _listed(titles: Iterator[Text]) -> Text:
    every = tuple(titles)
    return Text(zh="、".join(one.zh for one in every), en=", ".join(one.en for one in every))
