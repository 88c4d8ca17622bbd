"""Callers whose session is looked up in the transaction of what they ask, and not in one of its own."""

from __future__ import annotations

from sqlalchemy import Connection

from domain.values import Language
from records import accounts as kept
from records.prepared import Sent
from services import accounts
from services.parts import Caller, Parts
from services.refusals import NotSignedIn


async def presumed(parts: Parts, secret: str, language: Language = "zh") -> Caller:
    """Return who a session or token stands for, if it still works: `ask` and `confirm` say whether.

    For works that look up more: a look-up of its own, in a transaction of its own, would take as long as a
    quarter of an act. A secret that was not seen to work before is looked up at once: strangers do not get as
    far as a transaction that writes. Raises NotSignedIn.
    """
    known = parts.acquaintances.known(secret)
    if known is None:
        met = await accounts.caller_of(parts, secret)
        known = (met.person, met.scope)
        parts.acquaintances.meet(secret, *known)
    return Caller(known[0], language, secret, known[1])


def ask(connection: Connection, caller: Caller) -> Sent | None:
    """Ask in a transaction whether the session of a presumed caller still works."""
    return None if caller.secret is None else kept.ask_for_session(connection, caller.secret)


def confirm(parts: Parts, caller: Caller, asked: Sent | None) -> None:
    """Raise NotSignedIn where it does not. Comes before anything else of the request is looked at."""
    if caller.secret is None or asked is None:
        return
    session = kept.session_in(asked, parts.clock())
    if session is None or session.person != caller.person:
        parts.acquaintances.forget(caller.secret)
        raise NotSignedIn
