"""What a unit asks of log-ins: read by everybody, set by its administrators, for it and all below it."""

from __future__ import annotations

from sqlalchemy import Connection

from records import factors, units
from records import login_policies as kept
from services.asking import Asking
from services.parts import Caller, Parts
from services.passkeys import PasskeyView, passkey_view
from services.proofs import Level, asked_of, strictest, strong_enough
from services.second_steps import Enrolling
from services.views import View


class LoginPolicyView(View):
    """What is asked of those who hold posts in a unit: by it (`own`), and with what those above ask."""

    unit: str
    own: str
    second_factor: str
    asked_by: str | None
    """The nearest unit that asks for as much."""


class FactorsView(View):
    """What somebody can come in by beside a password, and what his units ask of him."""

    asked: Level
    code_app: bool
    recovery_codes_left: int
    passkeys: tuple[PasskeyView, ...]


async def policy_of(parts: Parts, unit: str) -> LoginPolicyView:
    """Return what is asked in a unit. Raises NotFound."""

    def work(connection: Connection) -> LoginPolicyView:
        units.unit(connection, unit)
        return _view(connection, unit)

    return await parts.read(work)


async def set_policy(parts: Parts, caller: Caller, unit: str, second_factor: Level) -> LoginPolicyView:
    """Say what a unit asks from now on; sessions that proved less end. Raises NotFound, NotPermitted."""

    def work(connection: Connection) -> LoginPolicyView:
        units.unit(connection, unit)
        asking = Asking(connection, caller.person, parts.today())
        asking.check_administers(unit)
        now = parts.clock()
        kept.set_policy(connection, unit, second_factor, set_by=caller.person, now=now)
        if second_factor != "none":
            kept.end_weaker(connection, unit, strong_enough(second_factor), asking.today)
        return _view(connection, unit)

    return await parts.write(work)


async def own_factors(parts: Parts, who: Enrolling) -> FactorsView:
    """Return what somebody can come in by, and what is asked of him."""

    def work(connection: Connection) -> FactorsView:
        app = factors.code_app(connection, who.login)
        return FactorsView(
            asked=asked_of(connection, who.person, parts),
            code_app=app is not None and app.confirmed_at is not None,
            recovery_codes_left=factors.recovery_codes_left(connection, who.login),
            passkeys=tuple(passkey_view(one) for one in factors.list_passkeys(connection, who.login)),
        )

    return await parts.read(work)


def _view(connection: Connection, unit: str) -> LoginPolicyView:
    asked = kept.of_unit(connection, unit)
    most = strictest(policy.second_factor for policy in asked)
    own = next((policy.second_factor for policy in asked if policy.unit == unit), "none")
    by = next((policy.unit for policy in asked if policy.second_factor == most != "none"), None)
    return LoginPolicyView(unit=unit, own=own, second_factor=most, asked_by=by)
