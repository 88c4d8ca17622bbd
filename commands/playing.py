"""Plays the acts of a scenario through the services, as people would."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import partial

from sqlalchemy import Connection

from domain.acts import Start
from domain.events import Event
from domain.refusals import NotEntitled, RuleViolation
from domain.rehearsing import Asked
from records import cases, materials, organisation
from services import acts
from services.parts import Caller, Parts
from services.refusals import InvalidInput, NotFound, NotPermitted
from services.requests import ActRequest, StartRequest

_EVERYTHING = 1_000_000


class Player:
    """One case, and everybody who acts in it. Names of the scenario are ids of the record."""

    def __init__(self, parts: Parts, process: str, unit: str) -> None:
        """Take the services' parts, the process, and the unit the case is to belong to."""
        self._parts = parts
        self._process = process
        self._unit = unit
        self.case_id = ""
        """Empty until the case was started."""

    @property
    def time_zone(self) -> str:
        """The organisation's time zone."""
        return self._parts.zone.key

    async def recorded(self) -> tuple[Event, ...]:
        """Return everything the record holds of the case."""
        if not self.case_id:
            return ()
        return tuple(
            await self._parts.read(
                lambda connection: cases.events(connection, self.case_id, after=0, limit=_EVERYTHING)
            )
        )

    async def perform(self, asked: Asked) -> tuple[str, ...]:
        """Perform one act now; return how it met another answer than it had to, a sentence each."""
        where = f"{asked.act.on} {asked.act.step or asked.act.do or 'start'}"
        try:
            async with self._lent(asked):
                await self._ask(asked)
        except (RuleViolation, NotPermitted, NotFound, InvalidInput) as refusal:
            rule = _rule_of(refusal, asked.refused)
            if rule != asked.refused:
                return (f"{where}: the service refused by {rule}, the rules alone by {asked.refused}",)
            return ()
        if asked.refused is not None:
            return (f"{where}: the service let pass what the rules alone refuse by {asked.refused}",)
        return ()

    async def _ask(self, asked: Asked) -> None:
        caller = Caller(asked.by, "en")
        what = asked.what
        handed_in = await self._handed_in(getattr(what, "materials", {}), asked.by)
        if isinstance(what, Start):
            view = await acts.start(
                self._parts,
                caller,
                StartRequest(
                    process=self._process,
                    subject=what.subject,
                    unit=self._unit,
                    occurred_on=what.occurred_on,
                    reason=what.reason,
                    fields=what.fields,
                    materials=handed_in,
                ),
            )
            self.case_id = view.id
            return
        copied = {
            name: getattr(what, name)
            for name in ActRequest.model_fields
            if name != "materials" and hasattr(what, name)
        }
        request = ActRequest.model_validate({**copied, "materials": handed_in})
        await acts.perform(self._parts, caller, self.case_id, request, head=None)

    async def _handed_in(self, digests: Mapping[str, tuple[str, ...]], by: str) -> dict[str, tuple[str, ...]]:
        """Write down that documents with these digests were handed in; return their ids."""
        ids: dict[str, tuple[str, ...]] = {}
        for kind, (sha256,) in digests.items():
            add = partial(
                materials.add_material,
                sha256=sha256,
                media_type="text/plain",
                size=0,
                name=kind,
                created_by=by,
                now=self._parts.clock(),
            )
            ids[kind] = ((await self._parts.write(add)).id,)
        return ids

    @asynccontextmanager
    async def _lent(self, asked: Asked) -> AsyncIterator[None]:
        """Lend the posts of the person an act is done in place of, for the days of that act."""
        owner = asked.act.in_place_of
        if owner is None:
            yield
            return
        today = self._parts.today()
        first = min(asked.act.on, today)

        def lend(connection: Connection) -> list[str]:
            posts = organisation.posts_held(connection, owner, first)
            lent = [
                organisation.add_delegation(
                    connection, post_id=post.id, substitute=asked.by, from_on=first, to_on=today
                )
                for post in posts
            ]
            return [delegation.id for delegation in lent]

        lent = await self._parts.write(lend)
        yield
        for one in lent:
            await self._parts.write(
                partial(organisation.end_delegation, delegation_id=one, to_on=first - timedelta(days=1))
            )


def _rule_of(refusal: Exception, expected: str | None) -> str | None:
    """Return the rule that refused.

    Who may not even see a case is not told which rule would refuse him, and a correction of what is not there
    is sent back before any rule is asked: both count as the rule that was expected, where it was about that.
    """
    if isinstance(refusal, RuleViolation):
        return refusal.rule
    if isinstance(refusal.__cause__, NotEntitled):
        return refusal.__cause__.rule
    about = ".path" if isinstance(refusal, InvalidInput) else ".by"
    return expected if expected is not None and expected.endswith(about) else type(refusal).__name__
