"""Acts: on one step of a case, and on a whole case. All the same way: If-Match, Idempotency-Key, answer."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Depends, Response

from api.bodies import CorrectBody, MigrateBody, StepBody, TransferBody, WholeCaseBody, WithdrawBody
from api.bounds import Id, Label
from api.callers import By, Here, Key, Seen, signed_in
from api.counting import counted
from services import acts
from services.acts import ActRequest
from services.parts import Caller, Parts
from services.views import Performed

router = APIRouter(prefix="/v1/cases/{case_id}", tags=["acts"], dependencies=signed_in)


class Acting:
    """What every act comes with: the case, who acts, the head he saw, and which request it repeats."""

    def __init__(
        self, case_id: str, response: Response, parts: Parts, caller: Caller, head: str, *, key: str | None
    ) -> None:
        """Take the parts of the request."""
        self._case_id = case_id
        self._response = response
        self._parts = parts
        self._caller = caller
        self._head = head
        self._key = key

    async def perform(self, asked: ActRequest) -> Performed:
        """Perform the act and answer with the case's new head."""
        act = acts.perform(self._parts, self._caller, self._case_id, asked, head=self._head, key=self._key)
        done = await counted(asked.kind, act)
        self._response.headers["etag"] = f'"{done.case.head}"'
        return done


async def _acting(
    case_id: Id, response: Response, parts: Here, caller: By, head: Seen, *, key: Key = None
) -> Acting:
    return Acting(case_id, response, parts, caller, head, key=key)


Now = Annotated[Acting, Depends(_acting)]


@router.post("/steps/{step}", summary="Act on a step")
async def act(step: Label, body: StepBody, acting: Now) -> Performed:
    """Complete a step, return it, answer in it, or add an entry to it."""
    return await acting.perform(ActRequest(kind="step", step=step, **body.model_dump()))


@router.post("/withdraw", summary="Withdraw")
async def withdraw(body: WithdrawBody, acting: Now) -> Performed:
    """End the case at the person's own wish."""
    return await acting.perform(ActRequest(kind="withdraw", **body.model_dump()))


@router.post("/suspend", summary="Suspend")
async def suspend(body: WholeCaseBody, acting: Now) -> Performed:
    """Stop the clocks of the case."""
    return await acting.perform(ActRequest(kind="suspend", **body.model_dump()))


@router.post("/resume", summary="Resume")
async def resume(body: WholeCaseBody, acting: Now) -> Performed:
    """Let the clocks of the case run again."""
    return await acting.perform(ActRequest(kind="resume", **body.model_dump()))


@router.post("/transfer", summary="Transfer")
async def transfer(body: TransferBody, acting: Now) -> Performed:
    """Propose that another unit takes the case over (`to_unit`), or take it over (`confirms`)."""
    return await acting.perform(ActRequest(kind="transfer", **body.model_dump()))


@router.post("/correct", summary="Correct")
async def correct(body: CorrectBody, acting: Now) -> Performed:
    """Say that a recorded value is wrong (`change`), or answer somebody who did (`confirms`, `rejects`)."""
    return await acting.perform(ActRequest(kind="correct", **body.model_dump()))


@router.post("/migrate", summary="Apply the rules now in force")
async def migrate(body: MigrateBody, acting: Now) -> Performed:
    """Let happen what is due: open and future steps follow a later version that is in force."""
    return await acting.perform(ActRequest(kind="migrate", **body.model_dump()))


@router.post("/appeal", summary="Appeal")
async def appeal(body: WholeCaseBody, acting: Now) -> Performed:
    """Ask that a refusal be looked at again: reopens the stage in which the case ended."""
    return await acting.perform(ActRequest(kind="appeal", **body.model_dump()))
