"""Coming in with a password: it becomes a session, or half of one where a second proof is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.values import Language
from records import accounts as kept
from records.accounts import Account
from services.parts import Parts
from services.proofs import Begun, HalfWay, arrive
from services.refusals import WrongLogin
from services.throttling import Place, Try


@dataclass(frozen=True)
class Knock:
    """Somebody who wants to come in: what he says, and where he stands."""

    login: str
    password: str = field(repr=False)
    place: Place = field(default_factory=Place)
    language: Language = "zh"


async def log_in(parts: Parts, knock: Knock) -> Begun | HalfWay:
    """Begin a session, or half of one. Raises WrongLogin, TooManyTries where it has to wait.

    Takes as long for a login nobody has as for a wrong password.
    """
    now = parts.clock()
    tried = Try(knock.login, knock.place)

    def admitted(connection: Connection) -> Account | None:
        tried.check(connection, now)
        return kept.account(connection, knock.login)

    account = await parts.read(admitted)
    fits = await parts.passwords.fits(knock.password, account.password_hash if account else None)

    def begin(connection: Connection) -> Begun | HalfWay | None:
        # Asked again: of many tries sent at once all were admitted, and the account may have changed.
        present = admitted(connection)
        if present is None or present.disabled or present != account or not fits:
            tried.failed(connection, now)
            return None
        return arrive(connection, parts, present, knock.place, knock.language, "password")

    answer = await parts.write(begin)
    if answer is None:
        raise WrongLogin
    return answer
