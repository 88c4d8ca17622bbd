"""Acts: on one step of a case, and on a whole case. All the same way: If-Match, Idempotency-Key, answer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, Final, NamedTuple, get_type_hints

from fastapi import APIRouter, Depends, Response
from fastapi.routing import APIRoute
from pydantic import BaseModel

from api.bodies import (
    CorrectBody,
    MigrateBody,
    RecuseBody,
    StepBody,
    TransferBody,
    WholeCaseBody,
    WithdrawBody,
)
from api.bounds import Id, Label
from api.callers import By, Here, Key, Seen, signed_in
from api.counting import counted
from services import acts
from services.acts import ActRequest
from services.parts import Caller, Parts
from services.views import Performed

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["acts"], dependencies=signed_in)


class Kind(NamedTuple):
    """A kind of act: its route, and what it takes."""

    route: APIRoute
    body: type[BaseModel]


class Acting:
    """What every act comes with: the case, who acts, the head he saw, and which request it repeats."""

    def __init__(self, case_id: str, parts: Parts, caller: Caller, head: str, *, key: str | None) -> None:
        """Take the parts of the request."""
        self._case_id = case_id
        self._parts = parts
        self._caller = caller
        self._head = head
        self._key = key

    async def perform(self, kind: str, body: BaseModel, **more: str) -> Response:
        """Perform the act and answer, as JSON already, with the case's new head."""
        asked = ActRequest.model_validate({"kind": kind, **more, **body.model_dump()})
        act = acts.perform(self._parts, self._caller, self._case_id, asked, head=self._head, key=self._key)
        done = await counted(kind, act)
        return Response(done.text, headers={"etag": f'"{done.head}"'}, media_type="application/json")


async def _acting(case_id: Id, parts: Here, caller: By, head: Seen, *, key: Key = None) -> Acting:
    return Acting(case_id, parts, caller, head, key=key)


Now = Annotated[Acting, Depends(_acting)]


@router.post("/steps/{step}", summary="Act on a step", response_model=Performed)
async def act(step: Label, body: StepBody, acting: Now) -> Response:
    """Complete a step, return it, answer in it, or add an entry to it."""
    return await acting.perform("step", body, step=step)


@router.post("/withdraw", summary="Withdraw", response_model=Performed)
async def withdraw(body: WithdrawBody, acting: Now) -> Response:
    """End the case at the person's own wish."""
    return await acting.perform("withdraw", body)


@router.post("/suspend", summary="Suspend", response_model=Performed)
async def suspend(body: WholeCaseBody, acting: Now) -> Response:
    """Stop the clocks of the case."""
    return await acting.perform("suspend", body)


@router.post("/resume", summary="Resume", response_model=Performed)
async def resume(body: WholeCaseBody, acting: Now) -> Response:
    """Let the clocks of the case run again."""
    return await acting.perform("resume", body)


@router.post("/transfer", summary="Transfer", response_model=Performed)
async def transfer(body: TransferBody, acting: Now) -> Response:
    """Propose that another unit takes the case over (`to_unit`), or take it over (`confirms`)."""
    return await acting.perform("transfer", body)


@router.post("/correct", summary="Correct", response_model=Performed)
async def correct(body: CorrectBody, acting: Now) -> Response:
    """Say that a recorded value is wrong (`change`), or answer somebody who did (`confirms`, `rejects`)."""
    return await acting.perform("correct", body)


@router.post("/migrate", summary="Apply the rules now in force", response_model=Performed)
async def migrate(body: MigrateBody, acting: Now) -> Response:
    """Let happen what is due: open and future steps follow a later version that is in force."""
    return await acting.perform("migrate", body)


@router.post("/appeal", summary="Appeal", response_model=Performed)
async def appeal(body: WholeCaseBody, acting: Now) -> Response:
    """Ask that a refusal be looked at again: reopens the stage in which the case ended."""
    return await acting.perform("appeal", body)


@router.post("/recuse", summary="Keep out", response_model=Performed)
async def recuse(body: RecuseBody, acting: Now) -> Response:
    """Keep out of what is decided, for a conflict of interest; or keep somebody out, or let him back in."""
    return await acting.perform("recuse", body)


def _kinds() -> Iterator[tuple[str, Kind]]:
    for route in router.routes:
        assert isinstance(route, APIRoute)  # noqa: S101 - this router has no others
        name = route.path.rpartition("/")[2]
        body: type[BaseModel] = get_type_hints(route.endpoint)["body"]
        yield name.replace("{step}", "step"), Kind(route, body)


KINDS: Final = dict(_kinds())
"""Every kind of act there is a route for, for the short way."""
