"""Passkeys: key pairs in people's devices. One proves by itself who comes in, because the device asked him.

Challenges are made here and taken once; a device signs them for our own address only.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import urlsplit

import webauthn
from sqlalchemy import Connection
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)
from webauthn.registration.verify_registration_response import VerifiedRegistration

from domain.values import Language, Text
from records import accounts as kept
from records import factors, unfinished
from records.factors import Passkey
from services.parts import Parts
from services.proofs import Begun, HalfWay, arrive, begin
from services.refusals import InvalidInput, WrongLogin
from services.second_steps import Enrolling
from services.throttling import Place, check_beginning, note_beginning
from services.views import View

LASTS: Final = timedelta(minutes=5)
"""How long a device may take to answer."""


class PasskeyView(View):
    """A passkey, as its owner sees it."""

    id: str
    name: str
    created_at: datetime
    used_at: datetime | None


@dataclass(frozen=True)
class Site:
    """Where browsers find us: passkeys are made for this place, and work at no other."""

    origin: str
    host: str

    @classmethod
    def at(cls, public_url: str) -> Site:
        """Return the site of a public address."""
        parts = urlsplit(public_url)
        return cls(f"{parts.scheme}://{parts.netloc}", parts.hostname or "")


@dataclass(frozen=True)
class Challenge:
    """What a browser hands to its device, and the ticket that it brings back with the answer."""

    options: dict[str, Any]
    ticket: str = field(repr=False)


async def ask_for_passkey(parts: Parts, site: Site, place: Place) -> Challenge:
    """Begin to come in with a passkey, without saying who one is. Raises TooManyTries."""
    options = webauthn.generate_authentication_options(
        rp_id=site.host, user_verification=UserVerificationRequirement.REQUIRED
    )
    now = parts.clock()

    def work(connection: Connection) -> str:
        check_beginning(connection, place, now)
        note_beginning(connection, place, now)
        challenge = bytes_to_base64url(options.challenge)
        return unfinished.begin(connection, "passkey", challenge, now=now, lasts=LASTS)

    return Challenge(options_to_json_dict(options), await parts.write(work))


async def come_in(  # noqa: PLR0917 - who, where, by what
    parts: Parts,
    site: Site,
    ticket: str | None,
    credential: Mapping[str, Any],
    place: Place,
    language: Language,
) -> Begun:
    """Begin the session of whoever's device answered. Raises WrongLogin; what was wrong is not said."""
    now = parts.clock()

    def waiting(connection: Connection) -> tuple[str | None, Passkey | None]:
        found = unfinished.take(connection, "passkey", ticket, now) if ticket else None
        known = factors.passkey_of(connection, str(credential.get("id")))
        return (None if found is None else found.data), known

    challenge, passkey = await parts.write(waiting)
    if challenge is None or passkey is None:
        raise WrongLogin
    sign_count = _checked_answer(site, challenge, passkey, credential)

    def work(connection: Connection) -> Begun | None:
        account = kept.account(connection, passkey.login)
        if account is None or account.disabled:
            return None
        if not factors.passkey_used(connection, passkey, sign_count, now):
            return None
        return begin(connection, parts, account, place, language, proof="passkey")

    begun = await parts.write(work)
    if begun is None:
        raise WrongLogin
    return begun


async def offer(parts: Parts, site: Site, who: Enrolling) -> Challenge:
    """Begin to set up a passkey."""
    now = parts.clock()
    known = await parts.read(lambda connection: factors.list_passkeys(connection, who.login))
    options = webauthn.generate_registration_options(
        rp_id=site.host,
        rp_name="Accede",
        user_name=who.login,
        user_id=_handle_of(who),
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
        exclude_credentials=[
            PublicKeyCredentialDescriptor(base64url_to_bytes(one.credential)) for one in known
        ],
    )
    data = json.dumps({"challenge": bytes_to_base64url(options.challenge)})
    ticket = await parts.write(
        lambda connection: unfinished.begin(
            connection, "new-passkey", data, now=now, lasts=LASTS, login=who.login
        )
    )
    return Challenge(options_to_json_dict(options), ticket)


async def add(  # noqa: PLR0917 - who, where, by what
    parts: Parts,
    site: Site,
    who: Enrolling,
    ticket: str | None,
    name: str,
    credential: Mapping[str, Any],
    place: Place,
    language: Language,
) -> tuple[PasskeyView, Begun | HalfWay | None]:
    """Set a passkey up; return it, and the way in that this finished.

    Raises InvalidInput where the device answered to something else, InUse where the passkey is known.
    """
    now = parts.clock()

    def waiting(connection: Connection) -> str | None:
        found = unfinished.take(connection, "new-passkey", ticket, now) if ticket else None
        return None if found is None or found.login != who.login else str(json.loads(found.data)["challenge"])

    challenge = await parts.write(waiting)
    if challenge is None:
        raise InvalidInput("credential", _NOT_ASKED)
    made = _checked_offer(site, challenge, credential)

    def work(connection: Connection) -> tuple[PasskeyView, Begun | HalfWay | None]:
        added = factors.add_passkey(
            connection,
            who.login,
            bytes_to_base64url(made.credential_id),
            bytes_to_base64url(made.credential_public_key),
            made.sign_count,
            name,
            now,
        )
        return passkey_view(added), _finished(connection, parts, who, place, language)

    return await parts.write(work)


async def remove(parts: Parts, who: Enrolling, passkey_id: str) -> None:
    """Forget one of one's passkeys. Raises NotFound."""
    await parts.write(lambda connection: factors.remove_passkey(connection, who.login, passkey_id))


def passkey_view(passkey: Passkey) -> PasskeyView:
    """Return a passkey as its owner sees it."""
    return PasskeyView(
        id=passkey.id, name=passkey.name, created_at=passkey.created_at, used_at=passkey.used_at
    )


def _finished(
    connection: Connection, parts: Parts, who: Enrolling, place: Place, language: Language
) -> Begun | HalfWay | None:
    """Finish the way in of somebody who was half way and has set a passkey up now."""
    if who.ticket is None:
        return None
    waiting = unfinished.take(connection, "second-step", who.ticket, parts.clock())
    account = kept.account(connection, who.login)
    if waiting is None or account is None or account.disabled:
        raise WrongLogin
    first = json.loads(waiting.data)["proof"].partition("+")[0]
    return arrive(connection, parts, account, place, language, f"{first}+passkey")


def _checked_answer(site: Site, challenge: str, passkey: Passkey, credential: Mapping[str, Any]) -> int:
    """Return how often the device says it signed. Raises WrongLogin."""
    try:
        checked = webauthn.verify_authentication_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            credential_public_key=base64url_to_bytes(passkey.public_key),
            credential_current_sign_count=passkey.sign_count,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - what came is read by four parsers, each with errors of its own
        raise WrongLogin from None
    return checked.new_sign_count


def _checked_offer(site: Site, challenge: str, credential: Mapping[str, Any]) -> VerifiedRegistration:
    """Return what a device made. Raises InvalidInput."""
    try:
        return webauthn.verify_registration_response(
            credential=dict(credential),
            expected_challenge=base64url_to_bytes(challenge),
            expected_rp_id=site.host,
            expected_origin=site.origin,
            require_user_verification=True,
        )
    except Exception:  # noqa: BLE001 - what came is read by four parsers, each with errors of its own
        raise InvalidInput("credential", _NOT_ASKED) from None


def _handle_of(who: Enrolling) -> bytes:
    """Return what devices know a login by: always the same, and nothing that says who it is."""
    return hashlib.sha256(f"passkeys of {who.person} as {who.login}".encode()).digest()


_NOT_ASKED = Text(
    zh="不是对本次请求的应答，或设备没有验证使用者；请重新开始。",
    en="does not answer what was asked here now, or the device did not check who uses it; begin again",
)
