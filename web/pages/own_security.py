"""What one comes in by: the password, an app that makes codes, codes to recover with, passkeys."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import APIRouter, Response

from api.callers import secret_of
from api.cookies import end_session, place_of, set_session
from domain.values import Text
from services import accounts, login_policies, passkeys, second_steps
from services.elsewhere import is_own_path
from services.own_passwords import change_own_password
from services.refusals import InvalidInput
from services.second_steps import Enrolling, LogInAgain
from web.forms import REQUIRED, Filled, Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_HERE = "/own/security"
_LONGEST_SECRET = 1_000


@router.get(_HERE)
async def security(visit: Visiting) -> Response:
    """Show what one comes in by, to whoever has just come in."""
    return await _drawn(visit)


@router.post("/own/again")
async def again(visit: Visiting, form: Form) -> Response:
    """Sign out, to sign in again and come back here."""
    back = form.typed("back")
    secret = secret_of(visit.request)
    if secret:
        await accounts.log_out(visit.parts, secret)
    answer = visit.see_other(f"/login?to={quote(back if is_own_path(back) else '/', safe='/')}")
    end_session(visit.request, answer)
    return answer


@router.post("/own/security/password")
async def change_password(visit: Visiting, form: Form) -> Response:
    """Take a new password; every other session and token ends."""
    try:
        new = _secret(form, "new_password")
        if new != form.typed("repeated"):
            raise InvalidInput("repeated", _NOT_THE_SAME)
        begun = await change_own_password(
            visit.parts,
            secret_of(visit.request),
            _secret(form, "password"),
            new,
            place_of(visit.request),
            visit.language,
        )
    except REFUSALS as error:
        return await _drawn(visit, error, "password")
    answer = visit.see_other(
        _HERE, Text(zh="密码已更改，其他登录均已结束。", en="Changed; every other sign-in has ended.")
    )
    set_session(visit.request, answer, visit.parts, begun)
    return answer


@router.post("/own/security/app")
async def begin_app(visit: Visiting, form: Form) -> Response:  # noqa: ARG001 - read, so that its size is bounded
    """Show what an app that makes codes is set up with."""
    try:
        sealer = visit.request.app.state.sealer
        app = await second_steps.begin_code_app(visit.parts, sealer, await _enrolling(visit))
    except REFUSALS as error:
        return await _drawn(visit, error, "app")
    return visit.page("own/app.html", app=app, refused=None)


@router.post("/own/security/app/confirm")
async def confirm_app(visit: Visiting, form: Form) -> Response:
    """Confirm the app by a code of it; the codes to recover with are shown, once."""
    try:
        codes, _ = await second_steps.confirm_code_app(
            visit.parts,
            visit.request.app.state.sealer,
            await _enrolling(visit),
            _secret(form, "code"),
            place_of(visit.request),
            visit.language,
        )
    except REFUSALS as error:
        return await _drawn(visit, error, "app")
    return visit.page("own/codes.html", codes=codes.recovery_codes)


@router.post("/own/security/app/remove")
async def remove_app(visit: Visiting, form: Form) -> Response:  # noqa: ARG001 - the same
    """Forget the app and the codes to recover with."""
    try:
        await second_steps.remove_code_app(visit.parts, await _enrolling(visit))
    except REFUSALS as error:
        return await _drawn(visit, error, "app")
    return visit.see_other(_HERE, _GONE)


@router.post("/own/security/codes")
async def new_codes(visit: Visiting, form: Form) -> Response:  # noqa: ARG001 - the same
    """Take new codes to recover with, shown once."""
    try:
        codes = await second_steps.new_recovery_codes(visit.parts, await _enrolling(visit))
    except REFUSALS as error:
        return await _drawn(visit, error, "app")
    return visit.page("own/codes.html", codes=codes.recovery_codes)


@router.post("/own/security/passkeys/remove")
async def remove_passkey(visit: Visiting, form: Form) -> Response:
    """Forget one of one's passkeys."""
    try:
        await passkeys.remove(visit.parts, await _enrolling(visit), form.needed("passkey"))
    except REFUSALS as error:
        return await _drawn(visit, error, "passkeys")
    return visit.see_other(_HERE, _GONE)


async def _enrolling(visit: Visit) -> Enrolling:
    return await second_steps.enrolling(visit.parts, secret=secret_of(visit.request), ticket=None)


async def _drawn(visit: Visit, error: Exception | None = None, of: str = "") -> Response:
    refused = None if error is None else Refused.of(error, visit.language)
    try:
        factors = await login_policies.own_factors(visit.parts, await _enrolling(visit))
    except LogInAgain as stale:
        factors = None
        refused = refused or Refused.of(stale, visit.language)
    status = 200 if error is None or refused is None else refused.status
    return visit.page("own/security.html", status, factors=factors, refused=refused, of=of)


def _secret(form: Filled, name: str) -> str:
    typed = form.typed(name)
    if not typed or len(typed) > _LONGEST_SECRET:
        raise InvalidInput(name, REQUIRED)
    return typed


_GONE = Text(zh="已移除。", en="It is removed.")
_NOT_THE_SAME = Text(zh="两次输入的新密码不一致", en="is not the same as the new password above")
