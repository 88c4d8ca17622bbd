"""A case with something in every group of fields, under words that are found wherever they come out."""

from __future__ import annotations

import asyncio
import hashlib
from dataclasses import dataclass, replace
from typing import Any

from domain.library import Library
from domain.reading import read_process
from domain.seeing import Marked
from records.database import Database
from tests.access.table import the_fields
from tests.api.world import AUDITOR, HOST, NOBODY, PARENT, SECRETARY, SUBJECT, World, a_world

FIELDS = the_fields()

VIEWERS = {"subject": SUBJECT, "case-role": NOBODY, "officer": HOST, "watcher": PARENT, "auditor": AUDITOR}
"""Whoever cannot be had by a post or a part is asked by the pure table alone."""

WORDS = {
    "submissions": "愿意为读书会服务终身",
    "answers": "谈话时他说起旧事",
    "reasons": "因为秘书出差补记",
    "deliberation": "主持人认为尚需观察",
    "informants": "邻居说他常常吵闹",
    "political-review": "叔父在海外经商",
    "corrections": "谈话时他说起新事",
    "comments": "旁听时大家还有议论",
}
DOCUMENTS = {
    "submissions": "a letter in his own hand",
    "documents": "a record of the talk",
    "deliberation": "minutes of the meeting",
    "informants": "what the neighbours wrote",
    "political-review": "a reply from abroad",
}

PROCESS = """\
process: confiding
version: "1"
title: {zh: 入会, en: Joining}
source: {zh: 章程, en: Charter}
in_force: {from: 2020-01-01}
unit_kinds: {circle: {zh: 读书会, en: Circle}}
starts_in: circle
standings: {guest: {zh: 来宾, en: Guest}, member: {zh: 会员, en: Member}}
first_standing: guest
late_entry_after_days: 30
roles:
  circle.secretary: {title: {zh: 秘书, en: Secretary}}
  circle.host: {title: {zh: 主持人, en: Host}}
case_roles:
  introducers: {title: {zh: 介绍人, en: Introducers}, count: {min: 1, max: 1}, not: [subject], basis: "1"}
bodies:
  circle.members: {title: {zh: 会员大会, en: Members}, unit: circle, standing: member, basis: "1"}
materials:
  letter: {title: {zh: 申请书, en: Letter}}
  record: {title: {zh: 谈话记录, en: Record}}
  minutes: {title: {zh: 会议记录, en: Minutes}}
  opinions: {title: {zh: 群众意见, en: Opinions}}
  reply: {title: {zh: 回函, en: Reply}}
outcomes:
  joined: {title: {zh: 入会, en: Joined}, kind: reached}
  withdrawn: {title: {zh: 撤回, en: Withdrawn}, kind: left}
whole_case: {withdraw: [subject], correct: [circle.secretary, circle.host]}
stages:
  - id: asking
    title: {zh: 申请, en: Asking}
    standing: member
    outcome: joined
    steps:
      - id: apply
        kind: record
        title: {zh: 申请, en: Apply}
        by: [subject, circle.secretary]
        fields: [{id: wish, title: {zh: 志愿, en: Wish}}]
        materials: [{id: letter, required: false}]
      - id: introducers
        kind: appoint
        title: {zh: 确定介绍人, en: Names the introducer}
        by: circle.secretary
        role: introducers
        basis: "1"
      - id: talk
        kind: record
        title: {zh: 谈话, en: Talk}
        by: circle.secretary
        after: introducers
        fields: [{id: note, title: {zh: 记录, en: Note}}]
        materials: [{id: record, required: false}, {id: opinions, required: false}]
      - id: review
        kind: decision
        title: {zh: 审查, en: Review}
        by: circle.secretary
        after: introducers
        fields: [{id: background, title: {zh: 背景, en: Background}}]
        materials: [{id: reply, required: false}]
        outcomes: {sound: next}
      - id: opinion
        kind: decision
        title: {zh: 意见, en: Opinion}
        by: [circle.secretary, circle.host]
        need: 2
        after: introducers
        fields: [{id: view, title: {zh: 看法, en: View}}]
        outcomes: {approve: next}
      - id: vote
        kind: meeting
        title: {zh: 表决, en: Vote}
        by: circle.secretary
        body: circle.members
        after: introducers
        carried: {id: half, more_than: 1/2, of: eligible, basis: "1"}
        ballot: secret
        materials: [{id: minutes, required: false}]
        outcomes: {carried: next, lost: again}
      - id: notice
        kind: notice
        title: {zh: 公示, en: Notice}
        by: circle.secretary
        after: introducers
        window: P5WD
        window_basis: "1"
        outcomes: {clear: next}
      - id: statement
        kind: record
        title: {zh: 说明, en: Statement}
        by: subject
        after: introducers
"""


@dataclass
class Confided:
    """The world, its case, and the documents in it by group."""

    world: World
    case: Any
    documents: dict[str, str]

    def get(self, path: str, who: str) -> Any:
        return asyncio.run(self.world.get(path.format(self.case["id"]), who, accept_language="zh"))


def confided(database: Database) -> Confided:
    """Return the case, with everything recorded by the secretary but what the person concerned hands in."""
    return asyncio.run(_confided(database))


def digest_of(group: str) -> str:
    """Return the digest of the document of a group."""
    return hashlib.sha256(DOCUMENTS[group].encode()).hexdigest()


async def _confided(database: Database) -> Confided:
    world = await a_world(database)
    library = Library.of([read_process(PROCESS, "confiding.yaml")])
    marked = {"confiding": Marked(materials={"opinions": "informants", "reply": "political-review"})}
    sensitive = {"confiding": frozenset({"review"})}
    world.parts = replace(world.parts, library=library, marked=marked, sensitive=sensitive)
    world.client._transport.app.state.parts = world.parts  # type: ignore[attr-defined]
    documents = {}
    for group, text in DOCUMENTS.items():
        files = {"file": (f"{group}.txt", text.encode())}
        answer = await world.client.post("/v1/materials", files=files, headers=world.by(SECRETARY))
        documents[group] = answer.json()["id"]
    case = await world.start(
        by=SECRETARY,
        process="confiding",
        fields={"wish": WORDS["submissions"]},
        materials={"letter": [documents["submissions"]]},
    )
    for step, body in _acts(documents):
        case = await _done(world, case, f"steps/{step}", body)
    change = {"seq": await _seq_of(world, case, "talk"), "path": "fields.note", "value": WORDS["corrections"]}
    case = await _done(world, case, "correct", {"change": change, "reason": WORDS["reasons"]})
    commented = await world.post(f"/v1/cases/{case['id']}/comments", SECRETARY, {"text": WORDS["comments"]})
    assert commented.status_code == 201, commented.text
    return Confided(world, commented.json()["case"], documents)


def _acts(documents: dict[str, str]) -> list[tuple[str, dict[str, object]]]:
    numbers = {"eligible": 2, "present": 2, "yes": 2}
    return [
        ("introducers", {"people": [NOBODY]}),
        (
            "talk",
            {
                "fields": {"note": WORDS["answers"]},
                "reason": WORDS["reasons"],
                "materials": {"record": [documents["documents"]], "opinions": [documents["informants"]]},
            },
        ),
        (
            "review",
            {
                "outcome": "sound",
                "fields": {"background": WORDS["political-review"]},
                "materials": {"reply": [documents["political-review"]]},
            },
        ),
        ("opinion", {"outcome": "approve", "fields": {"view": WORDS["deliberation"]}}),
        (
            "vote",
            {"outcome": "carried", "meeting": numbers, "materials": {"minutes": [documents["deliberation"]]}},
        ),
        ("notice", {"entry": {"kind": "published"}}),
        ("notice", {"entry": {"kind": "objection", "fields": {"summary": WORDS["informants"]}}}),
    ]


async def _done(world: World, case: Any, path: str, body: dict[str, object]) -> Any:
    answer = await world.post(f"/v1/cases/{case['id']}/{path}", SECRETARY, body, if_match=f'"{case["head"]}"')
    assert answer.status_code == 200, (path, answer.text)
    return answer.json()["case"]


async def _seq_of(world: World, case: Any, step: str) -> int:
    items = (await world.get(f"/v1/cases/{case['id']}/history", SECRETARY)).json()["items"]
    return int(next(one["seq"] for one in items if one["step"] == step and one["type"] == "step-completed"))


__all__ = ["DOCUMENTS", "FIELDS", "VIEWERS", "WORDS", "Confided", "confided", "digest_of"]
