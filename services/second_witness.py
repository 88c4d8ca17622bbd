"""Temporal as a second witness: what workflows of open cases were told, beside what the record says today.

A workflow's history holds the facts it was told, without free text and documents. Who changes an event in the
database would have to change it there, too.
"""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from functools import partial
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client
from temporalio.service import RPCError, RPCStatusCode

from domain.events import Event
from domain.verifying import Tampered
from records import outbox
from records.database import Database
from records.stored import events_after
from workflows import contract
from workflows.contract import Facts, as_json

_PAGE = 200


async def compare_with_workflows(
    client: Client, database: Database, progress: Callable[[str, int, int | None], None]
) -> tuple[int, int]:
    """Compare what open cases' workflows were told with the record; return how many cases and facts.

    Raises Tampered at the first that differs, RPCError where Temporal is away, DatabaseUnavailable.
    """
    looked_at = facts = 0
    after: str | None = None
    while page := await database.read(partial(outbox.open_cases, after=after, limit=_PAGE)):
        for case in page:
            recorded = await database.read(partial(events_after, case_id=case.case_id))
            by_number = {stored.seq: stored.event for stored in recorded}
            async for told in _told(client, case.case_id):
                _compare(case.case_id, told, by_number)
                facts += 1
            looked_at += 1
            progress("workflows", looked_at, None)
        after = page[-1].case_id
    return looked_at, facts


async def _told(client: Client, case_id: str) -> AsyncIterator[Event]:
    """Yield the facts in the present history of a case's workflow; none where it has none."""
    handle = client.get_workflow_handle(contract.case_workflow_id(case_id))
    try:
        history = await handle.fetch_history()
    except RPCError as trouble:
        if trouble.status is RPCStatusCode.NOT_FOUND:
            return
        raise
    for event in history.events:
        if event.event_type != EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            continue
        signal = event.workflow_execution_signaled_event_attributes
        if signal.signal_name == contract.RECORDED:
            (facts,) = await client.data_converter.decode(list(signal.input.payloads), [Facts])
            for fact in facts.read():
                yield fact


def _compare(case_id: str, told: Event, recorded: dict[int, Event]) -> None:
    now = recorded.get(told.seq)
    if now is None:
        raise Tampered(
            f"its workflow was told of it, and the record ends with event {max(recorded, default=0)}",
            should_be=_text(as_json(told)),
            case=case_id,
            seq=told.seq,
        )
    bare = now.bare()
    if bare != told:
        before, after = as_json(told), as_json(bare)
        changed = {name: value for name, value in before.items() if after.get(name) != value}
        raise Tampered(
            "it is not what its workflow was told when it was recorded",
            should_be=_text(changed),
            case=case_id,
            seq=told.seq,
        )


def _text(told: dict[str, Any]) -> str:
    return json.dumps(told, ensure_ascii=False, sort_keys=True)
