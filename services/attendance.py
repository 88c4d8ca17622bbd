"""Attendance: what an agenda knows of the meeting on one of its cases."""

from __future__ import annotations

from dataclasses import dataclass

from domain.acts import Excluded
from services.agendas import Agenda
from services.rosters import RosterView


@dataclass(frozen=True)
class Known:
    """What an agenda knows of the meeting on one case. Whoever keeps out of that case is not in it."""

    eligible: int
    attended: tuple[str, ...]
    wrote: tuple[str, ...]
    excluded: tuple[Excluded, ...]


def known_of(content: Agenda, roster: RosterView, *, takes_writing: bool) -> Known:
    """Return what an agenda knows of the meeting on a case with this roster."""
    entitled = [one.id for one in roster.entitled]
    out = tuple(one for one in content.excluded if one.person in entitled)
    return Known(
        eligible=len(entitled) - len(out),
        attended=tuple(one for one in entitled if one in content.attended),
        wrote=tuple(one for one in entitled if one in content.wrote) if takes_writing else (),
        excluded=out,
    )
