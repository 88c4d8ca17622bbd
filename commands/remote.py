"""The HTTP API, from the outside: one address, one token, one language."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import httpx

from commands.failures import CommandFailed

_PATIENCE = 30.0
"""Seconds."""


class Remote:
    """A service that is asked over HTTP. What it refuses, or does not answer, is raised as CommandFailed."""

    def __init__(self, url: str, token: str, language: str) -> None:
        if not token:
            raise CommandFailed(
                "a token is needed: make one with `accede token LOGIN` and set ACCEDE_TOKEN to it"
            )
        headers = {"Authorization": f"Bearer {token}", "Accept-Language": language}
        self._http = httpx.Client(base_url=url, headers=headers, timeout=_PATIENCE, trust_env=False)

    def __enter__(self) -> Self:
        """Keep the connection for several requests."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Let go of the connection."""
        self._http.close()

    def get(self, path: str, **params: str) -> httpx.Response:
        """Read something."""
        return self._answer("GET", path, params=params)

    def post(self, path: str, body: dict[str, Any], *, head: str | None = None) -> httpx.Response:
        """Ask for something to be done, once, on the head that was seen."""
        headers = {"Idempotency-Key": uuid.uuid4().hex, **({"If-Match": head} if head else {})}
        return self._answer("POST", path, json=body, headers=headers)

    def upload(self, file: Path) -> str:
        """Hand in a document and return its id."""
        try:
            content = file.read_bytes()
        except OSError as error:
            raise CommandFailed(f"{file} cannot be read: {error.strerror}") from None
        headers = {"Idempotency-Key": uuid.uuid4().hex}
        answer = self._answer("POST", "/v1/materials", files={"file": (file.name, content)}, headers=headers)
        made: str = answer.json()["id"]
        return made

    def pages(self, path: str) -> Iterator[dict[str, Any]]:
        """Return the items of a list, page after page."""
        page = self.get(path).json()
        yield from page["items"]
        while page["next"]:
            page = self.get(path, cursor=page["next"]).json()
            yield from page["items"]

    def _answer(self, method: str, path: str, **parts: Any) -> httpx.Response:  # noqa: ANN401 - httpx's own arguments
        try:
            answer = self._http.request(method, path, **parts)
        except httpx.HTTPError as error:
            raise CommandFailed(f"no answer from {self._http.base_url}: {error}") from None
        if answer.is_success:
            return answer
        if answer.status_code == httpx.codes.UNAUTHORIZED:
            raise CommandFailed(
                f"{self._http.base_url} does not know this token, or no longer: make one there with "
                "`accede token LOGIN`, or set ACCEDE_URL to the address it was made for"
            )
        raise CommandFailed(_problem(answer))


def _problem(answer: httpx.Response) -> str:
    """Return a problem as one line: what is wrong, the rule and article, and when it would pass."""
    try:
        told = answer.json()
    except ValueError:
        return f"{answer.status_code} {answer.reason_phrase}"
    rule = f" [{told['rule']}, {told.get('basis')}]" if told.get("rule") else ""
    passes = f" It passes from {told['passes_on']}." if told.get("passes_on") else ""
    faults = "; ".join(_fault(fault) for fault in told.get("errors") or [])
    said = told.get("detail") or told.get("title") or answer.reason_phrase
    return f"{said}{rule}{passes}{' ' + faults if faults else ''}"


def _fault(fault: Any) -> str:  # noqa: ANN401 - whatever the service sent
    return ": ".join(str(part) for part in fault.values()) if isinstance(fault, dict) else str(fault)
