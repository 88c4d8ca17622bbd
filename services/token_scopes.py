"""What a token may do of what its login may: read only, some processes only, some units only.

A scope takes away and never gives: what is left has to be allowed by the posts of the person as well.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from domain.values import Text, Value
from services.refusals import Refusal

_READING: Final = frozenset({"GET", "HEAD", "OPTIONS"})
_HARMLESS: Final = frozenset({"POST /v1/processes/check", "DELETE /v1/session"})
"""Change nothing, or end the token itself."""
_LEAVES_OUT: Final = ("/v1/cases", "/v1/materials")
"""Where what belongs to other processes and units is left out, in reading and in acting."""
_TELLS_NOTHING: Final = ("/v1/processes", "/v1/units", "/v1/me", "/v1/session")
"""What everybody who is signed in may read, or what is said of oneself."""


class OutsideScope(Refusal):
    """The token was made for less than this."""

    kind = "token-scope"


class TokenScope(Value):
    """What a token is narrowed to. Empty tuples narrow nothing; `units` stand for what is below them, too."""

    read_only: bool = False
    processes: tuple[str, ...] = ()
    units: tuple[str, ...] = ()

    def check_request(self, method: str, route: str) -> None:
        """Raise OutsideScope for a request the token was not made for; `route` is the route's own text.

        A token for some cases only gets no further than where the others are left out: a new route is closed
        to it until somebody has thought about it.
        """
        if f"{method} {route}" in _HARMLESS:
            return
        reads = method in _READING
        if self.read_only and not reads:
            raise OutsideScope(_READ_ONLY)
        if self.processes or self.units:
            known = (*_LEAVES_OUT, *_TELLS_NOTHING) if reads else _LEAVES_OUT
            if not any(route == one or route.startswith(f"{one}/") for one in known):
                raise OutsideScope

    def covers(self, process: str, path: Iterable[str]) -> bool:
        """Whether a case is within it: of one of the processes, and with one of the units on its path."""
        in_process = not self.processes or process in self.processes
        return in_process and (not self.units or not set(self.units).isdisjoint(path))


def scope_in(kept: str | None) -> TokenScope | None:
    """Return the scope a session row holds, or None where it has all the rights of its login."""
    return None if kept is None else TokenScope.model_validate_json(kept)


_READ_ONLY = Text(
    zh="此令牌只能读取。",
    en="This token may only read.",
)
