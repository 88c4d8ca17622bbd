"""Why a case waits, in the caller's words."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection

from domain.explaining import Explanation, explain
from domain.silence import is_hidden_block
from domain.values import Language
from domain.waiting import Blocked
from records.cases import FoundCase
from services.parts import Caller, Parts
from services.seeing import Look, look_into
from services.views import ExplanationView, WhyNot


async def explained(parts: Parts, caller: Caller, case_id: str) -> ExplanationView:
    """Return where a case stands and what comes next, in the caller's language. Raises NotFound."""

    def work(connection: Connection) -> Explanation:
        found, look = look_into(connection, parts, caller, case_id)
        return explained_to(look, found, parts.clock())

    return explanation_view(await parts.read(work), caller.language)


def explained_to(look: Look, found: FoundCase, now: datetime) -> Explanation:
    """Return where a case stands, without what tells the viewer of objections he is not told of."""
    whole = explain(found.process, found.case, now)
    shown = [one for one in whole.blocked_by if not is_hidden_block(look.viewer, found.edition, one.rule)]
    return whole.model_copy(update={"blocked_by": tuple(shown)})


def explanation_view(found: Explanation, language: Language) -> ExplanationView:
    """Return where a case stands, in one language."""
    return ExplanationView(
        now=found.now.in_language(language),
        waiting_for=tuple(who.in_language(language) for who in found.waiting_for),
        blocked_by=tuple(_blocked(rule, language) for rule in found.blocked_by),
        next=tuple(title.in_language(language) for title in found.next),
        earliest_finish=found.earliest_finish,
    )


def _blocked(rule: Blocked, language: Language) -> WhyNot:
    return WhyNot(
        rule=rule.rule,
        basis=rule.basis,
        detail=rule.detail.in_language(language),
        passes_on=rule.passes_on,
    )
