"""Coming in through a provider: begun here, proven there, and finished here by the same browser."""

from __future__ import annotations

import hmac
import json
import re
import secrets
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection

from domain.values import Language, Text
from records import identities, unfinished
from records.identities import Identity
from services.parts import Parts
from services.proofs import Begun, HalfWay, arrive
from services.provider import LoginNotCompleted, Provider
from services.refusals import InvalidInput, Refusal
from services.throttling import Place, check_beginning, note_beginning

LASTS: Final = timedelta(minutes=10)
"""How long somebody may take at the provider."""

_OWN_PATH: Final = re.compile(r"/(?![/\\])[\w/.~%?&=+:@!$'()*,;-]*", re.ASCII)
_LONGEST_PATH: Final = 500


class NotLinked(Refusal):
    """The provider knows him; here he is linked to nobody, or to a login that was shut."""

    kind = "not-linked"


@dataclass(frozen=True)
class Leaving:
    """Where the browser goes, and what it has to bring when it comes back."""

    address: str
    ticket: str = field(repr=False)


@dataclass(frozen=True)
class Returned:
    """What a browser brought back from the provider."""

    ticket: str | None = field(repr=False)
    state: str = field(repr=False)
    code: str | None = field(repr=False)
    issuer: str | None = None


async def begin(parts: Parts, provider: Provider, place: Place, to: str) -> Leaving:
    """Begin to come in. `to` is where the browser goes afterwards, a path of our own.

    Raises InvalidInput for any other address, TooManyTries, NotReady.
    """
    if not is_own_path(to):
        raise InvalidInput("to", Text(zh="应为本站路径", en="is a path of this service"))
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    address = await provider.address(state=state, nonce=nonce, verifier=verifier)
    data = json.dumps({"state": state, "nonce": nonce, "verifier": verifier, "to": to})
    now = parts.clock()

    def work(connection: Connection) -> str:
        check_beginning(connection, place, now)
        note_beginning(connection, place, now)
        return unfinished.begin(connection, "provider", data, now=now, lasts=LASTS)

    return Leaving(address, await parts.write(work))


async def finish(
    parts: Parts, provider: Provider, place: Place, returned: Returned, language: Language
) -> tuple[Begun | HalfWay, str]:
    """Come in, or half of the way, and return where to go now.

    Raises LoginNotCompleted, NotLinked where nobody here is that person, NotReady.
    """
    now = parts.clock()
    begun_here = await _taken(parts, returned)
    await provider.check_sender(returned.issuer)
    if returned.code is None:
        raise LoginNotCompleted(_NOT_LET_IN)
    subject = await provider.subject(
        code=returned.code,
        verifier=begun_here["verifier"],
        nonce=begun_here["nonce"],
        now_s=int(now.timestamp()),
    )

    def work(connection: Connection) -> Begun | HalfWay:
        account = identities.account_of(connection, provider.issuer, subject)
        if account is None or account.disabled:
            raise NotLinked
        return arrive(connection, parts, account, place, language, "provider")

    return await parts.write(work), begun_here["to"]


async def link(parts: Parts, login: str, issuer: str, subject: str) -> None:
    """Let somebody known to a provider come in with a login. Raises NotFound, InUse."""
    await parts.write(
        lambda connection: identities.link(connection, Identity(issuer, subject, login), parts.clock())
    )


async def unlink(parts: Parts, login: str, issuer: str, subject: str) -> None:
    """Let him come in so no more. Raises NotFound."""
    await parts.write(lambda connection: identities.unlink(connection, Identity(issuer, subject, login)))


def is_own_path(to: str) -> bool:
    """Whether an address is a path here, which no browser takes for one of another site."""
    return len(to) <= _LONGEST_PATH and _OWN_PATH.fullmatch(to) is not None


async def _taken(parts: Parts, returned: Returned) -> dict[str, str]:
    """Return what the browser began, and end it; whoever brings another state ends nothing."""
    ticket = returned.ticket
    if ticket is None:
        raise LoginNotCompleted
    now = parts.clock()

    def work(connection: Connection) -> dict[str, str] | None:
        waiting = unfinished.look(connection, "provider", ticket, now)
        known: dict[str, str] = {} if waiting is None else json.loads(waiting.data)
        same = hmac.compare_digest(known.get("state", "").encode(), returned.state.encode())
        if not known or not same or unfinished.take(connection, "provider", ticket, now) is None:
            return None
        return known

    taken = await parts.write(work)
    if taken is None:
        raise LoginNotCompleted
    return taken


_NOT_LET_IN: Final = Text(
    zh="登录服务没有放行：在那里取消了登录，或被拒绝。请重新开始登录，或使用密码登录。",
    en="The log-in service let nobody in: broken off or refused there. Begin again, or use a password.",
)
