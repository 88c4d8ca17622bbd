"""The requests: who asks, whether he may, then the task of viewflow in its lock, with the rows beside it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from django.db.models import Q
from django.http import HttpRequest, JsonResponse
from viewflow.workflow.models import Task

from bench.act.peers.apart.approvals.flows import CaseFlow, name_of
from bench.act.peers.apart.approvals.models import Case, Event, Message, Post, Unit
from bench.act.peers.door import Asked, NewCase, head_in
from bench.act.peers.store import STEPS, chained

_ROLES = dict(STEPS)


def start(request: HttpRequest) -> JsonResponse:
    """Start a case."""
    person = request.user.username
    asked = NewCase.model_validate_json(request.body)
    case_id, now = uuid4().hex, datetime.now(UTC).isoformat()
    said = {"case_id": case_id, "seq": 1, "step": "started", "actor": person, "occurred_on": now[:10]}
    event = chained("0" * 64, said | {"recorded_at": now, "data": "{}"})
    begun = {"case_id": case_id, "subject_id": asked.subject, "unit_id": asked.unit, "head": event["hash"]}
    Event.objects.create(**event)
    CaseFlow.start.run(case=begun)
    return _answered(case_id, event["hash"], 201)


def act(request: HttpRequest, case_id: str, step: str) -> JsonResponse:
    """Act on a step."""
    person = request.user.username
    asked = Asked.model_validate_json(request.body)
    found = Case.objects.get(case_id=case_id)
    if not _may(person, found.unit_id, step):
        return JsonResponse({"status": 403}, status=403)
    node = getattr(CaseFlow.instance, name_of(step))
    task = Task.objects.get(process_id=found.pk, flow_task=node, finished__isnull=True)
    with task.activation() as activation:
        case = activation.process
        if case.head != head_in(request.headers["If-Match"]):
            return JsonResponse({"status": 412}, status=412)
        activation.assign(request.user)
        activation.start(request)
        activation.execute()
        head = _record(case, step, person, asked.model_dump(exclude_none=True))
    return _answered(case_id, head)


def _record(case: Case, step: str, person: str, asked: dict[str, Any]) -> str:
    now, seq = datetime.now(UTC).isoformat(), case.seq + 1
    said = {"case_id": case.case_id, "seq": seq, "step": step, "actor": person, "recorded_at": now}
    said |= {"occurred_on": asked["occurred_on"], "data": json.dumps(asked, ensure_ascii=False)}
    event = chained(case.head, said)
    Event.objects.create(**event)
    told = {"case_id": case.case_id, "seq": seq, "person_id": case.subject_id, "kind": step}
    Message.objects.create(**told, created_at=now)
    Case.objects.filter(pk=case.pk).update(seq=seq, head=event["hash"])
    return str(event["hash"])


def _may(person: str, unit_id: str, step: str) -> bool:
    unit = Unit.objects.get(id=unit_id)
    here = Q(unit_id=unit_id) | Q(unit_id=unit.parent_id)
    return Post.objects.filter(here, person_id=person, role=_ROLES[step]).exists()


def _answered(case_id: str, head: str, status: int = 200) -> JsonResponse:
    answer = {"id": case_id, "case": {"id": case_id, "head": head}}
    return JsonResponse(answer, status=status, headers={"ETag": f'"{head}"'})
