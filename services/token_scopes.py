"""What a token may do of what its login may: read only, some processes only, some units only.

A scope takes away and never gives: what is left has to be allowed by the posts of the person as well.
"""

from __future__ import annotations

from typing import Final

from sqlalchemy import Connection

from domain.values import Text, Value
from records import units
from services.asking import existing
from services.parts import Parts
from services.refusals import InvalidInput, Refusal

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HARMLESS: Final = frozenset({"POST /v1/processes/check", "DELETE /v1/session"})
"""Change nothing, or end the token itself."""
_KNOW_CASES: Final = ("/v1/cases", "/v1/materials", "/v1/processes", "/v1/units", "/v1/me", "/v1/session")
"""Where what belongs to other processes and units is left out; nothing else is for a narrowed token."""


class OutsideScope(Refusal):
    """The token was made for less than this."""

    kind = "token-scope"


class TokenScope(Value):
    """What a token is narrowed to. Empty tuples narrow nothing; `units` stand for what is below them, too."""

    read_only: bool = False
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    @property
    def narrows(self) -> bool:
        """Whether some cases are out of reach that the person sees."""
        return bool(self.processes or self.units)

    def check_request(self, method: str, route: str) -> None:
        """Raise OutsideScope for a request the token was not made for; `route` is the route's own text."""
        if self.read_only and method not in _READING and f"{method} {route}" not in _HARMLESS:
            raise OutsideScope(_READ_ONLY)
        if self.narrows and not _knows_cases(route):
            raise OutsideScope

    def check_case(self, connection: Connection, process: str, unit: str) -> None:
        """Raise OutsideScope for a case to be begun outside of the scope."""
        above = {place.id for place in units.path_of(connection, unit)} if self.units else set()
        if (self.processes and process not in self.processes) or (
            self.units and above.isdisjoint(self.units)
        ):
            raise OutsideScope


def check_scope(connection: Connection, parts: Parts, scope: TokenScope) -> None:
    """Raise InvalidInput where a scope names a process or unit that is not there."""
    known = {process.process for process in parts.library}
    if not known.issuperset(scope.processes):
        raise InvalidInput("processes", Text(zh="没有这样的流程", en="there is no such process"))
    for unit in scope.units:
        existing(lambda unit=unit: units.unit(connection, unit), "units")  # type: ignore[misc]  # bound at once


def scope_in(kept: str | None) -> TokenScope | None:
    """Return the scope a session row holds, or None where it has all the rights of its login."""
    return None if kept is None else TokenScope.model_validate_json(kept)


def _knows_cases(route: str) -> bool:
    return any(route == known or route.startswith(f"{known}/") for known in _KNOW_CASES)


_READ_ONLY = Text(
    zh="此令牌只能读取。",
    en="This token may only read.",
)
