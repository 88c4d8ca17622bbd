"""The second factor: codes from an app, set up, confirmed, asked for, and each of them taken once.

Whoever sets one up has just come in, or is half way in and has none yet.
"""

from __future__ import annotations

import base64
import hmac
import json
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import pyotp
from sqlalchemy import Connection

from domain.values import Language, Text
from records import accounts as kept
from records import factors, unfinished
from records.accounts import Account
from services.administration import note
from services.parts import Parts
from services.proofs import Begun, HalfWay, arrive, ways_of
from services.refusals import NotSignedIn, Refusal
from services.sealing import Sealer, Unreadable
from services.throttling import Place, check_second_step, second_step_failed, second_step_worked
from services.views import View

FRESH: Final = timedelta(minutes=15)
"""How long after a log-in its owner may change what he comes in by."""

_STEP_S: Final = 30
_RECOVERY_CODES: Final = 10
_RECOVERY_BYTES: Final = 10


class WrongCode(Refusal):
    """The code is none of this login's, or was used."""

    kind = "wrong-code"


class LogInAgain(Refusal):
    """What opens the door is changed by somebody who has just come in himself."""

    kind = "log-in-again"


class NoKey(Refusal):
    """This installation has no key to seal with."""

    kind = "not-possible"


class CodeAppView(View):
    """What an app is set up with, shown once: `uri` as a QR code, or `secret` to type in."""

    secret: str
    uri: str


class RecoveryCodesView(View):
    """Codes to recover with, shown once; each is good for one log-in."""

    recovery_codes: tuple[str, ...]


@dataclass(frozen=True)
class Enrolling:
    """Somebody who may change what he comes in by. `ticket` is of a log-in that is half way."""

    login: str
    person: str
    ticket: str | None = None


async def enrolling(parts: Parts, *, secret: str | None, ticket: str | None) -> Enrolling:
    """Return who may change what he comes in by. Raises NotSignedIn, LogInAgain."""
    now = parts.clock()

    def work(connection: Connection) -> Enrolling:
        session = kept.session(connection, secret, now) if secret else None
        if session is not None:
            if session.kind != "session" or now - session.created_at > FRESH:
                raise LogInAgain
            return Enrolling(session.login, session.person)
        waiting = unfinished.look(connection, "second-step", ticket, now) if ticket else None
        account = (
            None if waiting is None or waiting.login is None else kept.account(connection, waiting.login)
        )
        if waiting is None or account is None or account.disabled or not json.loads(waiting.data)["enrol"]:
            raise NotSignedIn
        return Enrolling(account.login, account.person, ticket)

    return await parts.read(work)


async def still_asked(parts: Parts, ticket: str | None) -> HalfWay:
    """Return what is still asked of somebody who is half way in, for a page that asks. Raises NotSignedIn."""
    login = await _half_way(parts, ticket)
    now = parts.clock()

    def work(connection: Connection) -> HalfWay:
        waiting = unfinished.look(connection, "second-step", ticket or "", now)
        if waiting is None:
            raise NotSignedIn
        said = json.loads(waiting.data)
        return HalfWay(ticket or "", ways_of(connection, login, said["proof"]), bool(said["enrol"]))

    return await parts.read(work)


async def begin_code_app(parts: Parts, sealer: Sealer | None, who: Enrolling) -> CodeAppView:
    """Begin to set up an app. It proves nothing before a code of it was confirmed. Raises InUse, NoKey."""
    if sealer is None:
        raise NoKey(_NO_KEY)
    secret = pyotp.random_base32()
    sealed = sealer.seal(secret, _about(who.login))
    await parts.write(lambda connection: factors.put_code_app(connection, who.login, sealed, parts.clock()))
    uri = pyotp.TOTP(secret).provisioning_uri(name=who.login, issuer_name="Accede")
    return CodeAppView(secret=secret, uri=uri)


async def confirm_code_app(  # noqa: PLR0917 - who, where, by what
    parts: Parts, sealer: Sealer | None, who: Enrolling, code: str, place: Place, language: Language
) -> tuple[RecoveryCodesView, Begun | HalfWay | None]:
    """Confirm an app by a code of it; return codes to recover with, and the way in that this finished.

    Raises WrongCode, TooManyTries, NotSignedIn.
    """
    codes = _recovery_codes()

    def confirmed(connection: Connection, now: datetime) -> bool:
        app = factors.code_app(connection, who.login)
        if app is None or app.confirmed_at is not None or not _fits(connection, sealer, app, code, now):
            return False
        factors.confirm_code_app(connection, who.login, now)
        factors.put_recovery_codes(connection, who.login, codes)
        return True

    arrived = await _tried(parts, who.login, who.ticket, place, language, "code", confirmed)
    return RecoveryCodesView(recovery_codes=tuple(_spelt(code) for code in codes)), arrived


async def give_code(  # noqa: PLR0917 - who, where, by what
    parts: Parts, sealer: Sealer | None, ticket: str | None, code: str, place: Place, language: Language
) -> Begun | HalfWay:
    """Go on with a code of one's app. Raises WrongCode, TooManyTries, NotSignedIn where nothing was begun."""

    def fits(connection: Connection, now: datetime) -> bool:
        app = factors.code_app(connection, login)
        return app is not None and app.confirmed_at is not None and _fits(connection, sealer, app, code, now)

    login = await _half_way(parts, ticket)
    return _present(await _tried(parts, login, ticket, place, language, "code", fits))


async def give_recovery_code(
    parts: Parts, ticket: str | None, code: str, place: Place, language: Language
) -> Begun | HalfWay:
    """Go on with a code to recover with, which is used up. Raises as `give_code`."""

    def fits(connection: Connection, now: datetime) -> bool:
        return factors.take_recovery_code(connection, login, _plain(code), now)

    login = await _half_way(parts, ticket)
    return _present(await _tried(parts, login, ticket, place, language, "recovery", fits))


async def new_recovery_codes(parts: Parts, who: Enrolling) -> RecoveryCodesView:
    """Take new codes to recover with in the place of the old ones. Raises NotFound without an app."""
    codes = _recovery_codes()

    def work(connection: Connection) -> None:
        app = factors.code_app(connection, who.login)
        if app is None or app.confirmed_at is None:
            raise NoApp
        factors.put_recovery_codes(connection, who.login, codes)

    await parts.write(work)
    return RecoveryCodesView(recovery_codes=tuple(_spelt(code) for code in codes))


async def remove_code_app(parts: Parts, who: Enrolling) -> None:
    """Forget one's app and its codes to recover with. Raises NotFound."""
    await parts.write(lambda connection: factors.remove_code_app(connection, who.login))


async def forget_factors(parts: Parts, login: str) -> None:
    """Forget every second factor of a login, and end its sessions: for who lost them all. Raises NotFound."""

    def work(connection: Connection) -> None:
        person = kept.person_of(connection, login)
        factors.remove_all(connection, login)
        kept.end_all(connection, login)
        note(connection, parts, "factors-forgotten", person=person)

    await parts.write(work)


async def _half_way(parts: Parts, ticket: str | None) -> str:
    """Return the login that is half way in. Raises NotSignedIn."""
    if ticket is None:
        raise NotSignedIn
    now = parts.clock()
    waiting = await parts.read(lambda connection: unfinished.look(connection, "second-step", ticket, now))
    if waiting is None or waiting.login is None:
        raise NotSignedIn
    return waiting.login


async def _tried(  # noqa: PLR0917 - who, where, by what
    parts: Parts,
    login: str,
    ticket: str | None,
    place: Place,
    language: Language,
    second: str,
    fits: Callable[[Connection, datetime], bool],
) -> Begun | HalfWay | None:
    """Try a second proof, and finish the way in where there is one. A wrong one is counted and refused."""
    now = parts.clock()

    def work(connection: Connection) -> tuple[bool, Begun | HalfWay | None]:
        check_second_step(connection, login, now)
        waiting = unfinished.look(connection, "second-step", ticket, now) if ticket else None
        if ticket is not None and waiting is None:
            raise NotSignedIn
        if not fits(connection, now):
            second_step_failed(connection, login, now)
            return False, None
        second_step_worked(connection, login)
        if ticket is None or waiting is None:
            return True, None
        unfinished.take(connection, "second-step", ticket, now)
        account = _open_account(connection, login)
        proof = f"{json.loads(waiting.data)['proof'].partition('+')[0]}+{second}"
        return True, arrive(connection, parts, account, place, language, proof)

    right, arrived = await parts.write(work)
    if not right:
        raise WrongCode
    return arrived


def _open_account(connection: Connection, login: str) -> Account:
    account = kept.account(connection, login)
    if account is None or account.disabled:
        raise NotSignedIn
    return account


def _fits(
    connection: Connection, sealer: Sealer | None, app: factors.CodeApp, code: str, now: datetime
) -> bool:
    """Whether a code is of now, of half a minute ago or of the next, and was not used; use it up."""
    if sealer is None:
        raise NoKey(_NO_KEY)
    try:
        made_by = pyotp.TOTP(sealer.open(app.sealed, _about(app.login)))
    except Unreadable:
        raise NoKey(_NO_KEY) from None
    given = re.sub(r"\s", "", code).encode()
    present = int(now.timestamp()) // _STEP_S
    # Each is compared, so that how long it takes says nothing.
    fitting = [
        step
        for step in (present - 1, present, present + 1)
        if hmac.compare_digest(made_by.at(step * _STEP_S).encode(), given)
    ]
    return any(factors.take_step(connection, app.login, step) for step in fitting)


def _present(arrived: Begun | HalfWay | None) -> Begun | HalfWay:
    if arrived is None:
        raise NotSignedIn
    return arrived


def _recovery_codes() -> tuple[str, ...]:
    return tuple(
        base64.b32encode(secrets.token_bytes(_RECOVERY_BYTES)).decode() for _ in range(_RECOVERY_CODES)
    )


def _spelt(code: str) -> str:
    """Return a code in groups of four."""
    return "-".join(code[place : place + 4] for place in range(0, len(code), 4))


def _plain(code: str) -> str:
    return re.sub(r"[^A-Z2-7]", "", code.upper())


def _about(login: str) -> str:
    return f"code app of {login}"


class NoApp(Refusal):
    """There is no app that codes would stand in for."""

    kind = "not-found"


_NO_KEY = Text(
    zh="此服务没有可用的密钥，无法使用验证码。请告诉管理员（ACCEDE_SECRET_KEYS）。",
    en="This service has no key that codes can be checked with; tell an operator (ACCEDE_SECRET_KEYS).",
)
