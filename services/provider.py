"""The service that people log in through, by OpenID Connect: where it sends them, and whom it says they are.

Only the code flow, with PKCE, and only signatures by keys that the provider publishes: what a browser brings
back proves nothing by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final
from urllib.parse import urlsplit

import httpx
from authlib.oauth2.rfc6749.parameters import prepare_grant_uri
from authlib.oauth2.rfc7636 import create_s256_code_challenge
from authlib.oidc.core import CodeIDToken
from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from domain.addresses import is_loopback
from domain.values import Text
from services.refusals import NotReady, Refusal

_SIGNED_BY: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA")
"""Signatures with a key pair. `none` proves nothing; HS… is made by anybody who knows our own secret."""
_KEPT_S: Final = 3_600
_ASKED_AGAIN_AFTER_S: Final = 60
_LEEWAY_S: Final = 60
_LARGEST: Final = 1 << 20
_LONGEST_SUBJECT: Final = 255
_OK: Final = 200


class LoginNotCompleted(Refusal):
    """What came back from the provider does not belong to what was begun here, or proves nobody."""

    kind = "login-not-completed"


@dataclass(frozen=True)
class ProviderPlace:
    """Which provider, who we are to it, and where it sends people back to."""

    issuer: str
    client_id: str
    client_secret: str | None = field(repr=False)
    redirect_uri: str


@dataclass(frozen=True)
class _Found:
    """What a provider says of itself, with its keys, and when it said so."""

    told: Mapping[str, Any]
    keys: KeySet
    at: float


class Provider:
    """One provider. What it publishes is asked for when it is needed, and kept for an hour."""

    def __init__(
        self,
        place: ProviderPlace,
        *,
        transport: httpx.AsyncBaseTransport | None = None,
        elapsed: Callable[[], float] = time.monotonic,
    ) -> None:
        """Take the place; tests hand in how it is reached, and how time passes."""
        self._place = place
        self._transport = transport
        self._elapsed = elapsed
        self._found: _Found | None = None

    @property
    def issuer(self) -> str:
        """The name of the provider."""
        return self._place.issuer

    async def address(self, *, state: str, nonce: str, verifier: str) -> str:
        """Return where a browser goes to log in. Raises NotReady where the provider cannot be asked."""
        found = await self._discovered()
        address: str = prepare_grant_uri(
            found.told["authorization_endpoint"],
            client_id=self._place.client_id,
            response_type="code",
            redirect_uri=self._place.redirect_uri,
            scope="openid",
            state=state,
            nonce=nonce,
            code_challenge=create_s256_code_challenge(verifier),  # type: ignore[no-untyped-call]  # the stubs leave it out
            code_challenge_method="S256",
        )
        return address

    async def check_sender(self, issuer: str | None) -> None:
        """Raise LoginNotCompleted where an answer names another provider, or none where ours always does.

        RFC 9207: so that no other provider passes for ours.
        """
        told = (await self._discovered()).told
        always = told.get("authorization_response_iss_parameter_supported") is True
        if (issuer is None and always) or (issuer is not None and issuer != self._place.issuer):
            raise LoginNotCompleted

    async def subject(self, *, code: str, verifier: str, nonce: str, now_s: int) -> str:
        """Return the provider's name for whoever brought a code.

        Raises LoginNotCompleted where the code is none, or is used, or what it gives is not signed by the
        provider for us, for this log-in and for now; NotReady where the provider cannot be asked.
        """
        found = await self._discovered()
        answer = await self._exchanged(found.told["token_endpoint"], code, verifier)
        token = answer.get("id_token")
        if not isinstance(token, str):
            raise LoginNotCompleted
        try:
            claims = await self._claims(found, token, nonce=nonce, answer=answer, now_s=now_s)
        except (JoseError, ValueError, TypeError, KeyError):
            # What is wrong with a token is not told: it helps nobody but whoever forged it.
            raise LoginNotCompleted from None
        subject = claims["sub"]
        if not isinstance(subject, str) or not 0 < len(subject) <= _LONGEST_SUBJECT:
            raise LoginNotCompleted
        return subject

    async def _claims(
        self, found: _Found, token: str, *, nonce: str, answer: Mapping[str, Any], now_s: int
    ) -> CodeIDToken:
        try:
            decoded = jwt.decode(token, found.keys, algorithms=_SIGNED_BY)
        except (JoseError, ValueError):
            # The provider may have new keys since.
            found = await self._discovered(older_than_s=_ASKED_AGAIN_AFTER_S)
            decoded = jwt.decode(token, found.keys, algorithms=_SIGNED_BY)
        ours = {
            "iss": {"essential": True, "value": self._place.issuer},
            "aud": {"essential": True, "value": self._place.client_id},
            "nonce": {"essential": True, "value": nonce},
        }
        params = {
            "nonce": nonce,
            "client_id": self._place.client_id,
            "access_token": answer.get("access_token"),
        }
        claims = CodeIDToken(decoded.claims, decoded.header, ours, params)
        claims.validate(now=now_s, leeway=_LEEWAY_S)
        return claims

    async def _exchanged(self, endpoint: str, code: str, verifier: str) -> Mapping[str, Any]:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": self._place.redirect_uri,
            "code_verifier": verifier,
            "client_id": self._place.client_id,
        }
        secret = self._place.client_secret
        auth = None if secret is None else httpx.BasicAuth(self._place.client_id, secret)
        status, answer = await self._asked("POST", endpoint, data=form, auth=auth)
        if status >= 500:  # noqa: PLR2004 - faults of the provider
            raise NotReady(_AWAY)
        if status != _OK:
            raise LoginNotCompleted
        return answer

    async def _discovered(self, *, older_than_s: float = _KEPT_S) -> _Found:
        """Return what the provider publishes, asked for anew where it was asked longer ago."""
        if self._found is not None and self._elapsed() - self._found.at < older_than_s:
            return self._found
        told = await self._published(f"{self._place.issuer.rstrip('/')}/.well-known/openid-configuration")
        if told.get("issuer") != self._place.issuer:
            raise NotReady(_NOT_ITSELF)
        for name in ("authorization_endpoint", "token_endpoint", "jwks_uri"):
            if not is_safe(str(told.get(name, ""))):
                raise NotReady(_NOT_ITSELF)
        try:
            keys = KeySet.import_key_set(await self._published(told["jwks_uri"]))  # type: ignore[arg-type]  # checked there
        except (JoseError, ValueError, TypeError, KeyError):
            raise NotReady(_NOT_ITSELF) from None
        self._found = _Found(told, keys, self._elapsed())
        return self._found

    async def _published(self, address: str) -> Mapping[str, Any]:
        status, answer = await self._asked("GET", address)
        if status != _OK:
            raise NotReady(_AWAY)
        return answer

    async def _asked(self, method: str, address: str, **more: Any) -> tuple[int, Mapping[str, Any]]:  # noqa: ANN401 - httpx's own
        """Ask the provider, and nobody it would send us on to."""
        headers = {"accept": "application/json"}
        try:
            async with httpx.AsyncClient(transport=self._transport, timeout=10) as client:
                answer = await client.request(method, address, headers=headers, **more)
        except (httpx.HTTPError, httpx.InvalidURL):
            raise NotReady(_AWAY) from None
        if len(answer.content) > _LARGEST:
            raise NotReady(_NOT_ITSELF)
        try:
            told = answer.json()
        except ValueError:
            told = None
        return answer.status_code, told if isinstance(told, dict) else {}


def is_safe(address: str) -> bool:
    """Whether nobody on the way can read or change what goes to an address: HTTPS, or on this machine."""
    try:
        parts = urlsplit(address)
        host = parts.hostname or ""
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and is_loopback(host)))


_AWAY = Text(
    zh="登录服务暂时无法访问，请稍后再试，或使用密码登录。",
    en="The log-in service cannot be reached; try again later, or log in with a password.",
)
_NOT_ITSELF = Text(
    zh="登录服务公布的信息与设置不符，请告诉管理员。",
    en="What the log-in service says of itself does not fit the settings; tell an operator.",
)
