"""What may be sent on the way in, beside a login and its password."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, SecretStr, StrictBool

from api.bounds import Asked, Id, Label, Line

_Base64 = Annotated[str, Field(min_length=1, max_length=20_000, pattern=r"^[A-Za-z0-9_-]+=*$")]
_CredentialId = Annotated[str, Field(min_length=1, max_length=1_400, pattern=r"^[A-Za-z0-9_-]+$")]


class CodeBody(Asked):
    """A code of an app, or one to recover with."""

    code: Annotated[SecretStr, Field(min_length=1, max_length=100)]


class PasswordBody(Asked):
    """One's password, and the one that takes its place."""

    password: Annotated[SecretStr, Field(max_length=1_000)]
    new_password: Annotated[SecretStr, Field(max_length=1_000)]


class TokenBody(Asked):
    """What a token is for, how long it works, and what it is narrowed to."""

    name: Line
    days: Annotated[int, Field(ge=1, le=3_660)]
    read_only: StrictBool = False
    processes: Annotated[tuple[Label, ...], Field(max_length=50)] = ()
    units: Annotated[tuple[Id, ...], Field(max_length=50)] = ()


class _FromDevice(BaseModel):
    """What browsers make of a device's answer: they add to it over the years; what is new is left out."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class _Assertion(_FromDevice):
    clientDataJSON: _Base64  # noqa: N815 - as browsers write it
    authenticatorData: _Base64  # noqa: N815 - as browsers write it
    signature: _Base64
    userHandle: _Base64 | None = None  # noqa: N815 - as browsers write it


class _Attestation(_FromDevice):
    clientDataJSON: _Base64  # noqa: N815 - as browsers write it
    attestationObject: _Base64  # noqa: N815 - as browsers write it


class AssertionBody(_FromDevice):
    """A device's answer at a log-in, as `PublicKeyCredential.toJSON()` gives it."""

    id: _CredentialId
    rawId: _CredentialId  # noqa: N815 - as browsers write it
    type: Literal["public-key"]
    response: _Assertion


class AttestationBody(_FromDevice):
    """A device's answer where a passkey is set up, as `PublicKeyCredential.toJSON()` gives it."""

    id: _CredentialId
    rawId: _CredentialId  # noqa: N815 - as browsers write it
    type: Literal["public-key"]
    response: _Attestation


class PasskeyBody(Asked):
    """A passkey to set up, and what its owner calls it."""

    name: Line
    credential: AttestationBody


class LoginPolicyBody(Asked):
    """What a unit asks of log-ins."""

    second_factor: Literal["none", "any", "passkey"]
