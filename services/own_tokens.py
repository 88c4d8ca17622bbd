"""Tokens that somebody makes for programs of his own: shown once, narrowed, ended like a session."""

from __future__ import annotations

from domain.values import Value
from records import session_lists
from services import accounts, second_steps
from services.parts import Parts
from services.token_scopes import TokenScope
from services.views import View


class NewToken(Value):
    """A token to make: what it is for, how many days it works, and what it is narrowed to."""

    name: str
    days: int
    read_only: bool = False
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()


class TokenView(View):
    """A token, shown once: only its digest is kept."""

    token: str


async def make(parts: Parts, secret: str | None, new: NewToken) -> TokenView:
    """Return a token for whoever has just come in himself; it is worth no more than what he came in by.

    Raises NotSignedIn, LogInAgain for a token or a session that is not fresh, InvalidInput.
    """
    who = await second_steps.enrolling(parts, secret=secret, ticket=None)
    proof = await parts.read(lambda connection: session_lists.proof_of(connection, secret or ""))
    scope = TokenScope(read_only=new.read_only, processes=new.processes, units=new.units)
    token = await accounts.issue_token(
        parts, who.login, new.name, days=new.days, scope=scope, proof=proof, by=who.person
    )
    return TokenView(token=token)
