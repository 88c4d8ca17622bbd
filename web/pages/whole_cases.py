"""Acts on a whole case: withdrawing, suspending, moving, correcting, asking to look again."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Any, Final, get_args

from fastapi import APIRouter, Query, Response

from api.bounds import Id, Label
from domain.acts import Change
from domain.outlook import Outlook
from domain.values import Scalar, Text
from services import acts, case_pages
from services.case_pages import CasePage
from services.refusals import HeadMoved, InvalidInput, NotFound
from services.requests import ActRequest
from services.whole_outlook import outlook_of_whole
from web.forms import Filled, Form
from web.periods import MaybeDay, asked_days, day_said_in
from web.refused import REFUSALS, Refused
from web.unit_fields import Among, unit_chosen, unit_field
from web.visits import Visit, Visiting

router = APIRouter()

Proposal = Annotated[int | None, Query(ge=1)]
"""What waits for a second person, by its number in the history."""

_KINDS: Final = frozenset(get_args(ActRequest.model_fields["kind"].annotation)) - {"step", "migrate"}


@router.get("/cases/{case_id}/acts/{kind}")
async def asked(
    visit: Visiting,
    case_id: Id,
    kind: Label,
    proposal: Proposal = None,
    occurred_on: MaybeDay = "",
) -> Response:
    """Show the form of an act on the whole case; `proposal` is one that waits for a second person.

    Where a part is asked for it is what follows from the day that was typed.
    """
    if visit.wants_fragment:
        day = asked_days(visit.language, occurred_on=occurred_on).on("occurred_on")
        ahead = await _ahead(visit, case_id, kind, day, proposal)
        return visit.part("cases/outlook.html", ahead=ahead, today_too=False)
    page = await _page(visit, case_id, kind)
    return await _drawn(visit, page, kind, 200, proposal=proposal)


@router.post("/cases/{case_id}/acts/{kind}")
async def done(visit: Visiting, form: Form, case_id: Id, kind: Label) -> Response:
    """Record it, or show the form again with what stands in the way."""
    page = await _page(visit, case_id, kind)
    proposal = form.count("proposal")
    try:
        to_unit = await unit_chosen(visit, form, "to_unit", _others(page)) if kind == "transfer" else None
        request = _request(kind, form, to_unit)
        key = None if form.key is None else f"page-{form.key}"
        await acts.perform(
            visit.parts, visit.caller, case_id, request, head=form.line("head") or "-", key=key
        )
    except HeadMoved as moved:
        page, refused = await _page(visit, case_id, kind), Refused.of(moved, visit.language)
        since = await case_pages.in_words(visit.parts, page.case, moved.events)
        return await _drawn(
            visit, page, kind, 412, proposal=proposal, refused=refused, form=form, since=since
        )
    except REFUSALS as error:
        refused = Refused.of(error, visit.language)
        return await _drawn(visit, page, kind, refused.status, proposal=proposal, refused=refused, form=form)
    return visit.see_other(f"/cases/{case_id}", _RECORDED)


async def _ahead(
    visit: Visit, case_id: str, kind: str, day: date | None, proposal: int | None
) -> Outlook | None:
    if kind not in _KINDS:
        raise NotFound
    return await outlook_of_whole(visit.parts, visit.caller, case_id, kind, day, proposal)


async def _page(visit: Visit, case_id: str, kind: str) -> CasePage:
    if kind not in _KINDS:
        raise NotFound
    return await case_pages.case_page(visit.parts, visit.caller, case_id, every=kind == "correct")


def _request(kind: str, form: Filled, to_unit: str | None) -> ActRequest:
    """Return what a form asks for. Raises InvalidInput."""
    proposal, answer = form.count("proposal"), form.line("answer")
    return ActRequest.model_validate(
        {
            "kind": kind,
            "occurred_on": form.day("occurred_on"),
            "reason": form.prose("reason"),
            "outcome": form.line("outcome") if kind == "withdraw" else None,
            "to_unit": to_unit,
            "handed_over": form.flag("handed_over"),
            "change": _change(form) if kind == "correct" and proposal is None else None,
            "confirms": proposal if answer == "confirm" else None,
            "rejects": proposal if answer == "reject" else None,
        }
    )


def _others(page: CasePage) -> Among:
    """Return the units to which a case can move."""
    return Among(page.process.starts_in, but=page.case.unit.id)


def _change(form: Filled) -> Change:
    """Return the value that is said to be wrong. Raises InvalidInput."""
    seq, _, path = form.needed("what").partition(":")
    if not (seq.isascii() and seq.isdigit() and path) or len(seq) > _DIGITS:
        raise InvalidInput("what", _CHOOSE)
    text = form.needed("value", longest=2_000)
    return Change(seq=int(seq), path=path, value=_typed(path, text))


def _typed(path: str, text: str) -> Scalar:
    """Return a new value as its kind wants it: a day stays text, yes and no and numbers become such."""
    if path == "occurred_on":
        return text
    known = {"是": True, "yes": True, "true": True, "否": False, "no": False, "false": False}
    if text.casefold() in known:
        return known[text.casefold()]
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _DIGITS else text


async def _drawn(
    visit: Visit,
    page: CasePage,
    kind: str,
    status: int,
    *,
    form: Filled | None = None,
    **more: Any,  # noqa: ANN401 - whatever the template takes
) -> Response:
    given = form or Filled()
    answers = next((one for one in page.case.proposals if one.seq == more.get("proposal")), None)
    day = day_said_in(given)
    moves = kind == "transfer"
    return visit.page(
        "cases/whole.html",
        status,
        page=page,
        case=page.case,
        kind=kind,
        given=given,
        unit=await unit_field(visit, given, "to_unit", _others(page)) if moves else None,
        left=tuple((name, one.title) for name, one in page.process.outcomes.items() if one.kind == "left"),
        waiting=answers,
        ahead=await _ahead(visit, page.case.id, kind, day, None if answers is None else answers.seq),
        **({"refused": None, "since": ()} | more),
    )


_DIGITS: Final = 15
_RECORDED: Final = Text(zh="已登记。", en="It is recorded.")
_CHOOSE: Final = Text(zh="请选择要更正的内容", en="Please choose what is to be corrected")
