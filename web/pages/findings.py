"""Audit: what was found, where cases are late, one finding with its evidence, and what people say of it."""

from __future__ import annotations

from typing import Annotated, Final, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Storable
from api.paging import Cursor
from domain.auditing.lives import FindingState
from domain.patterns.catalogue import PATTERNS
from domain.values import Level, Text
from services import audit_overview, auditing, findings
from services.finding_views import Told
from services.findings import FindingFilter, Raised
from web.forms import Form
from web.refused import REFUSALS, Refused
from web.visits import Visit, Visiting

router = APIRouter()

_ON_A_PAGE: Final = 30
_SAID: Final = Text(zh="已登记。", en="It is recorded.")

Word = Annotated[str, Query(max_length=80), Storable]
MaybeRule = Annotated[str, Query(pattern=r"^([A-Z](\d{2})?|[a-z]+(-[a-z]+)*)?$")]


@router.get("/audit")
async def overview(visit: Visiting, unit: Word = "") -> Response:
    """Show findings by level, rule and unit, their trend, and where cases are late."""
    found = await audit_overview.overview(visit.parts, visit.caller, unit=unit or visit.unit)
    return visit.page("findings/overview.html", found=found, unit=unit)


@router.get("/findings")
async def listed(  # noqa: PLR0913 - one parameter for each filter
    visit: Visiting,
    *,
    unit: Word = "",
    case: Word = "",
    process: Word = "",
    kind: Literal["rule", "pattern", "hand", ""] = "",
    level: Level | Literal[""] = "",
    rule: MaybeRule = "",
    state: FindingState | Literal[""] = "",
    cursor: Cursor = None,
) -> Response:
    """Show findings, latest first, narrowed as asked."""
    narrowed = FindingFilter(
        unit=unit or visit.unit,
        kind=kind or None,
        case=case or None,
        process=process or None,
        level=level or None,
        rule=rule or None,
        state=state or None,
    )
    page = await findings.listed(visit.parts, visit.caller, narrowed, cursor=cursor, limit=_ON_A_PAGE)
    asked = {
        "unit": unit,
        "case": case,
        "process": process,
        "kind": kind,
        "level": level,
        "rule": rule,
        "state": state,
    }
    said = urlencode({name: value for name, value in asked.items() if value})
    return visit.page(
        "findings/findings.html",
        page=page,
        asked=asked,
        is_narrowed=bool(said),
        address=f"/findings?{said}" if said else "/findings",
        patterns=tuple((one.id, one.title) for one in PATTERNS.values()),
        letters=_letters(visit),
    )


@router.get("/findings/{finding_id}")
async def shown(visit: Visiting, finding_id: Id) -> Response:
    """Show one finding: what it rests on, every word about it, and what one may say."""
    return await _drawn(visit, finding_id)


@router.post("/findings/{finding_id}/{saying}")
async def say(
    visit: Visiting,
    form: Form,
    finding_id: Id,
    saying: Literal["explain", "accept", "remedy", "dismiss"],
) -> Response:
    """Say something of a finding."""
    try:
        told = Told(finding=finding_id, saying=saying, reason=form.needed("reason", longest=2_000))
        await findings.say(visit.parts, visit.caller, told, key=form.key)
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(visit, finding_id, refused.status, refused=refused, given=form.typed("reason"))
    return visit.see_other(f"/findings/{finding_id}", _SAID)


@router.post("/cases/{case_id}/findings")
async def raise_finding(visit: Visiting, form: Form, case_id: Id) -> Response:
    """Raise a finding by hand, as an auditor."""
    detail = form.needed("detail", longest=2_000)
    made = await findings.raise_by_hand(
        visit.parts, visit.caller, Raised(case=case_id, detail=detail), key=form.key
    )
    return visit.see_other(f"/findings/{made.id}", _SAID)


@router.post("/cases/{case_id}/audit")
async def evaluate(visit: Visiting, form: Form, case_id: Id) -> Response:  # noqa: ARG001 - a form has to come from here
    """Evaluate a case by the audit rules now."""
    made = await auditing.evaluate_now(visit.parts, visit.caller, case_id)
    number = len(made.broken)
    says = Text(
        zh=f"已评定：{len(made.kept)}条规则符合，{number}条不符合。",
        en=f"Evaluated: {len(made.kept)} rules are kept, {number} are broken.",
    )
    return visit.see_other(f"/findings?{urlencode({'case': case_id})}", says)


def _letters(visit: Visit) -> tuple[tuple[str, str], ...]:
    """Return the letters of rules with their subjects, of the largest book where several have one."""
    books = sorted(visit.parts.books.values(), key=lambda book: len(book.letters))
    found = {letter.letter: letter.title for book in books for letter in book.letters}
    return tuple((letter, title.in_language(visit.language)) for letter, title in sorted(found.items()))


async def _drawn(
    visit: Visit, finding_id: str, status: int = 200, *, refused: Refused | None = None, given: str = ""
) -> Response:
    finding = await findings.one(visit.parts, visit.caller, finding_id)
    # Of another process a version of the same name is called the same: only an overlay's is called otherwise.
    versions = {one.version: one.version_title for one in visit.parts.library}
    return visit.page(
        "findings/finding.html", status, finding=finding, versions=versions, refused=refused, given=given
    )
