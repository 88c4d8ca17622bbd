"""A device with passkeys, in software: what an authenticator does, and what a dishonest one could."""

import base64
import hashlib
import json
import secrets
from dataclasses import dataclass, field

import cbor2
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec

PRESENT, VERIFIED, ATTESTED = 0x01, 0x04, 0x40


def encoded(value):
    return base64.urlsafe_b64encode(value).rstrip(b"=").decode()


@dataclass
class Device:
    """One passkey of one site. Its fields are what a test makes it lie about."""

    origin: str = "http://accede.test"
    rp_id: str = "accede.test"
    flags: int = PRESENT | VERIFIED
    counts: bool = True
    """Whether it counts how often it signed; many do not."""
    key: ec.EllipticCurvePrivateKey = field(default_factory=lambda: ec.generate_private_key(ec.SECP256R1()))
    id: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    handle: bytes = b""
    signed: int = 0

    def make(self, options):
        """Answer what a browser was asked by `navigator.credentials.create`."""
        self.handle = base64.urlsafe_b64decode(options["user"]["id"] + "==")
        told = {"fmt": "none", "attStmt": {}, "authData": self._data(ATTESTED, self._public())}
        response = {"attestationObject": encoded(cbor2.dumps(told)), "transports": ["internal"]}
        return self._credential("webauthn.create", options["challenge"], response)

    def answer(self, options, kind="webauthn.get"):
        """Answer what a browser was asked by `navigator.credentials.get`."""
        data = self._data(0, b"")
        credential = self._credential(kind, options["challenge"], {"authenticatorData": encoded(data)})
        client = base64.urlsafe_b64decode(credential["response"]["clientDataJSON"] + "==")
        signature = self.key.sign(data + hashlib.sha256(client).digest(), ec.ECDSA(hashes.SHA256()))
        credential["response"] |= {"signature": encoded(signature), "userHandle": encoded(self.handle)}
        return credential

    def _credential(self, kind, challenge, response):
        client = {"type": kind, "challenge": challenge, "origin": self.origin, "crossOrigin": False}
        return {
            "id": encoded(self.id),
            "rawId": encoded(self.id),
            "type": "public-key",
            "authenticatorAttachment": "platform",
            "clientExtensionResults": {},
            "response": response | {"clientDataJSON": encoded(json.dumps(client).encode())},
        }

    def _data(self, more_flags, attested):
        self.signed += self.counts
        counted = self.signed.to_bytes(4, "big")
        return (
            hashlib.sha256(self.rp_id.encode()).digest()
            + bytes([self.flags | more_flags])
            + counted
            + attested
        )

    def _public(self):
        numbers = self.key.public_key().public_numbers()
        cose = {1: 2, 3: -7, -1: 1, -2: numbers.x.to_bytes(32, "big"), -3: numbers.y.to_bytes(32, "big")}
        return bytes(16) + len(self.id).to_bytes(2, "big") + self.id + cbor2.dumps(cose)
