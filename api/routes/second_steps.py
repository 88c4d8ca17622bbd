"""The second step of a log-in, and setting up what it asks for."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Request, Response

from api.arriving import answered, asked_for_more
from api.bounds import Id
from api.callers import By, Here, parts_of, secret_of, signed_in
from api.cookies import CHALLENGE, TICKET, forget_ticket, place_of, read_cookie, set_challenge, set_session
from api.language import language_of
from api.login_bodies import AssertionBody, CodeBody, LoginPolicyBody, PasskeyBody, PasswordBody
from services import login_policies, passkeys, second_steps
from services.login_policies import FactorsView, LoginPolicyView
from services.own_passwords import change_own_password
from services.passkeys import Challenge, PasskeyView, Site
from services.proofs import Begun, HalfWay
from services.sealing import Sealer
from services.second_steps import CodeAppView, Enrolling, RecoveryCodesView
from services.views import Me, View

steps = APIRouter(prefix="/v1/session", tags=["session"])
own = APIRouter(prefix="/v1/me", tags=["session"], dependencies=signed_in)
policies = APIRouter(prefix="/v1/units/{unit_id}/login-policy", tags=["organisation"], dependencies=signed_in)


class OptionsView(View):
    """What a browser hands to `navigator.credentials`, in the form of its `parse…FromJSON`."""

    public_key: dict[str, object]


async def _enrolling(request: Request) -> Enrolling:
    return await second_steps.enrolling(
        parts_of(request), secret=secret_of(request), ticket=read_cookie(request, TICKET)
    )


Who = Annotated[Enrolling, Depends(_enrolling)]


@steps.post("/code", summary="Go on with a code", response_model=Me)
async def give_code(body: CodeBody, request: Request, response: Response, parts: Here) -> Me | Response:
    """Finish a log-in that asked for more with a code of one's app."""
    arrived = await second_steps.give_code(
        parts,
        _sealer(request),
        read_cookie(request, TICKET),
        body.code.get_secret_value(),
        place_of(request),
        language_of(request),
    )
    return answered(request, response, parts, arrived)


@steps.post("/recovery", summary="Go on with a code to recover with", response_model=Me)
async def give_recovery_code(
    body: CodeBody, request: Request, response: Response, parts: Here
) -> Me | Response:
    """Finish a log-in that asked for more with one of the codes to recover with, which is used up."""
    ticket, code = read_cookie(request, TICKET), body.code.get_secret_value()
    arrived = await second_steps.give_recovery_code(
        parts, ticket, code, place_of(request), language_of(request)
    )
    return answered(request, response, parts, arrived)


@steps.post("/passkey/options", summary="Begin to log in with a passkey")
async def ask_for_passkey(request: Request, response: Response, parts: Here) -> OptionsView:
    """Return a challenge for any passkey of this site; nobody has to say who he is."""
    challenge = await passkeys.ask_for_passkey(parts, _site(request), place_of(request))
    return _offered(request, response, challenge)


@steps.post("/passkey", summary="Log in with a passkey", response_model=Me)
async def give_passkey(
    body: AssertionBody, request: Request, response: Response, parts: Here
) -> Me | Response:
    """Begin a session for whoever's device signed the challenge. It is a whole log-in, no second step."""
    ticket, credential = read_cookie(request, CHALLENGE), body.model_dump(exclude_none=True)
    place, language = place_of(request), language_of(request)
    begun = await passkeys.come_in(parts, _site(request), ticket, credential, place, language)
    return answered(request, response, parts, begun)


@own.put("/password", summary="Change one's password")
async def change_password(body: PasswordBody, request: Request, response: Response, parts: Here) -> Me:
    """Take a new password. Every session and token of the login ends; the one that asks begins anew."""
    begun = await change_own_password(
        parts,
        secret_of(request),
        body.password.get_secret_value(),
        body.new_password.get_secret_value(),
        place_of(request),
        language_of(request),
    )
    set_session(request, response, parts, begun)
    return begun.me


@own.get("/factors", summary="What one comes in by")
async def own_factors(parts: Here, who: Who) -> FactorsView:
    """Return what the one who just came in can come in by, and what his units ask of him."""
    return await login_policies.own_factors(parts, who)


@own.post("/code-app", status_code=201, summary="Begin to set up an app that makes codes")
async def begin_code_app(request: Request, parts: Here, who: Who) -> CodeAppView:
    """Return what an app is set up with, once. It counts from the first code that is confirmed."""
    return await second_steps.begin_code_app(parts, _sealer(request), who)


@own.post("/code-app/confirm", summary="Confirm an app by a code of it")
async def confirm_code_app(
    body: CodeBody, request: Request, response: Response, parts: Here, who: Who
) -> RecoveryCodesView:
    """Return codes to recover with, once. Where a log-in waited for this it is finished by it."""
    code = body.code.get_secret_value()
    codes, arrived = await second_steps.confirm_code_app(
        parts, _sealer(request), who, code, place_of(request), language_of(request)
    )
    _finished(request, response, parts, arrived)
    return codes


@own.delete("/code-app", status_code=204, summary="Forget one's app")
async def remove_code_app(parts: Here, who: Who) -> None:
    """Forget one's app that makes codes, and the codes to recover with."""
    await second_steps.remove_code_app(parts, who)


@own.post("/recovery-codes", status_code=201, summary="Take new codes to recover with")
async def new_recovery_codes(parts: Here, who: Who) -> RecoveryCodesView:
    """Return new codes to recover with, once; the old ones are worth nothing any more."""
    return await second_steps.new_recovery_codes(parts, who)


@own.post("/passkeys/options", summary="Begin to set up a passkey")
async def offer_passkey(request: Request, response: Response, parts: Here, who: Who) -> OptionsView:
    """Return what a device needs to make a passkey for this site."""
    return _offered(request, response, await passkeys.offer(parts, _site(request), who))


@own.post("/passkeys", status_code=201, summary="Set up a passkey")
async def add_passkey(
    body: PasskeyBody, request: Request, response: Response, parts: Here, who: Who
) -> PasskeyView:
    """Keep the public half of what a device made. Where a log-in waited for this it is finished by it."""
    added, arrived = await passkeys.add(
        parts,
        _site(request),
        who,
        read_cookie(request, CHALLENGE),
        body.name,
        body.credential.model_dump(),
        place_of(request),
        language_of(request),
    )
    _finished(request, response, parts, arrived)
    return added


@own.delete("/passkeys/{passkey_id}", status_code=204, summary="Forget a passkey")
async def remove_passkey(passkey_id: Id, parts: Here, who: Who) -> None:
    """Forget one of one's passkeys."""
    await passkeys.remove(parts, who, passkey_id)


@policies.get("", summary="What a unit asks of log-ins")
async def read_policy(unit_id: Id, parts: Here, _caller: By) -> LoginPolicyView:
    """Return what is asked of those who hold posts in a unit, by it and by those above."""
    return await login_policies.policy_of(parts, unit_id)


@policies.put("", summary="Say what a unit asks of log-ins")
async def set_policy(unit_id: Id, body: LoginPolicyBody, parts: Here, caller: By) -> LoginPolicyView:
    """Ask for a second factor in a unit and below. Asked of an `admin`; sessions that proved less end."""
    return await login_policies.set_policy(parts, caller, unit_id, body.second_factor)


def _offered(request: Request, response: Response, challenge: Challenge) -> OptionsView:
    set_challenge(request, response, challenge.ticket, passkeys.LASTS)
    return OptionsView(public_key=challenge.options)


def _finished(request: Request, response: Response, parts: Here, arrived: Begun | HalfWay | None) -> None:
    """Hand over the cookies of a way in that was finished by it, or of one that still lacks something."""
    if isinstance(arrived, HalfWay):
        more = asked_for_more(request, arrived)
        response.raw_headers.extend(header for header in more.raw_headers if header[0] == b"set-cookie")
    elif arrived is not None:
        forget_ticket(request, response)
        set_session(request, response, parts, arrived)


def _site(request: Request) -> Site:
    return Site.at(request.app.state.public_url or str(request.base_url))


def _sealer(request: Request) -> Sealer | None:
    sealer: Sealer | None = request.app.state.sealer
    return sealer
