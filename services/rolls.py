"""A roll of people on paper: those of the cases somebody sees, narrowed as a list of cases is."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import Any, Final

from domain.values import Language
from services import blocks, cases, typesetting
from services.cases import CaseFilter
from services.form_words import Words
from services.parts import Caller, Parts
from services.views import CaseRow

_TEMPLATE: Final = "form_texts/form.typ"
_MOST: Final = 2_000
_AT_ONCE: Final = 200


async def roll_pdf(
    parts: Parts, caller: Caller, wanted: CaseFilter, language: Language | None = None
) -> bytes:
    """Return a roll as a PDF, in the order in which the cases began. Raises InvalidInput."""
    caller = caller if language is None else replace(caller, language=language)
    rows: list[CaseRow] = []
    cursor: str | None = None
    while len(rows) < _MOST:
        page = await cases.listed(parts, caller, wanted, cursor=cursor, limit=_AT_ONCE)
        rows += page.items
        cursor = page.next
        if cursor is None:
            break
    return await asyncio.to_thread(typesetting.as_pdf, _TEMPLATE, _data(parts, caller, wanted, rows))


def _data(parts: Parts, caller: Caller, wanted: CaseFilter, rows: list[CaseRow]) -> dict[str, Any]:
    w, language = Words(caller.language), caller.language
    known = (process.standings.get(wanted.standing or "") for process in parts.library)
    of = next((title.in_language(language) for title in known if title is not None), w["people"])
    lines = []
    for number, row in enumerate(
        sorted(rows, key=lambda one: (one.opened_on, one.subject.name, one.id)), start=1
    ):
        edition = parts.library.find(row.process.id, row.process.version)
        standing = edition.standings.get(row.standing)
        stage = edition.stage(row.stage).title
        ended = edition.outcomes.get(row.outcome or "")
        lines.append(
            (
                str(number),
                row.subject.name,
                row.unit.name,
                "" if standing is None else standing.in_language(language),
                w.day(row.opened_on),
                (stage if ended is None else ended.title).in_language(language),
                "",
            )
        )
    heads = [w[name] for name in ("number", "person", "unit", "standing", "began", "stage", "remark")]
    table = blocks.table(heads, (0, 2, 3, 0, 0, 3, 2), lines, room=0 if lines else 3)
    signs = blocks.signs(w.day_or_line(None), w["actor_signs"], w["secretary"])
    return {
        "language": language,
        "title": w.say("roll", of=of),
        "code": "",
        "about": w.say("roll_number", number=str(len(lines))),
        "foot": "",
        "blocks": [table, signs],
    }
