"""What the day of an act on a whole case comes to, before the act is sent."""

from __future__ import annotations

from datetime import date
from typing import Final, get_args

from pydantic import TypeAdapter
from sqlalchemy import Connection

from domain.outlook import Outlook, outlook_on_case
from domain.whole_day import WholeCaseAct
from records import registers
from records.registers import ActedOn
from services.parts import Caller, Parts
from services.seeing import look_into

_ACT: Final[TypeAdapter[WholeCaseAct]] = TypeAdapter(WholeCaseAct)
KINDS: Final = frozenset(str(one.model_fields["kind"].default) for one in get_args(WholeCaseAct))
"""The acts on a whole case whose day decides anything."""


async def outlook_of_whole(  # noqa: PLR0917 - who asks, and about what
    parts: Parts, caller: Caller, case_id: str, kind: str, on: date | None, proposal: int | None
) -> Outlook | None:
    """Return what an act on a day comes to, today's if none is said; None for a kind no day decides.

    `proposal` is what the act answers, if anything. Raises NotFound.
    """
    if kind not in KINDS:
        return None
    today = parts.today()
    happened_on = on or today

    def work(connection: Connection) -> Outlook:
        found, _ = look_into(connection, parts, caller, case_id)
        days = ActedOn(on=happened_on, today=today)
        known = registers.circumstances(connection, found.process, found.case, caller.person, days)
        answers = {} if proposal is None or kind not in _ANSWERED else {"confirms": proposal}
        act = _ACT.validate_python({"kind": kind, "known": known, "occurred_on": happened_on, **answers})
        return outlook_on_case(found.process, found.case, act, parts.clock())

    return await parts.read(work)


_ANSWERED: Final = frozenset({"transfer", "correct"})
