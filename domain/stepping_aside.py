"""Stepping aside: somebody declares a conflict of interest in a case, for himself or for another."""

from __future__ import annotations

from domain import events as facts
from domain.acts import Recuse
from domain.drafting import Draft, Signature
from domain.permitting import actors_of, case_not_open, same_person, sign
from domain.refusals import NotPossible
from domain.values import Text
from domain.whole_case import require_reason
from domain.whole_day import check_day


def recuse(draft: Draft, act: Recuse) -> None:
    """Keep somebody out of what is decided in the case, or let him back in. Raises RuleViolation.

    Whoever has a part in the case may step aside himself; for others, and to let somebody back in, the
    definition says who may. Nobody lets himself back in.
    """
    check_day(draft, act)
    if draft.case.is_closed:
        raise case_not_open(draft.case)
    person = act.person or act.known.actor
    by = _signature(draft, act, person)
    reason = require_reason(act, "recuse.reason", Text(zh="办理回避。", en="Somebody keeps out of a case."))
    known = person in draft.case.recused
    if act.lifts:
        if not known:
            raise _refused("recuse.lift", "此人没有登记回避。", "No recusal of this person is on record.")
        if person in by.people:
            raise same_person("recuse.second", "gen", None)
        draft.add(facts.RecusalLifted(person=person, reason=reason), on=act.occurred_on, by=by)
        return
    if person == draft.case.subject:
        raise _refused(
            "recuse.subject", "本人本来就不参加表决。", "The person concerned decides nothing as it is."
        )
    if known:
        raise _refused("recuse.again", "此人已经登记回避。", "This person keeps out already.")
    draft.add(facts.PersonRecused(person=person, reason=reason), on=act.occurred_on, by=by)


def _signature(draft: Draft, act: Recuse, person: str) -> Signature:
    process = draft.process
    actors = process.whole_case.get("recuse", ())
    if not actors:
        raise _refused("whole-case.recuse", "该流程不提供此项办理。", "This process does not know this act.")
    if not act.lifts and person == act.known.actor:
        everybody = (actor for step in process.steps.values() for actor in actors_of(step))
        actors = tuple(dict.fromkeys((*actors, *everybody)))
    return sign(process, draft.case, None, actors, act.known)


def _refused(rule: str, zh: str, en: str) -> NotPossible:
    return NotPossible(rule, basis="gen", detail=Text(zh=zh, en=en))
