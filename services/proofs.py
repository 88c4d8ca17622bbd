"""By what somebody proved who he is, whether that is enough, and what is still missing where it is not.

A unit may ask for a second factor of whoever holds a post in it or below. Whoever has set one up is asked for
it anyway: a password alone must not do what its owner thinks it cannot.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final, Literal

from sqlalchemy import Connection

from domain.values import Language
from records import accounts as kept
from records import factors, login_policies, unfinished
from records.accounts import Account
from services import accounts
from services.parts import Caller, Parts
from services.throttling import Place, Try
from services.views import Me

Level = Literal["none", "any", "passkey"]
"""What is asked for: a password only; any second factor; a passkey, which no false page can ask for."""

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take between the first proof and the second."""

_RANK: Final[dict[str, int]] = {"none": 0, "any": 1, "passkey": 2}
_FIRST: Final = ("password", "provider")
_SECOND: Final = ("code", "recovery", "passkey")
_PROOFS: Final = (*_FIRST, *(f"{first}+{second}" for first in _FIRST for second in _SECOND), "passkey")


@dataclass(frozen=True)
class Begun:
    """A session that began. Its secret, and what the browser is known by, are kept as digests only."""

    secret: str = field(repr=False)
    browser: str = field(repr=False)
    me: Me


@dataclass(frozen=True)
class HalfWay:
    """One proof is given and another is asked for. The ticket lets the same browser go on."""

    ticket: str = field(repr=False)
    ways: tuple[str, ...]
    """By what to go on: `code`, `recovery`, `passkey`."""
    enrol: bool
    """Whether a second factor may be set up now, because there is none yet that would do."""


def arrive(  # noqa: PLR0917 - who, where and how
    connection: Connection, parts: Parts, account: Account, place: Place, language: Language, proof: str
) -> Begun | HalfWay:
    """Begin the session of somebody who gave a proof, or say what is missing."""
    level = asked_of(connection, account.person, parts)
    app = factors.code_app(connection, account.login)
    has_app = app is not None and app.confirmed_at is not None
    has_passkey = bool(factors.list_passkeys(connection, account.login))
    is_double = proof not in _FIRST
    if is_enough(proof, level) and (is_double or not (has_app or has_passkey)):
        return begin(connection, parts, account, place, language, proof=proof)
    enrol = is_double or not (has_app or has_passkey)
    data = json.dumps({"proof": proof, "enrol": enrol})
    now = parts.clock()
    ticket = unfinished.begin(connection, "second-step", data, now=now, lasts=LASTS, login=account.login)
    return HalfWay(ticket, ways_of(connection, account.login, proof), enrol)


def ways_of(connection: Connection, login: str, proof: str) -> tuple[str, ...]:
    """Return by what somebody may go on who gave a proof that is not enough."""
    app = factors.code_app(connection, login)
    has_app = app is not None and app.confirmed_at is not None and proof in _FIRST
    codes = ("code", "recovery") if factors.recovery_codes_left(connection, login) else ("code",)
    passkey = ("passkey",) if factors.list_passkeys(connection, login) else ()
    return passkey + (codes if has_app else ())


def begin(
    connection: Connection,
    parts: Parts,
    account: Account,
    place: Place,
    language: Language,
    *,
    proof: str,
) -> Begun:
    """Begin the session of somebody who proved enough, and remember the place for the next time."""
    now = parts.clock()
    browser = Try(account.login, place).worked(connection, now)
    secret = kept.begin(connection, login=account.login, now=now, lasts=parts.session_lasts, proof=proof)
    return Begun(secret, browser, accounts.me_view(connection, parts, Caller(account.person, language)))


def asked_of(connection: Connection, person: str, parts: Parts) -> Level:
    """Return the most that any unit of somebody's posts asks today, or any above those."""
    return strictest(
        policy.second_factor for policy in login_policies.of_person(connection, person, parts.today())
    )


def strictest(levels: Iterable[str]) -> Level:
    """Return the most that is asked: a unit adds to what those above ask, and takes nothing away."""
    most = max((_RANK[level] for level in levels), default=0)
    answers: tuple[Level, ...] = ("none", "any", "passkey")
    return answers[most]


def is_enough(proof: str, level: str) -> bool:
    """Whether a proof is what a level asks for."""
    if level == "passkey":
        return proof.endswith("passkey")
    return level == "none" or proof not in _FIRST


def strong_enough(level: str) -> tuple[str, ...]:
    """Return every proof that is what a level asks for."""
    return tuple(proof for proof in _PROOFS if is_enough(proof, level))
