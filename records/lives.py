"""The life of a finding in rows, whatever its kind: a word is added, and it stands otherwise from then on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import sqlalchemy as sa
from sqlalchemy import Connection, Table


class Lives(NamedTuple):
    """Where findings of a kind are kept, and what was said of them."""

    findings: Table
    words: Table

    def add(
        self, connection: Connection, finding_id: str, word: Mapping[str, Any], *, state: str, present: bool
    ) -> None:
        """Add a word to a finding that has some, and say where it stands with that."""
        words, findings = self.words.c, self.findings.c
        last = sa.select(sa.func.max(words.number)).where(words.finding_id == finding_id)
        number = connection.execute(last).scalar_one() + 1
        connection.execute(sa.insert(self.words).values(finding_id=finding_id, number=number, **word))
        connection.execute(
            sa.update(self.findings)
            .where(findings.id == finding_id)
            .values(state=state, present=present, changed_at=word["said_at"])
        )
