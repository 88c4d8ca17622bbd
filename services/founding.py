"""Founding an organisation of one's own: the first unit, and the first administrator."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import organisation
from services import accounts
from services.administration import note
from services.parts import Parts
from services.refusals import InUse, InvalidInput


@dataclass(frozen=True)
class Founded:
    """The ids of the first unit and of its administrator."""

    unit: str
    person: str


async def found(
    parts: Parts,
    *,
    kind: str,
    unit: str,
    administrator: str,
    login: str,
    password: str,
    language: Language = "zh",
) -> Founded:
    """Make the root unit, its administrator and his login, in an empty record.

    `kind` is a kind of unit that some process knows. Raises InvalidInput for a bad password or an unknown
    kind, InUse where the organisation has been founded already.
    """
    kinds = sorted({known for process in parts.library for known in process.unit_kinds})
    if kind not in kinds:
        zh, en = "、".join(kinds), ", ".join(kinds)
        raise InvalidInput("kind", Text(zh=f"应为下列之一：{zh}", en=f"is one of: {en}"))
    password_hash = await accounts.hashed(parts, password, about=(login, administrator))
    today, now = parts.today(), parts.clock()

    def work(connection: Connection) -> Founded:
        if organisation.list_units(connection, limit=1).items:
            raise InUse
        root = organisation.add_unit(connection, kind=kind, name=unit, may_approve=True)
        person = organisation.add_person(connection, name=administrator, language=language)
        organisation.add_post(
            connection, person_id=person.id, role="admin", unit_id=root.id, from_on=today, granted_at=now
        )
        kept.add_account(connection, login=login, person=person.id, password_hash=password_hash, now=now)
        note(connection, parts, "account-made", person=person.id)
        return Founded(unit=root.id, person=person.id)

    return await parts.write(work)
