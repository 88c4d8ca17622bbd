"""How often somebody may try to come in: the more tries failed, the longer the wait for the next.

Nobody is locked out. A try is counted three times: for the login from where it came, for the address, and for
the login from anywhere. Where a login has worked before, the last of these does not count, and in a browser
that remembers it only its own failures do: so whoever does not know a password can make those who do wait
only where they have never been.
"""

from __future__ import annotations

import hashlib
import ipaddress
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from records import attempts
from services.refusals import TooManyTries

FAMILIAR_FOR: Final = timedelta(days=90)
"""How long a place is remembered from which a login worked."""
LONGEST_WINDOW: Final = timedelta(days=1)
"""No failure counts for longer."""

_LONGEST_EXPONENT: Final = 20


@dataclass(frozen=True)
class Pace:
    """So many failures within a window are free; each one more doubles the wait, up to the longest."""

    free: int
    window: timedelta
    longest: timedelta

    def wait_s(self, failed: attempts.Failures | None, now: datetime) -> int:
        """Return how many seconds the next try has to wait, 0 where it need not."""
        if failed is None or failed.number < self.free:
            return 0
        seconds = 2 ** min(failed.number - self.free, _LONGEST_EXPONENT)
        ends = failed.last + min(timedelta(seconds=seconds), self.longest)
        return max(0, -(-(ends - now) // timedelta(seconds=1)))


FROM_HERE: Final = Pace(free=5, window=LONGEST_WINDOW, longest=timedelta(minutes=15))
"""One login from one place: fifteen guesses in the first half hour, then four an hour."""
FROM_ADDRESS: Final = Pace(free=50, window=timedelta(minutes=15), longest=timedelta(minutes=15))
"""Any login from one address, behind which a whole office may sit."""
FROM_ANYWHERE: Final = Pace(free=50, window=timedelta(hours=1), longest=timedelta(minutes=1))
"""One login from many addresses: one guess a minute, however many machines guess."""
SECOND_STEP: Final = Pace(free=5, window=LONGEST_WINDOW, longest=timedelta(minutes=15))
"""Codes of one login from anywhere: only who knows the password comes so far, and the codes are short."""


BEGINNING: Final = Pace(free=200, window=timedelta(minutes=15), longest=timedelta(minutes=1))
"""Ways in that were begun from one address: each leaves a row for some minutes."""


@dataclass(frozen=True)
class Place:
    """Where a try comes from: an address, and what its browser remembers of an earlier log-in."""

    address: str = ""
    browser: str | None = None

    def marks(self, login: str) -> tuple[str, str | None]:
        """Return what stands for this login from this address, and from this browser."""
        here = _digest("address", login, network_of(self.address))
        return here, None if self.browser is None else _browser_mark(login, self.browser)


@dataclass(frozen=True)
class Try:
    """One try to come in with a login from a place, on its way between two looks at the record."""

    login: str
    place: Place

    def check(self, connection: Connection, now: datetime) -> None:
        """Raise TooManyTries with the seconds to wait, where something failed too often."""
        wait = max(
            pace.wait_s(attempts.failures(connection, key, now - pace.window), now)
            for key, pace in self._counts(connection, now)
        )
        if wait:
            raise TooManyTries(wait)

    def failed(self, connection: Connection, now: datetime) -> None:
        """Count a failure."""
        attempts.note_failure(connection, [key for key, _ in self._counts(connection, now)], now)

    def worked(self, connection: Connection, now: datetime) -> str:
        """Remember the place, forget what failed here, and return what the browser is to be known by.

        What a browser brings is used again only where it came from here: somebody may have put it there.
        """
        here, browser = self.place.marks(self.login)
        shown = self.place.browser
        if shown is None or browser is None or not self._is_familiar(connection, browser, now):
            shown = secrets.token_urlsafe(32)
        for mark in (here, _browser_mark(self.login, shown)):
            attempts.note_familiar(connection, self.login, mark, now)
            attempts.forget_failures(connection, mark)
        return shown

    def _counts(self, connection: Connection, now: datetime) -> list[tuple[str, Pace]]:
        here, browser = self.place.marks(self.login)
        if browser is not None and self._is_familiar(connection, browser, now):
            return [(browser, FROM_HERE)]
        counts = [(here, FROM_HERE), (_digest("address", network_of(self.place.address)), FROM_ADDRESS)]
        if not self._is_familiar(connection, here, now):
            counts.append((_digest("login", self.login), FROM_ANYWHERE))
        return counts

    @staticmethod
    def _is_familiar(connection: Connection, mark: str, now: datetime) -> bool:
        return attempts.is_familiar(connection, mark, now - FAMILIAR_FOR)


def check_beginning(connection: Connection, place: Place, now: datetime) -> None:
    """Raise TooManyTries where too many ways in were begun from an address."""
    begun = attempts.failures(connection, _begun_from(place), now - BEGINNING.window)
    wait = BEGINNING.wait_s(begun, now)
    if wait:
        raise TooManyTries(wait)


def note_beginning(connection: Connection, place: Place, now: datetime) -> None:
    """Count that a way in was begun from an address."""
    attempts.note_failure(connection, [_begun_from(place)], now)


def check_second_step(connection: Connection, login: str, now: datetime) -> None:
    """Raise TooManyTries where too many codes of a login were wrong."""
    wait = SECOND_STEP.wait_s(
        attempts.failures(connection, _digest("code", login), now - SECOND_STEP.window), now
    )
    if wait:
        raise TooManyTries(wait)


def second_step_failed(connection: Connection, login: str, now: datetime) -> None:
    """Count a wrong code."""
    attempts.note_failure(connection, [_digest("code", login)], now)


def second_step_worked(connection: Connection, login: str) -> None:
    """Forget the wrong codes of a login."""
    attempts.forget_failures(connection, _digest("code", login))


def network_of(address: str) -> str:
    """Return the part of an address that one household has: of IPv6 the first half, all of anything else."""
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return address
    if isinstance(parsed, ipaddress.IPv4Address):
        return str(parsed)
    if parsed.ipv4_mapped is not None:
        return str(parsed.ipv4_mapped)
    return str(ipaddress.ip_network((parsed, 64), strict=False))


def _begun_from(place: Place) -> str:
    return _digest("begun", network_of(place.address))


def _browser_mark(login: str, secret: str) -> str:
    return _digest("browser", login, secret)


def _digest(*parts: str) -> str:
    """Return what stands for texts; each is closed off, so that no two lists of texts look alike."""
    joined = "".join(f"{len(part)}:{part}" for part in parts)
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()
