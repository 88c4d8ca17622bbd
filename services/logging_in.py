"""Coming in with a password: it becomes a session, or half of one where a second proof is asked for."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection

from domain.values import Language
from records import accounts as kept
from records.accounts import Account
from services import accounts
from services.parts import Caller, Parts
from services.refusals import WrongLogin
from services.throttling import Place, Try
from services.views import Me


@dataclass(frozen=True)
class Knock:
    """Somebody who wants to come in: what he says, and where he stands."""

    login: str
    password: str = field(repr=False)
    place: Place = field(default_factory=Place)
    language: Language = "zh"


@dataclass(frozen=True)
class Begun:
    """A session that began. Its secret, and what the browser is known by, are kept as digests only."""

    secret: str = field(repr=False)
    browser: str = field(repr=False)
    me: Me


async def log_in(parts: Parts, knock: Knock) -> Begun:
    """Begin a session. Raises WrongLogin, or TooManyTries where it has to wait for the next try.

    Takes as long for a login nobody has as for a wrong password.
    """
    now = parts.clock()
    tried = Try(knock.login, knock.place)

    def admitted(connection: Connection) -> Account | None:
        tried.check(connection, now)
        return kept.account(connection, knock.login)

    account = await parts.read(admitted)
    fits = await parts.passwords.fits(knock.password, account.password_hash if account else None)

    def begin(connection: Connection) -> Begun | None:
        # Asked again: of many tries sent at once all were admitted, and the account may have changed.
        present = admitted(connection)
        if present is None or present.disabled or present != account or not fits:
            tried.failed(connection, now)
            return None
        return begun(connection, parts, present, knock.place, knock.language)

    answer = await parts.write(begin)
    if answer is None:
        raise WrongLogin
    return answer


def begun(
    connection: Connection,
    parts: Parts,
    account: Account,
    place: Place,
    language: Language,
    *,
    proof: str = "password",
) -> Begun:
    """Begin the session of somebody who proved who he is, and remember the place for the next time."""
    now = parts.clock()
    browser = Try(account.login, place).worked(connection, now)
    secret = kept.begin(connection, login=account.login, now=now, lasts=parts.session_lasts, proof=proof)
    return Begun(secret, browser, accounts.me_view(connection, parts, Caller(account.person, language)))
