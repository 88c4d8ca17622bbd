"""Witnesses: others who see every checkpoint of our log and sign below it, once they saw that it only grew.

As C2SP `tlog-witness` has it: we post what they have not seen, with the proof that it continues what they saw
last. A second installation, or any witness of a transparency log, can be one.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Final

import httpx

from domain.notes import COSIGNING, BadNote, VerifierKey
from domain.witnessing import LONGEST_ANSWER, cosignature_in, request_for, size_in

Proof = Callable[[int], Awaitable[tuple[bytes, ...]]]
"""Gives the path from an earlier size of the log to the checkpoint's. Raises LookupError for a larger one."""

_PATIENCE: Final = 20.0
"""Seconds."""


class NotCosigned(Exception):
    """A witness did not sign. The message says why, in few words."""


@dataclass(frozen=True)
class Witness:
    """Where a witness is asked, and the key his signatures are checked with."""

    address: str
    key: VerifierKey
    transport: httpx.AsyncBaseTransport | None = None

    async def cosign(
        self, note: str, text: str, seen: int, proof: Proof, handovers: Sequence[str] = ()
    ) -> str:
        """Return the line in which the witness signed a checkpoint; `seen` is what he signed last.

        Where he remembers another size he is asked once more from there; where he does not trust the key,
        once he was shown the notes in which each key named the next. Raises NotCosigned.
        """
        try:
            async with httpx.AsyncClient(transport=self.transport, timeout=_PATIENCE) as client:
                answer = await self._asked(client, note, seen, proof)
                if answer.status_code == _FORBIDDEN and handovers:
                    await self._show(client, handovers)
                    answer = await self._asked(client, note, seen, proof)
                told = size_in(answer.text[:LONGEST_ANSWER]) if answer.status_code == _CONFLICT else None
                if told is not None and told != seen:
                    answer = await self._asked(client, note, told, proof)
        except (httpx.HTTPError, httpx.InvalidURL) as away:
            raise NotCosigned(f"no answer: {type(away).__name__}") from away
        if answer.status_code != _OK:
            raise NotCosigned(_WHY.get(answer.status_code, f"answered with status {answer.status_code}"))
        try:
            return cosignature_in(answer.text[:LONGEST_ANSWER], self.key, text)
        except BadNote as wrong:
            raise NotCosigned(str(wrong)) from wrong

    async def _show(self, client: httpx.AsyncClient, handovers: Sequence[str]) -> None:
        """Show which key follows which; what a witness makes of it shows when he is asked again."""
        for one in handovers:
            await client.post(f"{self.address.rstrip('/')}/add-key", content=one.encode())

    async def _asked(self, client: httpx.AsyncClient, note: str, seen: int, proof: Proof) -> httpx.Response:
        try:
            body = request_for(seen, await proof(seen), note)
        except LookupError as longer:
            raise NotCosigned("the witness saw a longer log than there is: look into it at once") from longer
        return await client.post(f"{self.address.rstrip('/')}/add-checkpoint", content=body)


def witnesses_of(setting: str) -> tuple[Witness, ...]:
    """Return the witnesses a setting names: address, space, verifier key; commas between. Raises BadNote."""
    found = []
    for one in filter(None, (part.strip() for part in setting.split(","))):
        address, _, key = one.partition(" ")
        read = VerifierKey.read(key)
        if read.kind != COSIGNING:
            raise BadNote("the key of a witness is of the kind that cosigns")
        found.append(Witness(address, read))
    return tuple(found)


_OK: Final = 200
_FORBIDDEN: Final = 403
_CONFLICT: Final = 409
_WHY: Final = {
    403: "the witness does not trust the key that signed",
    404: "the witness does not know this log",
    409: "the witness saw another log of this name: look into it at once",
    422: "the witness did not accept the proof",
}
