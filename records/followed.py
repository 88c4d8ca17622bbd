"""Which definitions cases follow, asked when a process starts: each has to be published as it was."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy import Connection

from records.tables import cases


@dataclass(frozen=True)
class Unpublished:
    """A definition that cases follow, and that is not among those published here."""

    process: str
    version: str
    digest: str
    cases: int

    def __str__(self) -> str:
        """Say it in a sentence, without a full stop."""
        some = "1 case follows" if self.cases == 1 else f"{self.cases} cases follow"
        return f"{some} {self.process} {self.version} as it was with the digest {self.digest[:12]}…"


def unpublished(connection: Connection, digests: Collection[str]) -> tuple[Unpublished, ...]:
    """Return what cases follow that is not among the definitions with these digests."""
    named = (cases.c.process, cases.c.version, cases.c.digest)
    query = sa.select(*named, sa.func.count()).where(cases.c.digest.not_in(digests)).group_by(*named)
    return tuple(Unpublished(*row) for row in connection.execute(query.order_by(*named)))
