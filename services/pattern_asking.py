"""An auditor asks for a look for patterns; a worker looks, one look at a time."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from typing import Final, Literal

from temporalio.client import Client
from temporalio.common import WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError
from temporalio.service import RPCError

from domain.patterns.thresholds import limits
from domain.refusals import NotPossible
from domain.values import Text
from records import pattern_runs
from services.parts import Caller, Parts
from services.refusals import NotPermitted, NotReady
from services.views import View
from workflows import contract
from workflows.contract import PatternsAsked

REST: Final = timedelta(hours=1)
"""A look over everything takes minutes of a machine: within this time there is no other.

One by other thresholds, at the machine, raises nothing and does not count.
"""
_PATIENCE: Final = timedelta(seconds=10)
_AWAY: Final = (RPCError, RuntimeError, OSError)


class AskedView(View):
    """What became of asking for a look."""

    state: Literal["begun", "under-way"]


class Looker:
    """Has Temporal look, one look at a time."""

    def __init__(self, client: Client, task_queue: str) -> None:
        """Take the way to Temporal."""
        self._client = client
        self._task_queue = task_queue

    async def begin(self) -> bool:
        """Have a worker look. Returns whether it was this that began it. Raises NotReady."""
        try:
            await self._client.start_workflow(
                contract.PATTERNS,
                PatternsAsked(),
                id=contract.PATTERNS_NOW,
                task_queue=self._task_queue,
                id_reuse_policy=WorkflowIDReusePolicy.ALLOW_DUPLICATE,
                rpc_timeout=_PATIENCE,
            )
        except WorkflowAlreadyStartedError:
            return False
        except _AWAY as trouble:
            raise NotReady(_AWAY_NOW) from trouble
        return True


async def ask(parts: Parts, caller: Caller) -> AskedView:
    """Ask for a look over everything.

    Raises NotPermitted for who audits nothing, NotPossible where somebody looked just now, NotReady.
    """
    today = parts.today()
    audited = await parts.read(lambda c: pattern_runs.audited_by(c, caller.person, today))
    if not audited.everything and not audited.units:
        raise NotPermitted(_FOR_AUDITORS)
    looks = await parts.read(partial(pattern_runs.whole_since, moment=parts.clock() - REST))
    if any(one.told["thresholds"] == limits() for one in looks):
        raise NotPossible("patterns.rest", basis="gen", detail=_JUST_NOW, passes_when=_LATER)
    if parts.looker is None:
        raise NotReady(_AWAY_NOW)
    return AskedView(state="begun" if await parts.looker.begin() else "under-way")


_FOR_AUDITORS: Final = Text(
    zh="只有审计员可以要求查找。", en="A look is asked for by those who audit a unit."
)
_JUST_NOW: Final = Text(
    zh="一小时之内刚查找过，结果就在此页。",
    en="Somebody looked within the last hour; what was found stands on this page.",
)
_LATER: Final = Text(zh="距上次查找满一小时", en="an hour has passed since the last look")
_AWAY_NOW: Final = Text(
    zh="后台任务目前不可用，请稍后再试。",
    en="What works in the background cannot be reached now; try again later.",
)
