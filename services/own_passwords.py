"""Changing one's own password: by whoever is in and knows the old one."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.values import Language
from records import accounts as kept
from records import session_lists
from records.accounts import Account
from services.parts import Parts
from services.password_rules import check_password
from services.proofs import Begun, begin
from services.refusals import NotSignedIn, WrongLogin
from services.second_steps import LogInAgain
from services.throttling import Place, Try


async def change_own_password(  # noqa: PLR0917 - who, where, by what
    parts: Parts, secret: str | None, old: str, new: str, place: Place, language: Language
) -> Begun:
    """Take a new password; every session and token ends, and the one that asks begins anew.

    Raises NotSignedIn, LogInAgain for a token, InvalidInput for a bad new password, TooManyTries, and
    WrongLogin for a wrong old one, which counts like one at a log-in.
    """
    now = parts.clock()
    login = await _login_of(parts, secret)
    check_password(new, about=(login,))
    tried = Try(login, place)

    def admitted(connection: Connection) -> Account | None:
        tried.check(connection, now)
        return kept.account(connection, login)

    account = await parts.read(admitted)
    fits = await parts.passwords.fits(old, account.password_hash if account else None)
    password_hash = await parts.passwords.hashed(new) if fits else ""

    def change(connection: Connection) -> Begun | None:
        # Asked again, as at a log-in: of many tries sent at once all were admitted.
        present = admitted(connection)
        if present is None or present != account or not fits:
            tried.failed(connection, now)
            return None
        proof = session_lists.proof_of(connection, secret or "")
        kept.change_password(connection, login, password_hash)
        return begin(connection, parts, present, place, language, proof=proof)

    begun = await parts.write(change)
    if begun is None:
        raise WrongLogin
    return begun


async def _login_of(parts: Parts, secret: str | None) -> str:
    """Return the login of a session. Raises NotSignedIn, LogInAgain for a token."""
    session = await parts.read(
        lambda connection: kept.session(connection, secret, parts.clock()) if secret else None
    )
    if session is None:
        raise NotSignedIn
    if session.kind != "session":
        raise LogInAgain
    return session.login
