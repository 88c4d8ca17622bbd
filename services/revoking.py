"""Posts and delegations come to an end: after a last day, or at once. Who said so, when and why is kept.

An end by its last day lasts to that evening. Whoever takes a right at once takes it with the answer: the
next request finds it gone, and days gone by stay as they were.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Final

from domain.values import Text
from records import delegations, endings, organisation, posts, visible
from records.organisation import Delegation, Post
from records.unit_changes import Said
from services.asking import Asking, once
from services.parts import Caller, Parts
from services.people import delegation_views, ended_post_view
from services.refusals import Contradiction, InvalidInput, WordsMoved
from services.views import DelegationView, PostView


async def end_post(
    parts: Parts,
    caller: Caller,
    post_id: str,
    on: date | None,
    reason: str | None = None,
    *,
    seen: str | None = None,
    key: str | None = None,
) -> PostView:
    """Set the last day of a post, sooner than it had; today at the soonest. `seen` is as for `revoke_post`.

    Raises WordsMoved, NotFound, NotPermitted, InvalidInput for a day gone by, Contradiction.
    """

    def work(asking: Asking) -> PostView:
        found = _administered_post(asking, post_id, seen)
        last = on or asking.today
        _check_sooner(found, last, asking.today)
        said = _said(parts, caller, reason)
        ended = organisation.end_post(asking.connection, post_id, last, said=said)
        endings.say_ended(asking.connection, "post", post_id, last, said)
        return ended_post_view(asking.connection, ended)

    return await once(parts, caller, key, ("end-post", post_id, str(on), reason or ""), PostView, work)


async def revoke_post(
    parts: Parts,
    caller: Caller,
    post_id: str,
    reason: str,
    *,
    seen: str | None = None,
    key: str | None = None,
) -> PostView:
    """Take a post from now on, or one that has not begun.

    `seen` is the last day it had as the caller saw it, `none` for no last day; None takes it whatever it is.
    Raises WordsMoved, NotFound, NotPermitted, Contradiction.
    """

    def work(asking: Asking) -> PostView:
        found = _administered_post(asking, post_id, seen)
        last = _last_day(found, asking.today)
        said = _said(parts, caller, reason)
        ended = organisation.end_post(asking.connection, post_id, last, revoked_at=said.at, said=said)
        endings.say_ended(asking.connection, "post", post_id, last, said, at_once=True)
        return ended_post_view(asking.connection, ended)

    return await once(parts, caller, key, ("revoke-post", post_id, reason), PostView, work)


async def end_delegation(
    parts: Parts,
    caller: Caller,
    delegation_id: str,
    on: date | None,
    reason: str | None = None,
    *,
    seen: str | None = None,
    key: str | None = None,
) -> DelegationView:
    """Set an earlier last day of a delegation: by either of the two, or an admin of the post's unit.

    `seen` is as for `revoke_post`. Raises the same as `end_post`.
    """

    def work(asking: Asking) -> DelegationView:
        found = _own_delegation(asking, delegation_id, seen)
        last = on or asking.today
        _check_sooner(found, last, asking.today)
        if last < found.from_on and found.from_on <= asking.today:
            raise Contradiction
        said = _said(parts, caller, reason)
        ended = organisation.end_delegation(asking.connection, delegation_id, last, said=said)
        endings.say_ended(asking.connection, "delegation", delegation_id, last, said)
        return delegation_views(asking.connection, (ended,))[0]

    request = ("end-delegation", delegation_id, str(on), reason or "")
    return await once(parts, caller, key, request, DelegationView, work)


async def revoke_delegation(
    parts: Parts,
    caller: Caller,
    delegation_id: str,
    reason: str,
    *,
    seen: str | None = None,
    key: str | None = None,
) -> DelegationView:
    """Take back what was lent, from now on: by either of the two, or an admin of the post's unit.

    `seen` is as for `revoke_post`. Raises WordsMoved, NotFound, NotPermitted, Contradiction.
    """

    def work(asking: Asking) -> DelegationView:
        found = _own_delegation(asking, delegation_id, seen)
        return delegation_views(asking.connection, (revoked(asking, parts, found, reason),))[0]

    return await once(parts, caller, key, ("revoke-delegation", delegation_id, reason), DelegationView, work)


def last_day_said(on: date | None) -> str:
    """Return what a last day is called where somebody says which one he saw; `none` where there is none."""
    return "none" if on is None else on.isoformat()


def revoked(asking: Asking, parts: Parts, found: Delegation, reason: str | None) -> Delegation:
    """Return a delegation as it is after it was taken back now. Raises Contradiction where it is over."""
    last = _last_day(found, asking.today)
    said = Said(by=asking.who, at=parts.clock(), reason=reason)
    ended = organisation.end_delegation(asking.connection, found.id, last, revoked_at=said.at, said=said)
    endings.say_ended(asking.connection, "delegation", found.id, last, said, at_once=True)
    return ended


def _administered_post(asking: Asking, post_id: str, seen: str | None) -> Post:
    posts.keep_others_out(asking.connection, post_id)
    found = visible.find_post(asking.connection, post_id, viewer=asking.who, today=asking.today)
    asking.check_administers(found.unit)
    _check_seen(found, seen)
    return found


def _own_delegation(asking: Asking, delegation_id: str, seen: str | None) -> Delegation:
    delegations.keep_others_out(asking.connection, delegation_id)
    found = visible.find_delegation(asking.connection, delegation_id, viewer=asking.who, today=asking.today)
    if asking.who not in {found.owner, found.substitute}:
        asking.check_administers(found.unit)
    _check_seen(found, seen)
    return found


def _check_seen(found: Post | Delegation, seen: str | None) -> None:
    """Raise WordsMoved where the last day is another than the one that was seen; None looks at none."""
    present = last_day_said(found.to_on)
    if seen is not None and seen != present:
        raise WordsMoved(present)


def _said(parts: Parts, caller: Caller, reason: str | None) -> Said:
    return Said(by=caller.person, at=parts.clock(), reason=reason)


def _check_sooner(found: Post | Delegation, last: date, today: date) -> None:
    """Raise InvalidInput for a day gone by, and Contradiction where an end would be put off.

    The one would make what was done by right since look like nobody's, and rosters that were counted look
    miscounted; the other would give a right back.
    """
    if last < today:
        raise InvalidInput("on", _GONE_BY)
    if found.revoked_at is not None or (found.to_on is not None and last > found.to_on):
        raise Contradiction


def _last_day(found: Post | Delegation, today: date) -> date:
    """Return the last day of what is taken now: today, or the eve of what has not begun.

    Raises Contradiction for what is over.
    """
    if found.revoked_at is not None or (found.to_on is not None and found.to_on < today):
        raise Contradiction
    return today if found.from_on <= today else found.from_on - timedelta(days=1)


_GONE_BY: Final = Text(
    zh="已经过去的日子不再改动：最后一天最早为今天。实际离任日期可写入理由；需要立即收回的，请选择立即收回。",
    en="Days gone by stay as they were: the last day is today at the soonest. Since when it was over in fact "
    "can be said in the reason; what has to end this minute is taken at once.",
)
