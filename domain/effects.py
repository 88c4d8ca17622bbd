"""What the outcome of a step does to the case: extend, return, end."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from domain import events as facts
from domain.acts import StepAct
from domain.checking import Answers, Checking
from domain.drafting import Draft, Signature
from domain.refusals import FieldInvalid, NotPossible
from domain.steps import PeriodStep, Step
from domain.values import Scalar, Text


def effect_follows(draft: Draft, step: Step, outcome: str, act: StepAct, signature: Signature) -> None:
    """Add what the outcome of a completed step does: extend, return, end."""
    effect = draft.process.steps[step.id].outcomes.get(outcome) or step.outcomes[outcome]
    on = act.occurred_on
    if effect.extend is not None and effect.months is not None:
        months = _months(draft, step, effect.months, draft.case.steps[step.id].values)
        _extend(draft, effect.extend, months, on, signature)
    if effect.end is not None:
        draft.add(facts.CaseClosed(outcome=effect.end, reason=act.reason), on=on, by=signature)
        return
    target = step.id if effect.again else effect.return_to
    if target is not None:
        again = to_do_again(draft, target, step.id)
        draft.add(facts.StepReturned(again=again, reason=act.reason), on=on, step=target, by=signature)


def to_do_again(draft: Draft, *targets: str) -> tuple[str, ...]:
    """Return what starts a new round when work goes back to `targets`: they, and what came after them.

    A period is left alone: time that was served is not served again.
    """
    process = draft.process
    touched = dict.fromkeys(one for target in targets for one in (target, *process.followers(target)))
    return tuple(
        one for one in touched if one in draft.case.steps and not isinstance(process.steps[one], PeriodStep)
    )


def check_extension(draft: Draft, checking: Checking, outcome: str, answers: Answers) -> None:
    """Raise where a period would be extended too often or too long; also where that is only proposed."""
    effect = checking.step.outcomes[outcome]
    name = effect.extend or effect.proposes_extension
    if name is None:
        return
    period = checking.process.steps[name]
    if not isinstance(period, PeriodStep) or period.extension is None:
        raise _not_extendable(name)
    rule = period.extension
    state = draft.case.steps.get(name)
    if state is None:
        raise _not_extendable(name)
    if state.extensions >= rule.times:
        raise NotPossible(
            f"{name}.extension-times",
            basis=rule.basis,
            detail=Text(zh=f"只能延长{rule.times}次。", en=f"It can be extended {rule.times} time(s) only."),
        )
    months = None if effect.months is None else _months(draft, checking.step, effect.months, answers.values)
    if not isinstance(months, int) or not rule.at_least <= months <= rule.at_most:
        raise FieldInvalid(
            f"{name}.extension-months",
            basis=rule.basis,
            detail=Text(
                zh=f"延长时间为{rule.at_least}至{rule.at_most}个月。",
                en=f"An extension lasts {rule.at_least} to {rule.at_most} months.",
            ),
            passes_when=Text(
                zh=f"{rule.at_least}至{rule.at_most}个月", en=f"{rule.at_least} to {rule.at_most} months"
            ),
        )


def _months(draft: Draft, step: Step, field: str, answers: Mapping[str, Scalar]) -> Scalar:
    """Return the answer to a field of this step, or to `<step>.<field>` of one done before."""
    elsewhere, _, name = field.rpartition(".")
    if not elsewhere or elsewhere == step.id:
        return answers.get(name)
    state = draft.case.steps.get(elsewhere)
    return None if state is None else state.values.get(name)


def _extend(draft: Draft, period: str, months: Scalar, on: date, signature: Signature) -> None:
    if isinstance(months, int):
        draft.add(facts.PeriodExtended(months=months), on=on, step=period, by=signature)


def _not_extendable(period: str) -> NotPossible:
    return NotPossible(
        f"{period}.extension", basis="gen", detail=Text(zh="不能延长。", en="It cannot be extended.")
    )
