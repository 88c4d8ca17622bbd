"""Opens what is sealed in events, with the keys of the run: is it there, and what the chain commits to?"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench.chaos.checker.findings import Findings
from bench.chaos.checker.stored import Row, Stored

_NONCE = 12
_SEALED_ANSWER = "\x1esealed."


def put_together(stored: Stored, secret: str, findings: Findings) -> None:
    """Give every event `whole`: its data with what was sealed in it."""
    for case, events in stored.events.items():
        for event in events:
            event["whole"] = json.loads(event["data"])
            if event["sealed"] is None:
                continue
            findings.compared["sealed events"] += 1
            try:
                person = stored.cases[case]["subject_id"]
                _put_together(event, key_of(person, stored.person_keys[person], secret))
            except (InvalidTag, KeyError, ValueError) as error:
                place = f"case {case} event {event['seq']}"
                findings.add("different", f"{place}: what is sealed cannot be opened ({error!r})")


def answers_opened(stored: Stored, secret: str, findings: Findings) -> None:
    """Put the answers kept beside idempotency keys in the open, where they were sealed for the person."""
    keys: list[AESGCM] = []
    for row in stored.idempotency.values():
        kept = row["answer"] or ""
        if not kept.startswith(_SEALED_ANSWER):
            continue
        keys = keys or [key_of(person, wrapped, secret) for person, wrapped in stored.person_keys.items()]
        sealed_answer = base64.b64decode(kept[len(_SEALED_ANSWER) :])
        row["answer"] = _opened_by_one(keys, sealed_answer)
        findings.compared["sealed answers"] += 1


def _opened_by_one(keys: list[AESGCM], whole: bytes) -> str:
    for number, key in enumerate(keys):
        try:
            text = _opened(key, whole, "words about people").decode()
        except InvalidTag:
            continue
        # The next one is most likely about the same person.
        keys.insert(0, keys.pop(number))
        return text
    return "{}"


def key_of(person: str, wrapped: str, secret: str) -> AESGCM:
    """Return a person's key. Raises InvalidTag, ValueError."""
    whole = base64.urlsafe_b64decode(wrapped.partition(".")[2])
    opener = AESGCM(base64.b64decode(secret))
    return AESGCM(base64.b64decode(_opened(opener, whole, f"key of person {person}")))


def text_of(event: Row, key: AESGCM) -> bytes:
    """Return what is sealed in an event, with its salt. Raises InvalidTag, ValueError."""
    return _opened(key, base64.b64decode(event["sealed"]), _place(event))


def sealed(text: bytes, event: Row, key: AESGCM) -> str:
    """Seal a text for the place of an event."""
    nonce = os.urandom(_NONCE)
    return base64.b64encode(nonce + key.encrypt(nonce, text, _place(event).encode())).decode()


def _opened(key: AESGCM, whole: bytes, about: str) -> bytes:
    return key.decrypt(whole[:_NONCE], whole[_NONCE:], about.encode())


def _place(event: Row) -> str:
    return f"event {event['case_id']}/{event['seq']}"


def _put_together(event: Row, key: AESGCM) -> None:
    """Put what was sealed in its place. Raises InvalidTag, KeyError, ValueError."""
    text = text_of(event, key)
    if hashlib.sha256(text).hexdigest() != event["whole"].pop("personal"):
        raise ValueError("it is not what the chain commits to")
    for path, value in json.loads(text)["parts"].items():
        _put(event["whole"], path.split("."), value)


def _put(data: dict[str, Any], path: list[str], value: object) -> None:
    for part in path[:-1]:
        data = data[part]
    data[path[-1]] = value
